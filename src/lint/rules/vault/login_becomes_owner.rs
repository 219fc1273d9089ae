use super::admin_common as admins;
use crate::lint::{Check, Inputs, Sink};
use crate::model::escalation::{Power, PowerKind};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    // What a login can do by itself the rules about its policies say.
    let becomes = |power: &Power| power.kind == PowerKind::Server && power.steps.len() > 1;
    for (admin, power) in admins::powers(inputs, becomes) {
        let (Some(first), Some(last)) = (power.steps.first(), power.steps.last()) else { continue };
        let finding = sink
            .report(
                admin.span,
                format!(
                    "whoever logs in through `{}` can become one that {}: it {}",
                    admin.name, last.what, first.what
                ),
            )
            .label("one step from the whole server");
        if let Some(given) = power.given {
            finding.help(format!("to own the server takes {given}"));
        }
        admins::explain(inputs, &admin, "the whole server", finding);
    }
}
