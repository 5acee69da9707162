//! Files that a kustomization file names: inside its folder only, so that a kustomization cannot read other files of
//! the machine that runs it.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// Largest file, in bytes.
const LIMIT: u64 = 16 << 20;

/// Reads a file below a folder as text.
pub(super) fn read(folder: &Path, name: &str) -> Result<String, String> {
    let path = inside(folder, name)?;
    let failed = |error: std::io::Error| format!("`{name}` cannot be read: {error}");
    if !fs::metadata(&path).map_err(failed)?.is_file() {
        return Err(format!("`{name}` is not a regular file"));
    }
    let mut text = String::new();
    let length = File::open(&path).map_err(failed)?.take(LIMIT + 1).read_to_string(&mut text);
    if length.map_err(failed)? as u64 > LIMIT {
        return Err(format!("`{name}` is larger than {} MiB", LIMIT >> 20));
    }
    Ok(text)
}

/// The real path of a file, which must be inside the folder, symbolic links followed.
fn inside(folder: &Path, name: &str) -> Result<PathBuf, String> {
    if name.contains("://") {
        return Err(format!("`{name}` is a URL: expected a path, since nothing is downloaded"));
    }
    let relative = Path::new(name);
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if name.is_empty() || !relative.components().all(is_plain) {
        return Err(format!(
            "`{name}` must be a relative path without `..`, below the folder of the kustomization file"
        ));
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let failed = |error: std::io::Error| format!("`{name}` cannot be read: {error}");
    let folder = folder.canonicalize().map_err(failed)?;
    let path = folder.join(relative).canonicalize().map_err(failed)?;
    if path.starts_with(&folder) {
        Ok(path)
    } else {
        Err(format!("`{name}` is a symbolic link to a file outside the folder of the kustomization file"))
    }
}
