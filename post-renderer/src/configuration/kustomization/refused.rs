//! Members of a kustomization file that a renderer of finished manifests refuses, each with its reason and with what
//! to do instead.

use crate::finding::Finding;

/// Why a member is refused and what to do instead.
struct Refused {
    members: &'static [&'static str],
    reason: &'static str,
    help: &'static str,
}

const REFUSED: &[Refused] = &[
    Refused {
        members: &["namespace"],
        reason: "objects keep their namespaces: Helm and kapp find them by it",
        help: "pass the namespace to the deployer, such as `helm install --namespace NAME`",
    },
    Refused {
        members: &["namePrefix", "nameSuffix"],
        reason: "objects keep their names: Helm and kapp find them by it",
        help: "set the chart's `fullnameOverride`, or choose another release name",
    },
    Refused {
        members: &["commonLabels"],
        reason: "`commonLabels` also changes selectors, which are immutable, so it breaks upgrades",
        help: "write them as `labels: [{pairs: {…}, includeTemplates: true}]`",
    },
    Refused {
        members: &["configMapGenerator", "secretGenerator", "generatorOptions", "generators"],
        reason: "a post-renderer changes objects and creates none",
        help: "write the object in the chart",
    },
    Refused {
        members: &["helmCharts", "helmGlobals", "helmChartInflationGenerator", "bases", "components"],
        reason: "the manifests come from the deployer, not from this file",
        help: "render them before, and give their kustomization files as further `--config` files",
    },
    Refused {
        members: &["vars"],
        reason: "kustomize has deprecated `vars`",
        help: "write them as `replacements`",
    },
    Refused {
        members: &["imageTags"],
        reason: "kustomize has removed `imageTags`",
        help: "write them as `images`",
    },
    Refused {
        members: &["transformers", "validators", "configurations"],
        reason: "plugins and their configurations are not run",
        help: "write the change as `patches`",
    },
    Refused {
        members: &["crds", "openapi"],
        reason: "schemas of custom resources are not read",
        help: "name the merge keys of their lists in `listKeys` of a PostRenderConfig",
    },
    Refused {
        members: &["buildMetadata", "inventory"],
        reason: "no object records this build",
        help: "leave it out; changed objects carry the annotation `ipsy.dev/config-hash`",
    },
];

/// The finding for a member, if it is one that is refused.
pub(super) fn refused(member: &str) -> Option<Finding> {
    let refused = REFUSED.iter().find(|refused| refused.members.contains(&member))?;
    let message = format!("`{member}` is not supported: {}", refused.reason);
    Some(Finding::error("kustomization-field", message).field(member).help(refused.help))
}
