//! The ready-made modifiers, one by one.

use super::propose;
use crate::{Attribute, Block, Schema, Type, Value};

/// A change of `name`, with the given state of `attribute`, which the configuration does not set.
fn planned(attribute: Attribute, state: Value) -> Value {
    let schema =
        Schema::new(0).attribute("name", Attribute::optional(Type::String)).attribute("made", attribute);
    let prior = Value::object([("name", "a".into()), ("made", state.clone())]);
    let config = Value::object([("name", "b".into()), ("made", Value::Null)]);
    let proposed = Value::object([("name", "b".into()), ("made", state)]);
    propose(&schema, Some(&prior), proposed, &config).0.attribute("made").clone()
}

#[test]
fn state_is_kept_and_null_only_where_wanted() {
    let made = || Attribute::computed(Type::String);
    assert_eq!(planned(made(), "x".into()), Value::Unknown);
    assert_eq!(planned(made().use_state_for_unknown(), "x".into()), "x".into());
    assert_eq!(planned(made().use_state_for_unknown(), Value::Null), Value::Unknown);
    assert_eq!(planned(made().use_state_or_null_for_unknown(), Value::Null), Value::Null);
    assert_eq!(planned(made().use_state_or_null_for_unknown(), "x".into()), "x".into());
}

#[test]
fn a_default_can_be_computed() {
    let attribute = Attribute::optional_computed(Type::Number).default_with(|| 3.into());
    assert_eq!(planned(attribute, 4.into()), 3.into());
}

fn with_blocks() -> Schema {
    let inner = Attribute::computed(Type::String);
    Schema::new(0).attribute("name", Attribute::optional(Type::String)).block(
        "step",
        Block::list()
            .use_state_for_unknown()
            .attribute("made", inner.clone())
            .block("inside", Block::single().attribute("made", inner)),
    )
}

fn step(made: Value, inside: Value) -> Value {
    Value::object([("made", made), ("inside", Value::object([("made", inside)]))])
}

#[test]
fn a_block_keeps_what_is_inside_and_a_new_block_is_unknown() {
    let whole =
        |name: &str, steps: Vec<Value>| Value::object([("name", name.into()), ("step", Value::List(steps))]);
    let kept = step("x".into(), Value::Null);
    let empty = step(Value::Null, Value::Null);
    let prior = whole("a", vec![kept.clone()]);
    let config = whole("b", vec![empty.clone(), empty.clone()]);
    let proposed = whole("b", vec![kept.clone(), empty]);
    let (planned, _) = propose(&with_blocks(), Some(&prior), proposed, &config);
    assert_eq!(planned, whole("b", vec![kept, step(Value::Unknown, Value::Unknown)]));
}

#[test]
fn a_replacement_if_configured_needs_a_configuration() {
    let zone = Attribute::optional_computed(Type::String).requires_replace_if_configured();
    let schema = Schema::new(0).attribute("name", Attribute::optional(Type::String)).attribute("zone", zone);
    let value = |name: &str, zone: Value| Value::object([("name", name.into()), ("zone", zone)]);
    let prior = value("a", "x".into());
    let replaced = |zone: Value| {
        let (config, proposed) = (value("b", zone.clone()), value("b", zone));
        propose(&schema, Some(&prior), proposed, &config).1.len()
    };
    assert_eq!(replaced("y".into()), 1);
    assert_eq!(replaced("x".into()), 0);
    // Without a configuration the provider may choose another one, which is not known yet.
    assert_eq!(replaced(Value::Null), 0);
}
