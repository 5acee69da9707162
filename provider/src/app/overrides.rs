//! `override { environments = […] … }`: other arguments of an app in some environments. They are merged before anything
//! is resolved: objects, maps and named blocks member by member, blocks without a name are added, and any other value
//! takes the place of the one outside.

use provider_framework::{Attribute, Block, Path, Schema, Step, Type, Value};
use serde_json::Value as Json;

use super::problem::{Place, Problems};

/// Name of the block.
pub(crate) const BLOCK: &str = "override";
/// Its argument that lists the environments.
pub(crate) const ENVIRONMENTS: &str = "environments";

/// Arguments that no environment can override.
const FIXED: [&str; 3] = ["name", "environment", "timeouts"];

/// Adds the block that has all arguments of `schema` again, for some environments.
pub(crate) fn describe(schema: Schema) -> Schema {
    let environments = Attribute::required(Type::list(Type::String))
        .describe("Environments whose apps get these arguments.")
        .example("[\"dev\", \"stage\"]");
    let block = Block::list()
        .describe(
            "Other arguments in some environments: every argument and block of the app but `name`, `environment` and \
             `timeouts`. Maps, single blocks and blocks with a name are merged by member, blocks without a name are added, \
             and any other value takes the place of the one outside. A later block wins.",
        )
        .attribute(ENVIRONMENTS, environments)
        .overlay(schema.body(), |name| !FIXED.contains(&name));
    schema.block(BLOCK, block)
}

/// Whether an override is for an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applies {
    Yes,
    No,
    /// The environment or the list of them is still unknown.
    Unknown,
}

/// Merges the overrides for the environment of `config` over its other arguments. Returns `None` if no override applies.
pub(crate) fn merged(config: &Value) -> Option<Value> {
    let overrides: Vec<_> =
        blocks(config).iter().filter(|block| applies(config, block) == Applies::Yes).collect();
    if overrides.is_empty() {
        return None;
    }
    let mut merged = config.clone();
    for block in overrides {
        let Value::Object(arguments) = block else { continue };
        for (name, value) in arguments.iter().filter(|(name, _)| *name != ENVIRONMENTS) {
            let mut here = merged.attribute(name).clone();
            merge(&mut here, value);
            merged.set(&Path::root(name), here);
        }
    }
    Some(merged)
}

/// The unknown paths of `config`. What an override leaves unknown is unknown of the argument outside.
pub(crate) fn unknown_paths(config: &Value) -> Vec<Path> {
    let overrides = blocks(config);
    let path = |path: Path| match path.steps() {
        [Step::Attribute(name), Step::Index(index), inside @ ..] if name == BLOCK => {
            let block = usize::try_from(*index).ok().and_then(|index| overrides.get(index));
            let block = block.unwrap_or(&Value::Null);
            let counts = applies(config, block) != Applies::No;
            counts.then(|| inside.iter().cloned().fold(Path::EMPTY, Path::step))
        }
        _ => Some(path),
    };
    config.unknown_paths().into_iter().filter_map(path).collect()
}

fn blocks(config: &Value) -> &[Value] {
    config.attribute(BLOCK).as_list().unwrap_or_default()
}

fn applies(config: &Value, block: &Value) -> Applies {
    let (environment, listed) = (config.attribute("environment"), block.attribute(ENVIRONMENTS));
    if environment.is_unknown() || !listed.is_wholly_known() {
        return Applies::Unknown;
    }
    let has = listed.as_list().is_some_and(|listed| listed.contains(environment));
    if has { Applies::Yes } else { Applies::No }
}

