//! Finding a rule among those of its listener, and a priority for it.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_aws::{Error, ErrorKind, NewRule, Rule, Service, Tags};

use super::ListenerRule;
use crate::app::traffic::Priority;
use crate::infrastructure::ownership::describe;

/// AWS' code where another rule has the priority.
const IN_USE: &str = "PriorityInUse";

impl ListenerRule {
    /// The rule of this app on its listener, found by its tags; that of this holder, if there are several.
    pub(super) async fn search(&self) -> Result<Option<(Rule, Tags)>, Error> {
        let rules = self.rules().await?;
        let arns: Vec<String> = rules.iter().map(|rule| rule.arn.clone()).collect();
        let mut tags = self.aws.listener_rules.tags(&arns).await?;
        let owned = |rule: &Rule| tags.get(&rule.arn).is_some_and(|tags| self.ownership.marks(tags));
        let mut found: Vec<Rule> = rules.into_iter().filter(owned).collect();
        found.sort_by_key(|rule| !tags.get(&rule.arn).is_some_and(|tags| self.ownership.owns(tags)));
        let Some(rule) = found.into_iter().next() else { return Ok(None) };
        let tags = tags.remove(&rule.arn).unwrap_or_default();
        Ok(Some((rule, tags)))
    }

    /// An error where another rule has the priority, and so this one can't be made.
    pub(super) async fn check_free(&self) -> Result<(), Error> {
        let rules = self.rules().await?;
        match self.load_balancer.priority {
            Priority::Range { .. } => self.free_number(&rules, &BTreeSet::new()).map(drop),
            Priority::Fixed(number) => match rules.into_iter().find(|rule| rule.priority == Some(number)) {
                Some(holder) => Err(self.taken_by(number, &holder).await),
                None => Ok(()),
            },
        }
    }

    /// Makes the rule; one whose priority comes from a range takes the next one if another rule was faster.
    pub(super) async fn make(&self, rule: NewRule) -> Result<Rule, Error> {
        let mut tried = BTreeSet::new();
        loop {
            let number = self.free_number(&self.rules_for_choice().await?, &tried)?;
            let rule = NewRule { priority: number, ..rule.clone() };
            let error = match self.aws.listener_rules.create(&rule).await {
                Ok(rule) => return Ok(rule),
                Err(error) => error,
            };
            // The call may have been repeated because its first answer was lost: then the rule that is in the
            // way is the very one that was to be made.
            if error.code() != Some(IN_USE) || self.search().await?.is_some() {
                return Err(error);
            }
            self.go_on_after(error, number, &mut tried).await?;
        }
    }

    /// Gives an existing rule a priority that is allowed.
    pub(super) async fn move_to_priority(&self, arn: &str) -> Result<(), Error> {
        let mut tried = BTreeSet::new();
        loop {
            let number = self.free_number(&self.rules_for_choice().await?, &tried)?;
            let priorities = BTreeMap::from([(arn.to_owned(), number)]);
            match self.aws.listener_rules.set_priorities(&priorities).await {
                Err(error) if error.code() == Some(IN_USE) => {
                    self.go_on_after(error, number, &mut tried).await?;
                }
                other => return other,
            }
        }
    }

    /// After a collision: nothing else can be tried where the priority is fixed.
    async fn go_on_after(&self, error: Error, number: u32, tried: &mut BTreeSet<u32>) -> Result<(), Error> {
        if matches!(self.load_balancer.priority, Priority::Range { .. }) {
            tried.insert(number);
            return Ok(());
        }
        let holder = self.rules().await?.into_iter().find(|rule| rule.priority == Some(number));
        match holder {
            Some(holder) => Err(self.taken_by(number, &holder).await),
            None => Err(error),
        }
    }

    /// A fixed priority needs no look at the others.
    async fn rules_for_choice(&self) -> Result<Vec<Rule>, Error> {
        match self.load_balancer.priority {
            Priority::Fixed(_) => Ok(Vec::new()),
            Priority::Range { .. } => self.rules().await,
        }
    }

    fn free_number(&self, rules: &[Rule], tried: &BTreeSet<u32>) -> Result<u32, Error> {
        let taken = rules.iter().filter_map(|rule| rule.priority).chain(tried.iter().copied()).collect();
        let priority = self.load_balancer.priority;
        priority
            .first_free(&taken)
            .ok_or_else(|| self.refusal(format!("every priority of the range {priority} is taken")))
    }

    async fn taken_by(&self, number: u32, holder: &Rule) -> Error {
        let tags = self.aws.listener_rules.tags(std::slice::from_ref(&holder.arn)).await.unwrap_or_default();
        let owner = describe(tags.get(&holder.arn).unwrap_or(&Tags::new()));
        self.refusal(format!("priority {number} of the listener is taken by {} ({owner})", holder.arn))
    }

    fn refusal(&self, message: String) -> Error {
        let listener = &self.load_balancer.listener_arn;
        Error::new(ErrorKind::Conflict, Service::Elb, "CreateRule", listener, message).with_code(IN_USE)
    }

    /// The rules of the listener, without the default one.
    async fn rules(&self) -> Result<Vec<Rule>, Error> {
        let mut rules = self.aws.listener_rules.by_listener(&self.load_balancer.listener_arn).await?;
        rules.retain(|rule| rule.priority.is_some());
        Ok(rules)
    }
}
