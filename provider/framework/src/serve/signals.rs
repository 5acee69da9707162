//! Signals: an interrupt is Terraform's to handle, a termination ends the process at the next safe point.

use std::{io, sync::Arc};

use crate::lifecycle::Lifecycle;

/// What an interrupt (Ctrl-C) does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interrupt {
    /// Nothing: the signal reaches the whole process group, and Terraform calls Stop.
    /// A plugin that died of it would take the state of what it just made with it.
    Ignored,
    /// It ends the process, which a person started by hand.
    Ends,
}

#[cfg(unix)]
pub(super) fn watch(lifecycle: &Arc<Lifecycle>, interrupt: Interrupt) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let lifecycle = Arc::clone(lifecycle);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupts.recv() => {
                    if interrupt == Interrupt::Ends {
                        break;
                    }
                    tracing::debug!("Interrupt ignored: Terraform decides what it means");
                }
                _ = terminations.recv() => break,
            }
        }
        leave(&lifecycle, async move {
            terminations.recv().await;
        })
        .await;
    });
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn watch(lifecycle: &Arc<Lifecycle>, interrupt: Interrupt) -> io::Result<()> {
    let lifecycle = Arc::clone(lifecycle);
    tokio::spawn(async move {
        loop {
            if tokio::signal::ctrl_c().await.is_err() || interrupt == Interrupt::Ends {
                break;
            }
        }
        leave(&lifecycle, std::future::pending()).await;
    });
    Ok(())
}

/// Ends when no change to the world is under way any more, or at once when asked again.
async fn leave(lifecycle: &Lifecycle, again: impl Future<Output = ()>) {
    tracing::info!(changes = lifecycle.running_mutations(), "Asked to end: running calls end first");
    lifecycle.stop();
    tokio::select! {
        () = lifecycle.no_mutations() => {}
        () = again => tracing::warn!("Asked to end again: ending now"),
    }
    lifecycle.end();
}
