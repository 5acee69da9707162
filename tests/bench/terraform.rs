//! Real Terraform or `OpenTofu` in a folder of its own, with the built provider in a filesystem
//! mirror, as an installed one is.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::aws_bench::AwsBench;
use crate::process::{Disturbance, Outcome, Process};
use crate::programs::Programs;
use crate::tools::Tools;
use crate::workspace;

/// Where Terraform and `OpenTofu` look for `ipsy/ipsy`: what is installed, is installed for both.
pub const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];
/// The command that applies the configuration.
pub const APPLY: [&str; 4] = ["apply", "-input=false", "-no-color", "-auto-approve"];
/// The command that takes everything away.
pub const DESTROY: [&str; 4] = ["destroy", "-input=false", "-no-color", "-auto-approve"];
const LIMIT: Duration = Duration::from_mins(3);
const PATIENCE: Duration = Duration::from_mins(30);

/// A working directory of Terraform.
#[derive(Debug)]
pub struct Terraform {
    program: PathBuf,
    environment: Vec<(String, String)>,
    folder: TempDir,
    limit: Duration,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whether anything changes.
    pub has_changes: bool,
    /// What Terraform shows to people.
    pub text: String,
    /// The plan as `terraform show -json` gives it.
    pub document: Value,
}

impl Terraform {
    /// A copy of the quickstart, on the platform of the bench.
    pub fn quickstart(tools: &Tools, programs: &Programs, aws: &AwsBench) -> Result<Self> {
        let example = workspace::root().join("examples/quickstart");
        let mut terraform = Self::copy_of(&example, tools, programs)?.against(aws);
        terraform.variable("listener_arn", &aws.platform.listener_arn);
        terraform.variable("legacy_target_group_arn", &aws.platform.legacy_target_group_arn);
        Ok(terraform)
    }

    /// A working directory with a copy of a folder's configuration.
    pub fn copy_of(configuration: &Path, tools: &Tools, programs: &Programs) -> Result<Self> {
        let terraform = Self::empty(tools, programs)?;
        terraform.overlay(configuration)?;
        Ok(terraform)
    }

    /// A working directory with one file of configuration.
    pub fn with_configuration(text: &str, tools: &Tools, programs: &Programs) -> Result<Self> {
        let terraform = Self::empty(tools, programs)?;
        terraform.write("main.tf", text)?;
        Ok(terraform)
    }

    /// A working directory with one file of configuration, another provider than ours, and the given Terraform.
    pub fn of_provider(text: &str, source: &str, provider: &Path, program: PathBuf) -> Result<Self> {
        let terraform = Self::with_mirror(source, workspace::version()?, provider, program)?;
        terraform.write("main.tf", text)?;
        Ok(terraform)
    }

    fn empty(tools: &Tools, programs: &Programs) -> Result<Self> {
        Self::with_mirror("ipsy/ipsy", workspace::version()?, &programs.provider, tools.terraform.clone())
    }

