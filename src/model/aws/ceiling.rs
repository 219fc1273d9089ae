//! What service control policies, permissions boundaries and other policies of the same holder
//! leave of what statements grant.

use std::sync::Arc;

use super::cap::Places;
use super::organization::Binding;
use super::wanted::{Left, Wanted, WantedByAnybody};
use super::{AwsIdentity, AwsIdentityId};
use crate::aws::catalog::catalog;
use crate::aws::context::{Context, ContextValue};
use crate::aws::document::{Effect, ListElement, PolicyKind, Statement};
use crate::aws::evaluate::{Part, PreparedPolicy, Request};
use crate::decision::Truth;
use crate::model::Model;
use crate::source::{HOLE, Span};

/// Whether a condition key speaks of who asks, from where and when, not of what is done.
pub(crate) fn circumstance(key: &str) -> bool {
    matches!(
        key,
        "aws:sourceip"
            | "aws:vpcsourceip"
            | "aws:sourcevpc"
            | "aws:sourcevpce"
            | "aws:multifactorauthpresent"
            | "aws:multifactorauthage"
            | "aws:currenttime"
            | "aws:epochtime"
            | "aws:tokenissuetime"
            | "aws:securetransport"
            | "aws:requestedregion"
            | "aws:useragent"
            | "aws:referer"
            | "aws:username"
            | "aws:userid"
            | "aws:resourceaccount"
            | "aws:resourceorgid"
            | "aws:resourceorgpaths"
    ) || key.starts_with("aws:principal")
}

/// Who stands in where it is not known who asks; nothing of it is told.
const ANYBODY: &str = "arn:aws:iam::000000000000:user/x";
/// A document of more holders is judged without what limits each.
const MOST_HOLDERS: usize = 64;

/// A policy, with the places of its statements that may be about an action.
type About<'m> = (&'m PreparedPolicy, &'m [usize]);

/// A kind of policies that limits a holder.
struct Layer<'m> {
    policies: Vec<&'m PreparedPolicy>,
    /// In place of policies a level of an organization, and the model, which remembers what it was
    /// asked.
    level: Option<(&'m Model, Binding<'m>)>,
    /// Whether what none of them allows is refused.
    caps: bool,
    /// Whether it depends on something that they are there.
    perhaps: bool,
    name: &'static str,
}

/// All that limits one holder.
pub(crate) struct Ceiling<'m> {
    layers: Vec<Layer<'m>>,
    /// The ARNs that the holder may have; none where nothing is known.
    callers: Vec<String>,
}

impl<'m> Ceiling<'m> {
    /// Of somebody who is not known: what binds everybody, and what may bind whoever it is.
    pub(crate) fn of_anybody(model: &'m Model) -> Self {
        Self::in_account(model, None)
    }

