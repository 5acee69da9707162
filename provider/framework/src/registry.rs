//! What a provider offers, by name, with each schema built when it is first needed.

mod problems;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use crate::{
    Action, DataSource, Diagnostic, EphemeralResource, Function, IdentitySchema, ListResource, Provider,
    Resource, Schema, Signature, Type, configured::Configured,
};

/// A schema with its type.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) schema: Schema,
    pub(crate) of: Type,
    /// The identity of a resource that has one.
    pub(crate) identity: Option<TypedIdentity>,
}

/// The schema of an identity with its type.
#[derive(Debug)]
pub(crate) struct TypedIdentity {
    pub(crate) schema: IdentitySchema,
    pub(crate) of: Type,
}

impl Typed {
    fn new(schema: Schema) -> Self {
        let of = schema.implied_type();
        Self { schema, of, identity: None }
    }

    fn identified(self, identity: Option<IdentitySchema>) -> Self {
        let identity = identity.map(|schema| TypedIdentity { of: schema.implied_type(), schema });
        Self { identity, ..self }
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
        self.description.get_or_init(|| Typed::new(self.item.schema()).identified(self.item.identity()))
    }
}

/// The schema of everything else that has one.
macro_rules! typed {
    ($($offer:ident),+) => {$(
        impl Entry<dyn $offer, Typed> {
            pub(crate) fn typed(&self) -> &Typed {
                self.description.get_or_init(|| Typed::new(self.item.schema()))
            }
        }
    )+};
}

typed!(DataSource, EphemeralResource, ListResource, Action);

impl Entry<dyn Function, Signature> {
    pub(crate) fn signature(&self) -> &Signature {
        self.description.get_or_init(|| self.item.signature())
    }
}

type Entries<T, D> = BTreeMap<&'static str, Entry<T, D>>;

/// All that a provider offers.
pub(crate) struct Registry {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) resources: Entries<dyn Resource, Typed>,
    pub(crate) data_sources: Entries<dyn DataSource, Typed>,
    pub(crate) ephemeral_resources: Entries<dyn EphemeralResource, Typed>,
    pub(crate) list_resources: Entries<dyn ListResource, Typed>,
    pub(crate) actions: Entries<dyn Action, Typed>,
    pub(crate) functions: Entries<dyn Function, Signature>,
    /// What the provider made of its configuration.
    pub(crate) configured: Configured,
    typed: OnceLock<Typed>,
    meta: OnceLock<Option<Typed>>,
    /// Names that two things of the same kind have.
    duplicates: Vec<String>,
}

impl Registry {
    pub(crate) fn new(provider: Arc<dyn Provider>) -> Self {
        let mut duplicates = Vec::new();
        Self {
            resources: named("resource", provider.resources(), Resource::type_name, &mut duplicates),
            data_sources: named(
                "data source",
                provider.data_sources(),
                DataSource::type_name,
                &mut duplicates,
            ),
            ephemeral_resources: named(
                "ephemeral resource",
                provider.ephemeral_resources(),
                EphemeralResource::type_name,
                &mut duplicates,
            ),
            list_resources: named(
                "list",
                provider.list_resources(),
                ListResource::type_name,
                &mut duplicates,
            ),
            actions: named("action", provider.actions(), Action::type_name, &mut duplicates),
            functions: named("function", provider.functions(), Function::name, &mut duplicates),
            configured: Configured::default(),
            typed: OnceLock::new(),
            meta: OnceLock::new(),
            duplicates,
            provider,
        }
    }

    /// The schema of the provider block.
    pub(crate) fn typed(&self) -> &Typed {
        self.typed.get_or_init(|| Typed::new(self.provider.schema()))
    }

    /// The schema of the `provider_meta` block, if there is one.
    pub(crate) fn meta(&self) -> Option<&Typed> {
        self.meta.get_or_init(|| self.provider.meta_schema().map(Typed::new)).as_ref()
    }

    pub(crate) fn resource(&self, name: &str) -> Result<&Entry<dyn Resource, Typed>, Diagnostic> {
        self.resources.get(name).ok_or_else(|| unknown("resource", name))
    }

    pub(crate) fn data_source(&self, name: &str) -> Result<&Entry<dyn DataSource, Typed>, Diagnostic> {
        self.data_sources.get(name).ok_or_else(|| unknown("data source", name))
    }

    pub(crate) fn ephemeral_resource(
        &self,
        name: &str,
    ) -> Result<&Entry<dyn EphemeralResource, Typed>, Diagnostic> {
        self.ephemeral_resources.get(name).ok_or_else(|| unknown("ephemeral resource", name))
    }

    pub(crate) fn list_resource(&self, name: &str) -> Result<&Entry<dyn ListResource, Typed>, Diagnostic> {
        self.list_resources.get(name).ok_or_else(|| unknown("list", name))
    }

    pub(crate) fn action(&self, name: &str) -> Result<&Entry<dyn Action, Typed>, Diagnostic> {
        self.actions.get(name).ok_or_else(|| unknown("action", name))
    }
}

fn named<T: ?Sized, D>(
    kind: &str,
    offers: Vec<Arc<T>>,
    name: impl Fn(&T) -> &'static str,
    duplicates: &mut Vec<String>,
) -> Entries<T, D> {
    let mut entries = BTreeMap::new();
    for offer in offers {
        let name = name(&offer);
        if entries.insert(name, Entry::new(offer)).is_some() {
            duplicates.push(format!("the {kind} `{name}` is listed twice"));
        }
    }
    entries
}

fn unknown(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind}"),
        format!("This version of the provider has no {kind} `{name}`. A newer version may have it."),
    )
}
