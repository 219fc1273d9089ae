//! Which mount serves the paths of a stanza, for rules that look at the mount table.

use crate::lint::StanzaContext;
use crate::model::{Mount, MountClass};
use crate::vault::endpoints;

/// The namespace that the stanza's policy is of.
pub(super) fn namespace<'a>(context: &StanzaContext<'a>) -> &'a str {
    let namespace = context.policy.policy.namespace.as_ref().and_then(|(name, _)| name.known()).unwrap_or("");
    namespace.trim_matches('/')
}

/// The declared mount that the stanza's path lies at.
pub(super) fn mount<'a>(context: &StanzaContext<'a>) -> Option<&'a Mount> {
    let model = &context.inputs.model.vault;
    let path = literal(context.facts.path);
    model.mount_of(namespace(context), path).and_then(|id| model.mount(id))
}

/// Its path, and what the endpoint table calls its type.
pub(super) fn serving(context: &StanzaContext<'_>) -> Option<(String, &'static str)> {
    let mount = mount(context)?;
    let engine = endpoints::engine(mount.class == MountClass::Auth, mount.kind.as_deref()?, mount.kv_version)?;
    Some((mount.path.as_deref()?.to_owned(), engine))
}

/// What stands before the first wildcard segment, or the whole of an exact path.
pub(super) fn literal(path: &str) -> &str {
    let end = path
        .split_inclusive('/')
        .scan(0, |at, segment| {
            let start = *at;
            *at += segment.len();
            Some((start, segment))
        })
        .find(|(_, segment)| segment.trim_end_matches('/') == "+" || segment.contains(['*', '{', crate::source::HOLE]))
        .map_or(path.len(), |(start, _)| start);
    path.get(..end).unwrap_or(path).trim_end_matches('/')
}
