//! Starts an image as Kubernetes does with the standard chart: its user, a read-only root, a writable `/tmp`, no
//! capabilities, and the limit of memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::buildah::Buildah;
use crate::process::{Process, Running};

/// A started image, ended when this is dropped.
#[derive(Debug)]
pub(super) struct Container {
    id: String,
    running: Running,
    folder: TempDir,
}

impl Container {
    /// Starts an image of a registry with environment variables and a limit of memory.
    pub(super) fn start(
        buildah: &Buildah,
        image: &str,
        env: &BTreeMap<String, String>,
        memory_bytes: u64,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let working = buildah.container(image)?;
        let configuration = buildah.configuration(image)?;
        let root = buildah.mount(&working)?;
        // Places to mount on, which Kubernetes makes in a layer of its own.
        for name in ["dev", "proc", "sys", "tmp"] {
            fs::create_dir_all(root.join(name))?;
        }
        let bundle = specification(&configuration, &root, env, memory_bytes)?;
        fs::write(folder.path().join("config.json"), serde_json::to_vec_pretty(&bundle)?)?;
        let id = format!("ipsy-{}-{}", std::process::id(), working.replace('.', "-"));
        let log = File::create(folder.path().join("log"))?;
        let running = Process::new("runc")
            .arg(format!("--root={}", folder.path().join("state").display()))
            .args(["run", "--bundle"])
            .arg(folder.path())
            .arg(&id)
            .start(Stdio::from(log.try_clone()?), Stdio::from(log))?;
        Ok(Self { id, running, folder })
    }

    /// What it wrote.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Asks for a path until the answer is good, as a startup probe does; returns the body.
    pub(super) fn answer(&mut self, port: u64, path: &str, limit: Duration) -> Result<String> {
        let started = Instant::now();
        loop {
            match get(port, path) {
                Ok(body) => return Ok(body),
                Err(problem) if started.elapsed() > limit => {
                    return Err(problem).with_context(|| format!("no answer for {limit:?}:\n{}", self.log()));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
            if let Some(status) = self.running.child.try_wait()? {
                bail!("it ended with {status}:\n{}", self.log());
            }
        }
    }

    /// Asks it to end, as Kubernetes does, and waits for that.
    pub(super) fn terminate(&mut self, limit: Duration) -> Result<()> {
        self.runc(&["kill", &self.id, "TERM"])?;
        let started = Instant::now();
        while self.running.child.try_wait()?.is_none() {
            if started.elapsed() > limit {
                bail!("it did not end within {limit:?} of SIGTERM:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn runc(&self, arguments: &[&str]) -> Result<()> {
        Process::new("runc")
            .arg(format!("--root={}", self.folder.path().join("state").display()))
            .args(arguments)
            .succeed()
            .map(drop)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.runc(&["delete", "--force", &self.id]);
    }
}

/// The bundle of the OCI runtime.
fn specification(
    configuration: &Value,
    root: &Path,
    env: &BTreeMap<String, String>,
    memory_bytes: u64,
) -> Result<Value> {
    let user = configuration["User"].as_str().context("the image sets no user")?;
    let (uid, gid) = user.split_once(':').context("the image's user has no group")?;
    let mut variables: Vec<Value> = configuration["Env"].as_array().cloned().unwrap_or_default();
    variables.extend(env.iter().map(|(name, value)| Value::from(format!("{name}={value}"))));
    let mount = |kind: &str, place: &str, options: Value| json!({"type": kind, "source": kind, "destination": place, "options": options});
    Ok(json!({
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": uid.parse::<u32>()?, "gid": gid.parse::<u32>()?},
            "args": configuration["Entrypoint"],
            "env": variables,
            "cwd": configuration["WorkingDir"].as_str().filter(|folder| !folder.is_empty()).unwrap_or("/"),
            "noNewPrivileges": true,
        },
        "root": {"path": root, "readonly": true},
        "mounts": [
            mount("proc", "/proc", json!([])),
            mount("tmpfs", "/dev", json!(["nosuid", "mode=755", "size=65536k"])),
            mount("tmpfs", "/tmp", json!(["mode=1777"])),
            // Here runtimes read the limit of memory.
            mount("cgroup", "/sys/fs/cgroup", json!(["ro"])),
        ],
        "linux": {
            "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "cgroup"}],
            "resources": {"memory": {"limit": memory_bytes}},
        },
    }))
}

/// The body of a good answer.
fn get(port: u64, path: &str) -> Result<String> {
    use std::io::{Read, Write};
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").context("not an answer of HTTP")?;
    if head.split(' ').nth(1) != Some("200") {
        bail!("{}", head.lines().next().unwrap_or_default());
    }
    Ok(body.to_owned())
}
