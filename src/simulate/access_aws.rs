//! What an AWS identity can do: the statements of its policies, without those that give
//! nothing because all of it is denied or lies outside of what caps it, and the statements of
//! other policies that name it.

use smol_str::SmolStr;

use super::access_row::{Access, Row};
use super::principal::{ChainLink, place};
use crate::aws::document::{Document, Effect, ListElement, PolicyKind, Statement, statement_name};
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::model::aws::{Binding, Mention};
use crate::model::{AwsIdentity, AwsIdentityId, DeclId, Model, VaultPrincipal};
use crate::region::aws::{Answer, Policies};
use crate::source::SourceMap;
use crate::syntax::Text;
use crate::vault::dialect::Dialect;

/// A policy of the identity or of a group of it.
struct Held<'m> {
    name: String,
    document: &'m Document,
    /// What it depends on whether the identity has it; empty where it certainly does.
    given_if: Vec<SmolStr>,
    chain: Vec<ChainLink>,
}

/// What caps an identity.
struct Cap<'m> {
    /// As notes name it.
    name: String,
    documents: Vec<&'m Document>,
    /// Whether its Allow statements are all there are.
    closed: bool,
}

pub(super) fn of(model: &Model, sources: &SourceMap, dialect: Dialect, id: AwsIdentityId) -> Access {
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
    rows(model, sources, identity, std::slice::from_ref(&start), &mut out);
    out.rows.extend(named(model, sources, id, &start));
    // what is denied is denied whatever stands below
    out.rows.sort_by_key(|row| !row.denies);
    for role in model.aws.logins_of(id) {
        let name = model.principal_name(VaultPrincipal::Role(role));
        let admin = model.escalation_for(dialect).is_admin(VaultPrincipal::Role(role));
        let more = if admin { ", which can get every policy there" } else { "" };
        out.notes.push(format!("it may log in to Vault as `{name}`{more}"));
    }
    out
}

/// What an identity may do, its groups and what caps it included.
pub(super) fn rows(model: &Model, sources: &SourceMap, identity: &AwsIdentity, chain: &[ChainLink], out: &mut Access) {
    let mut all = held(model, identity, chain, &[], out);
    for group in &identity.groups {
        let Some(of_group) = model.aws.identity(*group) else { continue };
        let chain: Vec<ChainLink> =
            chain.iter().cloned().chain([ChainLink { name: model.aws.name_of(*group), place: None }]).collect();
        let member = identity.groups_if.iter().filter(|(of, _)| of == group).flat_map(|(_, refs)| refs);
        let given_if: Vec<SmolStr> = member.chain(&of_group.exists_if).cloned().collect();
        all.extend(held(model, of_group, &chain, &given_if, out));
    }
    let caps = caps(model, identity, out);
    let gives = Gives::new(&all, &caps);
    let mut rows = Vec::new();
    for (at, held) in all.iter().enumerate() {
        for (index, statement) in held.document.statements.iter().enumerate() {
            match gives.nothing(at, index, statement) {
                Some(why) => {
                    let name = statement_name(index, statement);
                    out.notes.push(format!("{name} of policy `{}` gives nothing: {why}", held.name));
                }
                None => rows.push(row(sources, held, index, statement)),
            }
        }
    }
    // what is denied is denied whatever stands below
    rows.sort_by_key(|row| !row.denies);
    out.rows.extend(rows);
}

/// The statements of resource and trust policies that name an identity itself. What else they
/// let in, such as everybody, or all of an account, is not told of each.
fn named(model: &Model, sources: &SourceMap, id: AwsIdentityId, start: &ChainLink) -> Vec<Row> {
    let roles = model.aws.identities().filter_map(|id| model.aws.identity(id));
    let trusts = roles.flat_map(|role| role.trust.iter().map(|decl| (*decl, role.name.clone())));
    let on_resources = model.aws.resource_policies.iter().map(|decl| (*decl, None));
    let mut rows = Vec::new();
    for (decl, role) in trusts.chain(on_resources) {
        let Some((name, document)) = policy_of(model, decl) else { continue };
        let kind = if role.is_some() { "trust policy" } else { "resource policy" };
        let link = ChainLink { name: format!("{kind} {name}"), place: None };
        let chain = vec![start.clone(), link];
        let held = Held { name, document, given_if: model.given_if(decl).to_vec(), chain };
        for (index, statement) in document.statements.iter().enumerate() {
            let Some(element) = statement.principal.as_ref().filter(|element| !element.negated) else { continue };
            let known = element.entries.iter().map(|entry| entry.item.span);
            let mut places = known.chain(element.unknowns.iter().map(|what| what.span));
            if places.any(|place| model.aws.mentioned(decl, place) == Some(Mention::Identity(id))) {
                let row = row(sources, &held, index, statement);
                let of_role = role.iter().map(|role| format!("role/{role}"));
                rows.push(Row { resources: row.resources.iter().cloned().chain(of_role).collect(), ..row });
            }
        }
    }
    rows
}

