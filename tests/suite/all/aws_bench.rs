//! The Rust side of the AWS on loopback; AWS' semantics are checked in `tests/aws/checks`.

use std::net::TcpStream;

use serde_json::json;

use crate::fixture;

#[test]
fn it_is_laid_out_watched_disturbed_and_stopped() {
    let aws = fixture::aws();
    assert_eq!(aws.platform.clusters, ["eks-blue", "eks-green"]);
    assert!(aws.resources().unwrap().is_empty(), "the platform is not a resource of the app");
    assert!(aws.calls().unwrap().is_empty(), "laying it out is not logged");

    let log_groups = json!({ "logGroupName": "/ipsy/checkout" });
    aws.json("logs", "Logs_20140328.CreateLogGroup", &log_groups).unwrap();
    assert!(aws.resources().unwrap().log_groups.contains_key("/ipsy/checkout"));
    assert_eq!(aws.calls().unwrap()["logs:CreateLogGroup"], 1);

    aws.fault(&json!({ "operation": "ListRoles", "code": "Throttling", "status": 400 })).unwrap();
    let list = [("Action", "ListRoles"), ("Version", "2010-05-08")];
    assert!(aws.query("iam", &list).is_err());
    assert!(aws.query("iam", &list).unwrap().contains("eks-control-plane"));

    let address = aws.url.trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(aws);
    assert!(TcpStream::connect(&address).is_err(), "it still listens");
}
