//! The check of every edited document: the edits are applied, the result is read again and compared with what was
//! meant.

use super::compare::same;
use super::edits::{Edits, pieces};
use super::read;
use super::tree::Tree;

/// Memory that one check leaves to the next.
#[derive(Default)]
pub struct Checker {
    tree: Tree<'static>,
    text: String,
}

impl Checker {
    /// Whether the tree's text with these edits reads as what the tree was changed to.
    pub fn confirms(&mut self, intended: &Tree<'_>, edits: &Edits) -> bool {
        self.text.clear();
        self.text.extend(pieces(intended.text, edits.iter()));
        let Ok(reread) = read(&self.text, std::mem::take(&mut self.tree).recycle()) else { return false };
        let confirmed = same(intended, &reread);
        self.tree = reread.recycle();
        confirmed
    }
}
