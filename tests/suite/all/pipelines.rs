//! The reusable workflow of `examples/github-workflow`: it is valid, and its commands do in order what the shared library
//! for Jenkins does.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use acceptance::console::Console;
use acceptance::process::{Outcome, Process};
use acceptance::tools::Tools;
use acceptance::workspace;
use serde_json::Value;

const IMAGE: &str = "registry.test/app:c0ffee";

#[test]
fn actionlint_accepts_the_reusable_workflow() {
    let actionlint = Tools::actionlint(Console::quiet()).unwrap();
    let folder = workspace::root().join("examples/github-workflow");
    // actionlint looks for called workflows from the root of a repository.
    let copy = tempfile::tempdir().unwrap();
    Process::new("cp").arg("-R").arg(folder.join(".github")).arg(copy.path()).succeed().unwrap();
    Process::new("git").args(["init", "--quiet"]).within(copy.path()).succeed().unwrap();
    let lint = Process::new(actionlint).args(["-no-color", "-shellcheck=", "-pyflakes="]);
    let outcome = lint.within(copy.path()).run().unwrap();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
}

#[test]
fn its_commands_build_scan_push_deploy_and_shift() {
    let repository = Repository::new("");
    for job in ["build", "deploy"] {
        assert_eq!(repository.run(job).code, 0);
    }
    assert_eq!(
        repository.calls(),
        [
            "ipsy-post-renderer check --pins .",
            "ci/image.sh registry.test/app:c0ffee",
            "ci/scan.sh registry.test/app:c0ffee",
            "ci/push.sh registry.test/app:c0ffee",
            "ci/deploy.sh dev registry.test/app:c0ffee",
            "ci/shift.sh dev 10",
            "ci/shift.sh dev 50",
            "ci/shift.sh dev 100",
        ]
    );
}

#[test]
fn a_command_that_fails_ends_its_job() {
    for failing in ["ipsy-post-renderer", "ci/image.sh", "ci/scan.sh", "ci/push.sh"] {
        let repository = Repository::new(failing);
        assert_ne!(repository.run("build").code, 0, "{failing}");
        assert!(repository.calls().last().unwrap().starts_with(failing), "{:?}", repository.calls());
    }
}

#[test]
fn a_step_that_fails_sends_all_requests_back() {
    let repository = Repository::new("ci/shift.sh dev 50");
    assert_ne!(repository.run("deploy").code, 0);
    let calls = repository.calls();
    assert_eq!(calls[1..], ["ci/shift.sh dev 10", "ci/shift.sh dev 50", "ci/rollback.sh dev"]);
}

/// A repository whose scripts note that they were called, and fail if the call begins with a text.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new(failing: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let note = |call: &str| {
            format!(
                "#!/bin/sh\ncall=\"{call} $*\"\necho \"$call\" >> '{}'\ncase $call in \"{}\"*) exit 1 ;; esac\n",
                root.join("calls").display(),
                if failing.is_empty() { "nothing" } else { failing }
            )
        };
        fs::create_dir(root.join("ci")).unwrap();
        for script in ["image", "scan", "push", "deploy", "shift", "rollback"] {
            fs::write(root.join(format!("ci/{script}.sh")), note(&format!("ci/{script}.sh"))).unwrap();
        }
        program(&root.join("programs/ipsy-post-renderer"), &note("ipsy-post-renderer"));
        Self { folder }
    }

    /// Runs the commands of a job, as GitHub does: each in a shell of its own, until one fails.
    fn run(&self, job: &str) -> Outcome {
        let path = workspace::root().join("examples/github-workflow/.github/workflows/ipsy.yml");
        let workflow: Value = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let steps = workflow["jobs"][job]["steps"].as_array().unwrap();
        let commands = steps.iter().filter_map(|step| step["run"].as_str());
        let search =
            format!("{}:{}", self.folder.path().join("programs").display(), std::env::var("PATH").unwrap());
        let mut last = None;
        for command in commands {
            assert!(!command.contains("${{"), "expressions in scripts can be injected into: {command}");
            let outcome = Process::new("bash")
                .args(["-e", "-c", command])
                .env("PATH", &search)
                .envs([("IMAGE", IMAGE), ("ENVIRONMENT", "dev"), ("STEPS", "10 50 100")])
                .within(self.folder.path())
                .run()
                .unwrap();
            let failed = outcome.code != 0;
            last = Some(outcome);
            if failed {
                break;
            }
        }
        last.unwrap()
    }

    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("calls")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

fn program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
