use super::mount_common::useful;
use super::stanza_rules_common::{denials, rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};
use crate::pattern::path::PathLang;
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let model = &context.inputs.model.vault;
    let namespace =
        context.policy.namespace.as_ref().and_then(|(name, _)| name.known()).unwrap_or("").trim_matches('/');
    let kv = |path: &str| {
        let mount = model.mount_of(namespace, path).and_then(|id| model.mount(id));
        mount.is_some_and(|mount| mount.kind.as_deref() == Some("kv"))
    };
    let denied: Vec<_> = denials(context)
        .filter_map(|facts| Some((facts, facts.path.strip_suffix("/*")?)))
        .filter(|(_, parent)| !parent.contains(['+', '*']) && !kv(parent))
        .collect();
    if denied.is_empty() {
        return;
    }
    let Some(rules) = rules(context) else { return };
    for (facts, parent) in denied {
        // Listing asks for the path with a slash, which the deny covers.
        let lists = Capabilities::of(&[Capability::List, Capability::Scan]);
        let Some(served) = useful(context.inputs, namespace, parent).map(|all| all.minus(lists)) else { continue };
        let Some(witness) = rules.reach(&PathLang::exact(parent), served) else { continue };
        let Some(grant) = stanza(context, &rules, witness.rule) else { continue };
        sink.report(
            facts.stanza.path_span,
            format!(
                "this denies what is below `{parent}`, and `{}` on `{parent}` itself is still allowed",
                witness.capability
            ),
        )
        .related(grant.path_span, "granted here")
        .witness(format!("{} {parent}", witness.capability))
        .help(format!("deny `{parent}` as well"));
    }
}