    /// Of somebody in an account, if that is known.
    ///
    /// The account counts as one that does not manage the organization, as in simulations,
    /// where nothing tells. Other than there, a policy that denies everything is taken to be for
    /// other accounts, and nothing is held against anybody for want of an `Allow` where some
    /// policies of a level only deny. What may bind makes a grant depend on circumstances.
    fn in_account(model: &'m Model, account: Option<&str>) -> Self {
        let layer = |level: Binding<'m>| Layer {
            policies: Vec::new(),
            level: Some((model, level)),
            caps: level.level.caps,
            perhaps: false,
            name: "service control policy",
        };
        Self { layers: model.binding(PolicyKind::Scp, account).map(layer).collect(), callers: Vec::new() }
    }

    /// Of an identity: what binds everybody, and its boundary. Neither binds a service-linked
    /// role (spec: aws-evaluation, sections 7.6 and 7.7).
    pub(crate) fn of(model: &'m Model, identity: &AwsIdentity) -> Self {
        let callers: Vec<String> = model.arns_of(identity).iter().map(ToString::to_string).collect();
        if model.path_of(identity).is_some_and(|path| path.starts_with("/aws-service-role/"))
            || callers.iter().any(|arn| arn.contains(":role/aws-service-role/"))
        {
            return Self { layers: Vec::new(), callers };
        }
        let Self { mut layers, .. } = Self::in_account(model, identity.account());
        let boundary = identity.boundary.and_then(|decl| Some((decl, model.limiting(decl)?)));
        if let Some((decl, boundary)) = boundary.filter(|(_, boundary)| !boundary.has_unseen()) {
            let perhaps = identity.attached_if.iter().any(|(id, _)| *id == decl);
            layers.push(Layer {
                policies: vec![boundary],
                level: None,
                caps: true,
                perhaps,
                name: "permissions boundary",
            });
        }
        Self { layers, callers }
    }

    /// The same, of an identity whose statements of one document are looked at: other policies
    /// of it may deny too.
    fn of_holder(model: &'m Model, identity: &AwsIdentity, document: Span) -> Self {
        let mut ceiling = Self::of(model, identity);
        let groups = identity.groups.iter().filter_map(|group| model.aws.identity(*group));
        let all = identity.policies.iter().chain(groups.flat_map(|group| &group.policies));
        let certain = all.filter(|decl| !identity.attached_if.iter().any(|(id, _)| id == *decl));
        let others: Vec<&PreparedPolicy> = certain
            .filter_map(|decl| model.limiting(*decl))
            .filter(|policy| policy.document.span != document)
            .collect();
        if !others.is_empty() {
            ceiling.layers.push(Layer {
                policies: others,
                level: None,
                caps: false,
                perhaps: false,
                name: "policy of the same holder",
            });
        }
        ceiling
    }

    /// Of each who holds a document; of anybody where nobody is known to. Empty where nothing
    /// limits one of them.
    pub(crate) fn of_document(model: &'m Model, document: Span) -> Vec<Self> {
        let holders = model.holders_of(document);
        let all: Vec<Self> = if holders.is_empty() || holders.len() > MOST_HOLDERS {
            vec![Self::of_anybody(model)]
        } else {
            let identity = |id: &AwsIdentityId| model.aws.identity(*id);
            holders.iter().filter_map(identity).map(|identity| Self::of_holder(model, identity, document)).collect()
        };
        if all.iter().any(Self::is_open) { Vec::new() } else { all }
    }

    /// Whether it limits nothing.
    pub(crate) fn is_open(&self) -> bool {
        self.layers.is_empty()
    }

    /// What it leaves.
    pub(crate) fn left(&self, wanted: Wanted<'_>) -> Left {
        let mut left = Left::Whole;
        let telling = self.layers.iter().find_map(|layer| layer.level).map(|(model, _)| {
            model.levels_telling_of(wanted.action, || request(ANYBODY, false, wanted.action, "*", None))
        });
        for layer in &self.layers {
            let told = |(_, level): (_, Binding<'_>)| telling.as_ref().and_then(|all| all.get(level.index)).copied();
            if layer.level.and_then(told) == Some(false) {
                continue;
            }
            // What may not bind takes nothing away for certain.
            if layer.may_not_bind() && left != Left::Whole {
                continue;
            }
            match layer.left(&self.callers, wanted) {
                Left::Nothing => return Left::Nothing,
                sometimes @ Left::Sometimes(..) if left == Left::Whole => left = sometimes,
                _ => {}
            }
        }
        left
    }
}

/// What some of several ceilings leave; all where there are none.
pub(crate) fn left(ceilings: &[Ceiling<'_>], wanted: Wanted<'_>) -> Left {
    let mut best = if ceilings.is_empty() { Left::Whole } else { Left::Nothing };
    for ceiling in ceilings {
        match ceiling.left(wanted) {
            Left::Whole => return Left::Whole,
            Left::Nothing => {}
            sometimes @ Left::Sometimes(..) => best = sometimes,
        }
    }
    best
}

/// Whether something is so, with the place that makes it depend on circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    No,
    Perhaps(Span),
    Yes,
}

impl Is {
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Perhaps(span), _) | (Self::No, Self::Perhaps(span)) => Self::Perhaps(span),
            (Self::No, Self::No) => Self::No,
        }
    }

    /// Where it is so for some and not for others, it is perhaps.
    fn join(self, other: Self, at: Span) -> Self {
        match (self, other) {
            (one, same) if one == same => one,
            (Self::Perhaps(span), _) | (_, Self::Perhaps(span)) => Self::Perhaps(span),
            _ => Self::Perhaps(at),
        }
    }
}

impl<'m> Layer<'m> {
    /// Whether it depends on what is not known that any of it binds.
    fn may_not_bind(&self) -> bool {
        self.level.is_some_and(|(_, level)| !level.certain)
    }

