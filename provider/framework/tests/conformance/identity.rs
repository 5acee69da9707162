//! Identities in every answer, import by identity, generated configuration, deferred answers, provider meta.

use proto::tfplugin5 as tf;
use serde_json::{Value as Json, json};

use crate::client::{Session, UNKNOWN, errors, fault, file, json as read, null, object, value};

fn identity(name: &str) -> tf::ResourceIdentityData {
    tf::ResourceIdentityData { identity_data: Some(object(&[("name", name.into())])) }
}

fn name(identity: Option<&tf::ResourceIdentityData>) -> Json {
    read(identity.expect("an identity").identity_data.as_ref())["name"].clone()
}

fn stored(name: &str) -> tf::DynamicValue {
    file(&[
        ("name", name.into()),
        ("content", "x".into()),
        ("protected", false.into()),
        ("id", name.into()),
        ("size", 1.into()),
    ])
}

#[tokio::test]
async fn only_types_with_an_identity_have_a_schema_of_it() {
    let mut session = Session::plain().await;
    let request = tf::get_resource_identity_schemas::Request {};
    let response = session.provider.get_resource_identity_schemas(request).await.unwrap().into_inner();
    assert_eq!(response.identity_schemas.keys().collect::<Vec<_>>(), ["null_file"]);
    let schema = &response.identity_schemas["null_file"];
    let attribute = &schema.identity_attributes[0];
    assert_eq!(schema.version, 1);
    assert_eq!((attribute.name.as_str(), attribute.required_for_import), ("name", true));
}

#[tokio::test]
async fn every_answer_about_an_object_has_its_identity() {
    let mut session = Session::plain().await;
    session.configure().await;
    let config = file(&[("name", "a".into()), ("content", "x".into())]);
    let plan = |prior: tf::DynamicValue, prior_identity| tf::plan_resource_change::Request {
        type_name: "null_file".into(),
        prior_state: Some(prior),
        proposed_new_state: Some(config.clone()),
        config: Some(config.clone()),
        prior_identity,
        ..Default::default()
    };
    let planned = session.provider.plan_resource_change(plan(null(), None)).await.unwrap().into_inner();
    assert_eq!(name(planned.planned_identity.as_ref()), "a");
    let request = tf::apply_resource_change::Request {
        type_name: "null_file".into(),
        prior_state: Some(null()),
        planned_state: planned.planned_state,
        config: Some(config.clone()),
        planned_identity: planned.planned_identity,
        ..Default::default()
    };
    let made = session.provider.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(name(made.new_identity.as_ref()), "a");
    // A state of an older provider has no identity yet: the next read adds it.
    let request = tf::read_resource::Request {
        type_name: "null_file".into(),
        current_state: made.new_state.clone(),
        ..Default::default()
    };
    let looked = session.provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(name(looked.new_identity.as_ref()), "a");
    let request = tf::plan_resource_change::Request {
        type_name: "null_file".into(),
        prior_state: made.new_state,
        proposed_new_state: Some(null()),
        config: Some(null()),
        prior_identity: Some(identity("a")),
        ..Default::default()
    };
    let destroyed = session.provider.plan_resource_change(request).await.unwrap().into_inner();
    assert_eq!(name(destroyed.planned_identity.as_ref()), "a");
    let raw = tf::RawState { json: b"{\"filename\":\"a\"}".to_vec(), ..Default::default() };
    let request = tf::move_resource_state::Request {
        source_type_name: "local_file".into(),
        source_state: Some(raw),
        target_type_name: "null_file".into(),
        ..Default::default()
    };
    let moved = session.provider.move_resource_state(request).await.unwrap().into_inner();
    assert_eq!(name(moved.target_identity.as_ref()), "a");
}

