//! What clients got: which backend answered, with what status, after how long.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

/// The answer to one request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// When the request was sent.
    pub sent: Instant,
    /// The backend that answered; `None` for the load balancer's own answers.
    pub backend: Option<String>,
    /// The status; `None` without an answer.
    pub status: Option<u16>,
    /// Time until the whole answer was read.
    pub duration: Duration,
}

impl Answer {
    /// Whether the client was not served.
    pub fn is_failed(&self) -> bool {
        self.status.is_none_or(|status| status >= 500)
    }
}

/// Answers, in any order.
#[derive(Debug, Clone, Default)]
pub struct Answers(pub Vec<Answer>);

impl Answers {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The failed ones.
    #[must_use]
    pub fn failed(&self) -> Self {
        Self(self.0.iter().filter(|answer| answer.is_failed()).cloned().collect())
    }

    /// Fails if one of them failed, and shows the first of these.
    pub fn ensure_none_failed(&self) -> Result<()> {
        let failed = self.failed();
        let first = failed.0.first().map(|answer| (answer.status, &answer.backend));
        ensure!(first.is_none(), "{} of {} requests failed, first {first:?}", failed.count(), self.count());
        Ok(())
    }

    /// Those to requests that were sent at a moment or later.
    #[must_use]
    pub fn since(&self, moment: Instant) -> Self {
        Self(self.0.iter().filter(|answer| answer.sent >= moment).cloned().collect())
    }

    /// Those to requests that were sent before a moment or at it.
    #[must_use]
    pub fn until(&self, moment: Instant) -> Self {
        Self(self.0.iter().filter(|answer| answer.sent <= moment).cloned().collect())
    }

    /// When the first of the requests was sent.
    pub fn first_sent(&self) -> Option<Instant> {
        self.0.iter().map(|answer| answer.sent).min()
    }

    /// When the last of the requests was sent.
    pub fn last_sent(&self) -> Option<Instant> {
        self.0.iter().map(|answer| answer.sent).max()
    }

    /// Percent of the answers that are failures.
    pub fn failed_share(&self) -> f64 {
        percent(self.failed().count(), self.count())
    }

    /// Percent of the answers that a backend gave.
    pub fn share(&self, backend: &str) -> f64 {
        let own = self.0.iter().filter(|answer| answer.backend.as_deref() == Some(backend)).count();
        percent(own, self.count())
    }

    /// The time within which 95 of 100 requests were answered.
    pub fn p95(&self) -> Duration {
        let mut durations: Vec<Duration> = self.0.iter().map(|answer| answer.duration).collect();
        durations.sort();
        let rank = (durations.len() * 95).div_ceil(100);
        durations.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(backend: Option<&str>, status: Option<u16>, milliseconds: u64) -> Answer {
        let backend = backend.map(ToOwned::to_owned);
        Answer { sent: Instant::now(), backend, status, duration: Duration::from_millis(milliseconds) }
    }

    #[test]
    fn answers_are_counted_by_backend_and_failure() {
        let answers = Answers(vec![
            answer(Some("ec2"), Some(200), 1),
            answer(Some("ec2"), Some(404), 2),
            answer(Some("blue"), Some(500), 3),
            answer(None, None, 4),
        ]);
        assert!((answers.share("ec2") - 50.0).abs() < f64::EPSILON);
        assert_eq!(answers.failed().count(), 2);
        assert!((answers.failed_share() - 50.0).abs() < f64::EPSILON);
        let last = answers.last_sent().unwrap();
        assert_eq!((answers.until(last).count(), answers.since(last).0[0].sent), (4, last));
    }

    #[test]
    fn percentiles_are_those_of_sorted_durations() {
        let answers = Answers((1..=100).rev().map(|time| answer(None, Some(200), time)).collect());
        assert_eq!(answers.p95(), Duration::from_millis(95));
        assert_eq!(Answers::default().p95(), Duration::ZERO);
    }
}
