//! Every argument has an effect. The arguments are those of the schema, so that none can be left out here.

use std::collections::BTreeMap;

use ipsy_aws::{Aws, Fake};
use provider_framework::{Body, Nesting, Type};
use serde_json::{Value as Json, json};
use time::macros::date;

use super::schema;
use crate::app::arguments::AppConfig;
use crate::app::problem::Problems;
use crate::app::resolve::{App, resolve};
use crate::app::standards::StandardsDocument;
use crate::app::traffic::Login;
use crate::app::{post_render, values};
use crate::infrastructure::account::Account;
use crate::infrastructure::components::components;
use crate::infrastructure::ownership::{Holder, TagPolicy};

/// Name of all named blocks, among them the backend whose values are looked at.
const NAME: &str = "blue";

/// A step from a body to an argument inside.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Member(String),
    Element,
}

type Path = Vec<Step>;

/// An argument that holds no further ones.
struct Leaf {
    path: Path,
    of: Type,
}

/// The arguments in `body`. A key of named blocks is not among them: it is the name of the member.
fn leaves(body: &Body, key: Option<&str>, path: &Path, found: &mut Vec<Leaf>) {
    let inside = |name: &str| [path.clone(), vec![Step::Member(name.to_owned())]].concat();
    for (name, attribute) in body.attributes().filter(|(_, attribute)| !attribute.is_computed()) {
        if key != Some(name) {
            found.push(Leaf { path: inside(name), of: attribute.value_type().clone() });
        }
    }
    for (name, block) in body.blocks() {
        let mut path = inside(name);
        match (block.key(), block.nesting()) {
            (Some(_), _) => path.push(named()),
            (None, Nesting::Single) => {}
            (None, _) => path.push(Step::Element),
        }
        leaves(block.body(), block.key(), &path, found);
    }
}

/// The step to a named block.
fn named() -> Step {
    Step::Member(NAME.to_owned())
}

/// `backend.blue.weight`
fn text(path: &[Step]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Member(name) => name.as_str(),
        Step::Element => "0",
    });
    steps.collect::<Vec<_>>().join(".")
}

/// The place at `path` in `arguments`; blocks on the way are added.
fn place<'a>(arguments: &'a mut Json, path: &[Step]) -> &'a mut Json {
    path.iter().fold(arguments, |here, step| match step {
        Step::Member(name) => {
            if !here.is_object() {
                *here = json!({});
            }
            &mut here[name]
        }
        Step::Element => {
            if !here.is_array() {
                *here = json!([null]);
            }
            &mut here[0]
        }
    })
}

/// An app with every part that other arguments need.
fn app() -> Json {
    json!({
        "name": "checkout",
        "environment": "prod",
        "image": { "repository": "checkout", "initial": "1.0.0" },
        "port": { "http": { "port": 8080 }, "admin": { "port": 9090 } },
        "load_balancer": {
            "listener_arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2",
            "hosts": ["a.example.com"],
            "priority": 10,
        },
        "backend": { NAME: { "cluster": "eks-blue" } },
    })
}

/// Where the arguments of a block that overrides others begin.
const OVERRIDE: &str = "override.0.";

/// What an argument needs beside itself to have its effect.
fn context(path: &str) -> Json {
    if let Some(inside) = path.strip_prefix(OVERRIDE) {
        let mut block = context(inside);
        merge(&mut block, &json!({ "environments": ["prod"] }));
        let mut context = json!({ "override": [block] });
        if inside.starts_with("load_balancer.priority_range.") {
            context["load_balancer"] = json!({ "priority": null });
        }
        return context;
    }
    match path {
        "environments" => json!({ "replicas": 7 }),
        "image.tag" | "image.digest" => json!({ "image": { "source": "literal" } }),
        "image.kms_key_arn" => json!({ "image": { "encryption": "KMS" } }),
        "load_balancer.priority_range.from" => {
            json!({ "load_balancer": { "priority": null, "priority_range": { "to": 90 } } })
        }
        "load_balancer.priority_range.to" => {
            json!({ "load_balancer": { "priority": null, "priority_range": { "from": 7 } } })
        }
        "dns.blue.set_identifier" => json!({ "dns": { NAME: { "weight": 7 } } }),
        "secret.blue.property" => json!({ "secret": { NAME: { "kubernetes_secret": "sample" } } }),
        "secret.blue.version" => json!({ "secret": { NAME: { "ssm_parameter": "sample" } } }),
        "backend.blue.target_group_arn" => json!({ "backend": { NAME: { "cluster": null } } }),
        _ if path.starts_with("advanced_setting.") => {
            let target = json!({ "kind": "Deployment" });
            json!({ "advanced_setting": [{ "name": "first", "patch": "metadata: {}", "target": target }] })
        }
        _ => json!({}),
    }
}

/// The value of an argument that takes only certain ones.
fn sample(path: &str) -> Option<Json> {
    Some(match path.strip_prefix(OVERRIDE).unwrap_or(path) {
        "environments" => json!(["prod"]),
        "image.source" => json!("literal"),
        "image.encryption" => json!("KMS"),
        "runtime" => json!("java"),
        "retain" => json!(["role"]),
        "load_balancer.weights" => json!("external"),
        "load_balancer.port" | "health_check.port" => json!("admin"),
        "alarm.blue.watch" | "rollout.limit.blue.measure" => json!("response_seconds"),
        "rollout.on_failure" => json!("hold"),
        "rollout.on_drift" => json!("overwrite"),
        "rollout.mode" => json!("stepwise"),
        "rollout.preset" => json!("canary"),
        "rollout.min_healthy" => json!("50%"),
        "advanced_setting.0.on_unmatched" => json!("warn"),
        "backend.blue.target_group_arn" => json!("arn:aws:x:targetgroup/sample/1"),
        _ => return None,
    })
}

