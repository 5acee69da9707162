//! The time that `timeouts { … }` gives to a piece of work: it stops at its next safe point then, as on request.

use std::time::Duration;

use ipsy_aws::deadline;
use provider_framework::{Diagnostic, Path};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// A limit, and the token that ends work at its next safe point: on request or when the time is over.
pub(super) struct Limit {
    argument: &'static str,
    after: Option<Duration>,
    pub(super) cancel: CancellationToken,
}

/// What came out of limited work, and whether its time was over before.
pub(super) struct Limited<T> {
    pub(super) output: T,
    pub(super) is_over: bool,
}

impl Limit {
    /// The limit of the argument `timeouts.argument`; `requested` asks to stop as well.
    pub(super) fn new(
        argument: &'static str,
        after: Option<Duration>,
        requested: &CancellationToken,
    ) -> Self {
        Self { argument, after, cancel: requested.child_token() }
    }

    /// Does `work`. Calls in it wait for AWS until the time is over, and no new step begins after that.
    pub(super) async fn keep<Work: Future>(&self, work: Work) -> Limited<Work::Output> {
        let Some(after) = self.after else { return Limited { output: work.await, is_over: false } };
        let end = Instant::now() + after;
        let work = deadline::until(end, work);
        tokio::pin!(work);
        tokio::select! {
            output = &mut work => Limited { output, is_over: false },
            () = sleep_until(end) => {
                self.cancel.cancel();
                Limited { output: work.await, is_over: true }
            }
        }
    }

    /// What is told when the time was over before the work was done.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        let seconds = self.after.unwrap_or_default().as_secs_f64();
        let rest = match self.argument {
            "create" => "What had been made was taken back, and the next apply starts again.",
            _ => "What was in progress has been finished, and the next apply does the rest.",
        };
        Diagnostic::error(
            format!("The {} took longer than {seconds} s", self.argument),
            format!("`timeouts.{}` allows no more. {rest} Raise it if AWS needs longer.", self.argument),
        )
        .at(Path::root("timeouts").attribute(self.argument))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_is_asked_to_stop_and_is_then_waited_for() {
        let requested = CancellationToken::new();
        let limit = Limit::new("create", Some(Duration::from_mins(1)), &requested);
        let cancel = limit.cancel.clone();
        let limited = limit
            .keep(async move {
                cancel.cancelled().await;
                tokio::time::sleep(Duration::from_secs(5)).await;
                "safe"
            })
            .await;
        assert!(limited.is_over && limited.output == "safe" && !requested.is_cancelled());
        assert!(limit.diagnostic().summary.contains("create took longer than 60 s"));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_only_a_request_stops_it() {
        let requested = CancellationToken::new();
        let limit = Limit::new("create", None, &requested);
        requested.cancel();
        assert!(limit.cancel.is_cancelled());
        assert!(!limit.keep(async {}).await.is_over);
    }
}
