//! Argo CD's plugin and Flux's post-build step: both give the manifests that Helm gives through the post-renderer.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use acceptance::helm::Helm;
use acceptance::process::{Outcome, Process};
use acceptance::workspace;
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture;

/// A variable that Flux replaces.
const VARIABLE: &str = "${cluster_name}";

const CONFIGURATION: &str = r#"{
  "apiVersion": "ipsy.dev/v1",
  "kind": "PostRenderConfig",
  "labels": { "app.kubernetes.io/part-of": "shop" }
}"#;

/// A folder with what a pipeline writes: values and the configuration of the post-renderer.
struct Deployment {
    folder: TempDir,
}

impl Deployment {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let values = fs::read_to_string(example("charts/tests/ipsy-app/cases/minimal/values.yaml")).unwrap();
        let mut values: Value = serde_yaml::from_str(&values).unwrap();
        values["env"]["CLUSTER"] = VARIABLE.into();
        fs::write(folder.path().join("values.json"), values.to_string()).unwrap();
        fs::write(folder.path().join("post-render.json"), CONFIGURATION).unwrap();
        let programs = folder.path().join("programs");
        fs::create_dir(&programs).unwrap();
        symlink(fixture::tools().helm_3().unwrap(), programs.join("helm")).unwrap();
        symlink(&fixture::programs().post_renderer, programs.join("ipsy-post-renderer")).unwrap();
        Self { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program in the folder, with Helm and the post-renderer on its path.
    fn run(&self, program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
        let path = format!("{}:{}", self.at("programs").display(), std::env::var("PATH").unwrap());
        Process::new(program)
            .args(arguments)
            .env("HOME", self.folder.path())
            .env("PATH", path)
            .envs(environment.iter().copied())
            .within(self.folder.path())
            .run()
            .unwrap()
    }

    /// What Helm gives through the post-renderer.
    fn by_helm(&self) -> String {
        let helm = Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap();
        let (config, values) = (self.at("post-render.json"), self.at("values.json"));
        let arguments = ["--config", &config.to_string_lossy(), "--namespace", "shop"];
        helm.template_post_rendered("checkout", &chart(), &values, &arguments).unwrap().ok().unwrap().stdout
    }

    /// What the plugin of Argo CD gives.
    fn by_argo_cd(&self) -> Outcome {
        let plugin: Value =
            serde_yaml::from_str(&fs::read_to_string(example("argo-cd/plugin.yaml")).unwrap()).unwrap();
        let texts = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
        let generate = &plugin["spec"]["generate"];
        let command = [texts(&generate["command"]), texts(&generate["args"])].concat();
        let arguments: Vec<&str> = command[1..].iter().map(String::as_str).collect();
        let chart = chart();
        let environment = [
            ("ARGOCD_APP_NAME", "checkout"),
            ("ARGOCD_APP_NAMESPACE", "shop"),
            ("ARGOCD_ENV_CHART", chart.to_str().unwrap()),
        ];
        self.run(&command[0], &arguments, &environment)
    }
}

fn example(name: &str) -> PathBuf {
    workspace::root().join("examples").join(name)
}

fn chart() -> PathBuf {
    example("charts/ipsy-app")
}

/// The documents of a stream, in one order. Helm's own post-rendering sorts objects by kind.
fn documents(stream: &str) -> Vec<String> {
    let mut documents: Vec<String> =
        stream.split("\n---\n").map(|text| text.trim_start_matches("---\n").trim().to_owned()).collect();
    documents.retain(|document| !document.is_empty());
    documents.sort();
    documents
}

/// What Flux makes of manifests: it replaces the variables that its Kustomization has.
fn substituted(manifests: &str, objects: &Path) -> String {
    let text = fs::read_to_string(objects).unwrap();
    let kustomization = text.split("\n---\n").nth(1).unwrap();
    let kustomization: Value = serde_yaml::from_str(kustomization).unwrap();
    let variables = kustomization["spec"]["postBuild"]["substitute"].as_object().unwrap();
    variables.iter().fold(manifests.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{{name}}}"), value.as_str().unwrap())
    })
}

#[test]
fn the_plugin_of_argo_cd_gives_the_manifests_of_helm() {
    let deployment = Deployment::new();
    let rendered = deployment.by_argo_cd().ok().unwrap().stdout;
    assert!(rendered.contains("app.kubernetes.io/part-of: shop"), "{rendered}");
    assert_eq!(documents(&rendered), documents(&deployment.by_helm()));
    assert_eq!(deployment.by_argo_cd().stdout, rendered, "twice the same");
}

#[test]
fn the_plugin_of_argo_cd_fails_without_manifests() {
    let deployment = Deployment::new();
    let wrong = CONFIGURATION.replace("\"labels\"", "\"lables\"");
    fs::write(deployment.at("post-render.json"), wrong).unwrap();
    let refused = deployment.by_argo_cd();
    assert_ne!(refused.code, 0);
    assert!(refused.stdout.is_empty() && refused.stderr.contains("lables"), "{}", refused.everything());
    fs::write(deployment.at("values.json"), "{\"nothing\": 1}").unwrap();
    assert_ne!(deployment.by_argo_cd().code, 0, "Helm fails first");
}

#[test]
fn manifests_for_flux_are_those_of_helm_after_its_post_build_step() {
    let deployment = Deployment::new();
    let script = example("flux/render.sh");
    let rendered =
        deployment.run("sh", &[script.to_str().unwrap(), "checkout", chart().to_str().unwrap()], &[]);
    let rendered = rendered.ok().unwrap().stdout;
    assert!(rendered.contains(VARIABLE), "{rendered}");
    let applied = substituted(&rendered, &example("flux/checkout.yaml"));
    assert!(!applied.contains("${") && applied.contains("eks-blue"), "{applied}");
    assert_eq!(documents(&applied), documents(&deployment.by_helm().replace(VARIABLE, "eks-blue")));
}
