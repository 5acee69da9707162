//! Answers in pieces: a call that runs beside the stream of its events.

use std::{pin::Pin, sync::Arc};

use futures::{FutureExt, Stream, StreamExt, future::BoxFuture, stream, stream::BoxStream};
use tonic::Status;

use super::call::{Effect, isolated};
use crate::{Diagnostic, Diagnostics, lifecycle::Lifecycle};

/// The events of an answer.
pub(crate) type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The events that a call sends while it runs, and at last the one that `end` makes of its diagnostics.
///
/// A call without effect ends when Terraform stops reading; one that changes the world continues.
pub(super) fn events<T: Send + 'static>(
    lifecycle: &Arc<Lifecycle>,
    (name, about): (&'static str, String),
    effect: Effect,
    sent: impl Stream<Item = T> + Send + 'static,
    call: impl Future<Output = Diagnostics> + Send + 'static,
    end: fn(Diagnostics) -> Option<T>,
) -> Events<T> {
    let lifecycle = Arc::clone(lifecycle);
    let run = async move { isolated(&lifecycle, name, &about, effect, call).await };
    let running = Running { sent: sent.boxed(), run: run.boxed(), end };
    Box::pin(stream::unfold(Progress::Running(running), next).map(Ok))
}

struct Running<T> {
    sent: BoxStream<'static, T>,
    run: BoxFuture<'static, Result<Diagnostics, Diagnostic>>,
    end: fn(Diagnostics) -> Option<T>,
}

enum Progress<T> {
    Running(Running<T>),
    /// The call has ended; what it sent before may not be read yet.
    Ending(BoxStream<'static, T>, Option<T>),
}

async fn next<T: Send + 'static>(progress: Progress<T>) -> Option<(T, Progress<T>)> {
    let (mut sent, last) = match progress {
        Progress::Running(mut running) => {
            let diagnostics = tokio::select! {
                biased;
                Some(event) = running.sent.next() => return Some((event, Progress::Running(running))),
                result = &mut running.run => result.unwrap_or_else(Diagnostics::from),
            };
            (running.sent, (running.end)(diagnostics))
        }
        Progress::Ending(sent, last) => (sent, last),
    };
    // Not awaited: a sender that the call left behind somewhere must not hold up the end.
    match sent.next().now_or_never().flatten() {
        Some(event) => Some((event, Progress::Ending(sent, last))),
        None => last.map(|event| (event, Progress::Ending(stream::empty().boxed(), None))),
    }
}
