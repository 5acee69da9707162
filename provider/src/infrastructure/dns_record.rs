//! One alias record of the app. Records carry no tags: the app's is what leads to its load balancer under its
//! name, what Terraform's state holds, or what the configuration overwrites. The holder of the app also holds it. Every change names what it
//! replaces, so that AWS refuses it if another tool was faster.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, ErrorKind, LoadBalancer, Record, RecordTarget, Service, Tags};
use serde_json::{Value, json};

use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, Observed, Stage};
use crate::app::deletion::Deletion;
use crate::app::traffic::DnsRecord;

/// One record of one type.
pub(crate) struct AliasRecord {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) record: DnsRecord,
    /// `A` or `AAAA`.
    pub(crate) kind: &'static str,
    pub(crate) listener_arn: String,
}

impl AliasRecord {
    /// The load balancer, which the ARN of its listener names.
    fn load_balancer_arn(&self) -> String {
        let parent = self.listener_arn.rsplit_once('/').map_or("", |(parent, _)| parent);
        parent.replacen(":listener/", ":loadbalancer/", 1)
    }

    async fn load_balancer(&self) -> Result<Option<LoadBalancer>, Error> {
        let arns = [self.load_balancer_arn()];
        Ok(self.aws.load_balancers.describe(&arns).await?.pop())
    }

    async fn existing_load_balancer(&self) -> Result<LoadBalancer, Error> {
        self.load_balancer().await?.ok_or_else(|| {
            let (arn, message) = (self.load_balancer_arn(), "load balancer not found");
            Error::new(ErrorKind::NotFound, Service::Elb, "DescribeLoadBalancers", arn, message)
        })
    }

    /// Whether a record leads to the app's load balancer. One that is deleted already is told by its name, so that
    /// no record is left behind that leads nowhere.
    fn leads_here(&self, record: &Record, load_balancer: Option<&LoadBalancer>) -> bool {
        let RecordTarget::Alias { dns_name, .. } = &record.target else { return false };
        // The console puts `dualstack.` before the name, which leads to the same.
        let plain = dns_name.strip_prefix("dualstack.").unwrap_or(dns_name);
        if let Some(load_balancer) = load_balancer {
            return plain.eq_ignore_ascii_case(&load_balancer.dns_name);
        }
        let arn = self.load_balancer_arn();
        let name = arn.rsplit('/').nth(1).unwrap_or_default().to_lowercase();
        let rest = plain.strip_prefix("internal-").unwrap_or(plain).strip_prefix(&format!("{name}-"));
        rest.and_then(|rest| rest.split_once('.')).is_some_and(|(id, domain)| {
            id.bytes().all(|byte| byte.is_ascii_digit()) && domain.contains(".elb.")
        })
    }

    async fn all(&self) -> Result<Vec<Record>, Error> {
        self.aws.records.find(&self.record.zone_id, &self.record.name, self.kind).await
    }

    /// The record of this app among those of its name: the one with its set identifier, or the only one where
    /// both forms may take each other's place.
    fn own(&self, all: &[Record], load_balancer: Option<&LoadBalancer>) -> Option<Record> {
        let identifier = self.record.weighted.as_ref().map(|weighted| &weighted.set_identifier);
        if let Some(found) = all.iter().find(|record| record.set_identifier.as_ref() == identifier) {
            return Some(found.clone());
        }
        match all {
            [only]
                if only.weight.is_none() == identifier.is_some() && self.leads_here(only, load_balancer) =>
            {
                Some(only.clone())
            }
            _ => None,
        }
    }

    fn wanted(&self, load_balancer: &LoadBalancer) -> Record {
        let weighted = self.record.weighted.as_ref();
        Record {
            name: self.record.name.clone(),
            kind: self.kind.to_owned(),
            set_identifier: weighted.map(|weighted| weighted.set_identifier.clone()),
            weight: weighted.map(|weighted| weighted.weight),
            target: RecordTarget::Alias {
                dns_name: load_balancer.dns_name.to_lowercase(),
                hosted_zone_id: load_balancer.hosted_zone_id.clone(),
                evaluate_target_health: self.record.evaluate_target_health,
            },
        }
    }

    fn properties(&self, load_balancer: &Value, shown: &Record) -> Value {
        let (evaluate, ttl) = match &shown.target {
            RecordTarget::Alias { evaluate_target_health, .. } => {
                (json!(evaluate_target_health), Value::Null)
            }
            RecordTarget::Values { ttl_seconds, .. } => (Value::Null, json!(ttl_seconds)),
        };
        let mut properties = json!({
            "evaluate_target_health": evaluate,
            "leads_to": load_balancer,
            "name": shown.name,
            "set_identifier": shown.set_identifier,
            "type": shown.kind,
            "weight": shown.weight,
            "zone_id": self.record.zone_id,
        });
        if !ttl.is_null() {
            properties["ttl_seconds"] = ttl;
        }
        properties
    }

    /// Puts one record in the place of another. A call may have been repeated because its first answer was lost: then
    /// what it names is out of date just because it has been done.
    async fn replace(&self, old: Option<&Record>, new: Option<&Record>) -> Result<(), Error> {
        let result = self.aws.records.replace(&self.record.zone_id, old, new).await;
        let Err(error) = result else { return Ok(()) };
        if error.kind() != ErrorKind::Conflict {
            return Err(error);
        }
        let all = self.all().await?;
        let is_done = match (old, new) {
            (_, Some(new)) => all.contains(new),
            (Some(old), None) => all.iter().all(|record| record.set_identifier != old.set_identifier),
            (None, None) => true,
        };
        if is_done { Ok(()) } else { Err(error) }
    }

