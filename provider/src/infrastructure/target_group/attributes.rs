//! A target group's attributes: AWS keeps them as texts under dotted keys, apart from the group itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::app::traffic::GroupSettings;

const ALGORITHM: &str = "load_balancing.algorithm.type";
const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";
const SLOW_START: &str = "slow_start.duration_seconds";
const SESSION: &str = "stickiness.enabled";
const SESSION_KIND: &str = "stickiness.type";
const LB_SECONDS: &str = "stickiness.lb_cookie.duration_seconds";
const APP_COOKIE: &str = "stickiness.app_cookie.cookie_name";
const APP_SECONDS: &str = "stickiness.app_cookie.duration_seconds";

/// The attributes that are wanted. Those of a session only where there is one: AWS refuses the name of a cookie
/// without its kind.
pub(super) fn wanted(settings: &GroupSettings) -> BTreeMap<String, String> {
    let mut attributes = vec![
        (ALGORITHM, settings.algorithm.clone()),
        (DEREGISTRATION_DELAY, settings.deregistration_delay_seconds.to_string()),
        (SLOW_START, settings.slow_start_seconds.to_string()),
        (SESSION, settings.session.is_some().to_string()),
    ];
    if let Some(session) = &settings.session {
        let seconds = session.seconds.to_string();
        match &session.cookie_name {
            None => attributes.extend([(SESSION_KIND, "lb_cookie".to_owned()), (LB_SECONDS, seconds)]),
            Some(name) => attributes.extend([
                (SESSION_KIND, "app_cookie".to_owned()),
                (APP_COOKIE, name.clone()),
                (APP_SECONDS, seconds),
            ]),
        }
    }
    attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Attributes as properties show them; what is left out is AWS' default.
pub(crate) fn properties(attributes: &BTreeMap<String, String>) -> Value {
    let get = |key: &str, default: &str| attributes.get(key).map_or(default, String::as_str).to_owned();
    let session = match (get(SESSION, "false").as_str(), get(SESSION_KIND, "lb_cookie").as_str()) {
        ("true", "app_cookie") => {
            json!({ "cookie_name": get(APP_COOKIE, ""), "seconds": get(APP_SECONDS, "86400") })
        }
        ("true", "lb_cookie") => json!({ "cookie_name": null, "seconds": get(LB_SECONDS, "86400") }),
        ("true", other) => json!({ "kind": other }),
        _ => Value::Null,
    };
    json!({
        "algorithm": get(ALGORITHM, "round_robin"),
        "deregistration_delay_seconds": get(DEREGISTRATION_DELAY, "300"),
        "session": session,
        "slow_start_seconds": get(SLOW_START, "0"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::traffic::Session;

    fn settings(session: Option<Session>) -> GroupSettings {
        GroupSettings {
            algorithm: "round_robin".to_owned(),
            deregistration_delay_seconds: 30,
            slow_start_seconds: 0,
            session,
        }
    }

    #[test]
    fn each_kind_of_session_has_its_own_keys() {
        let none = wanted(&settings(None));
        assert_eq!(none[SESSION], "false");
        assert!(!none.contains_key(SESSION_KIND));
        let balancer = wanted(&settings(Some(Session { cookie_name: None, seconds: 60 })));
        assert_eq!((&*balancer[SESSION_KIND], &*balancer[LB_SECONDS]), ("lb_cookie", "60"));
        let app =
            wanted(&settings(Some(Session { cookie_name: Some("JSESSIONID".to_owned()), seconds: 60 })));
        assert_eq!((&*app[APP_COOKIE], &*app[APP_SECONDS]), ("JSESSIONID", "60"));
    }

    #[test]
    fn settings_of_a_removed_session_are_not_a_difference() {
        let mut left = wanted(&settings(Some(Session { cookie_name: None, seconds: 60 })));
        left.insert(SESSION.to_owned(), "false".to_owned());
        assert_eq!(properties(&left), properties(&wanted(&settings(None))));
    }
}
