use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::lint::{Check, Inputs, Severity, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    for identity in model.identities().filter_map(|id| model.identity(id)) {
        let managed = |id: &&crate::model::DeclId| {
            let declaration = inputs.model.declaration(**id);
            declaration.is_some_and(|declaration| match &declaration.item {
                Item::AwsPolicy(policy) => policy.attached_to.is_empty() && declaration.condition.is_none(),
                _ => false,
            })
        };
        let here = identity.policies.iter().filter(managed).count();
        let mut elsewhere: Vec<&String> =
            identity.missing.iter().filter(|what| what.starts_with("policy `arn:")).collect();
        elsewhere.sort();
        elsewhere.dedup();
        let count = here + elsewhere.len();
        if count <= 10 {
            continue;
        }
        let Some(declaration) = inputs.model.declaration(identity.decl) else { continue };
        let Item::AwsPrincipal(principal) = &declaration.item else { continue };
        let span = principal.name.as_ref().map_or(declaration.span, |(_, span)| *span);
        let (most, severity) = match (identity.kind, count > 20) {
            (AwsPrincipalKind::Group, _) => ("AWS takes 10", sink.severity()),
            (_, true) => ("AWS takes 20 at most", sink.severity()),
            (_, false) => ("AWS takes 10 unless the quota was raised", Severity::Low),
        };
        let finding = sink.report(span, format!("{count} managed policies are attached, and {most}"));
        finding.label("too many").severity(severity).help("join policies that belong together into one");
        finding.unit = declaration.span;
        finding.address = declaration.address.clone();
    }
}
