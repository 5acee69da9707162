//! A finding as text for people: headline, place, the source line underlined, help.

use super::{Finding, Location, Severity};
use std::fmt::{self, Display, Formatter};

impl Display for Finding {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Report { finding: self, paint: Paint::None }.fmt(formatter)
    }
}

impl Finding {
    /// The text with colors for a terminal.
    #[cfg(feature = "cli")]
    pub(crate) fn colored(&self) -> impl Display {
        Report { finding: self, paint: Paint::Ansi }
    }
}

/// How a report is highlighted.
#[derive(Clone, Copy)]
enum Paint {
    None,
    #[cfg(feature = "cli")]
    Ansi,
}

impl Paint {
    /// `text` in a style, given as parameters of the ANSI escape sequence SGR (`1;31`: bold red).
    fn style(self, style: &str, text: impl Display) -> String {
        match self {
            Self::None => text.to_string(),
            #[cfg(feature = "cli")]
            Self::Ansi => format!("\x1b[{style}m{text}\x1b[0m"),
        }
    }
}

const BOLD: &str = "1";
const BLUE: &str = "34";

/// The color of a severity: red, yellow, cyan.
fn color(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;36",
    }
}

struct Report<'f> {
    finding: &'f Finding,
    paint: Paint,
}

impl Display for Report<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { finding, paint } = *self;
        let label = format!("{}[{}]", finding.severity, finding.id);
        write!(formatter, "{}: ", paint.style(color(finding.severity), label))?;
        let place = &finding.location;
        match (&place.object, &place.field) {
            (Some(object), Some(field)) => write!(formatter, "{object}: {field}: ")?,
            (Some(one), None) | (None, Some(one)) => write!(formatter, "{one}: ")?,
            (None, None) => {}
        }
        formatter.write_str(&finding.message)?;
        let parts = place_parts(place);
        if !parts.is_empty() {
            write!(formatter, "\n  {} {}", paint.style(BLUE, "-->"), parts.join(", "))?;
        }
        if let (Some(text), Some(line)) = (&place.text, place.line) {
            let number = line.to_string();
            write!(formatter, "\n  {} {text}", paint.style(BLUE, format_args!("{number} |")))?;
            if let Some(column) = place.caret.or(place.column) {
                // Tabs stay tabs, so that the mark is below its place at any tab width.
                let above = text.chars().map(|character| if character == '\t' { '\t' } else { ' ' });
                let indent: String =
                    above.chain(std::iter::repeat(' ')).take(column.saturating_sub(1)).collect();
                let mark = paint.style(color(finding.severity), "^");
                write!(formatter, "\n  {:width$}{indent}{mark}", "", width = number.len() + 3)?;
            }
        }
        if let Some(help) = &finding.help {
            write!(formatter, "\n  {}: {help}", paint.style(BOLD, "help"))?;
        }
        Ok(())
    }
}

/// `stdin`, `document 2`, `line 12, column 3`, `template shop/templates/app.yaml`, as far as they are known.
fn place_parts(place: &Location) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(place.source.clone());
    parts.extend(place.document.map(|document| format!("document {document}")));
    match (place.line, place.column) {
        (Some(line), Some(column)) => parts.push(format!("line {line}, column {column}")),
        (Some(line), None) => parts.push(format!("line {line}")),
        _ => {}
    }
    parts.extend(place.template.as_ref().map(|template| format!("template {template}")));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        let place = Location {
            source: Some("stdin".into()),
            document: Some(2),
            line: Some(12),
            column: Some(3),
            template: Some("shop/templates/app.yaml".into()),
            text: Some("a:\tb".into()),
            ..Location::default()
        };
        Finding::error("invalid-yaml", "a tab cannot indent").at(place).help("use blanks")
    }

    #[test]
    fn report_underlines_the_place_and_names_the_template() {
        assert_eq!(
            finding().to_string(),
            "error[invalid-yaml]: a tab cannot indent\n  --> stdin, document 2, line 12, column 3, template shop/templates/app.yaml\n  12 | a:\tb\n         ^\n  help: use blanks"
        );
    }

    #[cfg(feature = "cli")]
    #[test]
    fn colors_change_nothing_but_colors() {
        let colored = finding().colored().to_string();
        assert!(colored.starts_with("\x1b[1;31merror[invalid-yaml]\x1b[0m: "), "{colored}");
        let plain = regex::Regex::new("\x1b\\[[0-9;]*m").unwrap().replace_all(&colored, "").into_owned();
        assert_eq!(plain, finding().to_string());
    }
}
