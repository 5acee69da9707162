//! DNS records of the AWS in memory.

use async_trait::async_trait;

use super::Fake;
use super::refusal::Refusal;
use super::world::World;
use crate::{Error, ErrorKind, Record, Records, Service};

/// Name of every zone.
const ZONE: &str = "example.com";

const CODE: &str = "InvalidChangeBatch";

impl Fake {
    /// Makes a hosted zone `example.com` of Route 53 without records.
    pub fn add_zone(&self, zone_id: &str) {
        self.world.with_state(|state| state.zones.insert(zone_id.to_owned(), Vec::new()));
    }

    /// The records of a hosted zone.
    pub fn records(&self, zone_id: &str) -> Vec<Record> {
        self.world.with_state(|state| state.zones.get(zone_id).cloned().unwrap_or_default())
    }
}

fn missing(zone_id: &str) -> Refusal {
    Refusal::not_found("NoSuchHostedZone", &format!("zone {zone_id}"))
}

fn conflict(message: String) -> Refusal {
    Refusal::new(ErrorKind::Conflict, CODE, message)
}

#[async_trait]
impl Records for World {
    async fn zone_name(&self, zone_id: &str) -> Result<String, Error> {
        self.call(Service::Route53, "GetHostedZone", zone_id, |state| {
            let known = state.zones.contains_key(zone_id);
            known.then(|| ZONE.to_owned()).ok_or_else(|| missing(zone_id))
        })
    }

    async fn find(&self, zone_id: &str, name: &str, kind: &str) -> Result<Vec<Record>, Error> {
        self.call(Service::Route53, "ListResourceRecordSets", &format!("{zone_id}/{name}"), |state| {
            let zone = state.zones.get(zone_id).ok_or_else(|| missing(zone_id))?;
            Ok(zone.iter().filter(|record| record.name == name && record.kind == kind).cloned().collect())
        })
    }

    async fn replace(&self, zone_id: &str, old: Option<&Record>, new: Option<&Record>) -> Result<(), Error> {
        let name = old.or(new).map_or("", |record| record.name.as_str());
        self.call(Service::Route53, "ChangeResourceRecordSets", &format!("{zone_id}/{name}"), |state| {
            let zone = state.zones.get_mut(zone_id).ok_or_else(|| missing(zone_id))?;
            let mut changed = zone.clone();
            if let Some(old) = old {
                let Some(place) = changed.iter().position(|record| record == old) else {
                    return Err(conflict(format!("tried to delete {name}, but it was not found")));
                };
                changed.remove(place);
            }
            if let Some(new) = new {
                let same_name = |record: &&Record| record.name == new.name && record.kind == new.kind;
                if changed.iter().filter(same_name).any(|record| record.set_identifier == new.set_identifier)
                {
                    return Err(conflict(format!("tried to create {name}, but it already exists")));
                }
                if changed
                    .iter()
                    .filter(same_name)
                    .any(|record| record.weight.is_some() != new.weight.is_some())
                {
                    return Err(conflict(format!("{name} conflicts with other records of the same name")));
                }
                changed.push(new.clone());
            }
            *zone = changed;
            Ok(())
        })
    }
}
