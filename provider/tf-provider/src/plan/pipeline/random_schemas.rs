//! The pipeline against Terraform's rules over random schemas, configurations and prior states.

use super::{propose, walk};
use crate::{Attribute, Block, Body, Nesting, Schema, Type, Value, testing::plan_rules::violations};

const CASES: u64 = 10_000;

#[test]
fn no_plan_of_any_schema_breaks_terraforms_rules() {
    for seed in 0..CASES {
        let mut dice = Dice(seed);
        let schema = schema(&mut dice);
        assert_eq!(schema.problems(), [] as [&str; 0], "seed {seed}");
        let config = body_value(&mut dice, &schema, Part::Config);
        let prior = if dice.one_in(4) { None } else { Some(prior(&mut dice, &schema, &config)) };
        let (planned, _) = plan(&schema, prior.as_ref(), &config);
        let none = Value::Null;
        let found = violations(schema.body(), &planned, &config, prior.as_ref().unwrap_or(&none));
        assert_eq!(found, [] as [&str; 0], "seed {seed}: {schema:#?}\n{config:?}\n{prior:?}\n{planned:?}");
        assert_eq!(plan(&schema, prior.as_ref(), &config).0, planned, "seed {seed}: not deterministic");
        if !config.is_wholly_known() || has_ambiguous_sets(schema.body()) {
            continue;
        }
        // Whatever the provider finds out for the unknown parts, a plan afterwards changes nothing.
        let state = settled(&mut dice, planned, &schema.implied_type());
        assert_eq!(plan(&schema, Some(&state), &config).0, state, "seed {seed}: {schema:#?}\n{config:?}");
    }
}

/// Blocks of a set that differ in computed attributes alone cannot be told apart, so the values of one may go to another.
fn has_ambiguous_sets(body: &Body) -> bool {
    body.blocks().any(|(_, block)| {
        (block.nesting() == Nesting::Set && has_computed(block.body())) || has_ambiguous_sets(block.body())
    })
}

fn has_computed(body: &Body) -> bool {
    body.attributes().any(|(_, attribute)| attribute.is_computed())
        || body.blocks().any(|(_, block)| has_computed(block.body()))
}

fn plan(schema: &Schema, prior: Option<&Value>, config: &Value) -> (Value, usize) {
    let mut proposed = config.clone();
    if let Some(prior) = prior {
        walk(schema.body(), &mut proposed, config, prior, &mut |attribute, value, config, prior| {
            if attribute.is_computed() && config.is_null() {
                *value = prior.cloned().unwrap_or_default();
            }
        });
    }
    let (planned, replaced) = propose(schema, prior, proposed, config);
    (planned, replaced.len())
}

/// Numbers that depend on the seed alone.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, number: u64) -> u64 {
        self.next() % number
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

fn schema(dice: &mut Dice) -> Schema {
    let mut schema = Schema::new(0);
    for number in 0..=dice.below(4) {
        schema = schema.attribute(format!("a{number}"), attribute(dice));
    }
    for number in 0..dice.below(3) {
        schema = schema.block(format!("b{number}"), block(dice, 1));
    }
    schema
}

fn block(dice: &mut Dice, depth: u64) -> Block {
    let mut block = match dice.below(6) {
        0 => Block::single(),
        1 => Block::group(),
        2 => Block::set(),
        3 => Block::map(),
        4 => Block::named("title", "Its title."),
        _ => Block::list(),
    };
    if dice.one_in(4) {
        block = block.requires_replace();
    }
    if dice.one_in(4) {
        block = block.use_state_for_unknown();
    }
    for number in 0..=dice.below(3) {
        block = block.attribute(format!("c{number}"), attribute(dice));
    }
    if depth < 3 && dice.one_in(3) {
        block = block.block("inner", self::block(dice, depth + 1));
    }
    block
}

fn attribute(dice: &mut Dice) -> Attribute {
    let of = match dice.below(6) {
        0 => Type::Bool,
        1 => Type::Number,
        2 => Type::list(Type::String),
        3 => Type::set(Type::Number),
        4 => Type::map(Type::Bool),
        _ => Type::String,
    };
    let mut attribute = match dice.below(4) {
        0 => Attribute::required(of),
        1 => Attribute::optional(of),
        2 => Attribute::computed(of),
        _ => {
            let attribute = Attribute::optional_computed(of.clone());
            if dice.one_in(2) { attribute.default(known(dice, &of)) } else { attribute }
        }
    };
    for _ in 0..dice.below(3) {
        attribute = match dice.below(5) {
            0 => attribute.use_state_for_unknown(),
            1 => attribute.use_state_or_null_for_unknown(),
            2 => attribute.requires_replace(),
            3 => attribute.requires_replace_if_configured(),
            _ => attribute.requires_replace_if(|_, planned| planned.is_null()),
        };
    }
    attribute
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Config,
    State,
}

