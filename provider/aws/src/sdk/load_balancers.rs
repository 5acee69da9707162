//! Load balancers and listeners on the SDK.

use std::sync::Arc;

use async_trait::async_trait;

use super::channel::Channel;
use super::elb_tags;
use crate::batches::Batches;
use crate::{Error, Listener, LoadBalancer, LoadBalancers, Tags};

/// AWS describes at most twenty of them by ARN in a call.
const ARNS_PER_CALL: usize = 20;

pub(super) struct SdkLoadBalancers {
    pub(super) client: aws_sdk_elasticloadbalancingv2::Client,
    pub(super) channel: Arc<Channel>,
}

#[async_trait]
impl LoadBalancers for SdkLoadBalancers {
    async fn listeners(&self, arns: &[String]) -> Result<Vec<Listener>, Error> {
        let mut all = Vec::new();
        let mut batches = Batches::new(arns, ARNS_PER_CALL);
        while let Some(piece) = batches.next() {
            let request = self.client.describe_listeners().set_listener_arns(Some(piece.clone()));
            match self.channel.call("DescribeListeners", &piece.join(","), || request.clone().send()).await {
                Ok(answer) => all.extend(answer.listeners.into_iter().flatten().map(listener_from_sdk)),
                Err(error) if error.is_not_found() => batches.split(piece),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn listeners_of(&self, load_balancer_arn: &str) -> Result<Vec<Listener>, Error> {
        let (mut all, mut page) = (Vec::new(), None);
        loop {
            let request =
                self.client.describe_listeners().load_balancer_arn(load_balancer_arn).set_marker(page);
            let answer =
                self.channel.call("DescribeListeners", load_balancer_arn, || request.clone().send()).await;
            let answer = match answer {
                // It was deleted in the meantime.
                Err(error) if error.is_not_found() => return Ok(all),
                answer => answer?,
            };
            all.extend(answer.listeners.into_iter().flatten().map(listener_from_sdk));
            page = answer.next_marker;
            if page.is_none() {
                return Ok(all);
            }
        }
    }

    async fn all_listeners(&self) -> Result<Vec<Listener>, Error> {
        let (mut balancers, mut page) = (Vec::new(), None);
        loop {
            let request = self.client.describe_load_balancers().set_marker(page);
            let answer = self.channel.call("DescribeLoadBalancers", "", || request.clone().send()).await?;
            balancers.extend(answer.load_balancers.into_iter().flatten().map(load_balancer_from_sdk));
            page = answer.next_marker;
            if page.is_none() {
                break;
            }
        }
        let mut all = Vec::new();
        for balancer in balancers.into_iter().filter(|balancer| balancer.kind == "application") {
            all.extend(self.listeners_of(&balancer.arn).await?);
        }
        Ok(all)
    }

    async fn describe(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Error> {
        let mut all = Vec::new();
        let mut batches = Batches::new(arns, ARNS_PER_CALL);
        while let Some(piece) = batches.next() {
            let request = self.client.describe_load_balancers().set_load_balancer_arns(Some(piece.clone()));
            match self
                .channel
                .call("DescribeLoadBalancers", &piece.join(","), || request.clone().send())
                .await
            {
                Ok(answer) => {
                    all.extend(answer.load_balancers.into_iter().flatten().map(load_balancer_from_sdk));
                }
                Err(error) if error.is_not_found() => batches.split(piece),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        let request = self.client.describe_tags().resource_arns(arn);
        let answer = self.channel.call("DescribeTags", arn, || request.clone().send()).await?;
        Ok(answer
            .tag_descriptions()
            .first()
            .map(|found| elb_tags::from_sdk(found.tags()))
            .unwrap_or_default())
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
