//! What serves an app on EC2: the instances behind a target group, their Auto Scaling group and their roles. Nothing is
//! changed.

use std::collections::BTreeSet;

use ipsy_aws::{AutoScalingGroup, Aws, Error, ErrorKind, Fleet};

/// The instances behind a target group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ec2 {
    pub(crate) auto_scaling_group: Option<AutoScalingGroup>,
    pub(crate) instance_ids: Vec<String>,
    /// Names of the roles that the instances have.
    pub(crate) role_names: BTreeSet<String>,
}

/// Reads the instances that are registered in a target group. `group` is their Auto Scaling group, if it is known.
pub(crate) async fn behind(
    aws: &Aws,
    target_group_arn: &str,
    group: Option<AutoScalingGroup>,
) -> Result<Ec2, Error> {
    let auto_scaling_group = match group {
        Some(group) => Some(group),
        None => auto_scaling_group_of(aws, target_group_arn).await?,
    };
    let instance_ids = match &auto_scaling_group {
        Some(group) => group.instance_ids.clone(),
        None => registered(aws, target_group_arn).await?,
    };
    let fleet =
        if instance_ids.is_empty() { Fleet::default() } else { aws.instances.fleet(&instance_ids).await? };
    let mut role_names = BTreeSet::new();
    for profile in &fleet.profiles {
        role_names.extend(aws.instances.role_of_profile(profile).await?);
    }
    Ok(Ec2 { auto_scaling_group, instance_ids, role_names })
}

/// The only Auto Scaling group that registers its instances in the target group.
async fn auto_scaling_group_of(aws: &Aws, arn: &str) -> Result<Option<AutoScalingGroup>, Error> {
    let mut groups = match aws.instances.auto_scaling_groups().await {
        Ok(groups) => groups,
        // The targets of the group name the instances as well.
        Err(error) if error.kind() == ErrorKind::AccessDenied => Vec::new(),
        Err(error) => return Err(error),
    };
    groups.retain(|group| group.target_group_arns.iter().any(|own| own == arn));
    Ok(if groups.len() == 1 { groups.pop() } else { None })
}

async fn registered(aws: &Aws, target_group_arn: &str) -> Result<Vec<String>, Error> {
    let targets = aws.target_groups.health(target_group_arn).await?;
    let ids = targets.into_iter().map(|target| target.target_id).filter(|id| id.starts_with("i-"));
    Ok(ids.collect::<BTreeSet<_>>().into_iter().collect())
}

impl Ec2 {
    /// The number of instances that serve, and the maximum.
    pub(crate) fn sizes(&self) -> (u32, u32) {
        let running = u32::try_from(self.instance_ids.len()).unwrap_or(u32::MAX).max(1);
        self.auto_scaling_group
            .as_ref()
            .map_or((running, running), |group| (group.desired.max(1), group.maximum.max(group.desired)))
    }
}
