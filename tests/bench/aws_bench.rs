//! The AWS on loopback, as a child process: started, watched, disturbed, and stopped with its
//! owner. What it is and can do is told in `tests/aws/aws_bench/`.

mod data_plane;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Process, Running};
use crate::tools::Tools;
use crate::workspace;
pub use data_plane::{Target, Targets};

/// Imports of boto3 are slow on a busy machine.
const START_LIMIT: Duration = Duration::from_mins(2);

/// The name of the bench's credentials, which distinguishes the provider's calls from those of the tests.
pub const ACCESS_KEY_ID: &str = "AKIABENCHBENCHBENCH0";
/// The secret of the bench's credentials. It is easy to find where it must not be.
pub const SECRET_ACCESS_KEY: &str = "bench-secret-that-no-log-may-hold";
/// The session token of the bench's credentials, likewise.
pub const SESSION_TOKEN: &str = "bench-token-that-no-log-may-hold";

/// A running bench. Dropping it stops it.
#[derive(Debug)]
pub struct AwsBench {
    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// The region that the platform is in.
    pub region: String,
    /// What was there before ipsy came.
    pub platform: Platform,
    process: Running,
    _folder: TempDir,
}

/// Names and ARNs of what a platform team has.
#[derive(Debug, Clone, Deserialize)]
pub struct Platform {
    /// The account, twelve digits.
    pub account_id: String,
    /// The EKS clusters.
    pub clusters: Vec<String>,
    /// The network.
    pub vpc_id: String,
    /// Its subnets, one for each of two zones.
    pub subnet_ids: [String; 2],
    /// The HTTPS listener of the load balancer.
    pub listener_arn: String,
    /// The certificate of the HTTPS listener.
    pub certificate_arn: String,
    /// The load balancer.
    pub load_balancer_arn: String,
    /// The hosted zone `example.com`.
    pub zone_id: String,
    /// The target group of the EC2 instances that serve the app today.
    pub legacy_target_group_arn: String,
    /// Those instances.
    pub legacy_instance_ids: Vec<String>,
}

/// What is in AWS now, apart from the platform.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub struct Resources {
    /// Target groups by name.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// Listener rules, default rules left out, by priority.
    pub rules: Vec<Rule>,
    /// Roles by name.
    pub roles: BTreeMap<String, Value>,
    /// Container repositories by name.
    pub repositories: BTreeMap<String, Value>,
    /// Log groups by name.
    pub log_groups: BTreeMap<String, Value>,
    /// EKS Pod Identity associations.
    pub pod_identity_associations: Vec<Value>,
    /// SSM parameters by name.
    pub parameters: BTreeMap<String, Value>,
    /// `CloudWatch` alarms by name.
    pub alarms: BTreeMap<String, Value>,
    /// DNS records, those of the zones themselves left out.
    pub records: Vec<Value>,
}

/// A target group.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// `ip` or `instance`.
    pub target_type: String,
    /// Port of the targets.
    pub port: u16,
    /// Path of the health check.
    pub health_check_path: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// A listener rule.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// Its priority.
    pub priority: u32,
    /// Hosts that it matches.
    pub hosts: Vec<String>,
    /// Weights by target group name.
    pub weights: BTreeMap<String, u16>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

impl Resources {
    /// The names of what there is, by kind.
    pub fn names(&self) -> Vec<(&'static str, Vec<String>)> {
        let association = |value: &Value| {
            let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            format!("{}/{}/{}", part("clusterName"), part("namespace"), part("serviceAccount"))
        };
        vec![
            ("target groups", self.target_groups.keys().cloned().collect()),
            ("rules", self.rules.iter().map(|rule| rule.arn.clone()).collect()),
            ("roles", self.roles.keys().cloned().collect()),
            ("repositories", self.repositories.keys().cloned().collect()),
            ("log groups", self.log_groups.keys().cloned().collect()),
            ("pod identities", self.pod_identity_associations.iter().map(association).collect()),
            ("parameters", self.parameters.keys().cloned().collect()),
            ("alarms", self.alarms.keys().cloned().collect()),
            ("records", self.records.iter().map(|record| record["name"].to_string()).collect()),
        ]
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.names().iter().all(|(_, names)| names.is_empty())
    }
}

#[derive(Deserialize)]
struct Ready {
    url: String,
    region: String,
    platform: Platform,
}

impl AwsBench {
    /// Starts a bench with the platform laid out, on a free port.
    pub fn start(tools: &Tools) -> Result<Self> {
        Self::start_with(tools, &[])
    }

    /// The same, with the managed policies of AWS itself, such as `AmazonEKSClusterPolicy`.
    pub fn start_with_aws_policies(tools: &Tools) -> Result<Self> {
        Self::start_with(tools, &["--aws-policies"])
    }

