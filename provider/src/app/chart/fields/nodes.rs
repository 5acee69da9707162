//! Where pods run, and what they may do there.

use super::{Field, Form, block, blocks, flag, named, number, text, text_map, texts};

pub(super) fn fields() -> Vec<Field> {
    vec![
        block("placement", "placement", placement()),
        named("spread", "topologySpread", spread()).describe(
            "How pods are spread over nodes. The chart has `node` and `zone`, which are only preferred; \
             `enabled = false` removes one.",
        ),
        block(
            "security",
            "security",
            vec![
                flag("run_as_non_root", "runAsNonRoot"),
                number("run_as_user", "runAsUser"),
                number("run_as_group", "runAsGroup"),
                number("fs_group", "fsGroup"),
                text("seccomp_profile", "seccompProfile"),
                flag("read_only_root_filesystem", "readOnlyRootFilesystem"),
                flag("allow_privilege_escalation", "allowPrivilegeEscalation"),
                texts("drop_capabilities", "dropCapabilities"),
                texts("add_capabilities", "addCapabilities"),
            ],
        ),
    ]
}

/// On which nodes pods run.
pub(super) fn placement() -> Vec<Field> {
    let toleration = vec![
        text("key", "key"),
        text("operator", "operator"),
        text("value", "value"),
        text("effect", "effect"),
        number("toleration_seconds", "tolerationSeconds"),
    ];
    let affinity = |argument, target| {
        Field::new(argument, target, Form::Json).describe("As in Kubernetes, as JSON: `jsonencode({ … })`.")
    };
    vec![
        number("spot_percent", "spotPercent"),
        text("arch", "arch"),
        text("priority_class_name", "priorityClassName"),
        text_map("node_selector", "nodeSelector"),
        blocks("toleration", "tolerations", toleration),
        block(
            "affinity",
            "affinity",
            vec![
                affinity("node_affinity", "nodeAffinity"),
                affinity("pod_affinity", "podAffinity"),
                affinity("pod_anti_affinity", "podAntiAffinity"),
            ],
        ),
    ]
}

fn spread() -> Vec<Field> {
    vec![
        Field::new("enabled", "", Form::Switch)
            .describe("`false` removes the rule, if the chart has it by default. Default: true."),
        text("topology_key", "topologyKey"),
        number("max_skew", "maxSkew"),
        number("min_domains", "minDomains"),
        text("when_unsatisfiable", "whenUnsatisfiable"),
    ]
}
