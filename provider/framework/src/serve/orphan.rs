//! Ends a provider whose Terraform has ended, but never in the middle of a change.

use std::{sync::Arc, time::Duration};

use crate::lifecycle::{Connections, Lifecycle};

/// How often the parent is looked at.
#[cfg(unix)]
const INTERVAL: Duration = Duration::from_millis(500);

/// How long a provider without connection waits for Terraform to come back.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn watch(lifecycle: &Arc<Lifecycle>) {
    let lifecycle = Arc::clone(lifecycle);
    tokio::spawn(async move {
        let reason = tokio::select! {
            () = parent_ended() => "its process ended",
            () = abandoned(&lifecycle) => "it closed all connections",
        };
        let changes = lifecycle.running_mutations();
        tracing::warn!(
            changes,
            "Terraform has ended ({reason}): the provider ends after the running changes"
        );
        lifecycle.stop();
        lifecycle.no_mutations().await;
        lifecycle.end();
    });
}

/// Waits until the process that started this one has died: the system then gives it another parent.
#[cfg(unix)]
async fn parent_ended() {
    let parent = rustix::process::getppid();
    let mut ticks = tokio::time::interval(INTERVAL);
    while rustix::process::getppid() == parent {
        ticks.tick().await;
    }
}

#[cfg(not(unix))]
async fn parent_ended() {
    std::future::pending::<()>().await;
}

/// Waits until there was a connection and then, for a while, none.
async fn abandoned(lifecycle: &Lifecycle) {
    let mut connections = lifecycle.connections();
    let alone = |connections: &Connections| connections.seen && connections.open == 0;
    loop {
        if connections.wait_for(alone).await.is_err() {
            return;
        }
        let back = connections.wait_for(|connections| connections.open > 0);
        if tokio::time::timeout(PATIENCE, back).await.is_err() {
            return;
        }
    }
}
