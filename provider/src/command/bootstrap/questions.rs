//! Questions for what neither options nor file give: the four that every app needs, then whatever else has no default.

use provider_framework::{Body, Type};
use serde_json::{Map, Value, json};

use super::{Stop, Terminal, options, problem_places};
use crate::app::problem::Place;
use crate::app::runtime::Runtime;
use crate::app::standards::StandardsDocument;

/// Asks until nothing that is required is missing.
pub(super) fn ask(
    arguments: &mut Map<String, Value>,
    standards: &StandardsDocument,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    let general = standards.of_environment(None).unwrap_or_default();
    let has_environments = !general.platform.deployment_order.is_empty();
    if !arguments.contains_key("name") {
        let name = answer(terminal, "Name of the app:", None, Ok)?;
        arguments.insert("name".to_owned(), json!(name));
    }
    if !arguments.contains_key("runtime") {
        let question = format!("Runtime ({}):", Runtime::names().join(", "));
        let runtime = answer(terminal, &question, Some(Runtime::Generic.name()), |text| {
            Runtime::parse(&text).map(|_| text.clone()).ok_or_else(|| format!("`{text}` is not a runtime."))
        })?;
        arguments.insert("runtime".to_owned(), json!(runtime));
    }
    if !arguments.contains_key("port") {
        let port = answer(terminal, "Port that the app listens on:", Some("8080"), |text| {
            text.parse::<u16>().map_err(|_| format!("`{text}` is not a port."))
        })?;
        arguments.insert("port".to_owned(), json!(port));
    }
    let names_environments =
        arguments.get("environment").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    if !names_environments && !has_environments {
        let names = answer(terminal, "Environments, in the order of a deployment:", Some("dev, prod"), Ok)?;
        let names = names.split([',', ' ']).filter(|name| !name.is_empty());
        let environments: Vec<Value> = names.map(|name| json!({ "name": name })).collect();
        arguments.insert("environment".to_owned(), json!(environments));
    }
    ask_missing(arguments, standards, terminal)
}

/// Asks for the arguments that the check reports, and that neither the user nor the standards have given.
fn ask_missing(
    arguments: &mut Map<String, Value>,
    standards: &StandardsDocument,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    for place in problem_places(arguments, standards)? {
        match place.as_slice() {
            [Place::Attribute(name)] => ask_for(arguments, name, options::body(), "", terminal)?,
            [Place::Attribute(block), Place::Index(index), Place::Attribute(name)] => {
                let Some((_, described)) = options::body().blocks().find(|(known, _)| known == block) else {
                    continue;
                };
                let entry = arguments.get_mut(block).and_then(|entries| entries.get_mut(*index));
                let of = entry.as_ref().and_then(|entry| entry["name"].as_str());
                let of = of.map_or_else(String::new, |name| format!("`{name}`: "));
                if let Some(entry) = entry.and_then(Value::as_object_mut) {
                    ask_for(entry, name, described.body(), &of, terminal)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Asks for a text or a number that is not given.
fn ask_for(
    given: &mut Map<String, Value>,
    name: &str,
    body: &Body,
    of: &str,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    let Some((_, attribute)) = body.attributes().find(|(known, _)| *known == name) else { return Ok(()) };
    let is_number = *attribute.value_type() == Type::Number;
    let is_given = given.get(name).is_some_and(|value| !value.is_null());
    if is_given || !(is_number || *attribute.value_type() == Type::String) {
        return Ok(());
    }
    let text = attribute.description().split_whitespace().collect::<Vec<_>>().join(" ");
    let question = format!("{of}{}:", text.split(". ").next().unwrap_or_default().trim_end_matches('.'));
    let value = answer(terminal, &question, None, |text| {
        if !is_number {
            return Ok(json!(text));
        }
        text.parse::<i64>().map(|number| json!(number)).map_err(|_| format!("`{text}` is not a number."))
    })?;
    given.insert(name.to_owned(), value);
    Ok(())
}

/// Asks until the answer can be read. An empty answer is the default, if there is one.
fn answer<T>(
    terminal: &mut Terminal<'_>,
    question: &str,
    default: Option<&str>,
    read: impl Fn(String) -> Result<T, String>,
) -> Result<T, Stop> {
    let question = default.map_or_else(|| question.to_owned(), |default| format!("{question} [{default}]"));
    loop {
        let Some(text) = terminal.ask(&question)? else {
            return Err(Stop::refused("\nThe input has ended. Nothing was written."));
        };
        let text = if text.is_empty() { default.unwrap_or_default().to_owned() } else { text };
        if text.is_empty() {
            terminal.show("It has no default.");
            continue;
        }
        match read(text) {
            Ok(value) => return Ok(value),
            Err(reason) => terminal.show(reason),
        }
    }
}
