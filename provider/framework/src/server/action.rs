//! `PlanAction` and `InvokeAction`: an action is checked in the plan and done in the apply.

use std::sync::Arc;

use futures::{StreamExt, stream};
use proto::tfplugin5::{
    self as tf,
    invoke_action::{Event, Request, event},
    plan_action,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::{
    call::{Call, Effect},
    stream::{Events, events},
};
use crate::{ActionRequest, Diagnostics, Progress, lifecycle::Lifecycle, wire};

pub(super) async fn planned(
    call: Call,
    request: plan_action::Request,
) -> Result<plan_action::Response, Diagnostics> {
    let action = call.registry.action(&request.action_type)?;
    let typed = action.typed();
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "configuration")?;
    let context = wire::values::capabilities(call.context.clone(), request.client_capabilities.as_ref());
    let request = ActionRequest { config, context };
    let diagnostics = action.item.plan(&request).await;
    let mut diagnostics = typed.schema.located(&request.config, diagnostics);
    let deferred = wire::values::deferred(&request.context, &mut diagnostics);
    Ok(plan_action::Response { diagnostics: wire::diagnostics::to_wire(diagnostics), deferred })
}

pub(super) fn invoked(call: Call, request: Request, lifecycle: &Arc<Lifecycle>) -> Events<Event> {
    let action_request = match read(&call, &request) {
        Ok(action_request) => action_request,
        Err(diagnostics) => return Box::pin(stream::iter([Ok(completed(diagnostics))])),
    };
    let about = request.action_type.clone();
    let (messages, received) = mpsc::unbounded_channel();
    let sent = UnboundedReceiverStream::new(received)
        .map(|message| Event { r#type: Some(event::Type::Progress(event::Progress { message })) });
    let run = async move {
        let action = match call.registry.action(&request.action_type) {
            Ok(action) => action,
            Err(diagnostic) => return diagnostic.into(),
        };
        let config = action_request.config.clone();
        let diagnostics = action.item.invoke(action_request, Progress(messages)).await;
        action.typed().schema.located(&config, diagnostics)
    };
    events(lifecycle, ("InvokeAction", about), Effect::Mutation, sent, run, |it| Some(completed(it)))
}

fn read(call: &Call, request: &Request) -> Result<ActionRequest, Diagnostics> {
    let action = call.registry.action(&request.action_type)?;
    let config = wire::values::read_present(request.config.as_ref(), &action.typed().of, "configuration")?;
    let context = wire::values::capabilities(call.context.clone(), request.client_capabilities.as_ref());
    Ok(ActionRequest { config, context })
}

fn completed(diagnostics: Diagnostics) -> Event {
    let diagnostics: Vec<tf::Diagnostic> = wire::diagnostics::to_wire(diagnostics);
    Event { r#type: Some(event::Type::Completed(event::Completed { diagnostics })) }
}
