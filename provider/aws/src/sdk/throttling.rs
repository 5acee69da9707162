//! Throttling is counted, since the SDK repeats a throttled call without a word.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::{Pressure, Service};

/// Counts the attempts that AWS throttled.
#[derive(Debug)]
pub(super) struct ThrottlingCounter {
    pub(super) service: Service,
    pub(super) pressure: Arc<Pressure>,
}

impl Intercept for ThrottlingCounter {
    fn name(&self) -> &'static str {
        "throttling counter"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let throttled = context.response().is_some_and(|response| {
            is_throttling(response.status().as_u16(), response.body().bytes().unwrap_or_default())
        });
        if throttled {
            self.pressure.count(self.service);
        }
        Ok(())
    }
}

/// Reads the raw answer: the SDK does not expose codes here.
fn is_throttling(status: u16, body: &[u8]) -> bool {
    const CODES: [&str; 4] = ["Throttl", "RequestLimitExceeded", "TooManyRequests", "SlowDown"];
    let named = || {
        let text = String::from_utf8_lossy(body);
        CODES.iter().any(|code| text.contains(code))
    };
    status == 429 || (status >= 400 && named())
}

#[cfg(test)]
mod tests {
    use super::is_throttling;

    fn check(status: u16, body: &str, expected: bool) {
        assert_eq!(is_throttling(status, body.as_bytes()), expected, "{status} {body}");
    }

    #[test]
    fn throttling_is_recognised_in_json_and_xml() {
        check(400, r#"{"__type":"ThrottlingException"}"#, true);
        check(400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", true);
        check(429, "", true);
        check(200, r#"{"name":"Throttled"}"#, false);
        check(400, r#"{"__type":"LimitExceededException"}"#, false);
        check(500, "", false);
    }
}
