//! Values into structs, and what people are told when they do not fit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Type, Value};

#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    On,
    Off,
}

#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
struct App {
    name: String,
    port: Option<u16>,
    ratio: f64,
    mode: Mode,
    labels: BTreeMap<String, String>,
    hosts: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Step {
    weight: i64,
}

fn app(members: &[(&str, Value)]) -> Value {
    Value::object(members.iter().cloned())
}

fn check_error(members: &[(&str, Value)], path: &str, detail: &str) {
    let error = app(members).decode::<App>().unwrap_err();
    assert_eq!(error.path.unwrap_or_default().to_string(), path);
    assert!(error.detail.contains(detail), "{}", error.detail);
}

#[test]
fn null_and_unknown_read_as_absent() {
    for nothing in [Value::Null, Value::Unknown] {
        let value = app(&[
            ("name", nothing.clone()),
            ("port", nothing.clone()),
            ("mode", nothing.clone()),
            ("labels", Value::map([("a", Value::from("1")), ("b", nothing.clone())])),
            ("hosts", Value::List(vec![nothing.clone(), "h".into()])),
            ("steps", nothing),
        ]);
        let expected = App {
            labels: BTreeMap::from([("a".to_owned(), "1".to_owned())]),
            hosts: vec!["h".to_owned()],
            ..App::default()
        };
        assert_eq!(value.decode::<App>().unwrap(), expected);
    }
    assert_eq!(Value::Unknown.decode::<Option<App>>().unwrap(), None);
}

#[test]
fn every_kind_of_value_is_read() {
    let step = Value::object([("weight", Value::from(3))]);
    let value = app(&[
        ("name", "n".into()),
        ("port", 80.into()),
        ("ratio", Value::Number("0.25".parse().unwrap())),
        ("mode", "off".into()),
        ("hosts", Value::Set(vec!["b".into(), "a".into()])),
        ("steps", Value::List(vec![step])),
    ]);
    let expected = App {
        name: "n".into(),
        port: Some(80),
        ratio: 0.25,
        mode: Mode::Off,
        labels: BTreeMap::new(),
        hosts: vec!["a".into(), "b".into()],
        steps: vec![Step { weight: 3 }],
    };
    assert_eq!(value.decode::<App>().unwrap(), expected);
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    check_error(&[("port", 70_000.into())], "port", "70000");
    check_error(&[("name", true.into())], "name", "Invalid type: boolean `true`, expected a string.");
    check_error(&[("mode", "sideways".into())], "mode", "sideways");
    let step = Value::object([("weight", Value::from("x"))]);
    check_error(&[("steps", Value::List(vec![step.clone()]))], "steps[0].weight", "expected i64");
    check_error(&[("steps", Value::Set(vec![step]))], "steps", "expected i64");
    check_error(&[("labels", Value::map([("k", Value::from(1))]))], "labels[\"k\"]", "expected a string");
    check_error(
        &[("steps", Value::List(vec![Value::object::<&str>([])]))],
        "steps[0]",
        "Missing field `weight`",
    );
}

#[test]
fn a_struct_comes_back_through_its_type() {
    let of = Type::object([
        ("name", Type::String),
        ("port", Type::Number),
        ("ratio", Type::Number),
        ("mode", Type::String),
        ("labels", Type::map(Type::String)),
        ("hosts", Type::set(Type::String)),
        ("steps", Type::list(Type::object([("weight", Type::Number)]))),
        ("more", Type::Bool),
    ]);
    let app = App {
        name: "n".into(),
        ratio: 0.1,
        hosts: vec!["h".into()],
        steps: vec![Step { weight: 1 }],
        ..App::default()
    };
    let value = Value::encode(&app, &of).unwrap();
    assert!(value.attribute("more").is_null() && value.attribute("port").is_null());
    assert_eq!(value.attribute("ratio").as_number(), "0.1".parse().ok().as_ref());
    assert_eq!(value.decode::<App>().unwrap(), app);
    let error = Value::encode(&app, &Type::object([("name", Type::Number)])).unwrap_err();
    assert_eq!(error.path.unwrap().to_string(), "name");
}
