//! The options of `bootstrap`: one for each argument of `data.ipsy_bootstrap`, by its schema, and a file with the same
//! arguments below them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use provider_framework::{Arguments, Attribute, Block, Body, Nesting, Presence, Type};
use serde_json::{Map, Number, Value, json};

use crate::app::bootstrap::BootstrapConfig;
use crate::command::fleet::Source;

/// What the command does, in a line.
pub(in crate::command) const ABOUT: &str = "Writes the files that the repository of an app begins with";

const LONG_ABOUT: &str = "Writes the files that the repository of an app begins with: Terraform, a Dockerfile, pipelines and a README.

Arguments come from options, from a file below them, and on a terminal from questions for what is missing. \
The files are those of the data source `ipsy_bootstrap`: equal arguments give equal files. The command shows \
what it will write and asks before it does. It overwrites a file only if you agree to that file.";

const EXAMPLES: &str = "\
Examples:
  terraform-provider-ipsy bootstrap
  terraform-provider-ipsy bootstrap --file app.yaml --directory checkout --yes
  terraform-provider-ipsy bootstrap --name checkout --runtime java --port 8080 \\
    --environment name=dev,cluster=eks-dev --environment name=prod,cluster=eks-blue,min_replicas=3 \\
    --standards standards.yaml
  terraform-provider-ipsy bootstrap --name checkout --runtime java --from-auto-scaling-group checkout \\
    --environment prod,cluster=eks-blue

A file has the same arguments by the names of the data source:
  name: checkout
  runtime: java
  port: 8080
  environment:
    - {name: dev, cluster: eks-dev}
    - {name: prod, cluster: eks-blue, min_replicas: 3}

Exit codes: 0 done, 1 refused (nothing was written), 2 usage.";

/// The arguments of the data source.
static BODY: LazyLock<Body> = LazyLock::new(BootstrapConfig::body);

/// The options by the names of the arguments.
static OPTIONS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| names(&BODY).map(|name| (name.to_owned(), name.replace('_', "-"))).collect());

/// The arguments of the data source.
pub(super) fn body() -> &'static Body {
    &BODY
}

/// The command with all of its options.
pub(super) fn command() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
    };
    let from = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).help_heading("An app on EC2")
    };
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help).help_heading("Writing")
    };
    let attributes = BODY.attributes().map(|(name, attribute)| option(name, attribute));
    let blocks = BODY.blocks().map(|(name, block)| block_option(name, block.body()));
    Command::new("terraform-provider-ipsy bootstrap")
        .about(ABOUT)
        .long_about(LONG_ABOUT)
        .after_help(EXAMPLES)
        .next_help_heading("The app")
        .args(attributes.chain(blocks).collect::<Vec<_>>())
        .next_help_heading("Sources")
        .arg(from(
            "from-target-group",
            "NAME",
            "Target group of the EC2 instances that serve the app today, by name or ARN",
        ))
        .arg(
            from("from-auto-scaling-group", "NAME", "Auto Scaling group of these instances")
                .conflicts_with("from-target-group"),
        )
        .arg(from("from-listener-rule", "ARN", "Listener rule that leads to them, if there are several"))
        .arg(from("from-environment", "NAME", "Environment that they serve; default: the last one, or prod"))
        .arg(path("file", "FILE", "File with arguments, as YAML or JSON; options win over it"))
        .arg(path("standards", "FILE", "Standards document, with the defaults of the platform"))
        .arg(
            Arg::new("no-input")
                .long("no-input")
                .action(ArgAction::SetTrue)
                .help("Ask no questions; what is missing is an error"),
        )
        .arg(
            path("directory", "FOLDER", "Folder to write into; default: the current one")
                .help_heading("Writing"),
        )
        .arg(flag("dry-run", "Show every file and write none"))
        .arg(flag("yes", "Write new files without asking"))
        .arg(flag("overwrite", "Overwrite files that differ without asking"))
}

fn long(name: &str) -> &'static str {
    OPTIONS.get(name).map_or("", String::as_str)
}

fn option(name: &'static str, attribute: &Attribute) -> Arg {
    let argument = Arg::new(name).long(long(name)).help(help(attribute.description()));
    match attribute.value_type() {
        Type::Map(_) => argument.value_name("KEY=VALUE").action(ArgAction::Append),
        Type::List(_) | Type::Set(_) => argument.value_name("VALUE").action(ArgAction::Append),
        Type::Number => argument.value_name("NUMBER").value_parser(value_parser!(i64)),
        _ => argument.value_name("TEXT"),
    }
}

fn block_option(name: &'static str, body: &Body) -> Arg {
    let members: Vec<String> = body
        .attributes()
        .map(|(name, attribute)| format!("`{name}`: {}", help(attribute.description())))
        .collect();
    let text = format!("{}. Comma-separated members: {}", help(body.description()), members.join("; "));
    Arg::new(name).long(long(name)).value_name("NAME=VALUE,…").action(ArgAction::Append).help(text)
}

/// A description as a help text: one line without a full stop.
fn help(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

/// The EC2 setup that is read, if any.
pub(super) fn source(matches: &ArgMatches) -> Option<Source> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    text("from-target-group")
        .map(Source::TargetGroup)
        .or_else(|| text("from-auto-scaling-group").map(Source::AutoScalingGroup))
}

