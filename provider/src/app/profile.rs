//! The runtime of an app: one that the provider has, with what the standards change, or one of the standards alone.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_post_renderer::standards_document::RuntimeProfile;

use super::explain::Source;
use super::problem::Problems;
use super::runtime::Runtime;
use super::standards::AppStandards;

/// The profile of a runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    name: String,
    base: Runtime,
    own: RuntimeProfile,
}

impl Profile {
    /// The runtime called `name`, or `generic`.
    pub(crate) fn resolve(name: Option<&str>, standards: &AppStandards<'_>, problems: &mut Problems) -> Self {
        let name = name.unwrap_or(Runtime::Generic.name());
        let own = standards.runtimes.get(name);
        let extended = own.and_then(|own| own.extends.as_deref());
        let base = match (extended, own) {
            (Some(extended), _) => Runtime::parse(extended).ok_or(extended),
            (None, Some(_)) => Ok(Runtime::parse(name).unwrap_or(Runtime::Generic)),
            (None, None) => Runtime::parse(name).ok_or(name),
        };
        let base = base.unwrap_or_else(|unknown| {
            if standards.are_unread() {
                return Runtime::Generic;
            }
            let mut known: BTreeSet<&str> = Runtime::names().into_iter().collect();
            let summary = if extended.is_some() {
                format!("The runtime `{name}` of the standards extends `{unknown}`, which is not a runtime")
            } else {
                known.extend(standards.runtimes.keys().map(String::as_str));
                format!("`{unknown}` is not a runtime")
            };
            let known: Vec<&str> = known.into_iter().collect();
            let detail = format!("Use one of {}; \"generic\" assumes nothing.", known.join(", "));
            problems.error("runtime", summary, detail);
            Runtime::Generic
        });
        Self { name: name.to_owned(), base, own: own.cloned().unwrap_or_default() }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The runtime of the provider that it extends.
    pub(crate) fn base(&self) -> Runtime {
        self.base
    }

    /// Memory of a container where neither the app nor the standards' defaults have one, as a Kubernetes quantity.
    pub(crate) fn memory(&self) -> String {
        self.own.memory.as_ref().map_or_else(|| self.base.memory().to_owned(), ToString::to_string)
    }

    /// Seconds that the process may take to start before it is restarted.
    pub(crate) fn startup_seconds(&self) -> i64 {
        self.own.startup_seconds.map_or_else(|| self.base.startup_seconds(), i64::from)
    }

    /// Environment variables, which can follow the memory of the container.
    pub(crate) fn env(&self, memory_bytes: Option<u64>) -> BTreeMap<String, String> {
        let mut env = self.base.env(memory_bytes);
        env.extend(self.own.env.clone());
        env
    }

    /// The source of a field of the profile, such as `memory` or `env.NODE_ENV`.
    pub(super) fn source(&self, field: &str, standards: &AppStandards<'_>) -> Source {
        let is_own = match field.split_once('.') {
            Some(("env", variable)) => self.own.env.contains_key(variable),
            _ if field == "memory" => self.own.memory.is_some(),
            _ => self.own.startup_seconds.is_some(),
        };
        if is_own {
            standards.field(&format!("runtimes.{}.{field}", self.name))
        } else {
            Source::Runtime(self.name.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;

    use super::*;

    const DOCUMENT: &str = "apiVersion: ipsy.dev/v1
kind: Standards
runtimes:
  java: {memory: 1Gi, env: {JAVA_TOOL_OPTIONS: -XX:MaxRAMPercentage=60.0}}
  kotlin: {extends: java, startupSeconds: 200}
  cobol: {memory: 64Mi}
  broken: {extends: fortran}
";

    fn profile(name: &str) -> (Profile, Source, Vec<String>) {
        let document = StandardsDocument::from_yaml(DOCUMENT, "standards.yaml").unwrap();
        let mut problems = Problems::default();
        let standards = AppStandards::of(&document, None, &mut problems);
        let profile = Profile::resolve(Some(name), &standards, &mut problems);
        let source = profile.source("memory", &standards);
        (profile, source, problems.0.into_iter().map(|problem| problem.summary + &problem.detail).collect())
    }

    #[test]
    fn standards_change_a_runtime_and_add_others() {
        let (java, source, told) = profile("java");
        assert_eq!((java.memory().as_str(), java.startup_seconds(), told.len()), ("1Gi", 150, 0));
        assert_eq!(java.env(None)["JAVA_TOOL_OPTIONS"], "-XX:MaxRAMPercentage=60.0");
        assert_eq!(source, Source::Standards("standards.yaml, line 4: runtimes.java.memory".to_owned()));
        let (kotlin, source, _) = profile("kotlin");
        assert_eq!((kotlin.memory().as_str(), kotlin.startup_seconds()), ("512Mi", 200));
        assert_eq!(source, Source::Runtime("kotlin".to_owned()));
        let (cobol, _, told) = profile("cobol");
        assert_eq!((cobol.name(), cobol.memory().as_str(), told.len()), ("cobol", "64Mi", 0));
    }

    #[test]
    fn a_runtime_of_standards_that_are_not_read_yet_is_not_refused() {
        let document = StandardsDocument::unread();
        let mut problems = Problems::default();
        let standards = AppStandards::of(&document, None, &mut problems);
        let profile = Profile::resolve(Some("kotlin"), &standards, &mut problems);
        assert_eq!((profile.name(), problems.0.len()), ("kotlin", 0));
    }

    #[test]
    fn a_runtime_that_does_not_exist_is_refused_with_those_that_do() {
        let (_, _, told) = profile("kobol");
        assert!(told[0].starts_with("`kobol` is not a runtime") && told[0].contains("cobol"), "{told:?}");
        let (_, _, told) = profile("broken");
        assert!(told[0].contains("extends `fortran`"), "{told:?}");
    }
}