    fn policy(&self, index: usize) -> Option<&'m PreparedPolicy> {
        match self.level {
            Some((_, level)) => level.policies().get(index),
            None => self.policies.get(index).copied(),
        }
    }

    /// What it leaves. Many documents ask the same of an organization, of anybody.
    fn left(&self, callers: &[String], wanted: Wanted<'_>) -> Left {
        let Some((model, level)) = self.level.filter(|_| callers.is_empty()) else {
            return self.worked_out(callers, wanted);
        };
        let key = (level.index, level.certain, WantedByAnybody::of(wanted));
        model.left_by_level(key, || self.worked_out(callers, wanted))
    }

    fn worked_out(&self, callers: &[String], wanted: Wanted<'_>) -> Left {
        if wanted.services.len() < 2 {
            return self.left_for(callers, wanted, wanted.services.first().copied());
        }
        let each = wanted.services.iter().map(|service| self.left_for(callers, wanted, Some(service)));
        each.max_by_key(|left| match left {
            Left::Nothing => 0,
            Left::Sometimes(..) => 1,
            Left::Whole => 2,
        })
        .unwrap_or(Left::Whole)
    }

    fn left_for(&self, callers: &[String], wanted: Wanted<'_>, service: Option<&str>) -> Left {
        let anybody = [ANYBODY.to_owned()];
        let known = !callers.is_empty();
        let asked = || request(ANYBODY, false, wanted.action, "*", None);
        let places: Option<Arc<[Places]>> = match self.level {
            Some((model, level)) => model.level_about(level, wanted.action, asked),
            None => asked().map(|asked| {
                let all = self.policies.iter().enumerate();
                all.map(|(policy, prepared)| Places { policy, statements: prepared.about(&asked) }).collect()
            }),
        };
        let places = places.unwrap_or_default();
        let about: Vec<About<'_>> = places
            .iter()
            .filter_map(|places| Some((self.policy(places.policy)?, places.statements.as_slice())))
            .collect();
        let mut answer: Option<(Is, Is)> = None;
        for caller in if known { callers } else { &anybody } {
            let (denied, allowed) = self.judged(&about, (caller, known), wanted, service);
            answer = Some(match answer {
                None => (denied, allowed),
                Some((d, a)) => (d.join(denied, self.place()), a.join(allowed, self.place())),
            });
        }
        let Some((denied, allowed)) = answer else { return Left::Whole };
        let sometimes = |span| Left::Sometimes(span, self.name);
        let left = match (denied, allowed) {
            (Is::Yes, _) | (_, Is::No) => Left::Nothing,
            (Is::Perhaps(span), _) | (_, Is::Perhaps(span)) => sometimes(span),
            (Is::No, Is::Yes) => Left::Whole,
        };
        if self.perhaps && left == Left::Nothing { sometimes(self.place()) } else { left }
    }

    fn place(&self) -> Span {
        self.policy(0).map_or(Span::new(crate::source::SourceId(u32::MAX), 0, 0), |policy| policy.document.span)
    }

    /// Whether it is denied and whether it is allowed, to a caller.
    fn judged(
        &self,
        about: &[About<'_>],
        (caller, known): (&str, bool),
        wanted: Wanted<'_>,
        service: Option<&str>,
    ) -> (Is, Is) {
        let name = caller.rsplit('/').next().filter(|_| known && caller.contains(":user/")).unwrap_or("*");
        let resource = wanted.resource.replace("${aws:username}", name).replace(HOLE, "*");
        let mut types = narrowed(wanted.action, &resource);
        if types.is_empty() {
            types.push((resource, true));
        }
        let (mut denied, mut allowed) = (Vec::new(), Is::No);
        for (resource, required) in &types {
            let Some(request) = request(caller, known, wanted.action, resource, service) else { continue };
            denied.push((self.denied(about, &request, wanted), *required));
            allowed = allowed.or(if self.caps { Self::allowed(about, &request, wanted) } else { Is::Yes });
        }
        let certain = |(is, _): &(Is, bool)| *is == Is::Yes;
        let whole = denied.iter().all(certain) || denied.iter().any(|one| one.1 && certain(one));
        let some = denied.iter().find_map(|(is, _)| match is {
            Is::Perhaps(span) => Some(*span),
            _ => None,
        });
        let denied = match some {
            _ if whole => Is::Yes,
            Some(span) => Is::Perhaps(span),
            None => Is::No,
        };
        (denied, allowed)
    }

    fn denied(&self, about: &[About<'_>], request: &Request, wanted: Wanted<'_>) -> Is {
        // What a `Deny` spares is named by its conditions. Those of an organization or a boundary
        // often spare much (machines of a type, what is tagged), so that only conditions on what is
        // attached or passed are taken to leave nothing that gives everything.
        let closes = |key: &str| match self.caps || self.level.is_some() {
            _ if wanted.surely => false,
            true => key.starts_with("iam:"),
            false => !circumstance(key),
        };
        let mut denied = Is::No;
        for (policy, places) in about {
            for part in policy.parts(places, request).filter(|part| part.statement.effect == Some(Effect::Deny)) {
                if part.resource == Truth::True && !of_root_alone(part.statement) {
                    let perhaps = Is::Perhaps(part.statement.span);
                    let is = conditions(&part, |key| if closes(key) { Is::Yes } else { perhaps });
                    denied = denied.or(if is == Is::Yes && policy.may_be_absent() { perhaps } else { is });
                }
            }
        }
        denied
    }

    fn allowed(about: &[About<'_>], request: &Request, wanted: Wanted<'_>) -> Is {
        let mut allowed = Is::No;
        for (policy, places) in about {
            // what is not seen is not held against anybody
            if policy.has_unseen() {
                return Is::Yes;
            }
            if policy.may_be_absent() {
                allowed = allowed.or(Is::Perhaps(policy.document.span));
            }
            for part in policy.parts(places, request).filter(|part| part.statement.effect == Some(Effect::Allow)) {
                let same =
                    |list: &ListElement| !list.negated && list.items.iter().any(|i| i.text.raw() == wanted.resource);
                let wide =
                    part.resource == Truth::True || !wanted.all || part.statement.resource.as_ref().is_some_and(same);
                if wide {
                    // an `Allow` under a condition on what is done leaves less than is wanted
                    let perhaps = Is::Perhaps(part.statement.span);
                    allowed = allowed
                        .or(conditions(&part, |key| if wanted.surely || circumstance(key) { perhaps } else { Is::No }));
                }
            }
        }
        allowed
    }
}

/// Whether a statement is about root users alone, who hold no policies of users and roles.
fn of_root_alone(statement: &Statement) -> bool {
    let positive = |operator: &str| {
        let lower = operator.to_ascii_lowercase();
        matches!(lower.as_str(), "stringequals" | "stringlike" | "arnequals" | "arnlike")
    };
    statement.conditions.iter().any(|condition| {
        condition.key.raw().eq_ignore_ascii_case("aws:PrincipalArn")
            && positive(condition.operator.raw())
            && !condition.unknown
            && !condition.values.is_empty()
            && condition.values.iter().all(|value| value.as_str().is_some_and(|text| text.ends_with(":root")))
    })
}

/// Whether a statement applies where its resource is as asked; `unknown` tells what a condition
/// on a key is of which nothing is known.
fn conditions(part: &Part<'_>, unknown: impl Fn(&str) -> Is) -> Is {
    let mut is = Is::Yes;
    if part.unknown || part.action != Truth::True {
        is = Is::Perhaps(part.statement.span);
    }
    for (condition, truth) in part.statement.conditions.iter().zip(&part.conditions) {
        let holds = match truth {
            Truth::False => Is::No,
            Truth::True => Is::Yes,
            Truth::Unknown => unknown(&condition.key.raw().to_ascii_lowercase()),
        };
        match holds {
            Is::No => return Is::No,
            Is::Perhaps(_) => is = holds,
            Is::Yes => {}
        }
    }
    is
}

/// The resources that `*` stands for, by type, and whether every call needs one of the type.
fn narrowed(action: &str, resource: &str) -> Vec<(String, bool)> {
    let everything = resource.strip_prefix("arn:").unwrap_or(resource).bytes().all(|byte| matches!(byte, b'*' | b':'));
    let Some((service, action)) = catalog().action(action).filter(|_| everything) else { return Vec::new() };
    let types = action.resources.iter();
    types.filter_map(|of| Some((any_of(&service.resources.get(usize::from(of.resource))?.arn), of.required))).collect()
}

/// A pattern for all ARNs of a template: `arn:aws:iam::*:role/*`.
fn any_of(template: &str) -> String {
    let mut pattern = String::new();
    for (at, part) in template.split("${").enumerate() {
        let (name, rest) = if at == 0 { ("", part) } else { part.split_once('}').unwrap_or((part, "")) };
        match name {
            "" => {}
            "Partition" => pattern.push_str("aws"),
            _ => pattern.push('*'),
        }
        pattern.push_str(rest);
    }
    pattern
}

/// A request of a caller. Of one who stands in for anybody nothing is told but that it is no
/// service.
fn request(caller: &str, known: bool, action: &str, resource: &str, service: Option<&str>) -> Option<Request> {
    let mut request = Request::new(caller, action, resource, Context::new(false)).ok()?;
    if !known {
        request.context = Context::new(false);
        request.context.set("aws:PrincipalIsAWSService", ContextValue::One("false".into()));
    }
    if let Some(service) = service {
        request.context.set("iam:PassedToService", ContextValue::One(service.into()));
    }
    Some(request)
}
