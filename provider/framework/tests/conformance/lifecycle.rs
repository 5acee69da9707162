//! The life of the process: services around the provider, Stop, Shutdown, signals, the loss of Terraform, load.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use proto::{
    goplugin::{
        ConnInfo, Empty, grpc_broker_client::GrpcBrokerClient, grpc_controller_client::GrpcControllerClient,
        grpc_stdio_client::GrpcStdioClient,
    },
    health::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient},
    tfplugin5 as tf,
};
use serde_json::Value as Json;
use tonic::Code;

use crate::{
    client::{Session, UNKNOWN, errors, fault, json, null, object, thing},
    process::{binary, plugin},
};

fn slow(seconds: i64) -> tf::apply_resource_change::Request {
    tf::apply_resource_change::Request {
        type_name: "null_thing".into(),
        prior_state: Some(null()),
        planned_state: Some(thing(&[
            ("sleep_seconds", seconds.into()),
            ("id", UNKNOWN.into()),
            ("changes", UNKNOWN.into()),
        ])),
        config: Some(thing(&[("sleep_seconds", seconds.into())])),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_services_of_go_plugin_are_there() {
    let session = Session::plain().await;
    let mut health = HealthClient::new(session.channel.clone());
    let mut check = async |service: &str| {
        let request = HealthCheckRequest { service: service.into() };
        health.check(request).await.map(|response| response.into_inner().status())
    };
    assert_eq!(check("plugin").await.unwrap(), ServingStatus::Serving);
    assert_eq!(check("other").await.unwrap_err().code(), Code::NotFound);
    let mut stdio =
        GrpcStdioClient::new(session.channel.clone()).stream_stdio(()).await.unwrap().into_inner();
    let waited = tokio::time::timeout(Duration::from_millis(300), stdio.message()).await;
    assert!(waited.is_err(), "the stream of stdio ended: {waited:?}");
    let nothing = futures::stream::pending::<ConnInfo>();
    GrpcBrokerClient::new(session.channel.clone()).start_stream(nothing).await.unwrap();
}

#[tokio::test]
async fn types_that_are_not_offered_are_reported() {
    let mut session = Session::plain().await;
    let request = tf::open_ephemeral_resource::Request { type_name: "x".into(), ..Default::default() };
    let response = session.provider.open_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Unknown ephemeral resource"]);
    let request = tf::plan_action::Request { action_type: "x".into(), ..Default::default() };
    let response = session.provider.plan_action(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Unknown action"]);
    let request = tf::list_resource::Request { type_name: "x".into(), ..Default::default() };
    let mut events = session.provider.list_resource(request).await.unwrap().into_inner();
    let event = events.message().await.unwrap().unwrap();
    assert_eq!(errors(&event.diagnostic), ["Unknown list"]);
    assert_eq!(events.message().await.unwrap(), None);
}

#[tokio::test]
async fn shutdown_ends_an_idle_provider_at_once() {
    let mut session = Session::plain().await;
    session.shut_down().await;
    assert!(session.process.ends_within(Duration::from_secs(1)).success());
    assert!(!session.process.socket().exists());
}

#[tokio::test]
async fn shutdown_ends_a_provider_with_open_streams_and_may_be_repeated() {
    let mut session = Session::plain().await;
    let _stdio = GrpcStdioClient::new(session.channel.clone()).stream_stdio(()).await.unwrap();
    let nothing = futures::stream::pending::<ConnInfo>();
    let _broker = GrpcBrokerClient::new(session.channel.clone()).start_stream(nothing).await.unwrap();
    session.shut_down().await;
    // A late call must be harmless; its result does not matter.
    let _ = GrpcControllerClient::new(session.channel.clone()).shutdown(Empty {}).await;
    assert!(session.process.ends_within(Duration::from_secs(2)).success());
}

#[tokio::test]
async fn shutdown_ends_a_provider_in_the_middle_of_a_call() {
    let mut session = Session::plain().await;
    let mut provider = session.provider.clone();
    let call = tokio::spawn(async move { provider.apply_resource_change(slow(60)).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    session.shut_down().await;
    assert!(session.process.ends_within(Duration::from_secs(2)).success());
    // The call was asked to stop, and its answer was not lost.
    let response = call.await.unwrap().unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Interrupted"]);
}

#[tokio::test]
async fn stop_ends_running_calls_with_what_they_have_and_later_calls_run() {
    let mut session = Session::plain().await;
    let mut provider = session.provider.clone();
    let begun = Instant::now();
    let call = tokio::spawn(async move { provider.apply_resource_change(slow(60)).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let stopped = session.provider.stop(tf::stop::Request {}).await.unwrap().into_inner();
    assert_eq!(stopped.error, "");
    let response = call.await.unwrap().unwrap().into_inner();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(errors(&response.diagnostics), ["Interrupted"]);
    let expected = thing(&[("sleep_seconds", 60.into()), ("id", "made id".into()), ("changes", 0.into())]);
    assert_eq!(json(response.new_state.as_ref()), json(Some(&expected)));
    let request = tf::read_resource::Request {
        type_name: "null_thing".into(),
        current_state: response.new_state,
        ..Default::default()
    };
    assert_eq!(session.provider.read_resource(request).await.unwrap().into_inner().diagnostics, []);
    let response = session.provider.apply_resource_change(slow(0)).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
}

#[tokio::test]
async fn interrupts_are_ignored() {
    let mut session = Session::plain().await;
    for _ in 0..3 {
        session.process.signal("-INT");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    session.provider.get_metadata(tf::get_metadata::Request {}).await.unwrap();
    assert!(session.process.is_running());
}

#[tokio::test]
async fn a_termination_waits_for_the_safe_end_of_a_change() {
    let mut session = Session::plain().await;
    let mut provider = session.provider.clone();
    let call = tokio::spawn(async move { provider.apply_resource_change(slow(60)).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    session.process.signal("-TERM");
    let response = call.await.unwrap().unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["Interrupted"]);
    assert!(response.new_state.is_some());
    assert!(session.process.ends_within(Duration::from_secs(2)).success());
}

#[test]
fn a_provider_whose_terraform_was_killed_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let line = folder.path().join("line");
    // A shell in Terraform's place, which starts the provider, prints its process id, and is killed.
    let script = "\"$0\" > \"$1\" & echo $!; wait";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(binary()).arg(&line);
    let told = plugin(folder.path());
    for (name, value) in told.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let mut shell = shell.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut number = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.take().unwrap()), &mut number)
        .unwrap();
    let provider = number.trim().to_owned();
    let patience = Instant::now();
    while std::fs::read_to_string(&line).unwrap_or_default().is_empty() {
        assert!(patience.elapsed() < Duration::from_secs(10), "no handshake line");
        std::thread::sleep(Duration::from_millis(10));
    }
    shell.kill().unwrap();
    shell.wait().unwrap();
    let alive =
        || Command::new("kill").args(["-0", &provider]).stderr(Stdio::null()).status().unwrap().success();
    let patience = Instant::now();
    while alive() {
        assert!(patience.elapsed() < Duration::from_secs(20), "the provider outlived its Terraform");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn a_hundred_plans_and_changes_at_once_are_all_answered() {
    let session = Session::plain().await;
    let calls = (0..100).map(|number: i64| {
        let mut provider = session.provider.clone();
        tokio::spawn(async move {
            let config = thing(&[("number", number.into())]);
            let request = tf::plan_resource_change::Request {
                type_name: "null_thing".into(),
                prior_state: Some(null()),
                proposed_new_state: Some(config.clone()),
                config: Some(config.clone()),
                ..Default::default()
            };
            let planned = provider.plan_resource_change(request).await.unwrap().into_inner();
            let request = tf::apply_resource_change::Request {
                type_name: "null_thing".into(),
                prior_state: Some(null()),
                planned_state: planned.planned_state,
                config: Some(config),
                ..Default::default()
            };
            provider.apply_resource_change(request).await.unwrap().into_inner().diagnostics
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_panic_is_told_by_its_own_call_and_hurts_no_other() {
    let mut session = Session::plain().await;
    let mut other = session.provider.clone();
    let other = tokio::spawn(async move { other.apply_resource_change(slow(1)).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let request = tf::apply_resource_change::Request {
        type_name: "null_fault".into(),
        prior_state: Some(null()),
        planned_state: Some(fault("panic", UNKNOWN.into())),
        config: Some(fault("panic", Json::Null)),
        ..Default::default()
    };
    let response = session.provider.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(errors(&response.diagnostics), ["The provider made a mistake"]);
    assert!(
        response.diagnostics[0].detail.contains("the apply fell over"),
        "{}",
        response.diagnostics[0].detail
    );
    assert_eq!(other.await.unwrap().unwrap().into_inner().diagnostics, []);
    session.shut_down().await;
    session.process.ends_within(Duration::from_secs(2));
    assert!(session.process.stderr().lines().any(|line| line == "panic: the apply fell over"));
}

#[tokio::test]
async fn log_lines_are_hclogs_and_hold_no_values() {
    let mut session = Session::with(|command| {
        command.env("TF_LOG", "TRACE");
    })
    .await;
    session.configure().await;
    let config = object(&[
        ("name", "n".into()),
        ("content", "swordfish".into()),
        ("secret_wo", "opensesame".into()),
        ("protected", Json::Null),
        ("id", Json::Null),
        ("size", Json::Null),
    ]);
    let request = tf::validate_resource_type_config::Request {
        type_name: "null_file".into(),
        config: Some(config),
        client_capabilities: None,
    };
    session.provider.validate_resource_type_config(request).await.unwrap();
    session.shut_down().await;
    session.process.ends_within(Duration::from_secs(2));
    let text = session.process.stderr();
    assert!(text.lines().count() > 3, "{text}");
    assert!(!text.contains("swordfish") && !text.contains("opensesame"));
    for line in text.lines() {
        let line: Json = serde_json::from_str(line).unwrap();
        let timestamp = line["@timestamp"].as_str().unwrap();
        assert_eq!((timestamp.len(), timestamp.as_bytes()[19], timestamp.as_bytes()[26]), (27, b'.', b'Z'));
        assert!(["trace", "debug", "info", "warn", "error"].contains(&line["@level"].as_str().unwrap()));
        assert!(line["@message"].is_string() && line["@module"].is_string());
    }
}

#[tokio::test]
async fn an_unread_log_blocks_no_call() {
    // Nothing reads stderr here, and what is logged is more than a pipe holds.
    let session = Session::with(|command| {
        command.env("TF_LOG", "TRACE");
    })
    .await;
    for _ in 0..30 {
        let calls = (0..50).map(|_| {
            let mut provider = session.provider.clone();
            tokio::spawn(async move { provider.get_metadata(tf::get_metadata::Request {}).await })
        });
        for call in calls.collect::<Vec<_>>() {
            tokio::time::timeout(Duration::from_secs(20), call).await.unwrap().unwrap().unwrap();
        }
    }
    let mut session = session;
    session.shut_down().await;
    assert!(session.process.ends_within(Duration::from_secs(3)).success());
}

#[tokio::test]
async fn a_change_continues_when_its_caller_has_ended() {
    let mut session = Session::plain().await;
    session.configure().await;
    // The file appears only after the wait, long after the caller has hung up.
    let config = object(&[("name", "late".into()), ("seconds", 1.into())]);
    let request = tf::apply_resource_change::Request {
        type_name: "null_late".into(),
        prior_state: Some(null()),
        planned_state: Some(config.clone()),
        config: Some(config),
        ..Default::default()
    };
    let call = session.provider.apply_resource_change(request);
    assert!(tokio::time::timeout(Duration::from_millis(200), call).await.is_err());
    session.process.signal("-TERM");
    assert!(session.process.ends_within(Duration::from_secs(5)).success());
    assert!(session.folder.path().join("late").exists(), "the change was dropped halfway");
}
