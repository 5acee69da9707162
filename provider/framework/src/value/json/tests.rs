//! States as they are stored, and what Rust's types serialize.

use super::{Form, read};
use crate::{Type, Value};

fn check(text: &str, of: &Type, form: Form, expected: Result<Value, &str>) {
    assert_eq!(
        read(text, of, form).map_err(|misfit| misfit.to_string()),
        expected.map_err(ToOwned::to_owned)
    );
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

#[test]
fn numbers_keep_every_digit() {
    for text in ["0.1", "18446744073709551616", "0.1234567890123456789", "-1e30"] {
        check(text, &Type::Number, Form::State, Ok(number(text)));
        check(&format!("\"{text}\""), &Type::Number, Form::State, Ok(number(text)));
    }
    check("true", &Type::Number, Form::State, Err("number is required, but a bool was given"));
}

#[test]
fn attributes_come_and_go_between_versions_of_a_schema() {
    let of = Type::object([("a", Type::String), ("b", Type::list(Type::Bool))]);
    let expected = Value::object([("a", Value::from("x")), ("b", Value::Null)]);
    check("{\"a\":\"x\",\"old\":{\"deep\":[1]}}", &of, Form::State, Ok(expected));
    let message = "`old`: not an attribute of the schema";
    check("{\"a\":\"x\",\"old\":1}", &of, Form::Plain, Err(message));
    check("{\"b\":[true,1]}", &of, Form::State, Err("`b[1]`: bool is required, but a number was given"));
    check(
        "[]",
        &of,
        Form::State,
        Err("object({a = string, b = list(bool)}) is required, but a list was given"),
    );
}

#[test]
fn any_type_is_wrapped_in_state_and_found_out_otherwise() {
    let of = Type::object([("a", Type::Tuple(vec![Type::Number, Type::String]))]);
    let value = Value::object([("a", Value::List(vec![1.into(), "x".into()]))]);
    let expected = Value::Dynamic(Box::new((of, value)));
    let wrapped =
        "{\"type\":[\"object\",{\"a\":[\"tuple\",[\"number\",\"string\"]]}],\"value\":{\"a\":[1,\"x\"]}}";
    check(wrapped, &Type::Dynamic, Form::State, Ok(expected.clone()));
    check("{\"a\":[1,\"x\"]}", &Type::Dynamic, Form::Plain, Ok(expected));
    check("null", &Type::Dynamic, Form::Plain, Ok(Value::Null));
    check("1", &Type::Dynamic, Form::State, Err("any is required, but a number was given"));
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&deep, &Type::Dynamic, Form::Plain).is_err());
    let mut wrapped = "null".to_owned();
    for _ in 0..300 {
        wrapped = format!("{{\"type\":\"dynamic\",\"value\":{wrapped}}}");
    }
    assert!(read(&wrapped, &Type::Dynamic, Form::State).is_err());
}

#[test]
fn a_value_as_plain_json() {
    let value = Value::object([
        ("set", Value::Set(vec![2.into(), 1.into()])),
        ("unknown", Value::Unknown),
        ("big", number("18446744073709551615")),
        ("half", number("0.5")),
        ("any", Value::Dynamic(Box::new((Type::Bool, true.into())))),
    ]);
    let expected = serde_json::json!({
        "set": [1, 2], "unknown": null, "big": 18_446_744_073_709_551_615_u64, "half": 0.5, "any": true,
    });
    assert_eq!(value.to_json(), expected);
}
