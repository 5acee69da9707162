//! The table of all arguments that set fields of the standard chart.

mod containers;
mod network;
mod nodes;
mod runtime;
mod scaling;

use std::sync::OnceLock;

/// How an argument is written in HCL, and what it becomes in the values.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// A string.
    Text,
    /// A number.
    Number,
    /// A boolean.
    Bool,
    /// A list of strings.
    Texts,
    /// A map of strings.
    TextMap,
    /// A string of digits or any other string: `8080` becomes a number, `http` and `25%` stay strings.
    NumberOrText,
    /// A list of such strings.
    NumbersOrTexts,
    /// A JSON object in a string.
    Json,
    /// `false` makes the enclosing field null, which removes what the chart has there by default.
    Switch,
    /// `true` makes the field an empty object.
    EmptyObject,
    /// A block that stands at most once.
    Block(Vec<Field>),
    /// Like `Block`, but its presence sets `enabled`.
    Enabling(Vec<Field>),
    /// Blocks in order.
    Blocks(Vec<Field>),
    /// Blocks by name, under an argument such as `name`; the field is an object by name.
    Named(&'static str, Vec<Field>),
    /// Not set by an argument here; the `argument` names the source of the value.
    Decided,
}

/// An argument, and the field that it sets.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its name in HCL.
    pub(crate) argument: &'static str,
    /// The fields that it sets, below the field of the enclosing block: `a.b`. An empty one is that field itself.
    pub(crate) targets: Vec<&'static str>,
    pub(crate) form: Form,
    /// The description in place of the chart's.
    pub(crate) description: Option<&'static str>,
    /// Whether the resolved app has the argument: its schema and its value are not made from this table.
    pub(crate) resolved: bool,
}

impl Field {
    fn new(argument: &'static str, target: &'static str, form: Form) -> Self {
        Self { argument, targets: vec![target], form, description: None, resolved: false }
    }

    /// Sets another field to the same value.
    fn also(mut self, target: &'static str) -> Self {
        self.targets.push(target);
        self
    }

    fn describe(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    fn resolved(mut self) -> Self {
        self.resolved = true;
        self
    }

    /// The fields of the block that this is, if it is one.
    pub(crate) fn inside(&self) -> &[Self] {
        match &self.form {
            Form::Block(fields) | Form::Enabling(fields) | Form::Blocks(fields) | Form::Named(_, fields) => {
                fields
            }
            _ => &[],
        }
    }
}

fn text(argument: &'static str, target: &'static str) -> Field {
    Field::new(argument, target, Form::Text)
}

fn number(argument: &'static str, target: &'static str) -> Field {
    Field::new(argument, target, Form::Number)
}

fn flag(argument: &'static str, target: &'static str) -> Field {
    Field::new(argument, target, Form::Bool)
}

fn texts(argument: &'static str, target: &'static str) -> Field {
    Field::new(argument, target, Form::Texts)
}

fn text_map(argument: &'static str, target: &'static str) -> Field {
    Field::new(argument, target, Form::TextMap)
}

fn number_or_text(argument: &'static str, target: &'static str) -> Field {
    Field::new(argument, target, Form::NumberOrText)
}

fn block(argument: &'static str, target: &'static str, fields: Vec<Field>) -> Field {
    Field::new(argument, target, Form::Block(fields))
}

fn enabling(argument: &'static str, target: &'static str, mut fields: Vec<Field>) -> Field {
    fields.insert(
        0,
        flag("enabled", "enabled").describe("`false` is like leaving the block out. Default: true."),
    );
    Field::new(argument, target, Form::Enabling(fields))
}

fn blocks(argument: &'static str, target: &'static str, fields: Vec<Field>) -> Field {
    Field::new(argument, target, Form::Blocks(fields))
}

fn named(argument: &'static str, target: &'static str, fields: Vec<Field>) -> Field {
    Field::new(argument, target, Form::Named("name", fields))
}

fn decided(argument: &'static str, target: &'static str) -> Field {
    Field::new(argument, target, Form::Decided).resolved()
}

/// Every field of the chart, by the argument that sets it.
pub(crate) fn fields() -> &'static [Field] {
    static FIELDS: OnceLock<Vec<Field>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let areas = [
            identity(),
            runtime::fields(),
            containers::fields(),
            scaling::fields(),
            nodes::fields(),
            network::fields(),
        ];
        areas.concat()
    })
}

fn identity() -> Vec<Field> {
    vec![
        decided("the provider", "schemaVersion"),
        decided("Helm, where the chart is a part of another", "global"),
        text("name", "app.name").resolved(),
        text("environment", "app.environment").resolved(),
        text("team", "app.team").resolved(),
        text("part_of", "app.partOf").describe("Larger system of the app, as label `app.kubernetes.io/part-of`."),
        text("runtime", "app.runtime").resolved(),
        decided("the standards", "app.standardsVersion"),
        text_map("labels", "app.labels").resolved(),
        text_map("annotations", "app.annotations").resolved(),
        text_map("pod_annotations", "podAnnotations"),
        Field::new(
            "extra_object",
            "extraObjects",
            Form::Named(
                "name",
                vec![Field::new("manifest", "", Form::Json).describe(
                    "The object as JSON: `jsonencode({ apiVersion = …, kind = …, … })`. No secrets: it stands in \
                     plan and state.",
                )],
            ),
        )
        .describe("An object of any kind, rendered unchanged with the app. The name is only for messages."),
    ]
}
