use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !context.grants() || !facts.not_resource {
        return;
    }
    let Some(list) = &facts.statement.resource else { return };
    sink.report(list.key_span, "everything that is not listed here is granted, what is made tomorrow included")
        .help("list the resources that are meant, and deny the exceptions");
}
