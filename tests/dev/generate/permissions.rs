//! `docs/guides/permissions.md`: the IAM actions of each feature, and policies to paste. Fails if the rows are not what
//! the provider can call.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use acceptance::aws_operations;
use acceptance::permissions::{Feature, ROWS, features, of_applies, of_plans};
use acceptance::programs::Programs;
use acceptance::tools::Tools;
use anyhow::{Result, ensure};
use serde_json::json;

use super::Document;
use super::markdown::front_matter;

/// AWS checks this action in calls of EKS; it is not an operation.
const WITHOUT_OPERATION: &str = "PassRole";

/// AWS allows this operation to every caller.
const ALWAYS_ALLOWED: &str = "GetCallerIdentity";

/// Files of the SDK layer that name error codes or are tests.
const WITHOUT_OPERATIONS: [&str; 3] = ["channel", "failure", "tests"];

const INTRODUCTION: &str = "\
With this page you write the IAM policy of the credentials that Terraform uses: one for plans, and one for applies.

The lists are complete: the tests run the whole life of an app against an AWS that denies every other action. A missing
action fails the run before or while the object is changed. The error names the action and the statement to add:

```text
The credentials in use may not do `iam:CreateRole`. Add this statement to their policy:
{ \"Effect\": \"Allow\", \"Action\": \"iam:CreateRole\", \"Resource\": \"*\" }
```

A create that is denied half-way removes what it made, so run it again after the policy is fixed.

## Actions by feature

An app needs the rows of the features that it uses. An apply also needs the actions of the plan.

";

const NARROWING: &str = "
## Narrow the policies

- Resources have deterministic names: `NAME-ENVIRONMENT` begins the names of roles, target groups and alarms. So
  `arn:aws:iam::123456789012:role/*-prod` limits a pipeline to one environment. Actions that begin with `Describe` or
  `List`, and `tag:GetResources`, need `\"Resource\": \"*\"`.
- `iam:PassRole` needs the condition `iam:PassedToService` = `pods.eks.amazonaws.com` at most.
- A permissions boundary limits what the roles of apps can do. The standards set it with `iam.permissionsBoundary`; add the
  condition `iam:PermissionsBoundary` to `iam:CreateRole` and `iam:PutRolePermissionsBoundary`.
- A plan in a pull request needs only the first policy. A token with it cannot change anything.

## Actions that the tests do not see

- An ECR repository with a KMS key of yours needs `kms:CreateGrant` and `kms:DescribeKey` on that key.
- A log group with a KMS key needs a key policy that allows `logs.REGION.amazonaws.com`.
- A listener rule with `authenticate_cognito` needs `cognito-idp:DescribeUserPoolClient`.
";

/// The page.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let features = features()?;
    check(&of_applies(&features), &operations()?)?;
    Ok(vec![Document { path: "docs/guides/permissions.md".into(), text: page(&features)? }])
}

/// The operations that the provider can call and that need a permission.
fn operations() -> Result<BTreeSet<String>> {
    let mut operations = BTreeSet::new();
    for path in aws_operations::sources()? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if !WITHOUT_OPERATIONS.contains(&name.as_ref()) {
            operations.extend(aws_operations::named_in(&fs::read_to_string(&path)?));
        }
    }
    operations.remove(ALWAYS_ALLOWED);
    Ok(operations)
}

/// Fails if the rows lack an operation, or have one that the provider never calls.
fn check(actions: &BTreeSet<String>, operations: &BTreeSet<String>) -> Result<()> {
    let listed: BTreeSet<&str> =
        actions.iter().filter_map(|action| action.split_once(':')).map(|(_, operation)| operation).collect();
    let missing: Vec<&String> = operations.iter().filter(|name| !listed.contains(name.as_str())).collect();
    ensure!(missing.is_empty(), "{ROWS} lacks operations that the provider calls: {missing:?}");
    let is_called = |name: &&str| operations.contains(*name) || *name == WITHOUT_OPERATION;
    let surplus: Vec<&str> = listed.into_iter().filter(|name| !is_called(name)).collect();
    ensure!(surplus.is_empty(), "{ROWS} lists operations that the provider never calls: {surplus:?}");
    Ok(())
}

fn page(features: &[Feature]) -> Result<String> {
    let description = "The IAM actions that the provider needs, by feature, for plans and for applies.";
    let mut page = front_matter("IAM permissions", description);
    write!(
        page,
        "# IAM permissions\n\n{INTRODUCTION}| Feature | Used when | Plan | Apply and destroy |\n|---|---|---|---|\n"
    )?;
    for Feature { name, when, plan, apply, .. } in features {
        writeln!(page, "| {name} | {when} | {} | {} |", cell(plan), cell(apply))?;
    }
    writeln!(page, "\n## Policy for plans\n\n```json\n{}\n```", policy(&of_plans(features))?)?;
    writeln!(page, "\n## Policy for applies\n\n```json\n{}\n```", policy(&of_applies(features))?)?;
    page.push_str(NARROWING);
    Ok(page)
}

fn cell(actions: &BTreeSet<String>) -> String {
    if actions.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    quoted.join("<br>")
}

fn policy(actions: &BTreeSet<String>) -> Result<String> {
    let statement = json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]);
    Ok(serde_json::to_string_pretty(&json!({ "Version": "2012-10-17", "Statement": statement }))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn rows_are_what_the_provider_calls() {
        let listed = set(&["iam:GetRole", "iam:PassRole"]);
        check(&listed, &set(&["GetRole"])).unwrap();
        let missing = check(&listed, &set(&["GetRole", "CreateRole"])).unwrap_err().to_string();
        assert!(missing.contains("CreateRole"), "{missing}");
        let surplus = check(&listed, &set(&[])).unwrap_err().to_string();
        assert!(surplus.contains("GetRole") && !surplus.contains("PassRole"), "{surplus}");
    }

    #[test]
    fn a_policy_lists_its_actions_in_order() {
        let policy = policy(&set(&["s3:B", "s3:A"])).unwrap();
        assert!(policy.find("s3:A") < policy.find("s3:B"), "{policy}");
    }
}
