//! One event, one line of JSON.

use std::fmt;

use serde_json::{Map, Value as Json};
use time::OffsetDateTime;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

use super::writer::Log;

/// Terraform takes lines over 64 KiB for plain text. A field of this length stays below that even if every
/// letter of it needs six in JSON.
const LONGEST_FIELD: usize = 8 << 10;
const LONGEST_LINE: usize = 60 << 10;

pub(super) struct HclogLayer {
    module: String,
    log: Log,
}

impl HclogLayer {
    pub(super) fn new(name: &str, log: Log) -> Self {
        Self { module: format!("provider.{name}"), log }
    }
}

impl<S: Subscriber> Layer<S> for HclogLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = event.metadata().level().as_str().to_lowercase();
        self.log.write(line(&self.module, &level, fields, OffsetDateTime::now_utc()));
    }
}

fn line(module: &str, level: &str, fields: Fields, now: OffsetDateTime) -> Vec<u8> {
    let mut line = Map::new();
    line.insert("@level".into(), level.into());
    line.insert("@message".into(), fields.message.into());
    line.insert("@module".into(), module.into());
    line.insert("@timestamp".into(), timestamp(now).into());
    let bare = line.clone();
    line.extend(fields.others);
    let mut text = Json::Object(line).to_string();
    if text.len() > LONGEST_LINE {
        text = Json::Object(bare).to_string();
    }
    text.push('\n');
    text.into_bytes()
}

/// Six digits of the second, always: older versions of Terraform read nothing else.
fn timestamp(now: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.microsecond()
    )
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Json>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Json) {
        if field.name() == "message" {
            self.message = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        } else {
            self.others.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, short(value).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, short(&format!("{value:?}")).into());
    }
}

fn short(text: &str) -> String {
    let end = text.char_indices().map(|(start, _)| start).take_while(|start| *start <= LONGEST_FIELD).last();
    match end {
        Some(end) if text.len() > LONGEST_FIELD => format!("{}…", text.get(..end).unwrap_or_default()),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};

    use super::{Fields, LONGEST_FIELD, line, short};

    #[test]
    fn a_line_is_json_with_six_digits_of_the_second() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::microseconds(7);
        let mut fields = Fields { message: "a \"b\"\n".into(), ..Fields::default() };
        fields.others.insert("call".into(), "Plan".into());
        let text = String::from_utf8(line("provider.x", "debug", fields, now)).unwrap();
        assert_eq!(
            text,
            "{\"@level\":\"debug\",\"@message\":\"a \\\"b\\\"\\n\",\"@module\":\"provider.x\",\
             \"@timestamp\":\"1970-01-01T00:00:00.000007Z\",\"call\":\"Plan\"}\n"
        );
    }

    #[test]
    fn no_line_is_too_long_for_terraform() {
        let worst = short(&"\u{1}".repeat(LONGEST_FIELD * 2));
        let mut fields = Fields { message: worst.clone(), ..Fields::default() };
        for name in ["a", "b", "c", "d", "e", "f", "g"] {
            fields.others.insert(name.into(), worst.clone().into());
        }
        assert!(line("provider.x", "debug", fields, OffsetDateTime::UNIX_EPOCH).len() < 64 << 10);
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        assert_eq!(short("abc"), "abc");
        let long = "ä".repeat(LONGEST_FIELD);
        let cut = short(&long);
        assert!(cut.len() <= LONGEST_FIELD + 4 && cut.ends_with('…'));
    }
}