fn body_value(dice: &mut Dice, schema: &Schema, part: Part) -> Value {
    whole(dice, schema.body(), part)
}

fn whole(dice: &mut Dice, body: &Body, part: Part) -> Value {
    let mut members = Vec::new();
    for (name, attribute) in body.attributes() {
        let required = attribute.presence() == crate::Presence::Required;
        let settable = part == Part::State || attribute.presence() != crate::Presence::Computed;
        let value = if !settable || (!required && dice.one_in(3)) {
            Value::Null
        } else if part == Part::Config && name != "title" && dice.one_in(12) {
            Value::Unknown
        } else {
            known(dice, attribute.value_type())
        };
        members.push((name.to_owned(), value));
    }
    for (name, block) in body.blocks() {
        let number = dice.below(3);
        let value = match block.nesting() {
            Nesting::Single if number == 0 => Value::Null,
            Nesting::Single | Nesting::Group => whole(dice, block.body(), part),
            Nesting::Map => {
                Value::map((0..number).map(|label| (format!("l{label}"), whole(dice, block.body(), part))))
            }
            Nesting::Set => {
                let elements: Vec<Value> = (0..number).map(|_| whole(dice, block.body(), part)).collect();
                Value::Set(Value::canonical_set(&elements).into_iter().cloned().collect())
            }
            Nesting::List => {
                let elements = (0..number).map(|index| {
                    let mut element = whole(dice, block.body(), part);
                    if block.key().is_some() {
                        element.set(&crate::Path::root("title"), format!("t{index}").into());
                    }
                    element
                });
                Value::List(elements.collect())
            }
        };
        members.push((name.to_owned(), value));
    }
    Value::object(members)
}

/// A state that has something to do with the configuration, or nothing at all.
fn prior(dice: &mut Dice, schema: &Schema, config: &Value) -> Value {
    if dice.one_in(3) {
        return body_value(dice, schema, Part::State);
    }
    let (planned, _) = plan(schema, None, config);
    let mut state = settled(dice, planned, &schema.implied_type());
    for (name, attribute) in schema.body().attributes() {
        if dice.one_in(4) {
            state.set(&crate::Path::root(name), known(dice, attribute.value_type()));
        }
    }
    state
}

fn known(dice: &mut Dice, of: &Type) -> Value {
    match of {
        Type::Bool => dice.one_in(2).into(),
        Type::Number => dice.below(4).into(),
        Type::List(element) => Value::List((0..dice.below(3)).map(|_| known(dice, element)).collect()),
        Type::Set(element) => Value::Set((0..dice.below(3)).map(|_| known(dice, element)).collect()),
        Type::Map(element) => {
            Value::map((0..dice.below(3)).map(|key| (format!("k{key}"), known(dice, element))))
        }
        _ => ["", "x", "y"][usize::try_from(dice.below(3)).unwrap_or_default()].into(),
    }
}

/// The value with everything that is unknown found out.
fn settled(dice: &mut Dice, value: Value, of: &Type) -> Value {
    match (value, of) {
        (Value::Unknown, _) => known(dice, of),
        (Value::List(elements), Type::List(element)) => {
            Value::List(elements.into_iter().map(|value| settled(dice, value, element)).collect())
        }
        (Value::Set(elements), Type::Set(element)) => {
            Value::Set(elements.into_iter().map(|value| settled(dice, value, element)).collect())
        }
        (Value::Map(members), Type::Map(element)) => {
            Value::Map(members.into_iter().map(|(key, value)| (key, settled(dice, value, element))).collect())
        }
        (Value::Object(members), Type::Object(attributes)) => {
            let members = members.into_iter().map(|(name, value)| {
                let value = attributes.get(&name).map_or(Value::Null, |of| settled(dice, value, of));
                (name, value)
            });
            Value::Object(members.collect())
        }
        (value, _) => value,
    }
}
