//! The ways in which an identity becomes another one that its statements name.

use rustc_hash::FxHashSet;

use super::compute_common::{Target, called};
use super::escalation_common::{limited, listed, passes, report, spelled};
use super::grant_common::{Grant, Reach, grants};
use super::identity_common::{Account, Holder, Standing, document, documents, is_free};
use crate::aws::document::Effect;
use crate::aws::pass_role::PASS_SETS;
use crate::carrier::declaration::{AwsCompute, AwsPrincipal, AwsPrincipalKind, Item};
use crate::lint::{Sink, StatementFacts};
use crate::model::{AwsIdentity, AwsIdentityId, AwsMention as Mention, Left};
use crate::source::{HOLE, Span};

/// What makes credentials for a user.
const KEYS: [&str; 3] = ["iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile"];

/// How somebody gains more.
pub(super) struct Way<'f> {
    grants: Vec<Grant<'f>>,
    message: String,
    help: &'static str,
    /// How many steps milder than an administrator for certain.
    milder: u8,
    /// Whether it certainly ends in an administrator.
    pub(super) sure: bool,
    related: Vec<(Span, String)>,
    /// What is allowed, where the statement's first resource does not say it.
    witness: Option<String>,
}

impl<'f> Way<'f> {
    fn new(grants: Vec<Grant<'f>>, message: String, help: &'static str) -> Self {
        let sure = !grants.iter().any(|grant| grant.lowered);
        Self { grants, message, help, milder: 0, sure, related: Vec::new(), witness: None }
    }
}

/// The ways of one holder.
pub(super) struct Search<'f, 'i> {
    pub(super) account: &'f Account<'i>,
    pub(super) holder: &'f Holder<'i>,
    /// What runs with roles that it is worth to have.
    pub(super) targets: &'f [Target<'i>],
}

