//! One alarm on one target group of the app.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ipsy_aws::{AlarmSettings, Aws, Error, Tags};
use serde_json::{Value, json};

use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, Observed, Stage};
use crate::app::deletion::Deletion;
use crate::app::traffic::{Alarm, metric_name};

/// An alarm on the target group of one backend.
pub(crate) struct GroupAlarm {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    /// The label of its block.
    pub(crate) label: String,
    pub(crate) backend: String,
    /// The group that serves, which is not the backend's own while that one is new.
    pub(crate) target_group_name: String,
    /// Its key.
    pub(crate) target_group: ComponentKey,
    pub(crate) alarm: Alarm,
    pub(crate) listener_arn: String,
}

impl GroupAlarm {
    /// The alarm's name: an app has one for each label and backend.
    pub(crate) fn name(&self) -> String {
        let identity = self.ownership.identity();
        format!("{}-{}-{}-{}", identity.app, identity.environment, self.label, self.backend)
    }

    fn settings(&self, facts: &Facts) -> AlarmSettings {
        let arn = facts.arn(&self.target_group);
        let group = arn.rsplit_once(':').map_or("", |(_, name)| name).to_owned();
        self.settings_for(group)
    }

    fn settings_for(&self, group: String) -> AlarmSettings {
        let (metric, statistic) = self.alarm.watch.metric();
        let number = |number: i64| u32::try_from(number).unwrap_or_default();
        let identity = self.ownership.identity();
        AlarmSettings {
            name: self.name(),
            description: format!(
                "{metric} of {} in {}, backend {}.",
                identity.app, identity.environment, self.backend
            ),
            namespace: "AWS/ApplicationELB".to_owned(),
            metric: metric.to_owned(),
            dimensions: BTreeMap::from([
                ("LoadBalancer".to_owned(), metric_name(&self.listener_arn).to_owned()),
                ("TargetGroup".to_owned(), group),
            ]),
            statistic: statistic.to_owned(),
            period_seconds: number(self.alarm.period_seconds),
            evaluation_periods: number(self.alarm.evaluation_periods),
            datapoints_to_alarm: number(self.alarm.evaluation_periods),
            threshold: self.alarm.threshold,
            comparison: "GreaterThanThreshold".to_owned(),
            // No data means no requests, which is not a fault of the app.
            missing_data: "notBreaching".to_owned(),
            actions: self.alarm.actions.iter().cloned().collect::<BTreeSet<_>>(),
        }
    }
}

/// An alarm as properties show it: its target group by name, which is known before the group exists.
fn properties(settings: &AlarmSettings, tags: &Value) -> Value {
    let dimensions: BTreeMap<&String, &str> = settings
        .dimensions
        .iter()
        .map(|(name, value)| {
            let group = value.strip_prefix("targetgroup/").and_then(|rest| rest.split('/').next());
            (name, group.unwrap_or(value))
        })
        .collect();
    json!({
        "actions": settings.actions,
        "comparison": settings.comparison,
        "datapoints_to_alarm": settings.datapoints_to_alarm,
        "description": settings.description,
        "dimensions": dimensions,
        "evaluation_periods": settings.evaluation_periods,
        "metric": settings.metric,
        "missing_data": settings.missing_data,
        "name": settings.name,
        "namespace": settings.namespace,
        "period_seconds": settings.period_seconds,
        "statistic": settings.statistic,
        "tags": tags,
        "threshold": settings.threshold,
    })
}

#[async_trait]
impl Component for GroupAlarm {
    fn key(&self) -> ComponentKey {
        ComponentKey::named(Kind::Alarm, format!("{}/{}", self.label, self.backend))
    }

    fn identity(&self) -> String {
        self.name()
    }

    fn title(&self) -> String {
        format!("alarm `{}`", self.name())
    }

    /// After the target group, and before the requests that it shall watch.
    fn stage(&self) -> Stage {
        Stage::Identity
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn desired(&self) -> Value {
        let settings = self.settings_for(format!("targetgroup/{}/", self.target_group_name));
        properties(&settings, &self.ownership.shown())
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let Some(alarm) = self.aws.alarms.by_names(&[self.name()]).await?.pop() else { return Ok(None) };
        let tags = self.aws.alarms.tags(&alarm.arn).await?;
        let properties = properties(&alarm.settings, &self.ownership.observed(&tags));
        Ok(Some(Observed { arn: alarm.arn, properties, tags, value: None }))
    }

    async fn create(&self, facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(&self.key());
        self.aws.alarms.create(&self.settings(facts), &tags).await?;
        Ok(Observed { arn: String::new(), properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, facts: &Facts) -> Result<(), Error> {
        let desired = self.desired();
        let settings = |properties: &Value| {
            let mut settings = properties.clone();
            if let Some(settings) = settings.as_object_mut() {
                settings.remove("tags");
            }
            settings
        };
        if settings(&observed.properties) == settings(&desired) {
            return Ok(());
        }
        self.aws.alarms.replace(&self.settings(facts)).await
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.alarms.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.alarms.untag(&observed.arn, keys).await
    }

    async fn delete(&self, _observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.alarms.delete(&self.name()).await
    }
}
