use super::admin_common as admins;
use crate::lint::{Check, Inputs, Sink};
use crate::model::escalation::{Power, PowerKind};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let chooses = |power: &Power| power.kind == PowerKind::Content && power.step().is_some_and(|step| step.id == "E45");
    for (admin, power) in admins::powers(inputs, chooses) {
        let Some(step) = power.step() else { continue };
        let (name, paths) = (&admin.name, power.over.join(" and "));
        let finding = sink
            .report(admin.span, format!("whoever logs in through `{name}` can reach {paths}: it {}", step.what))
            .label("chooses whose paths these are")
            .help("go by `identity.entity.id`, which nobody can change");
        admins::explain(inputs, &admin, "the paths of others", finding);
    }
}
