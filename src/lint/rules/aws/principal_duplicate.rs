use crate::aws::document::{PrincipalEntry, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let Some(principal) = &context.facts.statement.principal else { return };
    for (index, entry) in principal.entries.iter().enumerate() {
        let Some(text) = entry.item.text.known() else { continue };
        let same = |earlier: &&PrincipalEntry| {
            let known = earlier.item.text.known();
            earlier.kind == entry.kind
                && known.is_some_and(|other| account(entry.kind, other) == account(entry.kind, text))
        };
        let Some(earlier) = principal.entries.iter().take(index).find(same) else { continue };
        let message = format!("`{text}` is the same principal as `{}`", earlier.item.text.display());
        let finding = sink.report(entry.item.span, message);
        finding.label("named twice").related(earlier.item.span, "named here");
        if let Some(edit) = super::redundancy_common::removal(context.document(), entry.item.span) {
            finding.fix("remove the second", vec![edit], crate::lint::Safety::Safe);
        }
    }
}

/// An account by its id where that is what `arn:…:iam::ID:root` says.
fn account(kind: PrincipalKind, text: &str) -> &str {
    if kind != PrincipalKind::Aws {
        return text;
    }
    let id =
        text.strip_suffix(":root").and_then(|arn| arn.strip_prefix("arn:")).and_then(|rest| rest.split("iam::").nth(1));
    id.unwrap_or(text)
}
