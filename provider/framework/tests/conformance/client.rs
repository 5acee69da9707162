//! Terraform's side of the connection: a channel, clients, and values in Terraform's own bytes.

use std::{io, path::Path, process::Command, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use proto::{
    goplugin::{Empty, grpc_controller_client::GrpcControllerClient},
    tfplugin5::{self as tf, provider_client::ProviderClient},
};
use rmp::encode;
use rustls::pki_types::ServerName;
use serde_json::Value as Json;
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use crate::{
    process::{Process, plugin},
    tls::{Identity, configuration},
};

/// A running provider with a connection to it.
pub(crate) struct Session {
    pub(crate) process: Process,
    pub(crate) channel: Channel,
    pub(crate) provider: ProviderClient<Channel>,
    pub(crate) folder: tempfile::TempDir,
}

impl Session {
    /// Without TLS, as with `TF_DISABLE_PLUGIN_TLS`.
    pub(crate) async fn plain() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = plugin(folder.path());
        change(&mut command);
        let process = Process::start(&mut command);
        let channel = plain_channel(&process.socket()).await.unwrap();
        let provider = ProviderClient::new(channel.clone()).max_decoding_message_size(64 << 20);
        Self { process, channel, provider, folder }
    }

    /// Configures the provider so that its files are in the folder of the session.
    pub(crate) async fn configure(&mut self) {
        let folder = self.folder.path().to_str().unwrap();
        let config = Some(object(&[("folder", folder.into())]));
        let request =
            tf::configure::Request { terraform_version: "1.11.4".into(), config, ..Default::default() };
        let response = self.provider.configure(request).await.unwrap().into_inner();
        assert_eq!(response.diagnostics, []);
    }

    pub(crate) async fn shut_down(&mut self) {
        GrpcControllerClient::new(self.channel.clone()).shutdown(Empty {}).await.unwrap();
    }
}

