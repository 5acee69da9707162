//! How large a document becomes when its aliases are followed: a few lines can stand for billions of values, which
//! Kubernetes' parser also refuses ("document contains excessive aliasing").

use super::tree::{Kind, NONE, Tree};

/// Beyond `VALUE_LIMIT`, how many times its own values a document may expand to.
const RATIO: u64 = 10;

/// The offset of the alias by which a document becomes too large, if it does.
pub(super) fn bomb(tree: &Tree<'_>) -> Option<usize> {
    if !tree.aliased {
        return None;
    }
    let most = (super::VALUE_LIMIT as u64).max(RATIO.saturating_mul(tree.nodes.len() as u64));
    // Nodes come in the order of the text, and an alias never stands for a node that it is in: when one is met, the
    // node that it stands for is complete.
    let mut sizes = vec![1_u64; tree.nodes.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, node) in tree.nodes.iter().enumerate() {
        let parent = if node.parent == NONE { usize::MAX } else { node.parent as usize };
        while open.last().is_some_and(|last| *last != parent) {
            close(&mut open, &mut sizes);
        }
        if node.kind == Kind::Alias {
            let target = sizes.get(node.payload as usize).copied().unwrap_or(1);
            if let Some(size) = sizes.get_mut(index) {
                *size = target;
            }
            let whole = open
                .iter()
                .filter_map(|outer| sizes.get(*outer))
                .fold(target, |sum, size| sum.saturating_add(*size));
            if whole > most {
                return Some(node.start as usize);
            }
        }
        open.push(index);
    }
    None
}

/// Adds the size of the node that was opened last to that of the node it is in.
fn close(open: &mut Vec<usize>, sizes: &mut [u64]) {
    let Some(done) = open.pop() else { return };
    let size = sizes.get(done).copied().unwrap_or(1);
    if let Some(outer) = open.last().and_then(|outer| sizes.get_mut(*outer)) {
        *outer = outer.saturating_add(size);
    }
}
