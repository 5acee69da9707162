//! The functions: one that is useful, one that gives back what it gets, one that falls over.

use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value, validator};

pub(crate) struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::String)
            .summary("Joins words.")
            .parameter(
                Parameter::new("separator", Type::String)
                    .describe("What comes in between.")
                    .check(validator::length(..=1)),
            )
            .variadic(Parameter::new("words", Type::String))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut texts = arguments.iter().filter_map(Value::as_str);
        let separator = texts.next().unwrap_or_default();
        Ok(texts.collect::<Vec<_>>().join(separator).into())
    }
}

pub(crate) struct Echo;

impl Function for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Dynamic)
            .summary("Gives back what it gets.")
            .parameter(Parameter::new("value", Type::Dynamic).allow_null().allow_unknown())
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        arguments.into_iter().next().ok_or_else(|| FunctionError::new("The list of arguments is empty."))
    }
}

pub(crate) struct Panics;

impl Function for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Bool).summary("Falls over.")
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        assert!(!arguments.is_empty(), "the function fell over");
        Ok(true.into())
    }
}
