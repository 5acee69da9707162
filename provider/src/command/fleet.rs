//! Reads what an app runs on today: a target group of EC2 instances, the Auto Scaling group behind it, the listener rule
//! in front of it, and the role of the instances. Nothing is changed.

use std::collections::BTreeSet;

use ipsy_aws::{
    AutoScalingGroup, Aws, Condition, Configuration, Error, Fleet, Matcher, Role, Rule, TargetGroup,
};

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
    pub(super) auto_scaling_group: Option<AutoScalingGroup>,
    pub(super) instance_ids: Vec<String>,
    pub(super) role: Option<Role>,
    /// Facts that the configuration cannot take over, for people.
    pub(super) remarks: Vec<String>,
}

/// What cannot be read, for people.
pub(super) type Refusal = String;

/// Connects by the environment, as the command line of AWS does.
pub(super) async fn connect(region: Option<&str>) -> Result<Aws, Refusal> {
    let configuration = Configuration { region: region.map(ToOwned::to_owned), ..Configuration::default() };
    Aws::connect(&configuration).await.map_err(|error| explained(&error))
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
    let instance_ids = instance_ids(aws, &target_group, auto_scaling_group.as_ref()).await?;
    let fleet = if instance_ids.is_empty() {
        remarks.push("The target group has no EC2 instances.".to_owned());
        Fleet::default()
    } else {
        aws.instances.fleet(&instance_ids).await.map_err(|error| explained(&error))?
    };
    Ok(Ec2Setup {
        role: role_of(aws, &fleet, &mut remarks).await?,
        account_id: aws.account.id().await.map_err(|error| explained(&error))?.to_owned(),
        region: aws.account.region().to_owned(),
        dns_suffix: aws.account.dns_suffix(),
        target_group,
        rule,
        auto_scaling_group,
        instance_ids,
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
    let advice = error.advice();
    if advice.is_empty() { format!("{error}.") } else { format!("{error}.\n{advice}") }
}

fn missing(what: &str, name: &str, aws: &Aws) -> Refusal {
    format!("There is no {what} `{name}` in {}.", aws.account.region())
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

async fn instance_ids(
    aws: &Aws,
    group: &TargetGroup,
    auto_scaling_group: Option<&AutoScalingGroup>,
) -> Result<Vec<String>, Refusal> {
    if let Some(auto_scaling_group) = auto_scaling_group {
        return Ok(auto_scaling_group.instance_ids.clone());
    }
    let targets = aws.target_groups.health(&group.arn).await.map_err(|error| explained(&error))?;
    let ids = targets.into_iter().map(|target| target.target_id).filter(|id| id.starts_with("i-"));
    Ok(ids.collect::<BTreeSet<_>>().into_iter().collect())
}

async fn role_of(aws: &Aws, fleet: &Fleet, remarks: &mut Vec<String>) -> Result<Option<Role>, Refusal> {
    let mut names = BTreeSet::new();
    for profile in &fleet.profiles {
        names.extend(aws.instances.role_of_profile(profile).await.map_err(|error| explained(&error))?);
    }
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

    /// The minimum and maximum number of instances.
    pub(super) fn sizes(&self) -> (u32, u32) {
        let running = u32::try_from(self.instance_ids.len()).unwrap_or(u32::MAX).max(1);
        self.auto_scaling_group
            .as_ref()
            .map_or((running, running), |group| (group.desired.max(1), group.maximum.max(group.desired)))
    }
}
