//! What every call gets besides its data: whether it should stop, what Terraform can do, and what the provider configured.

use tokio_util::sync::CancellationToken;

use crate::{
    Diagnostic, Value,
    configured::Configured,
    deferral::{Deferral, Deferred},
};

/// The surroundings of one call.
///
/// ```
/// use provider_framework::Context;
///
/// /// Restarts servers one after another, until the user interrupts Terraform. Returns how many.
/// fn restart(servers: &[&str], context: &Context) -> usize {
///     servers.iter().take_while(|_| !context.is_cancelled()).count()
/// }
///
/// let context = Context::default();
/// assert_eq!(restart(&["a", "b"], &context), 2);
/// context.cancel.cancel();
/// assert_eq!(restart(&["a", "b"], &context), 0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Cancelled when the user interrupts Terraform. A call that waits or starts a next step
    /// then ends at the next safe point and returns what it has.
    pub cancel: CancellationToken,
    /// Whether Terraform accepts that a change is put off to a later run.
    pub deferral_allowed: bool,
    /// Whether Terraform knows write-only attributes.
    pub write_only_allowed: bool,
    /// The `provider_meta` block of the module that holds the resource; null without one. See
    /// [`Provider::meta_schema`](crate::Provider::meta_schema).
    pub provider_meta: Value,
    pub(crate) deferral: Deferral,
    pub(crate) configured: Configured,
}

impl Context {
    /// Whether the call should end at the next safe point.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Puts the call off to a later run of Terraform, for this reason. The rest of the answer may then be incomplete.
    ///
    /// If Terraform does not allow that (only runs with `-allow-deferral` do), the call fails with an error:
    /// check [`Context::deferral_allowed`] first to do without.
    ///
    /// ```
    /// use provider_framework::{Context, Deferred};
    ///
    /// let context = Context::default();
    /// context.defer(Deferred::ResourceConfigUnknown);
    /// ```
    pub fn defer(&self, reason: Deferred) {
        self.deferral.set(reason);
    }

    /// Stores what the provider made of its configuration, such as a client, for all later calls to find by its type.
    /// A second value of the same type replaces the first.
    ///
    /// ```
    /// # use provider_framework::Context;
    /// struct Client;
    ///
    /// let context = Context::default();
    /// context.configure(Client);
    /// assert!(context.configured::<Client>().is_ok());
    /// ```
    pub fn configure<T: Send + Sync + 'static>(&self, data: T) {
        self.configured.insert(data);
    }

    /// The value of this type that [`Context::configure`] stored.
    ///
    /// # Errors
    /// A diagnostic for the user if the provider is not configured yet.
    pub fn configured<T: Send + Sync + 'static>(&self) -> Result<std::sync::Arc<T>, Diagnostic> {
        self.configured.get()
    }
}
