//! Load balancers and listeners, described twenty in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use crate::{Error, Listener, LoadBalancer, LoadBalancers, Tags};

/// AWS describes at most twenty of them by ARN in a call.
const ARNS_PER_CALL: usize = 20;

pub(super) struct Coalesced {
    inner: Arc<dyn LoadBalancers>,
    load_balancers: Batcher<String, LoadBalancer>,
    listeners: Batcher<String, Listener>,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn LoadBalancers>) -> Self {
        let load_balancers = Batcher::keyed(
            ARNS_PER_CALL,
            &inner,
            |balancer: &LoadBalancer| &balancer.arn,
            |balancers, arns| async move { balancers.describe(&arns).await },
        );
        let listeners = Batcher::keyed(
            ARNS_PER_CALL,
            &inner,
            |listener: &Listener| &listener.arn,
            |balancers, arns| async move { balancers.listeners(&arns).await },
        );
        Self { inner, load_balancers, listeners }
    }
}

#[async_trait]
impl LoadBalancers for Coalesced {
    async fn listeners(&self, arns: &[String]) -> Result<Vec<Listener>, Error> {
        Ok(self.listeners.get(arns).await?.into_values().collect())
    }

    async fn all_listeners(&self) -> Result<Vec<Listener>, Error> {
        self.inner.all_listeners().await
    }

    async fn describe(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Error> {
        Ok(self.load_balancers.get(arns).await?.into_values().collect())
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.inner.tags(arn).await
    }
}
