//! The EC2 instances that serve an app before its first cluster: their role is the app's, and their number is how many pods
//! it needs.

use ipsy_aws::{Aws, Error, ErrorKind};
use tf_provider::Diagnostic;

use super::search::{Findings, FoundTargetGroup};
use crate::diagnose::aws_diagnostic;
use crate::ec2::{self, Ec2};

/// The target group of EC2 instances that gets most requests, where the app is in no cluster.
pub(super) fn serving(found: &Findings) -> Option<&FoundTargetGroup> {
    let instances = found.target_groups.iter().filter(|target| target.group.target_type == "instance");
    if found.places.is_empty() { instances.max_by_key(|target| target.weight) } else { None }
}

/// Finds the instances, and the role that all of them have unless another one was found.
pub(super) async fn search(aws: &Aws, found: &mut Findings) -> Result<(), Diagnostic> {
    let Some(target) = serving(found) else { return Ok(()) };
    let ec2 = allowed(ec2::behind(aws, &target.group.arn, None).await)?;
    if let (None, Some(name), 1) = (&found.role, ec2.role_names.first(), ec2.role_names.len()) {
        let role = aws.roles.get(name).await;
        found.role =
            role.map_err(|error| aws_diagnostic("The role of the instances can't be read", &error))?;
    }
    found.ec2 = Some(ec2);
    Ok(())
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
