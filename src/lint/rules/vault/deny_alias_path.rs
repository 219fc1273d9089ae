use super::stanza_rules_common::{denials, rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext, WRITES};
use crate::pattern::path::PathLang;

pub(super) const CHECK: Check = Check::VaultPolicy(check);

/// Paths that do the same, each as a prefix with what may follow (spec: vault-roles, section 0).
const ALIASES: &[(&str, &str)] = &[
    ("sys/policies/acl/*", "sys/policy/*"),
    ("sys/auth/+/tune", "sys/mounts/auth/+/tune"),
    ("identity/entity-alias", "identity/alias"),
    ("identity/entity-alias", "identity/persona"),
    ("identity/entity-alias/*", "identity/alias/*"),
    ("identity/entity-alias/*", "identity/persona/*"),
    ("sys/rotate", "sys/rotate/keyring"),
    ("auth/token/create", "auth/token/create-orphan"),
    ("pki/issue/*", "pki/issuer/+/issue/+"),
    ("pki/sign/*", "pki/issuer/+/sign/+"),
];

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let denied: Vec<_> = denials(context).collect();
    if denied.is_empty() {
        return;
    }
    let Some(rules) = rules(context) else { return };
    for facts in denied {
        let both = ALIASES.iter().flat_map(|(a, b)| [(a, b), (b, a)]);
        for (own, other) in both {
            // the deny must be about this endpoint, not about all of `sys/`
            let own = PathLang::parse(own);
            let about = facts.lang.contains(&own) && facts.path.len() + 2 >= own.shortest().len();
            if !about && !own.contains(&facts.lang) {
                continue;
            }
            let Some(witness) = rules.reach(&PathLang::parse(other), WRITES) else { continue };
            let Some(grant) = stanza(context, &rules, witness.rule) else { continue };
            let path = facts.stanza.path.display();
            sink.report(
                facts.stanza.path_span,
                format!("`{}` does the same as `{path}` and is still allowed", witness.path),
            )
            .related(grant.path_span, "granted here")
            .witness(format!("{} {}", witness.capability, witness.path))
            .help(format!("deny `{other}` as well"));
            break;
        }
    }
}
