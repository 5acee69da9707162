//! DNS records on the SDK.

use async_trait::async_trait;
use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType,
};

use super::channel::Channel;
use crate::{Error, ErrorKind, Record, RecordTarget, Records, Service};

pub(super) struct SdkRecords {
    pub(super) channel: Channel<aws_sdk_route53::Client>,
}

#[async_trait]
impl Records for SdkRecords {
    async fn zone_name(&self, zone_id: &str) -> Result<String, Error> {
        let request = self.channel.client.get_hosted_zone().id(zone_id);
        let answer = self.channel.call("GetHostedZone", zone_id, || request.clone().send()).await?;
        Ok(answer.hosted_zone().map(|zone| plain_name(zone.name())).unwrap_or_default())
    }

    async fn find(&self, zone_id: &str, name: &str, kind: &str) -> Result<Vec<Record>, Error> {
        let object = format!("{zone_id}/{name}");
        let mut all = Vec::new();
        let mut identifier = None;
        loop {
            let request = self
                .channel
                .client
                .list_resource_record_sets()
                .hosted_zone_id(zone_id)
                .start_record_name(name)
                .start_record_type(RrType::from(kind))
                .set_start_record_identifier(identifier);
            let answer =
                self.channel.call("ListResourceRecordSets", &object, || request.clone().send()).await?;
            let shown = answer.resource_record_sets().iter().map(record_from_sdk);
            let count = all.len();
            all.extend(shown.filter(|record| record.name == name && record.kind == kind));
            // The list continues with all later records of the zone; what is asked for stands at its beginning.
            let goes_on = answer.next_record_name().map(plain_name).as_deref() == Some(name)
                && answer.next_record_type().map(RrType::as_str) == Some(kind);
            identifier = answer.next_record_identifier;
            if !goes_on || identifier.is_none() || all.len() == count {
                return Ok(all);
            }
        }
    }

    async fn replace(&self, zone_id: &str, old: Option<&Record>, new: Option<&Record>) -> Result<(), Error> {
        let operation = "ChangeResourceRecordSets";
        let name = old.or(new).map_or("", |record| record.name.as_str());
        let object = format!("{zone_id}/{name}");
        let changes = [(ChangeAction::Delete, old), (ChangeAction::Create, new)];
        let changes = changes.into_iter().filter_map(|(action, record)| Some((action, record?)));
        let batch = changes
            .map(|(action, record)| {
                Change::builder().action(action).resource_record_set(record_to_sdk(record)?).build()
            })
            .collect::<Result<Vec<_>, BuildError>>()
            .and_then(|changes| ChangeBatch::builder().set_changes(Some(changes)).build())
            .map_err(|error| {
                Error::new(ErrorKind::Invalid, Service::Route53, operation, &object, error.to_string())
            })?;
        let request =
            self.channel.client.change_resource_record_sets().hosted_zone_id(zone_id).change_batch(batch);
        match self.channel.call(operation, &object, || request.clone().send()).await {
            Ok(_) => Ok(()),
            Err(error) if is_conflict(&error) => {
                let conflict = Error::new(
                    ErrorKind::Conflict,
                    Service::Route53,
                    operation,
                    &object,
                    error.message().trim_matches(['[', ']']),
                );
                Err(conflict.with_code(error.code().unwrap_or_default()))
            }
            Err(error) => Err(error),
        }
    }
}

/// AWS has one code for all that is wrong with a change, and only its message shows that the change is out of date.
fn is_conflict(error: &Error) -> bool {
    let said = error.message();
    error.code() == Some("InvalidChangeBatch")
        && ["it already exists", "not found", "do not match", "conflicts with other records"]
            .iter()
            .any(|part| said.contains(part))
}

fn record_to_sdk(record: &Record) -> Result<ResourceRecordSet, BuildError> {
    let builder = ResourceRecordSet::builder()
        .name(&record.name)
        .r#type(RrType::from(record.kind.as_str()))
        .set_set_identifier(record.set_identifier.clone())
        .set_weight(record.weight.map(i64::from));
    match &record.target {
        RecordTarget::Alias { dns_name, hosted_zone_id, evaluate_target_health } => {
            let target = AliasTarget::builder()
                .dns_name(dns_name)
                .hosted_zone_id(hosted_zone_id)
                .evaluate_target_health(*evaluate_target_health)
                .build()?;
            builder.alias_target(target).build()
        }
        RecordTarget::Values { ttl_seconds, values } => {
            let values: Result<Vec<_>, _> =
                values.iter().map(|value| ResourceRecord::builder().value(value).build()).collect();
            builder.ttl(*ttl_seconds).set_resource_records(Some(values?)).build()
        }
    }
}

fn record_from_sdk(found: &ResourceRecordSet) -> Record {
    let target = match found.alias_target() {
        Some(alias) => RecordTarget::Alias {
            dns_name: plain_name(alias.dns_name()),
            hosted_zone_id: alias.hosted_zone_id().to_owned(),
            evaluate_target_health: alias.evaluate_target_health(),
        },
        None => RecordTarget::Values {
            ttl_seconds: found.ttl().unwrap_or_default(),
            values: found.resource_records().iter().map(|record| record.value().to_owned()).collect(),
        },
    };
    Record {
        name: plain_name(found.name()),
        kind: found.r#type().as_str().to_owned(),
        set_identifier: found.set_identifier().map(str::to_owned),
        weight: found.weight().and_then(|weight| u8::try_from(weight).ok()),
        target,
    }
}

/// AWS ends names with a dot and writes a wildcard as its octal code.
fn plain_name(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_the_way_to_aws_and_back() {
        let alias = RecordTarget::Alias {
            dns_name: "shop.elb.amazonaws.com".to_owned(),
            hosted_zone_id: "Z1".to_owned(),
            evaluate_target_health: true,
        };
        let values = RecordTarget::Values { ttl_seconds: 60, values: vec!["192.0.2.1".to_owned()] };
        for (target, weight) in [(alias, Some(10)), (values, None)] {
            let record = Record {
                name: "a.example.com".to_owned(),
                kind: "A".to_owned(),
                set_identifier: weight.map(|_| "blue".to_owned()),
                weight,
                target,
            };
            assert_eq!(record_from_sdk(&record_to_sdk(&record).unwrap()), record);
        }
    }

    #[test]
    fn names_lose_what_aws_adds() {
        assert_eq!(plain_name("\\052.Example.com."), "*.example.com");
    }
}
