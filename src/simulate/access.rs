//! Everything a principal can do, compactly: one row a pattern, strongest first, with what
//! stronger rules decide left out.

use serde::Serialize;

use super::bridge;
use super::principal::{ChainLink, Place, Principal, Session, name_of, place};
use crate::aws::document::{Document, Effect, statement_name};
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::decision::Decision;
use crate::model::escalation::Step;
use crate::model::{AwsIdentity, AwsIdentityId, DeclId, Model, Target, VaultPrincipal};
use crate::pattern::path::PathLang;
use crate::region::vault::Rules;
use crate::source::SourceMap;
use crate::vault::acl::{Limits, Rule};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::dialect::Dialect;
use crate::vault::endpoints::{self, Mounted};
use crate::vault::parameters::Constraints;
use crate::vault::policy::Policy;

/// Everything a principal can do.
#[derive(Debug, Clone, Serialize)]
pub struct Access {
    /// The principal's name.
    pub principal: String,
    /// `vault` or `aws`.
    pub system: &'static str,
    /// The policies it has, by name.
    pub policies: Vec<String>,
    /// How long its tokens live, where it is a login or token: `1h, renewable up to 24h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What the table depends on that the model does not tell.
    pub depends_on: Vec<String>,
    /// What stands beside the table: stanzas that the server drops, what is taken for granted.
    pub notes: Vec<String>,
}

/// One row: what can be done on the paths or resources of a pattern, apart from those that
/// a row above it is about.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The Vault path pattern, or the AWS actions.
    pub pattern: String,
    /// The AWS resources; empty for Vault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Capabilities that certainly are granted and can be used; for AWS `allow` or `deny`.
    pub can: Vec<String>,
    /// Whether the row takes away what a row below it would give.
    pub denies: bool,
    /// Whether the row depends on something that is not known.
    pub undetermined: bool,
    /// Limits: parameters, wrapping, conditions.
    pub limits: Vec<String>,
    /// What holds behind the pattern, where the mount is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<&'static str>,
    /// How the principal comes to it.
    pub chain: Vec<ChainLink>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The table of a principal.
