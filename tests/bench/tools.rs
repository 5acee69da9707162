//! The tools that tests and the demonstration need: what is missing is installed, pinned, into
//! `.tools/` (or the folder that `IPSY_TOOLS_DIR` names).

mod cargo;
mod cluster;
mod debian;
mod go;
mod images;
mod installation;
mod maven;
mod python;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::console::Console;
use crate::process::Process;
use crate::workspace;
use cargo::CargoTool;
pub use cluster::{ClusterTools, KUBERNETES};
use debian::RELEASE_TOOLS;
use go::GoTool;
pub use images::ImageTools;
pub(crate) use images::library;
use installation::Installation;
use python::{MINISTACK, MOTO, ZIG};

const OPENTOFU: GoTool = GoTool {
    name: "tofu",
    version: "v1.12.6",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    module: Some("opentofu"),
    link: "",
};
const TERRAFORM: GoTool = GoTool {
    name: "terraform",
    version: "v1.15.9",
    package: "github.com/hashicorp/terraform",
    module: Some("terraform"),
    link: "-X github.com/hashicorp/terraform/version.dev=no",
};
const HELM_3: GoTool =
    GoTool { name: "helm", version: "v3.22.0", package: "helm.sh/helm/v3/cmd/helm", module: None, link: "" };
const HELM_4: GoTool =
    GoTool { name: "helm", version: "v4.3.1", package: "helm.sh/helm/v4/cmd/helm", module: None, link: "" };
// The newest that Go 1.26 compiles.
const KUSTOMIZE: GoTool = GoTool {
    name: "kustomize",
    version: "v5.8.2",
    package: "sigs.k8s.io/kustomize/kustomize/v5",
    module: None,
    link: "",
};

// Ours: raise the version with every change, so that it is built again.
const JUDGE: GoTool = GoTool {
    name: "judge",
    version: "v0.1.9",
    package: "github.com/ipsy/terraform-provider-ipsy/tests/tools-modules/judge",
    module: Some("judge"),
    link: "",
};

/// The version that the pinned commit of hashicorp/aws bears.
pub const HASHICORP_AWS_VERSION: &str = "6.47.1";
// Its module path has no major version, so that Go's module proxy knows it by date and commit alone.
const HASHICORP_AWS: GoTool = GoTool {
    name: "terraform-provider-aws",
    version: "v1.60.1-0.20260602190131-5f2286d6d836",
    package: "github.com/hashicorp/terraform-provider-aws",
    module: None,
    link: "",
};

// The smallest provider that Go's module proxy has in a version of today.
const HASHICORP_TIME: GoTool = GoTool {
    name: "terraform-provider-time",
    version: "v0.14.2",
    package: "github.com/hashicorp/terraform-provider-time",
    module: None,
    link: "",
};

const ACTIONLINT: GoTool = GoTool {
    name: "actionlint",
    version: "v1.7.12",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    module: None,
    link: "",
};

const TFPLUGINDOCS: GoTool = GoTool {
    name: "tfplugindocs",
    version: "v0.25.0",
    package: "github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs",
    module: None,
    link: "",
};

const CARGO_CYCLONEDX: CargoTool = CargoTool { name: "cargo-cyclonedx", version: "0.5.9" };
const CARGO_DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };
const CARGO_FUZZ: CargoTool = CargoTool { name: "cargo-fuzz", version: "0.13.2" };

/// The tools as paths of programs: Terraform and moto, which nearly all tests need. Others are installed when they are
/// asked for.
#[derive(Debug, Clone)]
pub struct Tools {
    console: Console,
    /// Terraform from the path when there is one, else `OpenTofu`.
    pub terraform: PathBuf,
    /// A Python with moto.
    pub moto_python: PathBuf,
}

impl Tools {
    /// Installs Terraform and moto if they are missing. Safe to call from several processes at once: the others wait.
    pub fn ready(console: Console) -> Result<Self> {
        let installation = Installation::begin(&workspace::tools_folder(), console)?;
        Ok(Self { console, terraform: terraform(&installation)?, moto_python: MOTO.ready(&installation)? })
    }

    /// Helm 3.
    pub fn helm_3(&self) -> Result<PathBuf> {
        HELM_3.ready(&Installation::begin(&workspace::tools_folder(), self.console)?)
    }