    fn with_mirror(source: &str, version: &str, provider: &Path, program: PathBuf) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-tf-").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        for name in ["configuration", "home", "tmp"] {
            fs::create_dir(at(name))?;
        }
        let mirror = at("mirror");
        lay_into_mirror(&mirror, source, version, provider)?;
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            mirror.display()
        );
        fs::write(at("terraform.rc"), settings)?;
        let path = |name: &str| at(name).to_string_lossy().into_owned();
        let environment = vec![
            ("HOME".to_owned(), path("home")),
            ("TMPDIR".to_owned(), path("tmp")),
            ("TF_CLI_CONFIG_FILE".to_owned(), path("terraform.rc")),
            ("TF_DATA_DIR".to_owned(), path("data")),
            ("TF_IN_AUTOMATION".to_owned(), "1".to_owned()),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
        ];
        Ok(Self { program, environment, folder, limit: LIMIT })
    }

    /// Lets each command take longer, for configurations that are large.
    #[must_use]
    pub fn patient(self) -> Self {
        Self { limit: PATIENCE, ..self }
    }

    /// Uses another program than the tools' Terraform, such as `OpenTofu`.
    #[must_use]
    pub fn by(self, program: PathBuf) -> Self {
        Self { program, ..self }
    }

    /// Adds another provider to the mirror, such as `hashicorp/helm`.
    pub fn add_provider(&self, source: &str, version: &str, program: &Path) -> Result<()> {
        lay_into_mirror(&self.folder.path().join("mirror"), source, version, program)
    }

    /// Lets the provider talk to a bench.
    #[must_use]
    pub fn against(self, aws: &AwsBench) -> Self {
        let mut terraform = self;
        for (name, value) in aws.environment() {
            terraform.set(name, &value);
        }
        terraform
    }

    /// Sets an environment variable for all commands from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Sets an input variable for all commands from now on.
    pub fn variable(&mut self, name: &str, value: &str) {
        self.set(&format!("TF_VAR_{name}"), value);
    }

    /// The environment of all commands.
    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The folder that holds everything of this working directory.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the configuration.
    pub fn configuration(&self) -> PathBuf {
        self.folder.path().join("configuration")
    }

    /// Writes a file of the configuration.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.configuration().join(name), text)?)
    }

    /// Copies the files of a folder over those of the configuration.
    pub fn overlay(&self, folder: &Path) -> Result<()> {
        copy_files(folder, &self.configuration())
    }

    /// Copies the files of a folder into a folder of the configuration, such as that of a module.
    pub fn overlay_folder(&self, folder: &Path, name: &str) -> Result<()> {
        let to = self.configuration().join(name);
        fs::create_dir_all(&to)?;
        copy_files(folder, &to)
    }

    /// Copies a single file over that of the configuration.
    pub fn overlay_file(&self, file: &Path) -> Result<()> {
        let name = file.file_name().context("a file has a name")?;
        fs::copy(file, self.configuration().join(name))
            .map(drop)
            .with_context(|| format!("cannot copy {}", file.display()))
    }

    /// Takes a file out of the configuration, and gives its text.
    pub fn take(&self, name: &str) -> Result<String> {
        let path = self.configuration().join(name);
        let text = fs::read_to_string(&path).with_context(|| format!("the configuration has no {name}"))?;
        fs::remove_file(&path)?;
        Ok(text)
    }

    /// Removes all files of the configuration and of the state, for another configuration.
    pub fn clear(&self) -> Result<()> {
        for entry in fs::read_dir(self.configuration())? {
            let path = entry?.path();
            let is_lock_file = path.file_name().is_some_and(|name| name == ".terraform.lock.hcl");
            if path.is_file() && !is_lock_file {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Replaces a piece of text in a file of the configuration; it must be there.
    pub fn replace(&self, file: &str, old: &str, new: &str) -> Result<()> {
        let text = fs::read_to_string(self.configuration().join(file))?;
        if !text.contains(old) {
            bail!("{file} holds no {old:?}");
        }
        self.write(file, &text.replace(old, new))
    }

    /// `terraform init`.
    pub fn init(&self) -> Result<Outcome> {
        self.run(&["init", "-input=false", "-no-color"])?.ok()
    }

    /// `terraform plan`, which must succeed.
    pub fn plan(&self) -> Result<Plan> {
        let outcome = self.try_plan()?;
        let has_changes = match outcome.code {
            0 => false,
            2 => true,
            _ => return Err(outcome.failure()),
        };
        let shown = self.run(&["show", "-json", "plan.bin"])?.ok()?;
        Ok(Plan { has_changes, text: outcome.stdout, document: serde_json::from_str(&shown.stdout)? })
    }

    /// `terraform plan`, whatever comes out: exit code 0 without changes, 2 with changes, 1 for
    /// an error.
    pub fn try_plan(&self) -> Result<Outcome> {
        self.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode", "-out=plan.bin"])
    }

    /// `terraform apply` of what a plan would show now, which must succeed.
    pub fn apply(&self) -> Result<Outcome> {
        self.try_apply()?.ok()
    }

    /// `terraform apply` of the plan that was made last, which must succeed.
    pub fn apply_planned(&self) -> Result<Outcome> {
        self.run(&["apply", "-input=false", "-no-color", "plan.bin"])?.ok()
    }

    /// `terraform apply`, whatever comes out.
    pub fn try_apply(&self) -> Result<Outcome> {
        self.run(&APPLY)
    }

    /// `terraform destroy`, which must succeed.
    pub fn destroy(&self) -> Result<Outcome> {
        self.run(&DESTROY)?.ok()
    }

    /// An output, as text if it is text.
    pub fn output(&self, name: &str) -> Result<Value> {
        let shown = self.run(&["output", "-no-color", "-json", name])?.ok()?;
        Ok(serde_json::from_str(&shown.stdout)?)
    }

    /// The state, as `terraform show -json` gives it.
    pub fn state(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.run(&["show", "-json", "-no-color"])?.ok()?.stdout)?)
    }

    /// `terraform apply` that is disturbed as soon as a condition holds, whatever comes out.
    pub fn disturbed_apply(
        &self,
        disturbance: Disturbance,
        condition: impl Fn() -> bool + Sync,
    ) -> Result<Outcome> {
        self.disturbed(&APPLY, disturbance, condition, || ())
    }

    /// Any command that is disturbed as soon as a condition holds, whatever comes out. The condition is asked
    /// again and again until then; `disturbed` is called right after the disturbance.
    pub fn disturbed(
        &self,
        arguments: &[&str],
        disturbance: Disturbance,
        condition: impl Fn() -> bool + Sync,
        disturbed: impl FnOnce() + Send,
    ) -> Result<Outcome> {
        let (now, ended) = (Arc::new(AtomicBool::new(false)), AtomicBool::new(false));
        let sleep_while = |goes_on: &dyn Fn() -> bool| {
            while !ended.load(Ordering::Relaxed) && goes_on() {
                thread::sleep(Duration::from_millis(10));
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                sleep_while(&|| !condition());
                now.store(true, Ordering::Relaxed);
                sleep_while(&|| now.load(Ordering::Relaxed));
                disturbed();
            });
            let outcome = self.process(arguments).disturbed(disturbance, Arc::clone(&now)).run();
            ended.store(true, Ordering::Relaxed);
            outcome
        })
    }

    /// Any command of Terraform.
    pub fn run(&self, arguments: &[&str]) -> Result<Outcome> {
        self.process(arguments).run()
    }

    fn process(&self, arguments: &[&str]) -> Process {
        self.beside(&self.program).args(arguments)
    }

    /// Another program, with all that Terraform finds in its environment.
    pub fn beside(&self, program: impl AsRef<OsStr>) -> Process {
        Process::new(program).envs(self.environment()).within(self.configuration()).limit(self.limit)
    }
}

