//! `ListResource`: the existing objects of a type, one event for each.

use std::sync::Arc;

use futures::{StreamExt, stream};
use proto::tfplugin5::list_resource::{Event, Request};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    call::{Call, Effect},
    stream::{Events, events},
};
use crate::{
    Diagnostics, Found, ListItem, ListRequest, Resource, Value,
    lifecycle::Lifecycle,
    registry::{Entry, Typed},
    wire,
};

pub(super) fn answer(call: Call, request: &Request, lifecycle: &Arc<Lifecycle>) -> Events<Event> {
    let (items, received) = mpsc::channel(16);
    let list_request = match read(&call, request) {
        Ok(list_request) => list_request,
        Err(diagnostics) => {
            return Box::pin(stream::iter(failed(diagnostics)).map(Ok));
        }
    };
    let found = Found { items, left: list_request.limit };
    let (registry, type_name) = (Arc::clone(&call.registry), request.type_name.clone());
    let include_object = request.include_resource_object;
    let sent = ReceiverStream::new(received).map(move |item| match registry.resource(&type_name) {
        Ok(resource) => event(resource, item, include_object),
        Err(diagnostic) => {
            Event { diagnostic: wire::diagnostics::to_wire(diagnostic.into()), ..Event::default() }
        }
    });
    let type_name = request.type_name.clone();
    let run = async move {
        match call.registry.list_resource(&type_name) {
            Ok(list) => list.item.list(list_request, found).await,
            Err(diagnostic) => diagnostic.into(),
        }
    };
    events(lifecycle, ("ListResource", request.type_name.clone()), Effect::None, sent, run, failed)
}

fn read(call: &Call, request: &Request) -> Result<ListRequest, Diagnostics> {
    let list = call.registry.list_resource(&request.type_name)?;
    let config = wire::values::read_present(request.config.as_ref(), &list.typed().of, "configuration")?;
    Ok(ListRequest {
        config,
        include_object: request.include_resource_object,
        limit: usize::try_from(request.limit).ok().filter(|limit| *limit > 0),
        context: call.context.clone(),
    })
}

/// The event that reports what concerns the whole list.
fn failed(diagnostics: Diagnostics) -> Option<Event> {
    if diagnostics.is_empty() {
        return None;
    }
    Some(Event { diagnostic: wire::diagnostics::to_wire(diagnostics), ..Event::default() })
}

fn event(resource: &Entry<dyn Resource, Typed>, item: ListItem, include_object: bool) -> Event {
    let typed = resource.typed();
    let mut diagnostics = item.diagnostics;
    let object = item.object.and_then(|object| typed.state_to_save(object, &Value::Null, &mut diagnostics));
    let identity = match (&typed.identity, item.identity, &object) {
        (None, ..) => None,
        (Some(_), Value::Null, object) => {
            wire::identities::of_state(resource, object.as_ref(), None, &mut diagnostics)
        }
        (Some(schema), identity, _) => diagnostics.take(wire::identities::written(identity, &schema.of)),
    };
    let object = object.filter(|_| include_object);
    Event {
        identity,
        display_name: item.display_name,
        resource_object: object.and_then(|object| typed.saved(object, &mut diagnostics)),
        diagnostic: wire::diagnostics::to_wire(diagnostics),
    }
}
