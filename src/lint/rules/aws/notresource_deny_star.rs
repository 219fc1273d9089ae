use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.deny || !facts.not_resource {
        return;
    }
    if let Some(item) = facts.resources.iter().find(|resource| resource.all) {
        sink.report(item.item.span, "every resource is an exception: this denies nothing").label("spares everything");
    }
}
