use super::mount_common;
use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::Capability;
use crate::vault::sudo::{reaches_protected, root_protected};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.grants.has(Capability::Sudo) || facts.unknown || facts.template {
        return;
    }
    let mount = mount_common::mount(context).and_then(|mount| mount.kind.as_deref());
    let kv = matches!(mount, Some("kv" | "generic"))
        || (mount.is_none() && ["secret/", "kv/"].iter().any(|start| facts.path.starts_with(start)));
    let known = kv || ["sys/", "identity/", "auth/token/"].iter().any(|start| facts.path.starts_with(start));
    if !known {
        return;
    }
    if facts.wildcard() {
        // A `+` before it may be a namespace.
        let named = facts.path.find(['+', '*']).is_some_and(|at| at > 0);
        if named && !reaches_protected(facts.path, mount, context.inputs.dialect) {
            report(context, sink);
        }
        return;
    }
    if facts.path.starts_with("auth/token/create") || root_protected(facts.path, context.inputs.dialect) {
        return;
    }
    // namespaces' seal and lock endpoints check sudo in their handlers
    let handler = facts.path.starts_with("sys/namespaces") || facts.path == "sys/seal" || facts.path == "sys/step-down";
    let listed = root_protected(&format!("{}/", facts.path.trim_end_matches('/')), context.inputs.dialect);
    if !handler && !listed {
        report(context, sink);
    }
}

fn report(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    sink.report(facts.span_of(Capability::Sudo), format!("`{}` needs no `sudo`", facts.path)).help("leave `sudo` out");
}
