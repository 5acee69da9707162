//! Why the AWS in memory refuses a call, in AWS's codes and words.

use crate::{Error, ErrorKind, Service, Tags};

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

/// AWS takes at most 50 tags on an object, keys of 1 to 128 characters, values up to 256, and keeps keys that
/// start with `aws:` to itself.
pub(super) fn check_tags(code: &'static str, tags: &Tags) -> Result<(), Refusal> {
    if tags.len() > 50 {
        return Err(Refusal::invalid(code, "an object has at most 50 tags"));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(Refusal::invalid(code, format!("tag `{key}` is empty or too long")));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(Refusal::invalid(code, format!("tag `{key}` starts with `aws:`, which is reserved")));
        }
    }
    Ok(())
}

/// Whether `text` has between `least` and `most` characters, each a letter, a digit or one of `others`.
pub(super) fn is_name(text: &str, least: usize, most: usize, others: &str) -> bool {
    (least..=most).contains(&text.len())
        && text.chars().all(|sign| sign.is_ascii_alphanumeric() || others.contains(sign))
}

/// Whether `text` is a JSON object, as every policy is.
pub(super) fn is_policy(text: &str) -> bool {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok()
}
