//! Reads what an app runs on today: a target group of EC2 instances, the Auto Scaling group behind it, the listener rule
//! in front of it, and the role of the instances. Nothing is changed.

use ipsy_aws::{AutoScalingGroup, Aws, Condition, Configuration, Error, Matcher, Role, Rule, TargetGroup};

use crate::advice::advice;
use crate::ec2::{self, Ec2};

/// Where the reading begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Name or ARN of a target group.
    TargetGroup(String),
    /// Name of an Auto Scaling group.
    AutoScalingGroup(String),
}

/// What an app runs on.
#[derive(Debug, Clone)]
pub(super) struct Ec2Setup {
    pub(super) account_id: String,
    pub(super) region: String,
    pub(super) dns_suffix: &'static str,
    pub(super) target_group: TargetGroup,
    /// The rule that forwards to the target group; the default rule of a listener has no priority.
    pub(super) rule: Option<Rule>,
    pub(super) ec2: Ec2,
    pub(super) role: Option<Role>,
    /// Facts that the configuration cannot take over, for people.
    pub(super) remarks: Vec<String>,
}

/// What cannot be read, for people.
pub(super) type Refusal = String;

/// Connects by the environment, as the command line of AWS does.
pub(super) async fn connect(region: Option<&str>) -> Result<Aws, Refusal> {
    Aws::connect(&configuration(region)).await.map_err(|error| explained(&error))
}

/// The configuration of the environment, except the region.
pub(super) fn configuration(region: Option<&str>) -> Configuration {
    Configuration { region: region.map(ToOwned::to_owned), ..Configuration::default() }
}

/// Reads everything behind `source`. `rule_arn` chooses between several rules.
pub(super) async fn read(aws: &Aws, source: &Source, rule_arn: Option<&str>) -> Result<Ec2Setup, Refusal> {
    let (auto_scaling_group, target_group) = match source {
        Source::AutoScalingGroup(name) => {
            let group = auto_scaling_group(aws, name).await?;
            let arn = match group.target_group_arns.as_slice() {
                [arn] => arn.clone(),
                [] => {
                    return Err(format!(
                        "The Auto Scaling group `{name}` has no target group: nothing leads requests to it."
                    ));
                }
                several => {
                    return Err(format!(
                        "The Auto Scaling group `{name}` has several target groups: name one with `--target-group`: {}.",
                        several.join(", ")
                    ));
                }
            };
            (Some(group), target_group(aws, &arn).await?)
        }
        Source::TargetGroup(name) => (None, target_group(aws, name).await?),
    };
    let mut remarks = Vec::new();
    let rule = rule_before(aws, &target_group, rule_arn, &mut remarks).await?;
    let ec2 = ec2::behind(aws, &target_group.arn, auto_scaling_group).await;
    let ec2 = ec2.map_err(|error| explained(&error))?;
    if ec2.instance_ids.is_empty() {
        remarks.push("The target group has no EC2 instances.".to_owned());
    }
    Ok(Ec2Setup {
        role: role_of(aws, &ec2, &mut remarks).await?,
        account_id: aws.account.id().await.map_err(|error| explained(&error))?.to_owned(),
        region: aws.account.region().to_owned(),
        dns_suffix: aws.account.dns_suffix(),
        target_group,
        rule,
        ec2,
        remarks,
    })
}

/// The Auto Scaling group of this name.
pub(super) async fn auto_scaling_group(aws: &Aws, name: &str) -> Result<AutoScalingGroup, Refusal> {
    let found = aws.instances.auto_scaling_group(name).await.map_err(|error| explained(&error))?;
    found.ok_or_else(|| missing("Auto Scaling group", name, aws))
}

/// An error of AWS with what to do about it.
pub(super) fn explained(error: &Error) -> Refusal {
    let advice = advice(error);
    if advice.is_empty() { format!("{error}.") } else { format!("{error}.\n{advice}") }
}

fn missing(what: &str, name: &str, aws: &Aws) -> Refusal {
    format!("The {what} `{name}` was not found in {}.", aws.account.region())
}

