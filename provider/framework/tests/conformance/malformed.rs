//! Bytes that Terraform would never send: each is answered with a diagnostic, and the provider lives on.

use proto::tfplugin5 as tf;
use serde_json::json;

use crate::client::{Session, errors, null, value};

fn bytes(msgpack: Vec<u8>) -> tf::DynamicValue {
    tf::DynamicValue { msgpack, json: Vec::new() }
}

/// Sends `value` wherever a value is expected, and counts the answers without an error diagnostic.
async fn check(session: &mut Session, type_name: &str, value: Option<tf::DynamicValue>) -> Vec<&'static str> {
    let provider = &mut session.provider;
    let type_name = type_name.to_owned();
    let mut silent = Vec::new();
    let mut judge = |name: &'static str, diagnostics: Vec<tf::Diagnostic>| {
        if errors(&diagnostics).is_empty() {
            silent.push(name);
        }
    };
    let request = tf::validate_resource_type_config::Request {
        type_name: type_name.clone(),
        config: value.clone(),
        ..Default::default()
    };
    judge(
        "validate",
        provider.validate_resource_type_config(request).await.unwrap().into_inner().diagnostics,
    );
    let request =
        tf::validate_data_source_config::Request { type_name: type_name.clone(), config: value.clone() };
    judge(
        "validate data",
        provider.validate_data_source_config(request).await.unwrap().into_inner().diagnostics,
    );
    let request = tf::plan_resource_change::Request {
        type_name: type_name.clone(),
        prior_state: Some(null()),
        proposed_new_state: value.clone(),
        config: value.clone(),
        ..Default::default()
    };
    judge("plan", provider.plan_resource_change(request).await.unwrap().into_inner().diagnostics);
    let request = tf::apply_resource_change::Request {
        type_name: type_name.clone(),
        prior_state: Some(null()),
        planned_state: value.clone(),
        config: value.clone(),
        ..Default::default()
    };
    judge("apply", provider.apply_resource_change(request).await.unwrap().into_inner().diagnostics);
    let request = tf::read_data_source::Request {
        type_name: type_name.clone(),
        config: value.clone(),
        ..Default::default()
    };
    judge("read data", provider.read_data_source(request).await.unwrap().into_inner().diagnostics);
    let request = tf::prepare_provider_config::Request { config: value.clone() };
    judge("prepare", provider.prepare_provider_config(request).await.unwrap().into_inner().diagnostics);
    let request = tf::configure::Request { config: value.clone(), ..Default::default() };
    judge("configure", provider.configure(request).await.unwrap().into_inner().diagnostics);
    let state = tf::RawState { json: b"{".to_vec(), ..Default::default() };
    let request = tf::upgrade_resource_state::Request {
        type_name: type_name.clone(),
        version: 0,
        raw_state: Some(state),
    };
    judge("upgrade", provider.upgrade_resource_state(request).await.unwrap().into_inner().diagnostics);
    let request =
        tf::import_resource_state::Request { type_name, id: "no/such".into(), ..Default::default() };
    judge("import", provider.import_resource_state(request).await.unwrap().into_inner().diagnostics);
    silent
}

#[tokio::test]
async fn nothing_where_something_is_needed_is_told() {
    let mut session = Session::plain().await;
    for value in [None, Some(bytes(Vec::new())), Some(null())] {
        for type_name in ["null_file", "null_words", "no_such_type"] {
            assert_eq!(
                check(&mut session, type_name, value.clone()).await,
                Vec::<&str>::new(),
                "{type_name}"
            );
        }
    }
}

#[tokio::test]
async fn invalid_bytes_are_reported() {
    let mut session = Session::plain().await;
    let deep = [vec![0x91; 1_000_000], vec![0xc0]].concat();
    let cases = [
        vec![0x81],
        vec![0xc1],
        vec![0xdf, 0xff, 0xff, 0xff, 0xff],
        vec![0xdd, 0xff, 0xff, 0xff, 0xff],
        vec![0xdb, 0xff, 0xff, 0xff, 0xff, b'a'],
        vec![0x81, 0xa4, b't', b'e', b'x', b't', 0xa2, 0xff, 0xfe],
        vec![0xc2],
        vec![0x80],
        vec![0x81, 0xa5, b'o', b't', b'h', b'e', b'r', 0xc0],
        vec![0x80, 0x80],
        deep,
    ];
    for case in cases {
        for type_name in ["null_file", "null_words"] {
            let head = &case[..case.len().min(8)];
            assert_eq!(
                check(&mut session, type_name, Some(bytes(case.clone()))).await,
                Vec::<&str>::new(),
                "{head:x?}"
            );
        }
    }
    // After all this, the provider still does its work.
    let config = Some(value(&json!({ "text": "a b", "words": null, "module_name": null })));
    let request =
        tf::read_data_source::Request { type_name: "null_words".into(), config, ..Default::default() };
    assert_eq!(session.provider.read_data_source(request).await.unwrap().into_inner().diagnostics, []);
}

#[tokio::test]
async fn states_in_forms_that_were_never_written_are_told() {
    let mut session = Session::plain().await;
    let mut flat = tf::RawState::default();
    flat.flatmap.insert("name".into(), "a".into());
    for state in [
        None,
        Some(tf::RawState::default()),
        Some(flat),
        Some(tf::RawState { json: vec![0xff], ..Default::default() }),
    ] {
        let request = tf::upgrade_resource_state::Request {
            type_name: "null_file".into(),
            version: 2,
            raw_state: state,
        };
        let response = session.provider.upgrade_resource_state(request).await.unwrap().into_inner();
        assert_eq!(errors(&response.diagnostics), ["Unreadable state"]);
    }
    let request = tf::read_resource::Request {
        type_name: "null_fault".into(),
        current_state: Some(crate::client::fault("x", json!(null))),
        private: b"not ours".to_vec(),
        ..Default::default()
    };
    let response = session.provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Unreadable private state"]);
}
