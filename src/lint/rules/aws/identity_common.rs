//! Identities of the model with what all their policies say, and which of them are
//! administrators or make themselves such.

use rustc_hash::{FxHashMap, FxHashSet};

use super::grant_common::{Grant, weigh};
use crate::aws::document::{Document, Effect, Statement};
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::lint::holding::{Holding, both, denied};
use crate::lint::{Asked, Inputs, StatementFacts};
use crate::model::ids::DeclId;
use crate::model::{AwsIdentity, AwsIdentityId, AwsMention as Mention, AwsRunner, Ceiling, Left, Wanted};
use crate::source::{HOLE, Span};
use crate::syntax::Text;

/// Managed policies of AWS whose holder is administrator, or becomes it by one call.
const ADMIN: [&str; 2] = [":iam::aws:policy/AdministratorAccess`", ":iam::aws:policy/IAMFullAccess`"];

/// What somebody who acts as an identity has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// What its policies say, as far as is known.
    Plain,
    /// Leave to assume an administrator, which is as it is meant to be: only what takes it over
    /// gains by that.
    Assumes,
    /// A way to become an administrator.
    Escalates,
    /// Everything.
    Admin,
}

/// What rules over identities ask of the model again and again.
pub(super) struct Account<'i> {
    pub(super) inputs: &'i Inputs<'i>,
    /// Of each identity, by its number.
    standings: Vec<Standing>,
}

impl<'i> Account<'i> {
    pub(super) fn new(inputs: &'i Inputs<'i>) -> Self {
        let mut documents = FxHashMap::default();
        let model = &inputs.model.aws;
        let standing = |id| if is_admin(inputs, id, &mut documents) { Standing::Admin } else { Standing::Plain };
        let standings = model.identities().map(standing).collect();
        Self { inputs, standings }
    }

    pub(super) fn standing(&self, id: AwsIdentityId) -> Standing {
        self.standings.get(id.0 as usize).copied().unwrap_or(Standing::Plain)
    }

    /// Notes that an identity can become an administrator.
    pub(super) fn escalates(&mut self, id: AwsIdentityId) {
        self.rises(id, Standing::Escalates);
    }

    /// Notes that an identity has at least that.
    pub(super) fn rises(&mut self, id: AwsIdentityId, to: Standing) {
        if let Some(standing) = self.standings.get_mut(id.0 as usize) {
            *standing = to.max(*standing);
        }
    }

    pub(super) fn name(&self, id: AwsIdentityId) -> String {
        self.inputs.model.aws.name_of(id)
    }

    /// Whoever acts as it, as a message says it: ``the administrator `role/x` ``.
    pub(super) fn described(&self, id: AwsIdentityId) -> String {
        let name = self.name(id);
        match self.standing(id) {
            Standing::Admin => format!("the administrator `{name}`"),
            Standing::Escalates => format!("`{name}`, which can make itself an administrator"),
            Standing::Assumes => format!("`{name}`, which may assume an administrator"),
            Standing::Plain => format!("`{name}`"),
        }
    }

    /// Who has a managed policy.
    pub(super) fn holders(&self, policy: DeclId) -> &'i [AwsIdentityId] {
        document(self.inputs, policy).map_or(&[], |document| self.inputs.model.holders_of(document.span))
    }
}

/// Whether an identity acts by itself, and all that caps it is known.
pub(super) fn is_free(inputs: &Inputs<'_>, identity: &AwsIdentity) -> bool {
    identity.kind != AwsPrincipalKind::Group && identity.issued_by.is_none() && is_bound_by_known(inputs, identity)
}

/// Whether an identity has no permissions boundary, or one that is wholly known.
pub(super) fn is_bound_by_known(inputs: &Inputs<'_>, identity: &AwsIdentity) -> bool {
    let seen = |decl| inputs.model.limiting(decl).is_some_and(|boundary| !boundary.has_unseen());
    identity.boundary.is_none_or(seen) && !identity.missing.iter().any(|missing| missing.contains("boundary"))
}

/// An identity's policies and its groups'.
pub(super) fn documents<'i>(inputs: &Inputs<'i>, identity: &AwsIdentity) -> Vec<(DeclId, &'i Document)> {
    let model = &inputs.model.aws;
    let groups = identity.groups.iter().filter_map(|group| model.identity(*group));
    let all = identity.policies.iter().chain(groups.flat_map(|group| &group.policies)).copied();
    all.filter_map(|decl| Some((decl, document(inputs, decl)?))).collect()
}

pub(super) fn document<'i>(inputs: &Inputs<'i>, decl: DeclId) -> Option<&'i Document> {
    match &inputs.model.declaration(decl)?.item {
        Item::AwsPolicy(policy) => Some(&policy.document),
        _ => None,
    }
}

/// Whether an identity certainly has every action on every resource. What a document says of
/// it is noted, as many may have it.
fn is_admin(inputs: &Inputs<'_>, id: AwsIdentityId, known: &mut FxHashMap<DeclId, bool>) -> bool {
    let model = &inputs.model.aws;
    let Some(identity) = model.identity(id).filter(|identity| identity.boundary.is_none()) else { return false };
    let managed = |missing: &String| ADMIN.iter().any(|end| missing.ends_with(end));
    let mut all = |decl: &DeclId| {
        *known.entry(*decl).or_insert_with(|| {
            document(inputs, *decl)
                .is_some_and(|document| document.statements.iter().any(|statement| allows_all(statement)))
        })
    };
    let groups = identity.groups.iter().filter_map(|group| model.identity(*group));
    identity.missing.iter().any(managed)
        || identity.policies.iter().any(&mut all)
        || groups.flat_map(|group| &group.policies).any(all)
}

