//! What an app refers to must be where the provider works: told at plan, before anything is changed in a place that
//! was not meant.

use provider_framework::{Diagnostic, Diagnostics, Path};

use crate::app::image::Encryption;
use crate::app::resolve::App;
use crate::app::traffic::BackendPlace;
use crate::infrastructure::account::Account;

/// Refuses ARNs of another partition, account or region.
pub(super) fn check(app: &App, account: &Account, diagnostics: &mut Diagnostics) {
    let mut check = |what: &str, arn: &str, at: Path| {
        if let Some(diagnostic) = misplaced(what, arn, account) {
            diagnostics.push(diagnostic.at(at));
        }
    };
    if let Some(balancer) = &app.traffic.load_balancer {
        let at = Path::root("load_balancer").attribute("listener_arn");
        check("listener", &balancer.listener_arn, at);
    }
    for (name, backend) in &app.traffic.backends {
        let at = |attribute: &str| Path::root("backend").key(name).attribute(attribute);
        match &backend.place {
            BackendPlace::Existing { target_group_arn } => {
                check("target group", target_group_arn, at("target_group_arn"));
            }
            BackendPlace::Cluster { oidc_provider_arn, .. } => {
                let arn = oidc_provider_arn.as_deref().unwrap_or_default();
                check("OpenID Connect provider", arn, at("oidc_provider_arn"));
            }
        }
    }
    let iam = |attribute: &str| Path::root("iam").attribute(attribute);
    if let Some(arn) = &app.iam.permissions_boundary {
        check("permissions boundary", arn, iam("permissions_boundary"));
    }
    for arn in &app.iam.managed_policy_arns {
        check("managed policy", arn, iam("managed_policy_arns"));
    }
    // Keys may be another account's, but never another region's.
    let region_only = |arn: &str| {
        let mut fields: Vec<&str> = arn.splitn(6, ':').collect();
        if let Some(owner) = fields.get_mut(4) {
            *owner = "";
        }
        fields.join(":")
    };
    if let Some(arn) = &app.logs.kms_key_arn {
        check("key", &region_only(arn), Path::root("logs").attribute("kms_key_arn"));
    }
    if let Encryption::Kms { key_arn: Some(arn), .. } = &app.image.storage.encryption {
        check("key", &region_only(arn), Path::root("image").attribute("kms_key_arn"));
    }
}

/// Why `arn` can't be used, unless it can. AWS' own objects belong to the account `aws`.
fn misplaced(what: &str, arn: &str, account: &Account) -> Option<Diagnostic> {
    let mut fields = arn.split(':');
    let (prefix, partition, region, owner) = (fields.next()?, fields.next()?, fields.nth(1)?, fields.next()?);
    if prefix != "arn" {
        return None;
    }
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    if partition != account.partition {
        theirs.push(format!("partition {partition}"));
        ours.push(format!("partition {}", account.partition));
    }
    if !region.is_empty() && region != account.region {
        theirs.push(format!("region {region}"));
        ours.push(format!("region {}", account.region));
    }
    if !["", "aws"].contains(&owner) && owner != account.id {
        theirs.push(format!("account {owner}"));
        ours.push(format!("account {}", account.id));
    }
    (!theirs.is_empty()).then(|| {
        Diagnostic::error(
            format!("The {what} is in {}", theirs.join(", ")),
            format!(
                "`{arn}` can't be used from {}, where the provider works. Nothing was changed. Use the ARN of one \
                 there, other credentials or another `region`, or a provider alias (`provider = ipsy.other`).",
                ours.join(", ")
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arn: &str, expected: Option<&str>) {
        let account = Account {
            id: "123456789012".into(),
            region: "eu-west-1".into(),
            partition: "aws".into(),
            dns_suffix: "amazonaws.com".into(),
        };
        let found = misplaced("thing", arn, &account).map(|diagnostic| diagnostic.summary);
        assert_eq!(found.as_deref(), expected, "{arn}");
    }

    #[test]
    fn only_what_is_elsewhere_is_refused() {
        check("arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/1/2", None);
        check("arn:aws:iam::aws:policy/ReadOnlyAccess", None);
        check("arn:aws:elasticloadbalancing:::targetgroup/pending/0", None);
        check("", None);
        check("arn:aws:iam::999999999999:policy/a", Some("The thing is in account 999999999999"));
        check("arn:aws-cn:iam::aws:policy/ReadOnlyAccess", Some("The thing is in partition aws-cn"));
        check("arn:aws:kms:us-east-1:123456789012:key/a", Some("The thing is in region us-east-1"));
    }
}
