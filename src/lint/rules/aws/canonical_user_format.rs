use crate::aws::document::PrincipalKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for entry in context.facts.statement.principal.iter().flat_map(|p| &p.entries) {
        let Some(text) = entry.item.text.known().filter(|_| entry.kind == PrincipalKind::CanonicalUser) else {
            continue;
        };
        if !text.is_empty() && (text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit())) {
            sink.report(entry.item.span, format!("`{text}` is no canonical user id: 64 hexadecimal digits"))
                .label("stands for nobody");
        }
    }
}
