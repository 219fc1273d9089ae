//! Requests with wildcards, read as "is any of these allowed?" or "are all?".
//!
//! Actions are finite and known, so each one is asked. Resources are not: they are asked
//! at the places where something can change, a resource common to the request and a
//! statement's pattern, and one outside of them. What that finds is shown as a witness;
//! what it does not settle stays undetermined.

use smol_str::SmolStr;

use super::explain::{Explanation, explain_each, layers};
use super::request::{Request, Target, Wildcard};
use super::verdict::{Policies, Reason, decide};
use crate::aws::catalog::catalog;
use crate::decision::Decision;
use crate::pattern::Glob;
use crate::pattern::glob::escape_text;

/// Most resources tried for one action.
const MOST_RESOURCES: usize = 64;
/// Most requests tried in all.
const MOST_REQUESTS: usize = 20_000;

/// Settles an undetermined answer by concrete requests, where they can.
pub(super) fn settle(request: &Request, policies: &Policies<'_>, explanation: &mut Explanation) {
    let actions = actions(request, policies);
    let finite = request.ask.actions.is_none() || !actions.is_empty();
    let several = matches!(request.ask.resource, Target::Many(_));
    let resources = if several { resources(request, policies) } else { vec![request.resource.clone()] };
    let wanted = match request.wildcard {
        Wildcard::Any => Decision::Allowed,
        Wildcard::All => Decision::Denied,
        Wildcard::Each => return,
    };
    let mut tried = 0;
    let mut certain = true;
    for action in &actions {
        for resource in &resources {
            tried += 1;
            if tried > MOST_REQUESTS {
                return;
            }
            let one = concrete(request, action, resource, several);
            let decision = decide(&one, policies).decision();
            if decision == wanted {
                let shown = explain_each(&one, policies);
                *explanation = Explanation { witness: Some((action.clone(), resource.clone())), ..shown };
                return;
            }
            certain &= decision != Decision::Undetermined;
        }
    }
    // Every action on the one resource answers alike: that is the answer for all of them.
    if certain && finite && !several {
        let last =
            actions.last().map(|action| explain_each(&concrete(request, action, &request.resource, false), policies));
        if let Some(shown) = last {
            *explanation = shown;
        }
    } else if explanation.verdict.reason == Reason::Undetermined {
        explanation.condition = None;
    }
}

fn concrete(request: &Request, action: &SmolStr, resource: &SmolStr, several: bool) -> Request {
    let mut one = request.clone();
    one.action = action.clone();
    one.resource = resource.clone();
    one.ask.action = SmolStr::from(action.to_ascii_lowercase());
    one.ask.actions = None;
    if several {
        one.ask.resource = Target::One;
    }
    one
}

/// The actions a request stands for: those of the service data, and those that statements
/// name in full; where neither knows any, the pattern's own shortest text with each
/// statement.
fn actions(request: &Request, policies: &Policies<'_>) -> Vec<SmolStr> {
    let Some(pattern) = &request.ask.actions else { return vec![request.action.clone()] };
    let known = catalog().matching(&request.action);
    let mut actions: Vec<SmolStr> =
        known.map(|(service, action)| SmolStr::from(format!("{}:{}", service.prefix, action.name))).collect();
    for (_, list) in layers(request, policies) {
        for statement in list.iter().flat_map(|policy| &policy.statements) {
            let literal = statement.action_globs().iter().filter_map(Glob::as_literal);
            let unknown = literal.filter(|text| pattern.matches(text) && catalog().action(text).is_none());
            actions.extend(unknown.map(SmolStr::new));
        }
    }
    actions.sort_unstable();
    actions.dedup();
    actions
}

/// Resources at which the answer can change: one in common with each pattern, and one
/// outside of all of them.
fn resources(request: &Request, policies: &Policies<'_>) -> Vec<SmolStr> {
    let Target::Many(asked) = &request.ask.resource else { return Vec::new() };
    let mut globs: Vec<Glob> = Vec::new();
    for (_, list) in layers(request, policies) {
        for statement in list.iter().flat_map(|policy| &policy.statements) {
            globs.extend(statement.resource_globs(request));
        }
    }
    let mut found: Vec<SmolStr> = Vec::new();
    found.extend(escape_text(&globs, asked).ok().flatten().map(SmolStr::from));
    found.extend(asked.overlaps(asked).map(SmolStr::from));
    for (index, glob) in globs.iter().enumerate() {
        if found.len() >= MOST_RESOURCES {
            break;
        }
        let others: Vec<Glob> = globs.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, g)| g.clone()).collect();
        found.extend(glob.overlaps(asked).map(SmolStr::from));
        // inside this pattern and the request, outside the other patterns
        if let Some(common) = glob.overlaps(asked)
            && let Ok(Some(alone)) = escape_text(&others, glob)
            && asked.matches(&alone)
            && alone != common
        {
            found.push(SmolStr::from(alone));
        }
    }
    found.retain(|text| asked.matches(text) && text.splitn(6, ':').count() == 6);
    found.sort_unstable();
    found.dedup();
    found
}
