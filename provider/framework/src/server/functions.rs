//! `GetFunctions` and `CallFunction`: pure computations, possible without any configuration.

use std::collections::BTreeMap;

use proto::tfplugin5::{self as tf, call_function, get_functions};

use super::call::Call;
use crate::{FunctionError, Parameter, Signature, Value, wire};

pub(super) fn all(call: &Call) -> BTreeMap<String, tf::Function> {
    let functions = call.registry.functions.iter();
    functions.map(|(name, it)| ((*name).to_owned(), wire::functions::to_wire(it.signature()))).collect()
}

pub(super) fn list(call: &Call) -> get_functions::Response {
    get_functions::Response { functions: all(call), ..get_functions::Response::default() }
}

pub(super) fn call(call: &Call, request: &call_function::Request) -> call_function::Response {
    failed_or(run(call, request))
}

pub(super) fn failed_or(result: Result<tf::DynamicValue, FunctionError>) -> call_function::Response {
    match result {
        Ok(value) => call_function::Response { result: Some(value), error: None },
        Err(error) => {
            call_function::Response { result: None, error: Some(wire::functions::error_to_wire(error)) }
        }
    }
}

fn run(call: &Call, request: &call_function::Request) -> Result<tf::DynamicValue, FunctionError> {
    let function = call.registry.functions.get(request.name.as_str()).ok_or_else(|| {
        FunctionError::new(format!("This version of the provider has no function `{}`.", request.name))
    })?;
    let signature = function.signature();
    let arguments = arguments(signature, &request.arguments)?;
    let result = function.item.call(arguments)?;
    Ok(wire::values::write(result, &signature.returns, "result")?)
}

fn arguments(signature: &Signature, given: &[tf::DynamicValue]) -> Result<Vec<Value>, FunctionError> {
    let wanted = signature.parameters.len();
    if given.len() < wanted || (given.len() > wanted && signature.variadic.is_none()) {
        let least = if signature.variadic.is_some() { "at least " } else { "" };
        return Err(FunctionError::new(format!(
            "The function takes {least}{wanted} arguments, but {} were given.",
            given.len()
        )));
    }
    let parameters =
        signature.parameters.iter().chain(std::iter::repeat_with(|| signature.variadic.as_ref()).flatten());
    let mut values = Vec::with_capacity(given.len());
    for (position, (argument, parameter)) in given.iter().zip(parameters).enumerate() {
        let value = wire::values::read(Some(argument), &parameter.of, "argument")
            .map_err(|diagnostic| FunctionError::argument(position, diagnostic.detail))?;
        if value.is_null() && !parameter.allow_null {
            return Err(FunctionError::argument(position, format!("`{}` must not be null.", parameter.name)));
        }
        if !value.is_wholly_known() && !parameter.allow_unknown {
            return Err(FunctionError::argument(position, format!("`{}` must be known.", parameter.name)));
        }
        check(parameter, position, &value)?;
        values.push(value);
    }
    Ok(values)
}

fn check(parameter: &Parameter, position: usize, value: &Value) -> Result<(), FunctionError> {
    if value.bare().is_null() || !value.is_wholly_known() {
        return Ok(());
    }
    for check in &parameter.checks {
        check.run(value).map_err(|problem| {
            FunctionError::argument(
                position,
                format!("`{}`: {}: {}", parameter.name, problem.summary, problem.detail),
            )
        })?;
    }
    Ok(())
}