#[tokio::test]
async fn an_unknown_identity_is_planned_for_new_objects_only() {
    let mut session = Session::plain().await;
    let config = file(&[("name", UNKNOWN.into())]);
    for (prior, expected) in [(null(), UNKNOWN), (stored("a"), "a")] {
        let request = tf::plan_resource_change::Request {
            type_name: "null_file".into(),
            prior_state: Some(prior),
            proposed_new_state: Some(config.clone()),
            config: Some(config.clone()),
            prior_identity: Some(identity("a")),
            ..Default::default()
        };
        let planned = session.provider.plan_resource_change(request).await.unwrap().into_inner();
        assert_eq!(name(planned.planned_identity.as_ref()), expected);
    }
}

#[tokio::test]
async fn an_object_is_imported_by_its_identity() {
    let mut session = Session::plain().await;
    session.configure().await;
    std::fs::write(session.folder.path().join("a"), "text").unwrap();
    let request = tf::import_resource_state::Request {
        type_name: "null_file".into(),
        identity: Some(identity("a")),
        ..Default::default()
    };
    let response = session.provider.import_resource_state(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    let imported = &response.imported_resources[0];
    assert_eq!(name(imported.identity.as_ref()), "a");
    assert_eq!(read(imported.state.as_ref())["name"], "a");
}

#[tokio::test]
async fn an_old_identity_becomes_one_of_today() {
    let mut session = Session::plain().await;
    let upgrade = |version, json: &[u8]| tf::upgrade_resource_identity::Request {
        type_name: "null_file".into(),
        version,
        raw_identity: Some(tf::RawState { json: json.to_vec(), ..Default::default() }),
    };
    for request in [upgrade(0, b"{\"file\":\"a\"}"), upgrade(1, b"{\"name\":\"a\"}")] {
        let response = session.provider.upgrade_resource_identity(request).await.unwrap().into_inner();
        assert_eq!(name(response.upgraded_identity.as_ref()), "a");
    }
    let broken = session.provider.upgrade_resource_identity(upgrade(1, b"[1]")).await.unwrap().into_inner();
    assert_eq!(errors(&broken.diagnostics), ["Unreadable identity"]);
}

#[tokio::test]
async fn a_generated_configuration_has_only_what_must_be_set() {
    let mut session = Session::plain().await;
    let request =
        tf::generate_resource_config::Request { type_name: "null_file".into(), state: Some(stored("a")) };
    let response = session.provider.generate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    let expected = json!({
        "name": "a", "content": "x", "secret_wo": null, "protected": null, "id": null, "size": null,
    });
    assert_eq!(read(response.config.as_ref()), expected);
}

#[tokio::test]
async fn a_deferral_needs_a_terraform_that_allows_it() {
    let mut session = Session::plain().await;
    for (allowed, problems) in [(true, vec![]), (false, vec!["Not possible in this run".to_owned()])] {
        let config = fault("defer", Json::Null);
        let request = tf::plan_resource_change::Request {
            type_name: "null_fault".into(),
            prior_state: Some(null()),
            proposed_new_state: Some(config.clone()),
            config: Some(config),
            client_capabilities: Some(tf::ClientCapabilities {
                deferral_allowed: allowed,
                ..Default::default()
            }),
            ..Default::default()
        };
        let response = session.provider.plan_resource_change(request).await.unwrap().into_inner();
        assert_eq!(errors(&response.diagnostics), problems);
        let reason = response.deferred.map(|deferred| deferred.reason());
        assert_eq!(reason, allowed.then_some(tf::deferred::Reason::AbsentPrereq));
    }
}

#[tokio::test]
async fn the_meta_block_of_a_module_reaches_its_resources() {
    let mut session = Session::plain().await;
    let request = tf::read_data_source::Request {
        type_name: "null_words".into(),
        config: Some(value(&json!({ "text": "a", "words": null, "module_name": null }))),
        provider_meta: Some(object(&[("module_name", "mine".into())])),
        ..Default::default()
    };
    let response = session.provider.read_data_source(request).await.unwrap().into_inner();
    assert_eq!(read(response.state.as_ref())["module_name"], "mine");
}
