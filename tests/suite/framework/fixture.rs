//! What the tests share: the Terraforms, and a working directory with the example provider.

use std::path::PathBuf;
use std::sync::LazyLock;

use acceptance::console::Console;
use acceptance::process::Outcome;
use acceptance::programs::Programs;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;

static PROVIDER: LazyLock<PathBuf> = LazyLock::new(|| Programs::example_provider().unwrap());

const HEADER: &str = r#"
terraform {
  required_providers {
    null = { source = "example/null" }
  }
  provider_meta "null" {
    module_name = "root"
  }
}

variable "folder" {}

provider "null" {
  folder = var.folder
}
"#;

/// The newest Terraform.
pub(crate) fn newest() -> PathBuf {
    Tools::newest_terraform(Console::quiet()).unwrap()
}

/// The Terraform of the path, or what `IPSY_TERRAFORM` names: before 1.14, as ours is 1.11.
pub(crate) fn older() -> PathBuf {
    Tools::ready(Console::quiet()).unwrap().terraform
}

pub(crate) fn opentofu() -> PathBuf {
    Tools::opentofu(Console::quiet()).unwrap()
}

/// A configuration of the example provider, initialised. The files of the provider are in the folder `files`.
pub(crate) fn configuration(text: &str, program: PathBuf) -> Terraform {
    let terraform = uninitialised(text, program);
    terraform.init().unwrap();
    terraform
}

pub(crate) fn uninitialised(text: &str, program: PathBuf) -> Terraform {
    let text = format!("{HEADER}{text}");
    let mut terraform = Terraform::of_provider(&text, "example/null", &PROVIDER, program).unwrap();
    std::fs::create_dir(files(&terraform)).unwrap();
    let folder = files(&terraform).to_string_lossy().into_owned();
    terraform.variable("folder", &folder);
    terraform
}

pub(crate) fn files(terraform: &Terraform) -> PathBuf {
    terraform.folder().join("files")
}

pub(crate) fn file(terraform: &Terraform, name: &str) -> String {
    std::fs::read_to_string(files(terraform).join(name)).unwrap_or_default()
}

/// What Terraform prints, without its frame and line breaks.
pub(crate) fn printed(outcome: &Outcome) -> String {
    let lines = outcome.everything().replace(['│', '╷', '╵'], " ");
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}
