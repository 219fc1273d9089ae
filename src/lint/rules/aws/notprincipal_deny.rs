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
            "`NotPrincipal` spares only what it lists to the letter: a role is denied unless its sessions and its account stand there as well",
        )
        .help("deny `*`, and exempt by `ArnNotLike` on `aws:PrincipalArn`");
    }
}
