//! The layers of policies, and the verdict over them (spec: aws-evaluation, section 7).

use super::request::{Owner, Request};
use super::special;
use super::statement::PreparedPolicy;
use crate::aws::document::{Effect, PolicyKind};
use crate::aws::logic::{Atom, Logic, Plain};
use crate::aws::principal::{CallerKind, Reach};
use crate::aws::template::Missing;
use crate::decision::{Decision, Truth};

/// The policies that bear on a request, by what they are attached to.
#[derive(Debug, Clone, Default)]
pub struct Policies<'a> {
    /// The caller's: of the user and its groups, or of the role.
    pub identity: Vec<&'a PreparedPolicy>,
    /// The resource's own: a bucket policy, a key policy, a role's trust policy.
    pub resource: Vec<&'a PreparedPolicy>,
    /// Whether the resource may have a policy that is not given.
    pub resource_unknown: bool,
    /// The caller's permissions boundary; none where this is empty.
    pub boundary: Vec<&'a PreparedPolicy>,
    /// The session's policies; none where this is empty.
    pub session: Vec<&'a PreparedPolicy>,
    /// Service control policies of the caller's account, one list a level from the
    /// organization's root to the account; no organization where this is empty.
    pub scps: Vec<Vec<&'a PreparedPolicy>>,
    /// Resource control policies of the resource's account, likewise. `RCPFullAWSAccess`
    /// is on every level whether it is given or not.
    pub rcps: Vec<Vec<&'a PreparedPolicy>>,
    /// The VPC endpoint's policy; full access where this is empty.
    pub endpoint: Vec<&'a PreparedPolicy>,
}

/// A layer of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Service control policies of the n-th level.
    Scp(usize),
    /// Resource control policies of the n-th level.
    Rcp(usize),
    /// The VPC endpoint's policy.
    Endpoint,
    /// The resource's own policy.
    Resource,
    /// The caller's policies.
    Identity,
    /// The caller's permissions boundary.
    Boundary,
    /// The session's policies.
    Session,
    /// No policy: what AWS does of itself.
    Service,
}

impl Layer {
    /// As answers name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scp(_) => "scp",
            Self::Rcp(_) => "rcp",
            Self::Endpoint => "endpoint",
            Self::Resource => "resource",
            Self::Identity => "identity",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Service => "service",
        }
    }

    /// The kind of policy that the layer holds.
    #[must_use]
    pub fn kind(self) -> PolicyKind {
        match self {
            Self::Scp(_) => PolicyKind::Scp,
            Self::Rcp(_) => PolicyKind::Rcp,
            Self::Endpoint => PolicyKind::Endpoint,
            Self::Resource => PolicyKind::Resource,
            Self::Identity | Self::Service => PolicyKind::Identity,
            Self::Boundary => PolicyKind::Boundary,
            Self::Session => PolicyKind::Session,
        }
    }

    /// Whether the layer takes away from what others allow, and nothing where it is not there.
    fn caps(self) -> bool {
        matches!(self, Self::Boundary | Self::Session | Self::Scp(_) | Self::Rcp(_) | Self::Endpoint)
    }

    /// Whether statements of the layer say whom they are about.
    fn has_principal(self) -> bool {
        matches!(self, Self::Rcp(_) | Self::Endpoint | Self::Resource)
    }
}

/// Why a request is decided as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Something allows it and nothing denies it.
    Allowed,
    /// A Deny statement applies.
    ExplicitDeny,
    /// Nothing allows it, or a layer that has to does not.
    ImplicitDeny,
    /// It depends on something that is not known.
    Undetermined,
}

impl Reason {
    /// As answers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ExplicitDeny => "explicit_deny",
            Self::ImplicitDeny => "implicit_deny",
            Self::Undetermined => "undetermined",
        }
    }
}

/// The answer to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Why.
    pub reason: Reason,
    /// The layer that decided: where the deny is, what did not allow, or what did.
    pub layer: Layer,
}

impl Verdict {
    /// Allowed, denied or undetermined.
    #[must_use]
    pub fn decision(self) -> Decision {
        match self.reason {
            Reason::Allowed => Decision::Allowed,
            Reason::ExplicitDeny | Reason::ImplicitDeny => Decision::Denied,
            Reason::Undetermined => Decision::Undetermined,
        }
    }
}

