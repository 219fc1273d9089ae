//! Checks of single values: actions, resources, condition values, variables
//! (spec: aws-checks, groups B to D).

use std::sync::Arc;

use super::{Condition, Item, ListElement, Problem, Statement};
use crate::aws::condition::value::{Cidr, Instant, Number, parse_bool};
use crate::aws::condition::{Base, Operator};
use crate::aws::variable::{self, Part};
use crate::aws::{partition, placeholder};
use crate::source::Span;
use crate::syntax::{Node, Text, Value};

/// Whether a list is empty, and not only of what was refused. Its own problems are those from
/// `first` on: to look through all of the document's for each list takes its length squared.
fn lists_nothing(element: &ListElement, first: usize, problems: &[Problem]) -> bool {
    let own = problems.get(first..).unwrap_or_default();
    element.items.is_empty() && !element.unknown && !own.iter().any(|problem| problem.refused)
}

/// `*` or `service:name`. The problems from `first` on are those of reading the list.
pub(super) fn check_actions(element: &mut ListElement, first: usize, problems: &mut Vec<Problem>) {
    if lists_nothing(element, first, problems) {
        let (name, outcome) = if element.negated {
            ("NotAction", "the statement is about every action")
        } else {
            ("Action", "the statement is about no action")
        };
        let message = format!("`{name}` lists nothing: {outcome}");
        problems.push(Problem::tolerated("action-empty", message, element.span));
    }
    element.plain = true;
    for item in &element.items {
        if item.text.known().is_some_and(is_plain) {
            continue;
        }
        element.plain = false;
        if let Some(text) = item.text.known() {
            check_action(text, item, problems);
        }
    }
}

/// Whether a text is `service:Name`, with wildcards in the name alone.
fn is_plain(text: &str) -> bool {
    let kind = |byte: &u8| KINDS.get(usize::from(*byte)).copied().unwrap_or_default();
    let bytes = text.as_bytes();
    let Some(colon) = bytes.iter().position(|byte| kind(byte) != WORD) else { return false };
    let Some((b':', name)) = bytes.get(colon..).and_then(<[u8]>::split_first) else { return false };
    // without a way out of the loop
    colon > 0 && !name.is_empty() && name.iter().fold(WORD, |worst, byte| worst | kind(byte)) <= WORD | WILD
}

/// Letters, digits and signs of the names of services and actions.
const WORD: u8 = 1;
/// Wildcards.
const WILD: u8 = 2;
/// All else.
const OTHER: u8 = 4;

/// What each byte is in an action.
static KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte: u8 = 0;
    let mut rest = kinds.as_mut_slice();
    while let [kind, others @ ..] = rest {
        *kind = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => WORD,
            b'*' | b'?' => WILD,
            _ => OTHER,
        };
        byte = byte.wrapping_add(1);
        rest = others;
    }
    kinds
};

fn check_action(text: &str, item: &Item, problems: &mut Vec<Problem>) {
    if text.is_empty() {
        problems.push(Problem::refused("action-empty", "an empty string is no action", item.span));
        return;
    }
    if text.contains("${") {
        no_variables("Action", &item.text, item.span, problems);
        return;
    }
    if text.trim() != text || text.contains(|c: char| c.is_control()) {
        let message = format!("the action `{}` has white space around it", text.escape_debug());
        let problem = Problem::refused("action-whitespace", message, item.span);
        problems.push(problem.with_help(format!("write `{}`", text.trim())));
        return;
    }
    // `*` alone stands for every action, and so do several
    if text.bytes().all(|b| b == b'*') {
        return;
    }
    let (service, name) = text.split_once(':').unwrap_or((text, ""));
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-_.".contains(&b));
    if !part(service) || !part(name) {
        let message = format!("`{text}` is no action: actions are written `service:Name`, or `*` for all");
        let problem = Problem::refused("action-format", message, item.span).about(text);
        problems.push(match text.split_once(['/', '.']) {
            Some((service, name)) if !text.contains(':') && part(service) && part(name) => {
                problem.with_help(format!("did you mean `{service}:{name}`?"))
            }
            _ => problem,
        });
        return;
    }
    if service.contains(['*', '?']) {
        // AWS pages contradict each other on whether such a policy is taken; it is where
        // Access Analyzer only suggests a change (spec: aws-evaluation, section 2.2).
        let message = format!("the service in `{text}` has a wildcard");
        let problem = Problem::tolerated("action-wildcard-in-service", message, item.span);
        problems.push(problem.with_help("name the service, or write `*` for all actions"));
    }
}

