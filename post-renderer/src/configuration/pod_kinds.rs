//! Where kinds that the post-renderer does not know hold their pod templates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a kind holds pod templates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PodTemplatePath {
    /// API group, such as `example.com`.
    #[schemars(length(min = 1))]
    pub group: String,
    /// Kind.
    #[schemars(length(min = 1))]
    pub kind: String,
    /// Path of the mapping that holds `metadata` and `spec` of the pod, or of one that holds `containers` itself, such
    /// as `spec.template`. `spec.tasks[].template` stands for every element, `spec.replicas.*.template` for every
    /// member.
    #[schemars(length(min = 1))]
    pub path: String,
}

impl PodTemplatePath {
    /// The path's steps: names of members, `[]` and `*`.
    pub(crate) fn steps(&self) -> impl Iterator<Item = String> {
        self.path.split('.').flat_map(|part| {
            let name = part.trim_end_matches("[]");
            let lists = (part.len() - name.len()) / 2;
            let name = (!name.is_empty()).then(|| name.to_owned());
            name.into_iter().chain(std::iter::repeat_n("[]".to_owned(), lists))
        })
    }
}

/// What happens with containers in places that no standard knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownPodKinds {
    /// A warning.
    #[default]
    Warn,
    /// The rendering fails.
    Error,
    /// Nothing.
    Ignore,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_step_by_step() {
        let steps = |path: &str| {
            let path = PodTemplatePath { path: path.to_owned(), ..PodTemplatePath::default() };
            path.steps().collect::<Vec<_>>()
        };
        assert_eq!(steps("spec.template"), ["spec", "template"]);
        assert_eq!(steps("spec.steps[][].*.pod"), ["spec", "steps", "[]", "[]", "*", "pod"]);
    }
}
