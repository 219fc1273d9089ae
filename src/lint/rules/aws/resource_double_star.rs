use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.text.contains("**")) {
        sink.report(resource.item.span, "`**` is the same as `*`, which crosses `/` as well");
    }
}
