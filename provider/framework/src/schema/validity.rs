//! Terraform's own rules for schemas, checked here so that a mistake fails a unit test and not a user.

use super::{Attribute, Block, Body, Nesting, Presence, Schema};

pub(super) fn problems(schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    if schema.version < 0 {
        found.push(format!("the version is {}, but it must not be negative", schema.version));
    }
    check_body(&schema.body, "", Surroundings::default(), &mut found);
    found
}

#[derive(Debug, Clone, Copy, Default)]
struct Surroundings {
    in_set: bool,
    in_many: bool,
}

fn check_body(body: &Body, prefix: &str, around: Surroundings, found: &mut Vec<String>) {
    for name in &body.duplicates {
        found.push(format!("`{prefix}{name}`: the name is given twice"));
    }
    for (name, attribute) in &body.attributes {
        let mut tell = |text: &str| found.push(format!("`{prefix}{name}`: {text}"));
        if !is_name(name) {
            tell("a name may have lower-case letters, digits and underscores, and must not be empty");
        }
        check_attribute(attribute, around, &mut tell);
    }
    for (name, block) in &body.blocks {
        let mut tell = |text: &str| found.push(format!("`{prefix}{name}`: {text}"));
        if !is_name(name) {
            tell("a name may have lower-case letters, digits and underscores, and must not be empty");
        }
        check_counts(block, &mut tell);
        let inside = Surroundings {
            in_set: around.in_set || block.nesting == Nesting::Set,
            in_many: around.in_many || !matches!(block.nesting, Nesting::Single | Nesting::Group),
        };
        check_body(&block.body, &format!("{prefix}{name}."), inside, found);
    }
}

fn check_attribute(attribute: &Attribute, around: Surroundings, tell: &mut impl FnMut(&str)) {
    if attribute.of.has_dynamic() && around.in_many {
        tell("\"any type\" may not stand in list, set or map blocks");
    }
    if attribute.write_only {
        if attribute.presence == Presence::Computed {
            tell("a write-only attribute cannot be computed");
        }
        if around.in_set {
            tell("a write-only attribute may not stand in a set block");
        }
        if attribute.default.is_some() {
            tell("a write-only attribute cannot have a default");
        }
    }
    if attribute.default.is_some() && attribute.presence != Presence::OptionalComputed {
        tell("only an optional and computed attribute can have a default");
    }
    if let Some(default) = attribute.default_value()
        && let Err(misfit) = default.clone().conform(&attribute.of)
    {
        tell(&format!("the default does not fit the type: {misfit}"));
    }
}

fn check_counts(block: &Block, tell: &mut impl FnMut(&str)) {
    let (min, max) = (block.min, block.max);
    match block.nesting {
        Nesting::Single if min > 1 || max > 1 => {
            tell("a single block stands there at most once");
        }
        Nesting::Group if min > 0 || max > 0 => tell("a group block cannot be counted"),
        Nesting::Map if min > 0 && max > 0 && min > max => tell("the minimum is above the maximum"),
        Nesting::List | Nesting::Set if max > 0 && min > max => {
            tell("the minimum is above the maximum");
        }
        _ => {}
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
