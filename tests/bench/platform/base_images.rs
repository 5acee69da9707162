//! Base images as a platform team keeps them, made from Debian's packages and this machine's toolchains.
//!
//! They stand in for the usual public ones, which tests do not download. There is none for .NET: Debian has no package
//! of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::buildah::Buildah;
use super::registry::Registry;
use crate::process::Process;

/// The folder below the tools. Raise the number with every change of this file.
pub(crate) const FOLDER: &str = "base-images-3";
/// The file with the digest of each image, below [`FOLDER`].
const DIGESTS: &str = "digests.json";

/// The repositories of packages that the machine has.
const SOURCES: &str = "/etc/apt/sources.list.d/debian.sources";

/// What the machine trusts: for OpenSSL and for Java.
const CERTIFICATES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/java/cacerts"];

/// An image made of a minimal Debian.
struct BaseImage {
    name: &'static str,
    packages: &'static [&'static str],
    toolchain: Option<fn() -> Result<Toolchain>>,
}

/// Files of this machine, below the folder that they are copied to.
struct Toolchain {
    folders: Vec<(Vec<PathBuf>, &'static str)>,
    programs: &'static str,
}

const IMAGES: [BaseImage; 9] = [
    debian("debian", &[]),
    debian("java-run", &["openjdk-17-jre-headless"]),
    debian("java-build", &["openjdk-17-jdk-headless", "maven"]),
    debian("node", &["nodejs", "npm"]),
    debian("python", &["python3", "python3-venv", "python-is-python3"]),
    debian("ruby", &["bundler", "ruby", "ruby-rack", "ruby-webrick"]),
    debian("nginx", &["nginx-light"]),
    BaseImage { name: "go-build", packages: &[], toolchain: Some(go) },
    BaseImage { name: "rust-build", packages: &["gcc", "libc6-dev"], toolchain: Some(rust) },
];

const fn debian(name: &'static str, packages: &'static [&'static str]) -> BaseImage {
    BaseImage { name, packages, toolchain: None }
}

/// The digest of an image that [`make`] made.
pub(crate) fn digest(folder: &Path, name: &str) -> Result<String> {
    let digests: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(DIGESTS))?)?;
    let digest = digests[name].as_str().with_context(|| format!("base image {name} is unknown"))?;
    Ok(digest.to_owned())
}

/// Makes all images in the storage of a registry below a folder.
pub(crate) fn make(folder: &Path) -> Result<()> {
    let registry = Registry::start(folder)?;
    let buildah = Buildah::new()?;
    let archive = tempfile::Builder::new().suffix(".tar").tempfile()?;
    Process::inheriting("mmdebstrap")
        .args(["--quiet", "--variant=minbase", "--include=ca-certificates", "bookworm"])
        .arg(archive.path())
        .arg(SOURCES)
        .limit(Duration::from_mins(20))
        .succeed()?;
    let reference = |name: &str| format!("{}/{name}:12", registry.host);
    let mut digests = serde_json::Map::new();
    for image in IMAGES {
        let container = match image.name {
            "debian" => {
                let container = buildah.container("scratch")?;
                buildah
                    .command("add")
                    .args(["--quiet", &container])
                    .arg(archive.path())
                    .arg("/")
                    .succeed()?;
                container
            }
            _ => buildah.container(&reference("debian"))?,
        };
        image.fill(&buildah, &container)?;
        buildah.commit(&container, &reference(image.name))?;
        digests.insert(image.name.to_owned(), buildah.push(&reference(image.name))?.into());
    }
    // Programs without libraries run in an image that holds no program.
    let container = buildah.container("scratch")?;
    let root = buildah.mount(&container)?;
    fs::create_dir_all(root.join("etc/ssl/certs"))?;
    fs::copy("/etc/ssl/certs/ca-certificates.crt", root.join("etc/ssl/certs/ca-certificates.crt"))?;
    buildah.commit(&container, &reference("empty"))?;
    digests.insert("empty".to_owned(), buildah.push(&reference("empty"))?.into());
    Ok(fs::write(folder.join(DIGESTS), serde_json::to_vec_pretty(&digests)?)?)
}

impl BaseImage {
    fn fill(&self, buildah: &Buildah, container: &str) -> Result<()> {
        if !self.packages.is_empty() {
            buildah.copy(container, &[SOURCES.into()], "/etc/apt/sources.list.d/")?;
            let script = format!(
                "rm -f /etc/apt/sources.list; apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install \
                 --yes --no-install-recommends {}; rm -rf /var/lib/apt/lists/* /var/cache/apt/*",
                self.packages.join(" ")
            );
            buildah.run(container, &script)?;
        }
        // Registries of packages may be reached through a proxy with a certificate of its own.
        for certificates in CERTIFICATES.map(Path::new).into_iter().filter(|path| path.exists()) {
            let folder = certificates.parent().context("a file lies in a folder")?;
            buildah.copy(container, &[certificates.into()], &format!("{}/", folder.display()))?;
        }
        let trusted =
            ["NODE_EXTRA_CA_CERTS", "PIP_CERT"].map(|name| format!("--env={name}={}", CERTIFICATES[0]));
        buildah.command("config").args(&trusted).arg(container).succeed()?;
        if let Some(toolchain) = self.toolchain {
            let Toolchain { folders, programs } = toolchain()?;
            for (from, to) in folders {
                buildah.copy(container, &from, to)?;
            }
            let path = format!("PATH={programs}:/usr/local/bin:/usr/bin:/bin");
            buildah.command("config").args(["--env", &path, container]).succeed()?;
        }
        Ok(())
    }
}

/// The whole of Go.
fn go() -> Result<Toolchain> {
    let root = Process::inheriting("go").args(["env", "GOROOT"]).succeed()?.stdout;
    Ok(Toolchain {
        folders: vec![(vec![root.trim().into()], "/usr/local/go")],
        programs: "/usr/local/go/bin",
    })
}

/// Those parts of Rust that compile: without documentation, Clippy and the rest.
fn rust() -> Result<Toolchain> {
    let root = Process::inheriting("rustc").args(["--print", "sysroot"]).succeed()?.stdout;
    let root = PathBuf::from(root.trim());
    let target = "x86_64-unknown-linux-gnu";
    let libraries = fs::read_dir(root.join("lib"))?
        .map(|entry| Ok(entry?.path()))
        .filter(|path| path.as_ref().is_ok_and(|path| path.to_string_lossy().contains(".so")))
        .collect::<Result<Vec<PathBuf>>>()?;
    Ok(Toolchain {
        folders: vec![
            (vec![root.join("bin/cargo"), root.join("bin/rustc")], "/usr/local/rust/bin/"),
            (libraries, "/usr/local/rust/lib/"),
            (
                vec![root.join("lib/rustlib").join(target).join("lib")],
                "/usr/local/rust/lib/rustlib/x86_64-unknown-linux-gnu/lib",
            ),
            // The linker.
            (
                vec![root.join("lib/rustlib").join(target).join("bin")],
                "/usr/local/rust/lib/rustlib/x86_64-unknown-linux-gnu/bin",
            ),
        ],
        programs: "/usr/local/rust/bin",
    })
}
