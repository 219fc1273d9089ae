use crate::aws::document::Statement;
use crate::aws::placeholder;
use crate::lint::{Check, DocumentContext, Sink};
use crate::source::Span;

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let mut found = context.document.statements.iter().flat_map(|statement| values(statement));
    let Some((first, span)) = found.next() else { return };
    let mut others: Vec<&str> = found.map(|(name, _)| name).filter(|name| *name != first).collect();
    others.sort_unstable();
    others.dedup();
    let message = match others.len() {
        0 => format!("`{first}` stands where a value belongs: nothing matches it until it is replaced"),
        1 => format!("`{first}` and one more placeholder stand where values belong: nothing matches them"),
        n => format!("`{first}` and {n} more placeholders stand where values belong: nothing matches them"),
    };
    sink.report(span, message).label("to be replaced");
}

/// The placeholders of a statement, in the order of its elements.
fn values(statement: &Statement) -> impl Iterator<Item = (&str, Span)> {
    let principals = statement.principal.iter().flat_map(|p| &p.entries).map(|entry| &entry.item);
    let lists = statement.action.iter().chain(&statement.resource).filter(|element| !element.plain);
    let items = principals
        .chain(lists.flat_map(|element| &element.items))
        .filter_map(|item| Some((item.text.known()?, item.span)));
    let conditions = statement.conditions.iter().flat_map(|condition| &condition.values);
    let texts = conditions.filter_map(|node| Some((node.as_str()?, node.span)));
    items.chain(texts).filter_map(|(text, span)| Some((placeholder::find(text)?, span)))
}
