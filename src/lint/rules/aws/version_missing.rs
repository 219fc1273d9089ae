use crate::aws::document::PolicyKind;
use crate::lint::{Check, DocumentContext, Severity, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let document = context.document;
    if document.version.is_some() || document.unknown || document.statements.is_empty() {
        return;
    }
    let refused = matches!(context.kind, PolicyKind::Scp | PolicyKind::Rcp);
    let (message, severity) = if refused {
        ("an organization policy must have the version `2012-10-17`", Severity::High)
    } else {
        ("without a version AWS takes the one of 2008, which knows no policy variables", sink.severity())
    };
    sink.report(document.span, message).help("add `\"Version\": \"2012-10-17\"`").severity(severity);
}
