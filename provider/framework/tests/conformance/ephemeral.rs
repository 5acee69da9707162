//! Ephemeral resources: open, renew, close.

use std::time::{Duration, SystemTime};

use proto::tfplugin5 as tf;
use serde_json::{Value as Json, json};

use crate::client::{Session, UNKNOWN, errors, json as read, object};

fn token(user: &str, seconds: Json) -> tf::DynamicValue {
    object(&[("user", user.into()), ("seconds", seconds), ("token", Json::Null)])
}

#[tokio::test]
async fn a_token_is_opened_renewed_and_closed() {
    let mut session = Session::plain().await;
    session.configure().await;
    let type_name = || "null_token".to_owned();
    let request = tf::open_ephemeral_resource::Request {
        type_name: type_name(),
        config: Some(token("ann", 60.into())),
        ..Default::default()
    };
    let opened = session.provider.open_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!(opened.diagnostics, []);
    let expected = json!({ "user": "ann", "seconds": 60, "token": "token of ann" });
    assert_eq!(read(opened.result.as_ref()), expected);
    let at = SystemTime::try_from(opened.renew_at.unwrap()).unwrap();
    let left = at.duration_since(SystemTime::now()).unwrap();
    assert!(left > Duration::from_secs(50) && left <= Duration::from_mins(1), "{left:?}");
    let request = tf::renew_ephemeral_resource::Request { type_name: type_name(), private: opened.private };
    let renewed = session.provider.renew_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!((renewed.diagnostics, renewed.renew_at), (vec![], None));
    // A renewal without news of its own keeps what was remembered.
    let request = tf::close_ephemeral_resource::Request { type_name: type_name(), private: renewed.private };
    let closed = session.provider.close_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!(closed.diagnostics, []);
    let life = std::fs::read_to_string(session.folder.path().join("tokens")).unwrap();
    assert_eq!(life, "opened for ann\nrenewed for ann\nclosed for ann\n");
}

#[tokio::test]
async fn errors_point_at_the_argument() {
    let mut session = Session::plain().await;
    let request = tf::open_ephemeral_resource::Request {
        type_name: "null_token".into(),
        config: Some(token("unknown", Json::Null)),
        ..Default::default()
    };
    let response = session.provider.open_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Unknown user at .user"]);
    let request = tf::validate_ephemeral_resource_config::Request {
        type_name: "null_token".into(),
        config: Some(token(UNKNOWN, UNKNOWN.into())),
    };
    let response = session.provider.validate_ephemeral_resource_config(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
}
