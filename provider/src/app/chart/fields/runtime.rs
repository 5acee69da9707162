//! Arguments of the app's container: image, command, environment, secrets, files and volumes.

use super::{
    Field, Form, block, blocks, decided, flag, named, number, number_or_text, text, text_map, texts,
};

pub(super) fn fields() -> Vec<Field> {
    vec![
        block("image", "image", image()).resolved(),
        texts("command", "command").resolved(),
        texts("args", "args").resolved(),
        text("working_dir", "workingDir"),
        named("port", "ports", port(true)).resolved(),
        text_map("env", "env").resolved(),
        text_map("env_fields", "envFields")
            .describe("Environment variables that hold a field of the pod: `{ POD_IP = \"status.podIP\" }`."),
        blocks("env_from", "envFrom", env_from())
            .describe("A ConfigMap or Secret whose keys become environment variables. `env` and `secret` win."),
        named("secret", "secrets", secret()).resolved(),
        text("secret_delivery", "secretDelivery"),
        block("external_secrets", "externalSecrets", external_secrets()),
        Field::new("file", "files", Form::Named("path", vec![text("content", "content"), text("mode", "mode")]))
            .describe("A file in the container, kept in a ConfigMap: `content = file(\"config.yaml\")`. No secrets."),
        named("volume", "volumes", volume()).describe(
            "A volume: exactly one of `empty_dir`, `claim`, `config_map` and `secret`. The chart has a volume `tmp` at \
             /tmp, since the root file system is read-only; `enabled = false` removes it.",
        ),
        block("probes", "probes", probes()).describe("Probes of the app, over those that follow from `health_check`."),
        block("termination", "lifecycle", vec![
            number("pre_stop_seconds", "preStopSeconds"),
            number("drain_seconds", "drainSeconds"),
        ]),
        block("service_account", "serviceAccount", vec![
            flag("create", "create"),
            text("name", "name").describe("Name of the service account, which gets the app's role. Default: the app's."),
            text_map("annotations", "annotations"),
            flag("automount_token", "automountToken"),
        ]),
    ]
}

fn image() -> Vec<Field> {
    vec![
        text("repository", "repository").resolved(),
        text("tag", "tag").resolved(),
        text("digest", "digest").resolved(),
        text("pull_policy", "pullPolicy").resolved(),
        texts("pull_secrets", "pullSecrets"),
    ]
}

/// A port of the app, whose number and protocol are `resolved`, or of another container.
pub(super) fn port(resolved: bool) -> Vec<Field> {
    let mut fields = vec![number("port", "port"), text("protocol", "protocol")];
    for field in &mut fields {
        field.resolved = resolved;
    }
    fields.push(number("service_port", "servicePort"));
    fields.push(text("app_protocol", "appProtocol"));
    fields
}

fn env_from() -> Vec<Field> {
    let reference = || vec![text("name", "name"), flag("optional", "optional")];
    vec![
        block("config_map_ref", "configMapRef", reference()),
        block("secret_ref", "secretRef", reference()),
        text("prefix", "prefix"),
    ]
}

fn secret() -> Vec<Field> {
    vec![
        decided("ssm_parameter, secrets_manager_secret or kubernetes_secret", "provider"),
        decided("ssm_parameter, secrets_manager_secret or kubernetes_secret", "key"),
        text("property", "property").resolved(),
        text("version", "version"),
    ]
}

fn external_secrets() -> Vec<Field> {
    let store = || vec![text("kind", "kind"), text("name", "name")];
    vec![
        text("api_version", "apiVersion"),
        text("refresh_interval", "refreshInterval"),
        block("parameter_store", "stores.parameterStore", store()),
        block("secrets_manager", "stores.secretsManager", store()),
    ]
}

fn volume() -> Vec<Field> {
    vec![
        Field::new("enabled", "", Form::Switch)
            .describe("`false` removes the volume, if the chart has it by default. Default: true."),
        text("mount_path", "mountPath"),
        text("sub_path", "subPath"),
        flag("read_only", "readOnly"),
        block("empty_dir", "emptyDir", vec![text("medium", "medium"), text("size_limit", "sizeLimit")]),
        block(
            "claim",
            "claim",
            vec![
                text("existing", "existing"),
                text("size", "size"),
                text("storage_class_name", "storageClassName"),
                texts("access_modes", "accessModes"),
            ],
        ),
        text("config_map", "configMap"),
        text("secret", "secret"),
    ]
}

/// The probes of a container.
pub(super) fn probes() -> Vec<Field> {
    vec![
        block("startup", "startup", restarting_probe()),
        block("readiness", "readiness", probe()),
        block("liveness", "liveness", restarting_probe()),
    ]
}

/// A probe that ends the container when it fails.
fn restarting_probe() -> Vec<Field> {
    let mut fields = probe();
    fields.push(number("termination_grace_period_seconds", "terminationGracePeriodSeconds"));
    fields
}

fn probe() -> Vec<Field> {
    let port = || number_or_text("port", "port");
    vec![
        flag("enabled", "enabled"),
        block(
            "http",
            "http",
            vec![text("path", "path"), port(), text("scheme", "scheme"), text_map("headers", "headers")],
        ),
        block("tcp", "tcp", vec![port()]),
        block("grpc", "grpc", vec![port(), text("service", "service")]),
        block("exec", "exec", vec![texts("command", "command")]),
        number("initial_delay_seconds", "initialDelaySeconds"),
        number("period_seconds", "periodSeconds"),
        number("timeout_seconds", "timeoutSeconds"),
        number("success_threshold", "successThreshold"),
        number("failure_threshold", "failureThreshold"),
    ]
}
