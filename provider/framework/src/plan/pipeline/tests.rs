//! The pipeline against Terraform's rules: by example, and by random configurations and priors.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{keep_prior_forms, propose};
use crate::{Attribute, Block, Schema, Type, Value, testing::plan_rules::violations};

fn ignore_case(left: &Value, right: &Value) -> bool {
    left.as_str().map(str::to_lowercase) == right.as_str().map(str::to_lowercase)
}

fn grew(prior: &Value, planned: &Value) -> bool {
    planned.as_i64() > prior.as_i64()
}

fn fields(block: Block) -> Block {
    block
        .attribute("word", Attribute::required(Type::String).requires_replace())
        .attribute("soft", Attribute::optional(Type::String).equal_when(ignore_case))
        .attribute("given", Attribute::optional_computed(Type::Number).default(7))
        .attribute("made", Attribute::computed(Type::String))
        .attribute("kept", Attribute::computed(Type::String).use_state_for_unknown())
}

fn schema() -> Schema {
    Schema::new(0)
        .attribute("name", Attribute::required(Type::String).requires_replace())
        .attribute("size", Attribute::optional(Type::Number).requires_replace_if(grew))
        .attribute("soft", Attribute::optional(Type::String).equal_when(ignore_case))
        .attribute("given", Attribute::optional_computed(Type::Bool).default(true))
        .attribute("either", Attribute::optional_computed(Type::String))
        .attribute("secret", Attribute::optional(Type::String).write_only())
        .attribute("id", Attribute::computed(Type::String).use_state_for_unknown())
        .attribute("stamp", Attribute::computed(Type::String))
        .block("one", fields(Block::single()))
        .block("many", fields(Block::list()))
        .block("named", fields(Block::map()))
        .block("some", fields(Block::set()))
        .block("titled", fields(Block::named("title", "Its title.")).attribute("hard", hard()))
        .block("fixed", Block::list().requires_replace().attribute("a", Attribute::optional(Type::String)))
}

fn hard() -> Attribute {
    Attribute::optional(Type::String).requires_replace()
}

/// What Terraform proposes: the configuration, with the prior values of computed attributes that it leaves out.
fn proposed(schema: &Schema, prior: Option<&Value>, config: &Value) -> Value {
    let mut proposed = config.clone();
    if let Some(prior) = prior {
        super::walk(schema.body(), &mut proposed, config, prior, &mut |attribute, value, config, prior| {
            if attribute.is_computed() && config.is_null() {
                *value = prior.cloned().unwrap_or_default();
            }
        });
    }
    proposed
}

fn plan(prior: Option<&Value>, config: &Value) -> (Value, Vec<String>) {
    let schema = schema();
    let (planned, replaced) = propose(&schema, prior, proposed(&schema, prior, config), config);
    (planned, replaced.iter().map(ToString::to_string).collect())
}

fn object(members: &[(&str, Value)]) -> Value {
    let mut value = schema().empty();
    for (name, member) in members {
        value.set(&crate::Path::root(*name), member.clone());
    }
    value
}

fn block(members: &[(&str, Value)]) -> Value {
    let names = ["word", "soft", "given", "made", "kept"];
    let mut all: BTreeMap<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    all.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(all)
}

fn titled(title: &str, mut block: Value) -> Value {
    let Value::Object(members) = &mut block else { panic!("a block is an object") };
    members.insert("title".to_owned(), Value::from(title));
    members.insert("hard".to_owned(), Value::from("h"));
    block
}

/// What becomes of a plan: everything that is unknown is found out.
fn settled(mut planned: Value) -> Value {
    fn settle(value: &mut Value) {
        match value {
            Value::Unknown => *value = "found".into(),
            Value::List(all) | Value::Set(all) => all.iter_mut().for_each(settle),
            Value::Map(all) | Value::Object(all) => all.values_mut().for_each(settle),
            _ => {}
        }
    }
    settle(&mut planned);
    planned
}

fn text(text: &str) -> Value {
    text.into()
}

#[test]
fn unset_attributes_of_a_new_object_are_unknown() {
    let config =
        object(&[("name", text("a")), ("secret", text("s")), ("one", block(&[("word", text("w"))]))]);
    let (planned, replaced) = plan(None, &config);
    assert_eq!(planned.attribute("given"), &true.into());
    assert!(planned.attribute("secret").is_null());
    for name in ["either", "id", "stamp"] {
        assert!(planned.attribute(name).is_unknown(), "{name}");
    }
    let one = planned.attribute("one");
    assert_eq!(one.attribute("given"), &7.into());
    assert!(one.attribute("made").is_unknown() && one.attribute("kept").is_unknown());
    assert_eq!(replaced, Vec::<String>::new());
}

