//! Apps that ipsy did not make: rules of application load balancers that forward to target groups.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use ipsy_aws::{Aws, Condition, Error, Rule, Tags};
use provider_framework::{Diagnostic, Diagnostics, Path};

use super::Listed;
use crate::app::names::{Identity, suggest_dns_label};
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::ownership::owner_of;

/// Tag by which the AWS Load Balancer Controller marks what it keeps.
const CONTROLLER_TAG: &str = "elbv2.k8s.aws/cluster";
/// Ends of the names of target groups that do not belong to the name of the app.
const ENDINGS: [&str; 4] = ["-target-group", "-targets", "-tg", "-instances"];

/// The candidates in the order of listeners and priorities. Rules that cannot become an app are reported as warnings.
pub(super) async fn find(
    aws: &Aws,
    environment: &str,
    listener_arn: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Listed>, Diagnostic> {
    let tell = |error: Error| aws_diagnostic("The candidates cannot be read", &error);
    let mut listeners = aws.load_balancers.all_listeners().await.map_err(tell)?;
    listeners.retain(|listener| listener_arn.is_none_or(|arn| listener.arn == arn));
    listeners.sort_by(|left, right| left.arn.cmp(&right.arn));
    if let (Some(arn), []) = (listener_arn, listeners.as_slice()) {
        return Err(Diagnostic::error(
            format!("Listener `{arn}` not found"),
            "No application load balancer of this account and region has it. Check `listener_arn`, and the credentials \
             and `region` of the provider.",
        )
        .at(Path::root("listener_arn")));
    }
    let rules = listeners.iter().map(|listener| aws.listener_rules.by_listener(&listener.arn));
    let rules: Vec<Rule> = try_join_all(rules).await.map_err(tell)?.into_iter().flatten().collect();
    let arns: Vec<String> = rules.iter().map(|rule| rule.arn.clone()).collect();
    let tags = aws.listener_rules.tags(&arns).await.map_err(tell)?;
    let mut by_group: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| is_free(rule, tags.get(&rule.arn))) {
        if let Some(group) = main_group(rule) {
            by_group.entry(group).or_default().push(rule);
        }
    }
    let mut found: Vec<(&Rule, &str)> = Vec::new();
    for (group, rules) in by_group {
        match rules.as_slice() {
            [rule] => found.push((rule, group)),
            several => diagnostics.push(several_rules(group, several)),
        }
    }
    found.sort_by_key(|(rule, _)| (&rule.listener_arn, rule.priority));
    let names = names(found.iter().map(|(_, group)| *group), environment);
    let listed = found.iter().zip(names).map(|((rule, group), name)| listed(rule, group, name, environment));
    Ok(listed.collect())
}

/// Whether no one keeps the rule who would fight an import. A default rule is the listener's.
fn is_free(rule: &Rule, tags: Option<&Tags>) -> bool {
    let is_kept = |tags: &Tags| owner_of(tags).is_some() || tags.contains_key(CONTROLLER_TAG);
    rule.priority.is_some() && !tags.is_some_and(is_kept)
}

/// The target group that gets most requests.
fn main_group(rule: &Rule) -> Option<&str> {
    let targets = rule.forward()?.targets.iter().rev();
    targets.max_by_key(|target| target.weight).map(|target| target.target_group_arn.as_str())
}

/// One name for each target group: without what ends many names, unless two names would be the same.
fn names<'a>(groups: impl Iterator<Item = &'a str>, environment: &str) -> Vec<String> {
    let whole: Vec<String> = groups.map(|arn| suggest_dns_label(group_name(arn))).collect();
    let short: Vec<&str> = whole.iter().map(|name| shortened(name, environment)).collect();
    let is_unique = |name: &str| short.iter().filter(|other| **other == name).count() == 1;
    whole
        .iter()
        .zip(&short)
        .map(|(whole, short)| (if is_unique(short) { *short } else { whole }).to_owned())
        .collect()
}

fn shortened<'a>(name: &'a str, environment: &str) -> &'a str {
    let base = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let of_environment = base.strip_suffix(environment).and_then(|base| base.strip_suffix('-'));
    of_environment.filter(|base| !base.is_empty()).unwrap_or(base)
}

/// The name of a target group is the second part of its ARN (`targetgroup/NAME/ID`).
fn group_name(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or_default()
}

fn listed(rule: &Rule, group: &str, name: String, environment: &str) -> Listed {
    let identity = Identity { app: name, environment: environment.to_owned() };
    let hosts: BTreeSet<&str> = rule
        .conditions
        .iter()
        .filter_map(|condition| match condition {
            Condition::HostHeader(hosts) => Some(hosts.iter().map(String::as_str)),
            _ => None,
        })
        .flatten()
        .collect();
    let hosts = hosts.into_iter().collect::<Vec<_>>().join(", ");
    let at = if hosts.is_empty() { String::new() } else { format!(" at {hosts}") };
    Listed {
        title: format!("{}, candidate: target group {}{at}", identity.id(), group_name(group)),
        identity,
        object_arns: vec![rule.arn.clone()],
    }
}

