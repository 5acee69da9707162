//! The known place of the report when Helm 4 runs the post-renderer as a plugin, and discards its stderr.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// `ipsy-post-renderer/report.json` in Helm's cache directory; `None` if that directory is unknown.
pub(super) fn report_path() -> Option<PathBuf> {
    cache(|name| env::var_os(name)).map(|cache| cache.join("ipsy-post-renderer").join("report.json"))
}

/// Helm's cache directory, by Helm's own rules. Helm does not pass it to post-renderers.
fn cache(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(given) = path("HELM_CACHE_HOME") {
        return Some(given);
    }
    let cache = path("XDG_CACHE_HOME").or_else(|| match env::consts::OS {
        "windows" => path("TEMP"),
        "macos" => path("HOME").map(|home| home.join("Library/Caches")),
        _ => path("HOME").map(|home| home.join(".cache")),
    });
    cache.map(|cache| cache.join("helm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        assert_eq!(cache(variable), expected.map(PathBuf::from));
    }

    #[test]
    fn cache_directory_is_the_one_that_helm_uses() {
        check(&[("HELM_CACHE_HOME", "/c"), ("XDG_CACHE_HOME", "/x")], Some("/c"));
        check(&[("HELM_CACHE_HOME", ""), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")], Some("/x/helm"));
        check(&[], None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn cache_directory_is_in_the_home_directory() {
        check(&[("HOME", "/h")], Some("/h/.cache/helm"));
    }
}
