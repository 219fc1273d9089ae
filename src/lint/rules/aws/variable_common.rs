//! The policy variables of a statement.

use crate::aws::variable::{Part, parts};
use crate::lint::StatementFacts;
use crate::source::Span;
use crate::syntax::Text;

/// Each variable's key in resources and condition values, with the place of the text.
pub(super) fn variables<'f>(facts: &'f StatementFacts<'_>) -> &'f [(String, Span)] {
    facts.variables.get_or_init(|| all(facts))
}

/// Resources and condition values in which a variable may begin, as written, each with the
/// place of its value.
pub(super) fn texts<'f>(facts: &'f StatementFacts<'_>) -> impl Iterator<Item = (&'f Text, Span)> {
    let statement = facts.statement;
    let resources = statement.resource.iter().filter(|element| !element.plain).flat_map(|element| &element.items);
    let values = statement.conditions.iter().flat_map(|condition| &condition.values);
    let items = resources.map(|item| (&item.text, item.span));
    items.chain(values.filter_map(|node| Some((node.as_text()?, node.span))))
}

fn all(facts: &StatementFacts<'_>) -> Vec<(String, Span)> {
    let resources = facts.statement.resource.iter().filter(|element| !element.plain);
    let resources = resources.flat_map(|element| &element.items).map(|item| (item.text.raw(), item.span));
    let values = facts.conditions.iter().flat_map(|c| c.values().map(|(text, node)| (text, node.span)));
    let mut found = Vec::new();
    // a character is looked for faster than two
    for (text, span) in resources.chain(values).filter(|(text, _)| text.contains('$') && text.contains("${")) {
        for part in parts(text).0 {
            if let Part::Variable { key, .. } = part {
                found.push((key.to_owned(), span));
            }
        }
    }
    found
}