fn held<'m>(
    model: &'m Model,
    identity: &'m AwsIdentity,
    chain: &[ChainLink],
    given_if: &[SmolStr],
    out: &mut Access,
) -> Vec<Held<'m>> {
    out.depends_on
        .extend(identity.missing.iter().map(|what| format!("{what}, which is attached but not in the model")));
    let mut all = Vec::new();
    for decl in &identity.policies {
        let Some((name, document)) = policy_of(model, *decl) else { continue };
        out.policies.push(name.clone());
        let mut refs = given_if.to_vec();
        for name in attached_if(model, identity, *decl) {
            if !refs.contains(name) {
                refs.push(name.clone());
            }
        }
        let link = ChainLink { name: format!("policy {name}"), place: None };
        let chain = chain.iter().cloned().chain([link]).collect();
        all.push(Held { name, document, given_if: refs, chain });
    }
    all
}

/// What it depends on whether an identity has a policy that is attached to it.
fn attached_if<'m>(model: &'m Model, identity: &'m AwsIdentity, decl: DeclId) -> impl Iterator<Item = &'m SmolStr> {
    let attached = identity.attached_if.iter().filter(move |(of, _)| *of == decl).flat_map(|(_, refs)| refs);
    attached.chain(model.given_if(decl))
}

/// The session policies, the boundary and the organization's policies, as far as they are
/// certainly there.
fn caps<'m>(model: &'m Model, identity: &'m AwsIdentity, out: &mut Access) -> Vec<Cap<'m>> {
    let mut caps = Vec::new();
    let certain = |decl: DeclId| attached_if(model, identity, decl).next().is_none();
    let mut sessions = Cap { name: "the session policy".to_owned(), documents: Vec::new(), closed: true };
    for session in &identity.session {
        let Some((name, document)) = policy_of(model, *session) else { continue };
        out.notes.push(format!("the session policy `{name}` caps what the role may do"));
        sessions.closed &= certain(*session) && !document.statements_unknown;
        sessions.documents.push(document);
    }
    if !sessions.documents.is_empty() && sessions.closed {
        caps.push(sessions);
    }
    if let Some((decl, (name, document))) = identity.boundary.and_then(|decl| Some((decl, policy_of(model, decl)?))) {
        let given_if: Vec<&str> = attached_if(model, identity, decl).map(SmolStr::as_str).collect();
        let only = if certain(decl) { String::new() } else { format!(" where {} gives it", given_if.join(", ")) };
        out.notes.push(format!("the permissions boundary `{name}` caps all of this{only}"));
        if certain(decl) {
            let closed = !document.statements_unknown;
            caps.push(Cap { name: format!("the permissions boundary `{name}`"), documents: vec![document], closed });
        }
    }
    if identity.kind == AwsPrincipalKind::Group {
        return caps;
    }
    let (binding, perhaps): (Vec<Binding<'_>>, Vec<Binding<'_>>) =
        model.binding(PolicyKind::Scp, identity.account()).partition(|level| level.certain);
    if !binding.is_empty() {
        out.notes.push("the service control policies of the model cap all of this".to_owned());
    }
    if !perhaps.is_empty() {
        let places: Vec<String> = perhaps.iter().map(|level| format!("of {}", level.place())).collect();
        let places = places.join(", ");
        out.notes.push(format!("the service control policies {places} cap all of this where it is in there"));
    }
    for level in binding {
        let there = level.policies().iter().filter(|policy| !policy.may_be_absent());
        let documents: Vec<&Document> = there.map(|policy| policy.document.as_ref()).collect();
        let closed =
            documents.len() == level.policies().len() && !documents.iter().any(|document| document.statements_unknown);
        caps.push(Cap { name: "the service control policies".to_owned(), documents, closed });
    }
    caps
}

/// Which statements give something.
struct Gives<'c> {
    policies: Policies,
    /// The Deny statements that are certainly there.
    denies: Vec<usize>,
    /// The Allow statements of each cap that is known as a whole, with its name.
    caps: Vec<(&'c str, Vec<usize>)>,
}

