use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() != PolicyKind::Trust || !context.facts.allow {
        return;
    }
    for entry in context.facts.statement.principal.iter().flat_map(|p| &p.entries) {
        let Some(text) = entry.item.text.known().filter(|_| entry.kind == PrincipalKind::Federated) else { continue };
        if text.contains("-provider/") && text.contains(['*', '?']) {
            sink.report(entry.item.span, format!("`{text}` means whichever provider is there or comes"))
                .help("name one provider");
        }
    }
}
