//! Load balancers and listeners on the SDK, described twenty in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::elb_tags::Elb;
use super::failure::if_there;
use crate::coalesce::batcher::Batcher;
use crate::coalesce::reads::Reads;
use crate::{Error, Listener, LoadBalancer, LoadBalancers, Tags, batches};

/// AWS describes at most twenty of them by ARN in a call.
const ARNS_PER_CALL: usize = 20;

impl Elb {
    async fn load_balancers(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Error> {
        let described = batches::found(arns, ARNS_PER_CALL, |piece| async move {
            let request = self.client.describe_load_balancers().set_load_balancer_arns(Some(piece.clone()));
            let object = piece.join(",");
            let answer = self.call("DescribeLoadBalancers", &object, || request.clone().send()).await?;
            Ok(answer.load_balancers.into_iter().flatten().map(load_balancer_from_sdk).collect())
        });
        described.await
    }

    async fn listeners(&self, arns: &[String]) -> Result<Vec<Listener>, Error> {
        let described = batches::found(arns, ARNS_PER_CALL, |piece| async move {
            let request = self.client.describe_listeners().set_listener_arns(Some(piece.clone()));
            let object = piece.join(",");
            let answer = self.call("DescribeListeners", &object, || request.clone().send()).await?;
            Ok(answer.listeners.into_iter().flatten().map(listener_from_sdk).collect())
        });
        described.await
    }

    /// The listeners of a load balancer; none if it was deleted in the meantime.
    async fn listeners_of(&self, load_balancer_arn: &str) -> Result<Vec<Listener>, Error> {
        let listeners = batches::pages(|page| async move {
            let request =
                self.client.describe_listeners().load_balancer_arn(load_balancer_arn).set_marker(page);
            let answer = self.call("DescribeListeners", load_balancer_arn, || request.clone().send()).await?;
            Ok((answer.listeners.unwrap_or_default(), answer.next_marker))
        });
        let found = if_there(listeners.await)?.unwrap_or_default();
        Ok(found.into_iter().map(listener_from_sdk).collect())
    }

    async fn all_listeners(&self) -> Result<Vec<Listener>, Error> {
        let balancers = batches::pages(|page| async move {
            let request = self.client.describe_load_balancers().set_marker(page);
            let answer = self.call("DescribeLoadBalancers", "", || request.clone().send()).await?;
            Ok((answer.load_balancers.unwrap_or_default(), answer.next_marker))
        });
        let balancers = balancers.await?.into_iter().map(load_balancer_from_sdk);
        let mut all = Vec::new();
        for balancer in balancers.filter(|balancer| balancer.kind == "application") {
            all.extend(self.listeners_of(&balancer.arn).await?);
        }
        Ok(all)
    }
}

#[derive(Clone)]
pub(super) struct SdkLoadBalancers {
    channel: Arc<Elb>,
    load_balancers: Reads<String, LoadBalancer>,
    listeners: Reads<String, Listener>,
    listeners_of: Reads<String, Vec<Listener>>,
    all_listeners: Reads<(), Vec<Listener>>,
}

impl SdkLoadBalancers {
    pub(super) fn new(channel: Arc<Elb>) -> Self {
        let load_balancers = Batcher::keyed(
            ARNS_PER_CALL,
            &channel,
            |balancer: &LoadBalancer| &balancer.arn,
            |channel, arns| async move { channel.load_balancers(&arns).await },
        );
        let listeners = Batcher::keyed(
            ARNS_PER_CALL,
            &channel,
            |listener: &Listener| &listener.arn,
            |channel, arns| async move { channel.listeners(&arns).await },
        );
        let listeners_of = Batcher::single(&channel, |channel, arn: String| async move {
            channel.listeners_of(&arn).await.map(Some)
        });
        let all_listeners =
            Batcher::single(&channel, |channel, ()| async move { channel.all_listeners().await.map(Some) });
        Self {
            channel,
            load_balancers: Reads::new(load_balancers),
            listeners: Reads::new(listeners),
            listeners_of: Reads::new(listeners_of),
            all_listeners: Reads::new(all_listeners),
        }
    }

    /// With answers that are kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        Self {
            load_balancers: self.load_balancers.refreshing(),
            listeners: self.listeners.refreshing(),
            all_listeners: self.all_listeners.refreshing(),
            ..self.clone()
        }
    }
}

#[async_trait]
impl LoadBalancers for SdkLoadBalancers {
    async fn listeners(&self, arns: &[String]) -> Result<Vec<Listener>, Error> {
        self.listeners.all(arns).await
    }

    async fn listeners_of(&self, load_balancer_arn: &str) -> Result<Vec<Listener>, Error> {
        Ok(self.listeners_of.one(load_balancer_arn.to_owned()).await?.unwrap_or_default())
    }

    async fn all_listeners(&self) -> Result<Vec<Listener>, Error> {
        Ok(self.all_listeners.one(()).await?.unwrap_or_default())
    }

    async fn describe(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Error> {
        self.load_balancers.all(arns).await
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        Ok(self.channel.tags(&[arn.to_owned()]).await?.remove(arn).unwrap_or_default())
    }
}

fn listener_from_sdk(found: aws_sdk_elasticloadbalancingv2::types::Listener) -> Listener {
    Listener {
        arn: found.listener_arn.unwrap_or_default(),
        load_balancer_arn: found.load_balancer_arn.unwrap_or_default(),
        port: found.port.and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
        protocol: found.protocol.map(|protocol| protocol.as_str().to_owned()).unwrap_or_default(),
    }
}

fn load_balancer_from_sdk(found: aws_sdk_elasticloadbalancingv2::types::LoadBalancer) -> LoadBalancer {
    let mut security_group_ids = found.security_groups.unwrap_or_default();
    security_group_ids.sort();
    LoadBalancer {
        arn: found.load_balancer_arn.unwrap_or_default(),
        name: found.load_balancer_name.unwrap_or_default(),
        kind: found.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        scheme: found.scheme.map(|scheme| scheme.as_str().to_owned()).unwrap_or_default(),
        dns_name: found.dns_name.unwrap_or_default(),
        hosted_zone_id: found.canonical_hosted_zone_id.unwrap_or_default(),
        vpc_id: found.vpc_id.unwrap_or_default(),
        security_group_ids,
    }
}
