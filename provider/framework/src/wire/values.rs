//! Values, raw states and capabilities on the wire.

use proto::tfplugin5 as tf;

use crate::{
    Context, Deferred, Diagnostic, Diagnostics, Type, Value,
    registry::Registry,
    value::{json, msgpack},
};

/// Reads a value. Nothing at all is null, as Terraform means it.
pub(crate) fn read(value: Option<&tf::DynamicValue>, of: &Type, what: &str) -> Result<Value, Diagnostic> {
    let Some(value) = value else { return Ok(Value::Null) };
    let misfit = if !value.msgpack.is_empty() {
        match msgpack::read(&value.msgpack, of) {
            Ok(value) => return Ok(value),
            Err(malformed) => malformed.0,
        }
    } else if !value.json.is_empty() {
        let text = std::str::from_utf8(&value.json).unwrap_or_default();
        match json::read(text, of, json::Form::State) {
            Ok(value) => return Ok(value),
            Err(misfit) => misfit,
        }
    } else {
        return Ok(Value::Null);
    };
    let diagnostic = Diagnostic::error(
        format!("Unreadable {what}"),
        format!("Terraform sent a {what} that does not fit the schema: {misfit}."),
    );
    Err(if misfit.path.is_empty() { diagnostic } else { diagnostic.at(misfit.path) })
}

/// Reads a value that must be there.
pub(crate) fn read_present(
    value: Option<&tf::DynamicValue>,
    of: &Type,
    what: &str,
) -> Result<Value, Diagnostic> {
    let value = read(value, of, what)?;
    if value.is_null() {
        let detail = format!("Terraform sent no {what} where one is needed.");
        return Err(Diagnostic::error(format!("Missing {what}"), detail));
    }
    Ok(value)
}

/// Writes a value that the provider made, in the shape of its type.
pub(crate) fn write(value: Value, of: &Type, what: &str) -> Result<tf::DynamicValue, Diagnostic> {
    let shaped = value.composed().conform(of).and_then(|value| msgpack::write(&value, of));
    match shaped {
        Ok(msgpack) => Ok(tf::DynamicValue { msgpack, json: Vec::new() }),
        Err(misfit) => {
            let bug = Diagnostic::bug(format!("Its {what} does not fit its schema: {misfit}."));
            Err(if misfit.path.is_empty() { bug } else { bug.at(misfit.path) })
        }
    }
}

/// The JSON of a state as it was stored.
pub(crate) fn raw_json(state: Option<&tf::RawState>) -> Result<&str, Diagnostic> {
    let broken = |detail: &str| Err(Diagnostic::error("Unreadable state", detail));
    match state {
        Some(state) if !state.json.is_empty() => match std::str::from_utf8(&state.json) {
            Ok(text) => Ok(text),
            Err(_) => broken("The stored state is not valid UTF-8."),
        },
        Some(state) if !state.flatmap.is_empty() => broken(
            "The stored state is in the form of Terraform 0.11 and earlier, which this provider never wrote. \
             Import the object again.",
        ),
        _ => broken("Terraform sent no stored state."),
    }
}

/// What Terraform can do, for the context of a call.
pub(crate) fn capabilities(context: Context, capabilities: Option<&tf::ClientCapabilities>) -> Context {
    let capabilities = capabilities.copied().unwrap_or_default();
    Context {
        deferral_allowed: capabilities.deferral_allowed,
        write_only_allowed: capabilities.write_only_attributes_allowed,
        ..context
    }
}

/// The context of a call that may bring the `provider_meta` block of a module.
pub(crate) fn with_meta(
    context: Context,
    meta: Option<&tf::DynamicValue>,
    registry: &Registry,
) -> Result<Context, Diagnostic> {
    let provider_meta = match registry.meta() {
        Some(typed) => read(meta, &typed.of, "provider_meta")?,
        None => Value::Null,
    };
    Ok(Context { provider_meta, ..context })
}

/// Whether the call was put off, in the answer to it.
pub(crate) fn deferred(context: &Context, diagnostics: &mut Diagnostics) -> Option<tf::Deferred> {
    let reason = match context.deferral.taken(context.deferral_allowed, diagnostics)? {
        Deferred::ResourceConfigUnknown => tf::deferred::Reason::ResourceConfigUnknown,
        Deferred::ProviderConfigUnknown => tf::deferred::Reason::ProviderConfigUnknown,
        Deferred::AbsentPrerequisite => tf::deferred::Reason::AbsentPrereq,
    };
    Some(tf::Deferred { reason: reason.into() })
}
