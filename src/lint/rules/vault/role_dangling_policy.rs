use crate::lint::{Check, Inputs, Sink};
use crate::vault::builtin::is_reserved;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = inputs.model;
    // Without any policy the policies are kept elsewhere, and nothing can be said.
    if model.vault.policies.is_empty() {
        return;
    }
    for dangling in model.dangling.iter().filter(|d| d.kind == "policy" && !is_reserved(&d.name, inputs.dialect)) {
        let name = &dangling.name;
        sink.report(
            dangling.span,
            format!("no policy `{name}` is declared: this gives nothing until somebody writes one"),
        )
        .label("not declared")
        .help("declare the policy, or leave the name out");
    }
}
