//! Functions and their errors on the wire.

use proto::tfplugin5 as tf;

use super::schemas::type_to_wire;
use crate::{FunctionError, Parameter, Signature};

pub(crate) fn to_wire(signature: &Signature) -> tf::Function {
    tf::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(tf::function::Return { r#type: type_to_wire(&signature.returns) }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: tf::StringKind::Markdown.into(),
        deprecation_message: signature.deprecation.clone().unwrap_or_default(),
    }
}

fn parameter(parameter: &Parameter) -> tf::function::Parameter {
    tf::function::Parameter {
        name: parameter.name.clone(),
        r#type: type_to_wire(&parameter.of),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.clone(),
        description_kind: tf::StringKind::Markdown.into(),
    }
}

pub(crate) fn error_to_wire(error: FunctionError) -> tf::FunctionError {
    tf::FunctionError { text: error.text, function_argument: error.argument }
}
