//! Which identities and policies of the model a document names one by one.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::runner::{self, AwsRunnerId};
use super::{AwsIdentityId, Linker};
use crate::aws::document::Statement;
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::model::ids::DeclId;
use crate::source::{HOLE, Span};
use crate::syntax::Text;

/// What a resource or principal of a statement names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// A user, group or role.
    Identity(AwsIdentityId),
    /// A managed policy.
    Policy(DeclId),
    /// What runs with a role.
    Runner(AwsRunnerId),
}

impl Linker<'_> {
    pub(super) fn mentions(&self, policies: &[DeclId]) -> FxHashMap<(DeclId, Span), Mention> {
        let mut found = FxHashMap::default();
        for decl in policies {
            let Some(policy) = self.policy(*decl) else { continue };
            for statement in &policy.document.statements {
                for (text, span) in named(statement) {
                    if let Some(mention) = self.mention(*decl, &text) {
                        found.insert((*decl, span), mention);
                    }
                }
            }
        }
        found
    }

    fn mention(&self, from: DeclId, text: &Text) -> Option<Mention> {
        let raw = text.raw();
        let Some(rest) = raw.strip_prefix("arn:").map(|rest| rest.splitn(5, ':').last().unwrap_or_default()) else {
            return if raw.chars().eq([HOLE]) { self.meant(from, text) } else { None };
        };
        if raw.split(':').nth(2) != Some("iam") {
            return self.runner(from, text).map(Mention::Runner);
        }
        let (kind, name) = rest.split_once('/')?;
        let name = name.rsplit('/').next().unwrap_or(name);
        if name.chars().eq([HOLE]) {
            // the name is the last of what is not known
            let refs = &text.holes().last()?.unknown.refs;
            return refs.iter().find_map(|reference| self.referenced(from, reference));
        }
        if name.contains([HOLE, '*', '?', '$']) {
            return None;
        }
        let kind = match kind {
            "user" => AwsPrincipalKind::User,
            "group" => AwsPrincipalKind::Group,
            "role" => AwsPrincipalKind::Role,
            "policy" => {
                let found = self.policies.get(name)?;
                return self.scope.nearest(from, found.iter().map(|id| (*id, *id))).map(Mention::Policy);
            }
            _ => return None,
        };
        let found = self.names.get(&(kind, SmolStr::new(name)))?;
        let same = found.iter().copied().filter(|(_, decl)| self.may_be(*decl, raw));
        self.scope.nearest(from, same).map(Mention::Identity)
    }

    /// What a text that is nothing but an expression means.
    fn meant(&self, from: DeclId, text: &Text) -> Option<Mention> {
        text.holes().iter().flat_map(|hole| &hole.unknown.refs).find_map(|reference| self.referenced(from, reference))
    }

    fn referenced(&self, from: DeclId, reference: &SmolStr) -> Option<Mention> {
        let wanted =
            |id: DeclId| matches!(self.declarations.get(id.index()).map(|d| &d.item), Some(Item::AwsPrincipal(_)));
        if let Some(decl) = self.scope.referred_where(from, reference, wanted) {
            return self.places.get(&decl).copied().map(Mention::Identity);
        }
        if !self.runners.is_empty()
            && let Some(id) = self.runner_at(from, reference, runner::ARN)
        {
            return Some(Mention::Runner(id));
        }
        let managed = |id: DeclId| self.policy(id).is_some_and(|policy| policy.attached_to.is_empty());
        self.scope.referred_where(from, reference, managed).map(Mention::Policy)
    }
}

/// The texts of a statement's resources and principals, with their places.
fn named(statement: &Statement) -> impl Iterator<Item = (Text, Span)> {
    let resource = statement.resource.iter().filter(|list| !list.negated);
    let principal = statement.principal.iter().filter(|element| !element.negated);
    let items = resource.clone().flat_map(|list| &list.items);
    let entries = principal.clone().flat_map(|element| &element.entries).map(|entry| &entry.item);
    let unknown = resource.flat_map(|list| &list.unknowns).chain(principal.flat_map(|element| &element.unknowns));
    let known = items.chain(entries).map(|item| (item.text.clone(), item.span));
    known.chain(unknown.map(|what| (Text::unknown(what.clone()), what.span)))
}