/// `*` or an ARN pattern. The problems from `first` on are those of reading the list.
pub(super) fn check_resources(element: &mut ListElement, first: usize, problems: &mut Vec<Problem>) {
    if lists_nothing(element, first, problems) {
        let (name, outcome) = if element.negated {
            ("NotResource", "the statement is about every resource")
        } else {
            ("Resource", "the statement is about no resource")
        };
        let message = format!("`{name}` lists nothing: {outcome}");
        problems.push(Problem::tolerated("resource-empty", message, element.span));
    }
    element.plain = true;
    for item in &element.items {
        let plain = item.text.known().is_some_and(is_without_variable);
        element.plain &= plain;
        check_resource(item, plain, problems);
    }
}

/// Whether a text is printable ASCII in which no variable or placeholder begins.
fn is_without_variable(text: &str) -> bool {
    // without a way out of the loop many bytes are looked at in one step
    let letter = |byte: u8| matches!(byte, b' '..=b'#' | b'%'..=b';' | b'='..=b'z' | b'|'..=b'~');
    text.bytes().fold(true, |plain, byte| plain & letter(byte))
}

fn check_resource(item: &Item, plain: bool, problems: &mut Vec<Problem>) {
    let raw = item.text.raw();
    let known_until = item.text.holes().first().map_or(raw.len(), |hole| hole.at as usize);
    let whole = item.text.is_known();
    if whole && raw.is_empty() {
        problems.push(Problem::refused("resource-empty", "an empty string is no resource", item.span));
        return;
    }
    if whole && raw.bytes().all(|b| b == b'*') {
        return;
    }
    let head = raw.get(..known_until.min(4)).unwrap_or_default();
    if !"arn:".starts_with(head) || (whole && head.len() < 4) {
        // A template that is rendered elsewhere: `${Bucket.Arn}/*` may well be an ARN then.
        let template = raw.strip_prefix("${").and_then(|rest| rest.split('}').next());
        if template.is_some_and(|name| !name.contains(':')) {
            return;
        }
        let shown = item.text.display();
        let problem =
            Problem::refused("arn-prefix", format!("`{shown}` is neither `*` nor an ARN"), item.span).about(raw);
        problems.push(match raw {
            _ if raw.trim() != raw && (raw.trim() == "*" || raw.trim().starts_with("arn:")) => {
                problem.with_help(format!("white space is part of it: write `{}`", raw.trim()))
            }
            _ if raw.starts_with("${") => problem.with_help("the text looks like a template: check what it renders to"),
            _ => problem.with_help("ARNs are written `arn:partition:service:region:account:resource`"),
        });
        return;
    }
    if whole {
        check_partition(raw, item.span, problems);
        let fields = if plain { 1 + colons(raw) } else { segment_count(raw) };
        if fields < 6 {
            let message = format!("the ARN `{raw}` has {fields} of six fields");
            if raw.ends_with('*') {
                let problem = Problem::tolerated("arn-fields", message, item.span);
                problems.push(problem.with_help("the `*` runs past the missing fields: write them out"));
            } else {
                let problem = Problem::refused("arn-fields", message, item.span);
                problems.push(problem.with_help("write `arn:partition:service:region:account:resource`"));
            }
        }
    }
}

/// IAM refuses a resource of a partition that does not exist
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>,
/// invalid partition).
fn check_partition(arn: &str, span: Span, problems: &mut Vec<Problem>) {
    let Some((partition, _)) = arn.strip_prefix("arn:").and_then(|rest| rest.split_once(':')) else { return };
    if !partition::possible(partition) {
        let message = format!("`{partition}` is no AWS partition");
        problems.push(Problem::refused("arn-partition", message, span).with_help("write `aws`"));
    }
}

/// Fields of an ARN pattern, where the colons inside variables do not count.
fn segment_count(text: &str) -> usize {
    let count = |part: &Part<'_>| if let Part::Text(text) = part { colons(text) } else { 0 };
    variable::parts(text).0.iter().map(count).sum::<usize>() + 1
}

fn colons(text: &str) -> usize {
    memchr::memchr_iter(b':', text.as_bytes()).count()
}

/// Variables stand in `Resource` and `Condition` only (spec: aws-evaluation, section 3.2).
pub(super) fn no_variables(element: &str, text: &Text, span: Span, problems: &mut Vec<Problem>) {
    if variable::has_variables(text.raw()) {
        let message = format!("`{element}` may not hold the variable in `{}`", text.display());
        let problem = Problem::refused("variable-wrong-element", message, span);
        let problem = Problem { blank: is_template(text.raw()), ..problem };
        problems.push(problem.with_help(if text.raw().contains("${AWS::") {
            "CloudFormation fills it in within `Fn::Sub` alone: write `!Sub` before the text"
        } else {
            "if the text is a template, check what it renders to"
        }));
    }
}

