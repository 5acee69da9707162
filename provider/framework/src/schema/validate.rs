//! Checks a configuration against the rules of its schema, all of them at once.

use std::collections::BTreeMap;

use super::{Attribute, Block, Body, Check, Nesting, Schema};
use crate::{Context, Diagnostic, Diagnostics, Path, Value, path::Step};

impl Schema {
    /// Runs every rule of every attribute and block that is set and known, and adds what is wrong.
    pub(crate) fn validate(&self, config: &Value, context: &Context, diagnostics: &mut Diagnostics) {
        let mut walk = Walk { context, diagnostics };
        walk.body(&self.body, config, &Path::EMPTY);
        walk.checks(&self.checks, config, &Path::EMPTY);
    }
}

struct Walk<'a> {
    context: &'a Context,
    diagnostics: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn body(&mut self, body: &Body, value: &Value, here: &Path) {
        for (name, attribute) in &body.attributes {
            let value = value.attribute(name);
            if !value.is_null() {
                self.attribute(attribute, value, &here.clone().attribute(name));
            }
        }
        for (name, block) in &body.blocks {
            self.blocks(name, block, value.attribute(name), &here.clone().attribute(name));
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, here: &Path) {
        if attribute.write_only && !self.context.write_only_allowed {
            self.diagnostics.push(
                Diagnostic::error(
                    "Terraform is too old for this argument",
                    format!(
                        "`{here}` is write-only: its value is kept out of the state, which needs Terraform \
                         1.11, OpenTofu 1.11, or later. Leave the argument out, or use a newer version."
                    ),
                )
                .at(here.clone()),
            );
        }
        if let Some(instead) = &attribute.deprecation {
            self.deprecated("argument", instead, here);
        }
        self.checks(&attribute.checks, value, here);
    }

    fn deprecated(&mut self, what: &str, instead: &str, here: &Path) {
        let detail = format!("`{here}` is deprecated. {instead}");
        self.diagnostics.push(Diagnostic::warning(format!("Deprecated {what}"), detail).at(here.clone()));
    }

    fn blocks(&mut self, name: &str, block: &Block, value: &Value, here: &Path) {
        match value {
            Value::Unknown => {}
            Value::Null if block.nesting == Nesting::Single && block.min > 0 => {
                self.diagnostics.push(missing(name, here));
            }
            Value::Map(members) => {
                self.count(name, block, members.len(), here);
                for (label, inner) in members {
                    self.block(block, inner, &here.clone().key(label));
                }
            }
            Value::List(elements) => {
                self.names(block, elements, here);
                for (index, inner) in elements.iter().enumerate() {
                    self.block(block, inner, &here.clone().index(index));
                }
            }
            Value::Set(elements) => {
                for inner in elements {
                    self.inside_set(block, inner, here);
                }
            }
            other => self.block(block, other, here),
        }
    }

    /// Reports each missing name, and each name that an earlier block has, with the places of both.
    fn names(&mut self, block: &Block, elements: &[Value], here: &Path) {
        let Some(key) = &block.key else { return };
        let mut first: BTreeMap<&str, Path> = BTreeMap::new();
        for (index, element) in elements.iter().enumerate() {
            let place = here.clone().index(index).attribute(key);
            if matches!(element, Value::Object(_)) && element.attribute(key).is_null() {
                let detail = format!("`{place}` is null. Each of these blocks needs a `{key}`.");
                self.diagnostics.push(Diagnostic::error(format!("Missing {key}"), detail).at(place));
                continue;
            }
            let Some(name) = element.attribute(key).as_str() else { continue };
            if let Some(other) = first.get(name) {
                self.diagnostics.push(
                    Diagnostic::error(
                        format!("Duplicate {key} `{name}`"),
                        format!("`{place}` and `{other}` are the same. Each `{key}` must be unique; change or remove one."),
                    )
                    .at(place),
                );
            } else {
                first.insert(name, place);
            }
        }
    }

    fn block(&mut self, block: &Block, value: &Value, here: &Path) {
        if !value.is_null() && !value.is_unknown() {
            // Terraform sends a group that is not there as an object of nulls.
            if let Some(instead) = &block.body.deprecation
                && block.nesting != Nesting::Group
            {
                self.deprecated("block", instead, here);
            }
            self.checks(&block.checks, value, here);
            self.body(&block.body, value, here);
        }
    }

    /// Nothing inside a set has an address, so all that is wrong inside is told at the set.
    fn inside_set(&mut self, block: &Block, value: &Value, here: &Path) {
        let mut inside = Diagnostics::new();
        Walk { context: self.context, diagnostics: &mut inside }.block(block, value, here);
        self.diagnostics.extend(inside.into_iter().map(|diagnostic| diagnostic.at(here.clone())));
    }

    fn checks(&mut self, checks: &[Check], value: &Value, here: &Path) {
        if value.bare().is_null() || value.bare().is_unknown() {
            return;
        }
        for problem in checks.iter().filter_map(|check| check.run(value).err()) {
            let path = within_address(value, here, &problem.path);
            self.diagnostics.push(Diagnostic::error(problem.summary, problem.detail).at(path));
        }
    }

    /// Terraform counts the blocks of lists and sets by itself, but not labelled ones.
    fn count(&mut self, name: &str, block: &Block, number: usize, here: &Path) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        if number < block.min {
            self.diagnostics.push(if number == 0 {
                missing(name, here)
            } else {
                let detail = format!("At least {} `{name}` blocks are required.", block.min);
                Diagnostic::error(format!("Too few {name} blocks"), detail).at(here.clone())
            });
        } else if block.max > 0 && number > block.max {
            let detail = format!("At most {} `{name}` blocks are allowed.", block.max);
            self.diagnostics
                .push(Diagnostic::error(format!("Too many {name} blocks"), detail).at(here.clone()));
        }
    }
}

