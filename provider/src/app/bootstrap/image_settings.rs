//! What every runtime's Dockerfile sets in the same way: the user, the port and the labels of the image.

use super::BootstrapConfig;

/// User and group of the process: a number, since `runAsNonRoot` cannot judge a name.
const USER: &str = "10001:10001";

/// Lines of the last stage of a Dockerfile.
pub(super) fn image_settings(config: &BootstrapConfig) -> String {
    let title = config.name.as_deref().unwrap_or_default();
    let mut labels = vec![format!("org.opencontainers.image.title={}", quoted(title))];
    if let Some(team) = &config.team {
        labels.push(format!("org.opencontainers.image.vendor={}", quoted(team)));
    }
    for (label, argument) in [("base.name", "RUNTIME_IMAGE"), ("revision", "REVISION"), ("source", "SOURCE")]
    {
        labels.push(format!("org.opencontainers.image.{label}=\"${{{argument}}}\""));
    }
    let port = config.port.unwrap_or_default();
    format!(
        "ARG RUNTIME_IMAGE\nARG REVISION=unknown\nARG SOURCE=unknown\nLABEL {}\nEXPOSE {port}\nUSER {USER}",
        labels.join(" \\\n    ")
    )
}

/// A text in double quotes, as a Dockerfile reads it.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_quotes_or_names_a_variable() {
        assert_eq!(quoted(r#"a "b" ${c} \"#), r#""a \"b\" \${c} \\""#);
    }
}
