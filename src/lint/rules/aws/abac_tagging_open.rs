use super::abac_common::{by_tag, opened, tagging};
use crate::lint::{Check, DocumentContext, Severity, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() || !context.statements.iter().any(|f| f.allow && by_tag(f).is_some()) {
        return;
    }
    let tagging = tagging(context.statements);
    for scoped in context.statements.iter().filter(|facts| facts.allow && !facts.not_action) {
        let Some(key) = by_tag(scoped) else { continue };
        let Some(found) = opened(context.statements, scoped, &tagging) else { continue };
        let action = &found.one.action.item;
        let guard = format!("`{}` sets the tags that guard {}", action.text.display(), found.listed());
        let finding = sink.report(action.span, format!("{guard}: the holder tags what it wants to reach"));
        finding
            .label(format!("allows `{}:{}`", found.service, found.one.tags))
            .related(key.condition.key_span, "access depends on this tag")
            .help("limit the tags with `aws:TagKeys` or `aws:RequestTag/…`, or pin the same `aws:ResourceTag/…` here");
        if found.is_little() {
            finding.severity(Severity::Low);
        }
    }
}
