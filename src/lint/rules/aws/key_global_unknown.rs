use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys that work and are documented for one service or were global once.
const OTHERS: &[&str] = &[
    "aws:arn",
    "aws:resourcetag",
    "aws:requesttag",
    "aws:principaltag",
    "aws:rolesessionname",
    "aws:sourceuserarn",
    "aws:fissourcearn",
    "aws:fisserviceid",
    "aws:sourceidentity",
    "aws:kmsviaservice",
    // in no reference, and in what AWS attaches to its own roles
    "aws:principalorgmasteraccountid",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        let key = condition.key.as_str();
        if !key.starts_with("aws:") || !condition.condition.key.is_known() || condition.known().is_some() {
            continue;
        }
        // tag keys without their tag have a rule of their own; services document a few more
        let listed = OTHERS.contains(&key) || key.contains('/');
        let service =
            context.facts.actions.iter().filter_map(|a| catalog().service(a.service())).any(|s| s.key(key).is_some());
        if listed || service {
            continue;
        }
        let shown = condition.condition.key.display();
        let known = catalog().global_keys().iter().map(|key| key.name.as_str());
        let near = closest(&shown, known).map(|near| format!("did you mean `{near}`?"));
        let finding = sink.report(
            condition.condition.key_span,
            format!("`{shown}` is no global condition key (as of {})", catalog().date()),
        );
        finding.label("never in a request");
        if let Some(near) = near {
            finding.help(near);
        }
    }
}
