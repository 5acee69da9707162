//! The names of everything that ipsy makes for an app. They follow from the app alone, so that a second run,
//! on another machine, finds what the first one made.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Longest name of a target group (`ELBv2 CreateTargetGroup`).
const TARGET_GROUP_LENGTH: usize = 32;
/// Longest name of an IAM role (`IAM CreateRole`).
const ROLE_LENGTH: usize = 64;
/// Hexadecimal digits of the hash that keeps shortened names apart.
const HASH_LENGTH: usize = 8;

/// Who an app is: the pair that names derive from and that ownership tags carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    /// Name of the app, a DNS label.
    pub(crate) app: String,
    /// Name of its environment, a DNS label.
    pub(crate) environment: String,
}

impl Identity {
    /// `environment/app`, the import id.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.environment, self.app)
    }

    /// Name of the IAM role: `app-environment`, shortened by a hash where IAM's 64 characters demand it.
    pub(crate) fn role_name(&self) -> String {
        let whole = format!("{}-{}", self.app, self.environment);
        if whole.len() <= ROLE_LENGTH { whole } else { shorten(&whole, &whole, ROLE_LENGTH) }
    }

    /// Name of the log group in `CloudWatch`.
    pub(crate) fn log_group_name(&self) -> String {
        format!("/ipsy/{}/{}", self.environment, self.app)
    }

    /// Name of the SSM parameter that points at the image to run.
    pub(crate) fn image_parameter_name(&self) -> String {
        format!("/ipsy/{}/{}/image", self.environment, self.app)
    }

    /// Name of the target group of one backend. `settings` are those that AWS can't change in place (port,
    /// protocol, protocol version, and the cluster): another setting is another name, so that a replacement can stand beside
    /// the group that it replaces.
    pub(crate) fn target_group_name(&self, backend: &str, settings: &str) -> String {
        let readable = format!("{}-{}-{backend}", self.app, self.environment);
        let hashed = format!("{}\n{}\n{backend}\n{settings}", self.app, self.environment);
        shorten(&readable, &hashed, TARGET_GROUP_LENGTH)
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The start of `readable`, a dash and the hash of `hashed`: at most `length` characters, with no two dashes
/// in a row where the start was cut.
fn shorten(readable: &str, hashed: &str, length: usize) -> String {
    let room = length - HASH_LENGTH - 1;
    let start: String = readable.chars().take(room).collect();
    let digest = Sha256::digest(hashed.as_bytes());
    let hash: String = hexadecimal(&digest).chars().take(HASH_LENGTH).collect();
    format!("{}-{hash}", start.trim_end_matches('-'))
}

/// Whether `name` is a DNS label (RFC 1123, as Kubernetes wants object names): at most 63 of `a-z`, `0-9` and
/// `-`, neither starting nor ending with a dash.
pub(crate) fn is_dns_label(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len())
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether `name` can name an app: a DNS label that starts with a letter (RFC 1035), because a Service takes
/// no other.
pub(crate) fn is_app_name(name: &str) -> bool {
    is_dns_label(name) && name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The DNS label nearest to `name`, to be offered where `name` is none.
pub(crate) fn suggest_dns_label(name: &str) -> String {
    let mapped: String = name
        .to_lowercase()
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
        .collect();
    let joined = mapped.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let joined = joined.trim_start_matches(|first: char| first.is_ascii_digit() || first == '-');
    let cut: String = joined.chars().take(63).collect();
    cut.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(app: &str, environment: &str) -> Identity {
        Identity { app: app.into(), environment: environment.into() }
    }

    #[test]
    fn target_group_names_fit_and_differ() {
        let long = identity("a-very-long-application-name-indeed", "production");
        let blue = long.target_group_name("blue", "8080/HTTP");
        let green = long.target_group_name("green", "8080/HTTP");
        assert!(blue.len() <= 32 && green.len() <= 32, "{blue} {green}");
        assert_ne!(blue, green);
        assert_ne!(blue, long.target_group_name("blue", "9090/HTTP"));
        assert_eq!(blue, long.target_group_name("blue", "8080/HTTP"));
        assert!(!identity("checkout", "prod").target_group_name("blue", "").contains("--"));
    }

    #[test]
    fn parts_of_a_name_cannot_be_shifted_into_each_other() {
        let one = identity("a-b", "c").target_group_name("x", "");
        let other = identity("a", "b-c").target_group_name("x", "");
        assert_ne!(one, other);
    }

    #[test]
    fn role_names_keep_within_iams_limit() {
        assert_eq!(identity("checkout", "prod").role_name(), "checkout-prod");
        assert_eq!(identity(&"a".repeat(63), "prod").role_name().len(), 64);
    }

    #[test]
    fn dns_labels_are_told_from_others_and_suggested() {
        for good in ["a", "checkout", "a-1", &"a".repeat(63)] {
            assert!(is_dns_label(good), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "a.b", &"a".repeat(64)] {
            assert!(!is_dns_label(bad), "{bad}");
        }
        assert!(!is_app_name("2checkout") && is_app_name("checkout2"));
        assert_eq!(suggest_dns_label("2_Checkout_Service"), "checkout-service");
        assert!(is_dns_label(&suggest_dns_label(&"Ab_".repeat(60))));
    }
}
