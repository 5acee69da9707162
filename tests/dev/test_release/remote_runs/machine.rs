//! A machine that holds Terraform, its providers and a checkout, and nothing else: a sandbox of bubblewrap.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::process::{Outcome, Process};
use anyhow::Result;

/// Where providers are, on each machine.
pub(super) const PROVIDERS: &str = "/opt/providers";

/// A machine.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    /// The folder of what all machines share: providers, Terraform's settings, the token, and what is carried.
    pub(super) shared: PathBuf,
    /// The checkout, by its path outside.
    pub(super) checkout: PathBuf,
    /// The checkout, by its path on the machine.
    pub(super) place: String,
    /// The id of the user.
    pub(super) user: u32,
    /// The role that the token is exchanged for.
    pub(super) role_arn: String,
    pub(super) environment: Vec<(String, String)>,
    pub(super) terraform: PathBuf,
}

impl Machine {
    /// Terraform, where only /tmp and what is carried can be written.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Outcome> {
        self.sandbox("--ro-bind", arguments)
    }

    /// Terraform, which may write into the checkout: `init` puts providers there. It must succeed.
    pub(super) fn writable_checkout(&self, arguments: &[&str]) -> Result<Outcome> {
        self.sandbox("--bind", arguments)?.ok()
    }

    fn sandbox(&self, checkout: &str, arguments: &[&str]) -> Result<Outcome> {
        let user = self.user.to_string();
        let mut sandbox = Process::new("bwrap")
            .args(["--unshare-user", "--uid", &user, "--gid", &user])
            .args(["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"])
            .args(mount("--ro-bind", &self.terraform, "/usr/bin/terraform"))
            .args(mount("--ro-bind", &self.shared.join("providers"), PROVIDERS))
            .args(mount("--ro-bind", &self.shared.join("terraform.rc"), "/etc/terraform.rc"))
            .args(mount("--ro-bind", &self.shared.join("token"), "/run/token"))
            .args(mount("--bind", &self.shared.join("carried"), "/carried"))
            .args(mount(checkout, &self.checkout, &self.place))
            .args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--remount-ro", "/"])
            .args(["--chdir", &format!("{}/terraform-cloud", self.place)]);
        let own = [
            ("PATH", "/usr/bin"),
            ("HOME", "/nowhere"),
            ("TMPDIR", "/tmp"),
            ("AWS_ROLE_ARN", &*self.role_arn),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/run/token"),
            ("TF_CLI_CONFIG_FILE", "/etc/terraform.rc"),
            ("TF_IN_AUTOMATION", "1"),
            ("CHECKPOINT_DISABLE", "1"),
        ];
        for (name, value) in own {
            sandbox = sandbox.args(["--setenv", name, value]);
        }
        let shared = self.environment.iter().map(|(name, value)| (name, value));
        sandbox.envs(shared).arg("terraform").args(arguments).limit(Duration::from_mins(5)).run()
    }
}

fn mount(option: &str, outside: &Path, inside: &str) -> [OsString; 3] {
    [option.into(), outside.into(), inside.into()]
}
