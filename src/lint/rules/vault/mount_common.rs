//! Which mount serves the paths of a stanza, for rules that look at the mount table.

use crate::lint::Inputs;
use crate::lint::StanzaContext;
use crate::model::{Mount, MountClass};
use crate::pattern::path::PathLang;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::endpoints::{self, Mounted};

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

/// A declared KV mount that the stanza's path lies at: the mount's path, its version, and
/// what stands behind the mount in the stanza's path.
pub(super) fn below_kv<'a>(context: &StanzaContext<'a>) -> Option<(&'a str, u8, &'a str)> {
    let declared = mount(context)?;
    let (mount, version) = (declared.path.as_deref()?, declared.kv_version?);
    Some((mount, version, context.facts.path.strip_prefix(mount)?.strip_prefix('/')?))
}

/// The capabilities that do something at the paths, where it is known what serves them: a
/// declared mount, or the server itself.
pub(super) fn useful(inputs: &Inputs<'_>, namespace: &str, path: &str) -> Option<Capabilities> {
    // Only lists ask for a path that ends with a slash.
    if path.ends_with('/') {
        return Some(Capabilities::of(&[Capability::List, Capability::Scan]));
    }
    let vault = &inputs.model.vault;
    let language = PathLang::parse(path);
    let (at, engine) = match path.split('/').next() {
        Some("sys") => ("sys".to_owned(), "sys"),
        Some("identity") => ("identity".to_owned(), "identity"),
        _ if path.starts_with("auth/token/") => ("auth/token".to_owned(), "auth/token"),
        _ => {
            let mount = vault.mount_of(namespace, literal(path)).and_then(|id| vault.mount(id))?;
            let auth = mount.class == MountClass::Auth;
            let engine = endpoints::engine(auth, mount.kind.as_deref()?, mount.kv_version)?;
            (mount.path.as_deref()?.to_owned(), engine)
        }
    };
    let meaning = Mounted::new(&at, engine).meaning(&language);
    (!meaning.reached.is_empty()).then_some(meaning.useful)
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