fn merge(weaker: &mut Value, stronger: &Value) {
    match (weaker, stronger) {
        (_, Value::Null) => {}
        (Value::Object(weaker) | Value::Map(weaker), Value::Object(stronger) | Value::Map(stronger)) => {
            for (name, value) in stronger {
                merge(weaker.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::List(weaker), Value::List(stronger))
            if stronger.iter().all(|element| matches!(element, Value::Object(_))) =>
        {
            weaker.extend(stronger.iter().cloned());
        }
        (weaker, stronger) => *weaker = stronger.clone(),
    }
}

/// Reports overrides for environments that the standards do not list.
pub(super) fn check(arguments: &Json, known: &[&str], problems: &mut Problems) {
    for (index, block) in arguments[BLOCK].as_array().into_iter().flatten().enumerate() {
        let listed = block[ENVIRONMENTS].as_array().into_iter().flatten().filter_map(Json::as_str);
        for name in listed.filter(|name| !known.is_empty() && !known.contains(name)) {
            problems.error(
                &format!("{BLOCK}[{index}].{ENVIRONMENTS}"),
                format!("The standards do not list the environment `{name}`"),
                format!(
                    "The environments are `{}`. Correct the name, or add it to the standards.",
                    known.join("`, `")
                ),
            );
        }
    }
}

/// Moves problems into the last override that sets what they are about.
pub(super) fn relocate(arguments: &Json, environment: &str, problems: &mut Problems) {
    for problem in &mut problems.0 {
        if let Some(place) = place(arguments, environment, &problem.place) {
            problem.place = place;
        }
    }
}

/// The place of an argument in the last override for `environment` that sets it.
pub(crate) fn place(arguments: &Json, environment: &str, places: &[Place]) -> Option<Vec<Place>> {
    let is_outside = !matches!(places.first(), None | Some(Place::Attribute(_)))
        || places.first() == Some(&Place::Attribute(BLOCK.to_owned()));
    if places.is_empty() || is_outside {
        return None;
    }
    let blocks: Vec<&Json> = arguments[BLOCK].as_array().into_iter().flatten().collect();
    let is_here = |block: &Json| {
        let listed = block[ENVIRONMENTS].as_array().into_iter().flatten();
        let inside = places.iter().try_fold(block, |here, place| match place {
            Place::Attribute(name) | Place::Key(name) => here.get(name),
            Place::Index(index) => here.get(*index),
        });
        listed.filter_map(Json::as_str).any(|name| name == environment)
            && inside.is_some_and(|value| !value.is_null())
    };
    let index = blocks.iter().rposition(|block| is_here(block))?;
    let within = [Place::Attribute(BLOCK.to_owned()), Place::Index(index)];
    Some(within.into_iter().chain(places.iter().cloned()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::problem::parse_place;

    fn object(members: &[(&str, Value)]) -> Value {
        Value::object(members.iter().map(|(name, value)| (*name, value.clone())))
    }

    fn texts(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|text| Value::from(*text)).collect())
    }

    fn config(environment: Value, tag: Value) -> Value {
        let replicas = object(&[
            ("replicas", Value::from(5)),
            ("args", texts(&["b"])),
            ("environments", texts(&["prod"])),
        ]);
        let map = |name: &str, text: &str| Value::map([(name, Value::from(text))]);
        let env =
            object(&[("env", map("B", "2")), ("tag", tag), ("environments", texts(&["prod", "stage"]))]);
        object(&[
            ("environment", environment),
            ("replicas", Value::from(1)),
            ("args", texts(&["a"])),
            ("env", map("A", "1")),
            ("tag", Value::from("1")),
            (BLOCK, Value::List(vec![replicas, env])),
        ])
    }

    #[test]
    fn overrides_of_the_environment_are_merged_in_order() {
        let merged_for = |environment: &str| merged(&config(environment.into(), Value::Null)).unwrap();
        let prod = merged_for("prod");
        assert_eq!(prod.attribute("replicas").as_i64(), Some(5));
        assert_eq!(prod.attribute("args"), &texts(&["b"]));
        assert_eq!(prod.attribute("env").as_map().map(std::collections::BTreeMap::len), Some(2));
        assert_eq!(prod.attribute("tag").as_str(), Some("1"), "an argument that is absent changes nothing");
        let stage = merged_for("stage");
        assert_eq!(stage.attribute("replicas").as_i64(), Some(1));
        assert_eq!(stage.attribute("env").attribute("B").as_str(), Some("2"));
        assert_eq!(merged(&config("dev".into(), Value::Null)), None);
    }

    #[test]
    fn what_an_override_leaves_unknown_is_unknown_outside() {
        let unknown = |environment: Value| -> Vec<String> {
            unknown_paths(&config(environment, Value::Unknown)).iter().map(ToString::to_string).collect()
        };
        assert_eq!(unknown("prod".into()), ["tag"]);
        assert_eq!(unknown("dev".into()), Vec::<String>::new());
        assert_eq!(unknown(Value::Unknown), ["environment", "tag"]);
    }

    #[test]
    fn unknown_environments_are_reported_with_the_known_ones() {
        let arguments = json!({ "override": [{ "environments": ["prod", "prd"] }] });
        let mut problems = Problems::default();
        check(&arguments, &["dev", "prod"], &mut problems);
        assert_eq!(problems.0.len(), 1);
        assert_eq!(problems.0[0].summary, "The standards do not list the environment `prd`");
        assert!(problems.0[0].detail.contains("`dev`, `prod`"), "{problems:?}");
    }

    #[test]
    fn a_problem_is_in_the_override_that_causes_it() {
        let arguments = json!({ "override": [
            { "environments": ["prod"], "port": { "http": { "port": 0 } } },
            { "environments": ["dev"], "port": { "http": { "port": 1 } } },
        ] });
        let place_of = |text: &str| place(&arguments, "prod", &parse_place(text));
        assert_eq!(place_of("port[\"http\"].port"), Some(parse_place("override[0].port[\"http\"].port")));
        assert_eq!(place_of("replicas"), None);
    }
}
