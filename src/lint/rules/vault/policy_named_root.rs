use crate::carrier::declaration::Carrier;
use crate::lint::{Check, Sink, VaultPolicyContext};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let Some((name, span)) = &context.policy.name else { return };
    if !name.known().is_some_and(|name| name.trim().eq_ignore_ascii_case("root")) {
        return;
    }
    // a bare file's name is what its author calls it, not always what it is written under
    let source = context.inputs.sources.name(context.declaration.span.source);
    let by_path = source.contains("sys/policies/acl/") || source.contains("sys/policy/");
    if context.declaration.carrier == Carrier::VaultPolicyFile && !by_path {
        return;
    }
    sink.report(*span, "the policy `root` is built in and cannot be written").help("give it another name");
}
