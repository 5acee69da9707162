//! Until when a piece of work may wait for AWS. The starter of the work sets it once; every call in it that waits for
//! something to pass keeps to it.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Does `work`, whose calls wait until `deadline` for what passes by itself, and no longer. A call that is under way
/// then is finished: only pauses end.
pub async fn until<Work: Future>(deadline: Instant, work: Work) -> Work::Output {
    DEADLINE.scope(deadline, work).await
}

/// How long the work in progress may still wait, from `start` on; `None` without a deadline.
pub(crate) fn from(start: Instant) -> Option<Duration> {
    DEADLINE.try_with(|deadline| deadline.saturating_duration_since(start)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_knows_its_deadline_and_nothing_else_does() {
        let start = Instant::now();
        assert_eq!(from(start), None);
        let limit = Duration::from_secs(7);
        assert_eq!(until(start + limit, async { from(start) }).await, Some(limit));
        assert_eq!(until(start, async { from(start + limit) }).await, Some(Duration::ZERO));
    }
}