fn several_rules(group: &str, rules: &[&Rule]) -> Diagnostic {
    let arns: Vec<&str> = rules.iter().map(|rule| rule.arn.as_str()).collect();
    Diagnostic::warning(
        format!("Target group `{}` is left out: {} rules forward to it", group_name(group), rules.len()),
        format!(
            "An `ipsy_app` has one listener rule. Put the hosts and paths of the rules into one rule, or import the app by \
             the rule that it is to have: {}.",
            arns.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use ipsy_aws::{Action, Fake, Forward, HealthCheck, NewRule, NewTargetGroup, WeightedTarget};

    use super::*;

    /// Makes a rule at `priority` that forwards to a target group of this name, which is made as well if it is new.
    async fn serve(aws: &Aws, listener: &str, priority: u32, group: &str, tags: Tags) {
        let found = aws.target_groups.by_names(&[group.to_owned()]).await.unwrap().pop();
        let new = NewTargetGroup {
            name: group.to_owned(),
            protocol: "HTTP".to_owned(),
            protocol_version: "HTTP1".to_owned(),
            port: 8080,
            vpc_id: "vpc-1".to_owned(),
            target_type: "instance".to_owned(),
            ip_address_type: "ipv4".to_owned(),
            health_check: HealthCheck::default(),
            tags: Tags::new(),
        };
        let arn =
            if let Some(group) = found { group } else { aws.target_groups.create(&new).await.unwrap() }.arn;
        let forward = Forward {
            targets: vec![WeightedTarget { target_group_arn: arn, weight: 1 }],
            ..Forward::default()
        };
        let host = format!("{group}.example.com");
        let rule = NewRule {
            listener_arn: listener.to_owned(),
            priority,
            conditions: [Condition::HostHeader([host].into())].into(),
            actions: vec![Action::Forward(forward)],
            tags,
        };
        aws.listener_rules.create(&rule).await.unwrap();
    }

    async fn bench() -> (Aws, String) {
        let fake = Fake::new();
        let listener = fake.add_load_balancer("shop", "vpc-1");
        let aws = fake.aws();
        let tagged = |key: &str| Tags::from([(key.to_owned(), "x".to_owned())]);
        serve(&aws, &listener, 20, "orders-tg", Tags::new()).await;
        serve(&aws, &listener, 10, "checkout-prod", Tags::new()).await;
        serve(&aws, &listener, 30, "twice", Tags::new()).await;
        serve(&aws, &listener, 31, "twice", Tags::new()).await;
        serve(&aws, &listener, 40, "controlled", tagged(CONTROLLER_TAG)).await;
        let made = [("ipsy:app".to_owned(), "a".to_owned()), ("ipsy:environment".to_owned(), "b".to_owned())];
        serve(&aws, &listener, 50, "made", made.into()).await;
        (aws, listener)
    }

    #[tokio::test]
    async fn rules_that_no_one_keeps_are_candidates_in_their_order() {
        let (aws, listener) = bench().await;
        let mut diagnostics = Diagnostics::new();
        let found = find(&aws, "prod", Some(&listener), &mut diagnostics).await.unwrap();
        let apps: Vec<String> = found.iter().map(|listed| listed.identity.id()).collect();
        assert_eq!(apps, ["prod/checkout", "prod/orders"]);
        let title = "prod/orders, candidate: target group orders-tg at orders-tg.example.com";
        assert_eq!(found[1].title, title);
        assert!(found[1].object_arns[0].contains(":listener-rule/app/"));
        let warnings: Vec<&str> = diagnostics.iter().map(|warning| warning.summary.as_str()).collect();
        assert_eq!(warnings, ["Target group `twice` is left out: 2 rules forward to it"]);
    }

    #[tokio::test]
    async fn a_listener_that_does_not_exist_is_an_error() {
        let (aws, listener) = bench().await;
        let found = find(&aws, "prod", Some(&format!("{listener}0")), &mut Diagnostics::new()).await;
        assert!(found.is_err_and(|error| error.summary.contains("not found")));
    }

    #[test]
    fn names_lose_their_endings_unless_two_would_be_alike() {
        let arn = |name: &str| format!("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/{name}/1");
        let arns = ["checkout-prod-tg", "orders-targets", "Mail", "web", "web-tg", "prod"].map(arn);
        let names = names(arns.iter().map(String::as_str), "prod");
        assert_eq!(names, ["checkout", "orders", "mail", "web", "web-tg", "prod"]);
    }
}
