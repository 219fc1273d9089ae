//! Which actions together let a holder gain more than a policy says, and what grants them.
//!
//! The sets are those that published catalogues of IAM privilege escalation agree on.

use std::cell::OnceCell;
use std::sync::LazyLock;

use crate::aws::catalog::catalog;
use crate::aws::pass_role::PASS_SETS;
use crate::lint::{Asked, ConditionFact, DocumentContext, ResourceFact, Services, Severity, Sink, StatementFacts};
use crate::model::{Ceiling, Left, Wanted, circumstance, left};
use crate::source::Span;

/// The services of each set's actions.
static NEEDS: LazyLock<Vec<Services>> =
    LazyLock::new(|| PASS_SETS.iter().map(|set| Services::of_all(set.actions)).collect());

/// On which resources an action must be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// On any at all.
    Any,
    /// On every resource of its kind.
    Every,
    /// On every resource of its kind, or on the caller's own user.
    EveryOrSelf,
    /// On `*`.
    Star,
}

/// What grants an action.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant<'f> {
    /// The action, in lower case.
    pub(super) action: &'static str,
    /// What allows it.
    pub(super) span: Span,
    /// The resource that is wide enough.
    pub(super) resource: Option<Span>,
    /// Whether circumstances (MFA, network, time) must be given too.
    pub(super) lowered: bool,
    /// What takes it away in some circumstances, and which kind of policy that is.
    pub(super) capped: Option<(Span, &'static str)>,
    /// The statement.
    pub(super) facts: &'f StatementFacts<'f>,
}

/// Statements, with what limits those who hold them.
pub(super) struct Holding<'f> {
    pub(super) statements: &'f [StatementFacts<'f>],
    limits: Limits<'f>,
}

/// What limits holders.
enum Limits<'f> {
    /// Nothing that is looked at.
    None,
    /// What limits those who hold a document, worked out when something is granted.
    Document(&'f DocumentContext<'f>, OnceCell<Vec<Ceiling<'f>>>),
    /// What limits one.
    Holder(&'f Ceiling<'f>),
}

impl<'f> Holding<'f> {
    /// Statements by themselves.
    pub(super) fn alone(statements: &'f [StatementFacts<'f>]) -> Self {
        Self { statements, limits: Limits::None }
    }

    /// Those of a document, whoever holds it.
    pub(super) fn of(context: &'f DocumentContext<'f>) -> Self {
        Self { statements: context.statements, limits: Limits::Document(context, OnceCell::new()) }
    }

    /// All that a holder has.
    pub(super) fn by(statements: &'f [StatementFacts<'f>], ceiling: &'f Ceiling<'f>) -> Self {
        Self { statements, limits: Limits::Holder(ceiling) }
    }

    /// What is left of something that the statements grant.
    fn left(&self, wanted: Wanted<'_>) -> Left {
        match &self.limits {
            Limits::None => Left::Whole,
            Limits::Document(context, all) => {
                left(all.get_or_init(|| Ceiling::of_document(context.inputs.model, context.document.span)), wanted)
            }
            Limits::Holder(ceiling) => ceiling.left(wanted),
        }
    }
}

/// The first statement that allows an action widely enough, sure ones before conditional
/// ones, honouring what other statements deny and what limits the holder.
pub(super) fn grant<'f>(holding: &Holding<'f>, action: &'static str, reach: Reach) -> Option<Grant<'f>> {
    grant_to(holding, holding.statements, (action, reach), &[])
}