/// The arguments of the file with those of the options over them.
pub(super) fn given(matches: &ArgMatches) -> Result<Map<String, Value>, String> {
    let body = body();
    let mut arguments = match matches.get_one::<PathBuf>("file") {
        Some(path) => read(path, body)?,
        None => Map::new(),
    };
    for (name, attribute) in body.attributes() {
        if let Some(value) = option_value(matches, name, attribute.value_type())? {
            arguments.insert(name.to_owned(), value);
        }
    }
    for (name, block) in body.blocks() {
        if let Some(texts) = matches.get_many::<String>(name) {
            let blocks = texts.map(|text| members(name, text, block.body()));
            let blocks: Vec<Value> = blocks.collect::<Result<_, _>>()?;
            arguments.insert(name.to_owned(), written(block, blocks));
        }
    }
    Ok(arguments)
}

/// Blocks as the arguments have them: a list, or the one that there can be.
fn written(block: &Block, mut blocks: Vec<Value>) -> Value {
    match block.nesting() {
        Nesting::Single | Nesting::Group => blocks.pop().unwrap_or_default(),
        _ => Value::Array(blocks),
    }
}

fn option_value(matches: &ArgMatches, name: &str, of: &Type) -> Result<Option<Value>, String> {
    Ok(match of {
        Type::Number => matches.get_one::<i64>(name).map(|number| json!(number)),
        Type::Map(_) => match matches.get_many::<String>(name) {
            Some(pairs) => {
                let pairs = pairs.map(|pair| {
                    let (key, value) = pair
                        .split_once('=')
                        .ok_or_else(|| format!("--{name}: expected KEY=VALUE, got `{pair}`"))?;
                    Ok((key.to_owned(), json!(value)))
                });
                Some(Value::Object(pairs.collect::<Result<_, String>>()?))
            }
            None => None,
        },
        Type::List(_) | Type::Set(_) => {
            matches.get_many::<String>(name).map(|texts| json!(texts.collect::<Vec<_>>()))
        }
        _ => matches.get_one::<String>(name).map(|text| json!(text)),
    })
}

/// A block: `name=prod,cluster=eks-blue`; a member of a list can be repeated. A word without `=` is the name.
fn members(block: &str, text: &str, body: &Body) -> Result<Value, String> {
    let mut members = Map::new();
    for part in text.split(',') {
        let (name, value) = part.split_once('=').unwrap_or(("name", part));
        let Some((_, attribute)) = body.attributes().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = body.attributes().map(|(name, _)| name).collect();
            return Err(format!("--{block}: `{name}` is not one of {}", known.join(", ")));
        };
        match attribute.value_type() {
            Type::Number => {
                let number = value.parse::<i64>().map(Number::from);
                let number =
                    number.map_err(|_| format!("--{block}: `{name}` must be a number, got `{value}`"))?;
                members.insert(name.to_owned(), Value::Number(number));
            }
            Type::List(_) | Type::Set(_) => {
                let list = members.entry(name).or_insert_with(|| json!([]));
                if let Some(list) = list.as_array_mut() {
                    list.push(json!(value));
                }
            }
            _ => {
                members.insert(name.to_owned(), json!(value));
            }
        }
    }
    Ok(Value::Object(members))
}

fn read(path: &Path, body: &Body) -> Result<Map<String, Value>, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("--file: `{shown}` cannot be read: {error}"))?;
    let value: Value = serde_yaml::from_str(&text)
        .map_err(|error| format!("--file: `{shown}` is not valid YAML: {error}"))?;
    let Value::Object(arguments) = value else { return Err(format!("--file: `{shown}` must be a mapping")) };
    let mut unknown = unknown(&arguments, body, "");
    for (name, block) in body.blocks() {
        for (index, entry) in arguments.get(name).and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            let entry = entry.as_object().cloned().unwrap_or_default();
            unknown.extend(self::unknown(&entry, block.body(), &format!("{name}[{index}].")));
        }
    }
    if unknown.is_empty() {
        return Ok(arguments);
    }
    let known: Vec<&str> = names(body).collect();
    Err(format!(
        "--file: `{shown}` has unknown arguments: {}. Known are {}",
        unknown.join(", "),
        known.join(", ")
    ))
}

fn names(body: &Body) -> impl Iterator<Item = &str> {
    body.attributes().map(|(name, _)| name).chain(body.blocks().map(|(name, _)| name))
}

fn unknown(given: &Map<String, Value>, body: &Body, within: &str) -> Vec<String> {
    let is_unknown = |name: &&String| names(body).all(|known| known != name.as_str());
    given.keys().filter(is_unknown).map(|name| format!("`{within}{name}`")).collect()
}

/// Required arguments that are not given, as places.
pub(super) fn missing(arguments: &Map<String, Value>) -> Vec<String> {
    let body = body();
    let mut missing = missing_of(arguments, body, "");
    for (name, block) in body.blocks() {
        let entries = arguments.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        if entries.is_empty() && block.min_items() > 0 {
            missing.push(name.to_owned());
        }
        for (index, entry) in entries.iter().enumerate() {
            let entry = entry.as_object().cloned().unwrap_or_default();
            missing.extend(missing_of(&entry, block.body(), &format!("{name}[{index}].")));
        }
    }
    missing
}

fn missing_of(given: &Map<String, Value>, body: &Body, within: &str) -> Vec<String> {
    let required = body.attributes().filter(|(_, attribute)| attribute.presence() == Presence::Required);
    let absent = required.filter(|(name, _)| given.get(*name).is_none_or(Value::is_null));
    absent.map(|(name, _)| format!("{within}{name}")).collect()
}
