use super::escalation_common::{Grant, Reach, denied, grants, limited, listed, lowers, passes, report, spelled};
use crate::aws::document::Document;
use crate::aws::pass_role::PASS_SETS;
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::lint::{Check, Inputs, Services, Sink, StatementFacts};
use crate::model::ids::DeclId;
use crate::model::{AwsIdentity, AwsIdentityId, AwsMention as Mention};
use crate::source::Span;

pub(super) const CHECK: Check = Check::Model(check);

/// Managed policies of AWS whose holder is administrator, or becomes it by one call.
const ADMIN: [&str; 2] = [":iam::aws:policy/AdministratorAccess`", ":iam::aws:policy/IAMFullAccess`"];
/// What makes credentials for a user.
const KEYS: [&str; 3] = ["iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile"];

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    let mut admins: Option<Vec<AwsIdentityId>> = None;
    let mut seen: Vec<Span> = Vec::new();
    for id in model.identities() {
        let Some(identity) = model.identity(id).filter(|identity| is_free(identity)) else { continue };
        let documents = documents(inputs, identity);
        let statements: Vec<StatementFacts<'_>> =
            documents.iter().flat_map(|(_, document)| &document.statements).map(StatementFacts::new).collect();
        let owners = documents.iter().flat_map(|(decl, document)| document.statements.iter().map(|_| *decl)).collect();
        let iam = Services::of("iam:passrole");
        if !statements.iter().any(|facts| facts.allow && facts.services.meet(iam)) {
            continue;
        }
        let admins = admins.get_or_insert_with(|| model.identities().filter(|id| is_admin(inputs, *id)).collect());
        if admins.contains(&id) {
            continue;
        }
        let holder = Holder { inputs, id, identity, statements: &statements, owners, admins };
        let Some(way) = holder.own().or_else(|| holder.victim()).or_else(|| holder.raise()).or_else(|| holder.pass())
        else {
            continue;
        };
        let Some(at) = way.grants.first().copied() else { continue };
        if seen.contains(&at.span) {
            continue;
        }
        seen.push(at.span);
        let severity = if way.limited { super::escalation_common::milder(sink.severity()) } else { sink.severity() };
        report(&way.grants, at, way.message, severity, sink);
        let from = documents.iter().find(|(_, document)| document.span.contains(at.span));
        let declaration = from.and_then(|(decl, _)| inputs.model.declaration(*decl));
        if let (Some(declaration), Some(finding)) = (declaration, sink.last()) {
            finding.unit = at.facts.statement.span;
            finding.address = declaration.address.clone();
            finding.chain(vec![model.name_of(id), format!("policy {}", declaration.address)]);
            finding.grant = None;
        }
    }
}

/// Whether an identity acts by itself and nothing caps it.
fn is_free(identity: &AwsIdentity) -> bool {
    identity.kind != AwsPrincipalKind::Group
        && identity.issued_by.is_none()
        && identity.boundary.is_none()
        && !identity.missing.iter().any(|missing| missing.contains("boundary"))
}

/// An identity's policies and its groups'.
fn documents<'i>(inputs: &Inputs<'i>, identity: &AwsIdentity) -> Vec<(DeclId, &'i Document)> {
    let model = &inputs.model.aws;
    let groups = identity.groups.iter().filter_map(|group| model.identity(*group));
    let all = identity.policies.iter().chain(groups.flat_map(|group| &group.policies)).copied();
    all.filter_map(|decl| Some((decl, document(inputs, decl)?))).collect()
}

fn document<'i>(inputs: &Inputs<'i>, decl: DeclId) -> Option<&'i Document> {
    match &inputs.model.declaration(decl)?.item {
        Item::AwsPolicy(policy) => Some(&policy.document),
        _ => None,
    }
}

/// Whether an identity certainly has every action on every resource.
fn is_admin(inputs: &Inputs<'_>, id: AwsIdentityId) -> bool {
    let Some(identity) = inputs.model.aws.identity(id).filter(|identity| identity.boundary.is_none()) else {
        return false;
    };
    let managed = identity.missing.iter().any(|missing| ADMIN.iter().any(|end| missing.ends_with(end)));
    let all = |facts: StatementFacts<'_>| {
        let resource = !facts.not_resource && facts.any_resource().is_some();
        let action = !facts.not_action && facts.actions.iter().any(|item| item.is_all());
        facts.allow && !facts.conditional && resource && action
    };
    managed
        || documents(inputs, identity)
            .iter()
            .flat_map(|(_, document)| &document.statements)
            .any(|statement| all(StatementFacts::new(statement)))
}

/// How somebody gains more.
struct Way<'f> {
    grants: Vec<Grant<'f>>,
    message: String,
    limited: bool,
}

impl<'f> Way<'f> {
    fn new(grants: Vec<Grant<'f>>, message: String) -> Self {
        Self { grants, message, limited: false }
    }
}

struct Holder<'f, 'i> {
    inputs: &'f Inputs<'i>,
    id: AwsIdentityId,
    identity: &'f AwsIdentity,
    statements: &'f [StatementFacts<'f>],
    /// The document of each statement.
    owners: Vec<DeclId>,
    admins: &'f [AwsIdentityId],
}