/// Copies the files that lie in a folder, without its folders.
fn copy_files(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().context("a file has a name")?))?;
        }
    }
    Ok(())
}

/// Puts a provider where `terraform init` finds it.
pub fn lay_into_mirror(mirror: &Path, source: &str, version: &str, program: &Path) -> Result<()> {
    let (system, machine) = workspace::platform();
    let name = source.rsplit('/').next().context("a provider has a name")?;
    for registry in REGISTRIES {
        let place = mirror.join(registry).join(source).join(version).join(format!("{system}_{machine}"));
        fs::create_dir_all(&place)?;
        let copy = place.join(format!("terraform-provider-{name}_v{version}"));
        // A link where the file system can, since a development build is large.
        fs::hard_link(program, &copy)
            .or_else(|_| fs::copy(program, &copy).map(drop))
            .with_context(|| format!("cannot copy {}", program.display()))?;
    }
    Ok(())
}

impl Plan {
    /// The actions on a resource, such as `["update"]`.
    pub fn actions(&self, address: &str) -> Vec<&str> {
        let actions = self.change(address)["actions"].as_array();
        actions.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The planned change of a resource; null if there is none.
    pub fn change(&self, address: &str) -> &Value {
        let changes = self.document["resource_changes"].as_array();
        changes
            .and_then(|changes| changes.iter().find(|change| change["address"] == address))
            .map_or(&Value::Null, |change| &change["change"])
    }

    /// Whether all of an attribute is known before the apply.
    pub fn knows(&self, address: &str, attribute: &str) -> bool {
        !holds_true(&self.change(address)["after_unknown"][attribute])
    }
}

fn holds_true(unknown: &Value) -> bool {
    match unknown {
        Value::Bool(unknown) => *unknown,
        Value::Array(items) => items.iter().any(holds_true),
        Value::Object(fields) => fields.values().any(holds_true),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_is_found_however_deep() {
        assert!(!holds_true(&json!({ "values": [false], "postrender": {} })));
        assert!(holds_true(&json!({ "postrender": [{ "args": [false, true] }] })));
    }
}
