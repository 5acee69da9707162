//! Target groups on the SDK, described twenty in a call, and their tags likewise.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{
    ProtocolEnum, TargetDescription, TargetGroupAttribute, TargetGroupIpAddressTypeEnum,
    TargetHealthDescription, TargetTypeEnum,
};

use super::channel::RELEASE;
use super::elb_tags::{self, Elb};
use super::failure::if_there;
use crate::coalesce::batcher::Batcher;
use crate::coalesce::bulk_tags::BulkTags;
use crate::coalesce::kept::Answers;
use crate::{
    Error, ErrorKind, HealthCheck, Matcher, NewTargetGroup, Service, Tags, TargetGroup, TargetGroups,
    TargetHealth, batches,
};

/// AWS describes at most twenty groups, or the tags of twenty, in a call.
const GROUPS_PER_CALL: usize = 20;

impl Elb {
    async fn groups_by_names(&self, names: &[String]) -> Result<Vec<TargetGroup>, Error> {
        let described = batches::found(names, GROUPS_PER_CALL, |piece| async move {
            let request = self.client.describe_target_groups().set_names(Some(piece.clone()));
            let object = piece.join(",");
            let answer = self.call("DescribeTargetGroups", &object, || request.clone().send()).await?;
            Ok(answer.target_groups().iter().map(target_group_from_sdk).collect())
        });
        described.await
    }

    async fn groups_by_arns(&self, arns: &[String]) -> Result<Vec<TargetGroup>, Error> {
        let described = batches::found(arns, GROUPS_PER_CALL, |piece| async move {
            let request = self.client.describe_target_groups().set_target_group_arns(Some(piece.clone()));
            let object = piece.join(",");
            let answer = self.call("DescribeTargetGroups", &object, || request.clone().send()).await?;
            Ok(answer.target_groups().iter().map(target_group_from_sdk).collect())
        });
        described.await
    }

    async fn attributes(&self, arn: &str) -> Result<BTreeMap<String, String>, Error> {
        let request = self.client.describe_target_group_attributes().target_group_arn(arn);
        let answer = self.call("DescribeTargetGroupAttributes", arn, || request.clone().send()).await?;
        let attributes = answer.attributes.into_iter().flatten();
        Ok(attributes.filter_map(|found| Some((found.key?, found.value.unwrap_or_default()))).collect())
    }
}

#[derive(Clone)]
pub(super) struct SdkTargetGroups {
    channel: Arc<Elb>,
    by_name: Batcher<String, TargetGroup>,
    by_arn: Batcher<String, TargetGroup>,
    /// Groups by name and by ARN.
    groups: Answers<String, TargetGroup>,
    attributes: Answers<String, BTreeMap<String, String>>,
    tags: Batcher<String, Tags>,
    bulk_tags: BulkTags,
}

impl SdkTargetGroups {
    pub(super) fn new(channel: Arc<Elb>) -> Self {
        let by_name = Batcher::keyed(
            GROUPS_PER_CALL,
            &channel,
            |group: &TargetGroup| &group.name,
            |channel, names| async move { channel.groups_by_names(&names).await },
        );
        let by_arn = Batcher::keyed(
            GROUPS_PER_CALL,
            &channel,
            |group: &TargetGroup| &group.arn,
            |channel, arns| async move { channel.groups_by_arns(&arns).await },
        );
        let tags =
            Batcher::of(GROUPS_PER_CALL, &channel, |channel, arns| async move { channel.tags(&arns).await });
        let (groups, attributes) = (Answers::exact(), Answers::exact());
        Self { channel, by_name, by_arn, groups, attributes, tags, bulk_tags: BulkTags::default() }
    }

    /// With tags from `bulk_tags`, and with groups and attributes that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { groups: Answers::kept(), attributes: Answers::kept(), bulk_tags, ..self.clone() }
    }

    /// Groups that are fresh, and what `batcher` finds of the others.
    async fn found(
        &self,
        keys: &[String],
        batcher: &Batcher<String, TargetGroup>,
    ) -> Result<Vec<TargetGroup>, Error> {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for key in keys {
            match self.groups.fresh(key) {
                Some(group) => found.push(group.as_ref().clone()),
                None => missing.push(key.clone()),
            }
        }
        for group in batcher.get(&missing).await?.into_values() {
            self.groups.keep(group.name.clone(), group.clone());
            self.groups.keep(group.arn.clone(), group.clone());
            found.push(group);
        }
        Ok(found)
    }
}

