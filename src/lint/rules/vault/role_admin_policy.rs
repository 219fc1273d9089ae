use super::admin_common as admins;
use crate::lint::{Check, Inputs, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for admin in admins::roles(inputs) {
        let Some(first) = admin.steps.first() else { continue };
        let finding = sink
            .report(
                admin.span,
                format!("whoever logs in through `{}` can get every policy: it {}", admin.name, first.what),
            )
            .label("gives every policy in the end")
            .help("split the policy, so that those who use secrets cannot change who may");
        admins::explain(inputs, &admin, "every policy", finding);
    }
}
