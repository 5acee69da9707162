//! Actions: validation, plan, progress, interruption.

use std::time::{Duration, Instant};

use proto::tfplugin5 as tf;
use serde_json::Value as Json;
use tf::invoke_action::event::Type;

use crate::client::{Session, UNKNOWN, errors, object};

fn append(name: &str, times: Json, pause: Json) -> tf::DynamicValue {
    object(&[("name", name.into()), ("times", times), ("pause", pause)])
}

/// The progress messages and the errors of an action.
async fn invoke(session: &mut Session, config: tf::DynamicValue) -> (Vec<String>, Vec<String>) {
    let request = tf::invoke_action::Request {
        action_type: "null_append".into(),
        config: Some(config),
        ..Default::default()
    };
    let mut stream = session.provider.invoke_action(request).await.unwrap().into_inner();
    let mut messages = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        match event.r#type.unwrap() {
            Type::Progress(progress) => messages.push(progress.message),
            Type::Completed(completed) => {
                assert_eq!(stream.message().await.unwrap(), None);
                return (messages, errors(&completed.diagnostics));
            }
        }
    }
    panic!("the action did not complete");
}

#[tokio::test]
async fn an_action_reports_its_progress() {
    let mut session = Session::plain().await;
    session.configure().await;
    let (messages, problems) = invoke(&mut session, append("a", 2.into(), Json::Null)).await;
    assert_eq!((messages, problems), (vec!["wrote line 1 of 2".into(), "wrote line 2 of 2".into()], vec![]));
    let text = std::fs::read_to_string(session.folder.path().join("a")).unwrap();
    assert_eq!(text, "line 1\nline 2\n");
}

#[tokio::test]
async fn an_interrupted_action_ends_at_once_with_an_error() {
    let mut session = Session::plain().await;
    session.configure().await;
    let mut other = session.provider.clone();
    let stop = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.stop(tf::stop::Request {}).await.unwrap();
    });
    let begun = Instant::now();
    let (messages, problems) = invoke(&mut session, append("a", 2.into(), 60.into())).await;
    stop.await.unwrap();
    assert_eq!((messages, problems), (vec![], vec!["Interrupted".into()]));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn an_action_continues_without_a_listener() {
    let mut session = Session::plain().await;
    session.configure().await;
    let request = tf::invoke_action::Request {
        action_type: "null_append".into(),
        config: Some(append("a", 2.into(), Json::from(0.2))),
        ..Default::default()
    };
    let mut stream = session.provider.invoke_action(request).await.unwrap().into_inner();
    stream.message().await.unwrap();
    drop(stream);
    let file = session.folder.path().join("a");
    let patience = Instant::now();
    while std::fs::read_to_string(&file).unwrap_or_default() != "line 1\nline 2\n" {
        assert!(patience.elapsed() < Duration::from_secs(10), "the action was dropped halfway");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_panic_of_an_action_is_an_error_of_it() {
    let mut session = Session::plain().await;
    session.configure().await;
    let (_, problems) = invoke(&mut session, append("panic", Json::Null, Json::Null)).await;
    assert_eq!(problems, ["The provider made a mistake"]);
}

#[tokio::test]
async fn a_plan_can_refuse_an_action() {
    let mut session = Session::plain().await;
    let plan = |name: &str| tf::plan_action::Request {
        action_type: "null_append".into(),
        config: Some(append(name, UNKNOWN.into(), UNKNOWN.into())),
        ..Default::default()
    };
    let response = session.provider.plan_action(plan("a")).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    let response = session.provider.plan_action(plan("forbidden")).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Forbidden file at .name"]);
    let request = tf::validate_action_config::Request {
        type_name: "null_append".into(),
        config: Some(append("a", 101.into(), Json::Null)),
    };
    let response = session.provider.validate_action_config(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Number out of range at .times"]);
}
