use crate::lint::{Check, ResourceFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let resources = &context.facts.resources;
    if resources.len() < 2 {
        return;
    }
    let wide: Vec<_> = resources.iter().filter(|r| r.text.contains('*') && r.item.text.is_known()).collect();
    for resource in resources.iter().filter(|r| r.item.text.is_known() && !r.text.contains("${")) {
        let covers = |other: &&&ResourceFact<'_>| {
            other.text != resource.text && !other.text.contains("${") && other.covers(resource.text)
        };
        if let Some(other) = wide.iter().find(covers) {
            let (shown, by) = (resource.text, other.text);
            sink.report(resource.item.span, format!("`{by}` covers `{shown}`")).related(other.item.span, "covers it");
        }
    }
}
