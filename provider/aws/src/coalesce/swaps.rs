//! Priorities that rules pass on to each other. Terraform changes apps one by one, and two rules can't swap their
//! priorities like that: each number is taken while the other rule has it. A change that finds its number taken waits for
//! the change of the rule that has it. When both are here, one call makes them, so that no rule is ever out of its place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

use crate::{Error, Rule};

/// AWS' code where another rule has the priority.
const IN_USE: &str = "PriorityInUse";

/// Longest wait for the change of the rule that has the priority: what comes before it in an apply takes some seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Time between two looks.
const INTERVAL: Duration = Duration::from_millis(500);

/// Wanted priorities by the ARN of the rule.
pub(crate) type Priorities = BTreeMap<String, u32>;

/// The calls that a swap takes.
#[async_trait]
pub(crate) trait PriorityCalls: Send + Sync {
    /// Changes priorities at once.
    async fn set(&self, priorities: &Priorities) -> Result<(), Error>;

    /// All rules of the listener of a rule.
    async fn rules_beside(&self, arn: &str) -> Result<Vec<Rule>, Error>;
}

/// The changes of priorities of one process.
#[derive(Clone, Default)]
pub(crate) struct Swaps {
    /// Changes that are not made yet.
    wanted: Arc<Mutex<Priorities>>,
    /// Held while a change of several rules is put together and made.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Swaps {
    /// Changes the priorities, if need be together with those of the rules that have them now.
    pub(crate) async fn set(&self, calls: &dyn PriorityCalls, priorities: &Priorities) -> Result<(), Error> {
        let wish = Wish::new(self, priorities);
        let deadline = Instant::now() + PATIENCE;
        let mut refusal = match calls.set(priorities).await {
            Err(error) if is_in_use(&error) => error,
            other => return other,
        };
        while Instant::now() < deadline {
            let turn = self.turn.lock().await;
            if wish.is_granted() {
                return Ok(());
            }
            if let Some(all) = self.with_holders(calls, priorities).await? {
                match calls.set(&all).await {
                    Err(error) if is_in_use(&error) => refusal = error,
                    other => {
                        if other.is_ok() {
                            self.lock().retain(|arn, _| !all.contains_key(arn));
                        }
                        return other;
                    }
                }
            }
            drop(turn);
            sleep(INTERVAL).await;
        }
        // Another call may have made the change since the last look.
        if wish.is_granted() { Ok(()) } else { Err(refusal) }
    }

    /// `priorities` and the changes of the rules that have these numbers now, and so on; `None` while one of those rules
    /// is not to change.
    async fn with_holders(
        &self,
        calls: &dyn PriorityCalls,
        priorities: &Priorities,
    ) -> Result<Option<Priorities>, Error> {
        let Some(arn) = priorities.keys().next_back() else { return Ok(None) };
        let rules = calls.rules_beside(arn).await?;
        if rules.is_empty() {
            return Ok(None);
        }
        let holders: BTreeMap<u32, String> =
            rules.into_iter().filter_map(|rule| Some((rule.priority?, rule.arn))).collect();
        let wanted = self.lock();
        let mut all = priorities.clone();
        let mut open: Vec<u32> = priorities.values().copied().collect();
        while let Some(number) = open.pop() {
            let Some(holder) = holders.get(&number).filter(|holder| !all.contains_key(*holder)) else {
                continue;
            };
            let Some(next) = wanted.get(holder) else { return Ok(None) };
            all.insert(holder.clone(), *next);
            open.push(*next);
        }
        Ok(Some(all))
    }

    fn lock(&self) -> MutexGuard<'_, Priorities> {
        // A map is whole whenever the lock is free.
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_in_use(error: &Error) -> bool {
    error.code() == Some(IN_USE)
}

/// A change that others may make along with theirs, as long as this is there.
struct Wish<'a> {
    swaps: &'a Swaps,
    priorities: &'a Priorities,
}

impl<'a> Wish<'a> {
    fn new(swaps: &'a Swaps, priorities: &'a Priorities) -> Self {
        swaps.lock().extend(priorities.clone());
        Self { swaps, priorities }
    }

    /// Whether another call has made the change.
    fn is_granted(&self) -> bool {
        let wanted = self.swaps.lock();
        !self.priorities.keys().any(|arn| wanted.contains_key(arn))
    }
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        self.swaps.lock().retain(|arn, _| !self.priorities.contains_key(arn));
    }
}

#[cfg(test)]
mod tests;
