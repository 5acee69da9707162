//! Terraform's rules for configurations, which it checks before a provider sees one.

use crate::{Block, Body, Nesting, Path, Presence, Value};

/// What Terraform would refuse in this configuration.
pub(super) fn violations(body: &Body, config: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check_body(body, config, &Path::EMPTY, &mut found);
    found
}

fn check_body(body: &Body, config: &Value, here: &Path, found: &mut Vec<String>) {
    for (name, attribute) in body.attributes() {
        let at = here.clone().attribute(name);
        match (attribute.presence(), config.attribute(name).is_null()) {
            (Presence::Required, true) => found.push(format!("`{at}` is required")),
            (Presence::Computed, false) => {
                found.push(format!("`{at}` must not be set: only the provider sets it"));
            }
            _ => {}
        }
    }
    for (name, block) in body.blocks() {
        check_blocks(block, config.attribute(name), &here.clone().attribute(name), found);
    }
}

fn check_blocks(block: &Block, blocks: &Value, at: &Path, found: &mut Vec<String>) {
    match blocks {
        Value::List(elements) => {
            count(block, elements.len(), at, found);
            for (index, inner) in elements.iter().enumerate() {
                check_body(block.body(), inner, &at.clone().index(index), found);
            }
        }
        Value::Set(elements) => {
            count(block, elements.len(), at, found);
            for inner in elements {
                // Nothing inside a set has an address.
                check_body(block.body(), inner, at, found);
            }
        }
        Value::Map(members) => {
            for (label, inner) in members {
                check_body(block.body(), inner, &at.clone().key(label), found);
            }
        }
        // A group is an object of nulls where it is absent.
        Value::Object(_) if block.nesting() != Nesting::Group || *blocks != block.body().empty() => {
            check_body(block.body(), blocks, at, found);
        }
        // Absent, or not known yet.
        _ => {}
    }
}

/// Terraform counts the blocks of lists and sets; the framework counts the others for each provider.
fn count(block: &Block, number: usize, at: &Path, found: &mut Vec<String>) {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let (min, max) = (block.min_items(), block.max_items());
    if number < min {
        found.push(format!("`{at}` blocks: expected at least {min}, got {number}"));
    }
    if max > 0 && number > max {
        found.push(format!("`{at}` blocks: expected at most {max}, got {number}"));
    }
}

#[cfg(test)]
mod tests {
    use super::violations;
    use crate::{Attribute, Block, Schema, Type, Value};

    fn check(config: &serde_json::Value, expected: &[&str]) {
        let port =
            Block::named("name", "Its name.").attribute("number", Attribute::required(Type::Number)).max(2);
        let hook = || Block::list().attribute("url", Attribute::required(Type::String));
        let schema = Schema::new(0)
            .attribute("id", Attribute::computed(Type::String))
            .block("port", port)
            .block("hook", hook().min(1))
            .block("log", Block::group().attribute("file", Attribute::required(Type::String)));
        assert_eq!(violations(schema.body(), &schema.encode(config).unwrap()), expected);
    }

    #[test]
    fn a_configuration_needs_what_is_required_and_sets_nothing_that_is_computed() {
        check(&serde_json::json!({ "hook": [{ "url": "a" }] }), &[]);
        check(
            &serde_json::json!({ "id": "x", "port": { "http": {} }, "hook": [{}], "log": {} }),
            &[
                "`id` must not be set: only the provider sets it",
                "`port[0].number` is required",
                "`hook[0].url` is required",
            ],
        );
    }

    #[test]
    fn blocks_are_counted() {
        let ports = ["a", "b", "c"].map(|name| (name.to_owned(), serde_json::json!({ "number": 1 })));
        let ports: serde_json::Map<_, _> = ports.into_iter().collect();
        check(
            &serde_json::json!({ "port": ports }),
            &["`port` blocks: expected at most 2, got 3", "`hook` blocks: expected at least 1, got 0"],
        );
    }

    #[test]
    fn an_unknown_number_of_blocks_is_accepted() {
        let schema = Schema::new(0).block("port", Block::list().min(1));
        let config = Value::object([("port", Value::Unknown)]);
        assert!(violations(schema.body(), &config).is_empty());
    }
}
