//! Files that the arguments name.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Largest configuration file, in bytes.
const LIMIT: u64 = 16 << 20;

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a path of the arguments means stdin.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether two paths name the same file. A path that names nothing is the same as none.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Reads a configuration file: a regular file of at most 16 MiB.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    read_text_at_most(path, LIMIT)
}

fn read_text_at_most(path: &Path, limit: u64) -> io::Result<String> {
    // A device or pipe may block or never end, so nothing of it is opened.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    read_at_most(&mut File::open(path)?, limit)
}

/// Reads a configuration of at most 16 MiB from stdin.
pub(super) fn read_text_from(stdin: &mut dyn Read) -> io::Result<String> {
    read_at_most(stdin, LIMIT)
}

fn read_at_most(input: &mut dyn Read, limit: u64) -> io::Result<String> {
    let mut text = String::new();
    if input.take(limit + 1).read_to_string(&mut text)? as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {} MiB", limit >> 20)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_a_regular_file_within_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        fs::write(&path, "123456789").unwrap();
        assert_eq!(read_text_at_most(&path, 9).unwrap(), "123456789");
        assert!(read_text_at_most(&path, 8).unwrap_err().to_string().contains("larger"));
        assert!(read_text(folder.path()).unwrap_err().to_string().contains("regular file"));
    }

    #[test]
    fn one_file_has_many_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "").unwrap();
        assert!(same_file(&path, &folder.path().join(".").join("a")));
        assert!(!same_file(&path, &folder.path().join("b")));
    }
}
