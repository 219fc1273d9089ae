use super::admin_common::{self as admins, Admin};
use crate::lint::{Check, Inputs, Sink};
use crate::vault::roles::weak_bound;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for Admin { role, name, span, steps } in admins::roles(inputs) {
        let Some(body) = inputs.model.vault_body(role.decl) else { continue };
        let Some(who) = weak_bound(&role.method, body) else { continue };
        let how = steps.first().map_or("it holds `root`", |step| step.what);
        sink.report(span, format!("{who} can log in through `{name}` and get every policy: it {how}"))
            .label("cheapest login, greatest power")
            .help("bound the role to the one caller that is meant, and give it less");
    }
}
