use super::federation_common::{claims, pins, providers};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for provider in providers(context) {
        let mut negated = claims(facts, &provider.issuer, "sub").filter(|condition| condition.negated);
        if let Some(condition) = negated.next()
            && !pins(facts, &provider.issuer, &["sub"])
        {
            let issuer = &provider.issuer;
            let message = format!("only some subjects of `{issuer}` are shut out; all others may assume this role");
            sink.report(condition.condition.operator_span, message).label("a list of exceptions");
        }
    }
}
