use crate::lint::{Check, Sink, TokenRoleContext};
use crate::vault::token_role::glob_matches;

pub(super) const CHECK: Check = Check::TokenRole(check);

fn check(context: &TokenRoleContext<'_>, sink: &mut Sink<'_>) {
    let facts = &context.role.facts;
    for (name, span) in facts.allowed.known() {
        let exact = facts.disallowed.find(name);
        let glob = facts.disallowed_glob.known().find(|(glob, _)| glob_matches(glob, name)).map(|(_, span)| span);
        if let Some(other) = exact.or(glob) {
            sink.report(span, format!("`{name}` is allowed and disallowed: no token through the role can have it"))
                .label("never given")
                .related(other, "disallowed here");
        }
    }
}
