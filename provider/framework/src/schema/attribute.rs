//! One attribute: its type, who sets it, and what a change of it means.

use std::{fmt, sync::Arc};

use super::{Check, Problem};
use crate::{Type, Value};

/// Who sets an attribute.
///
/// ```
/// use provider_framework::{Attribute, Presence, Type};
///
/// /// The heading of the attribute in a reference.
/// fn heading(attribute: &Attribute) -> &'static str {
///     match attribute.presence() {
///         Presence::Required => "Required",
///         Presence::Optional | Presence::OptionalComputed => "Optional",
///         Presence::Computed => "Read-Only",
///     }
/// }
///
/// assert_eq!(heading(&Attribute::required(Type::String)), "Required");
/// // Methods, and thereby options of the derive macro, change it.
/// let id = Attribute::optional(Type::String).set_by_provider();
/// assert_eq!(heading(&id), "Read-Only");
/// let zone = Attribute::optional(Type::String).or_set_by_provider();
/// assert_eq!(zone.presence(), Presence::OptionalComputed);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The configuration must set it.
    Required,
    /// The configuration may set it.
    Optional,
    /// The provider sets it.
    Computed,
    /// The configuration may set it; if it does not, the provider does.
    OptionalComputed,
}

/// Whether two known values mean the same, although they are written differently.
///
/// ```
/// use provider_framework::{Attribute, Equality, Type, Value};
///
/// /// Host names mean the same in upper and lower case.
/// const SAME_HOST: Equality = |left, right| match (left.as_str(), right.as_str()) {
///     (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
///     _ => false,
/// };
///
/// assert!(SAME_HOST(&Value::from("Example.com"), &Value::from("example.com")));
/// let host = Attribute::required(Type::String).equal_when(SAME_HOST);
/// ```
pub type Equality = fn(&Value, &Value) -> bool;

/// Whether the change from the first value (in state) to the second (planned) needs a new object.
///
/// ```
/// use provider_framework::{Attribute, ReplaceCondition, Type, Value};
///
/// /// A disk can grow, but not shrink.
/// const SHRINKS: ReplaceCondition = |before, after| after.as_i64() < before.as_i64();
///
/// assert!(SHRINKS(&Value::from(20), &Value::from(10)));
/// assert!(!SHRINKS(&Value::from(10), &Value::from(20)));
/// let size = Attribute::required(Type::Number).requires_replace_if(SHRINKS);
/// ```
pub type ReplaceCondition = fn(&Value, &Value) -> bool;

/// What the framework does to an attribute while it plans.
///
/// ```
/// use provider_framework::{Attribute, Modifier, Type};
///
/// let zone = Attribute::optional_computed(Type::String)
///     .use_state_for_unknown()
///     .requires_replace_if_configured();
/// // A reference can show which arguments replace the object.
/// let replaces = |modifier: &Modifier| {
///     matches!(modifier, Modifier::RequiresReplace | Modifier::RequiresReplaceIfConfigured)
/// };
/// assert!(zone.modifiers().iter().any(replaces));
///
/// // The error of the last start, or null: unchanged until the next start.
/// let error = Attribute::computed(Type::String).use_state_or_null_for_unknown();
/// assert!(!error.modifiers().iter().any(replaces));
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Modifier {
    /// Keep the value in state, unless it is null, where the plan would say "known after apply".
    UseStateForUnknown,
    /// Keep the value in state, even if it is null, where the plan would say "known after apply".
    UseStateOrNullForUnknown,
    /// A change needs a new object.
    RequiresReplace,
    /// A change needs a new object if the condition holds.
    RequiresReplaceIf(ReplaceCondition),
    /// A change needs a new object if the configuration sets the attribute.
    RequiresReplaceIfConfigured,
}

/// The value that the plan takes if the configuration sets none.
#[derive(Clone)]
pub(crate) enum DefaultValue {
    Of(Value),
    By(Arc<dyn Fn() -> Value + Send + Sync>),
}

impl fmt::Debug for DefaultValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(value) => value.fmt(formatter),
            Self::By(_) => formatter.write_str("a function"),
        }
    }
}

/// One attribute of a schema or block.
///
/// ```
/// use provider_framework::{Attribute, Presence, Type, validator};
///
/// let port = Attribute::optional_computed(Type::Number)
///     .describe("Port of the server.")
///     .default(8080)
///     .check(validator::range(1..=65535))
///     .requires_replace();
/// assert_eq!(port.presence(), Presence::OptionalComputed);
/// assert_eq!(port.default_value(), Some(&8080.into()));
///
/// let password = Attribute::optional(Type::String).write_only().sensitive();
/// assert!(password.is_write_only() && password.is_sensitive() && !password.is_computed());
///
/// // For a reference of the provider.
/// let zone = Attribute::required(Type::String).describe("Zone of the server.").example("\"a\"").deprecated("Use `zones`.");
/// assert_eq!((zone.description(), zone.value_type()), ("Zone of the server.", &Type::String));
/// assert_eq!((zone.example_text(), zone.deprecation()), (Some("\"a\""), Some("Use `zones`.")));
/// ```
#[derive(Debug, Clone)]
pub struct Attribute {
    pub(crate) of: Type,
    pub(crate) presence: Presence,
    pub(crate) description: String,
    pub(crate) example: Option<String>,
    pub(crate) deprecation: Option<String>,
    pub(crate) sensitive: bool,
    pub(crate) write_only: bool,
    pub(crate) default: Option<DefaultValue>,
    pub(crate) checks: Vec<Check>,
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) equality: Option<Equality>,
}

