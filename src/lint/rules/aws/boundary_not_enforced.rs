use super::boundary_common::{BOUNDARY, IAM, demanded, left};
use crate::lint::{Check, ResourceFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// What gives a principal permissions.
const ACTIONS: &[&str] = &[
    "iam:createrole",
    "iam:createuser",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !facts.services.meet(IAM) || !context.grants() || !demanded(context.document()) {
        return;
    }
    if facts.statement.conditions_unknown || facts.conditions.iter().any(|c| c.key == BOUNDARY) {
        return;
    }
    // policies of a service-linked role are the service's own
    let linked = |resource: &ResourceFact<'_>| resource.text.contains(":role/aws-service-role/");
    if !facts.not_resource && !facts.resources.is_empty() && facts.resources.iter().all(linked) {
        return;
    }
    for action in &facts.actions {
        let mut met = ACTIONS.iter().filter(|known| action.meets(known));
        let open = met.find_map(|known| Some((known, left(context.document(), known).some()?)));
        if let Some((open, capped)) = open {
            let shown = action.item.text.display();
            let name = if action.wildcard { format!("`{shown}` holds `{open}`, which") } else { format!("`{shown}`") };
            sink.report(
                action.item.span,
                format!("{name} asks for no permissions boundary here, as the policy does elsewhere"),
            )
            .granted_by(action.item.span)
            .help("add a condition on `iam:PermissionsBoundary`")
            .capped(capped);
        }
    }
}
