//! What is wrong with a patch, or with applying it, as data: the caller turns it into its own kind of message.

/// One thing that is wrong with a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The rule that was broken, in kebab case (`patch-shape`).
    pub id: &'static str,
    /// What is wrong, and why.
    pub message: String,
    /// The field: of the patch while it is compiled (`patch[0].op`), of the object while it is applied
    /// (`spec.template.spec.containers[0]`).
    pub field: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without a field and without advice.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, message: message.into(), field: None, help: None }
    }

    /// Adds the field that it is about.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
