use crate::lint::{Check, RoleContext, Sink};

pub(super) const CHECK: Check = Check::AuthRole(&["github"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let role = context.role;
    if role.name.as_deref() != Some("default") || role.cites.is_empty() {
        return;
    }
    let named = role.named.as_ref().map(|(_, span)| *span);
    let span = named.unwrap_or(context.declaration.span);
    sink.report(span, "the mapping `default` gives its policies to every member of the organization")
        .help("map the teams that need them");
}
