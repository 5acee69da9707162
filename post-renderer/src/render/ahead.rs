//! A stream rendered while the rest of it still comes: reading and rendering take turns with nobody.

use super::edited::EditedText;
use super::parts::{self, Part};
use super::plan::Plan;
use super::stream::{finish, is_of_the_whole};
use super::threads::spread;
use super::{EditedStream, ErrorKind, RenderError, RenderOptions};
use crate::configuration::Configuration;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

/// What became of a stream.
pub(crate) enum Ahead {
    Rendered(EditedStream<'static>),
    /// Nothing was rendered, because one part decides about another: the whole stream.
    Whole(Vec<u8>),
}

/// What became of a part: rendered, or as it came.
type Outcome = Result<(EditedText<'static>, Part), Vec<u8>>;

/// Renders a stream for Helm that comes in parts, each with the documents that it has in the whole.
pub(crate) fn edit_ahead(
    mut parts: impl Iterator<Item = Result<Vec<u8>, RenderError>>,
    configuration: &Configuration,
    options: &RenderOptions,
) -> Result<Ahead, RenderError> {
    let first = parts.next().transpose()?.unwrap_or_default();
    let Some(second) = parts.next() else { return Ok(Ahead::Whole(first)) };
    let plan = Plan::new(configuration, options)
        .map_err(|findings| RenderError { kind: ErrorKind::Configuration, findings })?;
    let is_whole = AtomicBool::new(false);
    let mut failure = None;
    let inputs = [Ok(first), second].into_iter().chain(parts).map_while(|part| match part {
        Ok(part) => {
            if is_of_the_whole(&part) {
                is_whole.store(true, Ordering::Relaxed);
            }
            Some(part)
        }
        Err(error) => {
            failure = Some(error);
            is_whole.store(true, Ordering::Relaxed);
            None
        }
    });
    let outcomes = spread(options.threads, inputs, |part: Vec<u8>, memory| -> Outcome {
        if is_whole.load(Ordering::Relaxed) {
            return Err(part);
        }
        let text = String::from_utf8(part).map_err(|error| {
            is_whole.store(true, Ordering::Relaxed);
            error.into_bytes()
        })?;
        Ok(parts::render(Cow::Owned(text), &plan, options, memory))
    });
    if let Some(error) = failure {
        return Err(error);
    }
    if is_whole.into_inner() {
        return Ok(Ahead::Whole(whole(outcomes)));
    }
    finish(outcomes.into_iter().flatten().collect(), plan).map(Ahead::Rendered)
}

/// The stream as it came.
fn whole(outcomes: Vec<Outcome>) -> Vec<u8> {
    let mut stream = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok((edited, _)) => stream.extend_from_slice(edited.text.as_bytes()),
            Err(part) => stream.extend_from_slice(&part),
        }
    }
    stream
}
