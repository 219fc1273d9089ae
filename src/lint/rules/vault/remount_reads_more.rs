use super::admin_common as admins;
use crate::lint::{Check, Inputs, Sink};
use crate::model::escalation::PowerKind;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let moves = |power: &crate::model::escalation::Power| {
        power.kind == PowerKind::Content && power.step().is_some_and(|step| step.id == "E20")
    };
    for (admin, power) in admins::powers(inputs, moves) {
        let Some(read) = power.step().and_then(|step| step.requests.last()) else { continue };
        let (name, mounts) = (&admin.name, power.over.join(" and "));
        let finding = sink
            .report(
                admin.span,
                format!(
                    "whoever logs in through `{name}` can read {mounts} after moving it below what `{}` is of",
                    read.path
                ),
            )
            .label("moves mounts and reads")
            .help("give `sys/remount` to a role that reads no secrets");
        admins::explain(inputs, &admin, "what the moved mount holds", finding);
    }
}
