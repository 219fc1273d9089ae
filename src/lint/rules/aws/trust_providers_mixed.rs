use super::federation_common::providers;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.conditions.len() < 2 {
        return;
    }
    let found = providers(context);
    let [first, others @ ..] = found.as_slice() else { return };
    let asks = |issuer: &str| {
        facts.conditions.iter().find(|c| c.pins() && c.key.rsplit_once(':').is_some_and(|(prefix, _)| prefix == issuer))
    };
    for other in others.iter().filter(|other| other.issuer != first.issuer) {
        let (Some(one), Some(two)) = (asks(&first.issuer), asks(&other.issuer)) else { continue };
        sink.report(
            other.span,
            format!(
                "no token is of both `{}` and `{}`, and the conditions ask for both: nobody gets in",
                first.issuer, other.issuer
            ),
        )
        .label("needs a statement of its own")
        .related(one.condition.key_span, "a claim of the one")
        .related(two.condition.key_span, "a claim of the other")
        .help("write one statement for each provider");
        return;
    }
}
