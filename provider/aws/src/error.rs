//! What AWS, or the way to it, answered instead of a result: which call on which object, and why.

use std::fmt;
use std::time::Duration;

use crate::{Service, one_line};

/// A call to AWS that failed. Printed, it is one sentence with operation, object, AWS's message, code and
/// request id. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(Box<Failure>);

/// What kind of failure it is, for code that decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// The object, or one that it needs, is not there.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// The credentials may not do this.
    AccessDenied,
    /// AWS refused for too many calls, even after all repetitions.
    Throttled,
    /// Something still uses the object.
    InUse,
    /// A quota of the account is used up; only a human can raise it.
    QuotaExceeded,
    /// Another caller changes the same object, or holds the same place (a rule's priority).
    Conflict,
    /// The credentials were good once.
    Expired,
    /// No credentials were found, or what should give them failed.
    NoCredentials,
    /// No answer: the network, a proxy, a certificate, a timeout.
    Connection,
    /// AWS does not accept the request as it is, or the configuration is wrong.
    Invalid,
    /// Anything else, among it AWS's own faults (status 500 and above).
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    kind: ErrorKind,
    service: Service,
    operation: &'static str,
    object: String,
    code: Option<String>,
    message: String,
    request_id: Option<String>,
}

impl Error {
    /// A failure of `operation` (AWS's name, such as `CreateRole`) on `object` (a name or ARN; empty if the call
    /// is about nothing in particular).
    pub fn new(
        kind: ErrorKind,
        service: Service,
        operation: &'static str,
        object: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Failure {
            kind,
            service,
            operation,
            object: one_line(&object.into()),
            code: None,
            message: one_line(&message.into()),
            request_id: None,
        }))
    }

    /// The same with AWS's code, such as `EntityAlreadyExists`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(one_line(&code.into()));
        self
    }

    /// The same with the id under which AWS's support finds the request.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.0.request_id = Some(one_line(&request_id.into()));
        self
    }

    /// A configuration with which nothing can be called.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, Service::Sts, "", "", message)
    }

    /// The same after a wait that did not help.
    pub(crate) fn after_waiting(mut self, waited: Duration, awaited: &str) -> Self {
        let message = self.0.message.trim_end_matches('.');
        self.0.message = format!("{message} (still so after waiting {} s for {awaited})", waited.as_secs());
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The service that was called.
    pub fn service(&self) -> Service {
        self.0.service
    }

    /// AWS's name of the operation, such as `CreateRole`; empty if the configuration was not good enough to call
    /// anything.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Name or ARN of the object; empty if the call is about nothing in particular.
    pub fn object(&self) -> &str {
        &self.0.object
    }

    /// AWS's code, such as `EntityAlreadyExists`; `None` if the answer was none of AWS's, or there was none.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// AWS's message, or what went wrong on the way to it.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The id under which AWS's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the object is not there.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether the call may have taken effect although it failed: there was no answer, or AWS had a fault of
    /// its own. Callers must read the object before they try a change again.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connection | ErrorKind::Other)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operation.is_empty() {
            return write!(formatter, "AWS cannot be called: {}", self.message);
        }
        write!(formatter, "{} {}", self.service, self.operation)?;
        if !self.object.is_empty() {
            write!(formatter, " for `{}`", self.object)?;
        }
        write!(formatter, " failed: {}", self.message.trim().trim_end_matches('.'))?;
        match (&self.code, &self.request_id) {
            (Some(code), Some(id)) => write!(formatter, " ({code}, request id {id})"),
            (Some(code), None) => write!(formatter, " ({code})"),
            (None, Some(id)) => write!(formatter, " (request id {id})"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &Error, expected: &str) {
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_error_is_one_sentence() {
        let error = Error::new(ErrorKind::Invalid, Service::Iam, "CreateRole", "checkout", "Syntax errors. ");
        check(&error, "IAM CreateRole for `checkout` failed: Syntax errors");
        let error = error.with_code("MalformedPolicyDocument");
        check(&error, "IAM CreateRole for `checkout` failed: Syntax errors (MalformedPolicyDocument)");
        let error = error.with_request_id("r-1");
        check(
            &error,
            "IAM CreateRole for `checkout` failed: Syntax errors (MalformedPolicyDocument, request id r-1)",
        );
        let error = Error::new(ErrorKind::Connection, Service::Eks, "ListClusters", "", "no answer in time");
        check(&error, "EKS ListClusters failed: no answer in time");
    }

    #[test]
    fn text_of_others_is_one_line_without_control_characters() {
        let forged = "denied\n\nApply complete!\u{1b}[32m\r\u{202e}Resources";
        let error =
            Error::new(ErrorKind::Other, Service::Iam, "CreateRole", "a\nb", forged).with_code("X\u{7}");
        check(&error, "IAM CreateRole for `a b` failed: denied Apply complete! [32m Resources (X)");
    }

    #[test]
    fn only_what_may_have_taken_effect_is_ambiguous() {
        let new = |kind| Error::new(kind, Service::Ecr, "CreateRepository", "checkout", "x");
        assert!(new(ErrorKind::Connection).is_ambiguous());
        assert!(new(ErrorKind::Other).with_code("ServerException").is_ambiguous());
        assert!(!new(ErrorKind::AlreadyExists).with_code("RepositoryAlreadyExistsException").is_ambiguous());
        assert!(!new(ErrorKind::Throttled).with_code("ThrottlingException").is_ambiguous());
    }
}
