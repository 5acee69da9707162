//! What a provider computes: pure functions, callable in HCL as `provider::name::function(…)`.

use crate::{Check, Problem, Type, Value};

/// One function. It must be pure: the same arguments, the same result, and no network.
///
/// ```
/// use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};
///
/// /// `provider::text::repeat("ab", 2)` is `"abab"`.
/// struct Repeat;
///
/// impl Function for Repeat {
///     fn name(&self) -> &'static str {
///         "repeat"
///     }
///
///     fn signature(&self) -> Signature {
///         Signature::new(Type::String)
///             .summary("Repeats a text.")
///             .parameter(Parameter::new("text", Type::String).describe("The text."))
///             .parameter(Parameter::new("times", Type::Number).describe("How many times."))
///     }
///
///     fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
///         let [text, times] = arguments.as_slice() else {
///             return Err(FunctionError::new("repeat takes two arguments"));
///         };
///         let times = times.as_i64().and_then(|times| usize::try_from(times).ok());
///         let times = times.ok_or_else(|| FunctionError::argument(1, "must be a whole number, 0 or more"))?;
///         Ok(text.as_str().unwrap_or_default().repeat(times).into())
///     }
/// }
///
/// assert_eq!(Repeat.call(vec!["ab".into(), 2.into()]), Ok("abab".into()));
/// assert_eq!(Repeat.call(vec!["ab".into(), (-1).into()]).unwrap_err().argument, Some(1));
/// ```
pub trait Function: Send + Sync {
    /// The name in HCL, after `provider::…::`.
    fn name(&self) -> &'static str;

    /// Parameters, result and documentation. Called once.
    fn signature(&self) -> Signature;

    /// Computes the result. There is one argument for each parameter, and after them any number for a variadic
    /// one. Each is of its parameter's type, and null or unknown only if the parameter allows it.
    ///
    /// # Errors
    /// What is wrong, and with which argument.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// The parameters, the result and the documentation of a function.
///
/// ```
/// use provider_framework::{Parameter, Signature, Type};
///
/// // `provider::text::join(separator, texts...)`
/// let signature = Signature::new(Type::String)
///     .summary("Joins texts.")
///     .describe("Joins the texts with the separator between each two of them. Nulls are left out.")
///     .parameter(Parameter::new("separator", Type::String))
///     .variadic(Parameter::new("texts", Type::String).allow_null());
/// assert_eq!(signature.parameters.len(), 1);
/// assert!(signature.variadic.is_some_and(|texts| texts.allow_null));
/// ```
#[derive(Debug, Clone)]
pub struct Signature {
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The parameter that takes all further arguments.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// One line of plain text.
    pub summary: String,
    /// The description, in Markdown.
    pub description: String,
    /// What to use instead, if the function is deprecated.
    pub deprecation: Option<String>,
}

impl Signature {
    /// A function without parameters.
    pub fn new(returns: Type) -> Self {
        Self {
            parameters: Vec::new(),
            variadic: None,
            returns,
            summary: String::new(),
            description: String::new(),
            deprecation: None,
        }
    }

    /// Sets the summary of the function: one line of plain text.
    #[must_use]
    pub fn summary(mut self, text: impl Into<String>) -> Self {
        self.summary = text.into();
        self
    }

    /// Sets the description of the function, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Sets the parameter that takes all further arguments.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }
}

/// One parameter of a function.
///
/// ```
/// use provider_framework::{Parameter, Type};
///
/// let separator = Parameter::new("separator", Type::String)
///     .describe("Text between the elements; a comma if it is null.")
///     .allow_null()
///     // The function is also called while the argument is not known yet.
///     .allow_unknown();
/// assert_eq!(separator.of, Type::String);
/// assert!(separator.allow_null && separator.allow_unknown);
/// ```
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name, for messages and documentation.
    pub name: String,
    /// The type of the argument.
    pub of: Type,
    /// What it is, in Markdown.
    pub description: String,
    /// Whether the argument may be null.
    pub allow_null: bool,
    /// Whether the function wants to be called although the argument is not known yet.
    pub allow_unknown: bool,
    /// Rules for the argument; they are never asked about null or unknown.
    pub checks: Vec<Check>,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown.
    pub fn new(name: impl Into<String>, of: Type) -> Self {
        Self {
            name: name.into(),
            of,
            description: String::new(),
            allow_null: false,
            allow_unknown: false,
            checks: Vec::new(),
        }
    }

    /// Sets the description of the parameter, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Lets the argument be null.
    #[must_use]
    pub fn allow_null(mut self) -> Self {
        self.allow_null = true;
        self
    }

    /// Adds a rule for the argument. It is never asked about null or unknown.
    ///
    /// ```
    /// use provider_framework::{Parameter, Type, validator};
    ///
    /// let parameter = Parameter::new("percent", Type::Number).check(validator::range(0..=100));
    /// assert_eq!(parameter.checks.len(), 1);
    /// ```
    #[must_use]
    pub fn check(mut self, rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static) -> Self {
        self.checks.push(Check::new(rule));
        self
    }

    /// Lets the argument be unknown.
    #[must_use]
    pub fn allow_unknown(mut self) -> Self {
        self.allow_unknown = true;
        self
    }
}

/// Why a function has no result.
///
/// ```
/// use provider_framework::{Diagnostic, FunctionError};
///
/// let error = FunctionError::argument(1, "must be 0 or more");
/// assert_eq!(error.argument, Some(1));
/// // `?` in a function takes a diagnostic, such as that of `Value::decode`.
/// let error = FunctionError::from(Diagnostic::error("Invalid date", "Expected YYYY-MM-DD."));
/// assert_eq!(error, FunctionError::new("Invalid date: Expected YYYY-MM-DD."));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong and what to do about it.
    pub text: String,
    /// The position of the argument that is wrong, from zero.
    pub argument: Option<i64>,
}

impl FunctionError {
    /// A failure that no single argument causes.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// A failure because of the argument at `position`, counted from zero.
    pub fn argument(position: usize, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: i64::try_from(position).ok() }
    }
}

impl From<crate::Diagnostic> for FunctionError {
    fn from(diagnostic: crate::Diagnostic) -> Self {
        Self::new(format!("{}: {}", diagnostic.summary, diagnostic.detail))
    }
}
