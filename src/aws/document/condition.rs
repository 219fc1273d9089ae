//! The condition block (spec: aws-evaluation, sections 1.12 and 5; aws-checks, group D).

use std::collections::hash_map;

use rustc_hash::FxHashMap;

use super::refuse::{null_element, wrong_type};
use super::{Condition, Problem, Statement, value};
use crate::aws::condition::{Base, Operator, OperatorFault, Quantifier};
use crate::suggest::closest;
use crate::syntax::{Entry, Node, Value};

pub(super) fn read(entry: &Entry, statement: &mut Statement, problems: &mut Vec<Problem>) {
    statement.condition_span = Some(entry.value.span);
    match &entry.value.value {
        Value::Map(operators) => {
            if operators.is_empty() {
                let message = "the condition is empty and restricts nothing";
                problems.push(Problem::tolerated("condition-empty-object", message, entry.value.span));
            }
            for operator in operators {
                read_operator(operator, statement, problems);
            }
        }
        Value::Unknown(_) | Value::Secret => statement.conditions_unknown = true,
        Value::Null => problems.push(null_element("Condition", &entry.value)),
        _ => problems.push(wrong_type("`Condition`", "an object of operators", &entry.value)),
    }
}

fn read_operator(entry: &Entry, statement: &mut Statement, problems: &mut Vec<Problem>) {
    let operator = match entry.key.known().map(Operator::parse) {
        None => None,
        Some(Ok(operator)) => Some(operator),
        Some(Err(fault)) => {
            problems.push(operator_problem(entry, fault));
            None
        }
    };
    let keys = match &entry.value.value {
        Value::Map(keys) => keys,
        Value::Unknown(_) | Value::Secret => {
            statement.conditions_unknown = true;
            return;
        }
        _ => {
            problems.push(wrong_type("a condition operator's value", "an object of keys", &entry.value));
            return;
        }
    };
    if keys.is_empty() {
        let message = format!("`{}` names no key and restricts nothing", entry.key.display());
        problems.push(Problem::tolerated("condition-empty-object", message, entry.value.span));
    }
    let mut spelt = Spellings::default();
    for key in keys {
        check_key(key, &mut spelt, problems);
        let mut condition = Condition {
            operator: entry.key.clone(),
            operator_span: entry.key_span,
            key: key.key.clone(),
            key_span: key.key_span,
            values: Vec::new(),
            values_span: key.value.span,
            unknown: false,
        };
        read_values(&key.value, &mut condition, problems);
        if let Some(operator) = operator {
            check_emptiness(operator, &condition, key, problems);
            value::check_values(operator, &condition, problems);
        }
        statement.conditions.push(condition);
    }
}

fn read_values(node: &Node, condition: &mut Condition, problems: &mut Vec<Problem>) {
    let what = "a condition's value";
    let expected = "a string, a number, a boolean or a list of them";
    match &node.value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => condition.values.push(node.clone()),
        Value::Unknown(_) | Value::Secret => condition.unknown = true,
        Value::List(items) => {
            for item in items {
                match &item.value {
                    Value::String(_) | Value::Number(_) | Value::Bool(_) => condition.values.push(item.clone()),
                    Value::Unknown(_) | Value::Secret => condition.unknown = true,
                    _ => problems.push(wrong_type("a member of a condition's values", "a string", item)),
                }
            }
            let kinds = |node: &Node| std::mem::discriminant(&node.value);
            let first = condition.values.first().map(kinds);
            if let Some(other) = condition.values.iter().find(|node| Some(kinds(node)) != first) {
                let message = format!("the values of `{}` are of different types", condition.key.display());
                problems
                    .push(Problem::refused("condition-mixed-types", message, other.span).with_help("quote them all"));
            }
        }
        Value::Null | Value::Map(_) => problems.push(wrong_type(what, expected, node)),
    }
}

/// An empty list of values is valid and hardly ever meant (spec: aws-evaluation,
/// section 1.12).
fn check_emptiness(operator: Operator, condition: &Condition, key: &Entry, problems: &mut Vec<Problem>) {
    if condition.unknown || !key.value.as_list().is_some_and(<[Node]>::is_empty) {
        return;
    }
    let outcome = match operator.quantifier {
        Quantifier::All => "it holds only where the key is absent or empty",
        Quantifier::One if operator.negated => "it always holds",
        _ if operator.if_exists => "it holds only where the key is absent",
        _ => "it never holds",
    };
    let message = format!("`{}` lists no value: {outcome}", condition.key.display());
    problems.push(Problem::tolerated("condition-empty-values", message, condition.values_span));
}

/// Keys by their lower case: as first written, and the first time otherwise.
type Spellings<'e> = FxHashMap<String, (&'e str, Option<&'e str>)>;

/// A key as it was written otherwise before, in other cases of its letters.
fn otherwise<'e>(key: &'e str, spelt: &mut Spellings<'e>) -> Option<&'e str> {
    match spelt.entry(key.to_ascii_lowercase()) {
        hash_map::Entry::Vacant(place) => {
            place.insert((key, None));
            None
        }
        hash_map::Entry::Occupied(mut known) => {
            let (first, second) = known.get_mut();
            if *first == key {
                return *second;
            }
            second.get_or_insert(key);
            Some(first)
        }
    }
}