impl<'f> Holder<'f, '_> {
    /// What the statements grant on identities and policies of the model that they name.
    fn named(&self, action: &'static str) -> Vec<(Grant<'f>, Mention)> {
        let model = &self.inputs.model.aws;
        let mut found = Vec::new();
        for (facts, owner) in self.statements.iter().zip(&self.owners).filter(|(facts, _)| facts.allow) {
            let (Some(span), Some(list)) = (facts.applies_to(action), &facts.statement.resource) else { continue };
            let Some(lowered) = lowers(facts, action) else { continue };
            let items = list.items.iter().map(|item| (item.span, item.text.raw()));
            for (place, text) in items.chain(list.unknowns.iter().map(|what| (what.span, ""))) {
                let Some(mention) = model.mentioned(*owner, place) else { continue };
                if denied(self.statements, action, text).is_none() {
                    found.push((Grant { action, span, resource: Some(place), lowered, facts }, mention));
                }
            }
        }
        found
    }

    fn name(&self, id: AwsIdentityId) -> String {
        self.inputs.model.aws.name_of(id)
    }

    /// Changes its own permissions.
    fn own(&self) -> Option<Way<'f>> {
        let actions: &[&'static str] = match self.identity.kind {
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
                let holder = self.name(self.id);
                let what = match mention {
                    Mention::Identity(id) if *action == "iam:addusertogroup" => {
                        if !self.admins.contains(&id) {
                            continue;
                        }
                        format!("the administrators' group `{}`", self.name(id))
                    }
                    Mention::Identity(id) if id == self.id => "itself".to_owned(),
                    Mention::Identity(id) if self.identity.groups.contains(&id) => "its own group".to_owned(),
                    Mention::Policy(decl) if self.owners.contains(&decl) => "its own policy".to_owned(),
                    _ => continue,
                };
                let message = format!("`{}` on {what} lets `{holder}` give itself any permission", spelled(action));
                return Some(Way::new(vec![grant], message));
            }
        }
        None
    }

    /// Becomes an administrator.
    fn victim(&self) -> Option<Way<'f>> {
        for action in KEYS.iter().chain(&["iam:updateassumerolepolicy"]) {
            for (grant, mention) in self.named(action) {
                let Mention::Identity(id) = mention else { continue };
                if id == self.id || !self.admins.contains(&id) {
                    continue;
                }
                let (holder, victim) = (self.name(self.id), self.name(id));
                let message =
                    format!("`{}` on the administrator `{victim}` lets `{holder}` act as it", spelled(action));
                return Some(Way::new(vec![grant], message));
            }
        }
        None
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
                    Mention::Policy(decl) => self.holders(decl),
                };
                for id in raised.into_iter().filter(|id| *id != self.id) {
                    let Some(entries) = self.enters(id) else { continue };
                    let grants: Vec<Grant<'f>> = std::iter::once(grant).chain(entries).collect();
                    let (holder, raised) = (self.name(self.id), self.name(id));
                    let message = format!("{} let `{holder}` raise `{raised}` and act as it", listed(&grants));
                    let message = if grants.len() == 1 { message.replacen(" let ", " lets ", 1) } else { message };
                    return Some(Way::new(grants, message));
                }
            }
        }
        None
    }

    /// Who has a managed policy.
    fn holders(&self, policy: DeclId) -> Vec<AwsIdentityId> {
        let model = &self.inputs.model.aws;
        let has = |id: &AwsIdentityId| model.identity(*id).is_some_and(|identity| identity.policies.contains(&policy));
        model.identities().filter(has).collect()
    }

    /// What lets the holder act as an identity.
    fn enters(&self, id: AwsIdentityId) -> Option<Vec<Grant<'f>>> {
        let identity = self.inputs.model.aws.identity(id)?;
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
        let Some((decl, trust)) = role.trust.and_then(|decl| Some((decl, document(self.inputs, decl)?))) else {
            return false;
        };
        let own = Some(Mention::Identity(self.id));
        trust.statements.iter().filter_map(|statement| statement.principal.as_ref()).any(|element| {
            let entries = element.entries.iter().any(|entry| {
                let text = entry.item.text.raw();
                text == "*" || text.ends_with(":root") || self.inputs.model.aws.mentioned(decl, entry.item.span) == own
            });
            let unknown = || {
                let mentioned = |span| self.inputs.model.aws.mentioned(decl, span) == own;
                element.unknowns.iter().any(|what| mentioned(what.span))
            };
            !element.negated && (element.star || entries || unknown())
        })
    }

    /// Has a service run its code as an administrator.
    fn pass(&self) -> Option<Way<'f>> {
        for (pass, mention) in self.named("iam:passrole") {
            let Mention::Identity(id) = mention else { continue };
            if id == self.id || !self.admins.contains(&id) {
                continue;
            }
            for set in PASS_SETS.iter().filter(|set| passes(pass.facts, set.services)) {
                if !self.trusts_service(id, set.services) {
                    continue;
                }
                let Some(others) = grants(self.statements, set.actions, Reach::Any) else { continue };
                let message = format!(
                    "with {} this lets `{}` run code as the administrator `{}`",
                    listed(&others),
                    self.name(self.id),
                    self.name(id)
                );
                let grants: Vec<Grant<'f>> = std::iter::once(pass).chain(others).collect();
                let limited = limited(&grants) && !grants.iter().any(|grant| grant.lowered);
                return Some(Way { grants, message, limited });
            }
        }
        None
    }

    fn trusts_service(&self, id: AwsIdentityId, services: &[&str]) -> bool {
        let trust = self.inputs.model.aws.identity(id).and_then(|role| document(self.inputs, role.trust?));
        trust.is_some_and(|trust| {
            let elements = trust.statements.iter().filter_map(|statement| statement.principal.as_ref());
            elements.flat_map(|element| &element.entries).any(|entry| services.contains(&entry.item.text.raw()))
        })
    }
}
