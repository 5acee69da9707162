//! Panics in the form by which Terraform knows that a plugin crashed, and shows the text to the person.

use std::{backtrace::Backtrace, panic};

use super::writer::Log;

pub(super) fn report_to(log: Log) {
    panic::set_hook(Box::new(move |panic| {
        let message = panic
            .payload()
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.payload().downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        // Filled in only if the person set RUST_BACKTRACE.
        let trace = Backtrace::capture();
        let text = format!("panic: {message}\n\nthread {thread}{place}\n{trace}\n");
        log.write(text.into_bytes());
    }));
}
