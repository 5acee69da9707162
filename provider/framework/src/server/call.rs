//! One call: run beside the others, with its own context, and with each failure reported as a diagnostic.

use std::{any::Any, future::Future, sync::Arc, time::Instant};

use proto::tfplugin5 as tf;
use tokio::task::{AbortHandle, JoinError};
use tonic::Response;

use crate::{Context, Diagnostic, Diagnostics, Severity, lifecycle::Lifecycle, registry::Registry, wire};

/// What every call gets.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) registry: Arc<Registry>,
    pub(crate) context: Context,
}

/// Whether a call changes the world. Such a call continues when the connection is lost, and the process waits
/// for it before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    Mutation,
}

/// A response that can carry diagnostics.
pub(super) trait Answer: Default + Send + 'static {
    fn diagnostics(&mut self) -> &mut Vec<tf::Diagnostic>;
}

macro_rules! answers {
    ($($module:ident),* $(,)?) => {$(
        impl Answer for tf::$module::Response {
            fn diagnostics(&mut self) -> &mut Vec<tf::Diagnostic> {
                &mut self.diagnostics
            }
        }
    )*};
}

answers!(
    apply_resource_change,
    close_ephemeral_resource,
    configure,
    generate_resource_config,
    get_functions,
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    import_resource_state,
    move_resource_state,
    open_ephemeral_resource,
    plan_action,
    plan_resource_change,
    prepare_provider_config,
    read_data_source,
    read_resource,
    renew_ephemeral_resource,
    upgrade_resource_identity,
    upgrade_resource_state,
    validate_action_config,
    validate_data_source_config,
    validate_ephemeral_resource_config,
    validate_list_resource_config,
    validate_resource_type_config,
);

/// Runs a call to its end. Errors and panics of the call become diagnostics of its response, never a failed
/// RPC: Terraform shows those without their cause.
pub(super) async fn answer<A, F>(
    lifecycle: &Lifecycle,
    name: &'static str,
    about: &str,
    effect: Effect,
    call: F,
) -> Response<A>
where
    A: Answer,
    F: Future<Output = Result<A, Diagnostics>> + Send + 'static,
{
    let result = isolated(lifecycle, name, about, effect, call).await;
    Response::new(match result {
        Ok(Ok(answer)) => answer,
        Ok(Err(diagnostics)) => failed(diagnostics),
        Err(diagnostic) => failed(diagnostic.into()),
    })
}

fn failed<A: Answer>(diagnostics: Diagnostics) -> A {
    let mut answer = A::default();
    *answer.diagnostics() = wire::diagnostics::to_wire(diagnostics);
    answer
}

/// What a call ended with, as far as a trace shows it.
pub(super) trait Tally {
    fn errors(&mut self) -> usize;
}

impl<A: Answer> Tally for Result<A, Diagnostics> {
    fn errors(&mut self) -> usize {
        match self {
            Ok(answer) => {
                let is_error = |it: &&tf::Diagnostic| it.severity() == tf::diagnostic::Severity::Error;
                answer.diagnostics().iter().filter(is_error).count()
            }
            Err(diagnostics) => diagnostics.errors(),
        }
    }
}

impl Tally for Diagnostics {
    fn errors(&mut self) -> usize {
        self.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }
}

impl Tally for tf::call_function::Response {
    fn errors(&mut self) -> usize {
        usize::from(self.error.is_some())
    }
}

impl Tally for () {
    fn errors(&mut self) -> usize {
        0
    }
}

/// Runs a call in a task of its own, so that a panic ends nothing but the call. `about` is the type that it is about.
pub(super) async fn isolated<T: Tally + Send + 'static>(
    lifecycle: &Lifecycle,
    name: &'static str,
    about: &str,
    effect: Effect,
    call: impl Future<Output = T> + Send + 'static,
) -> Result<T, Diagnostic> {
    let begun = Instant::now();
    tracing::debug!(call = name, "Call begins");
    let guard = (effect == Effect::Mutation).then(|| lifecycle.mutation());
    let task = tokio::spawn(async move {
        let result = unhindered(call).await;
        drop(guard);
        result
    });
    let when_dropped = (effect == Effect::None).then(|| AbortOnDrop(task.abort_handle()));
    let mut result = task.await.map_err(|error| fallen(name, error));
    drop(when_dropped);
    let errors = result.as_mut().map_or(1, Tally::errors);
    lifecycle.trace().call(name, about, begun.elapsed(), errors);
    tracing::debug!(call = name, milliseconds = elapsed(begun), "Call ends");
    result
}

/// Runs a call so that one that blocks its thread holds up nothing else: before each step of it, the other work of
/// the thread moves to another thread. A call that waits in the ordinary way needs no thread.
async fn unhindered<T>(call: impl Future<Output = T>) -> T {
    let mut call = std::pin::pin!(call);
    std::future::poll_fn(|context| tokio::task::block_in_place(|| call.as_mut().poll(context))).await
}

fn elapsed(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Ends a call whose caller does not wait any more.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn fallen(name: &str, error: JoinError) -> Diagnostic {
    match error.try_into_panic() {
        Ok(panic) => panicked(name, panic.as_ref()),
        Err(_) => Diagnostic::error("Cancelled", format!("{name} was cancelled before it ended.")),
    }
}

fn panicked(name: &str, panic: &(dyn Any + Send)) -> Diagnostic {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Diagnostic::bug(format!("{name} failed unexpectedly: {message}."))
}
