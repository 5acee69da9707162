//! The other calls: schema, reading, importing, upgrading, moving, functions, configuration.

use proto::tfplugin5 as tf;
use rmp::encode;
use serde_json::{Value as Json, json};

use crate::client::{Session, UNKNOWN, errors, fault, file, json as read, msgpack, null, object, value};

#[tokio::test]
async fn the_schema_is_the_same_bytes_in_every_process() {
    use prost::Message;
    let mut bytes = Vec::new();
    for _ in 0..2 {
        let mut session = Session::plain().await;
        let response =
            session.provider.get_schema(tf::get_provider_schema::Request {}).await.unwrap().into_inner();
        assert_eq!(response.diagnostics, []);
        let capabilities = response.server_capabilities.unwrap();
        assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
        let single = &response.resource_schemas["null_thing"].block.as_ref().unwrap().block_types[1];
        assert_eq!((single.type_name.as_str(), single.min_items, single.max_items), ("one", 0, 0));
        assert_eq!(response.functions.keys().collect::<Vec<_>>(), ["echo", "join", "panics"]);
        let write_only = response.resource_schemas["null_file"].block.as_ref().unwrap();
        let write_only = write_only.attributes.iter().filter(|it| it.write_only).count();
        assert_eq!(write_only, 1);
        bytes.push(response.encode_to_vec());
    }
    assert_eq!(bytes[0], bytes[1]);
    assert!(bytes[0].len() < 200 << 10);
}

#[tokio::test]
async fn metadata_names_everything() {
    let mut session = Session::plain().await;
    let response = session.provider.get_metadata(tf::get_metadata::Request {}).await.unwrap().into_inner();
    let names: Vec<&str> = response.resources.iter().map(|it| it.type_name.as_str()).collect();
    assert_eq!(names, ["null_blocking", "null_fault", "null_file", "null_late", "null_thing"]);
    assert_eq!(response.data_sources.len(), 1);
    assert_eq!(response.functions.len(), 3);
    assert_eq!(response.ephemeral_resources[0].type_name, "null_token");
    assert_eq!(response.list_resources[0].type_name, "null_file");
    assert_eq!(response.actions[0].type_name, "null_append");
}