/// Decides a request. Wildcards in it are read statement by statement, as
/// [`Wildcard::Each`](super::Wildcard::Each) says; [`explain`](super::explain()) also knows
/// the other readings.
#[must_use]
pub fn decide(request: &Request, policies: &Policies<'_>) -> Verdict {
    evaluate(&mut Plain, request, policies).verdict(&Plain, request)
}

/// What the layers say, before it is put together.
pub(super) struct Outcome<V> {
    /// Whether a Deny applies, and the first layer that has one for certain.
    pub(super) denied: V,
    denied_by: Option<Layer>,
    /// Whether everything that has to allows it.
    pub(super) granted: V,
    /// The layer to name where that is not so, or where it is.
    granted_by: Layer,
}

impl<V: Clone> Outcome<V> {
    /// The verdict (spec: aws-evaluation, section 6.2).
    pub(super) fn verdict<L: Logic<Value = V>>(&self, logic: &L, request: &Request) -> Verdict {
        if special::needs_no_permission(request) {
            return Verdict { reason: Reason::Allowed, layer: Layer::Service };
        }
        let denied = logic.truth(&self.denied);
        if denied == Truth::True {
            return Verdict { reason: Reason::ExplicitDeny, layer: self.denied_by.unwrap_or(Layer::Identity) };
        }
        if special::is_immutable(request) {
            return Verdict { reason: Reason::ImplicitDeny, layer: Layer::Service };
        }
        let reason = match (denied, logic.truth(&self.granted)) {
            (_, Truth::False) => Reason::ImplicitDeny,
            (Truth::False, Truth::True) => Reason::Allowed,
            _ => Reason::Undetermined,
        };
        Verdict { reason, layer: self.granted_by }
    }
}

/// What the policies of one layer say.
struct Tally<V> {
    denied: V,
    allowed: Reach<V>,
}

impl<V: Clone> Tally<V> {
    fn any<L: Logic<Value = V>>(&self, logic: &L) -> V {
        let Reach { direct, source, account } = self.allowed.clone();
        logic.or(logic.or(direct, source), account)
    }
}

fn tally<L: Logic>(
    logic: &mut L,
    request: &Request,
    policies: &[&PreparedPolicy],
    layer: Layer,
    bounded: bool,
) -> Tally<L::Value> {
    let no = logic.known(false);
    let mut tally =
        Tally { denied: no.clone(), allowed: Reach { direct: no.clone(), source: no.clone(), account: no } };
    let named = layer.has_principal();
    // Whether no policy is there, and whether those that are bind: a layer that caps then allows
    // all, as without policies.
    let (mut none, mut bind) = (logic.known(true), logic.known(true));
    for policy in policies {
        let there = policy.is_there(logic);
        let binds = policy.binds(logic);
        none = logic.and(none, logic.not(there.clone()));
        bind = logic.and(bind, binds.clone());
        let present = logic.and(there.clone(), binds);
        for statement in &policy.statements {
            let may_deny = statement.may(Effect::Deny);
            if !may_deny && logic.truth(&tally.allowed.direct) == Truth::True {
                continue;
            }
            let reach = if named {
                let reach = statement.reach(request);
                // A boundary on the caller makes NotPrincipal with Deny deny it always,
                // listed or not (spec: aws-evaluation, section 7.1).
                if bounded && may_deny && statement.is_not_principal() {
                    Reach { direct: Truth::True, ..Reach::NONE }
                } else {
                    reach
                }
            } else {
                Reach { direct: Truth::True, ..Reach::NONE }
            };
            if reach.any() == Truth::False {
                continue;
            }
            let source = policy.source(statement);
            let matches = statement.matches(logic, request, source);
            if logic.truth(&matches) == Truth::False {
                continue;
            }
            let of = |logic: &mut L, truth: Truth| {
                logic.of(truth, || {
                    let (caller, name) = (&request.caller.id, &policy.name);
                    Atom::new(
                        format!("`{caller}` is meant by the principal of `{name}`"),
                        format!("`{caller}` is not meant by the principal of `{name}`"),
                        vec![Missing::Fact(format!("the principal of `{name}`").into())],
                    )
                    .of(statement)
                })
            };
            if may_deny {
                let reached = of(logic, reach.any());
                let denies = statement.has_effect(logic, Effect::Deny, source);
                let denies = logic.and(present.clone(), logic.and(denies, logic.and(reached, matches.clone())));
                tally.denied = logic.or(tally.denied, denies);
                if logic.truth(&tally.denied) == Truth::True {
                    return tally;
                }
            }
            if statement.may(Effect::Allow) {
                let allows = statement.has_effect(logic, Effect::Allow, source);
                let matches = logic.and(logic.and(there.clone(), allows), matches);
                for (truth, sum) in [
                    (reach.direct, &mut tally.allowed.direct),
                    (reach.source, &mut tally.allowed.source),
                    (reach.account, &mut tally.allowed.account),
                ] {
                    if truth != Truth::False {
                        let reached = of(logic, truth);
                        *sum = logic.or(sum.clone(), logic.and(reached, matches.clone()));
                    }
                }
            }
        }
        if policy.unknown {
            let allows = logic.unknown(|| policy.unseen("allow"));
            let allows = logic.and(there, allows);
            tally.allowed.direct = logic.or(tally.allowed.direct, allows);
            let denies = logic.unknown(|| policy.unseen("deny"));
            let denies = logic.and(present, denies);
            tally.denied = logic.or(tally.denied, denies);
        }
    }
    if layer.caps() && !policies.is_empty() {
        let open = logic.or(none, logic.not(bind));
        tally.allowed.direct = logic.or(tally.allowed.direct, open);
    }
    tally
}

