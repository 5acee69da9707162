//! Runtime profiles: what a Java, Node.js, Python, Go, Rust, .NET or Ruby process, or a static web site, needs from its container to be a
//! good citizen: memory settings that follow its limit, time to start, time to drain.

use std::collections::BTreeMap;

/// A language runtime, or none in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runtime {
    Dotnet,
    Generic,
    Go,
    Java,
    Node,
    Python,
    Ruby,
    Rust,
    Static,
}

/// Every runtime by the name that HCL knows it by.
const NAMES: [(&str, Runtime); 9] = [
    ("dotnet", Runtime::Dotnet),
    ("generic", Runtime::Generic),
    ("go", Runtime::Go),
    ("java", Runtime::Java),
    ("node", Runtime::Node),
    ("python", Runtime::Python),
    ("ruby", Runtime::Ruby),
    ("rust", Runtime::Rust),
    ("static", Runtime::Static),
];

impl Runtime {
    /// The runtime called `name`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, runtime)| *runtime)
    }

    /// The names that [`Runtime::parse`] knows.
    pub(crate) fn names() -> Vec<&'static str> {
        NAMES.iter().map(|(name, _)| *name).collect()
    }

    /// The name of this runtime.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, runtime)| *runtime == self).map_or("generic", |(name, _)| name)
    }

    /// Memory of a container where neither the app nor the standards say, as a Kubernetes quantity.
    pub(crate) fn memory(self) -> &'static str {
        match self {
            Self::Java | Self::Dotnet => "512Mi",
            Self::Go | Self::Rust => "128Mi",
            Self::Static => "64Mi",
            Self::Generic | Self::Node | Self::Python | Self::Ruby => "256Mi",
        }
    }

    /// Seconds that the process may take to start before it is restarted.
    pub(crate) fn startup_seconds(self) -> i64 {
        match self {
            Self::Java => 150,
            Self::Dotnet | Self::Ruby => 90,
            Self::Generic | Self::Node | Self::Python => 60,
            Self::Go | Self::Rust | Self::Static => 30,
        }
    }

    /// Environment variables that make the process keep within `memory_bytes`.
    pub(crate) fn env(self, memory_bytes: Option<u64>) -> BTreeMap<String, String> {
        let mebibytes = |percent: u64| memory_bytes.map(|bytes| bytes / 100 * percent / (1024 * 1024));
        let variable = match self {
            // The JVM reads the container's limit itself, but takes only a quarter of it by default.
            Self::Java => Some(("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=75.0".to_owned())),
            // V8 doesn't know the container's limit before Node.js 20, and sizes its heap by the node's memory.
            Self::Node => mebibytes(75).map(|size| ("NODE_OPTIONS", format!("--max-old-space-size={size}"))),
            Self::Go => mebibytes(90).map(|size| ("GOMEMLIMIT", format!("{size}MiB"))),
            // Hexadecimal: 75 percent of the container's limit.
            Self::Dotnet => Some(("DOTNET_GCHeapHardLimitPercent", "4B".to_owned())),
            // Without it log lines wait in a buffer, and the last ones before a crash are lost.
            Self::Python => Some(("PYTHONUNBUFFERED", "1".to_owned())),
            // Without it glibc keeps an arena of memory for each of many threads.
            Self::Ruby => Some(("MALLOC_ARENA_MAX", "2".to_owned())),
            Self::Generic | Self::Rust | Self::Static => None,
        };
        variable.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runtime_is_found_by_its_name() {
        for name in Runtime::names() {
            assert_eq!(Runtime::parse(name).map(Runtime::name), Some(name));
        }
        assert_eq!(Runtime::parse("cobol"), None);
    }

    #[test]
    fn memory_settings_follow_the_limit() {
        let gibibyte = Some(1024 * 1024 * 1024);
        assert_eq!(Runtime::Node.env(gibibyte)["NODE_OPTIONS"], "--max-old-space-size=767");
        assert_eq!(Runtime::Go.env(gibibyte)["GOMEMLIMIT"], "921MiB");
        assert!(Runtime::Node.env(None).is_empty());
    }
}
