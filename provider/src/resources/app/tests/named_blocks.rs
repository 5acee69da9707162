//! Blocks with a name: their order means nothing, and a name may be unknown.

use super::*;

/// Turns every list of named blocks of a configuration around.
fn reversed(mut config: Value) -> Value {
    for path in [
        Path::root("port"),
        Path::root("secret"),
        Path::root("backend"),
        Path::root("iam").attribute("policy"),
        Path::root("load_balancer").attribute("header"),
    ] {
        let mut blocks = config.at(&path).and_then(Value::as_list).unwrap().to_vec();
        assert!(blocks.len() > 1, "{path}");
        blocks.reverse();
        config.set(&path, Value::List(blocks));
    }
    config
}

fn config(bench: &Bench) -> Value {
    let mut config = bench.config((90, 10));
    config["port"] = json!({ "http": { "port": 8080 }, "admin": { "port": 9901 } });
    config["secret"] = json!({ "A": { "ssm_parameter": "/a" }, "B": { "ssm_parameter": "/b" } });
    config["iam"]["policy"] = json!({
        "a": { "json": "{\"Version\":\"2012-10-17\",\"Statement\":[]}" },
        "b": { "json": "{\"Version\":\"2012-10-17\",\"Statement\":[{}]}" },
    });
    config["load_balancer"]["header"] = json!({ "X-A": { "values": ["1"] }, "X-B": { "values": ["2"] } });
    schema::schema().encode(&config).unwrap()
}

#[tokio::test]
async fn another_order_of_blocks_changes_nothing_but_the_order() {
    let bench = Bench::new().await;
    let config = config(&bench);
    let (planned, diagnostics) = bench.plan_configuration(None, config.clone()).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let (private, context) = (Private::default(), Context::default());
    let create = CreateRequest { planned, config: config.clone(), private, context };
    let created = bench.resource.create(create).await;
    let (state, private) = (created.state.unwrap(), created.private.unwrap());

    let reversed = reversed(config);
    let (planned, diagnostics) = bench.plan_configuration(Some(&state), reversed.clone()).await;
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    for name in schema::computed_names() {
        assert_eq!(planned.attribute(&name), state.attribute(&name), "{name}");
    }
    bench.fake.forget_calls();
    let update = UpdateRequest {
        prior: state.clone(),
        planned: planned.clone(),
        config: reversed,
        private,
        context: Context::default(),
    };
    let updated = bench.resource.update(update).await;
    assert!(updated.diagnostics.is_empty(), "{:?}", updated.diagnostics);
    assert_eq!(updated.state.unwrap(), planned, "the configured order is kept");
    let reads = ["Describe", "Get", "List"];
    let is_change = |operation: &&str| !reads.iter().any(|read| operation.starts_with(read));
    assert_eq!(bench.fake.operations().into_iter().find(is_change), None);
}

#[tokio::test]
async fn an_unknown_name_leaves_what_shows_names_unknown() {
    let bench = Bench::new().await;
    let check = async |block: &str, unknown: &[&str], known: &[&str]| {
        let mut config = config(&bench);
        config.set(&Path::root(block).index(1).attribute("name"), Value::Unknown);
        let (planned, diagnostics) = bench.plan_configuration(None, config).await;
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        for name in unknown {
            assert!(planned.attribute(name).is_unknown(), "{block}: {name}");
        }
        for name in known {
            assert!(planned.attribute(name).is_wholly_known(), "{block}: {name}");
        }
    };
    let values = ["values", "values_by_backend", "infrastructure"];
    let others = ["target_groups", "weights"];
    check("backend", &[&values[..], &others].concat(), &["repository_url", "post_renderer_config"]).await;
    check("port", &values, &["repository_url", "weights"]).await;
    check("secret", &values, &["repository_url", "weights"]).await;
}
