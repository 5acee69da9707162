//! What the provider made of its configuration, by type: a client, a folder, a region.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use crate::Diagnostic;

type Data = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// Shared by all calls of a provider.
#[derive(Clone, Default)]
pub(crate) struct Configured(Arc<RwLock<Data>>);

impl Configured {
    pub(crate) fn insert<T: Send + Sync + 'static>(&self, data: T) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(TypeId::of::<T>(), Arc::new(data));
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>, Diagnostic> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = all.get(&TypeId::of::<T>()).cloned();
        found.and_then(|data| data.downcast::<T>().ok()).ok_or_else(|| {
            Diagnostic::error(
                "Provider not configured",
                "This operation needs the configuration of the provider, which failed or is not known yet. Fix the \
                 errors of the provider block, or apply first what its arguments depend on.",
            )
        })
    }
}

impl fmt::Debug for Configured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Configured")
    }
}

#[cfg(test)]
mod tests {
    use super::Configured;

    #[test]
    fn each_type_has_a_value_of_its_own() {
        let configured = Configured::default();
        configured.insert(1_u8);
        configured.insert("text");
        configured.insert(2_u8);
        assert_eq!(*configured.get::<u8>().unwrap(), 2);
        assert_eq!(*configured.get::<&str>().unwrap(), "text");
    }

    #[test]
    fn a_missing_value_is_an_error_for_the_user() {
        let error = Configured::default().get::<u8>().unwrap_err();
        assert_eq!(error.summary, "Provider not configured");
    }
}
