//! The apps that ipsy made: the tags of their objects name them.

use std::collections::BTreeSet;

use ipsy_aws::Aws;
use provider_framework::Diagnostic;

use super::Listed;
use crate::app::names::Identity;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::ownership::{every_object, is_deleting, is_left_on_purpose, owner_of};

/// All apps of `environment`, or of every environment, in order.
pub(super) async fn find(aws: &Aws, environment: Option<&str>) -> Result<Vec<Listed>, Diagnostic> {
    let tagged = aws.resource_tags.with_tags(&every_object()).await;
    let tagged = tagged.map_err(|error| aws_diagnostic("The apps cannot be found by their tags", &error))?;
    let apps: BTreeSet<Identity> = tagged
        .all()
        .filter(|(_, tags)| !is_deleting(tags) && !is_left_on_purpose(tags))
        .filter_map(|(_, tags)| owner_of(&tags))
        .filter(|identity| environment.is_none_or(|environment| identity.environment == environment))
        .collect();
    let listed = |identity: Identity| Listed {
        title: format!("{}, made by ipsy", identity.id()),
        identity,
        object_arns: Vec::new(),
    };
    Ok(apps.into_iter().map(listed).collect())
}
