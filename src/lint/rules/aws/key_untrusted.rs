use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.anyone().is_none() || facts.statement.conditions_unknown {
        return;
    }
    let chosen = |key: &str| matches!(key, "aws:referer" | "aws:useragent");
    if facts.conditions.iter().all(|condition| chosen(&condition.key)) {
        for condition in &facts.conditions {
            let name = condition.condition.key.display();
            sink.report(
                condition.condition.key_span,
                format!("`{name}` is a header that the caller writes: everybody passes who wants to"),
            );
        }
    }
}
