//! The engine knows no files, no clock and no environment: only `command` may.

use std::path::{Path, PathBuf};

const BANNED: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::time",
    "std::process",
    "std::net",
    "std::thread",
    "rustix",
    "println!",
    "HashMap",
];

#[test]
fn only_the_command_touches_the_world() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    assert!(files.len() > 40);
    for file in files {
        let name = file.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{name} does not say what it is");
        assert!(text.lines().count() <= 500, "{name} has more than 500 lines");
        let is_worldly = name == "main.rs" || name.starts_with("command");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        // Chunks of a long stream are rendered side by side; the output is the same as with one thread.
        let is_allowed =
            |banned: &&str| is_worldly || (name.as_str(), *banned) == ("render/stream.rs", "std::thread");
        for banned in BANNED.into_iter().filter(|banned| !is_allowed(banned)) {
            assert!(!code.contains(banned), "{name} uses {banned}");
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}
