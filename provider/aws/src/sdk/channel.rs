//! The way to one service: a cap on calls at the same time, and patience with what the SDK does not know to
//! repeat because only AWS's own delays explain it.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::failure::failure;
use crate::{Error, Service};

/// One service. A permit is held for one attempt, pauses between attempts hold none.
pub(super) struct Channel {
    service: Service,
    permits: Semaphore,
}

/// Which failures of a call go away by themselves, and how long they are waited for.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    limit: Duration,
    passes: fn(&Error) -> bool,
    awaited: &'static str,
}

/// Another change of the same object is under way. Holds for every call.
pub(super) const OTHER_CHANGES: Patience = Patience {
    limit: Duration::from_secs(30),
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
    passes: |error| error.code() == Some("NoSuchEntity") && error.message().contains("role with name"),
    awaited: "IAM to show a new role",
};

/// Something that used the object a moment ago has let it go, but AWS does not know yet.
pub(super) const RELEASE: Patience = Patience {
    limit: Duration::from_mins(2),
    passes: |error| matches!(error.code(), Some("ResourceInUse" | "DeleteConflict")),
    awaited: "what used the object to let it go",
};

impl Channel {
    /// At most `at_once` calls of `service` at the same time.
    pub(super) fn new(service: Service, at_once: usize) -> Self {
        Self { service, permits: Semaphore::new(at_once) }
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
            if start.elapsed() + pause > reason.limit {
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
}
