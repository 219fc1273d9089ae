use super::escalation_common::{limited, listed, pass_set, report};
use super::identity_common::is_bound_by_known;
use crate::aws::document::{Document, PolicyKind};
use crate::carrier::declaration::{AwsPolicy, Declaration, Item};
use crate::lint::holding::Holding;
use crate::lint::{Check, Inputs, Sink, StatementFacts};
use crate::model::Ceiling;
use crate::model::ids::DeclId;
use crate::source::Span;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    let mut seen: Vec<Span> = Vec::new();
    for id in model.identities() {
        let Some(identity) = model.identity(id) else { continue };
        if !is_bound_by_known(inputs, identity) {
            continue;
        }
        let groups = identity.groups.iter().filter_map(|group| model.identity(*group));
        let mut decls: Vec<DeclId> = identity.policies.clone();
        decls.extend(groups.flat_map(|group| group.policies.iter().copied()));
        let documents: Vec<(&Declaration, &Document)> =
            decls.iter().filter_map(|decl| document(inputs, *decl)).collect();
        if documents.len() < 2 {
            continue;
        }
        let facts = |document: &Document| -> bool {
            let own: Vec<StatementFacts<'_>> =
                document.statements.iter().map(|statement| StatementFacts::new(statement)).collect();
            pass_set(&Holding::alone(&own)).is_some()
        };
        let all: Vec<StatementFacts<'_>> = documents
            .iter()
            .flat_map(|(_, document)| &document.statements)
            .map(|statement| StatementFacts::new(statement))
            .collect();
        let ceiling = Ceiling::of(inputs.model, identity);
        let Some(set) = pass_set(&Holding::by(&all, &ceiling)) else { continue };
        let Some((pass, others)) = set.split_first() else { continue };
        if seen.contains(&pass.span) || documents.iter().any(|(_, document)| facts(document)) {
            continue;
        }
        seen.push(pass.span);
        let mut severity = sink.severity();
        if limited(&set) && !set.iter().any(|grant| grant.lowered) {
            severity = severity.milder();
        }
        let name = model.name_of(id);
        let message = format!(
            "with {} from another policy this lets `{name}` run its code as any role that the service may take",
            listed(others)
        );
        let from = documents.iter().find(|(_, document)| document.span.contains(pass.span));
        let before = sink.severity();
        let help = "name the roles in `Resource` that may be passed, and pin the service with `iam:PassedToService`";
        report(&set, *pass, (message, help), severity.min(before), sink);
        if let (Some((declaration, _)), Some(finding)) = (from, sink.last()) {
            finding.unit = pass.facts.statement.span;
            finding.address = declaration.address.clone();
            finding.chain(vec![name, format!("policy {}", declaration.address)]);
            finding.grant = None;
        }
    }
}

/// An identity policy that is certainly there.
fn document<'i>(inputs: &Inputs<'i>, decl: DeclId) -> Option<(&'i Declaration, &'i Document)> {
    let declaration = inputs.model.declaration(decl)?;
    match &declaration.item {
        Item::AwsPolicy(AwsPolicy { kind: PolicyKind::Identity, document, .. }) => Some((declaration, document)),
        _ => None,
    }
}
