//! A second AWS on loopback, written by others than the first: what both take, is not one's mistake alone.

use std::collections::BTreeMap;
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
use crate::xml::element;

const START_LIMIT: Duration = Duration::from_mins(2);
const REGION: &str = "us-east-1";
/// It takes an access key of twelve digits for the account: this is that of the first AWS, so that both can serve
/// one app.
const ACCOUNT: &str = "123456789012";

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
        while started.get("eks", "/clusters").is_err() {
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
            ("AWS_ACCESS_KEY_ID", ACCOUNT),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
    }

    /// Makes an EKS cluster.
    pub fn add_cluster(&self, name: &str) -> Result<()> {
        let cluster = json!({
            "name": name,
            "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/eks"),
            "resourcesVpcConfig": { "subnetIds": ["subnet-1"] },
        });
        self.post("eks", "/clusters", &[], &cluster.to_string()).map(drop)
    }

    /// The service accounts with a Pod Identity association in a cluster, as `namespace/name`.
    pub fn pod_identities(&self, cluster: &str) -> Result<Vec<String>> {
        let path = format!("/clusters/{cluster}/pod-identity-associations");
        let answer: Value = serde_json::from_str(&self.get("eks", &path)?)?;
        let associations = answer["associations"].as_array().context("a list of associations")?;
        let part =
            |association: &Value, name: &str| association[name].as_str().unwrap_or_default().to_owned();
        let name = |found: &Value| format!("{}/{}", part(found, "namespace"), part(found, "serviceAccount"));
        Ok(associations.iter().map(name).collect())
    }

    /// Makes a hosted zone and returns its id.
    pub fn add_zone(&self, name: &str) -> Result<String> {
        let zone = format!(
            "<CreateHostedZoneRequest><Name>{name}</Name><CallerReference>{name}</CallerReference>\
             </CreateHostedZoneRequest>"
        );
        let answer = self.post("route53", "/2013-04-01/hostedzone", &[], &zone)?;
        let id = element(&answer, "Id").context("a zone has an id")?;
        Ok(id.trim_start_matches("/hostedzone/").to_owned())
    }

    /// Makes a record of one address.
    pub fn add_record(&self, zone_id: &str, name: &str, address: &str) -> Result<()> {
        let change = format!(
            "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>CREATE</Action>\
             <ResourceRecordSet><Name>{name}</Name><Type>A</Type><TTL>60</TTL><ResourceRecords><ResourceRecord>\
             <Value>{address}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes>\
             </ChangeBatch></ChangeResourceRecordSetsRequest>"
        );
        self.post("route53", &format!("/2013-04-01/hostedzone/{zone_id}/rrset"), &[], &change).map(drop)
    }

    /// The alias records of a zone.
    pub fn aliases(&self, zone_id: &str) -> Result<Vec<Alias>> {
        let answer = self.get("route53", &format!("/2013-04-01/hostedzone/{zone_id}/rrset"))?;
        let records = answer.split("<ResourceRecordSet>").skip(1);
        let alias = |record: &str| {
            Some(Alias {
                name: element(record, "Name")?.trim_end_matches('.').to_owned(),
                kind: element(record, "Type")?.to_owned(),
                set_identifier: element(record, "SetIdentifier").map(ToOwned::to_owned),
                weight: element(record, "Weight").and_then(|weight| weight.parse().ok()),
                leads_to: element(record, "DNSName")?.trim_end_matches('.').to_owned(),
            })
        };
        Ok(records.filter_map(alias).collect())
    }

    /// The thresholds of all alarms, by name.
    pub fn alarms(&self) -> Result<BTreeMap<String, f64>> {
        let answer = self.cloudwatch("DescribeAlarms", &json!({}))?;
        let alarms = answer["MetricAlarms"].as_array().context("a list of alarms")?;
        let alarm =
            |found: &Value| Some((found["AlarmName"].as_str()?.to_owned(), found["Threshold"].as_f64()?));
        Ok(alarms.iter().filter_map(alarm).collect())
    }

    /// Deletes an alarm.
    pub fn delete_alarm(&self, name: &str) -> Result<()> {
        self.cloudwatch("DeleteAlarms", &json!({ "AlarmNames": [name] })).map(drop)
    }

    fn cloudwatch(&self, operation: &str, parameters: &Value) -> Result<Value> {
        let target = format!("GraniteServiceVersion20100801.{operation}");
        let headers = [("X-Amz-Target", target.as_str()), ("Content-Type", "application/x-amz-json-1.0")];
        let answer = self.post("monitoring", "/", &headers, &parameters.to_string())?;
        Ok(if answer.is_empty() { Value::Null } else { serde_json::from_str(&answer)? })
    }

    fn get(&self, service: &str, path: &str) -> Result<String> {
        let request = ureq::get(format!("{}{path}", self.url)).header("Authorization", signature(service));
        Ok(request.call()?.body_mut().read_to_string()?)
    }

    fn post(&self, service: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<String> {
        let request = ureq::post(format!("{}{path}", self.url)).header("Authorization", signature(service));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Ok(request.send(body)?.body_mut().read_to_string()?)
    }
}

/// An alias record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name, without the dot at its end.
    pub name: String,
    /// `A` or `AAAA`.
    pub kind: String,
    /// Distinguishes weighted records of one name.
    pub set_identifier: Option<String>,
    /// Its share.
    pub weight: Option<u8>,
    /// The name that it stands for.
    pub leads_to: String,
}

/// It reads a signature for account, region and service only.
fn signature(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}
