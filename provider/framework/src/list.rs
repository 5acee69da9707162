//! List resources: the existing objects of a type, for `terraform query`. Terraform 1.14 and later.

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{Context, Diagnostics, Schema, Value};

/// The list of one resource type.
///
/// ```
/// use provider_framework::{Attribute, Diagnostics, Found, ListItem, ListRequest, ListResource, Schema, Type, Value, async_trait};
///
/// /// `list "dns_record" "x" { config { zone = "…" } }`
/// struct Records;
///
/// #[async_trait]
/// impl ListResource for Records {
///     fn type_name(&self) -> &'static str {
///         "dns_record"
///     }
///
///     fn schema(&self) -> Schema {
///         Schema::new(0).attribute("zone", Attribute::required(Type::String))
///     }
///
///     async fn list(&self, request: ListRequest, mut found: Found) -> Diagnostics {
///         let zone = request.config.attribute("zone").as_str().unwrap_or_default();
///         for host in ["www", "mail"] {
///             let name = format!("{host}.{zone}");
///             let identity = Value::object([("name", Value::from(&name))]);
///             if !found.send(ListItem::new(identity, name)).await {
///                 break;
///             }
///         }
///         Diagnostics::new()
///     }
/// }
/// ```
#[async_trait]
pub trait ListResource: Send + Sync {
    /// The type of the listed resources. The provider has a [`Resource`](crate::Resource) of this name, with an
    /// identity.
    fn type_name(&self) -> &'static str;

    /// The arguments that choose what is listed. Called once.
    fn schema(&self) -> Schema;

    /// Checks a whole configuration, after the rules of its attributes and blocks. Parts of it may be unknown.
    fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Sends each object as it is found, and returns what concerns the whole list. When [`Found::send`] returns
    /// `false`, Terraform wants no more objects.
    async fn list(&self, request: ListRequest, found: Found) -> Diagnostics;
}

/// Request to list objects.
///
/// ```
/// use provider_framework::{Context, ListRequest, Value};
///
/// /// The size of the pages to ask the server for: no larger than what Terraform wants.
/// fn page_size(request: &ListRequest) -> usize {
///     request.limit.map_or(100, |limit| limit.min(100))
/// }
///
/// let request = ListRequest { config: Value::Null, include_object: false, limit: Some(5), context: Context::default() };
/// assert_eq!(page_size(&request), 5);
/// assert_eq!(page_size(&ListRequest { limit: None, ..request }), 100);
/// ```
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// The `config` block, wholly known.
    pub config: Value,
    /// Whether Terraform wants the whole objects, and not only their identities.
    pub include_object: bool,
    /// The greatest number of objects that Terraform wants; `None` means all.
    pub limit: Option<usize>,
    /// The surroundings of the call.
    pub context: Context,
}

/// One object of a list.
///
/// ```
/// use provider_framework::{ListItem, Value};
///
/// let identity = Value::object([("name", Value::from("www"))]);
/// let item = ListItem::new(identity, "The web server").with_object(Value::object([("name", Value::from("www"))]));
/// assert!(item.object.is_some());
/// ```
#[derive(Debug, Clone, Default)]
pub struct ListItem {
    /// The identity. Where it is null, the framework takes that of `object`.
    pub identity: Value,
    /// The name of the object for people.
    pub display_name: String,
    /// The state of the object, if it is wanted.
    pub object: Option<Value>,
    /// Warnings about this object. An error ends the list.
    pub diagnostics: Diagnostics,
}

impl ListItem {
    /// An object with its name for people.
    pub fn new(identity: Value, display_name: impl Into<String>) -> Self {
        Self { identity, display_name: display_name.into(), ..Self::default() }
    }

    /// Adds the state of the object.
    #[must_use]
    pub fn with_object(mut self, object: Value) -> Self {
        self.object = Some(object);
        self
    }
}

/// Sends the objects of a list to Terraform, one by one.
///
/// ```
/// use provider_framework::{Found, ListItem, ListRequest, Value};
///
/// /// Sends one page of names. Returns whether Terraform wants the next page.
/// async fn send_page(names: &[&str], request: &ListRequest, found: &mut Found) -> bool {
///     for name in names {
///         let identity = Value::object([("name", Value::from(*name))]);
///         let mut item = ListItem::new(identity.clone(), *name);
///         if request.include_object {
///             item = item.with_object(identity);
///         }
///         if !found.send(item).await {
///             return false;
///         }
///     }
///     true
/// }
/// ```
#[derive(Debug)]
pub struct Found {
    pub(crate) items: mpsc::Sender<ListItem>,
    pub(crate) left: Option<usize>,
}

impl Found {
    /// Sends one object. Returns whether Terraform wants more.
    pub async fn send(&mut self, item: ListItem) -> bool {
        if self.left == Some(0) || self.items.send(item).await.is_err() {
            return false;
        }
        self.left = self.left.map(|left| left - 1);
        self.left != Some(0)
    }
}
