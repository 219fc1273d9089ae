use super::service_common::{services, tells_source};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let open = context.kind() == PolicyKind::Resource && facts.allow && !tells_source(facts);
    if !open || services(facts).next().is_none() {
        return;
    }
    for condition in facts.conditions_on("aws:referer") {
        sink.report(
            condition.condition.key_span,
            "services tell for whom they act in `aws:SourceAccount`; `aws:Referer` is what some of them once used",
        )
        .help("use `aws:SourceAccount` and `aws:SourceArn`");
    }
}