#[async_trait]
impl TargetGroups for SdkTargetGroups {
    async fn create(&self, new: &NewTargetGroup) -> Result<TargetGroup, Error> {
        let operation = "CreateTargetGroup";
        let check = &new.health_check;
        let request = self
            .channel
            .client
            .create_target_group()
            .name(&new.name)
            .protocol(ProtocolEnum::from(new.protocol.as_str()))
            .protocol_version(&new.protocol_version)
            .port(i32::from(new.port))
            .vpc_id(&new.vpc_id)
            .target_type(TargetTypeEnum::from(new.target_type.as_str()))
            .ip_address_type(TargetGroupIpAddressTypeEnum::from(new.ip_address_type.as_str()))
            .health_check_enabled(check.enabled)
            .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
            .health_check_port(&check.port)
            .set_health_check_path(check.path.clone())
            .health_check_interval_seconds(number(check.interval_seconds))
            .health_check_timeout_seconds(number(check.timeout_seconds))
            .healthy_threshold_count(number(check.healthy_threshold))
            .unhealthy_threshold_count(number(check.unhealthy_threshold))
            .set_matcher(check.matcher.as_ref().map(matcher_to_sdk))
            .set_tags(elb_tags::to_sdk(operation, &new.name, &new.tags)?);
        let answer = self.channel.call(operation, &new.name, || request.clone().send()).await?;
        first(answer.target_groups(), operation, &new.name)
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<TargetGroup>, Error> {
        self.found(names, &self.by_name).await
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<TargetGroup>, Error> {
        self.found(arns, &self.by_arn).await
    }

    async fn set_health_check(&self, arn: &str, check: &HealthCheck) -> Result<TargetGroup, Error> {
        let operation = "ModifyTargetGroup";
        let request = self
            .channel
            .client
            .modify_target_group()
            .target_group_arn(arn)
            .health_check_enabled(check.enabled)
            .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
            .health_check_port(&check.port)
            .set_health_check_path(check.path.clone())
            .health_check_interval_seconds(number(check.interval_seconds))
            .health_check_timeout_seconds(number(check.timeout_seconds))
            .healthy_threshold_count(number(check.healthy_threshold))
            .unhealthy_threshold_count(number(check.unhealthy_threshold))
            .set_matcher(check.matcher.as_ref().map(matcher_to_sdk));
        let answer = self.channel.call(operation, arn, || request.clone().send()).await?;
        first(answer.target_groups(), operation, arn)
    }

    async fn attributes(&self, arn: &str) -> Result<BTreeMap<String, String>, Error> {
        self.attributes.read(arn.to_owned(), self.channel.attributes(arn)).await
    }

    async fn set_attributes(&self, arn: &str, attributes: &BTreeMap<String, String>) -> Result<(), Error> {
        let attributes: Vec<_> = attributes
            .iter()
            .map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value).build())
            .collect();
        let request = self
            .channel
            .client
            .modify_target_group_attributes()
            .target_group_arn(arn)
            .set_attributes(Some(attributes));
        self.channel.call("ModifyTargetGroupAttributes", arn, || request.clone().send()).await.map(drop)
    }

    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        self.bulk_tags.of_all(&self.tags, arns).await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.channel.tag(arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.channel.untag(arn, keys).await
    }

    async fn delete(&self, arn: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_target_group().target_group_arn(arn);
        let answer =
            self.channel.call_patiently(RELEASE, "DeleteTargetGroup", arn, || request.clone().send()).await;
        if_there(answer).map(drop)
    }

    async fn health(&self, arn: &str) -> Result<Vec<TargetHealth>, Error> {
        let request = self.channel.client.describe_target_health().target_group_arn(arn);
        let answer = self.channel.call("DescribeTargetHealth", arn, || request.clone().send()).await?;
        let mut targets: Vec<_> =
            answer.target_health_descriptions().iter().map(target_health_from_sdk).collect();
        targets.sort_by(|one, other| (&one.target_id, one.port).cmp(&(&other.target_id, other.port)));
        Ok(targets)
    }
}

fn number(seconds: u32) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