#[must_use]
pub fn access(model: &Model, sources: &SourceMap, dialect: Dialect, principal: Principal) -> Access {
    match principal {
        Principal::Vault(vault) => of_vault(model, sources, dialect, vault),
        Principal::Aws(id) => of_aws(model, sources, dialect, id),
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
    for handed in bridge::handed_to(model, sources, &session) {
        let Some(identity) = model.aws.identity(handed.identity) else { continue };
        let name = model.aws.name_of(handed.identity);
        let mut chain = handed.chain;
        chain.push(ChainLink { name: name.clone(), place: None });
        let before = out.rows.len();
        aws_rows(model, sources, identity, &chain, &mut out);
        for row in out.rows.iter_mut().skip(before) {
            row.undetermined |= handed.decision == Decision::Undetermined;
        }
        out.notes.push(format!("the credentials of `{name}` act in AWS: the rows with resources"));
    }
    out
}

impl Row {
    fn empty() -> Self {
        Self {
            pattern: String::new(),
            resources: Vec::new(),
            can: Vec::new(),
            denies: false,
            undetermined: false,
            limits: Vec::new(),
            gives: Vec::new(),
            chain: Vec::new(),
            place: None,
        }
    }
}

/// Steps with their requests, for people.
fn way(steps: &[Step]) -> String {
    let step = |step: &Step| {
        let requests: Vec<String> = step.requests.iter().map(|r| format!("`{} {}`", r.capability, r.path)).collect();
        format!("{} ({})", step.what, requests.join(" and "))
    };
    steps.iter().map(step).collect::<Vec<_>>().join(", then ")
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

fn of_aws(model: &Model, sources: &SourceMap, dialect: Dialect, id: AwsIdentityId) -> Access {
    let mut out = Access {
        principal: model.aws.name_of(id),
        system: "aws",
        policies: Vec::new(),
        lifetime: None,
        rows: Vec::new(),
        depends_on: Vec::new(),
        notes: Vec::new(),
    };
    let Some(identity) = model.aws.identity(id) else { return out };
    let start = ChainLink { name: out.principal.clone(), place: None };
    aws_rows(model, sources, identity, std::slice::from_ref(&start), &mut out);
    for role in model.aws.logins_of(id) {
        let name = model.principal_name(VaultPrincipal::Role(role));
        let admin = model.escalation_for(dialect).is_admin(VaultPrincipal::Role(role));
        let more = if admin { ", which can get every policy there" } else { "" };
        out.notes.push(format!("it may log in to Vault as `{name}`{more}"));
    }
    out
}

/// What an identity may do, its groups and what caps it included.
fn aws_rows(model: &Model, sources: &SourceMap, identity: &AwsIdentity, chain: &[ChainLink], out: &mut Access) {
    rows_of(model, sources, identity, chain, out);
    for group in &identity.groups {
        let Some(of_group) = model.aws.identity(*group) else { continue };
        let mut chain = chain.to_vec();
        chain.push(ChainLink { name: model.aws.name_of(*group), place: None });
        rows_of(model, sources, of_group, &chain, out);
    }
    for session in &identity.session {
        let name = policy_of(model, *session).map_or_else(String::new, |(name, _)| name);
        out.notes.push(format!("the session policy `{name}` caps what the role may do"));
    }
    if let Some(boundary) = identity.boundary {
        let name = policy_of(model, boundary).map_or_else(String::new, |(name, _)| name);
        out.notes.push(format!("the permissions boundary `{name}` caps all of this"));
    }
    if !model.aws.scps.is_empty() && identity.kind != AwsPrincipalKind::Group {
        out.notes.push("the service control policies of the model cap all of this".to_owned());
    }
}

fn rows_of(model: &Model, sources: &SourceMap, identity: &AwsIdentity, chain: &[ChainLink], out: &mut Access) {
    out.depends_on
        .extend(identity.missing.iter().map(|what| format!("{what}, which is attached but not in the model")));
    for decl in &identity.policies {
        let Some((name, document)) = policy_of(model, *decl) else { continue };
        out.policies.push(name.clone());
        for (index, statement) in document.statements.iter().enumerate() {
            let list = |element: &Option<crate::aws::document::ListElement>| {
                let negated = element.as_ref().is_some_and(|e| e.negated);
                let items = element.iter().flat_map(|e| e.items.iter().map(|item| item.text.display()));
                items.map(|text| if negated { format!("all but {text}") } else { text }).collect::<Vec<_>>()
            };
            let limits = statement.conditions.iter();
            let limits = limits.map(|c| format!("{} {}", c.operator.display(), c.key.display())).collect();
            let mut chain = chain.to_vec();
            chain.push(ChainLink { name: format!("policy {name}"), place: None });
            let at = place(sources, statement.span);
            chain.push(ChainLink { name: statement_name(index, statement).to_string(), place: at.clone() });
            out.rows.push(Row {
                pattern: list(&statement.action).join(", "),
                resources: list(&statement.resource),
                can: vec![if statement.effect == Some(Effect::Deny) { "deny" } else { "allow" }.to_owned()],
                denies: statement.effect == Some(Effect::Deny),
                undetermined: statement.effect.is_none() || statement.conditions_unknown,
                limits,
                chain,
                place: at,
                ..Row::empty()
            });
        }
    }
}

fn policy_of(model: &Model, decl: DeclId) -> Option<(String, &Document)> {
    let declaration = model.declaration(decl)?;
    let Item::AwsPolicy(policy) = &declaration.item else { return None };
    let name = policy.name.as_ref().map_or_else(|| declaration.address.to_string(), |(text, _)| text.display());
    Some((name, &policy.document))
}
