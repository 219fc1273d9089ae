//! Everything a principal can do, compactly: one row a pattern, strongest first, with what
//! stronger rules decide left out.

use super::access_row::{Access, Row};
use super::principal::{ChainLink, Principal, Session, name_of, place};
use super::{access_aws, bridge};
use crate::decision::Decision;
use crate::model::escalation::{Power, PowerKind, Step};
use crate::model::{Model, Target, VaultPrincipal};
use crate::pattern::path::PathLang;
use crate::region::vault::Rules;
use crate::source::SourceMap;
use crate::vault::acl::{Limits, Rule};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::dialect::Dialect;
use crate::vault::endpoints::{self, Mounted};
use crate::vault::parameters::Constraints;
use crate::vault::policy::Policy;

/// The table of a principal.
#[must_use]
pub fn access(model: &Model, sources: &SourceMap, dialect: Dialect, principal: Principal) -> Access {
    match principal {
        Principal::Vault(vault) => of_vault(model, sources, dialect, vault),
        Principal::Aws(id) => access_aws::of(model, sources, dialect, id),
    }
}

fn of_vault(model: &Model, sources: &SourceMap, dialect: Dialect, principal: VaultPrincipal) -> Access {
    let session = Session::new(model, principal, dialect);
    let acl = session.acl();
    let mut out = Access {
        principal: name_of(model, Principal::Vault(principal)),
        system: "vault",
        policies: session.held().iter().map(|held| held.name.to_string()).collect(),
        lifetime: model.lifetime(principal).map(|lifetime| lifetime.to_string()),
        rows: Vec::new(),
        depends_on: Vec::new(),
        notes: Vec::new(),
    };
    if acl.is_root() {
        out.rows.push(Row {
            pattern: "*".to_owned(),
            can: vec!["everything".to_owned()],
            chain: session
                .held()
                .iter()
                .position(|h| h.target == Target::Root)
                .map(|i| session.held_chain(sources, i))
                .unwrap_or_default(),
            ..Row::empty()
        });
        return out;
    }
    out.depends_on = model.effective(principal).unknowns().map(|(text, _)| text).collect();
    for dropped in acl.dropped() {
        let what = if dropped.denies { "a denial of" } else { "the stanza for" };
        out.notes.push(format!("the server leaves out {what} `{}`, because {}", dropped.label, dropped.reason));
    }
    let documents: Vec<&Policy> = session
        .held()
        .iter()
        .filter_map(|held| match held.target {
            Target::Policy(id) => model.policy_document(id),
            _ => None,
        })
        .collect();
    let rules = Rules::new(documents.iter().copied(), dialect);
    let mounts = Mounts::of(model, model.principal_namespace(principal));
    // Region rules are strongest first; those that a template made are found by no path there.
    let rank = |rule: &Rule| {
        let label = rule.pattern.label();
        rules.rules().iter().position(|r| r.path == label)
    };
    let mut ranked: Vec<(Option<usize>, &Rule)> = acl.rules().iter().map(|rule| (rank(rule), rule)).collect();
    ranked.sort_by_key(|(rank, rule)| (rank.unwrap_or(usize::MAX), rule.pattern.label()));
    for (rank, rule) in ranked {
        let label = rule.pattern.label();
        let denies = rule.granted.has(Capability::Deny) || rule.granted.is_empty();
        let mut can = rule.granted;
        if let Some(index) = rank {
            if rules.shadowed(index).is_some() || (denies && rules.narrows(index).is_empty()) {
                continue;
            }
            can = can.minus(rules.dead_capabilities(index));
        }
        let first = rule.stanzas.first();
        out.rows.push(Row {
            can: names(can),
            denies,
            limits: rule.limits.as_deref().map(limits).unwrap_or_default(),
            gives: mounts.gives(&label, can),
            chain: first.map(|at| session.held_chain(sources, at.policy)).unwrap_or_default(),
            place: first.and_then(|at| place(sources, at.path_span)),
            pattern: label,
            ..Row::empty()
        });
    }
    // Stanzas that made no rule and were not dropped depend on something.
    for (policy, held) in session.held().iter().enumerate() {
        let Target::Policy(id) = held.target else { continue };
        let Some(document) = model.policy_document(id) else { continue };
        for (index, stanza) in document.stanzas.iter().enumerate() {
            let is_this = |at: &crate::vault::acl::StanzaRef| at.policy == policy && at.stanza == index;
            let placed = acl.rules().iter().any(|rule| rule.stanzas.iter().any(is_this));
            if placed || acl.dropped().iter().any(|dropped| is_this(&dropped.stanza)) {
                continue;
            }
            out.rows.push(Row {
                pattern: stanza.path.display(),
                can: names(stanza.granted),
                denies: stanza.granted.has(Capability::Deny),
                undetermined: true,
                chain: session.held_chain(sources, policy),
                place: place(sources, stanza.path_span),
                ..Row::empty()
            });
        }
    }
    let escalation = model.escalation_for(dialect);
    if let Some(steps) = escalation.steps(principal).filter(|steps| !steps.is_empty()) {
        out.notes.push(format!("it can get every policy: it {}", way(steps)));
    }
    out.notes.extend(escalation.powers(principal).iter().map(gain));
    for handed in bridge::handed_to(model, sources, &session) {
        let Some(identity) = model.aws.identity(handed.identity) else { continue };
        let name = model.aws.name_of(handed.identity);
        let mut chain = handed.chain;
        chain.push(ChainLink { name: name.clone(), place: None });
        let before = out.rows.len();
        access_aws::rows(model, sources, identity, &chain, &mut out);
        for row in out.rows.iter_mut().skip(before) {
            row.undetermined |= handed.decision == Decision::Undetermined;
        }
        out.notes.push(format!("the credentials of `{name}` act in AWS: the rows with resources"));
    }
    out
}

