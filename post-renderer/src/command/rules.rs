//! `explain-rule` and `standards`: what a rule or another finding means, and what to do about it.

use crate::finding::{Finding, FindingKind, finding_kinds};
use crate::standards::{Rule, standards};
use crate::standards_document::{PLAN_RULES, PlanRule};
use clap::ValueEnum;
use manifest_patch::nearest;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The format of an explanation.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum RuleFormat {
    /// For people.
    #[default]
    Text,
    /// A page in Markdown.
    Markdown,
    /// JSON.
    Json,
}

/// What an id stands for.
#[derive(Clone, Copy)]
pub(super) enum Explained {
    Standard(&'static Rule),
    Plan(&'static PlanRule),
    Kind(&'static FindingKind),
}

/// Explains one id, or all of them. An unknown id is an error; the result of writing is inside.
pub(super) fn explain(
    id: Option<&str>,
    format: RuleFormat,
    stream: &mut dyn Write,
) -> Result<io::Result<()>, Box<Finding>> {
    let Some(id) = id else { return Ok(explain_all(format, stream)) };
    let explained = Explained::find(id).ok_or_else(|| Box::new(unknown(id)))?;
    Ok(match format {
        RuleFormat::Text => write!(stream, "{}", explained.text(id)),
        RuleFormat::Markdown => write!(stream, "{}", explained.markdown(id)),
        RuleFormat::Json => writeln!(stream, "{:#}", explained.json()),
    })
}

/// Lists the standards.
pub(super) fn list(stream: &mut dyn Write) -> io::Result<()> {
    for rule in standards() {
        writeln!(stream, "{}\n  {}\n  why: {}\n  set by: {}", rule.id, rule.summary, rule.why, rule.source)?;
    }
    for rule in PLAN_RULES {
        let PlanRule { id, summary, why, .. } = rule;
        let source = rule.source.unwrap_or("nothing, it always holds");
        writeln!(stream, "{id} (by the provider, at plan)\n  {summary}\n  why: {why}\n  set by: {source}")?;
    }
    Ok(())
}

fn explain_all(format: RuleFormat, stream: &mut dyn Write) -> io::Result<()> {
    let all: Vec<Explained> = Explained::all().collect();
    if let RuleFormat::Json = format {
        return writeln!(stream, "{:#}", Value::Array(all.iter().map(Explained::json).collect()));
    }
    for (index, explained) in all.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        let text = match format {
            RuleFormat::Markdown => explained.markdown(explained.id()),
            RuleFormat::Text | RuleFormat::Json => explained.text(explained.id()),
        };
        write!(stream, "{separator}{text}")?;
    }
    Ok(())
}

fn unknown(id: &str) -> Finding {
    let ids: Vec<&str> = Explained::all().map(|explained| explained.id()).collect();
    let help = match nearest(id, ids.iter().copied()) {
        Some(nearest) => {
            format!("did you mean `{nearest}`? `ipsy-post-renderer explain-rule --all` shows all ids")
        }
        None => "`ipsy-post-renderer explain-rule --all` shows all ids".to_owned(),
    };
    Finding::error("rule-unknown", format!("no rule has the id `{id}`")).help(help)
}

impl Explained {
    /// Standards in the order in which they apply, the rules of the provider, then all other findings.
    fn all() -> impl Iterator<Item = Self> {
        let of_provider = PLAN_RULES.into_iter().map(Self::Plan);
        standards().map(Self::Standard).chain(of_provider).chain(finding_kinds().iter().map(Self::Kind))
    }

    /// What an id as a message prints it stands for. A part (`resource-maximum/memory`) belongs to its rule.
    pub(super) fn find(id: &str) -> Option<Self> {
        let rule = id.split_once('/').map_or(id, |(rule, _)| rule);
        Self::all().find(|explained| explained.id() == rule)
    }

    fn id(&self) -> &'static str {
        match self {
            Self::Standard(rule) => rule.id,
            Self::Plan(rule) => rule.id,
            Self::Kind(kind) => kind.id,
        }
    }

    /// One sentence.
    pub(super) fn summary(&self) -> &'static str {
        match self {
            Self::Standard(rule) => rule.summary,
            Self::Plan(rule) => rule.summary,
            Self::Kind(kind) => kind.meaning,
        }
    }

    /// For a terminal. `id` may name a part, which the example of an exception then names too.
    pub(super) fn text(&self, id: &str) -> String {
        let mut text = format!("{id}: {}\n", self.summary());
        for (heading, section) in self.sections(id) {
            let _ = write!(text, "\n{heading}:\n");
            for line in section.lines().filter(|line| !line.starts_with("```")) {
                let _ = writeln!(text, "  {line}");
            }
        }
        text
    }

    /// A page in Markdown, which begins with its title.
    pub(super) fn markdown(&self, id: &str) -> String {
        let mut page = format!("# {id}\n\n{}\n", self.summary());
        for (heading, section) in self.sections(id) {
            let _ = write!(page, "\n## {heading}\n\n{section}\n");
        }
        page
    }

    fn json(&self) -> Value {
        match self {
            Self::Standard(rule) => json!({
                "id": rule.id,
                "kind": "standard",
                "summary": rule.summary,
                "effect": rule.effect,
                "why": rule.why,
                "before": rule.before,
                "after": rule.after,
                "exempt": rule.exempt,
                "source": rule.source,
            }),
            Self::Plan(rule) => json!({
                "id": rule.id,
                "kind": "plan-rule",
                "summary": rule.summary,
                "why": rule.why,
                "remedy": rule.remedy,
                "source": rule.source,
            }),
            Self::Kind(kind) => {
                json!({ "id": kind.id, "kind": "finding", "summary": kind.meaning, "remedy": kind.remedy })
            }
        }
    }

    /// Headings with Markdown text.
    fn sections(&self, id: &str) -> Vec<(&'static str, String)> {
        let rule = match self {
            Self::Kind(kind) => return vec![("How to fix", kind.remedy.to_owned())],
            Self::Plan(rule) => {
                let source = rule.source.map_or_else(
                    || "Nowhere: it always holds, and only warns.".to_owned(),
                    |source| format!("`{source}` in the standards document"),
                );
                return vec![
                    ("What it does", "The provider judges the app by it, at plan.".to_owned()),
                    ("Why", rule.why.to_owned()),
                    ("How to fix", rule.remedy.to_owned()),
                    ("How to make an exception", block(id)),
                    ("Where it is configured", source),
                ];
            }
            Self::Standard(rule) => rule,
        };
        vec![
            ("What it does", rule.effect.to_owned()),
            ("Why", rule.why.to_owned()),
            ("Before and after", format!("- before: {}\n- after: {}", rule.before, rule.after)),
            (
                "How to fix",
                "Write the object as shown after the rule, in the chart's values or templates.".to_owned(),
            ),
            ("How to make an exception", format!("{}\n\n{}", rule.exempt, exception(id))),
            ("Where it is configured", format!("`{}`", rule.source)),
        ]
    }
}

/// An exception to paste into an `ipsy_app`.
fn block(id: &str) -> String {
    format!(
        "```hcl\nexception {{\n  rule    = \"{id}\"\n  reason  = \"why the app needs it\"\n  owner   = \"payments\"\n  \
         expires = \"2027-01-31\"\n}}\n```"
    )
}

/// An exception to paste into a configuration.
fn exception(id: &str) -> String {
    format!(
        "```yaml\nexceptions:\n  - rule: {id}\n    target: {{ kind: Deployment, name: checkout }}\n    reason: why the \
         object needs it\n    owner: payments\n    expires: \"2027-01-31\"\n```"
    )
}
