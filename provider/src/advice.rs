//! What the reader of an error of AWS can do about it: one or more full sentences, or nothing.

use ipsy_aws::{Error, ErrorKind, Service};

/// Advice about `error`.
pub(crate) fn advice(error: &Error) -> String {
    match error.kind() {
        ErrorKind::AccessDenied => access_denied(error),
        ErrorKind::NoCredentials => no_credentials(),
        ErrorKind::Expired => "AWS does not accept the credentials: they have expired or were deleted, or the secret key or \
            this machine's clock is wrong. Get new ones (`aws sso login --profile NAME`, or a fresh session from \
            whatever gives them) and run again."
            .to_owned(),
        ErrorKind::QuotaExceeded => quota(error),
        ErrorKind::Throttled => format!(
            "AWS limits how often an account may call {}; all repetitions were used up. Run again later, do fewer \
             things at the same time, or raise `max_retries`.",
            error.service()
        ),
        ErrorKind::Connection => format!(
            "Check that this machine reaches {} in the configured region: the region's name, `endpoints` and \
             `AWS_ENDPOINT_URL`, proxies (`HTTPS_PROXY`, `NO_PROXY`), and for a proxy that opens TLS \
             `custom_ca_bundle` or `AWS_CA_BUNDLE`.",
            error.service()
        ),
        ErrorKind::AlreadyExists => {
            "Choose another name, delete the existing object, or take it over if it is yours.".to_owned()
        }
        ErrorKind::InUse => in_use(error),
        ErrorKind::Conflict if error.code() == Some("PriorityInUse") => {
            "Choose a priority that no other rule of the listener has.".to_owned()
        }
        ErrorKind::Conflict if error.code() == Some("TargetGroupAssociationLimit") => {
            "A target group serves one load balancer only. An app that moves to another load balancer needs new groups: \
             give its `backend` blocks other labels."
                .to_owned()
        }
        ErrorKind::Conflict => {
            "Something else changes the same object at the same time. Run again when it is done.".to_owned()
        }
        ErrorKind::NotFound => {
            "Check the name, the region and the account; what was deleted outside is made again by the next run."
                .to_owned()
        }
        ErrorKind::Invalid => "Correct what AWS's message names and run again.".to_owned(),
        ErrorKind::Other if error.is_ambiguous() => {
            "This is a fault on AWS's side. Run again; if it stays, give the request id to AWS's support.".to_owned()
        }
        ErrorKind::Other => String::new(),
    }
}