/// The same, of some of the statements; of `iam:PassRole`, to one of these services.
pub(super) fn grant_to<'f>(
    holding: &Holding<'f>,
    some: &'f [StatementFacts<'f>],
    (action, reach): (&'static str, Reach),
    services: &[&str],
) -> Option<Grant<'f>> {
    let mut found: Option<Grant<'f>> = None;
    let asked = Asked::new(action);
    for facts in some.iter().filter(|facts| facts.allow && facts.services.meet(asked.services)) {
        let Some(span) = facts.applies_to_asked(&asked) else { continue };
        let Some((resource, text)) = reaches(facts, action, reach) else { continue };
        let Some(mut lowered) = lowers(facts, action) else { continue };
        match denied(some, action, text) {
            Some(true) => continue,
            Some(false) => lowered = true,
            None => {}
        }
        let wanted = Wanted { action, resource: text, all: reach != Reach::Any, surely: false, services };
        let capped = match holding.left(wanted) {
            Left::Nothing => continue,
            Left::Sometimes(place, what) => Some((place, what)),
            Left::Whole => None,
        };
        lowered |= capped.is_some();
        let grant = Grant { action, span, resource, lowered, capped, facts };
        if !lowered {
            return Some(grant);
        }
        found = found.or(Some(grant));
    }
    found
}

/// Services of which some statement may allow an action.
fn allowed(statements: &[StatementFacts<'_>]) -> Services {
    statements.iter().filter(|facts| facts.allow).fold(Services::NONE, |all, facts| all.union(facts.services))
}

/// The grants of all actions of a set.
pub(super) fn grants<'f>(holding: &Holding<'f>, actions: &[&'static str], reach: Reach) -> Option<Vec<Grant<'f>>> {
    actions.iter().map(|action| grant(holding, action, reach)).collect()
}

/// The resource that makes a statement wide enough, and its text.
fn reaches<'f>(facts: &'f StatementFacts<'_>, action: &str, reach: Reach) -> Option<(Option<Span>, &'f str)> {
    if facts.not_resource {
        return facts.any_resource().map(|span| (Some(span), "*"));
    }
    let wide = |resource: &&ResourceFact<'_>| match reach {
        Reach::Star => resource.all,
        Reach::Any => resource.all || of_kind(resource, action),
        Reach::Every => resource.all || every(resource, action),
        Reach::EveryOrSelf => resource.all || every(resource, action) || own(resource, action),
    };
    facts.resources.iter().find(wide).map(|resource| (Some(resource.item.span), resource.text))
}

/// Whether the ARN is of a service and type that the action works on.
fn of_kind(resource: &ResourceFact<'_>, action: &str) -> bool {
    let service = action.split(':').next().unwrap_or("");
    let Some(own) = resource.field(2) else { return false };
    if own != service && !own.contains('*') {
        return false;
    }
    let Some((known, found)) = catalog().action(action) else { return true };
    let kind = kind_of(resource.field(5).unwrap_or(""));
    if kind.contains('*') || kind.is_empty() {
        return true;
    }
    let mut types = known.resources_of(found).map(|one| kind_of(one.field(5))).peekable();
    types.peek().is_none() || types.any(|of| of == kind || of.contains('$'))
}

/// `role` of `role/app/x`.
fn kind_of(rest: &str) -> &str {
    rest.split(['/', ':']).next().unwrap_or(rest)
}

/// Whether the ARN is every resource of a type the action works on: `role/*`.
fn every(resource: &ResourceFact<'_>, action: &str) -> bool {
    let rest = resource.field(5).unwrap_or("");
    let mut segments = rest.split(['/', ':']);
    let first = segments.next().unwrap_or("");
    let star = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
    let mut others = segments.peekable();
    let open = if others.peek().is_none() {
        // `*`, `role*`
        first.ends_with('*') && !first.contains(['-', '_', '.'])
    } else {
        !first.is_empty() && others.all(star)
    };
    open && of_kind(resource, action)
}

/// Whether the ARN is the caller's own user.
fn own(resource: &ResourceFact<'_>, action: &str) -> bool {
    resource.field(5).is_some_and(|rest| rest.starts_with("user/") && rest.ends_with("${aws:username}"))
        && of_kind(resource, action)
}

/// Whether conditions make a grant depend on circumstances; none where they limit what is
/// done, or may.
pub(super) fn lowers(facts: &StatementFacts<'_>, action: &str) -> Option<bool> {
    if facts.statement.conditions_unknown || facts.statement.unknown {
        return None;
    }
    let mut lowered = false;
    for condition in &facts.conditions {
        if action == "iam:passrole" && condition.key == "iam:passedtoservice" {
            continue;
        }
        if !circumstance(&condition.key) {
            return None;
        }
        lowered = true;
    }
    Some(lowered)
}

