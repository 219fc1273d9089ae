//! What limits those who hold a policy: the organization's policies, permissions boundaries
//! and what other policies of theirs deny.

use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::bearing::{compiled, policy};
use super::organization::{Binding, Prepared};
use super::wanted::{Left, WantedByAnybody};
use super::{AwsIdentity, AwsIdentityId, NO_ACCOUNT, account_of, kind_name};
use crate::aws::document::{Document, Effect, ListElement, PolicyKind, Statement};
use crate::aws::evaluate::{PreparedPolicy, Request};
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::model::{DeclId, Model};
use crate::source::{HOLE, Span};
use crate::syntax::{Node, Value};

/// What limits identities, compiled when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Caps {
    scps: OnceLock<Vec<Prepared>>,
    rcps: OnceLock<Vec<Prepared>>,
    accounts: OnceLock<Vec<SmolStr>>,
    policies: OnceLock<FxHashMap<DeclId, PreparedPolicy>>,
    holders: OnceLock<FxHashMap<Span, Vec<AwsIdentityId>>>,
    /// By level of the organization, whether it certainly binds, and action: the policies that
    /// may be about it.
    about: Mutex<FxHashMap<(usize, bool, SmolStr), About>>,
    /// By action: which levels may take away of it.
    telling: Mutex<FxHashMap<SmolStr, Arc<[bool]>>>,
    /// What a level leaves of what anybody is granted, as far as it was asked.
    left: Mutex<FxHashMap<AskedOfLevel, Left>>,
}

/// A level of the organization, whether it certainly binds, and what it is asked for.
pub(super) type AskedOfLevel = (usize, bool, WantedByAnybody);

/// The policies of a level that may be about an action.
type About = Arc<[Places]>;

/// A policy of the organization, and its statements that may be about an action.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) policy: usize,
    pub(super) statements: Vec<usize>,
}

/// Accounts that stand in for one that is not known.
const MOST_ACCOUNTS: usize = 8;

impl Model {
    /// The levels of the organization's policies of a kind, compiled.
    pub(super) fn prepared_levels(&self, kind: PolicyKind) -> &[Prepared] {
        let levels = if kind == PolicyKind::Rcp { &self.aws.caps.rcps } else { &self.aws.caps.scps };
        levels.get_or_init(|| self.prepare_levels(kind))
    }

    /// The policies of a level some of whose statements may be about an action, which `asked`
    /// makes a request of. Many documents ask about few actions, so that each is looked for once.
    pub(super) fn level_about(
        &self,
        level: Binding<'_>,
        action: &str,
        asked: impl FnOnce() -> Option<Request>,
    ) -> Option<About> {
        let key = (level.index, level.certain, SmolStr::new(action));
        if let Some(known) = self.aws.caps.about.lock().ok().and_then(|known| known.get(&key).cloned()) {
            return Some(known);
        }
        let asked = asked()?;
        let all = level.policies().iter().enumerate();
        let all = all.map(|(policy, prepared)| (Places { policy, statements: prepared.about(&asked) }, prepared));
        let found: About = all.filter(|(places, own)| matters(own, places)).map(|(places, _)| places).collect();
        if let Ok(mut known) = self.aws.caps.about.lock() {
            known.insert(key, Arc::clone(&found));
        }
        Some(found)
    }

    /// Which levels of service control policies may take away of an action, which `asked` makes a
    /// request of, by their places among them.
    pub(super) fn levels_telling_of(&self, action: &str, asked: impl FnOnce() -> Option<Request>) -> Arc<[bool]> {
        let key = SmolStr::new(action);
        if let Some(known) = self.aws.caps.telling.lock().ok().and_then(|known| known.get(&key).cloned()) {
            return known;
        }
        let asked = asked();
        let tells = |policy: &PreparedPolicy| asked.as_ref().is_none_or(|asked| !policy.about(asked).is_empty());
        let levels = self.prepared_levels(PolicyKind::Scp).iter();
        let found: Arc<[bool]> = levels.map(|level| level.caps || level.declared().any(tells)).collect();
        if let Ok(mut known) = self.aws.caps.telling.lock() {
            known.insert(key, Arc::clone(&found));
        }
        found
    }

    /// What a level leaves of what anybody is granted, which is worked out once.
    pub(super) fn left_by_level(&self, asked: AskedOfLevel, work_out: impl FnOnce() -> Left) -> Left {
        let known = self.aws.caps.left.lock().ok().and_then(|known| known.get(&asked).copied());
        known.unwrap_or_else(|| {
            let left = work_out();
            if let Ok(mut known) = self.aws.caps.left.lock() {
                known.insert(asked, left);
            }
            left
        })
    }

    /// A policy of an identity that limits it: a boundary, or one with a `Deny`.
    #[must_use]
    pub fn limiting(&self, decl: DeclId) -> Option<&PreparedPolicy> {
        let all = self.aws.caps.policies.get_or_init(|| {
            let mut all = FxHashMap::default();
            for identity in &self.aws.identities {
                let own = identity.policies.iter().map(|id| (*id, PolicyKind::Identity));
                for (id, kind) in own.chain(identity.boundary.map(|id| (id, PolicyKind::Boundary))) {
                    let document = policy(self, id).map(|policy| &policy.document);
                    let limits = kind == PolicyKind::Boundary || document.is_some_and(denies);
                    if limits && !all.contains_key(&id) {
                        all.extend(compiled(self, id, "", kind, &[], None).map(|policy| (id, policy)));
                    }
                }
            }
            all
        });
        all.get(&decl)
    }

