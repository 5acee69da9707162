//! The time as tags and reports have it.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The time in RFC 3339, to the second.
pub(crate) fn now() -> String {
    let now = OffsetDateTime::from(SystemTime::now()).replace_nanosecond(0);
    // A time of this century always has a form in RFC 3339.
    now.ok().and_then(|now| now.format(&Rfc3339).ok()).unwrap_or_default()
}
