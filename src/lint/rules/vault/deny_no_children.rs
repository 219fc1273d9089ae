use super::stanza_rules_common::{denials, rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};
use crate::pattern::path::PathLang;
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let system = |path: &str| ["sys/", "auth/", "identity/", "cubbyhole/"].iter().any(|mount| path.starts_with(mount));
    let candidates: Vec<_> = denials(context).filter(|facts| !facts.wildcard() && !system(facts.path)).collect();
    if candidates.is_empty() {
        return;
    }
    let Some(rules) = rules(context) else { return };
    let wanted = Capabilities::of(&[
        Capability::Read,
        Capability::Update,
        Capability::Create,
        Capability::Delete,
        Capability::Patch,
    ]);
    for facts in candidates {
        let path = facts.path.trim_end_matches('/');
        let Some(witness) = rules.reach(&PathLang::prefix(&format!("{path}/")), wanted) else { continue };
        let Some(grant) = stanza(context, &rules, witness.rule) else { continue };
        let message = format!(
            "this denies `{path}` alone; `{}` still grants `{}` on `{}`",
            grant.path.display(),
            witness.capability,
            witness.path
        );
        sink.report(facts.stanza.path_span, message)
            .related(grant.path_span, "granted here")
            .witness(format!("{} {}", witness.capability, witness.path))
            .help(format!("deny `{path}/*` as well"));
    }
}