/// Values to try for an argument of this type.
fn samples(of: &Type) -> Vec<Json> {
    match of {
        Type::Bool => vec![json!(true), json!(false)],
        Type::Number => vec![json!(7), json!(8)],
        Type::String => vec![json!("sample"), json!("7m"), json!("{\"sample\":1}")],
        Type::List(element) | Type::Set(element) => {
            samples(element).into_iter().map(|sample| json!([sample])).collect()
        }
        Type::Map(_) => vec![json!({ "sample": "sample" })],
        other => panic!("no sample of {other:?}"),
    }
}

/// What the arguments of an app come to, by name. Whether the app would be refused does not matter.
fn outcomes(arguments: &Json, aws: &Aws, account: &Account) -> BTreeMap<&'static str, String> {
    let config = AppConfig::read(schema::schema(), &schema::schema().encode(arguments).unwrap()).unwrap();
    let today = date!(2026 - 11 - 27);
    let app = resolve(&config, &StandardsDocument::default(), true, today, &mut Problems::default());
    let image = app.image.initial_reference(&account.repository_url(&app));
    let (policy, holder) = (TagPolicy::default(), Holder::default());
    let objects = components(&app, aws, account, &policy, &holder, &image.text());
    let objects: Vec<String> = objects
        .iter()
        .map(|object| {
            format!("{} {} {} {:?}", object.key(), object.identity(), object.desired(), object.ownership())
        })
        .collect();
    BTreeMap::from([
        ("values", values::values(&app, &image, Some(&account.role_arn(&app)), Some(NAME)).to_string()),
        ("post-renderer", post_render::configuration(&app).to_canonical_json()),
        ("infrastructure", objects.join("\n")),
        ("apply", apply(&app)),
    ])
}

/// What decides how objects are changed, and not what they are.
fn apply(app: &App) -> String {
    let login = app.traffic.load_balancer.as_ref().and_then(|balancer| balancer.login.as_ref());
    let secret = match login {
        Some(Login::Oidc(oidc)) => oidc.client_secret.as_ref().map(ipsy_aws::Secret::reveal),
        _ => None,
    };
    let overwritten: Vec<bool> = app.traffic.dns.values().map(|record| record.overwrite).collect();
    format!("{:?}", (&app.rollout, app.timeouts, &app.deletion, app.adopt, overwritten, secret))
}

/// The app without an argument, but with the blocks around it.
fn without(leaf: &Leaf, more: &Json) -> Json {
    let mut arguments = app();
    merge(&mut arguments, more);
    if let Some((argument, block)) = leaf.path.split_last() {
        let block = place(&mut arguments, block);
        if block.is_null() {
            *block = json!({});
        }
        *place(block, std::slice::from_ref(argument)) = Json::Null;
    }
    arguments
}

/// The app with the argument, for each sample.
fn with(leaf: &Leaf) -> (Json, Vec<Json>) {
    let name = text(&leaf.path);
    let samples = sample(&name).map_or_else(|| samples(&leaf.of), |sample| vec![sample]);
    let without = without(leaf, &context(&name));
    let with = samples.into_iter().map(|sample| {
        let mut with = without.clone();
        *place(&mut with, &leaf.path) = sample;
        with
    });
    let with = with.collect();
    (without, with)
}

/// The same arguments with a block renamed.
fn renamed(mut arguments: Json, block: &[Step]) -> Json {
    if let Some((_, blocks)) = block.split_last() {
        let blocks = place(&mut arguments, blocks).as_object_mut().unwrap();
        let block = blocks.remove(NAME).unwrap();
        blocks.insert("green".to_owned(), block);
    }
    arguments
}

fn merge(into: &mut Json, more: &Json) {
    match (into, more) {
        (Json::Object(into), Json::Object(more)) => {
            for (name, value) in more {
                merge(into.entry(name.clone()).or_insert(Json::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

#[tokio::test]
async fn every_argument_has_an_effect() {
    let aws = Fake::new().aws();
    let account = Account::of(&aws).await.unwrap();
    let mut arguments = Vec::new();
    leaves(schema::schema().body(), None, &Vec::new(), &mut arguments);
    assert!(arguments.len() > 300, "{} arguments", arguments.len());

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut idle, mut names) = (Vec::new(), BTreeMap::new());
    for leaf in &arguments {
        let (without, with) = with(leaf);
        let plain = outcomes(&without, &aws, &account);
        let changed: Vec<BTreeMap<&str, String>> =
            with.iter().map(|arguments| outcomes(arguments, &aws, &account)).collect();
        let differs = |name: &&str| changed.iter().any(|outcomes| outcomes[*name] != plain[*name]);
        let effects: Vec<&str> = plain.keys().copied().filter(differs).collect();
        if effects.is_empty() {
            idle.push(text(&leaf.path));
        }
        for effect in effects {
            *counts.entry(effect).or_default() += 1;
        }
        // A name of a block has an effect if any argument of the block does something else under another name.
        for (index, _) in leaf.path.iter().enumerate().filter(|(_, step)| **step == named()) {
            let block = &leaf.path[..=index];
            let matters = || {
                let mut outcomes_of = with.iter().zip(&changed);
                outcomes_of
                    .any(|(with, plain)| outcomes(&renamed(with.clone(), block), &aws, &account) != *plain)
            };
            let has_effect = names.entry(text(block)).or_insert(false);
            *has_effect = *has_effect || matters();
        }
    }
    println!("{} arguments, of which these change: {counts:?}", arguments.len());
    idle.extend(names.into_iter().filter(|(_, has_effect)| !has_effect).map(|(name, _)| name));
    assert!(idle.is_empty(), "these arguments change nothing:\n{}", idle.join("\n"));
}
