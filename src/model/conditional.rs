//! Declarations that are made only in some cases.
//!
//! A declaration with a condition may not be there. Where a conditional in it has two
//! sides a carrier declares each: those are alternatives of one another, of which one is
//! there for certain.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Model;
use super::ids::DeclId;
use crate::carrier::declaration::{Declaration, Item};
use crate::source::Span;

/// The alternatives of each declaration that has such, itself among them, in order.
#[derive(Debug, Default)]
pub(super) struct Alternatives(FxHashMap<DeclId, Vec<DeclId>>);

impl Alternatives {
    pub(super) fn new(declarations: &[Declaration]) -> Self {
        let mut groups: FxHashMap<(&str, Span, u8), Vec<DeclId>> = FxHashMap::default();
        for (index, declaration) in declarations.iter().enumerate() {
            // A policy is one of several that a resource may hold, so only policies that
            // are all of their resource can be alternatives.
            let sort = match &declaration.item {
                Item::VaultPolicy(_) => 0,
                Item::VaultObject(_) => 1,
                Item::AwsPrincipal(_) => 2,
                Item::AwsPolicy(_)
                | Item::AwsAttachment(_)
                | Item::AwsTarget(_)
                | Item::AwsOrganizationPart(_)
                | Item::AwsCompute(_) => continue,
            };
            if declaration.condition.is_some() {
                let key = (declaration.address.as_str(), declaration.span, sort);
                groups.entry(key).or_default().push(DeclId::at(index));
            }
        }
        let mut map = FxHashMap::default();
        let several = groups.into_values().filter(|group| group.len() > 1);
        several.for_each(|group| map.extend(group.iter().map(|id| (*id, group.clone()))));
        Self(map)
    }

    fn of(&self, id: DeclId) -> &[DeclId] {
        self.0.get(&id).map_or(&[], Vec::as_slice)
    }
}

impl Model {
    /// The declarations of which one is there in place of this one, itself among them;
    /// empty where it has no alternatives.
    #[must_use]
    pub fn alternatives(&self, id: DeclId) -> &[DeclId] {
        self.alternatives.of(id)
    }

    /// Whether the declaration stands for its alternatives: references lead to the last.
    #[must_use]
    pub fn stands_for_alternatives(&self, id: DeclId) -> bool {
        self.alternatives(id).last().is_none_or(|last| *last == id)
    }

    /// What it depends on whether the declaration is there as it is; empty where it
    /// certainly is.
    #[must_use]
    pub fn given_if(&self, id: DeclId) -> &[SmolStr] {
        given_if(self.declarations(), id)
    }

    /// What it depends on whether the declaration or one of its alternatives is there at
    /// all; empty where one certainly is.
    #[must_use]
    pub fn exists_if(&self, id: DeclId) -> &[SmolStr] {
        if self.alternatives(id).is_empty() { self.given_if(id) } else { &[] }
    }
}

/// What it depends on whether a declaration is there.
pub(super) fn given_if(declarations: &[Declaration], id: DeclId) -> &[SmolStr] {
    let condition = declarations.get(id.index()).and_then(|declaration| declaration.condition.as_ref());
    condition.map_or(&[], |condition| condition.refs.as_slice())
}

/// Adds what is not yet among `refs`.
pub(super) fn join(refs: &mut Vec<SmolStr>, more: &[SmolStr]) {
    for name in more {
        if !refs.contains(name) {
            refs.push(name.clone());
        }
    }
}
