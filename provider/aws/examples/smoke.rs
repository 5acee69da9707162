//! A full round on a real endpoint: makes, reads, changes and deletes one of everything, and prints what it did.
//!
//! ```sh
//! AWS_ENDPOINT_URL=http://127.0.0.1:5000 AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x \
//!     cargo run -p ipsy-aws --example smoke -- [LISTENER_ARN] [CLUSTER]
//! ```
//!
//! Without the ARN of an HTTPS or HTTP listener, target groups and rules are left out; without the name of an EKS
//! cluster, Pod Identity is.

#![expect(clippy::print_stdout, reason = "this program is there to print")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Instant;

use ipsy_aws::{
    Action, Aws, Condition, Configuration, Contents, Encryption, Error, ErrorKind, Forward, HealthCheck,
    ImageReference, Matcher, NewLogGroup, NewParameter, NewPodIdentity, NewRepository, NewRole, NewRule,
    NewTargetGroup, PodIdentityChange, RoleChange, RuleChange, TagMutability, Tags, WeightedTarget,
};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}]}"#;
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}]}"#;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.is_empty());
    let (listener, cluster) = (arguments.next(), arguments.next());
    match round(listener.as_deref(), cluster.as_deref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn round(listener: Option<&str>, cluster: Option<&str>) -> Result<(), Error> {
    let start = Instant::now();
    let aws = Aws::connect(&Configuration::default()).await?;
    println!("connected in {:?}, nothing sent", start.elapsed());
    let identity = aws.account.identity().await?;
    println!("{} in {} ({})", identity.arn, aws.account.region(), aws.account.partition());
    repository(&aws).await?;
    log_group(&aws).await?;
    parameter(&aws).await?;
    role(&aws, cluster).await?;
    match listener {
        Some(listener) => traffic(&aws, listener).await?,
        None => println!("target groups and rules: no listener given"),
    }
    println!("done in {:?}", start.elapsed());
    Ok(())
}

fn tags(value: &str) -> Tags {
    [("ipsy:managed".to_owned(), "true".to_owned()), ("ipsy:app".to_owned(), value.to_owned())].into()
}

/// Prints what was done and stops the round where AWS does not show what it should.
fn must(what: &str, holds: bool) {
    assert!(holds, "AWS does not show: {what}");
    println!("  ok {what}");
}

async fn repository(aws: &Aws) -> Result<(), Error> {
    println!("ECR repository");
    let name = "smoke/checkout";
    let new = NewRepository {
        name: name.to_owned(),
        encryption: Encryption::Aes256,
        scan_on_push: false,
        tag_mutability: TagMutability::Immutable,
        tags: tags("smoke"),
    };
    let made = aws.repositories.create(&new).await?;
    must(&format!("created {}", made.arn), made.name == name && !made.scan_on_push);
    let again = aws.repositories.create(&new).await.expect_err("twice");
    must(&format!("again: {again}"), again.kind() == ErrorKind::AlreadyExists);
    let names = [name.to_owned(), "smoke/missing".to_owned(), "smoke/gone".to_owned()];
    let found = aws.repositories.describe(&names).await?;
    must("described it, without those that are missing", found == [made.clone()]);
    aws.repositories.set_scan_on_push(name, true).await?;
    aws.repositories.set_tag_mutability(name, &TagMutability::Mutable).await?;
    let found = aws.repositories.describe(&names[..1]).await?;
    must(
        "changed scanning and mutability",
        found.iter().all(|found| found.scan_on_push && found.tag_mutability == TagMutability::Mutable),
    );
    must("no lifecycle policy at first", aws.repositories.lifecycle_policy(name).await?.is_none());
    let lifecycle = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":30},"action":{"type":"expire"}}]}"#;
    aws.repositories.put_lifecycle_policy(name, lifecycle).await?;
    must("lifecycle policy set", aws.repositories.lifecycle_policy(name).await?.is_some());
    aws.repositories.delete_lifecycle_policy(name).await?;
    aws.repositories.delete_lifecycle_policy(name).await?;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"pull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["ecr:BatchGetImage"]}]}"#;
    aws.repositories.put_repository_policy(name, policy).await?;
    must("repository policy set", aws.repositories.repository_policy(name).await?.is_some());
    aws.repositories.delete_repository_policy(name).await?;
    must("and removed", aws.repositories.repository_policy(name).await?.is_none());
    aws.repositories.tag(&made.arn, &[("team".to_owned(), "payments".to_owned())].into()).await?;
    aws.repositories.untag(&made.arn, &["ipsy:app".to_owned()]).await?;
    let found = aws.repositories.tags(&made.arn).await?;
    must(&format!("tags {found:?}"), found.len() == 2 && found.contains_key("team"));
    let image = aws.repositories.image(name, &ImageReference::Tag("1.0.0".to_owned())).await?;
    must("no image of tag 1.0.0", image.is_none());
    aws.repositories.delete(name, Contents::Keep).await?;
    aws.repositories.delete(name, Contents::Keep).await?;
    must("deleted, twice", aws.repositories.describe(&names).await?.is_empty());
    Ok(())
}

async fn log_group(aws: &Aws) -> Result<(), Error> {
    println!("log group");
    let name = "/smoke/checkout";
    aws.log_groups.create(&NewLogGroup { name: name.to_owned(), kms_key: None, tags: tags("smoke") }).await?;
    aws.log_groups.set_retention(name, Some(30)).await?;
    let found = aws.log_groups.get(name).await?.expect("just made");
    must(&format!("{found:?}"), found.retention_days == Some(30) && !found.arn.ends_with('*'));
    aws.log_groups.tag(&found.arn, &[("team".to_owned(), "payments".to_owned())].into()).await?;
    aws.log_groups.untag(&found.arn, &["ipsy:app".to_owned()]).await?;
    let tags = aws.log_groups.tags(&found.arn).await?;
    must(&format!("tags {tags:?}"), tags.len() == 2);
    aws.log_groups.set_retention(name, None).await?;
    must(
        "kept for ever again",
        aws.log_groups.get(name).await?.is_some_and(|group| group.retention_days.is_none()),
    );
    must("prefix finds it", aws.log_groups.describe("/smoke").await?.len() == 1);
    aws.log_groups.delete(name).await?;
    aws.log_groups.delete(name).await?;
    must("deleted, twice", aws.log_groups.get(name).await?.is_none());
    Ok(())
}

async fn parameter(aws: &Aws) -> Result<(), Error> {
    println!("SSM parameter");
    let name = "/smoke/checkout/image";
    let new = NewParameter {
        name: name.to_owned(),
        value: "1.0.0".to_owned(),
        description: "image of checkout".to_owned(),
        tags: tags("smoke"),
    };
    let missing = aws.parameters.set_value(name, "1.0.1").await.expect_err("not there yet");
    must(&format!("before: {missing}"), missing.is_not_found());
    aws.parameters.create(&new).await?;
    let again = aws.parameters.create(&new).await.expect_err("twice");
    must(&format!("again: {again}"), again.kind() == ErrorKind::AlreadyExists);
    aws.parameters.set_value(name, "1.0.1").await?;
    let names: Vec<String> =
        (0..12).map(|number| format!("/smoke/{number}")).chain([name.to_owned()]).collect();
    let found = aws.parameters.get(&names).await?;
    must(
        &format!("{found:?}"),
        found.len() == 1 && found.iter().all(|found| found.value == "1.0.1" && found.version == 2),
    );
    aws.parameters.tag(name, &[("team".to_owned(), "payments".to_owned())].into()).await?;
    aws.parameters.untag(name, &["ipsy:app".to_owned()]).await?;
    let tags = aws.parameters.tags(name).await?;
    must(&format!("tags {tags:?}"), tags.len() == 2);
    aws.parameters.delete(name).await?;
    aws.parameters.delete(name).await?;
    must("deleted, twice", aws.parameters.get(&names).await?.is_empty());
    Ok(())
}

async fn role(aws: &Aws, cluster: Option<&str>) -> Result<(), Error> {
    println!("IAM role");
    let name = "smoke-checkout";
    let new = NewRole {
        name: name.to_owned(),
        path: "/smoke/".to_owned(),
        trust_policy: TRUST.to_owned(),
        description: "checkout".to_owned(),
        max_session_seconds: 3600,
        permissions_boundary: None,
        tags: tags("smoke"),
    };
    let made = aws.roles.create(&new).await?;
    must(&format!("created {}", made.arn), made.trust_policy == TRUST && made.path == "/smoke/");
    let again = aws.roles.create(&new).await.expect_err("twice");
    must(&format!("again: {again}"), again.kind() == ErrorKind::AlreadyExists);
    aws.roles.put_inline_policy(name, "app", POLICY).await?;
    aws.roles
        .update(name, &RoleChange { description: "changed".to_owned(), max_session_seconds: 7200 })
        .await?;
    aws.roles.set_trust_policy(name, &TRUST.replace(",\"sts:TagSession\"", "")).await?;
    aws.roles.untag(name, &["ipsy:app".to_owned()]).await?;
    aws.roles.tag(name, &[("team".to_owned(), "payments".to_owned())].into()).await?;
    let found = aws.roles.get(name).await?.expect("just made");
    must(&format!("read back {:?}", found.tags), found.tags.len() == 2 && found.description == "changed");
    must("with its inline policy", found.inline_policies.get("app").is_some_and(|policy| policy == POLICY));
    let listed = aws.roles.list("/smoke/").await?;
    must("the list returns the same", listed == [found]);
    must("no such role", aws.roles.get("smoke-missing").await?.is_none());
    match cluster {
        Some(cluster) => pod_identity(aws, cluster, &made.arn).await?,
        None => println!("Pod Identity: no cluster given"),
    }
    aws.roles.delete(name).await?;
    aws.roles.delete(name).await?;
    must("deleted with its policy, twice", aws.roles.get(name).await?.is_none());
    Ok(())
}

async fn pod_identity(aws: &Aws, cluster: &str, role_arn: &str) -> Result<(), Error> {
    println!("EKS cluster and Pod Identity");
    let found = aws.clusters.describe(cluster).await?;
    must("described", found.is_some_and(|found| found.oidc_issuer.is_some()));
    must("it is in the list", aws.clusters.list().await?.iter().any(|name| name == cluster));
    must("no such cluster", aws.clusters.describe("smoke-missing").await?.is_none());
    let new = NewPodIdentity {
        cluster: cluster.to_owned(),
        namespace: "smoke".to_owned(),
        service_account: "checkout".to_owned(),
        role_arn: role_arn.to_owned(),
        target_role_arn: None,
        disable_session_tags: false,
        client_request_token: "smoke-checkout".to_owned(),
        tags: tags("smoke"),
    };
    let made = aws.pod_identities.create(&new).await?;
    must(&format!("created {}", made.arn), made.role_arn == role_arn && made.tags.len() == 2);
    let other = NewPodIdentity { client_request_token: "smoke-other".to_owned(), ..new };
    let again = aws.pod_identities.create(&other).await.expect_err("twice");
    must(&format!("again: {again}"), again.kind() == ErrorKind::AlreadyExists);
    let found = aws.pod_identities.find(cluster, "smoke", "checkout").await?;
    must("found by service account", found.as_ref() == Some(&made));
    let listed = aws.pod_identities.list(cluster).await?;
    must("listed", listed.iter().any(|reference| reference.id == made.id));
    let change = PodIdentityChange {
        role_arn: role_arn.to_owned(),
        target_role_arn: None,
        disable_session_tags: false,
    };
    aws.pod_identities.update(cluster, &made.id, &change).await?;
    aws.pod_identities.tag(&made.arn, &[("team".to_owned(), "payments".to_owned())].into()).await?;
    aws.pod_identities.untag(&made.arn, &["ipsy:app".to_owned()]).await?;
    let found = aws.pod_identities.get(cluster, &made.id).await?;
    must("tags changed", found.is_some_and(|found| found.tags.len() == 2 && found.tags.contains_key("team")));
    aws.pod_identities.delete(cluster, &made.id).await?;
    aws.pod_identities.delete(cluster, &made.id).await?;
    must("deleted, twice", aws.pod_identities.find(cluster, "smoke", "checkout").await?.is_none());
    must("no cluster, no association", aws.pod_identities.list("smoke-missing").await?.is_empty());
    Ok(())
}

async fn traffic(aws: &Aws, listener_arn: &str) -> Result<(), Error> {
    println!("load balancer, target groups, rule");
    let listeners = aws.load_balancers.listeners(&[listener_arn.to_owned()]).await?;
    let listener = listeners.first().expect("the listener exists");
    let balancers = aws.load_balancers.describe(std::slice::from_ref(&listener.load_balancer_arn)).await?;
    let balancer = balancers.first().expect("the load balancer exists");
    must(&format!("{listener:?} of {balancer:?}"), balancer.kind == "application");
    let missing = listener_arn.replace("listener/", "listener/x");
    must(
        "no such listener",
        aws.load_balancers.listeners(&[missing]).await.is_ok_and(|found| found.is_empty()),
    );
    let blue = target_group(aws, "smoke-blue", &balancer.vpc_id).await?;
    let green = target_group(aws, "smoke-green", &balancer.vpc_id).await?;
    let action = |blue_weight, green_weight, stickiness_seconds| {
        let target = |arn: &String, weight| WeightedTarget { target_group_arn: arn.clone(), weight };
        let mut targets = vec![target(&blue, blue_weight), target(&green, green_weight)];
        targets.sort();
        vec![Action::Forward(Forward { targets, stickiness_seconds })]
    };
    let set = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<BTreeSet<_>>();
    let conditions: BTreeSet<Condition> = [
        Condition::HostHeader(set(&["checkout.example.com", "pay.example.com"])),
        Condition::PathPattern(set(&["/api/*"])),
        Condition::HttpMethod(set(&["GET"])),
        Condition::SourceIp(set(&["10.0.0.0/8"])),
    ]
    .into();
    let new = NewRule {
        listener_arn: listener_arn.to_owned(),
        priority: 4711,
        conditions: conditions.clone(),
        actions: action(90, 10, Some(60)),
        tags: tags("smoke"),
    };
    let made = aws.listener_rules.create(&new).await?;
    must("created the rule, and AWS returns the same conditions", made.conditions == conditions);
    must("the same holds for the weights", made.actions == new.actions && made.listener_arn == listener_arn);
    let taken = aws.listener_rules.create(&new).await.expect_err("twice");
    must(&format!("again: {taken}"), taken.kind() == ErrorKind::Conflict);
    let in_use = aws.target_groups.by_arns(std::slice::from_ref(&blue)).await?;
    must(
        "the group names its load balancer",
        in_use.iter().all(|group| group.load_balancer_arns == [balancer.arn.clone()]),
    );
    let change = RuleChange { conditions: None, actions: Some(action(50, 50, None)) };
    let changed = aws.listener_rules.modify(&made.arn, &change).await?;
    must("50/50, stickiness off, conditions kept", Some(changed.actions.clone()) == change.actions);
    must(
        "read by ARN",
        aws.listener_rules.by_arns(std::slice::from_ref(&made.arn)).await? == [changed.clone()],
    );
    aws.listener_rules.set_priorities(&BTreeMap::from([(made.arn.clone(), 4712)])).await?;
    let all = aws.listener_rules.by_listener(listener_arn).await?;
    must("new priority", all.iter().any(|rule| rule.priority == Some(4712)));
    must("the default rule comes last", all.last().is_some_and(|rule| rule.priority.is_none()));
    aws.listener_rules.tag(&made.arn, &[("team".to_owned(), "payments".to_owned())].into()).await?;
    aws.listener_rules.untag(&made.arn, &["ipsy:app".to_owned()]).await?;
    let found = aws.listener_rules.tags(std::slice::from_ref(&made.arn)).await?;
    must(&format!("tags {found:?}"), found.get(&made.arn).is_some_and(|tags| tags.len() == 2));
    aws.listener_rules.delete(&made.arn).await?;
    must("rule deleted", aws.listener_rules.by_arns(std::slice::from_ref(&made.arn)).await?.is_empty());
    for arn in [&blue, &green] {
        aws.target_groups.delete(arn).await?;
        aws.target_groups.delete(arn).await?;
    }
    must("groups deleted, twice", aws.target_groups.by_arns(&[blue, green]).await?.is_empty());
    Ok(())
}

async fn target_group(aws: &Aws, name: &str, vpc_id: &str) -> Result<String, Error> {
    let new = NewTargetGroup {
        name: name.to_owned(),
        protocol: "HTTP".to_owned(),
        protocol_version: "HTTP1".to_owned(),
        port: 8080,
        vpc_id: vpc_id.to_owned(),
        target_type: "ip".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        health_check: HealthCheck { path: Some("/healthz".to_owned()), ..HealthCheck::default() },
        tags: tags("smoke"),
    };
    let made = aws.target_groups.create(&new).await?;
    must(&format!("created {}", made.arn), made.health_check == new.health_check && made.port == 8080);
    let names = [name.to_owned(), "smoke-missing".to_owned()];
    must("found by name, missing one left out", aws.target_groups.by_names(&names).await?.len() == 1);
    let check = HealthCheck {
        interval_seconds: 15,
        matcher: Some(Matcher::Http("200-299".to_owned())),
        ..new.health_check.clone()
    };
    let changed = aws.target_groups.set_health_check(&made.arn, &check).await?;
    must("health check changed", changed.health_check == check);
    let attributes = BTreeMap::from([("deregistration_delay.timeout_seconds".to_owned(), "30".to_owned())]);
    aws.target_groups.set_attributes(&made.arn, &attributes).await?;
    let found = aws.target_groups.attributes(&made.arn).await?;
    must("attribute set", attributes.iter().all(|(key, value)| found.get(key) == Some(value)));
    let tags = aws.target_groups.tags(std::slice::from_ref(&made.arn)).await?;
    must("tagged", tags.get(&made.arn).is_some_and(|tags| tags.len() == 2));
    must("no targets yet", aws.target_groups.health(&made.arn).await?.is_empty());
    Ok(made.arn)
}
