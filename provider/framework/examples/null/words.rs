//! `null_words`: splits a text, as a data source.

use provider_framework::{
    Attribute, DataSource, Diagnostic, Outcome, Path, ReadDataRequest, Schema, Type, Value, async_trait,
};

pub(crate) struct Words;

#[async_trait]
impl DataSource for Words {
    fn type_name(&self) -> &'static str {
        "null_words"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("The words of a text.")
            .attribute("text", Attribute::required(Type::String))
            .attribute("words", Attribute::computed(Type::list(Type::String)))
            .attribute("module_name", Attribute::computed(Type::String).describe("From `provider_meta`."))
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let text = request.config.attribute("text").as_str().unwrap_or_default();
        assert!(text != "panic", "the data source fell over");
        if text.is_empty() {
            let nothing = Diagnostic::error("No text", "Give at least one word.");
            return Outcome::failed(nothing.at(Path::root("text")));
        }
        let words: Vec<Value> = text.split_whitespace().map(Value::from).collect();
        let module = request.context.provider_meta.attribute("module_name").clone();
        let found = [("text", Value::from(text)), ("words", Value::List(words)), ("module_name", module)];
        Outcome::of(Value::object(found))
    }
}
