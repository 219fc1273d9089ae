use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::aws::document::PrincipalKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let Some(principal) = &context.facts.statement.principal else { return };
    if principal.entries.len() < 2 {
        return;
    }
    let mut seen = FxHashMap::default();
    for entry in &principal.entries {
        let Some(text) = entry.item.text.known() else { continue };
        let earlier = match seen.entry((entry.kind, account(entry.kind, text))) {
            Entry::Occupied(earlier) => *earlier.get(),
            Entry::Vacant(first) => {
                first.insert(entry);
                continue;
            }
        };
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
