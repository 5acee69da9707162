//! How hard AWS is pressed: the throttled calls that retries hide from waiting callers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::Service;

/// Counts the attempts that AWS refused because there were too many, by service, whether or not a later attempt
/// went well. What grows here is why a run is slow.
#[derive(Debug, Default)]
pub struct Pressure {
    refused: Mutex<BTreeMap<Service, u64>>,
}

impl Pressure {
    /// The refusals so far, of the services that refused.
    pub fn refused(&self) -> BTreeMap<Service, u64> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, service: Service) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(service).or_default() += 1;
    }
}
