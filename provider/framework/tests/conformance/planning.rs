//! Plans and what becomes of them, through the wire: the consequences of Terraform's rules for providers.

use proto::tfplugin5 as tf;
use serde_json::{Value as Json, json};

use crate::client::{Session, UNKNOWN, errors, fault, file, json as read, null, thing, value};

async fn plan(
    session: &mut Session,
    type_name: &str,
    prior: tf::DynamicValue,
    proposed: tf::DynamicValue,
    config: tf::DynamicValue,
) -> tf::plan_resource_change::Response {
    let request = tf::plan_resource_change::Request {
        type_name: type_name.into(),
        prior_state: Some(prior),
        proposed_new_state: Some(proposed),
        config: Some(config),
        ..Default::default()
    };
    session.provider.plan_resource_change(request).await.unwrap().into_inner()
}

async fn apply(
    session: &mut Session,
    type_name: &str,
    prior: tf::DynamicValue,
    planned: tf::DynamicValue,
    config: tf::DynamicValue,
) -> tf::apply_resource_change::Response {
    let request = tf::apply_resource_change::Request {
        type_name: type_name.into(),
        prior_state: Some(prior),
        planned_state: Some(planned),
        config: Some(config),
        ..Default::default()
    };
    session.provider.apply_resource_change(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_create_takes_defaults_hides_write_only_and_is_unknown_where_it_must() {
    let mut session = Session::plain().await;
    let config = file(&[("name", "a".into()), ("secret_wo", "s".into())]);
    let response = plan(&mut session, "null_file", null(), config.clone(), config).await;
    assert_eq!(response.diagnostics, []);
    assert!(response.requires_replace.is_empty() && !response.legacy_type_system);
    let expected = json!({
        "name": "a", "content": "", "secret_wo": null, "protected": false, "id": UNKNOWN, "size": UNKNOWN,
    });
    assert_eq!(read(response.planned_state.as_ref()), expected);
}

#[tokio::test]
async fn nothing_changes_where_nothing_changes() {
    let mut session = Session::plain().await;
    let prior = file(&[
        ("name", "a".into()),
        ("content", "x".into()),
        ("protected", false.into()),
        ("id", "a".into()),
        ("size", 1.into()),
    ]);
    // The same but for space around it, which this attribute does not mind.
    let proposed = file(&[
        ("name", "a".into()),
        ("content", " x ".into()),
        ("protected", false.into()),
        ("id", "a".into()),
        ("size", 1.into()),
    ]);
    let config = file(&[("name", "a".into()), ("content", " x ".into())]);
    let response = plan(&mut session, "null_file", prior.clone(), proposed, config).await;
    assert_eq!(read(response.planned_state.as_ref()), read(Some(&prior)));
}

#[tokio::test]
async fn a_new_name_needs_a_new_object_and_the_second_plan_of_it_works() {
    let mut session = Session::plain().await;
    let state = |name: &str| {
        file(&[
            ("name", name.into()),
            ("content", "".into()),
            ("protected", false.into()),
            ("id", "a".into()),
            ("size", 0.into()),
        ])
    };
    let config = file(&[("name", "b".into())]);
    let response = plan(&mut session, "null_file", state("a"), state("b"), config.clone()).await;
    let name = tf::attribute_path::Step {
        selector: Some(tf::attribute_path::step::Selector::AttributeName("name".into())),
    };
    assert_eq!(response.requires_replace, [tf::AttributePath { steps: vec![name] }]);
    let again = plan(&mut session, "null_file", null(), config.clone(), config).await;
    assert_eq!(again.requires_replace, []);
    assert_eq!(read(again.planned_state.as_ref())["id"], UNKNOWN);
}

#[tokio::test]
async fn the_same_plan_twice_is_the_same_bytes_whatever_the_order_of_a_set() {
    let mut session = Session::plain().await;
    let config = |set: Json| thing(&[("set", set), ("map", json!({ "b": "1", "a": "2" }))]);
    let first = config(json!([3, 1, 2]));
    let second = config(json!([2, 3, 1, 1]));
    let first = plan(&mut session, "null_thing", null(), first.clone(), first).await;
    let second = plan(&mut session, "null_thing", null(), second.clone(), second).await;
    assert_eq!(first.planned_state, second.planned_state);
}

#[tokio::test]
async fn unknown_is_right_in_every_place() {
    let mut session = Session::plain().await;
    let inner = json!({ "word": UNKNOWN, "count_of": UNKNOWN, "made": null });
    let names = ["text", "number", "flag", "list", "set", "map", "object", "any", "fixed"];
    let mut members: Vec<(&str, Json)> = names.iter().map(|name| (*name, UNKNOWN.into())).collect();
    members.extend([
        ("one", inner.clone()),
        ("group", json!({ "word": UNKNOWN })),
        ("step", json!([inner.clone()])),
        ("tag", json!([inner.clone()])),
        ("port", json!({ "http": inner })),
    ]);
    let parts = thing(&members);
    let whole = thing(&[
        ("one", UNKNOWN.into()),
        ("step", UNKNOWN.into()),
        ("tag", UNKNOWN.into()),
        ("port", UNKNOWN.into()),
    ]);
    for config in [parts, whole] {
        let request = tf::validate_resource_type_config::Request {
            type_name: "null_thing".into(),
            config: Some(config.clone()),
            ..Default::default()
        };
        let response = session.provider.validate_resource_type_config(request).await.unwrap().into_inner();
        assert_eq!(response.diagnostics, []);
        let response = plan(&mut session, "null_thing", null(), config.clone(), config).await;
        assert_eq!(response.diagnostics, []);
    }
}

#[tokio::test]
async fn refined_and_strange_unknowns_are_unknown() {
    let mut session = Session::plain().await;
    let refined: [&[u8]; 4] =
        [&[0xd4, 0, 0], &[0xc7, 3, 12, 0x81, 1, 0xc2], &[0xc7, 2, 99, 1, 2], &[0xd5, 12, 0x80, 0x00]];
    for unknown in refined {
        let mut bytes = vec![0x83, 0xa4];
        bytes.extend(b"text");
        bytes.extend(unknown);
        bytes.push(0xa5);
        bytes.extend(b"words\xc0");
        bytes.push(0xab);
        bytes.extend(b"module_name\xc0");
        let config = tf::DynamicValue { msgpack: bytes, json: Vec::new() };
        let request =
            tf::validate_data_source_config::Request { type_name: "null_words".into(), config: Some(config) };
        let response = session.provider.validate_data_source_config(request).await.unwrap().into_inner();
        assert_eq!(response.diagnostics, [], "{unknown:x?}");
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_each_with_its_place() {
    let mut session = Session::plain().await;
    let block = |number: i64| json!({ "word": "w", "count_of": number, "made": null });
    let config = thing(&[
        ("text", "bad".into()),
        ("flag", true.into()),
        ("one", block(11)),
        ("step", json!([block(1), block(12)])),
        ("tag", json!([block(13)])),
        ("port", json!({ "a": block(14), "b": block(1), "c": block(1), "d": block(1) })),
        ("rule", json!([rule("a", "w"), rule("b", "w"), rule("a", "w")])),
    ]);
    let request = tf::validate_resource_type_config::Request {
        type_name: "null_thing".into(),
        config: Some(config),
        ..Default::default()
    };
    let response = session.provider.validate_resource_type_config(request).await.unwrap().into_inner();
    assert_eq!(
        errors(&response.diagnostics),
        [
            "Too large at .one.count_of",
            "Too many port blocks at .port",
            "Too large at .port[\"a\"].count_of",
            "Duplicate name `a` at .rule[2].name",
            "Too large at .step[1].count_of",
            "Too large at .tag",
            "Bad and flagged at .text",
        ]
    );
}

fn rule(name: &str, word: &str) -> Json {
    json!({ "name": name, "word": word, "count_of": null, "made": null })
}

#[tokio::test]
async fn a_path_by_name_leads_to_the_block_in_the_list() {
    let mut session = Session::plain().await;
    let config = thing(&[("rule", json!([rule("b", "even"), rule("a", "odd")]))]);
    let response = plan(&mut session, "null_thing", null(), config.clone(), config).await;
    assert_eq!(errors(&response.diagnostics), ["An odd rule at .rule[1].word"]);
}

#[tokio::test]
async fn a_write_only_argument_needs_a_terraform_that_knows_them() {
    let mut session = Session::plain().await;
    let config = file(&[("name", "a".into()), ("secret_wo", "s".into())]);
    let mut request = tf::validate_resource_type_config::Request {
        type_name: "null_file".into(),
        config: Some(config),
        ..Default::default()
    };
    let response =
        session.provider.validate_resource_type_config(request.clone()).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Terraform is too old for this argument at .secret_wo"]);
    request.client_capabilities =
        Some(tf::ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() });
    let response = session.provider.validate_resource_type_config(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
}

#[tokio::test]
async fn numbers_of_every_form_come_back_as_they_were() {
    let mut session = Session::plain().await;
    for text in ["0.1", "9223372036854775808", "1000000000000000000000000000000"] {
        let config = thing(&[("number", text.into())]);
        let response = plan(&mut session, "null_thing", null(), config.clone(), config).await;
        assert_eq!(read(response.planned_state.as_ref())["number"], text);
    }
    for number in [json!(0.5), json!(-1), json!(i64::MAX), json!(i64::MIN), json!(1.5e300)] {
        let config = thing(&[("number", number.clone())]);
        let response = plan(&mut session, "null_thing", null(), config.clone(), config).await;
        let planned = &read(response.planned_state.as_ref())["number"];
        // A whole number that needs more than 64 bits comes back as Terraform itself writes it.
        assert!(
            *planned == number
                || planned.as_str().and_then(|text| text.parse::<f64>().ok()) == number.as_f64()
        );
    }
}

#[tokio::test]
async fn long_and_empty_texts_come_back_as_they_were() {
    let mut session = Session::plain().await;
    for text in [String::new(), "x".repeat(1 << 20), "é".into()] {
        let config = thing(&[("text", text.clone().into())]);
        let response = plan(&mut session, "null_thing", null(), config.clone(), config).await;
        assert!(read(response.planned_state.as_ref())["text"] == text);
    }
}

#[tokio::test]
async fn a_failed_change_is_saved_as_far_as_it_came() {
    let mut session = Session::plain().await;
    let cases = [
        ("fail with state", json!({ "how": "fail with state", "result": "done" }), "Apply failed"),
        ("fail with unknowns", json!({ "how": "fail with unknowns", "result": null }), "Apply failed"),
        ("fail without state", Json::Null, "Apply failed"),
        ("leave unknown", json!({ "how": "leave unknown", "result": null }), "The provider made a mistake"),
        ("return nothing", Json::Null, "The provider made a mistake"),
    ];
    for (how, state, error) in cases {
        let planned = fault(how, UNKNOWN.into());
        let response = apply(&mut session, "null_fault", null(), planned, fault(how, Json::Null)).await;
        assert_eq!(errors(&response.diagnostics), [error], "{how}");
        assert_eq!(read(response.new_state.as_ref()), state, "{how}");
    }
    let planned = fault("return nonsense", UNKNOWN.into());
    let config = fault("return nonsense", Json::Null);
    let response = apply(&mut session, "null_fault", null(), planned, config).await;
    assert_eq!(errors(&response.diagnostics), ["The provider made a mistake at .how"]);
    // A failed update without a state of its own leaves the prior one.
    let prior = fault("x", "old".into());
    let planned = fault("fail without state", UNKNOWN.into());
    let config = fault("fail without state", Json::Null);
    let response = apply(&mut session, "null_fault", prior.clone(), planned, config).await;
    assert_eq!(read(response.new_state.as_ref()), read(Some(&prior)));
}

#[tokio::test]
async fn a_deleted_object_is_null_and_one_that_stays_is_not() {
    let mut session = Session::plain().await;
    let response = apply(&mut session, "null_fault", fault("x", "r".into()), null(), null()).await;
    assert_eq!((response.diagnostics, read(response.new_state.as_ref())), (vec![], Json::Null));
    let prior = fault("fail to delete", "r".into());
    let response = apply(&mut session, "null_fault", prior.clone(), null(), null()).await;
    assert_eq!(errors(&response.diagnostics), ["Delete failed"]);
    assert_eq!(read(response.new_state.as_ref()), read(Some(&prior)));
}

#[tokio::test]
async fn a_destruction_is_planned_as_null_and_can_be_refused() {
    let mut session = Session::plain().await;
    for (protected, refused) in [(false, 0), (true, 1)] {
        let prior = file(&[("name", "a".into()), ("protected", protected.into())]);
        let response = plan(&mut session, "null_file", prior, null(), null()).await;
        assert_eq!(read(response.planned_state.as_ref()), Json::Null);
        assert_eq!(errors(&response.diagnostics).len(), refused);
    }
}

#[tokio::test]
async fn a_panic_in_a_plan_is_a_diagnostic() {
    let mut session = Session::plain().await;
    let config = fault("panic in plan", Json::Null);
    let response = plan(&mut session, "null_fault", null(), config.clone(), config).await;
    assert_eq!(errors(&response.diagnostics), ["The provider made a mistake"]);
    let request = tf::read_data_source::Request {
        type_name: "null_words".into(),
        config: Some(value(&json!({ "text": "panic", "words": null, "module_name": null }))),
        ..Default::default()
    };
    let response = session.provider.read_data_source(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["The provider made a mistake"]);
}
