//! The pipeline against Terraform's rules over random schemas, configurations and prior states.

use super::{propose, walk};
use crate::{
    Body, Nesting, Schema, Type, Value,
    fuzzing::{Choices, Part, known, schema, value_of},
    testing::plan_rules::violations,
};

const CASES: u64 = 10_000;

#[test]
fn no_plan_of_any_schema_breaks_terraforms_rules() {
    for seed in 0..CASES {
        let mut dice = Dice(seed);
        let schema = schema(&mut dice);
        assert_eq!(schema.problems(), [] as [&str; 0], "seed {seed}");
        let config = value_of(&mut dice, &schema, Part::Config);
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

impl Choices for Dice {
    fn below(&mut self, number: u64) -> u64 {
        self.next() % number
    }
}

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A state that has something to do with the configuration, or nothing at all.
fn prior(dice: &mut Dice, schema: &Schema, config: &Value) -> Value {
    if dice.one_in(3) {
        return value_of(dice, schema, Part::State);
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

/// The value with everything that is unknown found out.
fn settled(dice: &mut Dice, value: Value, of: &Type) -> Value {
    match (value, of) {
        (Value::Unknown, _) => known(dice, of),
        (Value::List(elements), Type::List(element)) => {
            Value::List(elements.into_iter().map(|value| settled(dice, value, element)).collect())
        }
        (Value::List(elements), Type::Tuple(types)) => {
            let elements = elements.into_iter().zip(types);
            Value::List(elements.map(|(value, of)| settled(dice, value, of)).collect())
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
