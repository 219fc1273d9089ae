use super::stanza_rules_common::{denials, rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};
use crate::pattern::path::PathLang;
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

/// What each door gives, worst first.
const DOORS: &[(&str, Capability, &str)] = &[
    ("destroy", Capability::Update, "destroys its versions"),
    ("metadata", Capability::Delete, "deletes it with all versions"),
    ("metadata", Capability::List, "lists its names"),
    ("subkeys", Capability::Read, "reads the names of its fields"),
    ("metadata", Capability::Read, "reads its metadata"),
    ("delete", Capability::Update, "deletes versions"),
    ("undelete", Capability::Update, "brings deleted versions back"),
];

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let denied: Vec<_> = denials(context).collect();
    if denied.is_empty() {
        return;
    }
    let Some(rules) = rules(context) else { return };
    for facts in denied {
        let Some((mount, below)) = facts.path.split_once("/data/") else { continue };
        if mount.contains(['/', '*', '+']) || below.is_empty() || below == "*" {
            continue;
        }
        for (door, capability, gives) in DOORS {
            let region = PathLang::parse(&format!("{mount}/{door}/{below}"));
            let Some(witness) = rules.reach(&region, Capabilities::of(&[*capability])) else { continue };
            let Some(grant) = stanza(context, &rules, witness.rule) else { continue };
            sink.report(
                facts.stanza.path_span,
                format!("`{capability}` on `{}` is still allowed, which {gives}", witness.path),
            )
            .related(grant.path_span, "granted here")
            .witness(format!("{capability} {}", witness.path))
            .help(format!("deny `{mount}/{door}/{below}` and the other paths of the secret as well"));
            break;
        }
    }
}
