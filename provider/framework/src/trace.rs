//! The protocol trace: one line of JSON for each call, for those who look for what is slow. It holds names, durations
//! and counts, and never a value.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Where calls are recorded; nowhere by default.
#[derive(Debug, Default)]
pub(crate) struct Trace(Option<Mutex<File>>);

impl Trace {
    /// Appends to `file`, which several processes may do at once.
    pub(crate) fn open(file: Option<&Path>) -> Self {
        let Some(file) = file else { return Self(None) };
        match OpenOptions::new().create(true).append(true).open(file) {
            Ok(opened) => Self(Some(Mutex::new(opened))),
            Err(error) => {
                tracing::warn!("TF_PROVIDER_TRACE: {} cannot be opened: {error}", file.display());
                Self(None)
            }
        }
    }

    /// Records a call that has ended.
    pub(crate) fn call(&self, name: &str, about: &str, took: Duration, errors: usize) {
        let Some(file) = &self.0 else { return };
        let mut line = line(name, about, took, errors, OffsetDateTime::now_utc());
        line.push('\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // One write for the whole line, so that lines of several processes do not mix. A full disk must not fail a call.
        let _ = file.write_all(line.as_bytes());
    }
}

fn line(name: &str, about: &str, took: Duration, errors: usize, now: OffsetDateTime) -> String {
    let milliseconds = (took.as_secs_f64() * 1e6).round() / 1e3;
    let line = json!({
        "time": now.format(&Rfc3339).unwrap_or_default(),
        "process": std::process::id(),
        "call": name,
        "type": about,
        "milliseconds": milliseconds,
        "errors": errors,
    });
    line.to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use time::OffsetDateTime;

    use super::{Trace, line};

    #[test]
    fn a_line_has_the_call_its_type_and_its_duration() {
        let line =
            line("ReadResource", "null_file", Duration::from_micros(1500), 1, OffsetDateTime::UNIX_EPOCH);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["call"], "ReadResource");
        assert_eq!(line["type"], "null_file");
        assert_eq!(line["milliseconds"], 1.5);
        assert_eq!(line["errors"], 1);
        assert_eq!(line["time"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn lines_are_appended() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trace");
        for _ in 0..2 {
            Trace::open(Some(&file)).call("Stop", "", Duration::ZERO, 0);
        }
        assert_eq!(std::fs::read_to_string(file).unwrap().lines().count(), 2);
    }
}
