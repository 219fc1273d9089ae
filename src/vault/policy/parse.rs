//! Text → [`Policy`], with everything the server would refuse in it.
//! spec: vault-acl a.3

use super::decode::{Decoder, Seen};
use super::stanza::{Reader, stanza_keys};
use super::{Policy, Problem, SyntaxError, quote};
use crate::source::Fragment;
use crate::suggest::closest;
use crate::syntax::hcl1::{self, Expr, Item, Object};
use crate::vault::dialect::Dialect;

/// Keys that may stand beside stanzas.
const ROOT_KEYS: [&str; 2] = ["name", "path"];

/// Parses a policy, HCL or JSON, as that server would. What the server refuses beyond
/// syntax is in the policy's [`problems`](Policy::problems), and the rest of the document
/// is read all the same.
///
/// # Errors
/// The syntax error that the server reports.
pub fn parse(fragment: &Fragment<'_>, dialect: Dialect) -> Result<Policy, SyntaxError> {
    let options = hcl1::Options { refuse_duplicates: dialect.refuses_duplicates() };
    let document = hcl1::parse(fragment, options)?;
    let mut policy = Policy { unknown: document.root.unknown.clone(), ..Policy::default() };
    let text = fragment.text.as_ref();
    let problems = wrong_keys(text, &document.root, &ROOT_KEYS, "unknown-root-key", |key, _| {
        closest(key, ROOT_KEYS).map(|known| format!("did you mean `{known}`?"))
    });
    refuse_all(&mut policy, problems, None);
    check_name(&mut policy, text, &document.root);
    let valid = stanza_keys(dialect);
    for item in document.root.items.iter().filter(|item| item.is("path")) {
        let reader = Reader { dialect, text, item, valid: &valid };
        reader.read(&mut policy);
    }
    // A hole for a key may be `path`.
    let unknown_key = |item: &&Item| item.keys.first().is_some_and(|key| !key.text.is_known());
    for item in document.root.items.iter().filter(unknown_key) {
        let holes = item.keys.first().map(|key| key.text.holes()).unwrap_or_default();
        policy.unknown.extend(holes.iter().map(|hole| hole.unknown.clone()));
    }
    Ok(policy)
}

/// `name` is ignored, but its value must be a string.
fn check_name(policy: &mut Policy, text: &str, root: &Object) {
    for value in Seen::of_key(root, "name") {
        if matches!(value, Seen::Unknown(_)) {
            continue;
        }
        let decoder = Decoder { text, fallback: root.span };
        if let Err(refusal) = decoder.string("root.name", &value) {
            let problem = Problem {
                rule: "wrong-type",
                server_message: refusal.message,
                message: "`name` must be a string".to_owned(),
                span: refusal.span,
                void_after: None,
                help: Some("remove it: the server takes the name from the request that writes the policy".to_owned()),
            };
            refuse(policy, problem);
        }
    }
}

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

/// The object that an item holds, or what the server says where it holds none.
pub(super) fn object_of(expr: &Expr) -> Result<&Object, Option<&'static str>> {
    match expr {
        Expr::Object(object) => Ok(object),
        Expr::Literal(_) => Err(Some("*ast.LiteralType")),
        Expr::List(_) => Err(Some("*ast.ListType")),
        Expr::Unknown(_) => Err(None),
    }
}
