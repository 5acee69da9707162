//! The life of the process: which calls run, who is connected, and when it is time to stop or to go.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Context, trace::Trace};

/// Shared by everything that serves.
#[derive(Debug)]
pub(crate) struct Lifecycle {
    /// Cancelled by Stop and replaced at once: calls that come later run.
    calls: Mutex<CancellationToken>,
    /// Cancelled when the process is to end.
    ending: CancellationToken,
    mutations: watch::Sender<usize>,
    connections: watch::Sender<Connections>,
    trace: Trace,
}

/// How many connections there are, and whether there ever was one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Connections {
    pub(crate) open: usize,
    pub(crate) seen: bool,
}

impl Lifecycle {
    pub(crate) fn new(trace: Trace) -> Self {
        Self {
            trace,
            calls: Mutex::new(CancellationToken::new()),
            ending: CancellationToken::new(),
            mutations: watch::Sender::new(0),
            connections: watch::Sender::new(Connections::default()),
        }
    }

    /// Where calls are recorded.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The context of a new call.
    pub(crate) fn context(&self) -> Context {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        Context { cancel: calls.child_token(), ..Context::default() }
    }

    /// Asks all running calls to end at their next safe point. Later calls are not concerned.
    pub(crate) fn stop(&self) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *calls).cancel();
    }

    /// Ends the process: no further calls, and running ones are asked to end.
    pub(crate) fn end(&self) {
        self.ending.cancel();
        self.stop();
    }

    /// Cancelled when the process is to end.
    pub(crate) fn ending(&self) -> CancellationToken {
        self.ending.clone()
    }

    /// Counts a change to the world for as long as the result lives.
    pub(crate) fn mutation(&self) -> Guard<usize> {
        Guard::new(&self.mutations, |number| *number += 1, |number| *number = number.saturating_sub(1))
    }

    /// Counts a connection for as long as the result lives.
    pub(crate) fn connection(&self) -> Guard<Connections> {
        let opened = |connections: &mut Connections| {
            *connections = Connections { open: connections.open + 1, seen: true };
        };
        Guard::new(&self.connections, opened, |it| it.open = it.open.saturating_sub(1))
    }

    /// How many changes to the world are under way.
    pub(crate) fn running_mutations(&self) -> usize {
        *self.mutations.borrow()
    }

    /// Waits until no change to the world is under way.
    pub(crate) async fn no_mutations(&self) {
        // The sender is part of `self`, so the channel cannot be closed.
        let _ = self.mutations.subscribe().wait_for(|number| *number == 0).await;
    }

    /// Follows the number of connections.
    pub(crate) fn connections(&self) -> watch::Receiver<Connections> {
        self.connections.subscribe()
    }
}

/// Undoes a count when it is dropped.
#[derive(Debug)]
pub(crate) struct Guard<T> {
    counter: watch::Sender<T>,
    leave: fn(&mut T),
}

impl<T> Guard<T> {
    fn new(counter: &watch::Sender<T>, enter: fn(&mut T), leave: fn(&mut T)) -> Self {
        counter.send_modify(enter);
        Self { counter: counter.clone(), leave }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        self.counter.send_modify(self.leave);
    }
}

#[cfg(test)]
mod tests {
    use super::Lifecycle;
    use crate::trace::Trace;

    #[test]
    fn stop_cancels_what_runs_and_nothing_later() {
        let lifecycle = Lifecycle::new(Trace::default());
        let before = lifecycle.context();
        lifecycle.stop();
        assert!(before.is_cancelled());
        assert!(!lifecycle.context().is_cancelled());
        assert!(!lifecycle.ending().is_cancelled());
    }

    #[test]
    fn mutations_and_connections_are_counted_while_they_last() {
        let lifecycle = Lifecycle::new(Trace::default());
        let (first, second) = (lifecycle.mutation(), lifecycle.mutation());
        assert_eq!(lifecycle.running_mutations(), 2);
        drop((first, second));
        assert_eq!(lifecycle.running_mutations(), 0);
        assert!(!lifecycle.connections().borrow().seen);
        drop(lifecycle.connection());
        let connections = *lifecycle.connections().borrow();
        assert!(connections.seen && connections.open == 0);
    }
}
