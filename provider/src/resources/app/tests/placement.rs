//! What AWS would refuse because of its place is refused at plan.

use ipsy_aws::{HealthCheck, NewTargetGroup};

use super::*;

#[tokio::test]
async fn a_name_outside_of_the_hosted_zone_is_refused_at_plan() {
    let bench = Bench::new().await;
    bench.fake.add_zone("Z1");
    let mut config = bench.config((100, 0));
    for inside in ["example.com", "a.example.com", "*.b.example.com"] {
        config["dns"] = json!({ inside: { "zone_id": "Z1" } });
        let (_, told) = bench.plan(None, &config).await;
        assert!(!told.has_errors(), "{told:?}");
    }
    for outside in ["a.example.org", "anexample.com"] {
        config["dns"] = json!({ outside: { "zone_id": "Z1" } });
        let (_, told) = bench.plan(None, &config).await;
        let told = format!("{told:?}");
        assert!(told.contains(&format!("`{outside}` is not in the hosted zone `example.com`")), "{told}");
    }
}

#[tokio::test]
async fn a_target_group_of_another_vpc_is_refused_and_a_cluster_is_a_warning() {
    let bench = Bench::new().await;
    bench.fake.add_cluster("eks-far", "vpc-2");
    let group = NewTargetGroup {
        name: "far".to_owned(),
        protocol: "HTTP".to_owned(),
        protocol_version: "HTTP1".to_owned(),
        port: 8080,
        vpc_id: "vpc-2".to_owned(),
        target_type: "ip".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        health_check: HealthCheck::default(),
        tags: [].into(),
    };
    let arn = bench.fake.aws().target_groups.create(&group).await.unwrap().arn;
    let mut config = bench.config((100, 0));
    config["backend"]["green"] = json!({ "cluster": "eks-far", "weight": 0 });
    let (_, told) = bench.plan(None, &config).await;
    assert!(!told.has_errors(), "{told:?}");
    assert!(format!("{told:?}").contains("The cluster `eks-far` is in another VPC"), "{told:?}");

    let state = bench.apply(None, &bench.config((100, 0))).await.state.unwrap();
    config["backend"]["green"] = json!({ "target_group_arn": arn, "weight": 0 });
    for prior in [None, Some(&state)] {
        let (_, told) = bench.plan(prior, &config).await;
        assert!(told.has_errors() && format!("{told:?}").contains("It is in `vpc-2`"), "{told:?}");
    }

    bench.fake.forget_calls();
    bench.plan(Some(&state), &bench.config((90, 10))).await;
    assert!(!bench.fake.operations().contains(&"DescribeCluster"), "only what is new is looked up");
}
