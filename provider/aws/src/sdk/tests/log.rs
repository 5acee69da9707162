//! Everything that is logged at any level while a test runs.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber, span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// One line for each event and span, with all its fields.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<String>>);

impl Log {
    /// Keeps what this thread logs until the guard is dropped.
    pub(super) fn keep() -> (Self, DefaultGuard) {
        // Tracing caches whether a place in the code has a subscriber. Tests on other threads without
        // one would fill that cache with "none"; a global subscriber prevents this.
        static EVERYWHERE: Once = Once::new();
        EVERYWHERE.call_once(|| {
            let everywhere = tracing::subscriber::set_global_default(tracing_subscriber::registry());
            everywhere.expect("no other test sets one");
        });
        let log = Self::default();
        let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(log.clone()));
        (log, guard)
    }

    pub(super) fn text(&self) -> String {
        self.0.lock().expect("not poisoned").clone()
    }

    fn line(&self, target: &str, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(target.to_owned());
        record(&mut fields);
        let mut text = self.0.lock().expect("not poisoned");
        text.push_str(&fields.0.replace('\n', " "));
        text.push('\n');
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.line(event.metadata().target(), |fields| event.record(fields));
    }

    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        self.line(attributes.metadata().target(), |fields| attributes.record(fields));
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}
