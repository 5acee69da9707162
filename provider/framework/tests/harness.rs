//! The harness for providers, with a provider of one model, and with one that breaks Terraform's rules.

#![expect(clippy::unwrap_used, reason = "clippy does not see that all of this is tests")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use provider_framework::{
    Argument, Arguments, Attribute, ConfigureRequest, Context, CreateRequest, DeleteRequest, Diagnostic,
    Diagnostics, IdentitySchema, Model, Outcome, Path, Provider, ReadRequest, Resource, Schema, Type,
    Unconfigured, UpdateRequest, async_trait, resource,
    testing::{Change, Failure, Harness},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

static NOTES: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// A note, kept in memory.
#[derive(Debug, Default, Serialize, Deserialize, Arguments)]
#[serde(default)]
struct Note {
    /// Name of the note.
    #[argument(required, requires_replace)]
    name: String,
    /// Target of the record.
    text: Option<String>,
}

#[async_trait]
impl Model for Note {
    const TYPE_NAME: &'static str = "notes_note";

    async fn create(self, _context: &Context) -> Result<Self, Diagnostic> {
        if self.text.as_deref() == Some("secret") {
            return Err(Diagnostic::error("No secrets", "Choose another text.").at(Path::root("text")));
        }
        NOTES.lock().unwrap().insert(self.name.clone(), self.text.clone().unwrap_or_default());
        Ok(self)
    }

    async fn read(self, _context: &Context) -> Result<Option<Self>, Diagnostic> {
        let text = NOTES.lock().unwrap().get(&self.name).cloned();
        Ok(text.map(|text| Self { text: Some(text).filter(|text| !text.is_empty()), ..self }))
    }

    async fn update(self, _prior: Self, context: &Context) -> Result<Self, Diagnostic> {
        self.create(context).await
    }

    async fn delete(self, _context: &Context) -> Result<(), Diagnostic> {
        NOTES.lock().unwrap().remove(&self.name);
        Ok(())
    }
}

fn notes() -> Harness {
    Harness::new(Unconfigured::of([resource::<Note>()])).unwrap()
}

#[tokio::test]
async fn the_life_of_a_model_follows_terraforms_rules() {
    let harness = notes();
    harness.configure(&json!({})).await.unwrap();
    let mut note = harness.create("notes_note", &json!({ "name": "life", "text": "a" })).await.unwrap();
    let config = json!({ "name": "life", "text": "b" });
    assert_eq!(harness.change(&mut note, &config).await.unwrap(), Change::Update);
    assert_eq!(harness.change(&mut note, &config).await.unwrap(), Change::None);
    assert_eq!(NOTES.lock().unwrap()["life"], "b");
    let renamed = json!({ "name": "afterlife", "text": "b" });
    let planned = harness.plan("notes_note", Some(&note), &renamed).await.unwrap();
    assert_eq!(planned.requires_replace, ["name"]);
    assert_eq!(harness.change(&mut note, &renamed).await.unwrap(), Change::Replace);
    assert!(!NOTES.lock().unwrap().contains_key("life"));
    assert!(harness.refresh(&mut note).await.unwrap());
    NOTES.lock().unwrap().remove("afterlife");
    assert!(!harness.refresh(&mut note).await.unwrap());
}

#[tokio::test]
async fn errors_of_the_provider_come_with_their_places() {
    let failure = notes().create("notes_note", &json!({ "name": "x", "text": "secret" })).await.unwrap_err();
    assert_eq!(failure.to_string(), "Error: No secrets at text: Choose another text.\n");
    let failure = notes().import("notes_note", "x").await.unwrap_err();
    assert!(failure.to_string().contains("cannot be imported"), "{failure}");
}

#[tokio::test]
async fn a_missing_argument_is_refused_as_terraform_does() {
    let failure = notes().create("notes_note", &json!({ "text": "x" })).await.unwrap_err();
    assert_eq!(failure, Failure::Refused("configuration", vec!["`name` is required".to_owned()]));
    let failure = Harness::new(Greetings).unwrap().configure(&json!({})).await.unwrap_err();
    assert_eq!(failure, Failure::Refused("configuration", vec!["`language` is required".to_owned()]));
}

/// A provider that greets in the language of its configuration.
struct Greetings;

struct Language(String);

