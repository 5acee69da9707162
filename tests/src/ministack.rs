//! A second AWS on loopback, written by others than the first: what both take, is not one's mistake alone.

use std::fs::File;
use std::net::TcpListener;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::console::Console;
use crate::interrupt;
use crate::process::{Process, Running};
use crate::tools::Tools;

const START_LIMIT: Duration = Duration::from_mins(2);
const REGION: &str = "us-east-1";

/// A running `MiniStack`. Dropping it stops it.
#[derive(Debug)]
pub struct MiniStack {
    /// Where it listens.
    pub url: String,
    _process: Running,
    _folder: TempDir,
}

impl MiniStack {
    /// Starts an empty one on a free port of loopback; it is installed if it is missing.
    pub fn start() -> Result<Self> {
        let python = Tools::ministack(Console::quiet())?;
        let folder = tempfile::Builder::new().prefix("ipsy-ministack-").tempdir()?;
        let log = folder.path().join("log");
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = Process::new(python)
            .args(["-m", "ministack"])
            // Without these it listens on all addresses, and on more ports than one.
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("SFTP_ENABLED", "0")
            .env("IOT_MTLS_ENABLED", "0")
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .within(folder.path())
            .start(Stdio::null(), File::create(&log)?.into())?;
        let started = Self { url: format!("http://127.0.0.1:{port}"), _process: process, _folder: folder };
        let deadline = Instant::now() + START_LIMIT;
        while started.json("GET", "/clusters", &Value::Null).is_err() {
            interrupt::check()?;
            if Instant::now() >= deadline {
                bail!("it did not start:\n{}", std::fs::read_to_string(&log).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(started)
    }

    /// The environment in which AWS' SDKs talk to it.
    pub fn environment(&self) -> [(&'static str, &str); 5] {
        [
            ("AWS_ENDPOINT_URL", &self.url),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
    }

    /// Makes an EKS cluster.
    pub fn add_cluster(&self, name: &str) -> Result<()> {
        let cluster = json!({
            "name": name,
            "roleArn": "arn:aws:iam::000000000000:role/eks",
            "resourcesVpcConfig": { "subnetIds": ["subnet-1"] },
        });
        self.json("POST", "/clusters", &cluster).map(drop)
    }

    /// The service accounts with a Pod Identity association in a cluster, as `namespace/name`.
    pub fn pod_identities(&self, cluster: &str) -> Result<Vec<String>> {
        let path = format!("/clusters/{cluster}/pod-identity-associations");
        let answer = self.json("GET", &path, &Value::Null)?;
        let associations = answer["associations"].as_array().context("a list of associations")?;
        let part =
            |association: &Value, name: &str| association[name].as_str().unwrap_or_default().to_owned();
        let name = |found: &Value| format!("{}/{}", part(found, "namespace"), part(found, "serviceAccount"));
        Ok(associations.iter().map(name).collect())
    }

    /// A call to EKS.
    fn json(&self, method: &str, path: &str, document: &Value) -> Result<Value> {
        let url = format!("{}{path}", self.url);
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/eks/aws4_request, SignedHeaders=host, Signature=0"
        );
        let mut answer = if method == "GET" {
            ureq::get(&url).header("Authorization", signature).call()?
        } else {
            ureq::post(&url).header("Authorization", signature).send_json(document)?
        };
        Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
    }
}
