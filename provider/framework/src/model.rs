//! Resources whose schema, state and code are one Rust type: for the many resources that need no more than create, read,
//! update and delete.

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use serde::Serialize;

use crate::{
    Arguments, ConfigureRequest, Context, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, Outcome,
    Provider, ReadRequest, Resource, Schema, UpdateRequest,
};

/// An object that is its own resource type. Its fields are the arguments: see [`Arguments`]. Optional arguments are
/// `Option`s, so that an argument that is not set stays different from an empty one. What the provider computes is `None`
/// until `create` or `update` sets it.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use provider_framework::{Arguments, Context, Diagnostic, Model, async_trait};
///
/// /// A greeting.
/// #[derive(Default, Serialize, Deserialize, Arguments)]
/// #[serde(default)]
/// struct Greeting {
///     /// Who is greeted.
///     #[argument(required, requires_replace)]
///     name: String,
///     /// The text of the greeting.
///     #[argument(set_by_provider)]
///     text: Option<String>,
/// }
///
/// #[async_trait]
/// impl Model for Greeting {
///     const TYPE_NAME: &'static str = "example_greeting";
///
///     async fn create(self, _context: &Context) -> Result<Self, Diagnostic> {
///         Ok(Self { text: Some(format!("Hello, {}", self.name)), ..self })
///     }
///
///     async fn read(self, _context: &Context) -> Result<Option<Self>, Diagnostic> {
///         Ok(Some(self))
///     }
///
///     async fn update(self, _prior: Self, context: &Context) -> Result<Self, Diagnostic> {
///         self.create(context).await
///     }
///
///     async fn delete(self, _context: &Context) -> Result<(), Diagnostic> {
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Model: Arguments + Serialize + Send + Sync + 'static {
    /// The full name in HCL: `example_file`.
    const TYPE_NAME: &'static str;

    /// Makes the object, and returns it with all that was computed.
    async fn create(self, context: &Context) -> Result<Self, Diagnostic>;

    /// Looks at the object; `None` if it does not exist any more.
    async fn read(self, context: &Context) -> Result<Option<Self>, Diagnostic>;

    /// Changes the object from `prior`, and returns it with all that was computed.
    async fn update(self, prior: Self, context: &Context) -> Result<Self, Diagnostic>;

    /// Deletes the object.
    async fn delete(self, context: &Context) -> Result<(), Diagnostic>;
}

/// The resource of a [`Model`], for [`Provider::resources`].
///
/// ```
/// use provider_framework::resource;
///
#[doc = include_str!("model/note.txt")]
/// // `Note` implements `Model`.
/// let note = resource::<Note>();
/// assert_eq!(note.type_name(), "example_note");
/// assert!(note.schema().problems().is_empty());
/// ```
pub fn resource<M: Model>() -> Arc<dyn Resource> {
    let schema = Schema::new(0).arguments::<M>();
    Arc::new(ModelResource { schema, model: PhantomData::<fn() -> M> })
}

struct ModelResource<M> {
    schema: Schema,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> ModelResource<M> {
    fn outcome(&self, result: Result<M, Diagnostic>) -> Outcome {
        result.and_then(|model| self.schema.encode(&model)).into()
    }
}

#[async_trait]
impl<M: Model> Resource for ModelResource<M> {
    fn type_name(&self) -> &'static str {
        M::TYPE_NAME
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        match self.schema.read::<M>(&request.planned) {
            Ok(model) => self.outcome(model.create(&request.context).await),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        let model = match self.schema.read::<M>(&request.state) {
            Ok(model) => model,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        match model.read(&request.context).await {
            Ok(Some(model)) => self.outcome(Ok(model)),
            Ok(None) => Outcome::gone(),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        let both = self.schema.read::<M>(&request.planned).and_then(|planned| {
            let prior = self.schema.read::<M>(&request.prior)?;
            Ok((planned, prior))
        });
        match both {
            Ok((planned, prior)) => self.outcome(planned.update(prior, &request.context).await),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn delete(&self, request: DeleteRequest) -> Outcome {
        let model = match self.schema.read::<M>(&request.prior) {
            Ok(model) => model,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        match model.delete(&request.context).await {
            Ok(()) => Outcome::gone(),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }
}

/// A provider without a configuration of its own.
///
/// ```
/// use provider_framework::{Unconfigured, resource, testing::Harness};
///
#[doc = include_str!("model/note.txt")]
/// // `Note` implements `Model`. `serve` takes the provider as well.
/// let provider = Unconfigured::of([resource::<Note>()]);
/// assert!(Harness::new(provider).is_ok());
/// ```
pub struct Unconfigured {
    resources: Vec<Arc<dyn Resource>>,
}

impl Unconfigured {
    /// A provider of these resources.
    pub fn of(resources: impl IntoIterator<Item = Arc<dyn Resource>>) -> Self {
        Self { resources: resources.into_iter().collect() }
    }
}

#[async_trait]
impl Provider for Unconfigured {
    fn schema(&self) -> Schema {
        Schema::new(0)
    }

    async fn configure(&self, _request: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        self.resources.clone()
    }
}