fn allows_all(statement: &Statement) -> bool {
    let plain = statement.effect == Some(Effect::Allow) && statement.conditions.is_empty();
    if !plain || statement.conditions_unknown {
        return false;
    }
    let facts = StatementFacts::new(statement);
    let resource = !facts.not_resource && facts.any_resource().is_some();
    resource && !facts.not_action && facts.actions.iter().any(|item| item.is_all())
}

/// An identity that may gain something, with the facts of all its statements.
pub(super) struct Holder<'i> {
    pub(super) id: AwsIdentityId,
    pub(super) identity: &'i AwsIdentity,
    pub(super) statements: Vec<StatementFacts<'i>>,
    /// The document of each statement.
    pub(super) owners: Vec<DeclId>,
    /// What the Allow statements name, by the statement.
    mentions: Vec<(usize, Span, &'i str, Mention)>,
    inputs: &'i Inputs<'i>,
    ceiling: Ceiling<'i>,
}

impl<'i> Holder<'i> {
    /// The facts of an identity one of whose statements is of interest.
    pub(super) fn new(inputs: &'i Inputs<'i>, id: AwsIdentityId, wanted: impl Fn(&Statement) -> bool) -> Option<Self> {
        let identity = inputs.model.aws.identity(id)?;
        let documents = documents(inputs, identity);
        if !documents.iter().flat_map(|(_, document)| &document.statements).any(|statement| wanted(statement)) {
            return None;
        }
        let each = documents.iter().flat_map(|(decl, document)| document.statements.iter().map(|s| (*decl, s)));
        let (owners, statements): (Vec<_>, Vec<_>) =
            each.map(|(decl, statement)| (decl, StatementFacts::new(statement))).unzip();
        let mentions = mentions(inputs, &statements, &owners);
        Some(Self { id, identity, statements, owners, mentions, inputs, ceiling: Ceiling::of(inputs.model, identity) })
    }

    /// The statements, with what limits it.
    pub(super) fn holding(&self) -> Holding<'_> {
        Holding::by(&self.statements, &self.ceiling)
    }

    /// What is left to it of an action on something of the model.
    pub(super) fn left(&self, action: &str, text: &str, mention: Mention, services: &[&str]) -> Left {
        if self.ceiling.is_open() {
            return Left::Whole;
        }
        let model = self.inputs.model;
        let whole = text.starts_with("arn:") && !text.contains([HOLE, '$']);
        let meant = match mention {
            _ if whole => None,
            Mention::Identity(id) => model.arn_pattern(id),
            Mention::Policy(decl) => match model.declaration(decl).map(|d| &d.item) {
                Some(Item::AwsPolicy(policy)) => policy.name.as_ref().and_then(|(name, _)| policy_pattern(name)),
                _ => None,
            },
            Mention::Runner(id) => model.aws.runner(id).map(AwsRunner::arn_pattern),
        };
        let resource = meant.as_deref().unwrap_or(text);
        self.ceiling.left(Wanted { action, resource, all: true, surely: false, services })
    }

    /// The statements with their documents.
    pub(super) fn each(&self) -> impl Iterator<Item = (&StatementFacts<'i>, DeclId)> {
        self.statements.iter().zip(self.owners.iter().copied())
    }

    /// Whether its statements name one of those identities, or what runs as one.
    pub(super) fn speaks_of(&self, inputs: &Inputs<'_>, ids: &FxHashSet<AwsIdentityId>) -> bool {
        self.mentions.iter().any(|(_, _, _, mention)| match mention {
            Mention::Identity(id) => ids.contains(id),
            Mention::Policy(_) => false,
            Mention::Runner(id) => inputs.model.aws.runner(*id).is_some_and(|runner| ids.contains(&runner.role)),
        })
    }

    /// What the statements grant on identities and policies of the model that they name.
    pub(super) fn named<'f>(&'f self, action: &'static str) -> Vec<(Grant<'f>, Mention)> {
        let asked = Asked::new(action);
        let mut found = Vec::new();
        for (at, place, text, mention) in &self.mentions {
            let Some(facts) = self.statements.get(*at) else { continue };
            let Some(span) = facts.applies_to_asked(&asked) else { continue };
            // what a role may be passed to is looked at where that is known
            let limits = || if action == "iam:passrole" { Left::Whole } else { self.left(action, text, *mention, &[]) };
            let wanted = Wanted { action, resource: text, all: true, surely: false, services: &[] };
            let left = || both(denied(&self.statements, wanted), limits);
            let Some((lowered, capped)) = weigh(facts, action, left) else { continue };
            found.push((Grant { action, span, resource: Some(*place), lowered, capped, facts }, *mention));
        }
        found
    }
}

/// A pattern of the ARN of a managed policy, by its name or ARN.
fn policy_pattern(name: &Text) -> Option<String> {
    let name = name.known()?;
    Some(if name.starts_with("arn:") { name.to_owned() } else { format!("arn:aws:iam::*:policy/{name}") })
}

/// What Allow statements name, with its place and text.
fn mentions<'i>(
    inputs: &Inputs<'i>,
    statements: &[StatementFacts<'i>],
    owners: &[DeclId],
) -> Vec<(usize, Span, &'i str, Mention)> {
    let model = &inputs.model.aws;
    let mut found = Vec::new();
    for (at, (facts, owner)) in statements.iter().zip(owners).enumerate().filter(|(_, (facts, _))| facts.allow) {
        let statement: &'i Statement = facts.statement;
        let Some(list) = &statement.resource else { continue };
        let items = list.items.iter().map(|item| (item.span, item.text.raw()));
        for (place, text) in items.chain(list.unknowns.iter().map(|what| (what.span, ""))) {
            found.extend(model.mentioned(*owner, place).map(|mention| (at, place, text, mention)));
        }
    }
    found
}
