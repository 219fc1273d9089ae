//! What the server refuses in a policy, in its own words.

use super::{Policy, Problem, quote};
use crate::syntax::hcl1::{Item, Object};

/// Adds a problem; the first one is what the server reports.
pub(super) fn refuse(policy: &mut Policy, problem: Problem) {
    policy.refusals.push((policy.problems.len(), format!("failed to parse policy: {}", problem.server_message)));
    policy.problems.push(problem);
}

/// Adds the problems of one object's keys, which the server reports together.
pub(super) fn refuse_all(policy: &mut Policy, mut problems: Vec<Problem>, prefix: Option<&str>) {
    if problems.is_empty() {
        return;
    }
    if let Some(prefix) = prefix {
        for problem in &mut problems {
            problem.server_message = format!("{prefix} {}", problem.server_message);
        }
    }
    let messages: Vec<String> = problems.iter().map(|problem| problem.server_message.clone()).collect();
    policy.refusals.push((policy.problems.len(), format!("failed to parse policy: {}", several(&messages))));
    policy.problems.append(&mut problems);
}

/// Several errors in one text, as the server prints them.
pub(super) fn several(messages: &[String]) -> String {
    let count = if messages.len() == 1 { "1 error".to_owned() } else { format!("{} errors", messages.len()) };
    let lines: Vec<String> = messages.iter().map(|message| format!("* {message}")).collect();
    format!("{count} occurred:\n\t{}\n\n", lines.join("\n\t"))
}

/// The problems with an object's keys: each first key that is not one of `valid`.
pub(super) fn wrong_keys(
    text: &str,
    object: &Object,
    valid: &[&str],
    rule: &'static str,
    help: impl Fn(&str, &Item) -> Option<String>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for item in &object.items {
        let Some(key) = item.keys.first() else { continue };
        let Some(name) = key.text.known() else { continue };
        if valid.contains(&name) {
            continue;
        }
        let line = item.assign.map_or(0, |place| place.line_and_column(text).0);
        problems.push(Problem {
            rule,
            server_message: format!("invalid key {} on line {line}", quote(name)),
            message: format!("unknown key `{name}`"),
            span: key.span,
            help: help(name, item),
            void_after: None,
        });
    }
    problems
}
