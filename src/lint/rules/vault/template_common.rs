//! Identity templates that name an alias by its mount's accessor, for rules that ask what
//! the mount vouches for.

use crate::lint::{Inputs, StanzaFacts};
use crate::model::Mount;
use crate::source::HOLE;
use crate::vault::template::directives;

/// One `{{identity.entity.aliases.ACCESSOR.FIELD}}` of a path.
pub(super) struct AliasField<'a> {
    /// The accessor as written; none where it is an expression.
    pub(super) accessor: Option<&'a str>,
    /// What follows it: `name`, `metadata.team` …
    pub(super) field: &'a str,
    /// The mount that the accessor is of, if the files declare it.
    pub(super) mount: Option<&'a Mount>,
}

/// The alias fields that a stanza's path uses.
pub(super) fn alias_fields<'a>(inputs: &Inputs<'a>, facts: &StanzaFacts<'a>) -> Vec<AliasField<'a>> {
    let raw = facts.stanza.path.raw();
    let of = |(directive, range): (&'a str, std::ops::Range<usize>)| {
        let rest = directive.strip_prefix("identity.entity.aliases.")?;
        let (accessor, field) = rest.split_once('.')?;
        let vault = &inputs.model.vault;
        if !accessor.contains(HOLE) {
            let mount = vault.mounts.iter().find(|mount| mount.accessor.as_deref() == Some(accessor));
            return Some(AliasField { accessor: Some(accessor), field, mount });
        }
        let before = raw.get(..range.start).unwrap_or("").matches(HOLE).count();
        let hole = facts.stanza.path.holes().get(before)?;
        let mount = hole.unknown.refs.iter().find_map(|reference| {
            vault.mounts.iter().find(|mount| {
                let address = inputs.model.declaration(mount.decl).map(|declaration| declaration.address.as_str());
                let rest = address.and_then(|address| reference.strip_prefix(address));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        });
        Some(AliasField { accessor: None, field, mount })
    };
    directives(raw).filter_map(of).collect()
}
