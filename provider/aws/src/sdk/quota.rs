//! Quotas are told at once, throttling is counted. The SDK takes `LimitExceededException` for throttling, but ECR
//! and the log service mean a quota with it, and repeating the call for minutes does not raise a quota.

use std::sync::Arc;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

use crate::{Pressure, Service};

/// Forbids repetition of a call that met a quota, and counts the calls that were throttled.
#[derive(Debug)]
pub(super) struct QuotaClassifier {
    pub(super) service: Service,
    pub(super) pressure: Arc<Pressure>,
}

impl ClassifyRetry for QuotaClassifier {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        match Refusal::read(response.status().as_u16(), response.body().bytes().unwrap_or_default()) {
            Refusal::Quota => return RetryAction::RetryForbidden,
            Refusal::Throttling => self.pressure.count(self.service),
            Refusal::Other => {}
        }
        RetryAction::NoActionIndicated
    }

    fn name(&self) -> &'static str {
        "quota"
    }

    /// The last word: after the classifiers that would repeat the call.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Quota,
    Throttling,
    Other,
}

impl Refusal {
    /// Reads the answer as it came: the SDK tells a classifier nothing about codes.
    fn read(status: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        // In JSON, with or without the namespace that ECR puts before it.
        if text.contains("\"LimitExceededException\"") || text.contains("#LimitExceededException\"") {
            return if status == 400 { Self::Quota } else { Self::Other };
        }
        let throttling = ["Throttl", "RequestLimitExceeded", "TooManyRequests", "SlowDown"];
        if status == 429 || (status >= 400 && throttling.iter().any(|code| text.contains(code))) {
            Self::Throttling
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    fn check(status: u16, body: &str, expected: &Refusal) {
        assert_eq!(&Refusal::read(status, body.as_bytes()), expected, "{status} {body}");
    }

    #[test]
    fn only_the_quota_code_is_a_quota() {
        check(400, r#"{"__type":"LimitExceededException","message":"m"}"#, &Refusal::Quota);
        check(400, r#"{"__type":"com.amazonaws.ecr#LimitExceededException"}"#, &Refusal::Quota);
        check(400, r#"{"__type":"ResourceLimitExceededException"}"#, &Refusal::Other);
    }

    #[test]
    fn throttling_is_recognised_in_json_and_xml() {
        check(400, r#"{"__type":"ThrottlingException"}"#, &Refusal::Throttling);
        check(
            400,
            "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>",
            &Refusal::Throttling,
        );
        check(429, "", &Refusal::Throttling);
        check(200, r#"{"name":"Throttled"}"#, &Refusal::Other);
        check(500, "", &Refusal::Other);
    }
}
