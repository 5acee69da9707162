//! The way to one service: its client, a cap on calls at the same time, and patience with what the SDK does not know to
//! repeat because only AWS's own delays explain it.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::failure::failure;
use crate::{Error, Service, deadline};

/// One service. A permit is held for one attempt, pauses between attempts hold none.
pub(super) struct Channel<Client = ()> {
    pub(super) client: Client,
    service: Service,
    permits: Semaphore,
}

/// Which failures of a call go away by themselves, and how long they are waited for.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    limit: Duration,
    /// Whether a longer deadline of the whole work means a longer wait here.
    extends: bool,
    passes: fn(&Error) -> bool,
    awaited: &'static str,
}

/// Another change of the same object is under way. Holds for every call.
pub(super) const OTHER_CHANGES: Patience = Patience {
    limit: Duration::from_secs(30),
    extends: false,
    passes: |error| {
        matches!(
            error.code(),
            Some(
                "ConcurrentModification"
                    | "ConcurrentModificationException"
                    | "OperationAbortedException"
                    | "TooManyUpdates"
            )
        )
    },
    awaited: "another change of the same object to end",
};

/// What IAM made a moment ago is not known everywhere yet: usually for seconds, at times for a minute.
pub(super) const PROPAGATION: Patience = Patience {
    limit: Duration::from_mins(2),
    extends: true,
    passes: |error| {
        let message = error.message();
        match error.code() {
            Some("MalformedPolicyDocument") => message.contains("Invalid principal"),
            Some("InvalidParameterException") => {
                message.contains("Role provided in the request does not exist")
                    || message.contains("Principal not found")
                    || message.contains("Invalid repository policy provided")
            }
            _ => false,
        }
    },
    awaited: "IAM to make a new role or principal known everywhere",
};

/// A role that was made a moment ago is not found by the next call. Short, since it may really be missing.
pub(super) const ROLE_VISIBLE: Patience = Patience {
    limit: Duration::from_secs(10),
    extends: false,
    passes: |error| error.code() == Some("NoSuchEntity") && error.message().contains("role with name"),
    awaited: "IAM to show a new role",
};

/// Something that used the object a moment ago has let it go, but AWS does not know yet.
pub(super) const RELEASE: Patience = Patience {
    limit: Duration::from_mins(2),
    extends: true,
    passes: |error| matches!(error.code(), Some("ResourceInUse" | "DeleteConflict")),
    awaited: "what used the object to let it go",
};

impl Patience {
    /// How long is waited altogether, where the wait begins at `start`: the deadline of the work in progress ends it,
    /// and moves its end where the reason is sure to pass.
    fn limit_from(self, start: Instant) -> Duration {
        match deadline::from(start) {
            Some(left) if self.extends => left,
            Some(left) => left.min(self.limit),
            None => self.limit,
        }
    }
}

impl<Client> Channel<Client> {
    /// At most `at_once` calls of `service` at the same time.
    pub(super) fn new(service: Service, at_once: usize, client: Client) -> Self {
        Self { client, service, permits: Semaphore::new(at_once) }
    }

    /// Makes a call. `operation` is AWS's name, `object` what the call is about.
    pub(super) async fn call<Output, Failure, Call, Answer>(
        &self,
        operation: &'static str,
        object: &str,
        send: Call,
    ) -> Result<Output, Error>
    where
        Call: Fn() -> Answer + Send + Sync,
        Answer: Future<Output = Result<Output, SdkError<Failure>>> + Send,
        Failure: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.call_patiently(OTHER_CHANGES, operation, object, send).await
    }

    /// Makes a call that may fail for a while for reasons that pass.
    pub(super) async fn call_patiently<Output, Failure, Call, Answer>(
        &self,
        patience: Patience,
        operation: &'static str,
        object: &str,
        send: Call,
    ) -> Result<Output, Error>
    where
        Call: Fn() -> Answer + Send + Sync,
        Answer: Future<Output = Result<Output, SdkError<Failure>>> + Send,
        Failure: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let start = Instant::now();
        let mut attempt = 0;
        loop {
            let answer = {
                let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
                send().await
            };
            let error = match answer {
                Ok(output) => return Ok(output),
                Err(error) => failure(self.service, operation, object, &error),
            };
            let reason = if (OTHER_CHANGES.passes)(&error) { OTHER_CHANGES } else { patience };
            if !(reason.passes)(&error) {
                return Err(error);
            }
            let pause = pause(object, attempt);
            if start.elapsed() + pause > reason.limit_from(start) {
                return Err(error.after_waiting(start.elapsed(), reason.awaited));
            }
            tracing::debug!(operation, object, "waiting {pause:?} for {}: {error}", reason.awaited);
            sleep(pause).await;
            attempt += 1;
        }
    }
}