fn unsigned(found: Option<i32>) -> u32 {
    found.and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

fn port(found: Option<i32>) -> u16 {
    found.and_then(|port| u16::try_from(port).ok()).unwrap_or(0)
}

fn first(
    groups: &[aws_sdk_elasticloadbalancingv2::types::TargetGroup],
    operation: &'static str,
    object: &str,
) -> Result<TargetGroup, Error> {
    groups.first().map(target_group_from_sdk).ok_or_else(|| {
        let message = "AWS answered without the target group";
        Error::new(ErrorKind::Other, Service::Elb, operation, object, message)
    })
}

fn matcher_to_sdk(matcher: &Matcher) -> aws_sdk_elasticloadbalancingv2::types::Matcher {
    let builder = aws_sdk_elasticloadbalancingv2::types::Matcher::builder();
    match matcher {
        Matcher::Http(codes) => builder.http_code(codes),
        Matcher::Grpc(codes) => builder.grpc_code(codes),
    }
    .build()
}

fn target_group_from_sdk(found: &aws_sdk_elasticloadbalancingv2::types::TargetGroup) -> TargetGroup {
    let mut load_balancer_arns = found.load_balancer_arns().to_vec();
    load_balancer_arns.sort();
    load_balancer_arns.dedup();
    let matcher = found.matcher();
    TargetGroup {
        arn: found.target_group_arn().unwrap_or_default().to_owned(),
        name: found.target_group_name().unwrap_or_default().to_owned(),
        protocol: found.protocol().map_or("", ProtocolEnum::as_str).to_owned(),
        protocol_version: found.protocol_version().unwrap_or_default().to_owned(),
        port: port(found.port()),
        vpc_id: found.vpc_id().unwrap_or_default().to_owned(),
        target_type: found.target_type().map_or("", TargetTypeEnum::as_str).to_owned(),
        // Groups from before there was a choice have none.
        ip_address_type: found
            .ip_address_type()
            .map_or("ipv4", TargetGroupIpAddressTypeEnum::as_str)
            .to_owned(),
        health_check: HealthCheck {
            enabled: found.health_check_enabled().unwrap_or(true),
            protocol: found.health_check_protocol().map_or("", ProtocolEnum::as_str).to_owned(),
            port: found.health_check_port().unwrap_or_default().to_owned(),
            path: found.health_check_path().map(str::to_owned),
            interval_seconds: unsigned(found.health_check_interval_seconds()),
            timeout_seconds: unsigned(found.health_check_timeout_seconds()),
            healthy_threshold: unsigned(found.healthy_threshold_count()),
            unhealthy_threshold: unsigned(found.unhealthy_threshold_count()),
            matcher: matcher.and_then(|matcher| {
                let http = matcher.http_code().map(|codes| Matcher::Http(codes.to_owned()));
                http.or_else(|| matcher.grpc_code().map(|codes| Matcher::Grpc(codes.to_owned())))
            }),
        },
        load_balancer_arns,
    }
}

fn target_health_from_sdk(found: &TargetHealthDescription) -> TargetHealth {
    let health = found.target_health();
    TargetHealth {
        target_id: found.target().and_then(|target| target.id()).unwrap_or_default().to_owned(),
        port: port(found.target().and_then(TargetDescription::port)),
        state: health.and_then(|health| health.state()).map_or("", |state| state.as_str()).to_owned(),
        reason: health.and_then(|health| health.reason()).map(|reason| reason.as_str().to_owned()),
        description: health.and_then(|health| health.description()).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_balancers_are_named_once() {
        let found = aws_sdk_elasticloadbalancingv2::types::TargetGroup::builder()
            .load_balancer_arns("b")
            .load_balancer_arns("a")
            .load_balancer_arns("b")
            .build();
        assert_eq!(target_group_from_sdk(&found).load_balancer_arns, ["a", "b"]);
    }

    #[test]
    fn a_matcher_survives_the_way_to_aws_and_back() {
        for matcher in [Matcher::Http("200-299".to_owned()), Matcher::Grpc("0".to_owned())] {
            let found = aws_sdk_elasticloadbalancingv2::types::TargetGroup::builder()
                .matcher(matcher_to_sdk(&matcher))
                .build();
            assert_eq!(target_group_from_sdk(&found).health_check.matcher, Some(matcher));
        }
    }
}
