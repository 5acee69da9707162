//! What a provider offers, by name, with each schema built when it is first needed.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use crate::{DataSource, Diagnostic, Function, Provider, Resource, Schema, Signature, Type};

/// A schema with its type.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) schema: Schema,
    pub(crate) of: Type,
}

impl Typed {
    fn new(schema: Schema) -> Self {
        let of = schema.implied_type();
        Self { schema, of }
    }
}

/// One thing on offer, and what describes it.
pub(crate) struct Entry<T: ?Sized, D> {
    pub(crate) item: Arc<T>,
    description: OnceLock<D>,
}

impl<T: ?Sized, D> Entry<T, D> {
    fn new(item: Arc<T>) -> Self {
        Self { item, description: OnceLock::new() }
    }
}

impl Entry<dyn Resource, Typed> {
    pub(crate) fn typed(&self) -> &Typed {
        self.description.get_or_init(|| Typed::new(self.item.schema()))
    }
}

impl Entry<dyn DataSource, Typed> {
    pub(crate) fn typed(&self) -> &Typed {
        self.description.get_or_init(|| Typed::new(self.item.schema()))
    }
}

impl Entry<dyn Function, Signature> {
    pub(crate) fn signature(&self) -> &Signature {
        self.description.get_or_init(|| self.item.signature())
    }
}

/// All that a provider offers.
pub(crate) struct Registry {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) resources: BTreeMap<&'static str, Entry<dyn Resource, Typed>>,
    pub(crate) data_sources: BTreeMap<&'static str, Entry<dyn DataSource, Typed>>,
    pub(crate) functions: BTreeMap<&'static str, Entry<dyn Function, Signature>>,
    typed: OnceLock<Typed>,
}

impl Registry {
    pub(crate) fn new(provider: Arc<dyn Provider>) -> Self {
        let resources = provider.resources().into_iter().map(|it| (it.type_name(), Entry::new(it)));
        let data_sources = provider.data_sources().into_iter().map(|it| (it.type_name(), Entry::new(it)));
        let functions = provider.functions().into_iter().map(|it| (it.name(), Entry::new(it)));
        Self {
            resources: resources.collect(),
            data_sources: data_sources.collect(),
            functions: functions.collect(),
            typed: OnceLock::new(),
            provider,
        }
    }

    /// The schema of the provider block.
    pub(crate) fn typed(&self) -> &Typed {
        self.typed.get_or_init(|| Typed::new(self.provider.schema()))
    }

    pub(crate) fn resource(&self, name: &str) -> Result<&Entry<dyn Resource, Typed>, Diagnostic> {
        self.resources.get(name).ok_or_else(|| unknown("resource", name))
    }

    pub(crate) fn data_source(&self, name: &str) -> Result<&Entry<dyn DataSource, Typed>, Diagnostic> {
        self.data_sources.get(name).ok_or_else(|| unknown("data source", name))
    }
}

fn unknown(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind}"),
        format!("This version of the provider has no {kind} `{name}`. A newer version may have it."),
    )
}