    /// The identities that a document is attached to, by where that stands.
    #[must_use]
    pub fn holders_of(&self, document: Span) -> &[AwsIdentityId] {
        let all = self.aws.caps.holders.get_or_init(|| {
            let mut all: FxHashMap<Span, Vec<AwsIdentityId>> = FxHashMap::default();
            for id in self.aws.identities() {
                let policies = self.aws.identity(id).map_or(&[][..], |identity| &identity.policies);
                for span in policies.iter().filter_map(|id| Some(policy(self, *id)?.document.span)) {
                    let holders = all.entry(span).or_default();
                    if holders.last() != Some(&id) {
                        holders.push(id);
                    }
                }
            }
            all
        });
        all.get(&document).map_or(&[], Vec::as_slice)
    }

    /// The ARNs that an identity may have: its own, or where nothing tells the account one for
    /// each account that the organization's policies tell apart. None where its name or path
    /// is not known.
    #[must_use]
    pub fn arns_of(&self, identity: &AwsIdentity) -> Vec<SmolStr> {
        if let Some(arn) = identity.arn.as_ref().filter(|arn| arn.starts_with("arn:") && !arn.contains([HOLE, '$'])) {
            return vec![arn.clone()];
        }
        let (Some(name), Some(path)) = (&identity.name, self.path_of(identity)) else { return Vec::new() };
        // What a group's policies give is what a user of it has, whose name is not known.
        if identity.kind == AwsPrincipalKind::Group || identity.issued_by.is_some() {
            return Vec::new();
        }
        let kind = kind_name(identity.kind);
        let accounts = self.aws.caps.accounts.get_or_init(|| self.told_apart());
        accounts.iter().map(|account| format_smolstr!("arn:aws:iam::{account}:{kind}{path}{name}")).collect()
    }

    /// A pattern of the ARN of an identity; what is not known of account and path is anything.
    #[must_use]
    pub fn arn_pattern(&self, id: AwsIdentityId) -> Option<String> {
        let identity = self.aws.identity(id)?;
        let known = |text: &&SmolStr| !text.contains([HOLE, '$']);
        if let Some(arn) = identity.arn.as_ref().filter(known).filter(|arn| arn.starts_with("arn:")) {
            return Some(arn.to_string());
        }
        let name = identity.name.as_ref().filter(known)?;
        let path = self.path_of(identity).unwrap_or("/*");
        Some(format!("arn:aws:iam::*:{}{path}{name}", kind_name(identity.kind)))
    }

    /// The path of an identity, from slash to slash.
    #[must_use]
    pub fn path_of(&self, identity: &AwsIdentity) -> Option<&str> {
        let Some(Item::AwsPrincipal(principal)) = self.declaration(identity.decl).map(|d| &d.item) else { return None };
        match principal.body.get("path") {
            None | Some(Node { value: Value::Null, .. }) => Some("/"),
            Some(path) => path.as_str().filter(|path| path.starts_with('/') && path.ends_with('/')),
        }
    }

    /// An account that nothing names, and those that the conditions of the organization's
    /// policies name.
    fn told_apart(&self) -> Vec<SmolStr> {
        let mut all = vec![SmolStr::new_static(NO_ACCOUNT)];
        let documents = self.aws.scps.iter().filter_map(|id| Some(&policy(self, *id)?.document));
        let statements = documents.flat_map(|document| &document.statements);
        let values = statements.flat_map(|s| &s.conditions).flat_map(|condition| &condition.values);
        for text in values.filter_map(Node::as_str) {
            let account = account_of(text).unwrap_or(text);
            if crate::aws::principal::is_account(account) && !all.iter().any(|known| known == account) {
                all.push(SmolStr::new(account));
            }
        }
        all.truncate(MOST_ACCOUNTS);
        all
    }
}

/// Whether a document may allow anything.
pub(super) fn may_allow(document: &Document) -> bool {
    document.statements_unknown || document.statements.iter().any(|s| s.effect != Some(Effect::Deny))
}

/// Whether a policy has anything to say, or it is not known that it has nothing.
fn matters(policy: &PreparedPolicy, places: &Places) -> bool {
    let says = !places.statements.is_empty() || policy.has_unseen() || policy.may_be_absent();
    says && !policy.document.statements.iter().any(|statement| suspends(statement))
}

/// Whether a statement denies everything, as it does in a policy for accounts that are
/// suspended: who is granted anything is surely in another one.
fn suspends(statement: &Statement) -> bool {
    let all = |list: &Option<ListElement>| {
        let star = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
        let list = list.as_ref().filter(|list| !list.negated);
        list.is_some_and(|list| list.items.iter().any(|item| item.text.known().is_some_and(star)))
    };
    let whole = statement.conditions.is_empty() && !statement.conditions_unknown && !statement.unknown;
    statement.effect == Some(Effect::Deny) && whole && all(&statement.action) && all(&statement.resource)
}

fn denies(document: &Document) -> bool {
    document.statements.iter().any(|statement| statement.effect == Some(Effect::Deny))
}