/// How long to wait before the next attempt: doubling from half a second to eight seconds, and up to a half more
/// depending on the object, so that many apps of one run do not come back at the same moment.
fn pause(object: &str, attempt: u32) -> Duration {
    let base = Duration::from_millis(500) * 2_u32.pow(attempt.min(4));
    let mut hasher = DefaultHasher::new();
    (object, attempt).hash(&mut hasher);
    let part = u32::try_from(hasher.finish() % 512).expect("below 512");
    base + base * part / 1024
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_differ_between_objects() {
        for attempt in 0..20 {
            let base = Duration::from_millis(500 << attempt.min(4));
            let pause = pause("checkout", attempt);
            assert!(pause >= base && pause <= base * 3 / 2, "{attempt}: {pause:?}");
        }
        assert_ne!(pause("checkout", 0), pause("cart", 0));
        assert_eq!(pause("checkout", 3), pause("checkout", 3));
    }

    fn check(patience: Patience, code: &str, message: &str, passes: bool) {
        let error = Error::new(crate::ErrorKind::Other, Service::Iam, "X", "x", message).with_code(code);
        assert_eq!((patience.passes)(&error), passes, "{code}: {message}");
    }

    #[test]
    fn only_what_passes_by_itself_is_waited_for() {
        check(PROPAGATION, "MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"x\"", true);
        check(PROPAGATION, "MalformedPolicyDocument", "Syntax errors in policy.", false);
        check(PROPAGATION, "InvalidParameterException", "Role provided in the request does not exist.", true);
        check(PROPAGATION, "InvalidParameterException", "Retention 31 is not allowed", false);
        check(RELEASE, "ResourceInUse", "Target group is currently in use by a listener or a rule", true);
        check(RELEASE, "RepositoryNotEmptyException", "still contains images", false);
        check(OTHER_CHANGES, "OperationAbortedException", "A conflicting operation", true);
        check(OTHER_CHANGES, "ConcurrentModification", "", true);
        check(OTHER_CHANGES, "LimitExceededException", "", false);
    }

    type Refusal = SdkError<ErrorMetadata>;

    fn refusal(code: &str) -> Refusal {
        let meta = ErrorMetadata::builder().code(code).message("refused").build();
        let status = 400_u16.try_into().expect("a status");
        SdkError::service_error(meta, HttpResponse::new(status, SdkBody::empty()))
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_until_it_has_passed() {
        let channel = Channel::new(Service::Elb, 1, ());
        let tries = AtomicU32::new(0);
        let answer = channel
            .call_patiently(RELEASE, "DeleteTargetGroup", "blue", || async {
                match tries.fetch_add(1, Ordering::Relaxed) {
                    0..4 => Err(refusal("ResourceInUse")),
                    _ => Ok("deleted"),
                }
            })
            .await;
        assert_eq!((answer, tries.into_inner()), (Ok("deleted"), 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_names_what_it_waited_for() {
        let channel = Channel::new(Service::Elb, 1, ());
        let start = Instant::now();
        let call = || async { Err::<(), _>(refusal("ResourceInUse")) };
        let error =
            channel.call_patiently(RELEASE, "DeleteTargetGroup", "blue", call).await.expect_err("in use");
        assert!(
            start.elapsed() <= RELEASE.limit && start.elapsed() > RELEASE.limit / 2,
            "{:?}",
            start.elapsed()
        );
        assert!(error.to_string().contains("s for what used the object to let it go"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_of_the_work_ends_a_wait_or_moves_its_end() {
        let channel = Channel::new(Service::Elb, 1, ());
        let call = || async { Err::<(), _>(refusal("ResourceInUse")) };
        for limit in [Duration::from_secs(5), Duration::from_mins(10)] {
            let start = Instant::now();
            let work = channel.call_patiently(RELEASE, "DeleteTargetGroup", "blue", call);
            deadline::until(start + limit, work).await.expect_err("in use");
            assert!(start.elapsed() <= limit && start.elapsed() > limit / 3, "{:?}", start.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_is_tried_once() {
        let channel = Channel::new(Service::Elb, 1, ());
        let tries = AtomicU32::new(0);
        let call = || async {
            tries.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(refusal("ValidationError"))
        };
        channel.call_patiently(RELEASE, "DeleteTargetGroup", "blue", call).await.expect_err("invalid");
        assert_eq!(tries.into_inner(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_at_the_same_time_are_capped_and_a_dropped_call_gives_its_place_back() {
        let channel = Channel::new(Service::Iam, 2, ());
        let (running, most) = (AtomicU32::new(0), AtomicU32::new(0));
        let call = || async {
            most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            sleep(Duration::from_secs(1)).await;
            running.fetch_sub(1, Ordering::Relaxed);
            Ok::<_, Refusal>(())
        };
        let one = || channel.call("GetRole", "checkout", call);
        let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
        assert!([a, b, c, d].iter().all(Result::is_ok));
        assert_eq!(most.load(Ordering::Relaxed), 2);
        let forever = || {
            channel.call("GetRole", "checkout", || async {
                sleep(Duration::from_hours(1)).await;
                Ok::<_, Refusal>(())
            })
        };
        let _ =
            tokio::time::timeout(Duration::from_secs(1), async { tokio::join!(forever(), forever()) }).await;
        tokio::time::timeout(Duration::from_secs(2), one()).await.expect("a free place").expect("an answer");
    }
}