#[tokio::test]
async fn the_configuration_is_echoed_checked_and_taken_again() {
    let mut session = Session::plain().await;
    let config = Some(object(&[("folder", "x".into())]));
    let request = tf::prepare_provider_config::Request { config: config.clone() };
    let response = session.provider.prepare_provider_config(request).await.unwrap().into_inner();
    assert_eq!(response.prepared_config, config);
    for folder in [Json::from(UNKNOWN), Json::Null, "x".into(), "y".into()] {
        let config = Some(object(&[("folder", folder)]));
        let request = tf::configure::Request { config, ..Default::default() };
        assert_eq!(session.provider.configure(request).await.unwrap().into_inner().diagnostics, []);
    }
    let config = Some(object(&[("folder", "".into())]));
    let request = tf::configure::Request { config, ..Default::default() };
    let response = session.provider.configure(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Empty folder at .folder"]);
}

#[tokio::test]
async fn a_whole_life_with_private_data_drift_and_import() {
    let mut session = Session::plain().await;
    session.configure().await;
    let config = file(&[("name", "a".into()), ("content", "hello".into()), ("secret_wo", "ab".into())]);
    let request = tf::plan_resource_change::Request {
        type_name: "null_file".into(),
        prior_state: Some(null()),
        proposed_new_state: Some(config.clone()),
        config: Some(config.clone()),
        ..Default::default()
    };
    let planned = session.provider.plan_resource_change(request).await.unwrap().into_inner();
    let request = tf::apply_resource_change::Request {
        type_name: "null_file".into(),
        prior_state: Some(null()),
        planned_state: planned.planned_state,
        config: Some(config),
        planned_private: planned.planned_private,
        ..Default::default()
    };
    let made = session.provider.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(made.diagnostics, []);
    let state = json!({
        "name": "a", "content": "hello", "secret_wo": null, "protected": false, "id": "a", "size": 7,
    });
    assert_eq!(read(made.new_state.as_ref()), state);
    assert_eq!(made.private, b"{\"made\":true}");
    assert_eq!(std::fs::read_to_string(session.folder.path().join("a")).unwrap(), "hello**");

    let request = tf::read_resource::Request {
        type_name: "null_file".into(),
        current_state: made.new_state.clone(),
        private: made.private.clone(),
        ..Default::default()
    };
    let same = session.provider.read_resource(request.clone()).await.unwrap().into_inner();
    assert_eq!((read(same.new_state.as_ref()), &same.private), (state.clone(), &made.private));

    std::fs::write(session.folder.path().join("a"), "other").unwrap();
    let drifted = session.provider.read_resource(request.clone()).await.unwrap().into_inner();
    assert_eq!(read(drifted.new_state.as_ref())["content"], "other");

    let import = |id: &str| tf::import_resource_state::Request {
        type_name: "null_file".into(),
        id: id.into(),
        ..Default::default()
    };
    let imported = session.provider.import_resource_state(import("a")).await.unwrap().into_inner();
    assert_eq!(imported.diagnostics, []);
    assert_eq!(read(imported.imported_resources[0].state.as_ref())["content"], "other");
    let missing = session.provider.import_resource_state(import("none")).await.unwrap().into_inner();
    assert_eq!(errors(&missing.diagnostics), ["Nothing to import"]);
    let malformed = session.provider.import_resource_state(import("a/b")).await.unwrap().into_inner();
    assert_eq!(errors(&malformed.diagnostics), ["Not a file name"]);
    let mut other = import("a");
    other.type_name = "null_thing".into();
    let unsupported = session.provider.import_resource_state(other).await.unwrap().into_inner();
    assert_eq!(errors(&unsupported.diagnostics), ["This resource cannot be imported"]);

    std::fs::remove_file(session.folder.path().join("a")).unwrap();
    let gone = session.provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(read(gone.new_state.as_ref()), Json::Null);
}

#[tokio::test]
async fn only_a_successful_read_may_remove_an_object() {
    let mut session = Session::plain().await;
    for (how, state, failed) in
        [("be gone", Json::Null, 0), ("fail to read", json!({ "how": "fail to read", "result": "r" }), 1)]
    {
        let request = tf::read_resource::Request {
            type_name: "null_fault".into(),
            current_state: Some(fault(how, "r".into())),
            private: b"{\"a\":1}".to_vec(),
            ..Default::default()
        };
        let response = session.provider.read_resource(request).await.unwrap().into_inner();
        assert_eq!(read(response.new_state.as_ref()), state);
        assert_eq!(errors(&response.diagnostics).len(), failed);
        assert_eq!(response.private, b"{\"a\":1}");
    }
}

#[tokio::test]
async fn old_states_become_states_of_today() {
    let mut session = Session::plain().await;
    let cases = [
        (0, json!({ "name": "a", "text": "t", "size": "1", "gone": [1] }), json!("t")),
        (1, json!({ "name": "a", "content": "t", "size": "1" }), json!("t")),
        (
            2,
            json!({ "name": "a", "content": null, "size": 1, "id": null, "protected": null, "secret_wo": null }),
            Json::Null,
        ),
    ];
    for (version, state, content) in cases {
        let state = tf::RawState { json: state.to_string().into_bytes(), ..Default::default() };
        let request = tf::upgrade_resource_state::Request {
            type_name: "null_file".into(),
            version,
            raw_state: Some(state),
        };
        let response = session.provider.upgrade_resource_state(request).await.unwrap().into_inner();
        assert_eq!(response.diagnostics, []);
        let expected = json!({ "name": "a", "content": content, "size": 1, "id": null, "protected": null, "secret_wo": null });
        assert_eq!(read(response.upgraded_state.as_ref()), expected);
    }
    let state = tf::RawState {
        json: b"{\"number\":0.1,\"any\":{\"type\":\"string\",\"value\":\"x\"}}".to_vec(),
        ..Default::default()
    };
    let request = tf::upgrade_resource_state::Request {
        type_name: "null_thing".into(),
        version: 0,
        raw_state: Some(state),
    };
    let response = session.provider.upgrade_resource_state(request).await.unwrap().into_inner();
    let state = read(response.upgraded_state.as_ref());
    assert_eq!(
        (&state["number"], &state["step"], &state["any"]),
        (&json!("0.1"), &json!([]), &json!(["\"string\"", "x"]))
    );
}

#[tokio::test]
async fn an_object_of_another_type_is_taken_over_or_refused() {
    let mut session = Session::plain().await;
    for (source, refused) in [("local_file", 0), ("other", 1)] {
        let state = tf::RawState { json: b"{\"filename\":\"a\"}".to_vec(), ..Default::default() };
        let request = tf::move_resource_state::Request {
            source_type_name: source.into(),
            source_state: Some(state),
            target_type_name: "null_file".into(),
            ..Default::default()
        };
        let response = session.provider.move_resource_state(request).await.unwrap().into_inner();
        assert_eq!(errors(&response.diagnostics).len(), refused, "{source}");
        assert_eq!(response.target_state.is_some(), refused == 0);
    }
}

async fn call(
    session: &mut Session,
    name: &str,
    arguments: Vec<tf::DynamicValue>,
) -> tf::call_function::Response {
    let request = tf::call_function::Request { name: name.into(), arguments };
    session.provider.call_function(request).await.unwrap().into_inner()
}

fn text(text: &str) -> tf::DynamicValue {
    value(&text.into())
}

#[tokio::test]
async fn functions_compute_without_any_configuration() {
    let mut session = Session::plain().await;
    for _ in 0..2 {
        let response = call(&mut session, "join", vec![text("-"), text("a"), text("b")]).await;
        assert_eq!((read(response.result.as_ref()), response.error), (json!("a-b"), None));
    }
    let response = call(&mut session, "join", vec![text("-")]).await;
    assert_eq!(read(response.result.as_ref()), "");
    let mut any = Vec::new();
    encode::write_array_len(&mut any, 2).unwrap();
    encode::write_bin(&mut any, b"[\"list\",\"number\"]").unwrap();
    any.extend(msgpack(&json!([1, 2])));
    for msgpack in [any, vec![0xc0], vec![0xd4, 0, 0]] {
        let argument = tf::DynamicValue { msgpack, json: Vec::new() };
        let response = call(&mut session, "echo", vec![argument.clone()]).await;
        assert_eq!(response.result, Some(argument));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told_with_the_argument() {
    let mut session = Session::plain().await;
    let cases = [
        ("join", vec![], None),
        ("echo", vec![text("a"), text("b")], None),
        ("join", vec![text("-"), null()], Some(1)),
        ("join", vec![text("-"), text("a"), value(&UNKNOWN.into())], Some(2)),
        ("join", vec![text("-"), value(&json!([1]))], Some(1)),
        ("join", vec![text("--"), text("a")], Some(0)),
        ("panics", vec![], None),
        ("no_such_function", vec![], None),
    ];
    for (name, arguments, argument) in cases {
        let response = call(&mut session, name, arguments).await;
        assert_eq!(response.error.unwrap().function_argument, argument, "{name}");
        assert_eq!(response.result, None);
    }
}
