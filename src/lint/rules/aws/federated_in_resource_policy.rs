use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() != PolicyKind::Resource || context.document().policy.kind_guessed {
        return;
    }
    let Some(principal) = context.facts.statement.principal.as_ref() else { return };
    for entry in principal.entries.iter().filter(|entry| entry.kind == PrincipalKind::Federated) {
        let shown = entry.item.text.display();
        sink.report(entry.item.span, format!("`{shown}` calls STS alone, and never this resource"))
            .label("not a principal here")
            .help("name the role that its tokens are exchanged for");
    }
}
