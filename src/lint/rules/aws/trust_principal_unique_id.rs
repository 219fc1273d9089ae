use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() != PolicyKind::Trust {
        return;
    }
    for entry in context.facts.statement.principal.iter().flat_map(|p| &p.entries) {
        let Some(text) = entry.item.text.known().filter(|_| entry.kind == PrincipalKind::Aws) else { continue };
        let id = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if id && ["AROA", "AIDA"].iter().any(|prefix| text.starts_with(prefix)) {
            let what = if text.starts_with("AROA") { "role" } else { "user" };
            sink.report(entry.item.span, format!("`{text}` is what AWS leaves of a {what} that was deleted"))
                .label("stands for nobody")
                .help("remove it, or write the ARN of the principal that is meant");
        }
    }
}
