//! Values that lie over those of an app's arguments, and the argument that each field of a release comes from.
//!
//! ```text
//!   arguments of the app  <  extra_values  <  replicas, autoscaling, placement of the backend  <  its extra_values
//! ```

use serde_json::Value;

use super::chart::{contains, fields, locate};
use super::problem::{Place, parse_place};
use super::resolve::App;

/// The layers over the values of an app for one backend, from weakest to strongest.
pub(crate) struct Layers<'a>(Vec<Layer<'a>>);

struct Layer<'a> {
    values: &'a Value,
    /// The argument or block that they come from.
    place: Vec<Place>,
    /// Whether arguments below `place` set the fields one by one; otherwise `place` holds all of them as JSON.
    is_typed: bool,
}

impl<'a> Layers<'a> {
    /// The layers for `backend`. An app with one cluster needs none to be named.
    pub(crate) fn of(app: &'a App, backend: Option<&str>) -> Self {
        let whole = Layer { values: &app.extra_values, place: parse_place("extra_values"), is_typed: false };
        let mut layers = vec![whole];
        if let Some((name, backend)) = app.traffic.backend_or_only(backend) {
            let place = format!("backend[{name:?}]");
            let extra = parse_place(&format!("{place}.extra_values"));
            layers.push(Layer { values: &backend.values, place: parse_place(&place), is_typed: true });
            layers.push(Layer { values: &backend.extra_values, place: extra, is_typed: false });
        }
        layers.retain(|layer| layer.values.as_object().is_some_and(|members| !members.is_empty()));
        Self(layers)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of the layers, from weakest to strongest.
    pub(crate) fn values(&self) -> impl Iterator<Item = &'a Value> {
        self.0.iter().map(|layer| layer.values)
    }

    /// Whether a layer sets the field at `path`.
    pub(crate) fn set(&self, path: &[String]) -> bool {
        self.strongest(path).is_some()
    }

    /// The place of the argument that holds the field at `path` as JSON, if it is one that does.
    pub(crate) fn extra(&self, path: &[String]) -> Option<&[Place]> {
        self.strongest(path).filter(|layer| !layer.is_typed).map(|layer| layer.place.as_slice())
    }

    /// The place of the argument that sets the field at `path`.
    pub(crate) fn argument(&self, path: &[String]) -> Vec<Place> {
        match self.strongest(path) {
            Some(layer) if !layer.is_typed => layer.place.clone(),
            Some(layer) => [layer.place.clone(), locate(fields(), path).places].concat(),
            None => locate(fields(), path).places,
        }
    }

    fn strongest(&self, path: &[String]) -> Option<&Layer<'a>> {
        self.0.iter().rev().find(|layer| contains(layer.values, path))
    }
}
