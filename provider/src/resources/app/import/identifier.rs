//! The id that is given to an import: `environment/name`, and after commas the ARNs of objects whose names ipsy
//! would not guess.

use provider_framework::Diagnostic;

use crate::app::names::{Identity, is_dns_label};
use crate::infrastructure::account::Account;

/// What an id names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Identifier {
    pub(super) identity: Option<Identity>,
    /// Name of the role.
    pub(super) role: Option<String>,
    /// ARN of the listener rule.
    pub(super) rule: Option<String>,
    /// Name of the repository.
    pub(super) repository: Option<String>,
    /// Name of the log group.
    pub(super) log_group: Option<String>,
    /// Name of the SSM parameter.
    pub(super) parameter: Option<String>,
}

/// Reads an id. An ARN of another account or region is refused: nothing of it could be found here.
pub(super) fn parse(id: &str, account: &Account) -> Result<Identifier, Diagnostic> {
    let mut found = Identifier::default();
    for part in id.split(',').map(str::trim) {
        let fits = match part.split_once('/') {
            _ if part.starts_with("arn:") => take_arn(part, account, &mut found)?,
            Some((environment, app))
                if found.identity.is_none() && is_dns_label(environment) && is_dns_label(app) =>
            {
                found.identity = Some(Identity { app: app.to_owned(), environment: environment.to_owned() });
                true
            }
            _ => false,
        };
        // A repository is known by its name as well, such as `team/checkout`.
        let is_name = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
        if !fits {
            if part.is_empty() || part.starts_with("arn:") || !is_name || found.repository.is_some() {
                return Err(malformed(id));
            }
            found.repository = Some(part.to_owned());
        }
    }
    Ok(found)
}

/// Takes an ARN of one of the kinds of objects that an app has; false for any other.
fn take_arn(arn: &str, account: &Account, found: &mut Identifier) -> Result<bool, Diagnostic> {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, region, owner, object] = fields.as_slice() else { return Ok(false) };
    if !owner.is_empty() && *owner != account.id {
        return Err(elsewhere(arn, "account", owner, &account.id));
    }
    if !region.is_empty() && *region != account.region {
        return Err(elsewhere(arn, "region", region, &account.region));
    }
    let before = found.clone();
    let text = |text: &str| Some(text.to_owned());
    match *service {
        "iam" if object.starts_with("role/") => found.role = object.rsplit('/').next().and_then(text),
        "elasticloadbalancing" if object.starts_with("listener-rule/app/") => found.rule = text(arn),
        "ecr" => found.repository = object.strip_prefix("repository/").and_then(text),
        "logs" => {
            let name = object.strip_prefix("log-group:").map(|name| name.trim_end_matches(":*"));
            found.log_group = name.and_then(text);
        }
        "ssm" => {
            // The first slash of a path is not repeated: `parameter/a/b` is `/a/b`, `parameter/a` is `a`.
            let name = object.strip_prefix("parameter/");
            found.parameter =
                name.map(|name| if name.contains('/') { format!("/{name}") } else { name.to_owned() });
        }
        _ => return Ok(false),
    }
    Ok(*found != before)
}

fn elsewhere(arn: &str, what: &str, theirs: &str, ours: &str) -> Diagnostic {
    Diagnostic::error(
        format!("`{arn}` is in another {what}"),
        format!(
            "It is in {theirs}, but the provider works in {ours}. Use credentials and a `region` of where the app is, \
             or a provider alias (`provider = ipsy.other`) that has them."
        ),
    )
}

fn malformed(id: &str) -> Diagnostic {
    Diagnostic::error(
        format!("`{id}` is not a valid app id"),
        "Write `environment/name`, such as `prod/checkout`. Objects whose names ipsy would not guess follow after \
         commas by their ARN: `prod/checkout,arn:aws:iam::ACCOUNT:role/ROLE,arn:aws:elasticloadbalancing:…:\
         listener-rule/app/…`. Role, listener rule, ECR repository, log group and SSM parameter are taken.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            id: "123456789012".into(),
            region: "eu-west-1".into(),
            partition: "aws".into(),
            dns_suffix: "amazonaws.com".into(),
        }
    }

    fn check(id: &str) -> Identifier {
        parse(id, &account()).unwrap_or_else(|error| panic!("{id}: {error:?}"))
    }

    #[test]
    fn an_app_is_named_by_itself_and_by_what_it_has() {
        let found = check(
            "prod/checkout, arn:aws:iam::123456789012:role/team/pods,team/checkout,\
             arn:aws:logs:eu-west-1:123456789012:log-group:/shop/checkout:*,\
             arn:aws:ssm:eu-west-1:123456789012:parameter/shop/image",
        );
        assert_eq!(found.identity.unwrap().id(), "prod/checkout");
        assert_eq!(found.role.as_deref(), Some("pods"));
        assert_eq!(found.repository.as_deref(), Some("team/checkout"));
        assert_eq!(found.log_group.as_deref(), Some("/shop/checkout"));
        assert_eq!(found.parameter.as_deref(), Some("/shop/image"));
        let rule = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/a/1/2/3";
        assert_eq!(check(rule).rule.as_deref(), Some(rule));
        assert_eq!(check("checkout").repository.as_deref(), Some("checkout"));
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for id in ["", "Prod checkout", "prod/checkout,arn:aws:s3:::bucket", "a/b,c,d"] {
            assert!(parse(id, &account()).is_err(), "{id}");
        }
    }

    #[test]
    fn what_is_elsewhere_is_refused() {
        let role = parse("arn:aws:iam::999999999999:role/a", &account()).unwrap_err();
        assert!(role.detail.contains("999999999999"), "{role:?}");
        assert!(parse("arn:aws:ecr:us-east-1:123456789012:repository/a", &account()).is_err());
    }
}
