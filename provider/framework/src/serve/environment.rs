//! The variables by which Terraform speaks to a plugin before there is a connection.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// The cookie of Terraform's plugin protocol, the same since 0.12. It shows that Terraform started the process; it
/// is not a secret.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// What Terraform said.
#[derive(Debug, Default)]
pub(super) struct Environment {
    cookie: Option<String>,
    /// The protocol versions that Terraform speaks, as a list with commas.
    pub(super) versions: Option<String>,
    /// The certificate of Terraform's side of the connection, in PEM; none means no TLS. One that is not text stays
    /// here, so that it is refused.
    pub(super) client_certificate: Option<OsString>,
    /// Where sockets may be.
    pub(super) sockets: Sockets,
    /// What is to be logged.
    pub(super) log: crate::logging::Wanted,
    /// The file to which each call is recorded.
    pub(super) trace: Option<PathBuf>,
}

/// Where a plugin may listen.
#[derive(Debug, Clone)]
pub(super) struct Sockets {
    /// The folders for a unix socket, best first.
    #[cfg_attr(not(unix), expect(dead_code, reason = "systems without unix sockets use the ports"))]
    pub(super) folders: Vec<PathBuf>,
    /// The TCP ports, on systems without unix sockets.
    pub(super) ports: std::ops::RangeInclusive<u16>,
}

impl Default for Sockets {
    fn default() -> Self {
        Self { folders: vec![env::temp_dir()], ports: 10_000..=25_000 }
    }
}

impl Environment {
    pub(super) fn of_process() -> Self {
        Self::of(env::vars_os())
    }

    pub(super) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        // An empty variable means the same as none.
        let variables: BTreeMap<OsString, OsString> =
            variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let value = |name: &str| variables.get(OsStr::new(name)).cloned();
        let text = |name: &str| value(name)?.into_string().ok();
        Self {
            cookie: text(COOKIE.0),
            versions: text("PLUGIN_PROTOCOL_VERSIONS"),
            client_certificate: value("PLUGIN_CLIENT_CERT"),
            sockets: sockets(
                value("PLUGIN_UNIX_SOCKET_DIR"),
                text("PLUGIN_MIN_PORT").as_deref(),
                text("PLUGIN_MAX_PORT").as_deref(),
            ),
            trace: value("TF_PROVIDER_TRACE").map(PathBuf::from),
            log: crate::logging::Wanted::of(variables),
        }
    }

    pub(super) fn has_cookie(&self) -> bool {
        self.cookie.as_deref() == Some(COOKIE.1)
    }
}

fn sockets(folder: Option<OsString>, lowest: Option<&str>, highest: Option<&str>) -> Sockets {
    let usual = Sockets::default();
    let folders = match folder {
        Some(folder) => vec![folder.into()],
        // A temporary folder can have a path too long for a socket; the system's own never has.
        None => vec![env::temp_dir(), PathBuf::from("/tmp")],
    };
    let port = |text: Option<&str>| text.and_then(|text| text.parse().ok());
    let lowest = port(lowest).unwrap_or(*usual.ports.start());
    let highest = port(highest).unwrap_or(*usual.ports.end());
    Sockets { folders, ports: lowest..=highest }
}
