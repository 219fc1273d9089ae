use super::resource_common::service_of;
use super::service_common::{fault, name, report_services, services, tells_source};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Policies in which services act on their customers' behalf.
const SERVICES: &[&str] = &["s3", "sqs", "sns", "lambda", "secretsmanager"];

/// Services that send no source, or whose guide asks for none.
const SILENT: &[&str] =
    &["logdelivery.elasticloadbalancing", "delivery.logs", "codestar-notifications", "costalerts", "budgets"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || tells_source(facts) || services(facts).next().is_none() {
        return;
    }
    if !service_of(context.document()).is_some_and(|service| SERVICES.contains(&service)) {
        return;
    }
    // another weak guard is `service-principal-referer`; tokens of a skill or a topic are the service's own way
    let guarded = ["aws:referer", "aws:principalarn", "lambda:eventsourcetoken", "aws:sourceip", "aws:sourcevpce"];
    if facts.conditions.iter().any(|c| guarded.contains(&c.key.as_str())) {
        return;
    }
    let silent = |text: &str| name(text).is_some_and(|name| SILENT.contains(&name.as_str()));
    let deputies =
        services(facts).filter(|(_, text)| fault(text).is_none() && text.contains(".amazonaws.") && !silent(text));
    report_services(deputies, "use this for any AWS account", sink, |finding| {
        finding.label("for whom?").help("pin `aws:SourceAccount`, and `aws:SourceArn` where it is known");
    });
}
