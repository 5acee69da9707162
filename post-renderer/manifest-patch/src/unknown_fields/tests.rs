//! Patches with unknown fields: what is reported, and what is not.

use super::*;
use crate::{PatchOptions, built_in_kinds, compile};

/// Compares the fields, messages and advice for a patch of objects of the kinds `names`; without names, of any kind.
fn check(names: &[&str], patch: &str, expected: &[[&str; 3]]) {
    let patch = compile(&Value::from(patch), PatchOptions::default()).unwrap();
    let custom = names.is_empty();
    let built_in = built_in_kinds().iter().filter(|kind| custom || names.contains(&kind.kind)).collect();
    let problems = patch.unknown_fields(&PossibleKinds { built_in, custom });
    let found: Vec<[&str; 3]> = problems
        .iter()
        .map(|problem| {
            let text =
                |text: &'_ Option<String>| text.as_deref().unwrap_or_default().to_owned().leak() as &str;
            [text(&problem.field), problem.message.as_str(), text(&problem.help)]
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_misspelt_field_of_a_merge_patch_is_reported_with_the_right_name() {
    check(
        &["Deployment"],
        "spec: {template: {spec: {dnsPolcy: None, containers: [{name: web, imagePulPolicy: Always}]}}}",
        &[
            [
                "patch.spec.template.spec.dnsPolcy",
                "`dnsPolcy` is not a field of `spec.template.spec` in `apps/v1 Deployment` (Kubernetes 1.36)",
                "did you mean `dnsPolicy`?",
            ],
            [
                "patch.spec.template.spec.containers[0].imagePulPolicy",
                "`imagePulPolicy` is not a field of `spec.template.spec.containers[]` in `apps/v1 Deployment` \
                 (Kubernetes 1.36)",
                "did you mean `imagePullPolicy`?",
            ],
        ],
    );
}

#[test]
fn a_field_at_the_wrong_place_is_reported_with_the_right_place() {
    check(
        &["Deployment"],
        "spec: {dnsConfig: {}, template: {labels: {a: b}}}",
        &[
            [
                "patch.spec.dnsConfig",
                "`dnsConfig` is not a field of `spec` in `apps/v1 Deployment` (Kubernetes 1.36)",
                "did you mean `spec.template.spec.dnsConfig`?",
            ],
            [
                "patch.spec.template.labels",
                "`labels` is not a field of `spec.template` in `apps/v1 Deployment` (Kubernetes 1.36)",
                "did you mean `spec.template.metadata.labels`?",
            ],
        ],
    );
}

#[test]
fn pointers_and_values_of_operations_are_checked() {
    check(
        &["CronJob"],
        "[{op: add, path: /spec/jobTemplate/spec/template/spec/containers/0/envs, value: []},
          {op: add, path: /spec/jobTemplate/spec/template/spec/containers/-, value: {nane: web}},
          {op: move, from: /spec/shedule, path: /spec/schedule}]",
        &[
            [
                "patch[0].path",
                "`envs` is not a field of `spec.jobTemplate.spec.template.spec.containers[]` in `batch/v1 CronJob` \
                 (Kubernetes 1.36)",
                "did you mean `env`?",
            ],
            [
                "patch[1].value.nane",
                "`nane` is not a field of `spec.jobTemplate.spec.template.spec.containers[]` in `batch/v1 CronJob` \
                 (Kubernetes 1.36)",
                "did you mean `name`?",
            ],
            [
                "patch[2].from",
                "`shedule` is not a field of `spec` in `batch/v1 CronJob` (Kubernetes 1.36)",
                "did you mean `schedule`?",
            ],
        ],
    );
}

#[test]
fn a_field_is_reported_once() {
    check(
        &["Deployment"],
        "[{op: test, path: /spec/replica, value: 1}, {op: remove, path: /spec/replica}]",
        &[[
            "patch[0].path",
            "`replica` is not a field of `spec` in `apps/v1 Deployment` (Kubernetes 1.36)",
            "did you mean `replicas`?",
        ]],
    );
}

#[test]
fn a_field_that_one_of_the_kinds_has_is_known() {
    check(&["Deployment", "StatefulSet"], "spec: {serviceName: web, paused: true}", &[]);
    check(&["HorizontalPodAutoscaler"], "spec: {metrics: [], targetCPUUtilizationPercentage: 80}", &[]);
    check(
        &["Deployment", "StatefulSet"],
        "spec: {nothing: 1, paused: true}",
        &[[
            "patch.spec.nothing",
            "`nothing` is not a field of `spec` in `apps/v1 Deployment` or `apps/v1 StatefulSet` \
             (Kubernetes 1.36)",
            "correct or remove it",
        ]],
    );
}

#[test]
fn a_patch_that_custom_resources_can_take_is_checked_in_metadata_and_pods() {
    check(
        &[],
        "{metadata: {lables: {}}, spec: {triggers: [], template: {data: {}, spec: {dnsPolcy: None}}}}",
        &[
            [
                "patch.metadata.lables",
                "`lables` is not a field of `metadata` in any built-in kind that the target can match \
                 (Kubernetes 1.36)",
                "did you mean `labels`?",
            ],
            [
                "patch.spec.template.spec.dnsPolcy",
                "`dnsPolcy` is not a field of `spec.template.spec` in any built-in kind that the target can match \
                 (Kubernetes 1.36)",
                "did you mean `dnsPolicy`?",
            ],
        ],
    );
}

#[test]
fn a_merge_patch_is_for_the_kind_that_it_names() {
    check(&["Service"], "{apiVersion: serving.knative.dev/v1, kind: Service, spec: {traffic: []}}", &[]);
    check(
        &["Deployment", "StatefulSet"],
        "{apiVersion: apps/v1, kind: Deployment, spec: {serviceName: web}}",
        &[[
            "patch.spec.serviceName",
            "`serviceName` is not a field of `spec` in `apps/v1 Deployment` (Kubernetes 1.36)",
            "correct or remove it",
        ]],
    );
}

#[test]
fn lists_of_directives_are_checked_and_free_names_are_not() {
    check(
        &["Deployment"],
        "{metadata: {labels: {any: x}}, spec: {template: {spec: {$patch: merge, nodeSelector: {any: x},
          $setElementOrder/contaners: [], containers: [{name: web, resources: {limits: {any: 1}}}]}}}}",
        &[[
            "patch.spec.template.spec.$setElementOrder/contaners",
            "`contaners` is not a field of `spec.template.spec` in `apps/v1 Deployment` (Kubernetes 1.36)",
            "did you mean `containers`?",
        ]],
    );
}

#[test]
fn a_value_of_the_wrong_type_is_not_an_unknown_field() {
    check(&["Deployment"], "spec: {replicas: {count: 1}, template: {spec: {containers: {web: {}}}}}", &[]);
}
