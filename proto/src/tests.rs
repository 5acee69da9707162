//! Pins field numbers by their encoding: a wrong number compiles, and fails only in front of Terraform.

use prost::Message;

use crate::{goplugin, health, tfplugin5 as tf};

fn check(message: &impl Message, bytes: &[u8]) {
    assert_eq!(message.encode_to_vec(), bytes);
}

#[test]
fn dynamic_value_has_msgpack_first() {
    let value = tf::DynamicValue { msgpack: vec![0xc0], json: vec![b'1'] };
    check(&value, &[0x0a, 1, 0xc0, 0x12, 1, b'1']);
}

#[test]
fn schema_attribute_numbers() {
    let attribute = tf::schema::Attribute {
        name: "a".into(),
        r#type: b"b".to_vec(),
        description: "c".into(),
        required: true,
        optional: true,
        computed: true,
        sensitive: true,
        description_kind: tf::StringKind::Markdown.into(),
        deprecated: true,
        write_only: true,
        deprecation_message: "d".into(),
    };
    check(
        &attribute,
        &[
            0x0a, 1, b'a', 0x12, 1, b'b', 0x1a, 1, b'c', 0x20, 1, 0x28, 1, 0x30, 1, 0x38, 1, 0x40, 1, 0x48,
            1, 0x50, 1, 0x5a, 1, b'd',
        ],
    );
}

#[test]
fn nested_block_numbers() {
    let block = tf::schema::NestedBlock {
        type_name: "a".into(),
        block: Some(tf::schema::Block::default()),
        nesting: tf::schema::nested_block::NestingMode::Group.into(),
        min_items: 1,
        max_items: 2,
    };
    check(&block, &[0x0a, 1, b'a', 0x12, 0, 0x18, 5, 0x20, 1, 0x28, 2]);
}

#[test]
fn plan_response_numbers() {
    let response = tf::plan_resource_change::Response {
        planned_state: Some(tf::DynamicValue::default()),
        requires_replace: vec![tf::AttributePath::default()],
        planned_private: vec![7],
        diagnostics: vec![tf::Diagnostic::default()],
        legacy_type_system: true,
        deferred: Some(tf::Deferred::default()),
        planned_identity: Some(tf::ResourceIdentityData::default()),
    };
    check(&response, &[0x0a, 0, 0x12, 0, 0x1a, 1, 7, 0x22, 0, 0x28, 1, 0x32, 0, 0x3a, 0]);
}

#[test]
fn apply_request_numbers() {
    let request = tf::apply_resource_change::Request {
        type_name: "t".into(),
        prior_state: Some(tf::DynamicValue::default()),
        planned_state: Some(tf::DynamicValue::default()),
        config: Some(tf::DynamicValue::default()),
        planned_private: vec![1],
        provider_meta: Some(tf::DynamicValue::default()),
        planned_identity: Some(tf::ResourceIdentityData::default()),
    };
    check(&request, &[0x0a, 1, b't', 0x12, 0, 0x1a, 0, 0x22, 0, 0x2a, 1, 1, 0x32, 0, 0x3a, 0]);
}

#[test]
fn provider_schema_maps_are_sorted_and_actions_are_eleven() {
    let mut response = tf::get_provider_schema::Response::default();
    for name in ["b", "a"] {
        response.resource_schemas.insert(name.into(), tf::Schema { version: 1, block: None });
    }
    response.action_schemas.insert("x".into(), tf::ActionSchema::default());
    check(
        &response,
        &[
            0x12, 7, 0x0a, 1, b'a', 0x12, 2, 0x08, 1, 0x12, 7, 0x0a, 1, b'b', 0x12, 2, 0x08, 1, 0x5a, 3,
            0x0a, 1, b'x',
        ],
    );
}

#[test]
fn function_error_distinguishes_argument_zero_from_none() {
    check(&tf::FunctionError { text: "t".into(), function_argument: Some(0) }, &[0x0a, 1, b't', 0x10, 0]);
    check(&tf::FunctionError { text: "t".into(), function_argument: None }, &[0x0a, 1, b't']);
}

#[test]
fn path_steps_are_a_choice_of_three() {
    use tf::attribute_path::{Step, step::Selector};
    let steps = [
        Selector::AttributeName("a".into()),
        Selector::ElementKeyString("b".into()),
        Selector::ElementKeyInt(3),
    ];
    let path =
        tf::AttributePath { steps: steps.into_iter().map(|step| Step { selector: Some(step) }).collect() };
    check(&path, &[0x0a, 3, 0x0a, 1, b'a', 0x0a, 3, 0x12, 1, b'b', 0x0a, 2, 0x18, 3]);
}

#[test]
fn goplugin_and_health_numbers() {
    let info = goplugin::ConnInfo {
        service_id: 1,
        network: "unix".into(),
        address: "a".into(),
        knock: Some(goplugin::conn_info::Knock { knock: true, ack: true, error: String::new() }),
    };
    check(&info, &[0x08, 1, 0x12, 4, b'u', b'n', b'i', b'x', 0x1a, 1, b'a', 0x22, 4, 0x08, 1, 0x10, 1]);
    let serving = health::health_check_response::ServingStatus::Serving;
    check(&health::HealthCheckResponse { status: serving.into() }, &[0x08, 1]);
}