/// Goes through the layers. Explicit denies count in all of them (section 6.2); what has
/// to allow is put together as section 7 says.
pub(super) fn evaluate<L: Logic>(logic: &mut L, request: &Request, policies: &Policies<'_>) -> Outcome<L::Value> {
    let caller = &request.caller;
    let yes = logic.known(true);
    let mut outcome =
        Outcome { denied: logic.known(false), denied_by: None, granted: yes.clone(), granted_by: Layer::Identity };
    let bounded = !policies.boundary.is_empty() && special::boundary_applies(request);
    let mut run = |logic: &mut L, list: &[&PreparedPolicy], layer: Layer| {
        let tally = tally(logic, request, list, layer, bounded);
        if outcome.denied_by.is_none() && logic.truth(&tally.denied) == Truth::True {
            outcome.denied_by = Some(layer);
        }
        outcome.denied = logic.or(outcome.denied.clone(), tally.denied.clone());
        tally
    };
    // The first layer, if any, that by itself keeps the request from being allowed.
    let mut blocked = None;
    let mut outer = yes.clone();
    if !policies.scps.is_empty() && special::scps_apply(request) {
        for (level, list) in policies.scps.iter().enumerate() {
            let layer = Layer::Scp(level);
            let allowed = run(logic, list, layer).allowed.direct;
            if logic.truth(&allowed) == Truth::False {
                blocked = blocked.or(Some(layer));
            }
            outer = logic.and(outer, allowed);
        }
    }
    if !policies.rcps.is_empty() && special::rcps_apply(request) {
        for (level, list) in policies.rcps.iter().enumerate() {
            run(logic, list, Layer::Rcp(level));
        }
    }
    if !policies.endpoint.is_empty() {
        let tally = run(logic, &policies.endpoint, Layer::Endpoint);
        let allowed = tally.any(logic);
        if logic.truth(&allowed) == Truth::False {
            blocked = blocked.or(Some(Layer::Endpoint));
        }
        outer = logic.and(outer, allowed);
    }
    let needs_policy = special::needs_resource_policy(request);
    let mut resource = run(logic, &policies.resource, Layer::Resource);
    let not_given = needs_policy && policies.resource.is_empty() && !request.context.is_complete();
    if policies.resource_unknown || not_given {
        let policy = format!("the policy of `{}`", request.resource);
        let atom = |holds: &str, fails: &str| {
            let needs = vec![Missing::Fact(policy.as_str().into())];
            Atom::new(format!("{policy} {holds} it"), format!("{policy} {fails} it"), needs)
        };
        let allows = logic.unknown(|| atom("allows", "does not allow"));
        resource.allowed.direct = logic.or(resource.allowed.direct, allows);
        let denies = logic.unknown(|| atom("denies", "does not deny"));
        outcome.denied = logic.or(outcome.denied.clone(), denies);
    }
    if !caller.is_account_principal() {
        // Services, providers' users and anonymous callers have no identity side (7.9).
        let allowed = resource.any(logic);
        outcome.granted_by = blocked.unwrap_or(Layer::Resource);
        outcome.granted = logic.and(outer, allowed);
        return outcome;
    }
    let mut run = |logic: &mut L, list: &[&PreparedPolicy], layer: Layer| {
        let tally = tally(logic, request, list, layer, bounded);
        if outcome.denied_by.is_none() && logic.truth(&tally.denied) == Truth::True {
            outcome.denied_by = Some(layer);
        }
        outcome.denied = logic.or(outcome.denied.clone(), tally.denied.clone());
        tally.allowed.direct
    };
    let identity = if caller.kind == CallerKind::Root {
        // The root user may do everything that no other layer forbids (7.8).
        yes.clone()
    } else {
        let allowed = run(logic, &policies.identity, Layer::Identity);
        // A federated user's session has no more than its session policy passes on (7.4).
        let nothing = caller.kind == CallerKind::FederatedUser && policies.session.is_empty();
        if nothing { logic.known(false) } else { allowed }
    };
    let boundary = if bounded { run(logic, &policies.boundary, Layer::Boundary) } else { yes.clone() };
    let session = if policies.session.is_empty() { yes } else { run(logic, &policies.session, Layer::Session) };
    let limits = logic.and(boundary.clone(), session);

    let Reach { direct, source, account } = resource.allowed.clone();
    let named = resource.any(logic);
    // By identity alone, by the account's leave, or by name (7.4, 7.11, 7.12).
    let own = if needs_policy { logic.and(account, identity.clone()) } else { identity.clone() };
    let limited = logic.and(logic.or(source, own), limits.clone());
    let within = logic.or(direct, limited);
    // Both sides (7.5).
    let own_side = logic.and(identity.clone(), limits.clone());
    let across = logic.and(own_side.clone(), named.clone());
    let owner_is = match &request.resource_account {
        Owner::Account(account) => Some(caller.account.as_ref() == Some(account)),
        Owner::Caller => Some(true),
        Owner::Unknown => None,
    };
    let inner = match owner_is {
        Some(true) => within,
        Some(false) => across,
        None => {
            let (a, b) = (logic.truth(&within), logic.truth(&across));
            if a == b && a != Truth::Unknown {
                within
            } else {
                let same = logic.unknown(|| {
                    let resource = &request.resource;
                    Atom::new(
                        format!("`{resource}` belongs to the caller's account"),
                        format!("`{resource}` belongs to another account"),
                        vec![Missing::Fact(format!("the account of `{resource}`").into())],
                    )
                });
                let here = logic.and(same.clone(), within.clone());
                let there = logic.and(logic.not(same), across.clone());
                // What holds either way holds: said apart, because truth values cannot tell.
                logic.or(logic.or(here, there), logic.and(within, across))
            }
        }
    };
    let truth = |value: &L::Value| logic.truth(value);
    outcome.granted_by = blocked.unwrap_or_else(|| match truth(&inner) {
        Truth::True if truth(&own_side) != Truth::True => Layer::Resource,
        Truth::True => Layer::Identity,
        _ if truth(&identity) == Truth::False => {
            if truth(&named) == Truth::False && owner_is == Some(false) {
                Layer::Resource
            } else {
                Layer::Identity
            }
        }
        _ if truth(&limits) == Truth::False => {
            if truth(&boundary) == Truth::False {
                Layer::Boundary
            } else {
                Layer::Session
            }
        }
        _ => Layer::Resource,
    });
    outcome.granted = logic.and(outer, inner);
    outcome
}
