//! Which names are those of an app.

use super::*;

#[test]
fn a_target_group_is_the_apps_by_its_whole_name() {
    let identity = Identity { app: "checkout".into(), environment: "prod".into() };
    for name in ["checkout", "checkout-prod", "checkout-prod-blue", "prod-checkout-blue"] {
        assert!(names_app(name, &identity), "{name}");
    }
    for name in ["checkout-legacy", "checkout-product", "shop-checkout-prod", ""] {
        assert!(!names_app(name, &identity), "{name}");
    }
}

#[test]
fn a_pointer_names_its_repository() {
    let pointer = |value: &str| Parameter {
        name: "/a".into(),
        arn: String::new(),
        value: value.into(),
        kind: ipsy_aws::ParameterKind::Text,
        version: 1,
    };
    let ours = pointer("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/checkout:1");
    assert_eq!(pointed_repository(&ours).as_deref(), Some("team/checkout"));
    assert_eq!(pointed_repository(&pointer("ghcr.io/team/checkout:1")), None);
    assert_eq!(pointed_repository(&pointer("1.0.0")), None);
}