pub(crate) async fn plain_channel(socket: &Path) -> Result<Channel, tonic::transport::Error> {
    let socket = socket.to_owned();
    let connector = tower::service_fn(move |_| {
        let socket = socket.clone();
        async move { Ok::<_, io::Error>(TokioIo::new(UnixStream::connect(socket).await?)) }
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await
}

/// The provider's certificate in the handshake line.
pub(crate) fn certificate(process: &Process) -> Vec<u8> {
    BASE64_STANDARD_NO_PAD.decode(process.fields()[5]).unwrap()
}

pub(crate) async fn tls_channel(
    process: &Process,
    identity: Option<&Identity>,
    version: &'static rustls::SupportedProtocolVersion,
) -> Result<Channel, tonic::transport::Error> {
    let connector = TlsConnector::from(Arc::new(configuration(&certificate(process), identity, version)));
    let socket = process.socket();
    let connector = tower::service_fn(move |_| {
        let (socket, connector) = (socket.clone(), connector.clone());
        async move {
            let stream = UnixStream::connect(socket).await?;
            let name = ServerName::try_from("localhost").unwrap();
            let stream = connector.connect(name, stream).await?;
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
            Ok::<_, io::Error>(TokioIo::new(stream))
        }
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await
}

/// JSON as msgpack. The text `"\u{0}unknown"` stands for an unknown value.
pub(crate) fn msgpack(json: &Json) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, json);
    bytes
}

pub(crate) const UNKNOWN: &str = "\0unknown";

fn put(bytes: &mut Vec<u8>, json: &Json) {
    let length = |length: usize| u32::try_from(length).unwrap();
    match json {
        Json::Null => encode::write_nil(bytes).unwrap(),
        Json::Bool(value) => encode::write_bool(bytes, *value).unwrap(),
        Json::String(text) if text == UNKNOWN => bytes.extend([0xd4, 0, 0]),
        Json::String(text) => encode::write_str(bytes, text).unwrap(),
        Json::Number(number) if number.is_i64() => {
            encode::write_sint(bytes, number.as_i64().unwrap()).map(|_| ()).unwrap();
        }
        Json::Number(number) => encode::write_f64(bytes, number.as_f64().unwrap()).unwrap(),
        Json::Array(elements) => {
            encode::write_array_len(bytes, length(elements.len())).unwrap();
            for element in elements {
                put(bytes, element);
            }
        }
        Json::Object(members) => {
            encode::write_map_len(bytes, length(members.len())).unwrap();
            for (name, value) in members {
                encode::write_str(bytes, name).unwrap();
                put(bytes, value);
            }
        }
    }
}

pub(crate) fn value(json: &Json) -> tf::DynamicValue {
    tf::DynamicValue { msgpack: msgpack(json), json: Vec::new() }
}

pub(crate) fn null() -> tf::DynamicValue {
    value(&Json::Null)
}

pub(crate) fn object(members: &[(&str, Json)]) -> tf::DynamicValue {
    value(&Json::Object(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()))
}

/// `null_file` with everything null, changed by `members`.
pub(crate) fn file(members: &[(&str, Json)]) -> tf::DynamicValue {
    changed(&["name", "content", "secret_wo", "protected", "id", "size"], members)
}

/// `null_fault` that fails in the way of `how`.
pub(crate) fn fault(how: &str, result: Json) -> tf::DynamicValue {
    object(&[("how", how.into()), ("result", result)])
}

/// `null_thing` with everything null or empty, changed by `members`.
pub(crate) fn thing(members: &[(&str, Json)]) -> tf::DynamicValue {
    value(&Json::Object(thing_members(members)))
}

pub(crate) fn thing_members(members: &[(&str, Json)]) -> serde_json::Map<String, Json> {
    let nulls = [
        "text",
        "number",
        "flag",
        "list",
        "set",
        "map",
        "object",
        "any",
        "fixed",
        "sleep_seconds",
        "id",
        "changes",
        "one",
    ];
    let mut all: serde_json::Map<String, Json> =
        nulls.iter().map(|name| ((*name).to_owned(), Json::Null)).collect();
    all.insert("group".into(), serde_json::json!({ "word": null }));
    all.insert("step".into(), serde_json::json!([]));
    all.insert("tag".into(), serde_json::json!([]));
    all.insert("port".into(), serde_json::json!({}));
    all.insert("rule".into(), serde_json::json!([]));
    for (name, value) in members {
        all.insert((*name).to_owned(), value.clone());
    }
    all
}

fn changed(names: &[&str], members: &[(&str, Json)]) -> tf::DynamicValue {
    let mut all: serde_json::Map<String, Json> =
        names.iter().map(|name| ((*name).to_owned(), Json::Null)).collect();
    for (name, value) in members {
        all.insert((*name).to_owned(), value.clone());
    }
    value(&Json::Object(all))
}

/// The summaries of the errors, with their paths.
pub(crate) fn errors(diagnostics: &[tf::Diagnostic]) -> Vec<String> {
    let errors = diagnostics.iter().filter(|it| it.severity() == tf::diagnostic::Severity::Error);
    errors
        .map(|it| format!("{}{}", it.summary, it.attribute.as_ref().map(path).unwrap_or_default()))
        .collect()
}

fn path(path: &tf::AttributePath) -> String {
    use tf::attribute_path::step::Selector;
    let steps = path.steps.iter().map(|step| match step.selector.as_ref().unwrap() {
        Selector::AttributeName(name) => format!(".{name}"),
        Selector::ElementKeyString(key) => format!("[{key:?}]"),
        Selector::ElementKeyInt(index) => format!("[{index}]"),
    });
    format!(" at {}", steps.collect::<String>())
}

/// What a value holds, whatever the order of its members.
pub(crate) fn json(value: Option<&tf::DynamicValue>) -> Json {
    let bytes = &value.expect("a value").msgpack;
    let mut rest = bytes.as_slice();
    let json = take(&mut rest);
    assert!(rest.is_empty(), "{} bytes follow the value", rest.len());
    json
}

fn take(bytes: &mut &[u8]) -> Json {
    use rmp::{Marker, decode};
    let text = |bytes: &mut &[u8], length: usize| {
        let (text, rest) = bytes.split_at(length);
        *bytes = rest;
        String::from_utf8(text.to_vec()).unwrap()
    };
    match Marker::from_u8(bytes[0]) {
        Marker::Null => {
            *bytes = &bytes[1..];
            Json::Null
        }
        Marker::True | Marker::False => decode::read_bool(bytes).unwrap().into(),
        Marker::F64 => decode::read_f64(bytes).unwrap().into(),
        Marker::FixExt1 => {
            *bytes = &bytes[3..];
            UNKNOWN.into()
        }
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            let length = decode::read_str_len(bytes).unwrap();
            text(bytes, length as usize).into()
        }
        Marker::Bin8 => {
            let length = decode::read_bin_len(bytes).unwrap();
            text(bytes, length as usize).into()
        }
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
            let length = decode::read_array_len(bytes).unwrap();
            (0..length).map(|_| take(bytes)).collect()
        }
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
            let length = decode::read_map_len(bytes).unwrap();
            let members = (0..length).map(|_| {
                let Json::String(name) = take(bytes) else { panic!("a key is not a string") };
                (name, take(bytes))
            });
            Json::Object(members.collect())
        }
        _ => decode::read_int::<i64, _>(bytes).unwrap().into(),
    }
}
