//! Which lines are wanted: Terraform's `TF_LOG` variables, and who may log at all.

use std::{collections::BTreeMap, ffi::OsString};

use tracing::{Metadata, level_filters::LevelFilter};
use tracing_subscriber::filter::FilterFn;

/// What the variables say. Later ones apply where earlier ones are silent.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    all: Option<String>,
    providers: Option<String>,
    framework: Option<String>,
    named: Vec<(String, String)>,
}

/// The levels of the provider's own lines and of the framework's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels {
    own: LevelFilter,
    framework: LevelFilter,
}

const NAMED: &str = "TF_LOG_PROVIDER_";

impl Wanted {
    /// What these variables, of which none is empty, say.
    pub(crate) fn of(variables: BTreeMap<OsString, OsString>) -> Self {
        let texts = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let mut wanted = Self::default();
        for (name, value) in texts {
            match name.as_str() {
                "TF_LOG" => wanted.all = Some(value),
                "TF_LOG_PROVIDER" => wanted.providers = Some(value),
                "TF_LOG_SDK" => wanted.framework = Some(value),
                _ => wanted.named.extend(name.strip_prefix(NAMED).map(|name| (name.to_owned(), value))),
            }
        }
        wanted
    }

    pub(super) fn levels(&self, name: &str) -> Levels {
        let name = name.to_uppercase().replace('-', "_");
        let named = self.named.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        let broad = self.providers.as_deref().or(self.all.as_deref());
        let level = |text: Option<&str>| text.map_or(LevelFilter::ERROR, parse);
        Levels {
            own: level(named.or(broad)),
            framework: level(self.framework.as_deref().or(named).or(broad)),
        }
    }
}

/// Unlike Terraform itself, a provider that is told an unknown level stays quiet instead of loud.
fn parse(text: &str) -> LevelFilter {
    match text.to_uppercase().as_str() {
        "TRACE" | "JSON" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "OFF" => LevelFilter::OFF,
        _ => LevelFilter::ERROR,
    }
}

impl Levels {
    /// Other libraries log errors only: what they say below that may hold whole requests, headers included.
    pub(super) fn filter(self, name: &'static str) -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
        let highest = self.own.max(self.framework);
        FilterFn::new(move |metadata| {
            let origin = metadata.target().split("::").next().unwrap_or_default();
            let level = if origin == "provider_framework" {
                self.framework
            } else if origin.split('_').any(|part| part == name) {
                self.own
            } else {
                LevelFilter::ERROR.min(self.own)
            };
            *metadata.level() <= level
        })
        .with_max_level_hint(highest.max(LevelFilter::ERROR))
    }
}

#[cfg(test)]
mod tests {
    use tracing::level_filters::LevelFilter;

    use super::{Levels, Wanted};

    fn check(wanted: &Wanted, own: LevelFilter, framework: LevelFilter) {
        assert_eq!(wanted.levels("ipsy"), Levels { own, framework });
    }

    #[test]
    fn the_more_particular_variable_wins() {
        check(&Wanted::default(), LevelFilter::ERROR, LevelFilter::ERROR);
        let wanted = Wanted { all: Some("trace".into()), ..Wanted::default() };
        check(&wanted, LevelFilter::TRACE, LevelFilter::TRACE);
        let wanted = Wanted { providers: Some("WARN".into()), ..wanted };
        check(&wanted, LevelFilter::WARN, LevelFilter::WARN);
        let wanted = Wanted { named: vec![("IPSY".into(), "debug".into())], ..wanted };
        check(&wanted, LevelFilter::DEBUG, LevelFilter::DEBUG);
        let wanted = Wanted { framework: Some("OFF".into()), ..wanted };
        check(&wanted, LevelFilter::DEBUG, LevelFilter::OFF);
    }
}
