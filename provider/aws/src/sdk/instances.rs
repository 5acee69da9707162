//! EC2 instances and Auto Scaling groups by two calls of their own form, and instance profiles by IAM's SDK.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::failure::if_there;
use super::query::{Query, elements, texts};
use super::roles::Iam;
use crate::coalesce::batcher::Batcher;
use crate::coalesce::reads::Reads;
use crate::{AutoScalingGroup, Error, ErrorKind, Fleet, Instances, Service};

/// Where an answer has Auto Scaling groups.
const GROUP: [&str; 3] = ["DescribeAutoScalingGroupsResult", "AutoScalingGroups", "member"];
/// What is read of an Auto Scaling group.
const FIELDS: [&[&str]; 5] = [
    &["MinSize"],
    &["MaxSize"],
    &["DesiredCapacity"],
    &["Instances", "member", "InstanceId"],
    &["TargetGroupARNs", "member"],
];
/// Where an answer has the token of the next page.
const NEXT: [&str; 2] = ["DescribeAutoScalingGroupsResult", "NextToken"];
/// Where an answer has instances.
const INSTANCE: [&str; 4] = ["reservationSet", "item", "instancesSet", "item"];

impl Query {
    async fn groups(&self) -> Result<Vec<AutoScalingGroup>, Error> {
        let operation = "DescribeAutoScalingGroups";
        let mut all = Vec::new();
        let mut form = vec![("MaxRecords".to_owned(), "100".to_owned())];
        loop {
            let answer = self.call(operation, "", &form).await?;
            all.extend(groups(&answer).map_err(|reason| unreadable("", reason))?);
            let next = texts(&answer, &NEXT).map_err(|reason| unreadable("", reason))?.pop();
            let Some(next) = next.filter(|token| !token.is_empty()) else { return Ok(all) };
            form.truncate(1);
            form.push(("NextToken".to_owned(), next));
        }
    }
}

#[derive(Clone)]
pub(super) struct SdkInstances {
    auto_scaling: Arc<Query>,
    ec2: Arc<Query>,
    iam: Arc<Iam>,
    groups: Reads<(), Vec<AutoScalingGroup>>,
}

impl SdkInstances {
    pub(super) fn new(auto_scaling: Query, ec2: Query, iam: Iam) -> Self {
        let auto_scaling = Arc::new(auto_scaling);
        let groups =
            Batcher::single(&auto_scaling, |query, ()| async move { query.groups().await.map(Some) });
        Self { auto_scaling, ec2: Arc::new(ec2), iam: Arc::new(iam), groups: Reads::new(groups) }
    }

    /// With a list of groups that is kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        Self { groups: self.groups.refreshing(), ..self.clone() }
    }
}

#[async_trait]
impl Instances for SdkInstances {
    async fn auto_scaling_group(&self, name: &str) -> Result<Option<AutoScalingGroup>, Error> {
        let operation = "DescribeAutoScalingGroups";
        let form = [("AutoScalingGroupNames.member.1".to_owned(), name.to_owned())];
        let answer = self.auto_scaling.call(operation, name, &form).await?;
        groups(&answer).map(|mut groups| groups.pop()).map_err(|reason| unreadable(name, reason))
    }

    async fn auto_scaling_groups(&self) -> Result<Vec<AutoScalingGroup>, Error> {
        Ok(self.groups.one(()).await?.unwrap_or_default())
    }

    async fn fleet(&self, instance_ids: &[String]) -> Result<Fleet, Error> {
        if instance_ids.is_empty() {
            return Ok(Fleet::default());
        }
        let operation = "DescribeInstances";
        let object = instance_ids.join(",");
        let form: Vec<(String, String)> = instance_ids
            .iter()
            .enumerate()
            .map(|(index, id)| (format!("InstanceId.{}", index + 1), id.clone()))
            .collect();
        let answer = self.ec2.call(operation, &object, &form).await?;
        fleet(&answer).map_err(|reason| Error::new(ErrorKind::Other, Service::Ec2, operation, object, reason))
    }

