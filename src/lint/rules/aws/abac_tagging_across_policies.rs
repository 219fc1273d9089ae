use rustc_hash::FxHashSet;

use super::abac_common::{by_tag, opened, tagging};
use super::identity_common::{Holder, is_free};
use crate::aws::document::Statement;
use crate::lint::{Check, Inputs, Severity, Sink, StatementFacts};
use crate::model::ids::DeclId;
use crate::source::Span;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    let mut seen: FxHashSet<Span> = FxHashSet::default();
    for id in model
        .identities()
        .filter(|id| model.identity(*id).is_some_and(|one| is_free(inputs, one) && one.boundary.is_none()))
    {
        let Some(holder) = Holder::new(inputs, id, speaks_of_tags) else { continue };
        if holder.owners.first() == holder.owners.last() {
            continue;
        }
        let tagging = tagging(&holder.statements);
        let holding = holder.holding();
        for (scoped, owner) in holder.each().filter(|(facts, _)| facts.allow && !facts.not_action) {
            let Some(key) = by_tag(scoped) else { continue };
            let Some(found) = opened(&holding, scoped, &tagging) else { continue };
            let own = |facts: &StatementFacts<'_>| of(&holder, facts) == Some(owner);
            let tags = format!("{}:{}", found.service, found.one.tags);
            if own(found.one.facts) || !seen.insert(key.condition.key_span) {
                continue;
            }
            let action = &found.one.action.item;
            let name = model.name_of(id);
            let message = format!(
                "the tag guards {}, and by `{}` of another policy `{name}` sets it on what it wants to reach",
                found.listed(),
                action.text.display()
            );
            let finding = sink.report(key.condition.key_span, message);
            finding.label("access depends on this tag").related(action.span, format!("allows `{tags}`")).help(
                "limit the tags there with `aws:TagKeys` or `aws:RequestTag/…`, or pin the same `aws:ResourceTag/…`",
            );
            if found.is_little() {
                finding.severity(Severity::Low);
            }
            finding.capped(found.capped);
            if let Some(declaration) = model_declaration(inputs, owner) {
                finding.unit = scoped.statement.span;
                finding.address = declaration;
            }
        }
    }
}

/// The document of a statement.
fn of(holder: &Holder<'_>, facts: &StatementFacts<'_>) -> Option<DeclId> {
    holder.each().find(|(other, _)| std::ptr::eq(*other, facts)).map(|(_, owner)| owner)
}

fn model_declaration(inputs: &Inputs<'_>, decl: DeclId) -> Option<smol_str::SmolStr> {
    inputs.model.declaration(decl).map(|declaration| declaration.address.clone())
}

/// Whether a condition of a statement is about a tag of the resource.
fn speaks_of_tags(statement: &Statement) -> bool {
    let about = |key: &str| key.to_ascii_lowercase().contains(":resourcetag/");
    statement.conditions.iter().any(|condition| about(condition.key.raw()))
}