    fn start_with(tools: &Tools, options: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-aws-").tempdir()?;
        let log = folder.path().join("log");
        let mut process = Process::new(&tools.moto_python)
            .args(["-m", "aws_bench"])
            .args(options)
            .env("PYTHONPATH", workspace::root().join("tests/aws"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("HOME", folder.path())
            .within(folder.path())
            .start(Stdio::piped(), File::create(&log)?.into())?;
        let line = first_line(&mut process, START_LIMIT);
        let ready = line.and_then(|line| Ok(serde_json::from_str::<Ready>(&line)?)).with_context(|| {
            format!("the bench did not start:\n{}", std::fs::read_to_string(&log).unwrap_or_default())
        })?;
        Ok(Self { url: ready.url, region: ready.region, platform: ready.platform, process, _folder: folder })
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.process.child.id()
    }

    /// The environment in which AWS' tools and SDKs talk to the bench.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_REGION", self.region.clone()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
            ("AWS_SESSION_TOKEN", SESSION_TOKEN.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// What is there now, apart from the platform.
    pub fn resources(&self) -> Result<Resources> {
        self.get("resources")
    }

    /// How much there is of every kind, the platform included, such as `elbv2.FakeTargetGroup`. It also counts
    /// kinds that `resources` does not know.
    pub fn census(&self) -> Result<BTreeMap<String, u64>> {
        self.get("census")
    }

    /// The faults in force, with how often each struck and whether it holds an answer back.
    pub fn faults(&self) -> Result<Vec<Value>> {
        self.get("faults")
    }

    /// How often each operation was called since `forget_calls`, such as `iam:CreateRole`.
    pub fn calls(&self) -> Result<BTreeMap<String, u64>> {
        let document: Value = self.get("calls")?;
        Ok(serde_json::from_value(document["counts"].clone())?)
    }

    /// The calls in their order, with parameters and status.
    pub fn call_log(&self) -> Result<Vec<Value>> {
        let document: Value = self.get("calls")?;
        Ok(serde_json::from_value(document["calls"].clone())?)
    }

    /// The operations by which the provider has changed something since `forget_calls`, in their order.
    pub fn changing_calls(&self) -> Result<Vec<String>> {
        let log = self.call_log()?;
        let calls = log.iter().filter(|call| call["access_key"] == ACCESS_KEY_ID);
        let operations = calls.filter_map(|call| call["operation"].as_str());
        Ok(operations.filter(|operation| !is_read(operation)).map(ToOwned::to_owned).collect())
    }

    /// Clears the log of calls.
    pub fn forget_calls(&self) -> Result<()> {
        self.send("DELETE", "calls", &json!({}))
    }

    /// Orders a fault, as `tests/aws/aws_bench/faults.py` describes it.
    pub fn fault(&self, order: &Value) -> Result<()> {
        self.send("POST", "faults", order)
    }

    /// Withdraws all faults.
    pub fn heal(&self) -> Result<()> {
        self.send("DELETE", "faults", &json!({}))
    }

    /// Orders a delay in seconds before each call of an operation.
    pub fn delay(&self, operation: &str, seconds: f64) -> Result<()> {
        self.send("POST", "delays", &json!({ "operation": operation, "seconds": seconds }))
    }

    /// Withdraws all delays.
    pub fn undelay(&self) -> Result<()> {
        self.send("DELETE", "delays", &json!({}))
    }

    /// Allows these IAM actions to the bench's credentials, and denies them all others.
    pub fn allow_only(&self, actions: &[String]) -> Result<()> {
        self.send("POST", "permissions", &json!({ "caller": ACCESS_KEY_ID, "allow": actions }))
    }

    /// Allows these IAM actions to a role, and denies it all others.
    pub fn allow_role_only(&self, role_arn: &str, actions: &BTreeSet<String>) -> Result<()> {
        self.send("POST", "permissions", &json!({ "caller": role_arn, "allow": actions }))
    }

    /// Allows all actions again.
    pub fn allow_all(&self) -> Result<()> {
        self.send("DELETE", "permissions", &json!({}))
    }

    /// The IAM actions that calls with the bench's credentials needed since `allow_only`, denied ones included.
    pub fn needed_actions(&self) -> Result<BTreeSet<String>> {
        let document: Value = self.get("permissions")?;
        Ok(serde_json::from_value(document["used"].clone())?)
    }

    /// Makes all targets of a group report a state.
    pub fn health(&self, target_group_arn: &str, state: &str) -> Result<()> {
        self.send("POST", "health", &json!({ "target_group_arn": target_group_arn, "state": state }))
    }

    /// Calls an operation of a service with AWS' query protocol, to change things behind
    /// Terraform's back. Returns the XML of the answer.
    pub fn query(&self, service: &str, parameters: &[(&str, &str)]) -> Result<String> {
        query(&self.url, &self.signature(service), parameters)
    }

    /// Calls an operation of a JSON service, such as `Logs_20140328.DeleteLogGroup`.
    pub fn json(&self, service: &str, target: &str, parameters: &Value) -> Result<Value> {
        let text = ureq::post(&self.url)
            .header("Authorization", self.signature(service))
            .header("X-Amz-Target", target)
            .header("Content-Type", "application/x-amz-json-1.1")
            .send(parameters.to_string())
            .with_context(|| format!("{target} refused {parameters}"))?
            .body_mut()
            .read_to_string()?;
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    /// Pushes an image into a repository.
    pub fn push_image(&self, repository: &str) -> Result<()> {
        let kind = |name: &str| format!("application/vnd.oci.image.{name}.v1+json");
        let digest = format!("sha256:{}", "a".repeat(64));
        let config = json!({ "mediaType": kind("config"), "digest": digest, "size": 2 });
        let manifest =
            json!({ "schemaVersion": 2, "mediaType": kind("manifest"), "config": config, "layers": [] });
        let image = json!({
            "repositoryName": repository, "imageManifest": manifest.to_string(), "imageTag": "1.0.0",
        });
        self.json("ecr", "AmazonEC2ContainerRegistry_V20150921.PutImage", &image).map(drop)
    }

    /// Makes a simple record of one address in the platform's hosted zone.
    pub fn simple_record(&self, name: &str, address: &str) -> Result<()> {
        let body = format!(
            "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeBatch>\
             <Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>{name}</Name><Type>A</Type>\
             <TTL>60</TTL><ResourceRecords><ResourceRecord><Value>{address}</Value></ResourceRecord>\
             </ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch>\
             </ChangeResourceRecordSetsRequest>"
        );
        ureq::post(format!("{}/2013-04-01/hostedzone/{}/rrset", self.url, self.platform.zone_id))
            .header("Authorization", self.signature("route53"))
            .header("Content-Type", "application/xml")
            .send(body)
            .with_context(|| format!("Route 53 refused {name}"))?;
        Ok(())
    }

    /// Sets an alarm off, or well again.
    pub fn set_alarm(&self, name: &str, state: &str) -> Result<()> {
        let target = "GraniteServiceVersion20100801.SetAlarmState";
        let parameters = json!({ "AlarmName": name, "StateValue": state, "StateReason": "a test" });
        ureq::post(&self.url)
            .header("Authorization", self.signature("monitoring"))
            .header("X-Amz-Target", target)
            .header("Content-Type", "application/x-amz-json-1.0")
            .send(parameters.to_string())
            .with_context(|| format!("{target} refused {parameters}"))?;
        Ok(())
    }

    /// The bench, as moto, reads a signature for its service and region only.
    fn signature(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=bench/20260101/{}/{service}/aws4_request, SignedHeaders=host, Signature=0",
            self.region
        )
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let text = ureq::get(format!("{}/_bench/{name}", self.url)).call()?.body_mut().read_to_string()?;
        serde_json::from_str(&text).with_context(|| format!("unexpected answer to {name}: {text}"))
    }

    fn send(&self, method: &str, name: &str, document: &Value) -> Result<()> {
        let url = format!("{}/_bench/{name}", self.url);
        let sent =
            if method == "DELETE" { ureq::delete(&url).call() } else { ureq::post(&url).send_json(document) };
        sent.map(drop).with_context(|| format!("the bench refused {method} {name} {document}"))
    }
}

/// Whether an operation changes nothing, by its name.
pub fn is_read(operation: &str) -> bool {
    ["Describe", "Get", "List", "Head", "BatchGet"].iter().any(|verb| operation.starts_with(verb))
}

fn query(url: &str, signature: &str, parameters: &[(&str, &str)]) -> Result<String> {
    let mut answer = ureq::post(url)
        .header("Authorization", signature)
        .send_form(parameters.iter().copied())
        .with_context(|| format!("AWS refused {parameters:?}"))?;
    Ok(answer.body_mut().read_to_string()?)
}

fn first_line(process: &mut Running, limit: Duration) -> Result<String> {
    let stdout = process.child.stdout.take().context("standard output is a pipe")?;
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        let _ = send.send(read.map(|_| line));
    });
    receive.recv_timeout(limit).map_err(|_| anyhow!("it was not ready within {limit:?}"))?.map_err(Into::into)
}
