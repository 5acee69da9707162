//! How much runs: replicas, autoscaling, resources, and how pods are replaced.

use super::{
    Field, Form, block, blocks, enabling, flag, named, number, number_or_text, text, text_map, texts,
};

pub(super) fn fields() -> Vec<Field> {
    vec![
        block("resources", "resources", resources(true)).resolved(),
        number("replicas", "replicas").resolved(),
        block("autoscaling", "autoscaling", autoscaling(true)).resolved(),
        block("disruption_budget", "pdb", disruption_budget()),
        block(
            "strategy",
            "strategy",
            vec![
                text("type", "type"),
                number_or_text("max_surge", "maxSurge"),
                number_or_text("max_unavailable", "maxUnavailable"),
                number("min_ready_seconds", "minReadySeconds"),
                number("progress_deadline_seconds", "progressDeadlineSeconds"),
                number("revision_history_limit", "revisionHistoryLimit"),
            ],
        ),
        enabling("argo_rollout", "rollout", argo_rollout()),
        enabling(
            "capacity_buffer",
            "capacityBuffer",
            vec![
                text("api_version", "apiVersion"),
                number("percent", "percent"),
                number("replicas", "replicas"),
                block(
                    "limits",
                    "limits",
                    vec![
                        text("cpu", "cpu"),
                        text("memory", "memory"),
                        text("ephemeral_storage", "ephemeral-storage"),
                        text_map("extended_resources", "").describe(EXTENDED_RESOURCES),
                    ],
                ),
            ],
        ),
    ]
}

const EXTENDED_RESOURCES: &str = "Quantities of extended resources by name, such as `nvidia.com/gpu`.";

/// Requests and limits. With `resolved`, the resolved app has those of CPU, memory and disk.
pub(super) fn resources(resolved: bool) -> Vec<Field> {
    let mut fields = vec![
        text("cpu_request", "requests.cpu").describe("CPU that is reserved."),
        text("cpu_limit", "limits.cpu").describe("CPU at which the container is throttled. Default: none."),
        text("memory", "limits.memory")
            .also("requests.memory")
            .describe("Memory, both reserved and the limit."),
        text("memory_request", "requests.memory")
            .describe("Memory that is reserved, where it is less than the limit."),
        text("ephemeral_storage", "limits.ephemeral-storage")
            .also("requests.ephemeral-storage")
            .describe("Local disk, both reserved and the limit."),
    ];
    for field in &mut fields {
        field.resolved = resolved;
    }
    fields.push(text_map("extended_resources", "limits").also("requests").describe(EXTENDED_RESOURCES));
    fields
}

/// An autoscaler. With `resolved`, the resolved app has its bounds.
pub(super) fn autoscaling(resolved: bool) -> Vec<Field> {
    let mut bounds = vec![number("min", "min"), number("max", "max")];
    let mut targets = vec![
        number("target_utilization", "targetUtilization")
            .describe("Percent of the request to aim for. Only for the metrics `cpu` and `memory`."),
        text("target_average_value", "targetAverageValue")
            .describe("Quantity per pod to aim for, instead of a percentage. Only for `cpu` and `memory`."),
    ];
    for field in &mut bounds {
        field.resolved = resolved;
    }
    targets.extend(event_metric());
    let metric = named("metric", "metrics", targets).describe(
        "A metric that the number of pods follows: `cpu`, `memory`, or one of another name with `sqs_queue_url`, \
         `prometheus_query`, `cron_schedule` or `keda`, which renders a ScaledObject of KEDA. The metric that asks for the \
         highest number of pods counts.",
    );
    bounds.push(metric);
    bounds.extend([
        block(
            "behavior",
            "behavior",
            vec![
                block("scale_up", "scaleUp", scaling_rules()),
                block("scale_down", "scaleDown", scaling_rules()),
            ],
        ),
        block(
            "keda",
            "keda",
            vec![
                number("polling_interval", "pollingInterval"),
                number("cooldown_period", "cooldownPeriod"),
                number("fallback_replicas", "fallbackReplicas"),
            ],
        ),
    ]);
    bounds
}

fn event_metric() -> Vec<Field> {
    vec![
        text("sqs_queue_url", "sqsQueueUrl"),
        text("region", "region"),
        text("prometheus_query", "prometheusQuery"),
        text("prometheus_address", "prometheusAddress"),
        number("target", "target"),
        number("activation_target", "activationTarget"),
        block(
            "cron_schedule",
            "cronSchedule",
            vec![
                text("start", "start"),
                text("end", "end"),
                text("time_zone", "timeZone"),
                number("replicas", "replicas"),
            ],
        ),
        block("keda", "keda", vec![text("type", "type"), text_map("metadata", "metadata")]),
        text("authentication", "authentication"),
    ]
}

fn scaling_rules() -> Vec<Field> {
    vec![
        number("stabilization_window_seconds", "stabilizationWindowSeconds"),
        text("select_policy", "selectPolicy"),
        text("tolerance", "tolerance"),
        blocks(
            "policy",
            "policies",
            vec![text("type", "type"), number("value", "value"), number("period_seconds", "periodSeconds")],
        ),
    ]
}

pub(super) fn disruption_budget() -> Vec<Field> {
    vec![
        flag("enabled", "enabled"),
        number_or_text("max_unavailable", "maxUnavailable"),
        number_or_text("min_available", "minAvailable"),
    ]
}

fn argo_rollout() -> Vec<Field> {
    let step = vec![
        number("set_weight", "setWeight"),
        block("pause", "pause", vec![text("duration", "duration")]),
        block("analysis", "analysis", vec![texts("templates", "templates")]),
    ];
    vec![
        Field::new("step", "steps", Form::Blocks(step)),
        number("abort_scale_down_delay_seconds", "abortScaleDownDelaySeconds"),
    ]
}
