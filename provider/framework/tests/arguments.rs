//! Schemas that are derived from structs: what they look like, and what is read into the structs.

use std::collections::{BTreeMap, BTreeSet};

use provider_framework::{Arguments, Attribute, Block, Nesting, Presence, Problem, Schema, Type, Value};
use serde::Deserialize;

/// A web server,
/// with its ports.
///
/// It has nothing else.
#[derive(Debug, Default, Deserialize, Arguments, PartialEq)]
#[serde(default)]
struct Server {
    /// Name of the server.
    #[argument(required, example = "\"web\"", requires_replace)]
    name: Option<String>,
    /// Number of processes.
    #[argument(check = at_least_one)]
    processes: Option<u32>,
    /// Load at which another one starts.
    load: Option<f64>,
    /// Password of the administrator.
    #[argument(sensitive, written_as = String)]
    #[serde(deserialize_with = "length")]
    password: usize,
    aliases: BTreeSet<String>,
    labels: Option<BTreeMap<String, String>>,
    r#type: Option<bool>,
    /// Its log.
    #[argument(required)]
    log: Option<Log>,
    #[argument(max(2))]
    hook: Vec<Log>,
    port: BTreeMap<String, Port>,
    /// Address at which it listens.
    #[argument(computed)]
    address: Option<String>,
    /// Folder that it serves.
    #[argument(or_set_by_provider)]
    folder: Option<String>,
    /// What it did so far.
    #[argument(computed)]
    statistics: Option<Statistics>,
    /// Not an argument.
    #[serde(skip)]
    started: bool,
}

/// Numbers.
#[derive(Debug, Default, Deserialize, Arguments, PartialEq)]
#[serde(default)]
#[arguments(object)]
struct Statistics {
    /// Requests.
    requests: u32,
    hosts: Vec<String>,
}

/// A log.
#[derive(Debug, Default, Deserialize, Arguments, PartialEq)]
#[serde(default)]
struct Log {
    level: Vec<i64>,
}

/// A port.
#[derive(Debug, Default, Deserialize, Arguments, PartialEq)]
#[serde(default)]
#[arguments(key(name = "Name of the port."), min(1))]
struct Port {
    /// Its number.
    #[argument(required)]
    number: Option<i64>,
}

fn length<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default().len())
}

fn at_least_one(value: &Value) -> Result<(), Problem> {
    if value.as_i64() == Some(0) { Err(Problem::new("no process", "Set 1 or more.")) } else { Ok(()) }
}

fn schema() -> Schema {
    Schema::new(0).arguments::<Server>()
}

fn attribute(name: &str) -> Option<Attribute> {
    let schema = schema();
    let mut attributes = schema.body().attributes();
    attributes.find(|(found, _)| *found == name).map(|(_, attribute)| attribute.clone())
}

fn block(name: &str) -> Option<Block> {
    let schema = schema();
    let mut blocks = schema.body().blocks();
    blocks.find(|(found, _)| *found == name).map(|(_, block)| block.clone())
}

#[test]
fn doc_comments_describe_arguments_and_blocks() {
    assert_eq!(schema().body().description(), "A web server, with its ports.\n\nIt has nothing else.");
    assert_eq!(attribute("name").unwrap().description(), "Name of the server.");
    assert_eq!(block("hook").unwrap().body().description(), "A log.");
    assert_eq!(block("log").unwrap().body().description(), "Its log.", "the field's own words win");
}

#[test]
fn types_of_fields_are_types_of_attributes() {
    let (text, number) = (Type::String, Type::Number);
    for (name, expected) in [
        ("name", text.clone()),
        ("processes", number.clone()),
        ("load", number.clone()),
        ("password", text.clone()),
        ("aliases", Type::set(text.clone())),
        ("labels", Type::map(text)),
        ("type", Type::Bool),
    ] {
        assert_eq!(attribute(name).unwrap().value_type(), &expected, "{name}");
    }
    let log = block("log").unwrap();
    assert_eq!(log.body().attributes().next().unwrap().1.value_type(), &Type::list(number));
    assert!(schema().body().attributes().all(|(name, _)| name != "started"));
    assert!(schema().problems().is_empty(), "{:?}", schema().problems());
}

#[test]
fn options_are_those_of_the_builder() {
    let name = attribute("name").unwrap();
    assert_eq!((name.presence(), name.example_text()), (Presence::Required, Some("\"web\"")));
    assert_eq!(name.modifiers().len(), 1);
    assert_eq!(attribute("processes").unwrap().presence(), Presence::Optional);
    assert!(attribute("password").unwrap().is_sensitive() && !name.is_sensitive());
}

#[test]
fn structs_are_nested_blocks() {
    let shape = |name: &str| {
        (block(name).unwrap().nesting(), block(name).unwrap().min_items(), block(name).unwrap().max_items())
    };
    assert_eq!(shape("log"), (Nesting::Single, 1, 0));
    assert_eq!(shape("hook"), (Nesting::List, 0, 2));
    assert_eq!(shape("port"), (Nesting::List, 1, 0));
    assert_eq!(block("port").unwrap().key(), Some("name"));
    let names: Vec<String> =
        block("port").unwrap().body().attributes().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["name", "number"]);
}

#[test]
fn a_value_is_read_by_the_same_definition() {
    let port =
        |name: &str, number: i64| Value::object([("name", name.into()), ("number", Value::from(number))]);
    let value = Value::object([
        ("name", Value::from("web")),
        ("processes", Value::Unknown),
        ("password", Value::from("1234")),
        ("log", Value::object([("level", Value::List(vec![Value::from(3)]))])),
        ("port", Value::List(vec![port("http", 80), port("https", 443)])),
    ]);
    let server: Server = schema().read(&value).unwrap();
    let ports = BTreeMap::from([
        ("http".to_owned(), Port { number: Some(80) }),
        ("https".to_owned(), Port { number: Some(443) }),
    ]);
    let expected = Server {
        name: Some("web".into()),
        password: 4,
        log: Some(Log { level: vec![3] }),
        port: ports,
        ..Server::default()
    };
    assert_eq!(server, expected);
}

#[test]
fn a_value_that_does_not_fit_is_reported_at_its_argument() {
    let log = Value::object([("level", Value::List(vec![Value::from("high")]))]);
    let error = schema().read::<Server>(&Value::object([("log", log)])).unwrap_err();
    assert_eq!(error.path.unwrap().to_string(), "log.level[0]");
}

#[test]
fn the_provider_can_set_an_attribute_and_one_can_be_an_object() {
    assert_eq!(attribute("address").unwrap().presence(), Presence::Computed);
    assert_eq!(attribute("folder").unwrap().presence(), Presence::OptionalComputed);
    let statistics = attribute("statistics").unwrap();
    assert_eq!(statistics.presence(), Presence::Computed);
    let members = [("requests", Type::Number), ("hosts", Type::list(Type::String))];
    assert_eq!(*statistics.value_type(), Type::object(members));
    assert_eq!(statistics.description(), "What it did so far.");
}