impl<'c> Gives<'c> {
    fn new(held: &[Held<'_>], caps: &'c [Cap<'_>]) -> Self {
        let documents = held.iter().map(|held| held.document).chain(caps.iter().flat_map(|cap| cap.documents.clone()));
        let documents: Vec<&Document> = documents.collect();
        let policies = Policies::new(documents.iter().copied());
        let of = |from: usize, to: usize, effect: Effect| -> Vec<usize> {
            let refs = policies.refs().iter().enumerate().filter(|(_, at)| (from..to).contains(&at.document));
            let wanted = refs.filter(|(_, at)| {
                let statement = documents.get(at.document).and_then(|document| document.statements.get(at.statement));
                statement.is_some_and(|statement| statement.effect == Some(effect))
            });
            wanted.map(|(index, _)| index).collect()
        };
        let mut denies = Vec::new();
        for (at, _) in held.iter().enumerate().filter(|(_, held)| held.given_if.is_empty()) {
            denies.extend(of(at, at + 1, Effect::Deny));
        }
        let mut from = held.len();
        let mut closed = Vec::new();
        for cap in caps {
            let to = from + cap.documents.len();
            denies.extend(of(from, to, Effect::Deny));
            if cap.closed {
                closed.push((cap.name.as_str(), of(from, to, Effect::Allow)));
            }
            from = to;
        }
        Self { policies, denies, caps: closed }
    }

    /// Why an Allow statement gives nothing; none where it gives something, or may.
    fn nothing(&self, document: usize, index: usize, statement: &Statement) -> Option<String> {
        if statement.effect != Some(Effect::Allow) {
            return None;
        }
        let at = self.policies.refs().iter().position(|at| at.document == document && at.statement == index)?;
        let passes = |caps: &[Vec<usize>], denies: &[usize]| self.policies.passes(at, caps, denies) != Answer::No;
        let all: Vec<Vec<usize>> = self.caps.iter().map(|(_, allows)| allows.clone()).collect();
        if passes(&all, &self.denies) {
            return None;
        }
        if !passes(&[], &[]) {
            return Some("it matches nothing".to_owned());
        }
        for (name, allows) in &self.caps {
            if !passes(std::slice::from_ref(allows), &[]) {
                return Some(format!("{name} allow{} none of it", if name.ends_with('s') { "" } else { "s" }));
            }
        }
        Some(if passes(&[], &self.denies) {
            "what caps it leaves none of it".to_owned()
        } else {
            "all of it is denied".to_owned()
        })
    }
}

fn row(sources: &SourceMap, held: &Held<'_>, index: usize, statement: &Statement) -> Row {
    let list = |element: &Option<ListElement>| {
        let negated = element.as_ref().is_some_and(|e| e.negated);
        let items = element.iter().flat_map(|e| e.items.iter().map(|item| item.text.display()));
        let unknown = element.iter().flat_map(|e| e.unknowns.iter().map(|what| Text::unknown(what.clone()).display()));
        items.chain(unknown).map(|text| if negated { format!("all but {text}") } else { text }).collect::<Vec<_>>()
    };
    let conditions = statement.conditions.iter();
    let conditions = conditions.map(|c| format!("{} {}", c.operator.display(), c.key.display()));
    let perhaps = !held.given_if.is_empty();
    let attached = perhaps.then(|| format!("only where {} gives the policy", held.given_if.join(", ")));
    let at = place(sources, statement.span);
    let mut chain = held.chain.clone();
    chain.push(ChainLink { name: statement_name(index, statement).to_string(), place: at.clone() });
    Row {
        pattern: list(&statement.action).join(", "),
        resources: list(&statement.resource),
        can: vec![if statement.effect == Some(Effect::Deny) { "deny" } else { "allow" }.to_owned()],
        denies: statement.effect == Some(Effect::Deny),
        undetermined: statement.effect.is_none() || statement.conditions_unknown || perhaps,
        limits: conditions.chain(attached).collect(),
        chain,
        place: at,
        ..Row::empty()
    }
}

fn policy_of(model: &Model, decl: DeclId) -> Option<(String, &Document)> {
    let declaration = model.declaration(decl)?;
    let Item::AwsPolicy(policy) = &declaration.item else { return None };
    let name = policy.name.as_ref().map_or_else(|| declaration.address.to_string(), |(text, _)| text.display());
    Some((name, &policy.document))
}
