//! The provider's standards: the file first, then the block over it.

use std::collections::BTreeMap;

use tf_provider::{Diagnostic, Diagnostics, Path};

use super::schema::{ProviderConfig, ResourceStandardsConfig, StandardsConfig};
use crate::app::standards::{LogStandards, Mode, ResourceDefaults, ResourceStandards, Standards};
use ipsy_post_renderer::Quantity;

/// Reads and checks the standards; `None` if there are errors. The file is only read where `with_file` says
/// so: Terraform also validates configurations on machines that don't have it.
pub(super) fn resolve(
    config: &ProviderConfig,
    with_file: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Standards> {
    let mut standards = Standards::default();
    if let Some(path) = config.standards_file.as_deref().filter(|_| with_file) {
        standards = diagnostics.take(read(path))?;
    }
    if let Some(block) = &config.standards {
        let mode = parse_mode(block.mode.as_deref(), Path::root("standards"), diagnostics);
        let resources_mode = block.resources.as_ref().and_then(|resources| {
            parse_mode(resources.mode.as_deref(), Path::root("standards").attribute("resources"), diagnostics)
        });
        standards.overlay(from_block(block, resources_mode));
        standards.mode = mode.unwrap_or(standards.mode);
    }
    check_quantities(&standards, diagnostics);
    (!diagnostics.has_errors()).then_some(standards)
}

fn read(path: &str) -> Result<Standards, Diagnostic> {
    let at = |detail: String| {
        Diagnostic::error(format!("The standards in `{path}` can't be used"), detail)
            .at(Path::root("standards_file"))
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        at(format!("{error}. A relative path starts at the folder that Terraform runs in; write `\"${{path.module}}/…\"` for one beside the configuration."))
    })?;
    Standards::from_yaml(&text).map_err(|error| at(format!("{error}.")))
}

fn parse_mode(name: Option<&str>, place: Path, diagnostics: &mut Diagnostics) -> Option<Mode> {
    let name = name?;
    let mode = Mode::parse(name);
    if mode.is_none() {
        diagnostics.push(
            Diagnostic::error(format!("`{name}` is no mode"), "Use \"enforce\", \"default\" or \"warn\".")
                .at(place.attribute("mode")),
        );
    }
    mode
}

fn from_block(block: &StandardsConfig, resources_mode: Option<Mode>) -> Standards {
    let none = ResourceStandardsConfig::default();
    let resources = block.resources.as_ref().unwrap_or(&none);
    let pairs = |cpu: &Option<String>, memory: &Option<String>| {
        let both = [("cpu", cpu), ("memory", memory)];
        both.into_iter()
            .filter_map(|(name, amount)| Some((name.to_owned(), amount.clone()?)))
            .collect::<BTreeMap<_, _>>()
    };
    Standards {
        version: block.version.clone().unwrap_or_default(),
        required_labels: block.required_labels.clone().unwrap_or_default(),
        labels: block.labels.clone().unwrap_or_default(),
        annotations: block.annotations.clone().unwrap_or_default(),
        resources: ResourceStandards {
            defaults: ResourceDefaults {
                requests: pairs(&resources.default_cpu_request, &resources.default_memory),
                limits: pairs(&resources.default_cpu_limit, &resources.default_memory),
            },
            minimum: pairs(&resources.min_cpu, &resources.min_memory),
            maximum: pairs(&resources.max_cpu, &resources.max_memory),
            mode: resources_mode,
        },
        logs: LogStandards { retention_days: block.log_retention_days },
        ..Standards::default()
    }
}

/// Every quantity must be one: a limit that can't be read would be no limit.
fn check_quantities(standards: &Standards, diagnostics: &mut Diagnostics) {
    let resources = &standards.resources;
    for (title, table) in [
        ("resources.defaults.requests", &resources.defaults.requests),
        ("resources.defaults.limits", &resources.defaults.limits),
        ("resources.minimum", &resources.minimum),
        ("resources.maximum", &resources.maximum),
    ] {
        for (name, text) in table {
            if let Err(error) = Quantity::parse(text) {
                diagnostics.push(
                    Diagnostic::error(
                        format!("`{text}` is no quantity"),
                        format!("{title}.{name}: {error}."),
                    )
                    .at(Path::root("standards_file")),
                );
            }
        }
    }
}
