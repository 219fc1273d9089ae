use super::boundary_common::{IAM, demanded, left};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

const ACTIONS: &[&str] = &["iam:deleterolepermissionsboundary", "iam:deleteuserpermissionsboundary"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !facts.services.meet(IAM) || !context.grants() || !demanded(context.document()) {
        return;
    }
    for action in &facts.actions {
        let mut met = ACTIONS.iter().filter(|known| action.meets(known));
        if let Some(capped) = met.find_map(|known| left(context.document(), known).some()) {
            let shown = action.item.text.display();
            sink.report(
                action.item.span,
                format!("`{shown}` takes away the boundary that the policy demands elsewhere"),
            )
            .granted_by(action.item.span)
            .help("deny it")
            .capped(capped);
        }
    }
}