/// The action, and the statement that allows it. AWS's message knows better than we do which action was missing:
/// `CreateRole` with tags needs `iam:TagRole`, an association needs `iam:PassRole`.
fn access_denied(error: &Error) -> String {
    let message = error.message();
    let action = word_after(message, "not authorized to perform: ")
        .unwrap_or_else(|| format!("{}:{}", error.service().action_prefix(), error.operation()));
    let resource = word_after(message, "on resource: ")
        .or_else(|| error.object().starts_with("arn:").then(|| error.object().to_owned()))
        .unwrap_or_else(|| "*".to_owned());
    if message.contains("explicit deny") {
        let origin =
            ["service control policy", "resource control policy", "permissions boundary", "session policy"]
                .into_iter()
                .find(|origin| message.contains(origin))
                .unwrap_or("policy");
        return format!(
            "A {origin} denies `{action}` on `{resource}` explicitly, which no allowing statement can undo. Ask \
             the owner of that policy."
        );
    }
    let statement = format!(r#"{{ "Effect": "Allow", "Action": "{action}", "Resource": "{resource}" }}"#);
    let boundary = if message.contains("permissions boundary") {
        " The permissions boundary of the caller must allow it too."
    } else {
        ""
    };
    format!(
        "The credentials in use may not do `{action}`. Add this statement to their policy: {statement}.{boundary}"
    )
}

/// The word after `marker`, without quotes and punctuation.
fn word_after(text: &str, marker: &str) -> Option<String> {
    let (_, rest) = text.split_once(marker)?;
    let word = rest.split_whitespace().next()?.trim_matches(|sign| matches!(sign, '"' | '\'' | '.' | ','));
    (!word.is_empty()).then(|| word.to_owned())
}

fn no_credentials() -> String {
    "Credentials are looked for in this order: `access_key` and `secret_key` of the configuration; its \
     `assume_role_with_web_identity`; its `profile`; without these, `AWS_ACCESS_KEY_ID` and \
     `AWS_SECRET_ACCESS_KEY`; the profile (`AWS_PROFILE`, or `default`) in the shared configuration and \
     credentials files, with its `source_profile`, `sso_session` and `credential_process`; a web identity token \
     (`AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`); the container's endpoint \
     (`AWS_CONTAINER_CREDENTIALS_FULL_URI`, ECS or EKS Pod Identity); the instance metadata service."
        .to_owned()
}

fn quota(error: &Error) -> String {
    let quota = match (error.service(), error.operation()) {
        (Service::Ecr, "CreateRepository") => "repositories per region",
        (Service::Iam, "CreateRole") => "roles per account",
        (Service::Iam, "AttachRolePolicy") => "managed policies per role",
        (Service::Iam, "PutRolePolicy") => {
            "total size of a role's inline policies (10,240 characters, fixed)"
        }
        (Service::Iam, "UpdateAssumeRolePolicy") => "length of a role's trust policy",
        (Service::Eks, "CreatePodIdentityAssociation") => "Pod Identity associations per cluster",
        (Service::Elb, "CreateTargetGroup") => "target groups per region",
        (Service::Elb, "CreateRule" | "ModifyRule") => match error.code() {
            Some("TooManyTargetGroups") => "target groups per action (5, fixed)",
            Some("TooManyUniqueTargetGroupsPerLoadBalancer" | "TooManyTargets") => {
                "unique target groups per load balancer"
            }
            Some("TooManyRules" | "TooManyRulesException") => "rules per application load balancer",
            _ => "rules, or target groups, per application load balancer",
        },
        (Service::Logs, "CreateLogGroup") => "log groups per region",
        (Service::Ssm, _) => "parameters per region, or the size of a standard parameter (4 KB)",
        _ => "the one that AWS's message names",
    };
    format!(
        "A quota of the account is used up: {quota}. It was not tried again, since that cannot help. Delete what \
         is not needed, or ask for more in the Service Quotas console under {}.",
        error.service()
    )
}

fn in_use(error: &Error) -> String {
    match error.service() {
        Service::Ecr => {
            "The repository holds images. Delete them first, or have them deleted with it.".to_owned()
        }
        Service::Elb => {
            "A listener or rule still refers to the target group. Remove it from there first; if it \
            was removed just now, run again."
                .to_owned()
        }
        Service::Iam => {
            "Something is still attached to the role. If it was detached just now, run again.".to_owned()
        }
        _ => "Something still uses the object. Remove that use first.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, expected: &[&str]) {
        let advice = advice(error);
        for part in expected {
            assert!(advice.contains(part), "`{part}` is not in: {advice}");
        }
    }

    #[test]
    fn access_denied_names_the_action_of_the_operation() {
        let error =
            Error::new(ErrorKind::AccessDenied, Service::Ecr, "CreateRepository", "checkout", "denied");
        check(&error, &[r#"{ "Effect": "Allow", "Action": "ecr:CreateRepository", "Resource": "*" }"#]);
    }

    #[test]
    fn access_denied_prefers_the_action_and_resource_of_the_message() {
        let message = "User: arn:aws:iam::1:user/ci is not authorized to perform: iam:PassRole on resource: \
                       arn:aws:iam::1:role/checkout because no identity-based policy allows the iam:PassRole action";
        let error = Error::new(
            ErrorKind::AccessDenied,
            Service::Eks,
            "CreatePodIdentityAssociation",
            "prod",
            message,
        );
        check(&error, &[r#""Action": "iam:PassRole", "Resource": "arn:aws:iam::1:role/checkout""#]);
    }

    #[test]
    fn explicit_deny_advises_no_statement() {
        let message = "User: x is not authorized to perform: iam:CreateRole on resource: y with an explicit deny in \
                       a service control policy";
        let error = Error::new(ErrorKind::AccessDenied, Service::Iam, "CreateRole", "checkout", message);
        check(&error, &["A service control policy denies `iam:CreateRole`"]);
        assert!(!advice(&error).contains("Add this statement"));
    }

    #[test]
    fn missing_credentials_list_every_place_in_order() {
        let advice =
            advice(&Error::new(ErrorKind::NoCredentials, Service::Sts, "GetCallerIdentity", "", "none"));
        let places = [
            "`access_key`",
            "`profile`",
            "AWS_ACCESS_KEY_ID",
            "`AWS_PROFILE`",
            "AWS_WEB_IDENTITY",
            "container",
            "metadata",
        ];
        let positions: Vec<_> = places.iter().map(|place| advice.find(place).expect(place)).collect();
        assert!(positions.is_sorted(), "{advice}");
    }

    #[test]
    fn quota_names_the_quota() {
        let error = Error::new(ErrorKind::QuotaExceeded, Service::Iam, "CreateRole", "checkout", "limit");
        check(&error, &["roles per account", "Service Quotas console under IAM"]);
    }
}
