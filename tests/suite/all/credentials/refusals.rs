//! What AWS does not allow: which action was missing, and the statement that allows it.

use serde_json::json;

use crate::fixture;

/// Applies the quickstart while an operation is denied; gives what was said, in one line.
fn denied(operation: &str, message: &str) -> String {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let fault = json!({
        "operation": operation, "times": 0, "status": 403, "code": "AccessDenied", "message": message,
    });
    aws.fault(&fault).unwrap();
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    assert!(aws.resources().unwrap().is_empty(), "{:?}", aws.resources().unwrap());
    // Terraform draws a line at the left and breaks long lines.
    refused.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_missing_action_is_named_with_the_statement_that_allows_it() {
    let said = denied(
        "CreateRole",
        "User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: iam:TagRole on \
         resource: arn:aws:iam::123456789012:role/checkout-prod because no identity-based policy allows the \
         iam:TagRole action",
    );
    assert!(said.contains("The IAM role `checkout-prod` was not made"), "{said}");
    assert!(said.contains("IAM CreateRole for `checkout-prod` failed"), "{said}");
    let statement = r#"{ "Effect": "Allow", "Action": "iam:TagRole", "Resource": "arn:aws:iam::123456789012:role/checkout-prod" }"#;
    assert!(said.contains(statement), "{said}");
    assert!(said.contains("AccessDenied") && said.contains("request id"), "{said}");
}

#[test]
fn an_explicit_deny_is_told_apart() {
    let said = denied(
        "CreateLogGroup",
        "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: logs:CreateLogGroup on resource: \
         arn:aws:logs:us-east-1:123456789012:log-group:/ipsy/prod/checkout with an explicit deny in a service \
         control policy",
    );
    assert!(said.contains("A service control policy denies `logs:CreateLogGroup`"), "{said}");
    assert!(!said.contains("\"Effect\": \"Allow\""), "{said}");
}

#[test]
fn a_refusal_without_details_names_the_action_of_the_call() {
    let said = denied("CreateRepository", "Access denied");
    let statement = r#""Action": "ecr:CreateRepository""#;
    assert!(said.contains(statement), "{said}");
}
