//! What is wrong with a patch, or with applying it, as data: the caller turns it into its own kind of message.

use yaml_edit::{NodeId, Tree};

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
    /// Byte offset of that field in the object's document; `None` while a patch is compiled.
    pub offset: Option<usize>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without a field and without advice.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, message: message.into(), field: None, offset: None, help: None }
    }

    /// Adds the field that it is about.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds the field and the place of a node of the object.
    #[must_use]
    pub(crate) fn at(mut self, tree: &Tree<'_>, id: NodeId) -> Self {
        self.field = Some(tree.field(id)).filter(|field| !field.is_empty());
        self.offset = tree.place(id);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