/// Steps with their requests, for people.
fn way(steps: &[Step]) -> String {
    let step = |step: &Step| {
        let requests: Vec<String> = step.requests.iter().map(|r| format!("`{} {}`", r.capability, r.path)).collect();
        format!("{} ({})", step.what, requests.join(" and "))
    };
    steps.iter().map(step).collect::<Vec<_>>().join(", then ")
}

/// A power, for people.
fn gain(power: &Power) -> String {
    let over = match power.over.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    };
    let can = match power.kind {
        PowerKind::Server => "it can own the server".to_owned(),
        PowerKind::Engine => format!("it can act as administrator of {over}"),
        PowerKind::Content => format!("it can reach {over}"),
        PowerKind::Namespace if over.is_empty() => "it can get every policy of a namespace of its own".to_owned(),
        PowerKind::Namespace => format!("it can get every policy of {over}"),
        PowerKind::Control if over.is_empty() => "it can weaken what others rely on".to_owned(),
        PowerKind::Control => format!("it can weaken what others rely on at {over}"),
        PowerKind::Identity => "it can pass for others elsewhere".to_owned(),
    };
    let given = power.given.map(|given| format!("; that takes {given}")).unwrap_or_default();
    format!("{can}: it {}{given}", way(&power.steps))
}

fn names(capabilities: Capabilities) -> Vec<String> {
    capabilities.iter().map(|c| c.name().to_owned()).collect()
}

/// The limits of a rule, a phrase each.
fn limits(limits: &Limits) -> Vec<String> {
    let mut out = Vec::new();
    if limits.allowed != Constraints::default() {
        out.push("only some parameters".to_owned());
    }
    if limits.denied != Constraints::default() {
        out.push("some parameters are denied".to_owned());
    }
    if !limits.required.is_empty() {
        out.push(format!("requires {}", limits.required.join(", ")));
    }
    if limits.min_wrapping_ttl > 0 || limits.max_wrapping_ttl > 0 {
        out.push("response wrapping".to_owned());
    }
    if limits.pagination_limit > 0 {
        out.push(format!("pages of at most {}", limits.pagination_limit));
    }
    if limits.response_filter.is_some() {
        out.push("listed keys are filtered".to_owned());
    }
    if !limits.mfa_methods.is_empty() {
        out.push("a second factor".to_owned());
    }
    if limits.control_group.is_some() {
        out.push("approvals".to_owned());
    }
    out
}

/// What holds behind paths, by the declared mounts of a namespace.
struct Mounts(Vec<(PathLang, Mounted)>);

impl Mounts {
    fn of(model: &Model, namespace: &str) -> Self {
        let declared = model.vault.mounts.iter().filter(|mount| mount.namespace == namespace);
        let known = declared.filter_map(|mount| {
            let path = mount.path.as_deref()?;
            let auth = mount.class == crate::model::MountClass::Auth;
            let engine = endpoints::engine(auth, mount.kind.as_deref()?, mount.kv_version)?;
            Some((PathLang::parse(&format!("{path}/*")), Mounted::new(path, engine)))
        });
        Self(known.collect())
    }

    fn gives(&self, pattern: &str, can: Capabilities) -> Vec<&'static str> {
        let language = PathLang::parse(pattern);
        let mut out: Vec<&'static str> = Vec::new();
        for (mount, mounted) in &self.0 {
            if mount.intersection(&language).is_none() {
                continue;
            }
            for endpoint in mounted.meaning(&language).reached {
                if endpoint.capabilities.meets(can) && !out.contains(&endpoint.gives) {
                    out.push(endpoint.gives);
                }
            }
        }
        out
    }
}
