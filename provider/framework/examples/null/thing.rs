//! `null_thing`: an object of every type and every kind of block, which exists in the state only.

use std::time::Duration;

use provider_framework::{
    Attribute, Block, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, Outcome, Path, Plan,
    PlanRequest, Problem, ReadRequest, Resource, Schema, Type, UpdateRequest, Value, async_trait,
};

pub(crate) struct Thing;

fn at_most_ten(value: &Value) -> Result<(), Problem> {
    match value.as_i64() {
        Some(number) if number > 10 => Err(Problem::new("Too large", format!("{number} is more than 10."))),
        _ => Ok(()),
    }
}

fn inner(block: Block) -> Block {
    block
        .attribute("word", Attribute::required(Type::String))
        .attribute("count_of", Attribute::optional(Type::Number).check(at_most_ten))
        .attribute("made", Attribute::computed(Type::String).use_state_for_unknown())
}

#[async_trait]
impl Resource for Thing {
    fn type_name(&self) -> &'static str {
        "null_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("Something of every type.")
            .attribute("text", Attribute::optional(Type::String))
            .attribute("number", Attribute::optional(Type::Number))
            .attribute("flag", Attribute::optional(Type::Bool))
            .attribute("list", Attribute::optional(Type::list(Type::String)))
            .attribute("set", Attribute::optional(Type::set(Type::Number)))
            .attribute("map", Attribute::optional(Type::map(Type::String)))
            .attribute(
                "object",
                Attribute::optional(Type::object([("a", Type::String), ("b", Type::Number)])),
            )
            .attribute("any", Attribute::optional(Type::Dynamic))
            .attribute("fixed", Attribute::optional(Type::String).requires_replace())
            .attribute("sleep_seconds", Attribute::optional(Type::Number))
            .attribute("id", Attribute::computed(Type::String).use_state_for_unknown())
            .attribute("changes", Attribute::computed(Type::Number))
            .block("one", inner(Block::single()))
            .block("group", Block::group().attribute("word", Attribute::optional(Type::String)))
            .block("step", inner(Block::list().max(5)))
            .block("tag", inner(Block::set()))
            .block("port", inner(Block::map().max(3)))
            .block("rule", inner(Block::named("name", "Name of the rule.")))
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if config.attribute("text").as_str() == Some("bad")
            && config.attribute("flag").as_bool() == Some(true)
        {
            diagnostics.push(
                Diagnostic::error("Bad and flagged", "`text` must not be `bad` when `flag` is true.")
                    .at(Path::root("text")),
            );
        }
    }

    async fn modify_plan(&self, request: &PlanRequest, _plan: &mut Plan, diagnostics: &mut Diagnostics) {
        odd_rules(&request.config, diagnostics);
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        settle(request.planned, 0, &request.context).await
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        Outcome::of(request.state)
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        let changes = request.prior.attribute("changes").as_i64().unwrap_or_default();
        settle(request.planned, changes + 1, &request.context).await
    }

    async fn delete(&self, _request: DeleteRequest) -> Outcome {
        Outcome::gone()
    }
}

/// Refuses each rule whose word is odd, with the path that its name gives.
fn odd_rules(config: &Value, diagnostics: &mut Diagnostics) {
    let keyed = Thing.schema().keyed(config);
    for (name, rule) in keyed.attribute("rule").as_map().into_iter().flatten() {
        if rule.attribute("word").as_str() == Some("odd") {
            let path = Path::root("rule").key(name).attribute("word");
            diagnostics.push(Diagnostic::error("An odd rule", "Its `word` is `odd`.").at(path));
        }
    }
}

/// Waits, if it is to, and then finds out all that is unknown. An interruption leaves what is done so far.
async fn settle(mut planned: Value, changes: i64, context: &provider_framework::Context) -> Outcome {
    let seconds = planned.attribute("sleep_seconds").as_f64().unwrap_or_default();
    let slept = tokio::time::sleep(Duration::from_secs_f64(seconds));
    let interrupted = tokio::select! {
        () = slept => false,
        () = context.cancel.cancelled() => true,
    };
    // Nothing inside a set has a path; the tags come below.
    for path in planned.unknown_paths().into_iter().filter(|path| *path != Path::root("tag")) {
        let value =
            if path == Path::root("changes") { changes.into() } else { format!("made {path}").into() };
        planned.set(&path, value);
    }
    if let Some(tags) = planned.attribute("tag").as_list() {
        let mut tags = tags.to_vec();
        for tag in &mut tags {
            if tag.attribute("made").is_unknown() {
                let word = tag.attribute("word").as_str().unwrap_or_default().to_owned();
                tag.set(&Path::root("made"), format!("made {word}").into());
            }
        }
        planned.set(&Path::root("tag"), Value::Set(tags));
    }
    let outcome = Outcome::of(planned);
    if interrupted {
        let detail = "The object is there, but not all of it may be settled.";
        return outcome.with(Diagnostic::error("Interrupted", detail));
    }
    outcome
}