    /// Helm 4.
    pub fn helm_4(&self) -> Result<PathBuf> {
        HELM_4.ready(&Installation::begin(&workspace::tools_folder(), self.console)?)
    }

    /// kustomize, the judge of patches.
    pub fn kustomize(&self) -> Result<PathBuf> {
        KUSTOMIZE.ready(&Installation::begin(&workspace::tools_folder(), self.console)?)
    }

    /// `OpenTofu`, for what must work with it beside Terraform.
    pub fn opentofu(console: Console) -> Result<PathBuf> {
        OPENTOFU.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// The newest Terraform, for what the one on the path may be too old for. Its remote backends are left out.
    pub fn newest_terraform(console: Console) -> Result<PathBuf> {
        TERRAFORM.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// The Python with `MiniStack`, which few tests need: installed when the first one does.
    pub fn ministack(console: Console) -> Result<PathBuf> {
        MINISTACK.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// The judge of rendered manifests, for the tests with hostile manifests and for fuzzing.
    pub fn judge(console: Console) -> Result<PathBuf> {
        JUDGE.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// The genuine hashicorp/aws, which only the comparison with it needs: it takes half an hour and ten gigabytes of
    /// memory to build.
    pub fn hashicorp_aws(console: Console) -> Result<PathBuf> {
        HASHICORP_AWS.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// hashicorp/time, a small provider in Go to compare ours with.
    pub fn hashicorp_time(console: Console) -> Result<PathBuf> {
        HASHICORP_TIME.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// actionlint, the judge of GitHub workflows.
    pub fn actionlint(console: Console) -> Result<PathBuf> {
        ACTIONLINT.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// tfplugindocs, the judge of documents for the registry.
    pub fn tfplugindocs(console: Console) -> Result<PathBuf> {
        TFPLUGINDOCS.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// cargo-deny from the path if it has the pinned version, else built: that takes ten minutes.
    pub fn cargo_deny(console: Console) -> Result<PathBuf> {
        let found = Process::new("cargo-deny").arg("--version").run();
        let wanted = format!("{} {}", CARGO_DENY.name, CARGO_DENY.version);
        if found.is_ok_and(|found| found.code == 0 && found.stdout.trim() == wanted) {
            return Ok(CARGO_DENY.name.into());
        }
        CARGO_DENY.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// cargo-cyclonedx, which writes the bill of materials of a release.
    pub fn cargo_cyclonedx(console: Console) -> Result<PathBuf> {
        CARGO_CYCLONEDX.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// Installs what the tests of a release find on the path, such as bubblewrap, QEMU and skopeo.
    pub fn install_for_release_tests(console: Console) -> Result<()> {
        debian::ready(&RELEASE_TOOLS, &Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// The folder of cargo-zigbuild and Zig, which build a release.
    pub fn zig(console: Console) -> Result<PathBuf> {
        let python = ZIG.ready(&Installation::begin(&workspace::tools_folder(), console)?)?;
        python.parent().map(Path::to_owned).context("a Python lies in a folder")
    }

    /// `cargo fuzz`, which only fuzzing needs.
    pub fn cargo_fuzz(console: Console) -> Result<PathBuf> {
        CARGO_FUZZ.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// The tools of `make test` with their paths. Installs what is missing.
    pub fn list(&self) -> Result<[(&'static str, PathBuf); 5]> {
        Ok([
            ("Terraform", self.terraform.clone()),
            ("Helm 3", self.helm_3()?),
            ("Helm 4", self.helm_4()?),
            ("kustomize", self.kustomize()?),
            ("Python with moto", self.moto_python.clone()),
        ])
    }
}

/// A Terraform on the path is what its users have, so it is used; it must run, though: version
/// managers put stand-ins there. `IPSY_TERRAFORM` chooses another.
fn terraform(installation: &Installation) -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("IPSY_TERRAFORM") {
        return Ok(chosen.into());
    }
    let found = Process::new("sh").args(["-c", "command -v terraform"]).run()?;
    if found.code == 0 {
        let path = PathBuf::from(found.stdout.trim());
        let answer = Process::new(&path).arg("version").env("CHECKPOINT_DISABLE", "1").run();
        if answer.is_ok_and(|answer| answer.code == 0 && answer.stdout.contains("Terraform v1.")) {
            return Ok(path);
        }
    }
    OPENTOFU.ready(installation)
}