#[async_trait]
impl Provider for Greetings {
    fn schema(&self) -> Schema {
        Schema::new(0).attribute("language", Attribute::required(Type::String))
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let language = request.config.attribute("language").as_str().unwrap_or_default().to_owned();
        request.context.configure(Language(language));
        Diagnostics::new()
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        vec![resource::<Greeting>()]
    }
}

/// A greeting.
#[derive(Debug, Default, Serialize, Deserialize, Arguments)]
#[serde(default)]
struct Greeting {
    /// The words.
    #[argument(written_as = ComputedText)]
    words: Option<String>,
}

/// A text that the provider sets.
struct ComputedText;

impl Argument for ComputedText {
    type Form = Attribute;

    fn form() -> Attribute {
        Attribute::computed(Type::String)
    }
}

#[async_trait]
impl Model for Greeting {
    const TYPE_NAME: &'static str = "greetings_greeting";

    async fn create(self, context: &Context) -> Result<Self, Diagnostic> {
        let language = context.configured::<Language>()?;
        Ok(Self { words: Some(if language.0 == "it" { "Ciao" } else { "Hello" }.to_owned()) })
    }

    async fn read(self, _context: &Context) -> Result<Option<Self>, Diagnostic> {
        Ok(Some(self))
    }

    async fn update(self, _prior: Self, context: &Context) -> Result<Self, Diagnostic> {
        self.create(context).await
    }

    async fn delete(self, _context: &Context) -> Result<(), Diagnostic> {
        Ok(())
    }
}

#[tokio::test]
async fn what_was_configured_reaches_resources_by_its_type() {
    let harness = Harness::new(Greetings).unwrap();
    let failure = harness.create("greetings_greeting", &json!({})).await.unwrap_err();
    assert!(failure.to_string().contains("Provider not configured"), "{failure}");
    harness.configure(&json!({ "language": "it" })).await.unwrap();
    let greeting = harness.create("greetings_greeting", &json!({})).await.unwrap();
    assert_eq!(greeting.state.attribute("words").as_str(), Some("Ciao"));
}

struct Forgetful(&'static str);

#[async_trait]
impl Resource for Forgetful {
    fn type_name(&self) -> &'static str {
        "broken_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .attribute("name", Attribute::required(Type::String))
            .attribute("made", Attribute::computed(Type::String).use_state_for_unknown())
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new(0).required("name", Type::String, "Its name."))
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        let mut state = request.planned;
        state.set(&Path::root("made"), "x".into());
        if self.0 == "another name" {
            state.set(&Path::root("name"), "other".into());
        }
        Outcome::of(state)
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        let mut state = request.state;
        if self.0 == "drift" {
            state.set(&Path::root("name"), "other".into());
        }
        if self.0 == "missing" { Outcome::gone() } else { Outcome::of(state) }
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        Outcome::of(request.planned)
    }

    async fn delete(&self, _request: DeleteRequest) -> Outcome {
        Outcome::gone()
    }
}

#[tokio::test]
async fn answers_that_terraform_would_refuse_are_refused() {
    let cases = [
        ("another name", "`name`: not as planned"),
        ("drift", "`name`: not as planned"),
        ("missing", "the object is missing right after the apply"),
    ];
    for (fault, problem) in cases {
        let resource: Arc<dyn Resource> = Arc::new(Forgetful(fault));
        let harness = Harness::new(Unconfigured::of([resource])).unwrap();
        let failure = harness.create("broken_thing", &json!({ "name": "a" })).await.unwrap_err();
        let Failure::Refused(_, problems) = &failure else { unreachable!("{failure}") };
        assert_eq!(problems, &[problem], "{fault}");
    }
}

#[tokio::test]
async fn an_identity_is_kept_and_imported() {
    let resource: Arc<dyn Resource> = Arc::new(Forgetful("nothing"));
    let harness = Harness::new(Unconfigured::of([resource])).unwrap();
    let thing = harness.create("broken_thing", &json!({ "name": "a" })).await.unwrap();
    assert_eq!(thing.identity.attribute("name").as_str(), Some("a"));
    let imported = harness.import_identity("broken_thing", &json!({ "name": "a" })).await.unwrap();
    assert_eq!(imported.state.attribute("name").as_str(), Some("a"));
    harness.destroy(thing).await.unwrap();
}
