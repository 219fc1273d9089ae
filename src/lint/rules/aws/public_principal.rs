use super::guard_common::held_back;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Confidence, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Resource || !facts.allow || facts.conditional {
        return;
    }
    let Some(span) = facts.anyone().filter(|_| !held_back(context.document)) else { return };
    let policy = context.document.policy;
    let everything = facts.actions.iter().any(|action| action.is_all()) && facts.any_resource().is_some();
    let what = match facts.actions.first() {
        Some(action) if !facts.not_action => format!("`{}`", action.item.text.display()),
        _ => "this".to_owned(),
    };
    let finding = sink.report(span, format!("everybody, AWS account or not, is allowed {what} on this resource"));
    finding.label("everybody").help("name the principals, or pin `aws:PrincipalOrgID` to your organization");
    if let Some(action) = &facts.statement.action {
        finding.related(action.span, "may do this");
    }
    if everything && policy.kind_guessed && policy.service.is_none() {
        finding.confidence(Confidence::Low).severity(Severity::Medium);
    }
}
