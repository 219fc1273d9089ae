use crate::aws::catalog::{AccessLevel, catalog};
use crate::lint::{Check, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services whose every action on everything is next to administration.
const POWERFUL: [&str; 6] = ["account", "kms", "organizations", "secretsmanager", "sso", "sts"];

/// Services whose resources have policies that hand their data to strangers.
const SHAREABLE: [&str; 7] = ["ecr", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !context.grants() {
        return;
    }
    for action in facts.actions.iter().filter(|action| action.is_service_star() && action.service() != "iam") {
        let service = action.service();
        let everywhere = facts.any_resource().is_some() && !facts.conditional;
        let shareable = !facts.conditional && SHAREABLE.contains(&service);
        let severity = if shareable || (everywhere && POWERFUL.contains(&service)) {
            Severity::High
        } else if !facts.conditional && changes_access(service) {
            sink.severity()
        } else {
            Severity::Low
        };
        let span = action.item.span;
        let message =
            format!("`{}` grants every action of the service, those that AWS adds later included", action.lower);
        sink.report(span, message).label("every action of the service").severity(severity).granted_by(span);
    }
}

/// Whether an action of the service can change who has access.
fn changes_access(service: &str) -> bool {
    let level = |service: &crate::aws::catalog::Service| {
        service.actions.iter().any(|action| action.level == AccessLevel::Permissions)
    };
    catalog().service(service).is_some_and(level)
}
