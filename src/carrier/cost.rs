//! What values cost, and how much of them a text may ask for. A few lines of a language
//! with loops ask for any number of values, so what is made of a text is bounded by its
//! size, far above what anybody asks for.

use crate::syntax::{Node, Text, Value};

/// How much texts may ask for: all that are read together have an amount between them,
/// each some for every byte besides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) all: u64,
    /// What one text has of that at least and at most.
    pub(super) least: u64,
    pub(super) most: u64,
    pub(super) of_byte: u64,
}

impl Share {
    /// What each of so many texts has, whatever its size.
    pub(super) fn of(&self, texts: usize) -> u64 {
        (self.all / (texts as u64).max(1)).clamp(self.least, self.most)
    }

    /// What so many bytes have besides.
    pub(super) fn bytes(&self, bytes: usize) -> u64 {
        self.of_byte.saturating_mul(bytes as u64)
    }
}

/// How much there is of a text: what it is joined of counts, not only how long it is.
pub(super) fn of_text(text: &Text) -> usize {
    1 + text.raw().len() / 16 + text.pieces() / 4 + text.holes().len() * 2
}

/// How much there is of a value, in members and parts of texts. None where it nests so
/// deep that nothing could be done with it.
pub(super) fn of_value(node: &Node) -> Option<usize> {
    of_members(node, of_text)
}

/// The members of a value, with texts as heavy as said. None where it nests too deep.
pub(super) fn of_members(node: &Node, text: fn(&Text) -> usize) -> Option<usize> {
    fn weigh(node: &Node, depth: usize, text: fn(&Text) -> usize) -> Option<usize> {
        let below = depth.checked_sub(1)?;
        let member = |sum: usize, node: &Node| Some(sum + weigh(node, below, text)?);
        match &node.value {
            Value::String(said) => Some(text(said)),
            Value::List(items) => items.iter().try_fold(1, member),
            Value::Map(entries) => entries.iter().try_fold(1, |sum, entry| member(sum + 1, &entry.value)),
            _ => Some(1),
        }
    }
    weigh(node, 128, text)
}
