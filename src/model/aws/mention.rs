//! Which identities and policies of the model a document names one by one.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::runner::{self, AwsRunnerId};
use super::{AwsIdentityId, AwsModel, Linker, arn_in};
use crate::aws::document::{Document, Item as Member, PrincipalEntry, PrincipalKind, Statement};
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::model::ids::DeclId;
use crate::source::{HOLE, Span, Unknown};
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

/// The resources and principals of documents that are the ARN of one identity and nothing
/// besides, by their places.
pub(super) type References = FxHashMap<DeclId, Vec<(Span, AwsIdentityId)>>;

impl AwsModel {
    /// A document of the model in which references to the ARNs of declared identities are those
    /// ARNs, which are in `account` where nothing else is known.
    pub(super) fn spelled_out(&self, decl: DeclId, document: &Document, account: &str) -> Document {
        let mut document = document.clone();
        let Some(all) = self.references.get(&decl) else { return document };
        let arn = |place: Span| {
            let (_, id) = all.iter().find(|(span, _)| *span == place)?;
            Some(Text::plain(arn_in(self.identity(*id)?, account), place.start))
        };
        let spell = |member: &mut Member| {
            if let Some(text) = arn(member.span) {
                member.text = text;
            }
        };
        let told = |unknowns: &mut Vec<Unknown>, unknown: &mut bool| -> Vec<Member> {
            let told = unknowns.extract_if(.., |what| arn(what.span).is_some());
            let told = told.filter_map(|what| Some(Member { text: arn(what.span)?, span: what.span })).collect();
            *unknown &= !unknowns.is_empty();
            told
        };
        for shared in &mut document.statements {
            if !named(shared, true).any(|(_, place)| arn(place).is_some()) {
                continue;
            }
            let statement = Arc::make_mut(shared);
            if let Some(list) = &mut statement.resource {
                list.items.iter_mut().for_each(spell);
                list.items.extend(told(&mut list.unknowns, &mut list.unknown));
            }
            if let Some(element) = &mut statement.principal {
                element.entries.iter_mut().for_each(|entry| spell(&mut entry.item));
                let (kind, key_span) = (PrincipalKind::Aws, element.key_span);
                let told = told(&mut element.unknowns, &mut element.unknown);
                element.entries.extend(told.into_iter().map(|item| PrincipalEntry { kind, key_span, item }));
            }
        }
        document
    }
}

/// Whether a text is a reference to an ARN, and nothing that is made of one.
fn is_an_arn(text: &Text) -> bool {
    let [hole] = text.holes() else { return false };
    let [reference] = hole.unknown.refs.as_slice() else { return false };
    let attribute = reference.rsplit('.').next().unwrap_or_default();
    hole.unknown.whole && attribute.eq_ignore_ascii_case("arn") && text.raw().chars().eq([HOLE])
}

impl Linker<'_> {
    pub(super) fn references(&self, policies: &[DeclId]) -> References {
        let mut found = References::default();
        for decl in policies {
            let Some(policy) = self.policy(*decl) else { continue };
            for (text, span) in policy.document.statements.iter().flat_map(|statement| named(statement, true)) {
                if is_an_arn(&text)
                    && let Some(Mention::Identity(id)) = self.meant(*decl, &text)
                {
                    found.entry(*decl).or_default().push((span, id));
                }
            }
        }
        found
    }

    pub(super) fn mentions(&self, policies: &[DeclId]) -> FxHashMap<(DeclId, Span), Mention> {
        let mut found = FxHashMap::default();
        for decl in policies {
            let Some(policy) = self.policy(*decl) else { continue };
            for statement in &policy.document.statements {
                for (text, span) in named(statement, false) {
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
fn named(statement: &Statement, excepted: bool) -> impl Iterator<Item = (Text, Span)> {
    let resource = statement.resource.iter().filter(move |list| excepted || !list.negated);
    let principal = statement.principal.iter().filter(move |element| excepted || !element.negated);
    let items = resource.clone().flat_map(|list| &list.items);
    let entries = principal.clone().flat_map(|element| &element.entries).map(|entry| &entry.item);
    let unknown = resource.flat_map(|list| &list.unknowns).chain(principal.flat_map(|element| &element.unknowns));
    let known = items.chain(entries).map(|item| (item.text.clone(), item.span));
    known.chain(unknown.map(|what| (Text::unknown(what.clone()), what.span)))
}
