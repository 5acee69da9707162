//! The handshake: cookie, line, versions, certificates, sockets.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use proto::tfplugin5::{get_metadata, provider_client::ProviderClient};
use rustls::version::{TLS12, TLS13};
use tokio::{io::AsyncWriteExt, net::UnixStream};

use crate::{
    client::{Session, certificate, plain_channel, tls_channel},
    process::{Process, bare, plugin},
    tls::Identity,
};

#[test]
fn without_the_cookie_it_explains_itself_and_leaves_stdout_alone() {
    let folder = tempfile::tempdir().unwrap();
    for cookie in [None, Some("wrong")] {
        let mut command = bare(folder.path());
        if let Some(cookie) = cookie {
            command.env("TF_PLUGIN_MAGIC_COOKIE", cookie);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(output.stdout, b"");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("is a plugin for Terraform"), "{text}");
    }
}

#[test]
fn the_line_has_six_fields_and_is_all_of_stdout() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::new();
    let mut process = Process::start(plugin(folder.path()).env("PLUGIN_CLIENT_CERT", &identity.pem));
    let fields = process.fields();
    assert_eq!((fields.len(), fields[0], fields[1], fields[2], fields[4]), (6, "1", "5", "unix", "grpc"));
    assert!(!fields[5].contains('='), "the certificate is padded");
    assert_eq!(certificate(&process).first(), Some(&0x30), "the certificate is not DER");
    // Generous, since other work may run on this machine; the benchmark has the real figure.
    assert!(process.took < Duration::from_secs(5), "{:?}", process.took);
    process.signal("-TERM");
    process.ends_within(Duration::from_secs(2));
    assert_eq!(process.rest_of_stdout(), "");
}

#[test]
fn any_list_of_versions_gets_ours() {
    let folder = tempfile::tempdir().unwrap();
    for versions in ["5", "6,5", "4,5,6", "6", "", "x,5"] {
        let process = Process::start(plugin(folder.path()).env("PLUGIN_PROTOCOL_VERSIONS", versions));
        assert_eq!(process.fields()[1], "5", "{versions}");
    }
    let process = Process::start(plugin(folder.path()).env_remove("PLUGIN_PROTOCOL_VERSIONS"));
    assert_eq!(process.fields()[1], "5");
}

#[tokio::test]
async fn the_one_certificate_is_accepted_by_both_versions_of_tls() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::new();
    let process = Process::start(plugin(folder.path()).env("PLUGIN_CLIENT_CERT", &identity.pem));
    for version in [&TLS12, &TLS13] {
        let channel = tls_channel(&process, Some(&identity), version).await.unwrap();
        ProviderClient::new(channel).get_metadata(get_metadata::Request {}).await.unwrap();
    }
}

#[tokio::test]
async fn everybody_else_is_refused_and_the_next_good_client_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::new();
    let process = Process::start(plugin(folder.path()).env("PLUGIN_CLIENT_CERT", &identity.pem));
    for stranger in [Some(Identity::new()), Some(Identity::expired()), None] {
        for version in [&TLS12, &TLS13] {
            assert!(!is_served(tls_channel(&process, stranger.as_ref(), version).await).await);
        }
    }
    assert!(!is_served(plain_channel(&process.socket()).await).await);
    let mut rude = UnixStream::connect(process.socket()).await.unwrap();
    rude.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    // A silent client stays connected, and must not block others.
    let _silent = UnixStream::connect(process.socket()).await.unwrap();
    assert!(is_served(tls_channel(&process, Some(&identity), &TLS13).await).await);
}

async fn is_served(channel: Result<tonic::transport::Channel, tonic::transport::Error>) -> bool {
    match channel {
        Err(_) => false,
        Ok(channel) => ProviderClient::new(channel).get_metadata(get_metadata::Request {}).await.is_ok(),
    }
}

#[tokio::test]
async fn without_a_client_certificate_tls_is_off() {
    let mut session = Session::plain().await;
    assert_eq!(session.process.fields()[5], "");
    session.provider.get_metadata(get_metadata::Request {}).await.unwrap();
}

#[test]
fn a_client_certificate_that_is_none_ends_it_with_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let output = plugin(folder.path()).env("PLUGIN_CLIENT_CERT", "nonsense").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    assert!(String::from_utf8(output.stderr).unwrap().contains("PLUGIN_CLIENT_CERT"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a socket was left behind");
}

#[test]
fn sockets_are_where_they_should_be_for_their_owner_alone_and_go_with_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let mut process = Process::start(plugin(folder.path()).env("PLUGIN_UNIX_SOCKET_DIR", other.path()));
    let socket = process.socket();
    assert_eq!(socket.parent(), Some(other.path()));
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    process.signal("-TERM");
    assert!(process.ends_within(Duration::from_secs(2)).success());
    assert!(!socket.exists());
}

#[test]
fn a_temporary_folder_with_a_long_path_works() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("x".repeat(100));
    std::fs::create_dir(&long).unwrap();
    let mut process = Process::start(&mut plugin(&long));
    assert_eq!(process.socket().parent(), Some(std::path::Path::new("/tmp")));
    process.signal("-TERM");
    process.ends_within(Duration::from_secs(2));
    let output = plugin(folder.path()).env("PLUGIN_UNIX_SOCKET_DIR", &long).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && text.contains("too long"), "{text}");
}

#[tokio::test]
async fn debug_mode_prints_how_to_attach_and_needs_no_cookie() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(bare(folder.path()).arg("-debug"));
    let line = process.line.trim().to_owned();
    let json = line.strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|rest| rest.strip_suffix('\'')).unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    let attach = &json["registry.terraform.io/example/null"];
    assert_eq!(attach["ProtocolVersion"], 5);
    assert_eq!(attach["Pid"], process.id());
    let socket = std::path::PathBuf::from(attach["Addr"]["String"].as_str().unwrap());
    let channel = plain_channel(&socket).await.unwrap();
    ProviderClient::new(channel).get_metadata(get_metadata::Request {}).await.unwrap();
    process.signal("-INT");
    assert!(process.ends_within(Duration::from_secs(2)).success());
}