fn check_key<'e>(entry: &'e Entry, spelt: &mut Spellings<'e>, problems: &mut Vec<Problem>) {
    let Some(key) = entry.key.known() else { return };
    if !key.contains(':') || key.starts_with(':') || key.ends_with(':') {
        let message = format!("`{key}` is no condition key: keys are written `service:name`");
        let problem = Problem::refused("key-format", message, entry.key_span);
        let meant = crate::aws::catalog::catalog()
            .global_keys()
            .iter()
            .find(|known| known.name.strip_prefix("aws:").is_some_and(|name| name.eq_ignore_ascii_case(key)));
        problems.push(match meant {
            Some(known) => problem.with_help(format!("did you mean `{}`?", known.name)),
            None => problem,
        });
    }
    for tag in ["aws:ResourceTag", "aws:RequestTag", "aws:PrincipalTag"] {
        if key.strip_suffix('/').unwrap_or(key).eq_ignore_ascii_case(tag) {
            let message = format!("`{key}` names no tag");
            let problem = Problem::refused("tag-key-missing", message, entry.key_span);
            problems.push(problem.with_help(format!("write `{tag}/` and the tag's key")));
        }
    }
    if let Some(other) = otherwise(key, spelt) {
        let message = format!("`{key}` and `{other}` are the same condition key");
        let problem = Problem::refused("condition-key-dup-case", message, entry.key_span);
        problems.push(problem.with_help("keys compare without case: merge the values under one"));
    }
}

fn operator_problem(entry: &Entry, fault: OperatorFault) -> Problem {
    let name = entry.key.raw();
    match fault {
        OperatorFault::Quantifier => {
            let (prefix, _) = name.split_once(':').unwrap_or((name, ""));
            let problem =
                Problem::refused("set-operator-unknown", format!("`{prefix}` is no set operator"), entry.key_span);
            problem.with_help(match closest(prefix, ["ForAllValues", "ForAnyValue"]) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "the set operators are `ForAllValues` and `ForAnyValue`".to_owned(),
            })
        }
        OperatorFault::NullIfExists => {
            let message = "`Null` has no `IfExists` form: it asks itself whether the key exists";
            Problem::refused("null-ifexists", message, entry.key_span).with_help("write `Null`")
        }
        OperatorFault::Base => {
            let problem =
                Problem::refused("operator-unknown", format!("`{name}` is no condition operator"), entry.key_span);
            let (prefix, base) = name.split_once(':').map_or(("", name), |(prefix, base)| (prefix, base));
            let stem = base.strip_suffix("IfExists").unwrap_or(base);
            let suffix = base.get(stem.len()..).unwrap_or_default();
            if let Some(problem) = cut_short(prefix, base, &problem) {
                return problem;
            }
            match closest(stem, Base::names()) {
                Some(meant) if prefix.is_empty() => problem.with_help(format!("did you mean `{meant}{suffix}`?")),
                Some(meant) => problem.with_help(format!("did you mean `{prefix}:{meant}{suffix}`?")),
                None => problem,
            }
        }
    }
}

/// A set operator without a test, or an `IfExists` with a slip in it.
fn cut_short(prefix: &str, base: &str, problem: &Problem) -> Option<Problem> {
    if prefix.is_empty() && (base.eq_ignore_ascii_case("ForAllValues") || base.eq_ignore_ascii_case("ForAnyValue")) {
        let help = format!("it stands before an operator: `{base}:StringEquals`, `{base}:StringLike` …");
        return Some(problem.clone().with_help(help));
    }
    let with = |name: &'static str| format!("{name}IfExists");
    let names: Vec<String> = Base::names().filter(|name| *name != "Null").map(with).collect();
    let meant = closest(base, names.iter().map(String::as_str))?;
    let colon = if prefix.is_empty() { "" } else { ":" };
    Some(problem.clone().with_help(format!("did you mean `{prefix}{colon}{meant}`?")))
}

#[cfg(test)]
mod tests {
    use crate::source::{Fragment, SourceId};
    use crate::syntax::json;

    #[test]
    fn operators_with_a_slip_say_what_was_meant() {
        let table = [
            ("StringEqual", "did you mean `StringEquals`?"),
            ("StringEqualsIfExist", "did you mean `StringEqualsIfExists`?"),
            ("ForAnyValue:StringLikeIfExist", "did you mean `ForAnyValue:StringLikeIfExists`?"),
            ("ForAllValues", "it stands before an operator: `ForAllValues:StringEquals`, `ForAllValues:StringLike` …"),
        ];
        for (operator, help) in table {
            let text = format!(
                r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"aws:username":"a"}}}}}}}}"#
            );
            let (node, _) = json::parse(&Fragment::plain(SourceId(0), 0, &text));
            let document = crate::aws::document::parse(&node.unwrap());
            let problem = document.problems.iter().find(|problem| problem.rule == "operator-unknown").unwrap();
            assert_eq!(problem.help.as_deref(), Some(help), "{operator}");
        }
    }
}
