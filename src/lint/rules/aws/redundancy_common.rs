//! Statements that others make needless or that undo each other.

use crate::lint::needless::Needless;
use crate::lint::{DocumentContext, Edit, Safety, Sink, StatementFacts};
use crate::region::aws::Policies;
use crate::source::Span;

/// How many patterns of one list others are compared with. No document that AWS takes is long
/// enough for more, and without a bound a list takes its length squared.
pub(super) const MOST_WIDE: usize = 1000;

/// Whether two statements say the same: effect, principals, actions, resources and
/// conditions, in any order.
pub(super) fn same_words(a: &StatementFacts<'_>, b: &StatementFacts<'_>) -> bool {
    same_actions(a, b) && same_target(a, b)
}

/// Whether two statements name the same actions.
fn same_actions(a: &StatementFacts<'_>, b: &StatementFacts<'_>) -> bool {
    let words = |facts: &StatementFacts<'_>| {
        let mut words: Vec<_> = facts.actions.iter().map(|item| item.lower.clone()).collect();
        words.sort();
        words.dedup();
        words
    };
    a.not_action == b.not_action && words(a) == words(b)
}

/// Whether two statements name the same resources and conditions, and no principals.
fn same_target(a: &StatementFacts<'_>, b: &StatementFacts<'_>) -> bool {
    let resources = |facts: &StatementFacts<'_>| {
        let mut words: Vec<String> = facts.resources.iter().map(|item| item.text.to_owned()).collect();
        words.sort();
        words.dedup();
        words
    };
    let conditions = |facts: &StatementFacts<'_>| {
        let mut words: Vec<(String, String, Vec<String>)> = facts
            .conditions
            .iter()
            .map(|condition| {
                let mut values: Vec<String> = condition.values().map(|(value, _)| value.to_owned()).collect();
                values.sort();
                (condition.condition.operator.raw().to_ascii_lowercase(), condition.key.to_string(), values)
            })
            .collect();
        words.sort();
        words
    };
    let known = |facts: &StatementFacts<'_>| {
        let statement = facts.statement;
        !statement.unknown
            && !statement.conditions_unknown
            && statement.principal.is_none()
            && statement.action.as_ref().is_some_and(|list| !list.unknown)
            && statement.resource.as_ref().is_none_or(|list| !list.unknown)
            && facts.conditions.iter().all(|c| c.values().count() == c.condition.values.len())
    };
    known(a)
        && known(b)
        && a.not_resource == b.not_resource
        && resources(a) == resources(b)
        && conditions(a) == conditions(b)
}

/// The edit that takes a member out of a list with its comma, where the text is a plain one.
pub(super) fn removal(context: &DocumentContext<'_>, span: Span) -> Option<Edit> {
    let text = context.inputs.sources.text(span.source);
    let (start, end) = (span.start as usize, span.end as usize);
    let own = text.get(start..end)?;
    let bracketed = own.starts_with('{') && own.ends_with('}');
    let quoted = own.len() > 1 && own.starts_with('"') && own.ends_with('"');
    if !bracketed && !quoted {
        return None;
    }
    let before = text.get(..start)?.trim_end();
    let after = text.get(end..)?;
    let rest = after.trim_start();
    let next = end + (after.len() - rest.len());
    if before.ends_with(',') && (rest.starts_with(']') || rest.starts_with(',')) {
        return Some(Edit { span: Span::new(span.source, before.len() - 1, end), text: String::new() });
    }
    if before.ends_with('[') && rest.starts_with(',') {
        let tail = text.get(next + 1..)?;
        let until = next + 1 + (tail.len() - tail.trim_start().len());
        return Some(Edit { span: Span::new(span.source, start, until), text: String::new() });
    }
    None
}

/// Reports a statement that can be taken out without changing any decision.
pub(super) fn report(context: &DocumentContext<'_>, found: &Needless, message: &str, label: &str, sink: &mut Sink<'_>) {
    let Some(facts) = context.statements.get(found.statement) else { return };
    let span = place(facts);
    let edit = removal(context, facts.statement.span);
    let finding = sink.report(span, message);
    finding.unit = facts.statement.span;
    finding.unit_name = crate::aws::document::statement_name(found.statement, facts.statement);
    finding.label(label);
    for by in &found.by {
        if let Some(other) = context.statements.get(*by) {
            let name = crate::aws::document::statement_name(*by, other.statement);
            finding.related(place(other), format!("by {name}"));
        }
    }
    if let Some(edit) = edit {
        finding.fix("remove the statement", vec![edit], Safety::Safe);
    }
}

/// Where a statement is pointed at: its actions.
pub(super) fn place(facts: &StatementFacts<'_>) -> Span {
    facts.statement.action.as_ref().map_or(facts.statement.span, |list| list.span)
}

/// Whether the statement is restricted by a condition and the other ones are not.
pub(super) fn bypassed(context: &DocumentContext<'_>, found: &Needless) -> bool {
    let conditional = |index: &usize| context.statements.get(*index).is_some_and(|facts| facts.conditional);
    conditional(&found.statement) && !found.by.iter().any(conditional)
}

/// Whether the only other statement says the same, in the same words or as the engine sees it.
pub(super) fn twin(context: &DocumentContext<'_>, found: &Needless) -> bool {
    let (Some(own), [by]) = (context.statements.get(found.statement), found.by.as_slice()) else { return false };
    let both = Policies::some(context.document, |index| index == found.statement || index == *by);
    both.duplicate_of(1).is_some()
        || context.statements.get(*by).is_some_and(|other| own.allow == other.allow && same_words(own, other))
}

/// Whether an Allow is denied in the very words it is allowed in.
pub(super) fn contradicts(context: &DocumentContext<'_>, found: &Needless) -> bool {
    let own = context.statements.get(found.statement);
    own.is_some_and(|own| {
        found.by.iter().any(|by| context.statements.get(*by).is_some_and(|other| same_words(own, other)))
    })
}
