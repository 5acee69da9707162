//! What keeps AWS from deleting an object, found before anything is changed: a deletion that stops half-way leaves an
//! app that serves no requests.

use std::collections::BTreeSet;

use ipsy_aws::{Aws, Error, Rule};

use super::ownership::describe;

/// Why AWS would refuse to delete an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// What is in the way, as a sentence without a full stop.
    pub(crate) reason: String,
    /// How to get it out of the way, as full sentences.
    pub(crate) remedy: String,
}

/// The rules, none of them among `own`, that send requests to the target group called `name`.
pub(super) async fn foreign_rules(
    aws: &Aws,
    name: &str,
    own: &BTreeSet<String>,
) -> Result<Option<Obstacle>, Error> {
    let Some(group) = aws.target_groups.by_names(&[name.to_owned()]).await?.pop() else { return Ok(None) };
    let is_user = |rule: &Rule| {
        let targets = rule.forward().into_iter().flat_map(|forward| &forward.targets);
        targets.into_iter().any(|target| target.target_group_arn == group.arn)
    };
    let mut users = Vec::new();
    for balancer in &group.load_balancer_arns {
        for listener in aws.load_balancers.listeners_of(balancer).await? {
            let rules = aws.listener_rules.by_listener(&listener.arn).await?;
            users.extend(rules.into_iter().filter(|rule| is_user(rule) && !own.contains(&rule.arn)));
        }
    }
    if users.is_empty() {
        return Ok(None);
    }
    let arns: Vec<String> = users.iter().map(|rule| rule.arn.clone()).collect();
    // The tags are for the message alone.
    let tags = aws.listener_rules.tags(&arns).await.unwrap_or_default();
    let named: Vec<String> = users
        .iter()
        .map(|rule| {
            let place = match rule.priority {
                Some(priority) => format!("rule {priority}"),
                None => "the default rule".to_owned(),
            };
            let owner = tags.get(&rule.arn).map(|tags| format!(" ({})", describe(tags))).unwrap_or_default();
            format!("{place} of `{}`, `{}`{owner}", rule.listener_arn, rule.arn)
        })
        .collect();
    Ok(Some(Obstacle {
        reason: format!("requests are sent to it by {}", named.join("; ")),
        remedy: "Remove the target group from that rule, or delete the rule, and run again.".to_owned(),
    }))
}