#[test]
fn without_a_change_nothing_becomes_unknown() {
    let config = object(&[
        ("name", text("a")),
        ("soft", text("x")),
        ("many", Value::List(vec![block(&[("word", text("w"))])])),
    ]);
    let prior = settled(plan(None, &config).0);
    assert_eq!(plan(Some(&prior), &config), (prior.clone(), vec![]));
    // Another spelling that means the same is not a change either.
    let spelt = object(&[
        ("name", text("a")),
        ("soft", text("X")),
        ("many", Value::List(vec![block(&[("word", text("w"))])])),
    ]);
    assert_eq!(plan(Some(&prior), &spelt), (prior, vec![]));
}

#[test]
fn with_a_change_only_what_is_kept_stays_known() {
    let config = |size: i64| object(&[("name", text("a")), ("size", size.into())]);
    let prior = settled(plan(None, &config(2)).0);
    let (planned, replaced) = plan(Some(&prior), &config(1));
    assert_eq!(planned.attribute("id"), &text("found"));
    assert!(planned.attribute("stamp").is_unknown());
    assert_eq!(replaced, Vec::<String>::new());
    assert_eq!(plan(Some(&prior), &config(3)).1, ["size"]);
}

#[test]
fn replacement_is_told_for_what_really_changed_at_every_depth() {
    let word = |word: &str| block(&[("word", text(word))]);
    let config = |words: [&str; 4]| {
        object(&[
            ("name", text("a")),
            ("one", word(words[0])),
            ("many", Value::List(vec![word("same"), word(words[1])])),
            ("named", Value::map([("k", word(words[2])), ("same", word("same"))])),
            ("some", Value::Set(vec![word(words[3]), word("same")])),
        ])
    };
    let prior = settled(plan(None, &config(["a", "b", "c", "d"])).0);
    assert_eq!(plan(Some(&prior), &config(["a", "b", "c", "d"])).1, Vec::<String>::new());
    let (_, replaced) = plan(Some(&prior), &config(["A", "B", "C", "D"]));
    assert_eq!(replaced, ["many[1].word", "named[\"k\"].word", "one.word", "some"]);
    // A block that is removed, and one that is added.
    let (_, replaced) = plan(
        Some(&prior),
        &object(&[("name", text("a")), ("fixed", Value::List(vec![Value::object([("a", Value::Null)])]))]),
    );
    assert_eq!(replaced[0], "fixed");
    assert!(replaced.contains(&"one.word".to_owned()) && replaced.contains(&"many[0].word".to_owned()));
}

#[test]
fn a_default_wins_over_what_was_configured_before() {
    let configured = object(&[("name", text("a")), ("given", false.into())]);
    let prior = settled(plan(None, &configured).0);
    let (planned, _) = plan(Some(&prior), &object(&[("name", text("a"))]));
    assert_eq!(planned.attribute("given"), &true.into());
}

#[test]
fn what_the_configuration_leaves_unknown_stays_unknown() {
    let config = object(&[("name", text("a")), ("either", Value::Unknown), ("many", Value::Unknown)]);
    let prior = settled(plan(None, &object(&[("name", text("a"))])).0);
    for prior in [None, Some(&prior)] {
        let (planned, _) = plan(prior, &config);
        assert!(planned.attribute("either").is_unknown() && planned.attribute("many").is_unknown());
    }
}

#[test]
fn blocks_of_a_set_keep_what_was_found_out_about_them() {
    let config = |words: &[&str]| {
        let blocks = words.iter().map(|word| block(&[("word", text(word))])).collect();
        object(&[("name", text("a")), ("some", Value::Set(blocks))])
    };
    let prior = settled(plan(None, &config(&["x", "y"])).0);
    let (planned, _) = plan(Some(&prior), &config(&["y", "z"]));
    let blocks = planned.attribute("some").as_list().unwrap();
    let of = |word: &str| blocks.iter().find(|it| it.attribute("word").as_str() == Some(word)).unwrap();
    assert_eq!(of("y").attribute("kept"), &text("found"));
    assert!(of("z").attribute("kept").is_unknown());
}

