use super::admin_common::{self as admins, Admin};
use crate::lint::{Check, Inputs, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for Admin { name, span, steps, .. } in admins::roles(inputs) {
        let Some(first) = steps.first() else { continue };
        let finding = sink
            .report(span, format!("whoever logs in through `{name}` can get every policy: it {}", first.what))
            .label("gives every policy in the end")
            .help("split the policy, so that those who use secrets cannot change who may");
        finding.witness = Some(admins::witness(&steps));
        finding.chain = admins::chain(inputs, &name, &steps);
        for request in steps.iter().flat_map(|step| &step.requests) {
            if let Some(place) = request.span.filter(|place| !finding.related.iter().any(|(known, _)| known == place)) {
                finding.related(place, format!("allows `{}` on `{}`", request.capability, request.path));
            }
        }
    }
}
