//! List resources: a stream of identities, with objects and limits as asked for.

use proto::tfplugin5 as tf;
use serde_json::Value as Json;

use crate::client::{Session, errors, json as read, object};

async fn list(
    session: &mut Session,
    prefix: Json,
    include: bool,
    limit: i64,
) -> Vec<tf::list_resource::Event> {
    let request = tf::list_resource::Request {
        type_name: "null_file".into(),
        config: Some(object(&[("prefix", prefix)])),
        include_resource_object: include,
        limit,
    };
    let mut stream = session.provider.list_resource(request).await.unwrap().into_inner();
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event);
    }
    events
}

async fn session_with_files() -> Session {
    let mut session = Session::plain().await;
    session.configure().await;
    for number in 0..40 {
        std::fs::write(session.folder.path().join(format!("file{number:02}")), "text").unwrap();
    }
    session
}

#[tokio::test]
async fn each_object_comes_with_its_identity_and_its_name() {
    let mut session = session_with_files().await;
    let events = list(&mut session, "file".into(), false, 100).await;
    assert_eq!(events.len(), 40);
    let first = &events[0];
    let identity = first.identity.as_ref().unwrap().identity_data.as_ref();
    assert_eq!(read(identity)["name"], "file00");
    assert_eq!((first.display_name.as_str(), &first.resource_object), ("file file00", &None));
}

#[tokio::test]
async fn objects_come_along_when_they_are_wanted() {
    let mut session = session_with_files().await;
    let events = list(&mut session, "file0".into(), true, 100).await;
    assert_eq!(events.len(), 10);
    assert_eq!(read(events[1].resource_object.as_ref())["content"], "text");
}

#[tokio::test]
async fn a_list_ends_at_its_limit() {
    let mut session = session_with_files().await;
    assert_eq!(list(&mut session, "file".into(), false, 3).await.len(), 3);
}

#[tokio::test]
async fn a_failed_list_reports_its_errors_last() {
    let mut session = Session::plain().await;
    let events = list(&mut session, Json::Null, false, 100).await;
    assert_eq!(events.len(), 1);
    assert_eq!(errors(&events[0].diagnostic), ["Provider not configured"]);
    let request = tf::validate_list_resource_config::Request {
        type_name: "null_file".into(),
        config: Some(object(&[("prefix", "".into())])),
        ..Default::default()
    };
    let response = session.provider.validate_list_resource_config(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Invalid length at .prefix"]);
}
