//! Arguments of workers, jobs and further containers.

use super::runtime::{port, probes};
use super::scaling::{autoscaling, disruption_budget, resources};
use super::{Field, block, flag, named, nodes, number, text, text_map, texts};

pub(super) fn fields() -> Vec<Field> {
    vec![
        named("worker", "workers", worker())
            .describe("A long-running part of the app without a Service, from the same image."),
        named("cron", "crons", cron()).describe("A job that runs on a schedule, from the same image."),
        block("migration", "migration", migration()).resolved(),
        named("sidecar", "sidecars", sidecar()).describe("A container that runs beside the app."),
        named("init_container", "initContainers", init_container())
            .describe("A container that runs to its end before the app starts."),
    ]
}

/// Arguments of every part that runs the app's image. With `resolved`, the resolved app has command and environment.
fn part(resolved: bool) -> Vec<Field> {
    let mut fields = vec![texts("command", "command"), texts("args", "args"), text_map("env", "env")];
    for field in &mut fields {
        field.resolved = resolved;
    }
    fields.extend([
        text("working_dir", "workingDir"),
        block("resources", "resources", resources(false)),
        block("placement", "placement", nodes::placement()),
    ]);
    fields
}

fn worker() -> Vec<Field> {
    let own = vec![
        number("replicas", "replicas"),
        block("autoscaling", "autoscaling", autoscaling(false)),
        block("disruption_budget", "pdb", disruption_budget()),
        block("probes", "probes", probes()),
    ];
    [part(false), own].concat()
}

fn job(resolved: bool) -> Vec<Field> {
    let mut fields = vec![
        number("backoff_limit", "backoffLimit"),
        number("active_deadline_seconds", "activeDeadlineSeconds"),
    ];
    for field in &mut fields {
        field.resolved = resolved;
    }
    fields.push(number("ttl_seconds_after_finished", "ttlSecondsAfterFinished"));
    fields
}

fn cron() -> Vec<Field> {
    let own = vec![
        text("schedule", "schedule"),
        text("time_zone", "timeZone"),
        text("concurrency_policy", "concurrencyPolicy"),
        flag("suspend", "suspend"),
        number("starting_deadline_seconds", "startingDeadlineSeconds"),
        number("successful_jobs_history_limit", "successfulJobsHistoryLimit"),
        number("failed_jobs_history_limit", "failedJobsHistoryLimit"),
    ];
    [own, part(false), job(false)].concat()
}

fn migration() -> Vec<Field> {
    let own = vec![
        flag("enabled", "enabled").describe("`false` renders no job. Default: true."),
        text("service_account", "serviceAccountName").resolved(),
        super::decided("the app's role", "serviceAccountAnnotations"),
    ];
    [own, part(true), job(true)].concat()
}

fn init_container() -> Vec<Field> {
    let image = vec![
        text("repository", "repository"),
        text("tag", "tag"),
        text("digest", "digest"),
        text("pull_policy", "pullPolicy"),
    ];
    let security = vec![
        flag("read_only_root_filesystem", "readOnlyRootFilesystem"),
        flag("allow_privilege_escalation", "allowPrivilegeEscalation"),
        texts("drop_capabilities", "dropCapabilities"),
        texts("add_capabilities", "addCapabilities"),
    ];
    let mount = vec![text("path", "path"), text("sub_path", "subPath"), flag("read_only", "readOnly")];
    vec![
        block("image", "image", image),
        texts("command", "command"),
        texts("args", "args"),
        text_map("env", "env"),
        named("port", "ports", port(false)),
        block("resources", "resources", resources(false)),
        Field::new("mount", "mounts", super::Form::Named("volume", mount))
            .describe("A volume of the app to mount."),
        block("security", "security", security),
        number("order", "order"),
    ]
}

fn sidecar() -> Vec<Field> {
    let mut fields = init_container();
    fields.push(block("probes", "probes", probes()));
    fields.push(flag("native", "native"));
    fields
}
