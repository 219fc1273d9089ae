use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() != PolicyKind::Resource || !context.facts.deny {
        return;
    }
    if let Some(principal) = context.facts.statement.principal.as_ref().filter(|p| p.negated && !p.star) {
        sink.report(
            principal.key_span,
            "`NotPrincipal` also denies the sessions of the roles and the account that it lists",
        )
        .help("deny `*`, and exempt by `ArnNotLike` on `aws:PrincipalArn`");
    }
}
