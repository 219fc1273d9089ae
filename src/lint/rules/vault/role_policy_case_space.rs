use crate::lint::{Check, RoleContext, Sink};

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    for (name, span) in context.role.token.policies.known() {
        if name.contains(['[', ']', '"', '\'', '{', '}']) {
            sink.report(span, format!("`{name}` is no policy's name: the list was written as one text"))
                .help("give a list, or names with commas between");
        } else if name.chars().any(char::is_uppercase) || name.contains(char::is_whitespace) {
            let stored = name.trim().to_lowercase();
            sink.report(span, format!("the server stores `{name}` as `{stored}`")).help("write it as it is stored");
        }
    }
}
