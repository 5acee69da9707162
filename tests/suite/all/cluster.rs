//! The real Kubernetes of `make test-cluster`: what it prints, and that it leaves the machine as it was,
//! also after Ctrl-C. The matrix itself is a part of `make test`.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use acceptance::process::{Disturbance, Process};

use crate::fixture;

#[test]
fn a_scenario_alone_is_counted_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let shown = matrix("admission", folder.path()).succeed().unwrap().stdout;
    assert!(shown.contains("passed  Helm 4 "), "{shown}");
    assert!(shown.contains("4 passed, 0 failed"), "{shown}");
    assert_nothing_left(folder.path());
}

#[test]
fn ctrl_c_stops_the_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let (under_way, ended) = (Arc::new(AtomicBool::new(false)), AtomicBool::new(false));
    let outcome = thread::scope(|scope| {
        scope.spawn(|| {
            // Terraform starts once the cluster runs.
            while !under_way.load(Ordering::Relaxed) && !ended.load(Ordering::Relaxed) {
                under_way.store(holds(folder.path(), "ipsy-tf-"), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(20));
            }
        });
        let disturbed =
            matrix("helm-3", folder.path()).disturbed(Disturbance::Interrupt, Arc::clone(&under_way));
        let outcome = disturbed.run();
        ended.store(true, Ordering::Relaxed);
        outcome.unwrap()
    });
    assert_eq!(outcome.code, 130, "{}", outcome.stdout);
    assert_nothing_left(folder.path());
}

#[test]
fn a_scenario_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = matrix("helm-2", folder.path()).run().unwrap();
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("there are charts, chart-fields, helm-3, helm-4, kapp"),
        "{}",
        outcome.stdout
    );
}

/// The task as people run it, with a folder of its own for temporary files.
fn matrix(scenario: &str, folder: &Path) -> Process {
    Process::inheriting(env!("CARGO_BIN_EXE_dev"))
        .args(["test-cluster", scenario])
        .env("IPSY_BIN_DIR", fixture::programs().folder().unwrap())
        .env("TMPDIR", folder)
        .limit(Duration::from_mins(40))
}

/// No file, and no process that was started on one.
fn assert_nothing_left(folder: &Path) {
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "these lie about: {left:?}");
    let name = folder.to_string_lossy().into_owned();
    let running = Process::new("ps").args(["-A", "-o", "args"]).succeed().unwrap().stdout;
    let running: Vec<_> = running.lines().filter(|line| line.contains(&name)).collect();
    assert!(running.is_empty(), "these still run: {running:?}");
}

fn holds(folder: &Path, prefix: &str) -> bool {
    let mut entries = fs::read_dir(folder).unwrap().filter_map(Result::ok);
    entries.any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
}
