//! Deletion settings of an app's objects.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::arguments::AppConfig;
use super::problem::Problems;

/// The kinds of objects that `retain` can keep: nothing that serves requests, and nothing that costs by the hour.
pub(crate) const RETAINABLE: [&str; 4] = ["image_parameter", "log_group", "repository", "role"];

/// How objects leave: by destroy, by replacement, or because the app no longer has such a part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deletion {
    /// Whether a repository is deleted with the images in it.
    pub(crate) force_delete: bool,
    /// Kinds of objects that stay.
    pub(crate) retain: BTreeSet<String>,
}

impl Deletion {
    /// Resolves `image.force_delete` and `retain`.
    pub(super) fn resolve(config: &AppConfig, problems: &mut Problems) -> Self {
        let retain = config.aws.retain.clone().unwrap_or_default();
        for kind in retain.iter().filter(|kind| !RETAINABLE.contains(&kind.as_str())) {
            problems.error(
                "retain",
                format!("`{kind}` can't be retained"),
                format!("`retain` takes {}.", RETAINABLE.map(|kind| format!("\"{kind}\"")).join(", ")),
            );
        }
        let image = config.image.as_ref();
        Self { force_delete: image.and_then(|image| image.force_delete).unwrap_or(false), retain }
    }

    /// Whether objects with the key `key`, such as `repository` or `target_group/blue`, stay.
    pub(crate) fn retains(&self, key: &str) -> bool {
        self.retain.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::arguments::AwsConfig;

    #[test]
    fn only_what_serves_nothing_can_be_retained() {
        let config = |kind: &str| AppConfig {
            aws: AwsConfig { retain: Some(BTreeSet::from([kind.to_owned()])), ..AwsConfig::default() },
            ..AppConfig::default()
        };
        let mut problems = Problems::default();
        assert!(Deletion::resolve(&config("repository"), &mut problems).retains("repository"));
        assert!(problems.0.is_empty());
        Deletion::resolve(&config("listener_rule"), &mut problems);
        assert_eq!(problems.0[0].summary, "`listener_rule` can't be retained");
    }
}
