use rustc_hash::FxHashSet;

use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::lint::{Check, Inputs, Sink};
use crate::source::Span;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    let identities: Vec<_> = model.identities().filter_map(|id| model.identity(id)).collect();
    let (roles, others): (Vec<_>, Vec<_>) =
        identities.into_iter().partition(|identity| identity.kind == AwsPrincipalKind::Role);
    // a policy that users have as well means them
    let shared: FxHashSet<_> = others.iter().flat_map(|identity| &identity.policies).collect();
    for role in roles {
        for id in role.policies.iter().filter(|id| !shared.contains(id)) {
            let Some(Item::AwsPolicy(policy)) = inputs.model.declaration(*id).map(|d| &d.item) else { continue };
            for statement in &policy.document.statements {
                let items =
                    statement.resource.iter().flat_map(|list| &list.items).map(|item| (item.text.raw(), item.span));
                let values = statement.conditions.iter().flat_map(|c| &c.values);
                let values = values.filter_map(|node| node.as_str().map(|text| (text, node.span)));
                let found = items.chain(values).find(|(text, _)| names_user(text));
                if let Some((_, span)) = found {
                    report(span, &role.address, statement.span, sink);
                }
            }
        }
    }
}

fn report(span: Span, role: &str, unit: Span, sink: &mut Sink<'_>) {
    let finding = sink.report(
        span,
        format!("sessions of the role `{role}` have no `aws:username`, so this matches nothing for them"),
    );
    finding
        .label("only users have one")
        .help("use `${aws:PrincipalTag/…}` or `${aws:userid}`, or give a default: `${aws:username, 'nobody'}`");
    finding.unit = unit;
}

/// Whether a text holds `${aws:username}` without a default.
fn names_user(text: &str) -> bool {
    let lower = || text.to_ascii_lowercase();
    text.contains("${") && lower().contains("${aws:username}")
}
