//! Paths into values, and what is equal.

use super::{Type, Value};
use crate::Path;

fn tree() -> Value {
    Value::object([
        ("list", Value::List(vec![Value::object([("a", Value::Unknown)]), Value::Null])),
        ("map", Value::map([("k", Value::from("v")), ("u", Value::Unknown)])),
        ("set", Value::Set(vec![Value::Unknown])),
        ("any", Value::Dynamic(Box::new((Type::list(Type::Bool), Value::List(vec![Value::Unknown]))))),
    ])
}

#[test]
fn unknown_paths_end_at_sets() {
    let paths: Vec<String> = tree().unknown_paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["any[0]", "list[0].a", "map[\"u\"]", "set"]);
}

#[test]
fn parts_are_found_by_path() {
    let tree = tree();
    assert_eq!(tree.at(&Path::root("map").key("k")), Some(&"v".into()));
    assert_eq!(tree.at(&Path::root("list").index(0).attribute("a")), Some(&Value::Unknown));
    assert_eq!(tree.at(&Path::EMPTY), Some(&tree));
    for nowhere in [Path::root("map").attribute("k"), Path::root("list").index(9), Path::root("set").index(0)]
    {
        assert_eq!(tree.at(&nowhere), None, "{nowhere}");
    }
    assert!(tree.attribute("no such").is_null());
}

#[test]
fn parts_are_put_where_they_belong_and_nowhere_else() {
    let mut value = Value::Null;
    assert!(value.set(&Path::root("a").attribute("b").key("c"), 1.into()));
    assert_eq!(value.at(&Path::root("a").attribute("b").key("c")), Some(&1.into()));
    assert!(!value.set(&Path::root("a").index(0), 1.into()));
    let mut tree = tree();
    assert!(tree.set(&Path::root("any").index(0), true.into()));
    assert!(!tree.set(&Path::root("set").index(0), true.into()));
    assert!(!tree.set(&Path::root("list").index(2), true.into()));
}

#[test]
fn sets_are_equal_in_any_order_and_lists_are_not() {
    let (one, two) = (Value::from(1), Value::from(2));
    let set = |elements: &[&Value]| Value::Set(elements.iter().map(|it| (*it).clone()).collect());
    assert_eq!(set(&[&one, &two]), set(&[&two, &one, &one]));
    assert_ne!(set(&[&one]), set(&[&two]));
    assert_ne!(set(&[&Value::Unknown, &Value::Unknown]), set(&[&Value::Unknown]));
    assert_ne!(Value::List(vec![one.clone(), two.clone()]), Value::List(vec![two, one]));
}

#[test]
fn a_value_is_given_the_shape_of_its_type() {
    let of = Type::object([("a", Type::set(Type::String)), ("b", Type::map(Type::Dynamic))]);
    let loose =
        Value::map([("b", Value::object([("k", Value::from(1))])), ("a", Value::List(vec!["x".into()]))]);
    let number = Value::Dynamic(Box::new((Type::Number, 1.into())));
    let exact = Value::object([("a", Value::Set(vec!["x".into()])), ("b", Value::map([("k", number)]))]);
    assert_eq!(loose.conform(&of).unwrap(), exact);
    let misfit = Value::object([("a", Value::List(vec![1.into()]))]).conform(&of).unwrap_err();
    assert_eq!(misfit.to_string(), "`a`: string is required, but a number was given");
    let misfit = Value::object([("c", Value::Null)]).conform(&of).unwrap_err();
    assert_eq!(misfit.to_string(), "`c`: not an attribute of the schema");
}
