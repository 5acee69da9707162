//! A stream rendered while the rest of it still comes.

use super::edited::EditedText;
use super::in_stream::may_carry;
use super::parts::{self, Part};
use super::plan::Plan;
use super::stream::{self, may_own};
use super::threads::spread;
use super::{Deployer, EditedStream, ErrorKind, RenderError, RenderOptions, edit_whole, text};
use crate::configuration::Configuration;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

/// What became of a part.
enum Outcome {
    Rendered(EditedText<'static>, Part),
    Read(String),
    /// It is no text.
    Refused(Vec<u8>),
}

/// Renders a stream that comes in parts, each with the documents that it has in the whole. Where no configuration is
/// given, the stream has to bring one; else the given error is told.
pub(crate) fn edit_parts(
    parts: impl Iterator<Item = Result<Vec<u8>, RenderError>>,
    configured: Result<&Configuration, RenderError>,
    options: &RenderOptions,
) -> Result<EditedStream<'static>, RenderError> {
    let fallback = Configuration::default();
    let plan = Plan::new(configured.as_ref().copied().unwrap_or(&fallback), options)
        .map_err(|findings| RenderError { kind: ErrorKind::Configuration, findings })?;
    // A part can be rendered alone as long as none decides about others: none has a configuration or an autoscaler,
    // and nobody wants to know all hooks.
    let mut carries = configured.is_err();
    let is_whole = AtomicBool::new(carries || options.deployer == Deployer::Kapp);
    let mut failure = None;
    let parts = parts.map_while(|part| match part {
        Ok(part) => {
            carries |= may_carry(&part);
            is_whole.fetch_or(carries || may_own(&part), Ordering::Relaxed);
            Some(part)
        }
        Err(error) => {
            is_whole.store(true, Ordering::Relaxed);
            failure = Some(error);
            None
        }
    });
    let outcomes = spread(options.threads, parts, |part, memory| match String::from_utf8(part) {
        Ok(text) if is_whole.load(Ordering::Relaxed) => Outcome::Read(text),
        Ok(text) => {
            let (edited, part) = parts::render(Cow::Owned(text), &plan, options, memory);
            Outcome::Rendered(edited, part)
        }
        Err(error) => {
            is_whole.store(true, Ordering::Relaxed);
            Outcome::Refused(error.into_bytes())
        }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    if outcomes.iter().all(|outcome| matches!(outcome, Outcome::Rendered(..))) {
        return stream::finish(outcomes.into_iter().filter_map(Outcome::rendered).collect(), plan);
    }
    let texts = texts(outcomes, options)?;
    if carries { edit_whole(texts, configured, options) } else { stream::render(texts, plan, options) }
}

impl Outcome {
    fn rendered(self) -> Option<(EditedText<'static>, Part)> {
        match self {
            Self::Rendered(edited, part) => Some((edited, part)),
            Self::Read(_) | Self::Refused(_) => None,
        }
    }
}

/// The stream as it came.
fn texts(outcomes: Vec<Outcome>, options: &RenderOptions) -> Result<Vec<Cow<'static, str>>, RenderError> {
    if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Refused(_))) {
        let bytes = outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Rendered(edited, _) => edited.text.into_owned().into_bytes(),
            Outcome::Read(text) => text.into_bytes(),
            Outcome::Refused(bytes) => bytes,
        });
        let bytes = bytes.collect::<Vec<_>>().concat();
        return Ok(vec![Cow::Owned(text(&bytes, options)?.to_owned())]);
    }
    let texts = outcomes.into_iter().filter_map(|outcome| match outcome {
        Outcome::Rendered(edited, _) => Some(edited.text),
        Outcome::Read(text) => Some(Cow::Owned(text)),
        Outcome::Refused(_) => None,
    });
    Ok(texts.collect())
}
