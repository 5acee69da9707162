//! What clients got during a canary, second by second, in the form in which it is kept and drawn.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::step::Step;

/// A canary from EC2 instances to one cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The applies, in their order.
    pub steps: Vec<RecordedStep>,
    /// Requests by who answered them, an entry for each second since the first apply.
    pub seconds: Vec<Second>,
}

/// One apply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedStep {
    /// When it began: seconds since the first apply.
    pub second: u64,
    /// Weight of the instances.
    pub ec2: u16,
    /// Weight of the cluster.
    pub cluster: u16,
}

/// The requests that were sent within one second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Second {
    /// Answered by the instances.
    pub ec2: u32,
    /// Answered by the cluster.
    pub cluster: u32,
    /// Not answered, or with an error of a server.
    pub failed: u32,
}

impl Second {
    /// All requests.
    pub fn requests(&self) -> u32 {
        self.ec2 + self.cluster + self.failed
    }
}

impl Record {
    /// What the clients of a canary got from its first apply on. The last second, which is not a whole one, is left out.
    pub fn of(answers: &Answers, steps: &[Step]) -> Result<Self> {
        let start = steps.first().and_then(|step| step.all.first_sent()).context("the canary had no step")?;
        let mut seconds: Vec<Second> = Vec::new();
        for answer in answers.since(start).0 {
            let index = usize::try_from(answer.sent.duration_since(start).as_secs())?;
            if seconds.len() <= index {
                seconds.resize(index + 1, Second::default());
            }
            let Some(second) = seconds.get_mut(index) else { continue };
            if answer.is_failed() {
                second.failed += 1;
            } else if answer.backend.as_deref() == Some("ec2") {
                second.ec2 += 1;
            } else {
                second.cluster += 1;
            }
        }
        seconds.pop();
        let recorded = |step: &Step| -> Result<RecordedStep> {
            let [(_, ec2), (_, cluster)] = *step.weights else {
                anyhow::bail!("a step has other backends than the instances and one cluster");
            };
            let began = step.all.first_sent().context("a step had no request")?;
            let second = began.duration_since(start) + Duration::from_millis(500);
            Ok(RecordedStep { second: second.as_secs(), ec2, cluster })
        };
        Ok(Self { steps: steps.iter().map(recorded).collect::<Result<_>>()?, seconds })
    }

    /// Fails if a request failed.
    pub fn check(&self) -> Result<()> {
        let failed: u32 = self.seconds.iter().map(|second| second.failed).sum();
        ensure!(failed == 0, "{failed} requests failed");
        Ok(())
    }

    /// How many requests it had.
    pub fn requests(&self) -> u32 {
        self.seconds.iter().map(Second::requests).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::rehearsal::answers::Answer;

    #[test]
    fn answers_are_counted_by_their_second_and_backend() {
        let start = Instant::now();
        let answer = |milliseconds, backend: &str, status| Answer {
            sent: start + Duration::from_millis(milliseconds),
            backend: Some(backend.to_owned()),
            status: Some(status),
            duration: Duration::ZERO,
        };
        let all = Answers(vec![
            answer(0, "ec2", 200),
            answer(900, "blue", 200),
            answer(1100, "blue", 500),
            answer(2000, "ec2", 200),
        ]);
        let step = |weights, after| {
            let all = all.since(start + Duration::from_millis(after));
            Step { weights, settled: all.clone(), all }
        };
        let steps = [step(&[("ec2", 100), ("blue", 0)], 0), step(&[("ec2", 50), ("blue", 50)], 1000)];
        let record = Record::of(&all, &steps).unwrap();
        let second = |ec2, cluster, failed| Second { ec2, cluster, failed };
        assert_eq!(record.seconds, [second(1, 1, 0), second(0, 0, 1)]);
        assert_eq!((record.steps[1].second, record.steps[1].cluster, record.requests()), (1, 50, 3));
        assert_eq!(record.check().unwrap_err().to_string(), "1 requests failed");
    }
}
