//! Why the AWS in memory refuses a call, in AWS's codes and words.

use crate::{Error, ErrorKind, Service};

/// A refusal, before service, operation and object are known.
pub(super) struct Refusal {
    kind: ErrorKind,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into() }
    }

    pub(super) fn not_found(code: &'static str, what: &str) -> Self {
        Self::new(ErrorKind::NotFound, code, format!("{what} does not exist"))
    }

    pub(super) fn exists(code: &'static str, what: &str) -> Self {
        Self::new(ErrorKind::AlreadyExists, code, format!("{what} already exists"))
    }

    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, code, message)
    }

    pub(super) fn of_call(self, service: Service, operation: &'static str, object: &str) -> Error {
        Error::new(self.kind, service, operation, object, self.message).with_code(self.code)
    }
}
