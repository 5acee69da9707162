//! What the fuzz targets share: a provider of any schema, and bytes that are almost a value.

use std::sync::{Arc, LazyLock};

use provider_framework::{
    CreateRequest, DeleteRequest, Diagnostic, Outcome, ReadRequest, Resource, Schema, Unconfigured, UpdateRequest,
    async_trait,
    fuzzing::{self, Bytes, Choices, Part},
};

/// The type of the one resource of [`provider`].
pub const TYPE_NAME: &str = "fuzz_thing";

/// Runs the calls. One for all inputs: a runtime takes longer to start than a call.
pub static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("threads start")
});

/// A provider with one resource, which has this schema.
pub fn provider(schema: Schema) -> Unconfigured {
    Unconfigured::of([Arc::new(Thing(schema)) as Arc<dyn Resource>])
}

struct Thing(Schema);

#[async_trait]
impl Resource for Thing {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        self.0.clone()
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        Outcome::of(request.planned)
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        Outcome::of(request.state)
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        Outcome::of(request.planned)
    }

    async fn delete(&self, _request: DeleteRequest) -> Outcome {
        Outcome::gone()
    }

    /// Renames an attribute, as the most common of upgrades does.
    fn upgrade(&self, _version: i64, mut state: serde_json::Value) -> Result<serde_json::Value, Diagnostic> {
        if let Some(attributes) = state.as_object_mut()
            && let Some(old) = attributes.remove("old")
        {
            attributes.insert("a0".to_owned(), old);
        }
        Ok(state)
    }
}

/// The msgpack of a value of the schema, with up to seven bytes changed; sometimes any bytes.
pub fn almost_value(choices: &mut Bytes<'_>, schema: &Schema, part: Part) -> Vec<u8> {
    if choices.one_in(8) {
        let length = choices.below(256) as usize;
        return choices.take(length).to_vec();
    }
    let value = fuzzing::value_of(choices, schema, part);
    let mut bytes = fuzzing::write(value, &schema.implied_type()).expect("a value of the schema can be written");
    mutate(choices, &mut bytes);
    bytes
}

/// Changes, inserts, removes or cuts off up to seven bytes.
pub fn mutate(choices: &mut Bytes<'_>, bytes: &mut Vec<u8>) {
    for _ in 0..choices.below(8) {
        let place = (choices.below(256) << 8 | choices.below(256)) as usize % (bytes.len() + 1);
        let byte = choices.below(256) as u8;
        match choices.below(4) {
            0 => bytes.insert(place, byte),
            1 if place < bytes.len() => drop(bytes.remove(place)),
            2 => bytes.truncate(place),
            _ => {
                if let Some(old) = bytes.get_mut(place) {
                    *old = byte;
                }
            }
        }
    }
}

/// Fails if a diagnostic blames the provider: these resources make no mistakes, so the framework would be wrong.
pub fn assert_no_mistake(diagnostics: &[proto::tfplugin5::Diagnostic]) {
    for diagnostic in diagnostics {
        assert!(!diagnostic.summary.contains("made a mistake"), "{diagnostic:?}");
    }
}
