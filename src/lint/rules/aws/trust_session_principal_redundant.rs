use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() != PolicyKind::Trust {
        return;
    }
    let Some(principal) = context.facts.statement.principal.as_ref().filter(|p| !p.negated) else { return };
    for entry in &principal.entries {
        let Some((account, role)) = entry.item.text.known().and_then(session) else { continue };
        let is_role = |text: &str| {
            let resource =
                text.strip_prefix("arn:").and_then(|rest| rest.split_once(&format!(":iam::{account}:role/")));
            resource.is_some_and(|(_, path)| path.rsplit('/').next() == Some(role))
        };
        if let Some(whole) = principal.entries.iter().find(|other| other.item.text.known().is_some_and(is_role)) {
            sink.report(entry.item.span, format!("the role `{role}` is trusted already, and all its sessions with it"))
                .related(whole.item.span, "the role");
        }
    }
}

/// Account and role of a session's ARN.
fn session(arn: &str) -> Option<(&str, &str)> {
    let mut fields = arn.splitn(6, ':').skip(2);
    let (service, _, account, resource) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let role = resource.strip_prefix("assumed-role/")?.split('/').next()?;
    (service == "sts").then_some((account, role))
}