    fn observed(&self, record: &Record, load_balancer: Option<&LoadBalancer>) -> Observed {
        let ours = self.leads_here(record, load_balancer);
        let shown = if ours { json!(self.load_balancer_arn()) } else { target(record) };
        Observed {
            arn: String::new(),
            properties: self.properties(&shown, record),
            tags: if ours || self.record.overwrite { self.ownership.tags(&self.key()) } else { Tags::new() },
            value: None,
        }
    }
}

/// The target of a record that does not lead to the app.
fn target(record: &Record) -> Value {
    match &record.target {
        RecordTarget::Alias { dns_name, .. } => json!(dns_name),
        RecordTarget::Values { values, .. } => json!(values),
    }
}

#[async_trait]
impl Component for AliasRecord {
    fn key(&self) -> ComponentKey {
        ComponentKey::named(Kind::DnsRecord, format!("{}/{}", self.record.name, self.kind))
    }

    fn identity(&self) -> String {
        format!("{}/{}/{}", self.record.zone_id, self.record.name, self.kind)
    }

    fn title(&self) -> String {
        format!("DNS record {} `{}`", self.kind, self.record.name)
    }

    fn stage(&self) -> Stage {
        Stage::Name
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn carries_tags(&self) -> bool {
        false
    }

    /// A name leads people elsewhere: that takes `overwrite`.
    fn may_be_adopted(&self) -> bool {
        false
    }

    fn owner(&self, observed: &Observed) -> String {
        format!("it leads to {}", observed.properties.get("leads_to").unwrap_or(&Value::Null))
    }

    fn take_over(&self) -> String {
        "set `overwrite = true` in its `dns` block, and the next apply points it at the app's load balancer"
            .to_owned()
    }

    fn desired(&self) -> Value {
        // Only the ARN of the load balancer is known before anything is asked, so that is what is compared.
        let nowhere = LoadBalancer {
            arn: self.load_balancer_arn(),
            name: String::new(),
            kind: String::new(),
            scheme: String::new(),
            dns_name: String::new(),
            hosted_zone_id: String::new(),
            vpc_id: String::new(),
            security_group_ids: Vec::new(),
        };
        self.properties(&json!(nowhere.arn), &self.wanted(&nowhere))
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let (load_balancer, all) = futures::try_join!(self.load_balancer(), self.all())?;
        let load_balancer = load_balancer.as_ref();
        Ok(self.own(&all, load_balancer).map(|record| self.observed(&record, load_balancer)))
    }

    async fn admit(&self) -> Result<(), Error> {
        let weighted = self.record.weighted.is_some();
        let all = self.all().await?;
        let Some(other) = all.iter().find(|other| other.weight.is_some() != weighted) else { return Ok(()) };
        let form = if weighted { "is not weighted" } else { "has a set identifier" };
        let message = format!(
            "a record of this name {form} and points to {}; Route 53 takes no mixture",
            target(other)
        );
        let object = format!("{}/{}", self.record.zone_id, self.record.name);
        Err(Error::new(ErrorKind::Invalid, Service::Route53, "ChangeResourceRecordSets", object, message))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let load_balancer = self.existing_load_balancer().await?;
        let wanted = self.wanted(&load_balancer);
        self.replace(None, Some(&wanted)).await?;
        Ok(Observed { properties: self.desired(), ..self.observed(&wanted, Some(&load_balancer)) })
    }

    async fn change(&self, _observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        let (load_balancer, all) = futures::try_join!(self.existing_load_balancer(), self.all())?;
        let (old, wanted) = (self.own(&all, Some(&load_balancer)), self.wanted(&load_balancer));
        if old.as_ref() == Some(&wanted) {
            return Ok(());
        }
        self.replace(old.as_ref(), Some(&wanted)).await
    }

    async fn tag(&self, _observed: &Observed, _tags: &Tags) -> Result<(), Error> {
        Ok(())
    }

    async fn untag(&self, _observed: &Observed, _keys: &[String]) -> Result<(), Error> {
        Ok(())
    }

    /// Deletes the record where it leads to the app's load balancer. A record that points elsewhere is in use
    /// and not the app's any more.
    async fn delete(&self, _observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        let (load_balancer, all) = futures::try_join!(self.load_balancer(), self.all())?;
        match self.own(&all, load_balancer.as_ref()) {
            Some(record) if self.leads_here(&record, load_balancer.as_ref()) => {
                self.replace(Some(&record), None).await
            }
            _ => Ok(()),
        }
    }
}

/// The records of an app, one for each type.
pub(crate) fn records<'a>(
    aws: &'a Aws,
    ownership: &'a Ownership,
    records: &'a BTreeMap<String, DnsRecord>,
    listener_arn: &'a str,
) -> impl Iterator<Item = AliasRecord> + 'a {
    records.values().flat_map(move |record| {
        record.kinds.iter().copied().map(move |kind| AliasRecord {
            aws: aws.clone(),
            ownership: ownership.clone(),
            record: record.clone(),
            kind,
            listener_arn: listener_arn.to_owned(),
        })
    })
}
