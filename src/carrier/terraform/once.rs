//! What was met on the way to a value.

use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::FxHashSet;

/// Things in the order in which they were first met. A value that is made of others brings
/// theirs along, so that without this each step of a chain of values would double them.
#[derive(Debug)]
pub(super) struct Once<T> {
    list: Vec<T>,
    known: FxHashSet<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { list: Vec::new(), known: FxHashSet::default() }
    }
}

impl<T: Clone + Eq + Hash> Once<T> {
    pub(super) fn push(&mut self, thing: T) {
        if !self.known.contains(&thing) {
            self.known.insert(thing.clone());
            self.list.push(thing);
        }
    }

    pub(super) fn extend(&mut self, things: &[T]) {
        for thing in things {
            if !self.known.contains(thing) {
                self.push(thing.clone());
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.known.clear();
    }

    pub(super) fn as_slice(&self) -> &[T] {
        &self.list
    }

    pub(super) fn into_list(self) -> Rc<[T]> {
        self.list.into()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::carrier::{Format, ReadOptions, read_all};
    use crate::source::SourceMap;

    /// Each local once brought the unknowns of the one before it as often as it named it: a
    /// module of 100 kB took a minute and 22 GB.
    #[test]
    fn a_chain_of_locals_does_not_double_what_they_rest_on() {
        let mut text = String::from("variable \"names\" {}\nlocals {\n  l0 = [for name in var.names : name]\n");
        for level in 1..64 {
            let before = level - 1;
            writeln!(text, "  l{level} = {{ a = local.l{before} != null, b = local.l{before} != null }}").unwrap();
        }
        text.push_str("}\nresource \"aws_iam_user\" \"a\" {\n  name = local.l63.a ? \"a\" : \"b\"\n}\n");
        let mut sources = SourceMap::new();
        let source = sources.add("main.tf", text);
        let carried = read_all(&sources, &[(source, Format::Terraform)], &ReadOptions::default());
        assert_eq!(carried.diagnostics, []);
        assert!(!carried.records.is_empty());
    }
}
