use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow || facts.conditional {
        return;
    }
    let Some(span) = facts.anyone() else { return };
    sink.report(span, "every principal of every AWS account may assume this role")
        .label("everybody")
        .witness("sts:AssumeRole as arn:aws:iam::999999999999:user/anybody")
        .help("name the principals, or pin `aws:PrincipalOrgID` to your organization");
}