/// Whether what is allowed is denied: certainly or to all purposes (true), in some
/// circumstances (false), or not.
pub(super) fn denied(statements: &[StatementFacts<'_>], action: &str, resource: &str) -> Option<bool> {
    let mut answer = None;
    for facts in statements.iter().filter(|facts| facts.deny) {
        let covered = facts.actions.iter().any(|item| item.covers(action));
        if covered == facts.not_action {
            continue;
        }
        let whole = facts.resources.is_empty()
            || facts.not_resource
            || facts.resources.iter().any(|item| item.covers(resource) || every(item, action));
        if !whole {
            continue;
        }
        if facts.conditions.iter().all(|condition| !circumstance(&condition.key)) {
            // unconditional, or unless a boundary, policy, tag or service is as demanded
            return Some(true);
        }
        answer = Some(false);
    }
    answer
}

/// Whether the conditions of an `iam:PassRole` statement let a role go to one of these.
/// The key is part of every such request, so that `IfExists` makes no difference.
pub(super) fn passes(facts: &StatementFacts<'_>, services: &[&str]) -> bool {
    let hit = |condition: &ConditionFact<'_>, service: &str| {
        let glob = condition.operator.contains("like");
        let same = |value: &str| {
            if glob { crate::pattern::glob::matches(value, service) } else { value.eq_ignore_ascii_case(service) }
        };
        condition.values().any(|(value, _)| same(value))
    };
    services.iter().any(|service| {
        facts.conditions_on("iam:passedtoservice").all(|condition| match condition.operator.as_str() {
            "null" => true,
            _ if condition.negated => !hit(condition, service),
            _ => hit(condition, service),
        })
    })
}

/// A set that the statements hold: `iam:PassRole` first.
pub(super) fn pass_set<'f>(holding: &Holding<'f>) -> Option<Vec<Grant<'f>>> {
    const PASS: Services = Services::of("iam:passrole");
    let statements = holding.statements;
    let reach = |facts: &StatementFacts<'_>| {
        facts.allow && facts.services.meet(PASS) && facts.applies_to("iam:passrole").is_some()
    };
    if !statements.iter().any(reach) {
        return None;
    }
    let allowed = allowed(statements);
    let mut weaker: Option<Vec<Grant<'f>>> = None;
    for (set, _) in PASS_SETS.iter().zip(NEEDS.iter()).filter(|(_, needs)| allowed.hold(**needs)) {
        let Some(others) = grants(holding, set.actions, Reach::Any) else { continue };
        // each statement by itself, as each has services of its own
        for (index, facts) in statements.iter().enumerate().filter(|(_, facts)| reach(facts)) {
            if !passes(facts, set.services) {
                continue;
            }
            let Some(own) = statements.get(index..=index) else { continue };
            let pass = grant_to(holding, own, ("iam:passrole", Reach::Every), set.services);
            let Some(pass) = pass else { continue };
            if denied(statements, "iam:passrole", "*") == Some(true) {
                return None;
            }
            let all: Vec<Grant<'f>> = std::iter::once(pass).chain(others.iter().copied()).collect();
            if !limited(&all) {
                return Some(all);
            }
            weaker = weaker.or(Some(all));
        }
    }
    weaker
}