async fn target_group(aws: &Aws, name: &str) -> Result<TargetGroup, Refusal> {
    let names = [name.to_owned()];
    let found = if name.starts_with("arn:") {
        aws.target_groups.by_arns(&names).await
    } else {
        aws.target_groups.by_names(&names).await
    };
    found.map_err(|error| explained(&error))?.pop().ok_or_else(|| missing("target group", name, aws))
}

/// The rule that leads requests to the group: the one that was named, or the only one.
async fn rule_before(
    aws: &Aws,
    group: &TargetGroup,
    named: Option<&str>,
    remarks: &mut Vec<String>,
) -> Result<Option<Rule>, Refusal> {
    let mut rules = Vec::new();
    for balancer in &group.load_balancer_arns {
        for listener in aws.load_balancers.listeners_of(balancer).await.map_err(|error| explained(&error))? {
            rules.extend(
                aws.listener_rules.by_listener(&listener.arn).await.map_err(|error| explained(&error))?,
            );
        }
    }
    let leads = |rule: &Rule| {
        let targets = rule.forward().map(|forward| forward.targets.as_slice()).unwrap_or_default();
        targets.iter().any(|target| target.target_group_arn == group.arn)
    };
    rules.retain(|rule| leads(rule) && named.is_none_or(|arn| arn == rule.arn));
    // A default rule catches what no other rule takes: it is not the app's own.
    if rules.iter().any(|rule| rule.priority.is_some()) {
        rules.retain(|rule| rule.priority.is_some());
    }
    let several: Vec<&str> = rules.iter().map(|rule| rule.arn.as_str()).collect();
    if several.len() > 1 {
        return Err(format!(
            "Several listener rules lead to `{}`: name one with `--listener-rule`: {}.",
            group.name,
            several.join(", ")
        ));
    }
    if let (Some(arn), []) = (named, rules.as_slice()) {
        return Err(format!("The listener rule `{arn}` does not lead to `{}`.", group.name));
    }
    let rule = rules.pop();
    match &rule {
        None => {
            remarks
                .push(format!("No listener rule leads to `{}`: name the listener of the app.", group.name));
        }
        Some(rule) => remarks.extend(remarks_on(rule)),
    }
    Ok(rule)
}

fn remarks_on(rule: &Rule) -> Vec<String> {
    let mut remarks = Vec::new();
    if rule.priority.is_none() {
        remarks.push(
            "Requests reach the instances by the default rule of the listener, which stays. The app gets a rule of its \
             own: name its hosts."
                .to_owned(),
        );
    }
    let others = rule.conditions.iter().filter(|condition| !matches!(condition, Condition::HostHeader(_)));
    if others.count() > 0 {
        remarks.push(
            "The rule has other conditions than host names. Write them into `load_balancer` before the first apply: the \
             plan shows them as a change otherwise."
                .to_owned(),
        );
    }
    if rule.actions.len() > 1 {
        remarks.push(
            "The rule does more than forward, such as a login. Write that into `load_balancer` before the first apply."
                .to_owned(),
        );
    }
    remarks
}

async fn role_of(aws: &Aws, ec2: &Ec2, remarks: &mut Vec<String>) -> Result<Option<Role>, Refusal> {
    let mut names = ec2.role_names.clone();
    let Some(name) = names.pop_first() else {
        remarks.push("The instances have no role, so the app gets no policies.".to_owned());
        return Ok(None);
    };
    if !names.is_empty() {
        remarks.push(format!("The instances have several roles; the policies are those of `{name}`."));
    }
    aws.roles.get(&name).await.map_err(|error| explained(&error))
}

impl Ec2Setup {
    /// Host names that lead to the app.
    pub(super) fn hosts(&self) -> Vec<String> {
        let conditions = self.rule.iter().flat_map(|rule| &rule.conditions);
        let hosts = conditions.filter_map(|condition| match condition {
            Condition::HostHeader(hosts) => Some(hosts),
            _ => None,
        });
        hosts.flatten().cloned().collect()
    }

    /// The path by which the load balancer checks the instances.
    pub(super) fn health_path(&self) -> Option<&str> {
        let check = &self.target_group.health_check;
        let is_grpc = matches!(check.matcher, Some(Matcher::Grpc(_)));
        check.path.as_deref().filter(|_| !is_grpc)
    }
}
