//! Which account and region a provider works in: several in one run, and never one that was not meant.

use std::collections::BTreeSet;

use serde_json::json;

use super::sources::{SMALL, without_credentials};
use crate::fixture;

const KEYS: &str =
    "access_key = \"AKIABENCHBENCHBENCH0\"\n  secret_key = \"hush\"\n  region     = \"us-east-1\"";

#[test]
fn two_accounts_are_worked_in_by_one_run() {
    let aws = fixture::aws();
    let other = SMALL.replace("\"small\" {", "\"other\" {\n  provider = ipsy.other");
    let text = format!(
        "provider \"ipsy\" {{\n  {KEYS}\n}}\nprovider \"ipsy\" {{\n  alias      = \"other\"\n  {KEYS}\n  \
         default_tags = {{ stage = \"other\" }}\n  assume_role {{\n    \
         role_arn = \"arn:aws:iam::222222222222:role/deployer\"\n  }}\n}}\n{SMALL}{other}"
    );
    let terraform = without_credentials(&aws, &text);
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap().roles.len(), 1, "one in the bench's own account");
    let state = terraform.state().unwrap();
    let resources = state["values"]["root_module"]["resources"].as_array().unwrap().clone();
    let role = |name: &str| {
        let found = resources.iter().find(|resource| resource["name"] == name).unwrap();
        found["values"]["role_arn"].as_str().unwrap().to_owned()
    };
    assert_eq!(role("small"), format!("arn:aws:iam::{}:role/small-dev", aws.platform.account_id));
    assert_eq!(role("other"), "arn:aws:iam::222222222222:role/small-dev");
    assert!(!terraform.plan().unwrap().has_changes);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn an_account_that_is_not_allowed_stops_before_anything_is_read() {
    let aws = fixture::aws();
    for list in ["allowed_account_ids   = [\"999999999999\"]", "forbidden_account_ids = [\"123456789012\"]"] {
        let terraform =
            without_credentials(&aws, &format!("provider \"ipsy\" {{\n  {KEYS}\n  {list}\n}}\n{SMALL}"));
        aws.forget_calls().unwrap();
        let refused = terraform.try_apply().unwrap();
        assert_eq!(refused.code, 1, "{}", refused.everything());
        assert!(refused.stderr.contains("belong to account 123456789012"), "{}", refused.stderr);
        let calls: BTreeSet<String> = aws.calls().unwrap().into_keys().collect();
        assert_eq!(calls, BTreeSet::from(["sts:GetCallerIdentity".to_owned()]));
    }
}

#[test]
fn credentials_that_have_expired_stop_before_anything_is_read() {
    let aws = fixture::aws();
    let expired = json!({
        "operation": "GetCallerIdentity", "times": 0, "status": 403, "code": "ExpiredToken",
        "message": "The security token included in the request is expired",
    });
    aws.fault(&expired).unwrap();
    let terraform = without_credentials(&aws, &format!("provider \"ipsy\" {{\n  {KEYS}\n}}\n{SMALL}"));
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    let said = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("ExpiredToken") && said.contains("they have expired"), "{said}");
    assert!(said.contains("request id"), "{said}");
    let calls: BTreeSet<String> = aws.calls().unwrap().into_keys().collect();
    assert_eq!(calls, BTreeSet::from(["sts:GetCallerIdentity".to_owned()]));
}

#[test]
fn what_lies_in_another_account_or_region_is_refused_at_plan() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    terraform.variable("region", "eu-west-1");
    let elsewhere = aws.platform.legacy_target_group_arn.replace(&aws.platform.account_id, "999999999999");
    terraform.variable("legacy_target_group_arn", &elsewhere);
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1);
    let said = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("The listener is in region us-east-1"), "{said}");
    assert!(said.contains("The target group is in region us-east-1, account 999999999999"), "{said}");
    assert!(said.contains("from region eu-west-1"), "{said}");
    assert!(aws.resources().unwrap().is_empty());
}