fn missing(name: &str, here: &Path) -> Diagnostic {
    let detail = format!("A `{name}` block is required here.");
    Diagnostic::error(format!("Missing {name} block"), detail).at(here.clone())
}

/// The place of a part of `value`, cut where a set begins.
fn within_address(value: &Value, here: &Path, part: &Path) -> Path {
    let mut path = here.clone();
    let mut inner = Some(value);
    for step in part.steps() {
        if matches!(inner.map(Value::bare), Some(Value::Set(_))) {
            break;
        }
        inner = inner.and_then(|value| value.at(&Path::EMPTY.step(Step::clone(step))));
        path = path.step(step.clone());
    }
    path
}

#[cfg(test)]
mod tests {
    use crate::{Attribute, Block, Context, Diagnostics, Schema, Severity, Type, Value, validator};

    fn found(schema: &Schema, config: &Value) -> Vec<(Severity, String)> {
        let mut diagnostics = Diagnostics::new();
        schema.validate(config, &Context::default(), &mut diagnostics);
        diagnostics.iter().map(|it| (it.severity, format!("{} {:?}", it.summary, it.path))).collect()
    }

    #[test]
    fn deprecated_arguments_and_blocks_warn_when_they_are_set() {
        let schema = Schema::new(0)
            .attribute("old", Attribute::optional(Type::String).deprecated("Use `new`."))
            .block("past", Block::list().deprecated("Leave it out."));
        let config =
            |old: Value, past: Vec<Value>| Value::object([("old", old), ("past", Value::List(past))]);
        assert_eq!(found(&schema, &config(Value::Null, vec![])), []);
        let set = config("x".into(), vec![Value::object([] as [(&str, Value); 0])]);
        let mut diagnostics = Diagnostics::new();
        schema.validate(&set, &Context::default(), &mut diagnostics);
        assert!(!diagnostics.has_errors());
        let details: Vec<&str> = diagnostics.iter().map(|it| it.detail.as_str()).collect();
        assert_eq!(details, ["`old` is deprecated. Use `new`.", "`past[0]` is deprecated. Leave it out."]);
    }

    #[test]
    fn rules_of_the_schema_see_the_whole_configuration() {
        let schema = Schema::new(0)
            .attribute("a", Attribute::optional(Type::String))
            .attribute("b", Attribute::optional(Type::String))
            .check(validator::conflicts(["a", "b"]));
        let both = Value::object([("a", Value::from("x")), ("b", Value::from("y"))]);
        let problems = found(&schema, &both);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].1.starts_with("Conflicting arguments"), "{problems:?}");
    }
}
