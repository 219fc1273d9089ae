use crate::lint::{Check, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that keep data, keys or access.
const WORTH: [&str; 9] = ["dynamodb", "iam", "kms", "lambda", "organizations", "s3", "secretsmanager", "ssm", "sts"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !context.grants() || !facts.not_resource {
        return;
    }
    let Some(list) = &facts.statement.resource else { return };
    // of a service that keeps no data of others, what is left out is mostly what matters
    let wide = facts.not_action || facts.actions.iter().any(|a| a.is_all() || WORTH.contains(&a.service()));
    let severity = if wide { sink.severity() } else { Severity::Medium };
    sink.report(list.key_span, "everything that is not listed here is granted, what is made tomorrow included")
        .severity(severity)
        .help("list the resources that are meant, and deny the exceptions");
}
