//! The quickstart from first plan to destroy, on real Terraform and Helm, as `make demo` shows it,
//! and that it leaves the machine as it was.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use acceptance::process::{Disturbance, Process};

use crate::fixture;

#[test]
fn the_demonstration_works_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let shown = demonstration(folder.path()).succeed().unwrap().stdout;
    for word in ["known before anything exists", "+    app.kubernetes.io/part-of: shop", "No changes."] {
        assert!(shown.contains(word), "{word}:\n{shown}");
    }
    assert_nothing_left(folder.path(), &shown);
}

#[test]
fn ctrl_c_leaves_nothing_either() {
    let folder = tempfile::tempdir().unwrap();
    let (applying, ended) = (Arc::new(AtomicBool::new(false)), AtomicBool::new(false));
    let outcome = thread::scope(|scope| {
        scope.spawn(|| {
            while !applying.load(Ordering::Relaxed) && !ended.load(Ordering::Relaxed) {
                applying.store(holds(folder.path(), "ipsy-tf-"), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(20));
            }
        });
        let disturbed = demonstration(folder.path()).disturbed(Disturbance::Interrupt, Arc::clone(&applying));
        let outcome = disturbed.run();
        ended.store(true, Ordering::Relaxed);
        outcome.unwrap()
    });
    assert_eq!(outcome.code, 130, "{}", outcome.stdout);
    assert_nothing_left(folder.path(), &outcome.stdout);
}

/// The task as people run it, with a folder of its own for temporary files.
fn demonstration(folder: &Path) -> Process {
    Process::inheriting(env!("CARGO_BIN_EXE_dev"))
        .arg("demo")
        .env("IPSY_BIN_DIR", fixture::programs().folder().unwrap())
        .env("TMPDIR", folder)
        .limit(Duration::from_mins(5))
}

fn assert_nothing_left(folder: &Path, shown: &str) {
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "these lie about: {left:?}");
    let url = shown.split_whitespace().find_map(|word| word.strip_prefix("http://"));
    if let Some(address) = url {
        assert!(TcpStream::connect(address).is_err(), "{address} still listens");
    }
}

fn holds(folder: &Path, prefix: &str) -> bool {
    let mut entries = fs::read_dir(folder).unwrap().filter_map(Result::ok);
    entries.any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
}
