//! The way to AWS: endpoints of single services, proxies, certificates, and AWS' other kinds of endpoints.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;

use acceptance::aws_bench::AwsBench;
use acceptance::process::{Process, Running};
use acceptance::workspace;
use tempfile::TempDir;

use super::sources::{SMALL, at_aws_itself, without_credentials};
use crate::fixture;

const KEYS: &str =
    "access_key = \"AKIABENCHBENCHBENCH0\"\n  secret_key = \"hush\"\n  region     = \"us-east-1\"";

/// A proxy that refuses all requests, and the first line of each request to it.
fn closed_proxy() -> (String, Arc<Mutex<BTreeSet<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let mut line = String::new();
            let mut reader = BufReader::new(connection);
            if reader.read_line(&mut line).is_ok() {
                seen.lock().unwrap().insert(line.trim().to_owned());
            }
            let refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = reader.into_inner().write_all(refusal);
        }
    });
    (url, asked)
}

#[test]
fn each_service_has_its_endpoint() {
    let aws = fixture::aws();
    let all = [
        "cloudwatch",
        "ecr",
        "eks",
        "elbv2",
        "iam",
        "logs",
        "resourcegroupstaggingapi",
        "route53",
        "ssm",
        "sts",
    ];
    let endpoints: Vec<String> = all.iter().map(|name| format!("    {name} = \"{}/\"", aws.url)).collect();
    let settings = format!("endpoints = {{\n{}\n  }}", endpoints.join("\n"));
    let mut terraform =
        without_credentials(&aws, &format!("provider \"ipsy\" {{\n  {KEYS}\n  {settings}\n}}\n{SMALL}"));
    // Without a configured endpoint, calls fail.
    terraform.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap().roles.len(), 1);
    terraform.destroy().unwrap();
}

#[test]
fn plain_requests_go_through_their_proxy() {
    let aws = fixture::aws();
    let settings = format!("http_proxy = \"{}\"", aws.url);
    let mut terraform =
        without_credentials(&aws, &format!("provider \"ipsy\" {{\n  {KEYS}\n  {settings}\n}}\n{SMALL}"));
    // A name that only the proxy can reach; the bench answers for every host.
    terraform.set("AWS_ENDPOINT_URL", "http://aws.example.com");
    terraform.apply().unwrap();
    let hosts: BTreeSet<String> =
        aws.call_log().unwrap().iter().map(|call| call["host"].as_str().unwrap().to_owned()).collect();
    assert_eq!(hosts, BTreeSet::from(["aws.example.com".to_owned()]));
}

#[test]
fn other_kinds_of_endpoints_are_asked_for() {
    for (setting, host) in [
        ("use_fips_endpoint = true", "sts-fips.us-east-1.amazonaws.com"),
        ("use_dualstack_endpoint = true", "sts.us-east-1.api.aws"),
    ] {
        let (url, asked) = closed_proxy();
        let settings = format!("max_retries = 0\n  https_proxy = \"{url}\"\n  {setting}");
        let terraform = at_aws_itself(&format!("provider \"ipsy\" {{\n  {KEYS}\n  {settings}\n}}\n{SMALL}"));
        let refused = terraform.try_plan().unwrap();
        assert_eq!(refused.code, 1, "{}", refused.everything());
        let asked = asked.lock().unwrap().clone();
        assert_eq!(asked, BTreeSet::from([format!("CONNECT {host}:443 HTTP/1.1")]));
    }
}

#[test]
fn a_host_can_do_without_the_proxy() {
    let (url, asked) = closed_proxy();
    let aws = fixture::aws();
    let settings = format!("http_proxy = \"{url}\"\n  no_proxy = \"localhost\"");
    let terraform =
        without_credentials(&aws, &format!("provider \"ipsy\" {{\n  {KEYS}\n  {settings}\n}}\n{SMALL}"));
    terraform.apply().unwrap();
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn a_bundle_of_certificates_that_is_none_is_refused_before_any_call() {
    let aws = fixture::aws();
    let settings = "custom_ca_bundle = \"bundle.pem\"";
    let terraform =
        without_credentials(&aws, &format!("provider \"ipsy\" {{\n  {KEYS}\n  {settings}\n}}\n{SMALL}"));
    terraform.write("bundle.pem", "nothing").unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("`custom_ca_bundle` names"), "{}", refused.stderr);
    assert!(aws.calls().unwrap().is_empty());
}

/// A front with a certificate that no system trusts, and the file of its authority.
fn untrusted_front(aws: &AwsBench) -> (Running, String, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut front = Process::new(&fixture::tools().moto_python)
        .arg(workspace::root().join("tests/aws/tls_front.py"))
        .arg(aws.url.trim_start_matches("http://"))
        .arg(folder.path())
        .start(Stdio::piped(), Stdio::null())
        .unwrap();
    let mut url = String::new();
    BufReader::new(front.child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    (front, url.trim().to_owned(), folder)
}

#[test]
fn an_authority_of_the_company_is_trusted_where_it_is_named() {
    let aws = fixture::aws();
    let (_front, url, folder) = untrusted_front(&aws);
    let provider = |settings: &str| {
        let text = format!("provider \"ipsy\" {{\n  {KEYS}\n  max_retries = 0\n  {settings}\n}}\n{SMALL}");
        let mut terraform = without_credentials(&aws, &text);
        terraform.set("AWS_ENDPOINT_URL", &url);
        terraform
    };
    let refused = provider("").try_plan().unwrap();
    assert_eq!(refused.code, 1);
    let said = refused.stderr.to_lowercase();
    assert!(said.contains("certificate") && said.contains("custom_ca_bundle"), "{said}");
    assert!(aws.calls().unwrap().is_empty());

    let bundle = folder.path().join("ca.pem").to_string_lossy().into_owned();
    provider(&format!("custom_ca_bundle = \"{bundle}\"")).plan().unwrap();
    let mut by_environment = provider("");
    by_environment.set("AWS_CA_BUNDLE", &bundle);
    by_environment.plan().unwrap();
}
