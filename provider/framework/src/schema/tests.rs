//! Terraform's rules for schemas, and what a schema makes of values.

use super::{Attribute, Block, Problem, Schema};
use crate::{Context, Diagnostics, Type, Value};

fn check(schema: &Schema, problems: &[&str]) {
    assert_eq!(schema.problems(), problems);
}

fn text() -> Attribute {
    Attribute::optional(Type::String)
}

#[test]
fn a_sound_schema_has_no_problems() {
    let schema = Schema::new(1)
        .attribute("a", text())
        .attribute("b", Attribute::optional_computed(Type::Bool).default(true))
        .block("c", Block::single().required().attribute("count", text()))
        .block("d", Block::list().min(1).max(2).block("e", Block::set().attribute("f", text())));
    check(&schema, &[]);
}

#[test]
fn every_rule_of_terraform_is_checked() {
    let many = Block::map().attribute("x", Attribute::optional(Type::Dynamic));
    let set = Block::set().block("in", Block::single().attribute("w", text().write_only()));
    let schema = Schema::new(-1)
        .attribute("count", text())
        .attribute("Upper", text())
        .attribute("twice", text())
        .attribute("twice", text())
        .attribute("default", text().default("x"))
        .attribute("misfit", Attribute::optional_computed(Type::Bool).default("x"))
        .attribute("secret", Attribute::computed(Type::String).write_only())
        .block("many", many)
        .block("some", set)
        .block("one", Block::single().max(2))
        .block("crossed", Block::list().min(3).max(2))
        .block("group", Block::group().min(1));
    check(
        &schema,
        &[
            "the version is -1, but it must not be negative",
            "`twice`: the name is given twice",
            "`Upper`: a name may have lower-case letters, digits and underscores, and must not be empty",
            "`default`: only an optional and computed attribute can have a default",
            "`misfit`: the default does not fit the type: bool is required, but a string was given",
            "`secret`: a write-only attribute cannot be computed",
            "`many.x`: \"any type\" may not stand in list, set or map blocks",
            "`some.in.w`: a write-only attribute may not stand in a set block",
            "`one`: a single block stands there at most once",
            "`crossed`: the minimum is above the maximum",
            "`group`: a group block cannot be counted",
        ],
    );
}

#[test]
fn absent_blocks_are_empty_not_null() {
    let inner = || Block::list().attribute("a", text());
    let schema = Schema::new(0)
        .block("single", Block::single().block("inner", inner()))
        .block("group", Block::group().attribute("a", text()).block("inner", inner()))
        .block("list", inner())
        .block("set", Block::set())
        .block("map", Block::map());
    let empty = schema.empty();
    assert!(empty.attribute("single").is_null());
    assert_eq!(empty.attribute("list"), &Value::List(vec![]));
    assert_eq!(empty.attribute("set"), &Value::Set(vec![]));
    assert_eq!(empty.attribute("map"), &Value::map::<&str>([]));
    assert_eq!(empty.attribute("group").attribute("inner"), &Value::List(vec![]));
    let encoded = schema.encode(&serde_json::json!({ "single": {} })).unwrap();
    assert_eq!(encoded.attribute("single").attribute("inner"), &Value::List(vec![]));
    assert_eq!(schema.encode(&serde_json::json!({})).unwrap(), empty);
}

fn never(value: &Value) -> Result<(), Problem> {
    Err(Problem::new("Refused", format!("{value:?}")))
}

#[test]
fn rules_are_asked_about_what_is_set_and_known_only() {
    let schema = Schema::new(0)
        .attribute("a", text().check(never))
        .block("b", Block::single().check(never).attribute("c", text().check(never)));
    for (value, told) in [(Value::Null, 0), (Value::Unknown, 0), (Value::from("x"), 2)] {
        let block = if told == 0 { value.clone() } else { Value::object([("c", Value::Unknown)]) };
        let config = Value::object([("a", value), ("b", block)]);
        let mut diagnostics = Diagnostics::new();
        schema.validate(&config, &Context::default(), &mut diagnostics);
        assert_eq!(diagnostics.len(), told);
    }
}

#[test]
fn a_missing_block_is_told_where_terraform_does_not() {
    let schema = Schema::new(0).block("one", Block::single().required()).block("named", Block::map().min(2));
    let mut diagnostics = Diagnostics::new();
    schema.validate(&schema.empty(), &Context::default(), &mut diagnostics);
    let summaries: Vec<&str> = diagnostics.iter().map(|it| it.summary.as_str()).collect();
    assert_eq!(summaries, ["Missing one block", "Missing named block"]);
}

#[test]
fn the_names_of_named_blocks_are_given_and_unique() {
    let schema = Schema::new(0).block("port", Block::named("name", "Its name."));
    let check = |names: &[Value], told: &[&str]| {
        let blocks = names.iter().map(|name| Value::object([("name", name.clone())])).collect();
        let config = Value::object([("port", Value::List(blocks))]);
        let mut diagnostics = Diagnostics::new();
        schema.validate(&config, &Context::default(), &mut diagnostics);
        let details: Vec<&str> = diagnostics.iter().map(|it| it.detail.as_str()).collect();
        assert_eq!(details, told);
    };
    let [a, b] = ["a", "b"].map(Value::from);
    check(&[a.clone(), b.clone(), Value::Unknown, Value::Unknown], &[]);
    check(
        &[a.clone(), b, a, Value::Null],
        &[
            "`port[2].name` and `port[0].name` are the same. Each `name` must be unique; change or remove one.",
            "`port[3].name` is null. Each of these blocks needs a `name`.",
        ],
    );
}
