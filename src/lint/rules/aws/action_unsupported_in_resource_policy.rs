use crate::aws::catalog::catalog;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let policy = context.document().policy;
    if context.kind() != PolicyKind::Resource || policy.kind_guessed {
        return;
    }
    let (own, what) = match policy.service.as_deref() {
        Some("s3") => ("s3", "a bucket policy"),
        Some("sqs") => ("sqs", "a queue policy"),
        Some("sns") => ("sns", "a topic policy"),
        _ => return,
    };
    for action in context.facts.actions.iter().filter(|action| !action.is_all() && action.item.text.is_known()) {
        let service = action.service();
        if service.is_empty() || service.contains(['*', '?']) || !catalog().has_service(service) {
            continue;
        }
        let shown = action.item.text.display();
        if service != own && !(own == "s3" && service.starts_with("s3")) {
            sink.report(action.item.span, format!("`{shown}` is of another service: AWS refuses {what} that names it"))
                .label("refused")
                .help(format!("{what} takes actions of `{own}` alone"));
            continue;
        }
        let star_only = action.known().is_some_and(|(_, a)| !a.takes_resource());
        if own == "s3" && service == own && star_only {
            sink.report(action.item.span, format!("`{shown}` works on no bucket: AWS refuses {what} that names it"))
                .label("refused")
                .help("allow it in the policies of users and roles");
        }
    }
}
