use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if context.object.kind == VaultKind::Provider
        && let Fact::Known(true, span) = field::boolean(context.body(), &["skip_child_token"])
    {
        sink.report(span, "the run uses the token that it was given, for as long as that lives".to_owned())
            .label("no short-lived child");
    }
}
