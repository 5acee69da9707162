//! Quotas are told at once: the SDK takes `LimitExceededException` for throttling, but ECR and the log service mean
//! a quota with it, and repeating the call for minutes does not raise a quota.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

/// Forbids repetition of a call that met a quota.
#[derive(Debug)]
pub(super) struct QuotaClassifier;

impl ClassifyRetry for QuotaClassifier {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let is_quota = context.response().is_some_and(|response| {
            response.status().as_u16() == 400 && response.body().bytes().is_some_and(names_quota)
        });
        if is_quota { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "quota"
    }

    /// The last word: after the classifiers that would repeat the call.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Whether an answer in JSON has the code, with or without the namespace that ECR puts before it.
fn names_quota(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("\"LimitExceededException\"") || text.contains("#LimitExceededException\"")
}

#[cfg(test)]
mod tests {
    use super::names_quota;

    #[test]
    fn only_the_quota_code_is_a_quota() {
        assert!(names_quota(br#"{"__type":"LimitExceededException","message":"m"}"#));
        assert!(names_quota(br#"{"__type":"com.amazonaws.ecr#LimitExceededException"}"#));
        assert!(!names_quota(br#"{"__type":"ThrottlingException"}"#));
        assert!(!names_quota(br#"{"__type":"ResourceLimitExceededException"}"#));
    }
}
