//! Load balancers and listeners, described twenty in a call.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::kept::Answers;
use crate::{Error, Listener, LoadBalancer, LoadBalancers, Tags};

/// AWS describes at most twenty of them by ARN in a call.
const ARNS_PER_CALL: usize = 20;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn LoadBalancers>,
    load_balancers: Batcher<String, LoadBalancer>,
    listeners: Batcher<String, Listener>,
    listeners_of: Batcher<String, Vec<Listener>>,
    together: Batcher<(), Vec<Listener>>,
    all_listeners: Answers<(), Vec<Listener>>,
    listeners_by_arn: Answers<Vec<String>, Vec<Listener>>,
    described: Answers<Vec<String>, Vec<LoadBalancer>>,
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
        let listeners_of = Batcher::of(1, &inner, |balancers, arns: Vec<String>| async move {
            let mut all = BTreeMap::new();
            for arn in arns {
                let found = balancers.listeners_of(&arn).await?;
                all.insert(arn, found);
            }
            Ok(all)
        });
        let together = Batcher::of(1, &inner, |balancers, _| async move {
            Ok(BTreeMap::from([((), balancers.all_listeners().await?)]))
        });
        Self {
            inner,
            load_balancers,
            listeners,
            listeners_of,
            together,
            all_listeners: Answers::exact(),
            listeners_by_arn: Answers::exact(),
            described: Answers::exact(),
        }
    }

    /// The same from answers that are kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        Self {
            all_listeners: Answers::kept(),
            listeners_by_arn: Answers::kept(),
            described: Answers::kept(),
            ..self.clone()
        }
    }
}

#[async_trait]
impl LoadBalancers for Coalesced {
    async fn listeners(&self, arns: &[String]) -> Result<Vec<Listener>, Error> {
        let together = async { Ok(self.listeners.get(arns).await?.into_values().collect()) };
        self.listeners_by_arn.read(arns.to_vec(), together).await
    }

    async fn listeners_of(&self, load_balancer_arn: &str) -> Result<Vec<Listener>, Error> {
        Ok(self.listeners_of.get_one(load_balancer_arn.to_owned()).await?.unwrap_or_default())
    }

    async fn all_listeners(&self) -> Result<Vec<Listener>, Error> {
        let together = async { Ok(self.together.get_one(()).await?.unwrap_or_default()) };
        self.all_listeners.read((), together).await
    }

    async fn describe(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Error> {
        let together = async { Ok(self.load_balancers.get(arns).await?.into_values().collect()) };
        self.described.read(arns.to_vec(), together).await
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.inner.tags(arn).await
    }
}
