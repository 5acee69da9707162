//! Listener rules of the AWS in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::refusal::Refusal;
use super::target_groups;
use super::world::{State, World};
use crate::{Action, Error, ErrorKind, ListenerRules, NewRule, Rule, RuleChange, Service, Tags};

fn find<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut Rule, Refusal> {
    state.rules.get_mut(arn).ok_or_else(|| missing(arn))
}

fn missing(arn: &str) -> Refusal {
    Refusal::not_found("RuleNotFound", &format!("rule {arn}"))
}

fn check_priority(
    state: &State,
    listener_arn: &str,
    priority: u32,
    but: &BTreeSet<&str>,
) -> Result<(), Refusal> {
    let taken = state.rules.values().any(|rule| {
        rule.listener_arn == listener_arn
            && rule.priority == Some(priority)
            && !but.contains(rule.arn.as_str())
    });
    if taken {
        let message = format!("Priority '{priority}' is currently in use");
        return Err(Refusal::new(ErrorKind::Conflict, "PriorityInUse", message));
    }
    Ok(())
}

fn check_actions(state: &State, listener_arn: &str, actions: &[Action]) -> Result<(), Refusal> {
    let load_balancer = state.listeners.get(listener_arn).map(|listener| listener.load_balancer_arn.as_str());
    for action in actions {
        let Action::Forward(forward) = action else { continue };
        for target in &forward.targets {
            let arn = &target.target_group_arn;
            let group = state.target_groups.get(arn).ok_or_else(|| target_groups::missing(arn))?;
            let balancer = load_balancer.and_then(|arn| state.load_balancers.get(arn));
            if balancer.is_some_and(|balancer| balancer.vpc_id != group.group.vpc_id) {
                let message = format!("target group {arn} and load balancer are not in the same VPC");
                return Err(Refusal::invalid("InvalidConfigurationRequest", message));
            }
            if let Some(other) = other_load_balancer(state, arn, load_balancer) {
                let message = format!("target group {arn} is used by load balancer {other} already");
                return Err(Refusal::new(ErrorKind::Conflict, "TargetGroupAssociationLimit", message));
            }
        }
    }
    Ok(())
}

/// A target group serves one application load balancer only.
fn other_load_balancer<'a>(state: &'a State, group: &str, load_balancer: Option<&str>) -> Option<&'a str> {
    state
        .rules
        .values()
        .filter(|rule| {
            rule.forward()
                .is_some_and(|forward| forward.targets.iter().any(|target| target.target_group_arn == group))
        })
        .filter_map(|rule| state.listeners.get(&rule.listener_arn))
        .map(|listener| listener.load_balancer_arn.as_str())
        .find(|used| Some(*used) != load_balancer)
}

/// AWS keeps no order among the target groups of a forward.
fn normal(actions: &[Action]) -> Vec<Action> {
    let mut actions = actions.to_vec();
    for action in &mut actions {
        match action {
            Action::Forward(forward) => forward.targets.sort(),
            Action::AuthenticateOidc(login) => login.client_secret = None,
            Action::AuthenticateCognito(_) | Action::Other(_) => {}
        }
    }
    actions
}

#[async_trait]
impl ListenerRules for World {
    async fn create(&self, new: &NewRule) -> Result<Rule, Error> {
        self.call(Service::Elb, "CreateRule", &new.listener_arn, |state| {
            if !state.listeners.contains_key(&new.listener_arn) {
                return Err(Refusal::not_found(
                    "ListenerNotFound",
                    &format!("listener {}", new.listener_arn),
                ));
            }
            check_actions(state, &new.listener_arn, &new.actions)?;
            check_priority(state, &new.listener_arn, new.priority, &BTreeSet::new())?;
            let parent = new.listener_arn.replacen(":listener/", ":listener-rule/", 1);
            let rule = Rule {
                arn: format!("{parent}/{}", state.next_id()),
                listener_arn: new.listener_arn.clone(),
                priority: Some(new.priority),
                conditions: new.conditions.clone(),
                actions: normal(&new.actions),
            };
            state.tags.insert(rule.arn.clone(), new.tags.clone());
            state.rules.insert(rule.arn.clone(), rule.clone());
            Ok(rule)
        })
    }

    async fn by_listener(&self, listener_arn: &str) -> Result<Vec<Rule>, Error> {
        self.call(Service::Elb, "DescribeRules", listener_arn, |state| {
            let of_listener = state.rules.values().filter(|rule| rule.listener_arn == listener_arn);
            let mut rules: Vec<Rule> = of_listener.cloned().collect();
            rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
            Ok(rules)
        })
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<Rule>, Error> {
        self.call(Service::Elb, "DescribeRules", &arns.join(","), |state| {
            Ok(arns.iter().filter_map(|arn| state.rules.get(arn)).cloned().collect())
        })
    }

    async fn modify(&self, arn: &str, change: &RuleChange) -> Result<Rule, Error> {
        self.call(Service::Elb, "ModifyRule", arn, |state| {
            let listener = find(state, arn)?.listener_arn.clone();
            if let Some(actions) = &change.actions {
                check_actions(state, &listener, actions)?;
            }
            let rule = find(state, arn)?;
            if let Some(conditions) = &change.conditions {
                rule.conditions.clone_from(conditions);
            }
            if let Some(actions) = &change.actions {
                rule.actions = normal(actions);
            }
            Ok(rule.clone())
        })
    }

    async fn set_priorities(&self, priorities: &BTreeMap<String, u32>) -> Result<(), Error> {
        let object: Vec<&str> = priorities.keys().map(String::as_str).collect();
        self.call(Service::Elb, "SetRulePriorities", &object.join(","), |state| {
            let changing: BTreeSet<&str> = priorities.keys().map(String::as_str).collect();
            for (arn, priority) in priorities {
                let listener = find(state, arn)?.listener_arn.clone();
                check_priority(state, &listener, *priority, &changing)?;
            }
            let distinct: BTreeSet<&u32> = priorities.values().collect();
            if distinct.len() < priorities.len() {
                return Err(Refusal::new(
                    ErrorKind::Conflict,
                    "PriorityInUse",
                    "two rules get the same priority",
                ));
            }
            for (arn, priority) in priorities {
                find(state, arn)?.priority = Some(*priority);
            }
            Ok(())
        })
    }

    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        self.read_tags_of_all(Service::Elb, "DescribeTags", arns)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.add_tags(Service::Elb, "AddTags", arn, tags)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.remove_tags(Service::Elb, "RemoveTags", arn, keys)
    }

    async fn delete(&self, arn: &str) -> Result<(), Error> {
        self.call(Service::Elb, "DeleteRule", arn, |state| {
            if state.rules.get(arn).is_some_and(|rule| rule.priority.is_none()) {
                let message = "the default rule cannot be deleted";
                return Err(Refusal::invalid("OperationNotPermitted", message));
            }
            state.rules.remove(arn);
            state.tags.remove(arn);
            Ok(())
        })
    }
}