/// Whether a service, or circumstances, limit a set.
pub(super) fn limited(set: &[Grant<'_>]) -> bool {
    set.iter().any(|grant| grant.lowered)
        || set.first().is_some_and(|pass| pass.facts.conditions_on("iam:passedtoservice").next().is_some())
}

/// One step milder.
pub(super) fn milder(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

/// The action as AWS spells it.
pub(super) fn spelled(action: &str) -> String {
    catalog()
        .action(action)
        .map_or_else(|| action.to_owned(), |(service, found)| format!("{}:{}", service.prefix, found.name))
}

/// `A`, `B` and `C` in backticks.
pub(super) fn listed(grants: &[Grant<'_>]) -> String {
    let names: Vec<String> = grants.iter().map(|grant| format!("`{}`", spelled(grant.action))).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Reports a set at one of its grants, with the others beside it.
pub(super) fn report(
    set: &[Grant<'_>],
    at: Grant<'_>,
    (message, help): (String, &str),
    severity: Severity,
    sink: &mut Sink<'_>,
) {
    let severity = if set.iter().any(|grant| grant.lowered) { milder(severity) } else { severity };
    let finding = sink.report(at.span, message);
    finding
        .label(format!("allows `{}`", spelled(at.action)))
        .witness(format!("{} on {}", spelled(at.action), shown(at.facts)))
        .help(help)
        .severity(severity)
        .granted_by(at.span);
    for grant in set.iter().filter(|grant| grant.action != at.action) {
        finding.related(grant.span, format!("allows `{}`", spelled(grant.action)));
    }
    if let Some(place) = at.resource {
        finding.related(place, "on this resource");
    }
    if let Some((place, what)) = set.iter().find_map(|grant| grant.capped) {
        finding.related(place, format!("this {what} takes it away in some circumstances"));
    }
}

fn shown(facts: &StatementFacts<'_>) -> String {
    match facts.resources.first() {
        Some(resource) if !facts.not_resource => resource.item.text.display(),
        _ => "*".to_owned(),
    }
}

/// Reports the first action of a list that a document grants, by place.
pub(super) fn first(
    holding: &Holding<'_>,
    actions: &[&'static str],
    reach: Reach,
    sink: &mut Sink<'_>,
    (what, help): (impl Fn(&str) -> String, &str),
) {
    if let Some(at) = first_of(holding, actions, reach) {
        report(&[at], at, (what(&spelled(at.action)), help), sink.severity(), sink);
    }
}

/// The first action of a list that a document grants, by place, sure ones first.
pub(super) fn first_of<'f>(holding: &Holding<'f>, actions: &[&'static str], reach: Reach) -> Option<Grant<'f>> {
    let allowed = allowed(holding.statements);
    if !actions.iter().any(|action| allowed.meet(Services::of(action))) {
        return None;
    }
    let mut found: Vec<Grant<'_>> = actions.iter().filter_map(|action| grant(holding, action, reach)).collect();
    found.sort_by_key(|grant| (grant.lowered, grant.span.start));
    found.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::document::parse;
    use crate::source::{Fragment, SourceId};
    use crate::syntax::json;

    fn holds(policy: &str) -> bool {
        let (node, _) = json::parse(&Fragment::plain(SourceId(0), 0, policy));
        let document = parse(&node.unwrap());
        let statements: Vec<StatementFacts<'_>> =
            document.statements.iter().map(|statement| StatementFacts::new(statement)).collect();
        pass_set(&Holding::alone(&statements)).is_some()
    }

    #[test]
    fn every_action_of_every_set_exists() {
        for set in PASS_SETS {
            for action in set.actions {
                assert!(catalog().action(action).is_some(), "{action}");
            }
        }
    }

    #[test]
    fn every_set_is_found_and_only_whole() {
        for set in PASS_SETS {
            let all = set.actions.join("\",\"");
            let service = set.services[0];
            let policy = |actions: &str, service: &str| {
                format!(
                    r#"{{"Version":"2012-10-17","Statement":[
                    {{"Effect":"Allow","Action":"iam:PassRole","Resource":"*",
                      "Condition":{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}}},
                    {{"Effect":"Allow","Action":["{actions}"],"Resource":"*"}}]}}"#
                )
            };
            assert!(holds(&policy(&all, service)), "{all}");
            assert!(!holds(&policy(&all, "monitoring.rds.amazonaws.com")), "{all} for another service");
            if set.actions.len() > 1 {
                let fewer = set.actions[1..].join("\",\"");
                let alone = PASS_SETS.iter().any(|other| other.actions.iter().all(|a| set.actions[1..].contains(a)));
                assert_eq!(holds(&policy(&fewer, service)), alone, "{fewer}");
            }
        }
    }
}
