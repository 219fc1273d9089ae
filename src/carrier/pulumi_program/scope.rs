//! Names: what they stand for in each scope, and what of it is left where a program takes
//! one of several ways.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::data;
use crate::source::Span;
use crate::syntax::Node;

/// What a name can stand for.
pub(in crate::carrier) trait Bound: Clone {
    /// Whether two values are the same for sure.
    fn is_same(&self, other: &Self) -> bool;
    /// Where it stands, if it is data.
    fn place(&self) -> Option<Span>;
    /// Data as a value.
    fn of_node(node: Node) -> Self;
}

/// What a call gives back: what all its returns agree on, or `none` where it has none.
pub(in crate::carrier) fn returned<V: Bound>(returns: Vec<V>, none: impl FnOnce() -> V) -> Option<V> {
    let mut returns = returns.into_iter();
    let Some(first) = returns.next() else { return Some(none()) };
    returns.all(|other| first.is_same(&other)).then_some(first)
}

/// All scopes of a program: modules, calls, objects.
pub(in crate::carrier) struct Scopes<V> {
    all: Vec<Scope<V>>,
    /// The scope that names are looked up from.
    pub(in crate::carrier) current: usize,
    /// What was bound while the sides of a branch are read, oldest first.
    journal: Vec<Change<V>>,
    /// Branches that are being read inside one another.
    branches: u32,
}

/// Names of a module, a function call or an object.
struct Scope<V> {
    names: BTreeMap<SmolStr, V>,
    parent: Option<usize>,
}

struct Change<V> {
    scope: usize,
    name: SmolStr,
    before: Option<V>,
}

/// What one side of a branch leaves bound otherwise than before: first before, then after.
pub(in crate::carrier) type Changes<V> = BTreeMap<(usize, SmolStr), (Option<V>, Option<V>)>;

impl<V: Bound> Scopes<V> {
    pub(in crate::carrier) fn new() -> Self {
        let mut scopes = Self { all: Vec::new(), current: 0, journal: Vec::new(), branches: 0 };
        scopes.add(None);
        scopes
    }

    /// A new scope, inside another or by itself.
    pub(in crate::carrier) fn add(&mut self, parent: Option<usize>) -> usize {
        self.all.push(Scope { names: BTreeMap::new(), parent });
        self.all.len() - 1
    }

    /// Enters a new scope inside another; gives back the one to return to.
    pub(in crate::carrier) fn enter(&mut self, parent: usize) -> usize {
        let inner = self.add(Some(parent));
        std::mem::replace(&mut self.current, inner)
    }

    /// What a name stands for in one scope itself.
    pub(in crate::carrier) fn get(&self, scope: usize, name: &str) -> Option<&V> {
        self.all.get(scope)?.names.get(name)
    }

    /// The names of one scope.
    pub(in crate::carrier) fn names(&self, scope: usize) -> impl Iterator<Item = (&SmolStr, &V)> {
        self.all.get(scope).into_iter().flat_map(|scope| &scope.names)
    }

    /// The scope around that binds a name.
    fn home(&self, name: &str) -> Option<usize> {
        let mut at = self.current;
        loop {
            let scope = self.all.get(at)?;
            if scope.names.contains_key(name) {
                return Some(at);
            }
            at = scope.parent?;
        }
    }

    /// What a name stands for, if it is bound where the reader is.
    pub(in crate::carrier) fn lookup(&self, name: &str) -> Option<&V> {
        self.get(self.home(name)?, name)
    }

    /// Binds a name.
    pub(in crate::carrier) fn bind(&mut self, name: impl Into<SmolStr>, value: V) {
        self.set(self.current, name.into(), Some(value));
    }

    /// Binds a name anew where it is bound, for a change of the value it names.
    pub(in crate::carrier) fn rebind(&mut self, name: &str, value: V) {
        if let Some(scope) = self.home(name) {
            self.set(scope, SmolStr::new(name), Some(value));
        }
    }

    /// Binds a name in one scope, or takes it out.
    pub(in crate::carrier) fn set(&mut self, scope: usize, name: SmolStr, value: Option<V>) {
        let Some(inner) = self.all.get_mut(scope) else { return };
        let before = match value {
            Some(value) => inner.names.insert(name.clone(), value),
            None => inner.names.remove(&name),
        };
        if self.branches > 0 {
            self.journal.push(Change { scope, name, before });
        }
    }

    /// Starts to read a side of a branch.
    pub(in crate::carrier) fn begin(&mut self) -> usize {
        self.branches += 1;
        self.journal.len()
    }

    /// Goes back to the state before the side that began there; gives what it changed.
    pub(in crate::carrier) fn take_back(&mut self, begin: usize) -> Changes<V> {
        self.branches = self.branches.saturating_sub(1);
        let mut changes: Changes<V> = BTreeMap::new();
        for Change { scope, name, before } in self.journal.split_off(begin.min(self.journal.len())).into_iter().rev() {
            let Some(inner) = self.all.get_mut(scope) else { continue };
            let after = match before.clone() {
                Some(before) => inner.names.insert(name.clone(), before),
                None => inner.names.remove(&name),
            };
            changes.entry((scope, name)).or_insert((None, after)).0 = before;
        }
        changes
    }

    /// Joins what the sides that end leave: what they leave different is unknown. With
    /// `none`, it may be that none of them was taken.
    pub(in crate::carrier) fn join(&mut self, ends: &[Changes<V>], none: bool) {
        let changed: BTreeMap<(usize, SmolStr), Option<V>> =
            ends.iter().flatten().map(|(key, (before, _))| (key.clone(), before.clone())).collect();
        for ((scope, name), before) in changed {
            let key = (scope, name);
            let sides = ends.iter().map(|end| end.get(&key).map_or(before.as_ref(), |(_, after)| after.as_ref()));
            let mut values = sides.chain(none.then_some(before.as_ref())).flatten();
            let first = values.next().cloned();
            let other = first.as_ref().and_then(|first| values.find(|value| !first.is_same(value)));
            let joined = match (&first, other) {
                (Some(first), Some(other)) => match first.place().or_else(|| other.place()) {
                    Some(place) => Some(V::of_node(data::unknown(key.1.clone(), place))),
                    None => Some(first.clone()),
                },
                _ => first,
            };
            self.set(key.0, key.1, joined);
        }
    }
}