    async fn role_of_profile(&self, profile: &str) -> Result<Option<String>, Error> {
        let request = self.iam.client.get_instance_profile().instance_profile_name(profile);
        let answer = self.iam.call("GetInstanceProfile", profile, || request.clone().send()).await;
        let roles = if_there(answer)?.and_then(|answer| answer.instance_profile).map(|profile| profile.roles);
        Ok(roles.into_iter().flatten().next().map(|role| role.role_name))
    }
}

fn unreadable(name: &str, reason: String) -> Error {
    Error::new(ErrorKind::Other, Service::AutoScaling, "DescribeAutoScalingGroups", name, reason)
}

fn groups(answer: &str) -> Result<Vec<AutoScalingGroup>, String> {
    let elements = elements(answer, &GROUP, &FIELDS)?;
    elements
        .into_iter()
        .map(|[minimum, maximum, desired, mut instance_ids, mut target_group_arns]| {
            let number = |name: &str, texts: Vec<String>| -> Result<u32, String> {
                let text = texts.concat();
                text.parse().map_err(|_| format!("`{name}` is `{text}`, which is not a number"))
            };
            instance_ids.sort();
            target_group_arns.sort();
            Ok(AutoScalingGroup {
                minimum: number("MinSize", minimum)?,
                maximum: number("MaxSize", maximum)?,
                desired: number("DesiredCapacity", desired)?,
                instance_ids,
                target_group_arns,
            })
        })
        .collect()
}

fn fleet(answer: &str) -> Result<Fleet, String> {
    let of = |path: &[&str]| texts(answer, &[&INSTANCE[..], path].concat());
    let mut instance_types = BTreeMap::new();
    for instance_type in of(&["instanceType"])? {
        *instance_types.entry(instance_type).or_default() += 1;
    }
    let profiles = of(&["iamInstanceProfile", "arn"])?;
    let name = |arn: String| arn.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Fleet { instance_types, profiles: profiles.into_iter().map(name).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_scaling_groups_are_read() {
        let answer = "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">
            <DescribeAutoScalingGroupsResult><AutoScalingGroups><member><AutoScalingGroupName>web</AutoScalingGroupName>
            <MinSize>2</MinSize><MaxSize>36</MaxSize><DesiredCapacity>4</DesiredCapacity><TargetGroupARNs>
            <member>arn:b</member><member>arn:a</member></TargetGroupARNs><Instances><member><InstanceId>i-2</InstanceId>
            </member><member><InstanceId>i-1</InstanceId></member></Instances></member></AutoScalingGroups>
            </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>";
        let expected = AutoScalingGroup {
            minimum: 2,
            maximum: 36,
            desired: 4,
            instance_ids: vec!["i-1".to_owned(), "i-2".to_owned()],
            target_group_arns: vec!["arn:a".to_owned(), "arn:b".to_owned()],
        };
        assert_eq!(groups(answer), Ok(vec![expected.clone()]));
        let second =
            "<member><AutoScalingGroupName>api</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>1</MaxSize>
            <DesiredCapacity>1</DesiredCapacity></member></AutoScalingGroups>";
        let small = AutoScalingGroup { minimum: 1, maximum: 1, desired: 1, ..AutoScalingGroup::default() };
        assert_eq!(groups(&answer.replace("</AutoScalingGroups>", second)), Ok(vec![expected, small]));
        let none =
            "<R><DescribeAutoScalingGroupsResult><AutoScalingGroups/></DescribeAutoScalingGroupsResult></R>";
        assert_eq!(groups(none), Ok(Vec::new()));
        assert!(groups(&answer.replace("36", "many")).is_err());
    }

    #[test]
    fn instances_are_counted_by_type() {
        let instance = |kind: &str, profile: &str| {
            format!(
                "<item><instancesSet><item><instanceType>{kind}</instanceType>{profile}</item></instancesSet></item>"
            )
        };
        let profile = "<iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/shop/web</arn></iamInstanceProfile>";
        let answer = format!(
            "<DescribeInstancesResponse><reservationSet>{}{}{}</reservationSet></DescribeInstancesResponse>",
            instance("t3.small", profile),
            instance("t3.small", profile),
            instance("m5.large", "")
        );
        let found = fleet(&answer).expect("valid");
        assert_eq!(found.instance_types, [("m5.large".to_owned(), 1), ("t3.small".to_owned(), 2)].into());
        assert_eq!(found.profiles, ["web".to_owned()].into());
    }
}