impl<'f> Search<'f, '_> {
    /// How the holder becomes an administrator, or somebody who can.
    pub(super) fn way(&self) -> Option<Way<'f>> {
        self.own()
            .or_else(|| self.victim())
            .or_else(|| self.raise())
            .or_else(|| self.pass())
            .or_else(|| self.take_over())
            .or_else(|| self.assume())
    }

    /// Reports a way.
    pub(super) fn tell(&self, way: &Way<'_>, seen: &mut FxHashSet<Span>, sink: &mut Sink<'_>) {
        let Some(at) = way.grants.first().copied().filter(|at| seen.insert(at.span)) else { return };
        let Self { account, holder, .. } = self;
        let model = account.inputs.model;
        let severity = (0..way.milder).fold(sink.severity(), |severity, _| severity.milder());
        report(&way.grants, at, (way.message.clone(), way.help), severity, sink);
        let owner = holder.each().find(|(facts, _)| std::ptr::eq(*facts, at.facts)).map(|(_, owner)| owner);
        let declaration = owner.and_then(|decl| model.declaration(decl));
        if let (Some(declaration), Some(finding)) = (declaration, sink.last()) {
            for (span, text) in &way.related {
                finding.related(*span, text.clone());
            }
            if let Some(witness) = &way.witness {
                finding.witness(witness.clone());
            }
            finding.unit = at.facts.statement.span;
            finding.address = declaration.address.clone();
            finding.chain(vec![account.name(holder.id), format!("policy {}", declaration.address)]);
            finding.grant = None;
        }
    }

    fn named(&self, action: &'static str) -> Vec<(Grant<'f>, Mention)> {
        self.holder.named(action)
    }

    fn name(&self, id: AwsIdentityId) -> String {
        self.account.name(id)
    }

    /// Whether it is worth becoming an identity.
    fn is_worth(&self, id: AwsIdentityId) -> bool {
        id != self.holder.id && self.account.standing(id) != Standing::Plain
    }

    /// Changes its own permissions.
    fn own(&self) -> Option<Way<'f>> {
        let actions: &[&'static str] = match self.holder.identity.kind {
            AwsPrincipalKind::Role => &["iam:putrolepolicy", "iam:attachrolepolicy", "iam:createpolicyversion"],
            _ => &[
                "iam:putuserpolicy",
                "iam:attachuserpolicy",
                "iam:createpolicyversion",
                "iam:putgrouppolicy",
                "iam:attachgrouppolicy",
                "iam:addusertogroup",
            ],
        };
        for action in actions {
            for (grant, mention) in self.named(action) {
                let holder = self.name(self.holder.id);
                let what = match mention {
                    Mention::Identity(id) if *action == "iam:addusertogroup" => {
                        if !self.is_worth(id) {
                            continue;
                        }
                        format!("the administrators' group `{}`", self.name(id))
                    }
                    Mention::Identity(id) if id == self.holder.id => "itself".to_owned(),
                    Mention::Identity(id) if self.holder.identity.groups.contains(&id) => "its own group".to_owned(),
                    Mention::Policy(decl) if self.holder.owners.contains(&decl) => "its own policy".to_owned(),
                    _ => continue,
                };
                let message = format!("`{}` on {what} lets `{holder}` give itself any permission", spelled(action));
                let help =
                    "leave out what the holder itself has, or put a permissions boundary on it that it may not lift";
                return Some(Way::new(vec![grant], message, help));
            }
        }
        None
    }

    /// What makes it another identity, by that one's name.
    fn takes(&self) -> impl Iterator<Item = (Grant<'f>, AwsIdentityId)> {
        let actions = KEYS.into_iter().chain(["iam:updateassumerolepolicy"]);
        let named = actions.flat_map(|action| self.named(action));
        named.filter_map(|(grant, mention)| match mention {
            Mention::Identity(id) if id != self.holder.id => Some((grant, id)),
            _ => None,
        })
    }

    /// Becomes an administrator.
    fn victim(&self) -> Option<Way<'f>> {
        let (grant, id) = self.takes().find(|(_, id)| self.is_worth(*id))?;
        Some(self.acts_as(grant, id))
    }

    fn acts_as(&self, grant: Grant<'f>, id: AwsIdentityId) -> Way<'f> {
        let (holder, victim) = (self.name(self.holder.id), self.account.described(id));
        let message = match self.account.standing(id) {
            Standing::Escalates | Standing::Assumes => {
                format!("`{}` lets `{holder}` act as {victim}", spelled(grant.action))
            }
            _ => format!("`{}` on {victim} lets `{holder}` act as it", spelled(grant.action)),
        };
        let help = "name only identities that may do no more than the holder";
        Way::new(vec![grant], message, help)
    }

    /// Becomes somebody who may do what it may not.
    pub(super) fn other(&self) -> Option<Way<'f>> {
        self.takes().find_map(|(grant, id)| {
            let more = self.lacks(id)?;
            let way = self.acts_as(grant, id);
            let message = format!("{}, which may do more: `{more}`", way.message);
            Some(Way { message, milder: 2, sure: false, ..way })
        })
    }

    /// An action that somebody has for certain and the holder on nothing at all.
    fn lacks(&self, id: AwsIdentityId) -> Option<String> {
        let inputs = self.account.inputs;
        let other = inputs
            .model
            .aws
            .identity(id)
            .filter(|other| is_free(inputs, other) && other.boundary.is_none() && other.missing.is_empty())?;
        let documents = documents(inputs, other);
        let statements = documents.iter().flat_map(|(_, document)| &document.statements);
        let certain = statements.filter(|statement| statement.conditions.is_empty() && !statement.conditions_unknown);
        certain
            .map(|statement| StatementFacts::new(statement))
            .filter(|facts| facts.allow && !facts.not_action)
            .find_map(|facts| {
                let lacking = |text: &str| {
                    let mut own = self.holder.statements.iter().filter(|own| own.allow);
                    let known = self.holder.identity.missing.is_empty() && !text.contains(HOLE);
                    known && !own.any(|own| own.not_action || own.actions.iter().any(|item| item.meets(text)))
                };
                let mut items = facts.actions.iter().map(|item| item.item.text.raw());
                items.find(|text| lacking(text)).map(str::to_owned)
            })
    }

    /// The roles that it certainly may assume, by their names.
    pub(super) fn assumes(&self) -> Vec<AwsIdentityId> {
        let named = self.named("sts:assumerole").into_iter();
        let others = named.filter_map(|(grant, mention)| match mention {
            Mention::Identity(id) if id != self.holder.id && !grant.lowered => Some(id),
            _ => None,
        });
        let model = &self.account.inputs.model.aws;
        others.filter(|id| model.identity(*id).is_some_and(|role| self.trusted_by(role))).collect()
    }

    /// Becomes, as it is meant to, a role that raises itself.
    fn assume(&self) -> Option<Way<'f>> {
        let model = &self.account.inputs.model.aws;
        let (grant, id) = self.named("sts:assumerole").into_iter().find_map(|(grant, mention)| match mention {
            Mention::Identity(id) if self.account.standing(id) == Standing::Escalates => Some((grant, id)),
            _ => None,
        })?;
        let trusted = id != self.holder.id && model.identity(id).is_some_and(|role| self.trusted_by(role));
        let help = "take from the role what lets it raise itself, or let fewer assume it";
        trusted.then(|| Way { milder: 1, help, ..self.acts_as(grant, id) })
    }

    /// Has something that runs already act for it.
    fn take_over(&self) -> Option<Way<'f>> {
        let model = self.account.inputs.model;
        let others = self.targets.iter().filter(|target| target.runner.role != self.holder.id);
        let (target, grants) = others.into_iter().find_map(|t| Some((t, t.taken(self.holder, self.account)?)))?;
        let runner = target.runner;
        let holder = self.name(self.holder.id);
        let lets = if grants.len() == 1 { "lets" } else { "let" };
        let message = format!(
            "{} on the {} `{}` {lets} `{holder}` act as {}",
            listed(&grants),
            called(runner.kind),
            runner.name,
            self.account.described(runner.role),
        );
        let mut related = Vec::new();
        let declared = model.declaration(runner.decl).map(|declaration| &declaration.item);
        if let Some(Item::AwsCompute(AwsCompute { name, role, .. })) = declared {
            let place = name.as_ref().or(role.as_ref()).map(|(_, place)| *place);
            let what = || format!("the {}, which runs with the role", called(runner.kind));
            related.extend(place.map(|place| (place, what())));
        }
        let role = model.aws.identity(runner.role).and_then(|role| model.declaration(role.decl));
        if let Some(Item::AwsPrincipal(AwsPrincipal { name: Some((_, place)), .. })) = role.map(|d| &d.item) {
            related.push((*place, "the role".to_owned()));
        }
        let first = grants.first().map_or(String::new(), |grant| spelled(grant.action));
        let witness = Some(format!("{first} on the {} {}", called(runner.kind), runner.name));
        let help = "leave it to who may do what the role may, or run it with a role that may do less";
        Some(Way { related, witness, ..Way::new(grants, message, help) })
    }

    /// Raises somebody and becomes it.
    fn raise(&self) -> Option<Way<'f>> {
        let raising = [
            "iam:attachrolepolicy",
            "iam:putrolepolicy",
            "iam:attachuserpolicy",
            "iam:putuserpolicy",
            "iam:createpolicyversion",
        ];
        for action in raising {
            for (grant, mention) in self.named(action) {
                let raised: Vec<AwsIdentityId> = match mention {
                    Mention::Identity(id) => vec![id],
                    Mention::Policy(decl) => self.account.holders(decl).to_vec(),
                    Mention::Runner(_) => continue,
                };
                for id in raised.into_iter().filter(|id| *id != self.holder.id) {
                    let Some(entries) = self.enters(id) else { continue };
                    let grants: Vec<Grant<'f>> = std::iter::once(grant).chain(entries).collect();
                    let (holder, raised) = (self.name(self.holder.id), self.name(id));
                    let message = format!("{} let `{holder}` raise `{raised}` and act as it", listed(&grants));
                    let message = if grants.len() == 1 { message.replacen(" let ", " lets ", 1) } else { message };
                    let help = "name only identities that the holder cannot act as, or demand a boundary";
                    return Some(Way::new(grants, message, help));
                }
            }
        }
        None
    }

    /// What lets the holder act as an identity.
    fn enters(&self, id: AwsIdentityId) -> Option<Vec<Grant<'f>>> {
        let identity = self.account.inputs.model.aws.identity(id)?;
        let on =
            |action| self.named(action).into_iter().find(|(_, m)| *m == Mention::Identity(id)).map(|(g, _)| vec![g]);
        match identity.kind {
            AwsPrincipalKind::Group => None,
            AwsPrincipalKind::User => KEYS.iter().find_map(|action| on(*action)),
            AwsPrincipalKind::Role => {
                let assumed = on("sts:assumerole");
                let trusted = self.trusted_by(identity);
                assumed.filter(|_| trusted).or_else(|| on("iam:updateassumerolepolicy"))
            }
        }
    }

    /// Whether a role's trust policy names the holder, or all of an account.
    fn trusted_by(&self, role: &AwsIdentity) -> bool {
        let own = Some(Mention::Identity(self.holder.id));
        let trusts = role.trust.iter().filter_map(|decl| Some((*decl, document(self.account.inputs, *decl)?)));
        let statements =
            trusts.flat_map(|(decl, trust)| trust.statements.iter().map(move |statement| (decl, statement)));
        let allows = statements.filter(|(_, statement)| statement.effect == Some(Effect::Allow));
        allows.filter_map(|(decl, statement)| Some((decl, statement.principal.as_ref()?))).any(|(decl, element)| {
            let entries = element.entries.iter().any(|entry| {
                let text = entry.item.text.raw();
                text == "*"
                    || text.ends_with(":root")
                    || self.account.inputs.model.aws.mentioned(decl, entry.item.span) == own
            });
            let unknown = || {
                let mentioned = |span| self.account.inputs.model.aws.mentioned(decl, span) == own;
                element.unknowns.iter().any(|what| mentioned(what.span))
            };
            !element.negated && (element.star || entries || unknown())
        })
    }

    /// Has a service run its code as an administrator.
    fn pass(&self) -> Option<Way<'f>> {
        for (pass, mention) in self.named("iam:passrole") {
            let Mention::Identity(id) = mention else { continue };
            if !self.is_worth(id) {
                continue;
            }
            for set in PASS_SETS.iter().filter(|set| passes(pass.facts, set.services)) {
                if !self.trusts_service(id, set.services) {
                    continue;
                }
                let capped = match self.holder.left("iam:passrole", "", mention, set.services) {
                    Left::Nothing => continue,
                    Left::Sometimes(place, what) => Some((place, what)),
                    Left::Whole => None,
                };
                let pass = Grant { lowered: pass.lowered || capped.is_some(), capped, ..pass };
                let Some(others) = grants(&self.holder.holding(), set.actions, Reach::Any) else { continue };
                let message = format!(
                    "with {} this lets `{}` run code as {}",
                    listed(&others),
                    self.name(self.holder.id),
                    self.account.described(id)
                );
                let grants: Vec<Grant<'f>> = std::iter::once(pass).chain(others).collect();
                let sure = !limited(&grants);
                let milder = u8::from(!sure && !grants.iter().any(|grant| grant.lowered));
                let help =
                    "name roles that may do no more than the holder, or pin another service with `iam:PassedToService`";
                return Some(Way { milder, sure, ..Way::new(grants, message, help) });
            }
        }
        None
    }

    fn trusts_service(&self, id: AwsIdentityId, services: &[&str]) -> bool {
        let role = self.account.inputs.model.aws.identity(id);
        let trusts = role.into_iter().flat_map(|role| &role.trust);
        trusts.filter_map(|decl| document(self.account.inputs, *decl)).any(|trust| {
            let elements = trust.statements.iter().filter_map(|statement| statement.principal.as_ref());
            elements.flat_map(|element| &element.entries).any(|entry| services.contains(&entry.item.text.raw()))
        })
    }
}
