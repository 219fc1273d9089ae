use super::arn_common::{Fault, misfits};
use super::resource_common::example;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for found in misfits(context).filter(|found| found.fault == Fault::Form) {
        let shown = found.resource.item.text.display();
        sink.report(found.resource.item.span, format!("`{shown}` has the form of no resource of its service"))
            .label("matches nothing")
            .help(format!("write `{}`", example(found.template)));
    }
}
