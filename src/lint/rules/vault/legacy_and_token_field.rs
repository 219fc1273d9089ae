use crate::lint::{Check, RoleContext, Sink};

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let token = &context.role.token;
    let Some(span) = token.ignored_policies else { return };
    let finding = sink.report(span, "the server ignores `policies`, since `token_policies` is there too and differs");
    finding.label("ignored").help("keep `token_policies` alone");
    if let Some(counts) = token.policies.span {
        finding.related(counts, "this counts");
    }
}
