//! The EC2 instances that serve an app before its first cluster: their number is how many pods it needs, and their role can
//! become the app's.

use ipsy_aws::{Aws, Error, ErrorKind};
use provider_framework::Diagnostic;

use super::findings::{Findings, FoundTargetGroup};
use crate::diagnose::aws_diagnostic;
use crate::ec2::{self, Ec2};

/// The target group of EC2 instances that gets most requests, where the app is in no cluster.
pub(super) fn serving(found: &Findings) -> Option<&FoundTargetGroup> {
    let instances = found.target_groups.iter().filter(|target| target.group.target_type == "instance");
    if found.places.is_empty() { instances.max_by_key(|target| target.weight) } else { None }
}

/// Finds the instances.
pub(super) async fn search(aws: &Aws, found: &mut Findings) -> Result<(), Diagnostic> {
    if let Some(target) = serving(found) {
        found.ec2 = Some(allowed(ec2::behind(aws, &target.group.arn, None).await)?);
    }
    Ok(())
}

/// ARN of the role that all instances have, where the app has no role of its own.
pub(super) async fn role_arn(aws: &Aws, found: &Findings) -> Result<Option<String>, Diagnostic> {
    let names = found.ec2.iter().filter(|_| found.role.is_none()).flat_map(|ec2| &ec2.role_names);
    let [name] = names.collect::<Vec<_>>()[..] else { return Ok(None) };
    let role = aws.roles.get(name).await;
    let role = role.map_err(|error| aws_diagnostic("The role of the instances can't be read", &error))?;
    Ok(role.map(|role| role.arn))
}

/// Who may not read instances can still import the app, with its role in the id.
fn allowed(ec2: Result<Ec2, Error>) -> Result<Ec2, Diagnostic> {
    match ec2 {
        Err(error) if error.kind() == ErrorKind::AccessDenied => {
            tracing::info!("EC2 instances are not looked at: {error}");
            Ok(Ec2::default())
        }
        other => other.map_err(|error| aws_diagnostic("The EC2 instances can't be read", &error)),
    }
}
