use super::federation_common::{claims, providers, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for provider in providers(context).iter().filter(|p| p.issuer.starts_with("oidc.eks.")) {
        let any = facts.conditions.iter().any(|condition| condition.key.starts_with(&provider.issuer));
        if any && claims(facts, &provider.issuer, "sub").next().is_none() && !facts.statement.conditions_unknown {
            sink.report(provider.span, "every service account of the cluster may assume this role")
                .label("no condition on the subject")
                .help("pin `sub` to `system:serviceaccount:NAMESPACE:NAME`");
        }
        for (value, span, globs) in values(facts, &provider.issuer, "sub") {
            let parts: Vec<&str> = value.split(':').collect();
            let [_, _, namespace, ..] = parts.as_slice() else {
                if globs && wild(value) {
                    sink.report(span, format!("`{value}` matches every service account of the cluster"))
                        .label("any pod");
                }
                continue;
            };
            if globs && wild(namespace) {
                sink.report(span, format!("`{value}` matches service accounts of any namespace that fits"))
                    .label("the namespace is a wildcard")
                    .help("name the namespace: whoever may create one chooses its name");
            }
        }
    }
}
