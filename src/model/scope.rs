//! Which of several declarations of one name a citation means.
//!
//! A run may read several environments or modules that use the same names. A citation
//! means the declaration that shares the longest directory path with it; of equals, the
//! last declared, as a later write replaces an earlier one.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::ids::DeclId;
use crate::carrier::declaration::Declaration;
use crate::source::{SourceId, SourceMap};

/// Where each source stands, and which declarations have an address.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    directories: Vec<Vec<&'a str>>,
    addresses: FxHashMap<&'a str, Vec<DeclId>>,
    sources: Vec<SourceId>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(declarations: &'a [Declaration], sources: &'a SourceMap) -> Self {
        let directories = sources
            .iter()
            .map(|(_, source)| {
                let mut parts: Vec<&str> = source.name().split('/').collect();
                parts.pop();
                parts
            })
            .collect();
        let mut addresses: FxHashMap<&str, Vec<DeclId>> = FxHashMap::default();
        let mut places = Vec::with_capacity(declarations.len());
        for (index, declaration) in declarations.iter().enumerate() {
            addresses.entry(declaration.address.as_str()).or_default().push(DeclId::at(index));
            places.push(declaration.span.source);
        }
        Self { directories, addresses, sources: places }
    }

    /// How many directories two sources share from the top; one more for the same source.
    fn nearness(&self, a: SourceId, b: SourceId) -> usize {
        let directory = |id: SourceId| self.directories.get(id.0 as usize).map_or(&[][..], Vec::as_slice);
        let shared = directory(a).iter().zip(directory(b)).take_while(|(x, y)| x == y).count();
        2 * shared + usize::from(a == b)
    }

    /// The directory that a declaration stands in.
    pub(super) fn directory(&self, id: DeclId) -> Option<&[&'a str]> {
        self.directories.get(self.sources.get(id.index())?.0 as usize).map(Vec::as_slice)
    }

    /// Whether two declarations stand in one directory.
    pub(super) fn in_one_directory(&self, a: DeclId, b: DeclId) -> bool {
        self.directory(a) == self.directory(b)
    }

    /// Whether one of two declarations stands in the directory of the other, or below it.
    pub(super) fn related(&self, a: DeclId, b: DeclId) -> bool {
        match (self.directory(a), self.directory(b)) {
            (Some(a), Some(b)) => a.starts_with(b) || b.starts_with(a),
            _ => false,
        }
    }

    /// The candidate nearest to a declaration.
    pub(super) fn nearest<T: Copy>(&self, from: DeclId, candidates: impl Iterator<Item = (T, DeclId)>) -> Option<T> {
        let mut best: Option<(usize, T)> = None;
        let here = self.sources.get(from.index()).copied()?;
        for (candidate, decl) in candidates {
            let there = self.sources.get(decl.index()).copied()?;
            let nearness = self.nearness(here, there);
            if best.is_none_or(|(known, _)| nearness >= known) {
                best = Some((nearness, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    /// The declaration that a reference (`vault_auth_backend.k8s.accessor`) starts with.
    pub(super) fn referred(&self, from: DeclId, reference: &SmolStr) -> Option<DeclId> {
        self.referred_where(from, reference, |_| true)
    }

    /// The same among declarations of one sort: a resource may declare several things
    /// under its address (a role, its trust and its inline policies).
    pub(super) fn referred_where(
        &self,
        from: DeclId,
        reference: &SmolStr,
        wanted: impl Fn(DeclId) -> bool,
    ) -> Option<DeclId> {
        let mut prefix = reference.as_str();
        loop {
            if let Some(found) = self.addresses.get(prefix) {
                return self.nearest(from, found.iter().filter(|id| wanted(**id)).map(|id| (*id, *id)));
            }
            let cut = prefix.rfind(['.', '['])?;
            prefix = prefix.get(..cut)?;
        }
    }
}
