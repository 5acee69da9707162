//! Calls that cannot hurt each other: blocked threads, several configurations in one debugged process. And the trace.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    time::{Duration, Instant},
};

use proto::tfplugin5::{self as tf, provider_client::ProviderClient};
use serde_json::Value as Json;

use crate::{
    client::{Session, errors, null, object, plain_channel},
    process::bare,
};

fn blocking(seconds: i64) -> tf::apply_resource_change::Request {
    let planned = Some(object(&[("seconds", seconds.into())]));
    tf::apply_resource_change::Request {
        type_name: "null_blocking".into(),
        prior_state: Some(null()),
        planned_state: planned.clone(),
        config: planned,
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_creates_that_block_for_six_seconds_take_six_seconds() {
    let mut session = Session::plain().await;
    let begun = Instant::now();
    let calls = (0..8).map(|_| {
        let mut provider = session.provider.clone();
        tokio::spawn(async move { provider.apply_resource_change(blocking(6)).await })
    });
    let calls: Vec<_> = calls.collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let asked = Instant::now();
    session.provider.stop(tf::stop::Request {}).await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(1), "Stop took {:?}", asked.elapsed());
    let asked = Instant::now();
    session.provider.get_metadata(tf::get_metadata::Request {}).await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(1), "another call took {:?}", asked.elapsed());
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().into_inner().diagnostics, []);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "together they took {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_debugged_process_refuses_a_second_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let mut debugged = bare(folder.path()).arg("-debug").stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(debugged.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let json = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().trim_end_matches('\'');
    let reattach: Json = serde_json::from_str(json).unwrap();
    let socket = &reattach["registry.terraform.io/example/null"]["Addr"]["String"];
    let configure = |folder: &str| tf::configure::Request {
        config: Some(object(&[("folder", folder.into())])),
        ..Default::default()
    };
    let mut clients = Vec::new();
    for (folder, problems) in [
        ("a", vec![]),
        ("a", vec![]),
        ("b", vec!["Two provider configurations in one debugged process".to_owned()]),
    ] {
        let channel = plain_channel(socket.as_str().unwrap().as_ref()).await.unwrap();
        let mut provider = ProviderClient::new(channel);
        let response = provider.configure(configure(folder)).await.unwrap().into_inner();
        assert_eq!(errors(&response.diagnostics), problems);
        clients.push(provider);
    }
    debugged.kill().unwrap();
    debugged.wait().unwrap();
}

#[tokio::test]
async fn a_trace_has_one_line_for_each_call_and_no_values() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace");
    let mut session = Session::with(|command| {
        command.env("TF_PROVIDER_TRACE", &file);
    })
    .await;
    let config = Some(object(&[("folder", "swordfish".into())]));
    session.provider.configure(tf::configure::Request { config, ..Default::default() }).await.unwrap();
    session.provider.apply_resource_change(blocking(0)).await.unwrap();
    let mut unknown = blocking(0);
    unknown.type_name = "null_unknown".into();
    session.provider.apply_resource_change(unknown).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let calls: Vec<(&str, &str, u64)> = lines
        .iter()
        .map(|line| {
            assert!(line["milliseconds"].is_number());
            (line["call"].as_str().unwrap(), line["type"].as_str().unwrap(), line["errors"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        calls,
        [
            ("Configure", "", 0),
            ("ApplyResourceChange", "null_blocking", 0),
            ("ApplyResourceChange", "null_unknown", 1),
        ]
    );
    assert!(!text.contains("swordfish"));
}