/// Whether all variables are those of a template that is rendered before AWS sees it: the
/// name of a condition key has a colon.
fn is_template(text: &str) -> bool {
    let parts = variable::parts(text).0;
    parts.iter().all(|part| match part {
        Part::Text(_) => true,
        Part::Variable { key, default } => !key.contains(':') && default.is_none(),
        Part::Escape(_) => false,
    })
}

/// Checks the syntax of variables where they may stand, and whether the document's
/// version has any. `known` tells whether the version is known at all.
pub(super) fn check_variables(statements: &[Arc<Statement>], enabled: bool, known: bool, problems: &mut Vec<Problem>) {
    let mut check = |text: &Text, span: Span| {
        // a character is looked for faster than two
        if !text.raw().contains('$') || !text.raw().contains("${") {
            return;
        }
        let (parts, faults) = variable::parts(text.raw());
        // a placeholder inside a variable is told as one
        let filled = |text: &str| text.contains("{{") && text.contains("}}");
        for (fault, range) in faults.into_iter().filter(|_| !filled(text.raw())) {
            let place = text.span_of(span, range.start, range.end);
            problems.push(Problem::refused("variable-syntax", fault.message(), place));
        }
        if !enabled && known && parts.iter().any(|part| !matches!(part, Part::Text(_))) {
            let message = format!("`{}` is literal text: the policy's version has no variables", text.display());
            let problem = Problem::refused("variable-in-old-version", message, span);
            let problem = Problem { blank: is_template(text.raw()), ..problem };
            problems.push(problem.with_help("write `\"Version\": \"2012-10-17\"`"));
        }
    };
    for statement in statements {
        for item in statement.resource.iter().filter(|element| !element.plain).flat_map(|element| &element.items) {
            check(&item.text, item.span);
        }
        for condition in &statement.conditions {
            for node in &condition.values {
                if let Some(text) = node.as_text() {
                    check(text, node.span);
                }
            }
        }
    }
}

/// Whether values are of the operator's type. AWS takes them whatever they are, with a
/// warning; they then never match (spec: aws-evaluation, sections 5.3 and 5.5).
pub(super) fn check_values(operator: Operator, condition: &Condition, problems: &mut Vec<Problem>) {
    for node in &condition.values {
        let text = match &node.value {
            Value::String(text) => text.known(),
            Value::Number(number) => Some(number.as_str()),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        };
        if let Some(text) = text {
            check_value(operator, text, node, problems);
        }
    }
    let boolean = matches!(operator.base, Base::Bool);
    if let (true, [_, second, ..]) = (boolean, condition.values.as_slice()) {
        let message = "`Bool` takes one value";
        let problem = Problem::refused("bool-multi", message, second.span);
        problems.push(problem.with_help("`true` or `false` together are no condition: keep one"));
    }
}

fn check_value(operator: Operator, text: &str, node: &Node, problems: &mut Vec<Problem>) {
    if variable::has_variables(text) {
        let takes = operator.base.takes_variables();
        if !takes {
            let message =
                format!("`{}` does not resolve variables: `{text}` stays as it is", operator.base.name(false));
            problems.push(Problem::refused("variable-wrong-operator", message, node.span));
        }
        return;
    }
    if placeholder::find(text).is_some() {
        return;
    }
    let mut warn = |rule, message: String, help: &str| {
        problems.push(Problem::tolerated(rule, message, node.span).with_help(help));
    };
    match operator.base {
        Base::Null if parse_bool(text).is_none() => {
            let message = format!("`Null` takes `true` or `false`, not `{text}`");
            warn("null-value-not-bool", message, "`true` asks that the key is absent, `false` that it is present");
        }
        Base::Bool if parse_bool(text).is_none() => {
            warn("value-bool", format!("`Bool` takes `true` or `false`, not `{text}`"), "it never matches as it is");
        }
        Base::Numeric(_) if Number::parse(text).is_none() => {
            warn("value-number", format!("`{text}` is no number"), "it never matches as it is");
        }
        Base::Date(_) if Instant::parse(text).is_none() => {
            warn("value-date", format!("`{text}` is no date"), "write `YYYY-MM-DDThh:mm:ssZ`");
        }
        Base::Ip if Cidr::parse(text).is_none() => {
            warn(
                "value-ip",
                format!("`{text}` is no address or CIDR range"),
                "write `203.0.113.0/24` or `2001:db8::/32`",
            );
        }
        Base::Binary if crate::aws::condition::value::decode_base64(text).is_none() => {
            warn("value-base64", format!("`{text}` is not base64"), "it never matches as it is");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::is_without_variable;

    #[test]
    fn every_byte_but_those_that_open_something_is_plain() {
        for char in (0..=u8::MAX).map(char::from) {
            let plain = matches!(char, ' '..='~') && !matches!(char, '$' | '{' | '<');
            assert_eq!(is_without_variable(&format!("a{char}b")), plain, "{char:?}");
        }
    }
}