#[test]
fn named_blocks_that_move_need_no_new_object() {
    let config = |titles: &[&str]| {
        let blocks = titles.iter().map(|title| titled(title, block(&[("word", text(title))]))).collect();
        object(&[("name", text("a")), ("titled", Value::List(blocks))])
    };
    let prior = settled(plan(None, &config(&["x", "y"])).0);
    let check = |titles: &[&str], replaced: &[&str]| {
        assert_eq!(plan(Some(&prior), &config(titles)).1, replaced, "{titles:?}");
    };
    check(&["y", "x"], &[]);
    check(&["x"], &["titled"]);
    check(&["z", "x", "y"], &["titled"]);
    let moved = plan(Some(&prior), &config(&["y", "x"])).0;
    let kept = moved.attribute("titled").as_list().unwrap().iter().map(|block| block.attribute("kept"));
    assert!(kept.into_iter().all(Value::is_unknown), "no block gets what another one had");
}

#[test]
fn the_earlier_form_also_stays_after_apply() {
    let schema = schema();
    let prior = object(&[("soft", text("Abc")), ("one", block(&[("soft", text("Q"))]))]);
    let mut new = object(&[("soft", text("aBC")), ("one", block(&[("soft", text("r"))]))]);
    keep_prior_forms(&schema, &prior, &mut new);
    assert_eq!(new.attribute("soft"), &text("Abc"));
    assert_eq!(new.attribute("one").attribute("soft"), &text("r"));
}

fn optional(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![2 => value.boxed(), 1 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
}

fn words() -> impl Strategy<Value = Value> {
    prop_oneof![Just("a"), Just("A"), Just("b")].prop_map(Value::from)
}

fn blocks() -> impl Strategy<Value = Value> {
    let number = (1..3_i64).prop_map(Value::from);
    (words(), optional(words()), optional(number))
        .prop_map(|(word, soft, given)| block(&[("word", word), ("soft", soft), ("given", given)]))
}

fn configs() -> impl Strategy<Value = Value> {
    let attributes = (
        prop_oneof![words(), Just(Value::Unknown)],
        optional((1..3_i64).prop_map(Value::from)),
        optional(words()),
        optional(any::<bool>().prop_map(Value::from)),
        optional(words()),
        optional(words()),
    );
    let lists = prop::collection::vec(blocks(), 0..3).boxed();
    let named = prop::collection::btree_map("[k-m]", blocks(), 0..3).boxed();
    let shuffled = named.clone().prop_map(|all| all.into_iter().collect::<Vec<_>>()).prop_shuffle();
    let nested = (
        prop_oneof![blocks(), Just(Value::Null)],
        prop_oneof![4 => lists.clone().prop_map(Value::List), 1 => Just(Value::Unknown)],
        named.prop_map(Value::Map),
        shuffled.prop_map(|all| Value::List(all.into_iter().map(|(title, it)| titled(&title, it)).collect())),
        lists.prop_map(|all| Value::Set(Value::canonical_set(&all).into_iter().cloned().collect())),
    );
    (attributes, nested).prop_map(
        |((name, size, soft, given, either, secret), (one, many, named, titled, some))| {
            object(&[
                ("name", name),
                ("size", size),
                ("soft", soft),
                ("given", given),
                ("either", either),
                ("secret", secret),
                ("one", one),
                ("many", many),
                ("named", named),
                ("titled", titled),
                ("some", some),
            ])
        },
    )
}

fn without_unknowns(mut config: Value) -> Value {
    fn forget(value: &mut Value) {
        match value {
            Value::Unknown => *value = Value::Null,
            Value::List(all) | Value::Set(all) => all.iter_mut().for_each(forget),
            Value::Map(all) | Value::Object(all) => all.values_mut().for_each(forget),
            _ => {}
        }
    }
    forget(&mut config);
    schema().body().fill_blocks(&mut config);
    config
}

/// A state is what an earlier configuration became.
fn priors() -> impl Strategy<Value = Option<Value>> {
    prop::option::of(configs().prop_filter_map("blocks are known after apply", |config| {
        let known = !config.attribute("many").is_unknown();
        known.then(|| settled(plan(None, &config).0))
    }))
}

proptest! {
    #[test]
    fn no_plan_breaks_terraforms_rules(prior in priors(), config in configs()) {
        let (planned, replaced) = plan(prior.as_ref(), &config);
        let before = prior.unwrap_or(Value::Null);
        prop_assert_eq!(violations(schema().body(), &planned, &config, &before), Vec::<String>::new());
        if before.is_null() {
            prop_assert_eq!(replaced, Vec::<String>::new());
        }
    }

    #[test]
    fn a_plan_is_the_same_every_time(prior in priors(), config in configs()) {
        prop_assert_eq!(plan(prior.as_ref(), &config), plan(prior.as_ref(), &config));
    }

    #[test]
    fn what_was_applied_needs_no_change(config in configs()) {
        let config = without_unknowns(config);
        let prior = settled(plan(None, &config).0);
        prop_assert_eq!(plan(Some(&prior), &config), (prior, vec![]));
    }
}