impl Attribute {
    /// An attribute that the configuration must set.
    pub fn required(of: Type) -> Self {
        Self::new(of, Presence::Required)
    }

    /// An attribute that the configuration may set.
    pub fn optional(of: Type) -> Self {
        Self::new(of, Presence::Optional)
    }

    /// An attribute that the provider sets.
    pub fn computed(of: Type) -> Self {
        Self::new(of, Presence::Computed)
    }

    /// An attribute that the configuration may set, and that the provider sets otherwise.
    pub fn optional_computed(of: Type) -> Self {
        Self::new(of, Presence::OptionalComputed)
    }

    fn new(of: Type, presence: Presence) -> Self {
        Self {
            of,
            presence,
            description: String::new(),
            example: None,
            deprecation: None,
            sensitive: false,
            write_only: false,
            default: None,
            checks: Vec::new(),
            modifiers: Vec::new(),
            equality: None,
        }
    }

    /// Sets the description of the attribute, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Shows a value as it would stand in HCL, for the documentation.
    #[must_use]
    pub fn example(mut self, hcl: impl Into<String>) -> Self {
        self.example = Some(hcl.into());
        self
    }

    /// Sets the value that the plan takes if the configuration sets none. Terraform allows this for
    /// `optional_computed` attributes only.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(DefaultValue::Of(value.into()));
        self
    }

    /// Computes the value that the plan takes if the configuration sets none. Every plan calls `function`, which must
    /// return the same value each time. Terraform allows this for `optional_computed` attributes only.
    ///
    /// ```
    /// use provider_framework::{Attribute, Type};
    ///
    /// let attribute = Attribute::optional_computed(Type::Number).default_with(|| 3.into());
    /// assert_eq!(attribute.default_value(), None);
    /// ```
    #[must_use]
    pub fn default_with(mut self, function: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        self.default = Some(DefaultValue::By(Arc::new(function)));
        self
    }

    /// Hides the value in Terraform's output.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Keeps the value out of plan and state: it is in the configuration only. Needs Terraform 1.11; with an older one,
    /// setting it is an error.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Marks the attribute as deprecated; `message` names the replacement.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// The provider sets the attribute instead of the configuration.
    #[must_use]
    pub fn set_by_provider(self) -> Self {
        Self { presence: Presence::Computed, ..self }
    }

    /// The provider sets the attribute where the configuration does not.
    #[must_use]
    pub fn or_set_by_provider(self) -> Self {
        Self { presence: Presence::OptionalComputed, ..self }
    }

    /// Adds a rule for the value. It is never asked about null or unknown.
    #[must_use]
    pub fn check(mut self, rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static) -> Self {
        self.checks.push(Check::new(rule));
        self
    }

    /// Keeps the value in state, unless it is null, where the plan would say "known after apply": for values that the
    /// provider sets once and never changes.
    #[must_use]
    pub fn use_state_for_unknown(mut self) -> Self {
        self.modifiers.push(Modifier::UseStateForUnknown);
        self
    }

    /// Like [`Attribute::use_state_for_unknown`], and keeps a null as well: for values that may stay absent.
    #[must_use]
    pub fn use_state_or_null_for_unknown(mut self) -> Self {
        self.modifiers.push(Modifier::UseStateOrNullForUnknown);
        self
    }

    /// A change of the value needs a new object if the configuration sets the value: not if only the provider changes
    /// it.
    #[must_use]
    pub fn requires_replace_if_configured(mut self) -> Self {
        self.modifiers.push(Modifier::RequiresReplaceIfConfigured);
        self
    }

    /// A change of the value needs a new object.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.modifiers.push(Modifier::RequiresReplace);
        self
    }

    /// A change of the value needs a new object if `condition` holds.
    #[must_use]
    pub fn requires_replace_if(mut self, condition: ReplaceCondition) -> Self {
        self.modifiers.push(Modifier::RequiresReplaceIf(condition));
        self
    }

    /// Two values that `equality` calls equal are not a change: the earlier form stays.
    #[must_use]
    pub fn equal_when(mut self, equality: Equality) -> Self {
        self.equality = Some(equality);
        self
    }

    /// The type of the value.
    pub fn value_type(&self) -> &Type {
        &self.of
    }

    /// Who sets the attribute.
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// Whether the provider may set the attribute.
    pub fn is_computed(&self) -> bool {
        matches!(self.presence, Presence::Computed | Presence::OptionalComputed)
    }

    /// What the attribute is, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// A value as it would stand in HCL.
    pub fn example_text(&self) -> Option<&str> {
        self.example.as_deref()
    }

    /// What to use instead, if the attribute is deprecated.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// Whether Terraform hides the value.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// Whether the value is in the configuration only.
    pub fn is_write_only(&self) -> bool {
        self.write_only
    }

    /// The value if the configuration sets none, unless a function computes it.
    pub fn default_value(&self) -> Option<&Value> {
        match &self.default {
            Some(DefaultValue::Of(value)) => Some(value),
            _ => None,
        }
    }

    /// The value that the plan takes if the configuration sets none, in the shape of the type.
    pub(crate) fn default_for_plan(&self) -> Option<Value> {
        let value = match self.default.as_ref()? {
            DefaultValue::Of(value) => value.clone(),
            DefaultValue::By(function) => function(),
        };
        value.conform(&self.of).ok()
    }

    /// What the framework does to the attribute while it plans.
    pub fn modifiers(&self) -> &[Modifier] {
        &self.modifiers
    }
}
