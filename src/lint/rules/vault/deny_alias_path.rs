use super::stanza_rules_common::{denials, rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext, WRITES};
use crate::pattern::path::PathLang;
use crate::vault::capability::{Capabilities, Capability};

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
];

/// The same below the mounts of a type.
const BELOW: &[(&str, &str, &str)] = &[
    ("aws", "creds/*", "sts/*"),
    ("pki", "issue/*", "issuer/+/issue/+"),
    ("pki", "sign/*", "issuer/+/sign/+"),
    ("pki", "sign-verbatim", "issuer/+/sign-verbatim"),
    ("pki", "root/sign-intermediate", "issuer/+/sign-intermediate"),
    ("ssh", "sign/*", "issue/*"),
];

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let denied: Vec<_> = denials(context).collect();
    if denied.is_empty() {
        return;
    }
    let Some(rules) = rules(context) else { return };
    for facts in denied {
        let fixed = ALIASES.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        let below = BELOW.iter().filter_map(|(kind, a, b)| {
            let mount = mount(context, facts.path, kind)?;
            Some((format!("{mount}/{a}"), format!("{mount}/{b}")))
        });
        let both = fixed.chain(below).flat_map(|(a, b)| [(a.clone(), b.clone()), (b, a)]);
        for (own, other) in both {
            let other = twin(&own, &other, facts.path);
            // the deny must be about this endpoint, not about all of `sys/`
            let own = PathLang::parse(&own);
            let about = facts.lang.contains(&own) && facts.path.len() + 2 >= own.shortest().len();
            if !about && !own.contains(&facts.lang) {
                continue;
            }
            let Some(witness) = rules.reach(&PathLang::parse(&other), wanted(&other)) else { continue };
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

/// The other path for what is denied: where one name is, that name's.
fn twin(own: &str, other: &str, path: &str) -> String {
    let name = own.strip_suffix('*').and_then(|head| path.strip_prefix(head)).filter(|name| !name.is_empty());
    match (name, other.strip_suffix(['*', '+'])) {
        (Some(name), Some(head)) => format!("{head}{name}"),
        _ => other.to_owned(),
    }
}

/// The mount that a path lies at, where it is of that type: it is declared as such, or, where
/// it is not declared, called after it.
fn mount<'a>(context: &VaultPolicyContext<'_>, path: &'a str, kind: &str) -> Option<&'a str> {
    let model = &context.inputs.model.vault;
    if let Some(declared) = model.mount_of("", path).and_then(|id| model.mount(id)) {
        let at = declared.path.as_deref().filter(|_| declared.kind.as_deref() == Some(kind))?;
        return path.get(..at.len());
    }
    path.split('/').next().filter(|first| first.starts_with(kind) && !first.contains(['*', '+', '{']))
}

/// What the endpoint is there for: credentials are read, everything else is written.
fn wanted(path: &str) -> Capabilities {
    if path.contains("/creds/") || path.contains("/sts/") { Capabilities::of(&[Capability::Read]) } else { WRITES }
}
