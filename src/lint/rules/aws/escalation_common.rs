//! Which actions together let a holder gain more than a policy says, and what grants them.
//!
//! The sets are those that published catalogues of IAM privilege escalation agree on.

use std::sync::LazyLock;

use super::grant_common::{Grant, Reach, grant, grant_to, grants};
use crate::aws::catalog::catalog;
use crate::aws::pass_role::PASS_SETS;
use crate::lint::holding::{Holding, goes_to};
use crate::lint::{Services, Severity, Sink, StatementFacts};

/// The services of each set's actions.
static NEEDS: LazyLock<Vec<Services>> =
    LazyLock::new(|| PASS_SETS.iter().map(|set| Services::of_all(set.actions)).collect());

/// Services of which some statement may allow an action.
fn allowed(statements: &[StatementFacts<'_>]) -> Services {
    statements.iter().filter(|facts| facts.allow).fold(Services::NONE, |all, facts| all.union(facts.services))
}

/// Whether the conditions of an `iam:PassRole` statement let a role go to one of these.
pub(super) fn passes(facts: &StatementFacts<'_>, services: &[&str]) -> bool {
    let to = |service: &&str| facts.conditions_on("iam:passedtoservice").all(|condition| goes_to(condition, service));
    services.iter().any(to)
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
    let severity = if set.iter().any(|grant| grant.lowered) { severity.milder() } else { severity };
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
    finding.taken(set.iter().find_map(|grant| grant.capped));
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
