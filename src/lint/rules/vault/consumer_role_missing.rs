use super::consumer_common::{Login, consumer, role};
use crate::lint::{Check, ObjectContext, Sink};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let Some(consumer) = consumer(context) else { return };
    let Login::Missing(known) = role(context.inputs, consumer) else { return };
    let (Some((name, span)), Some((mount, _))) = (&consumer.name, &consumer.mount) else { return };
    let (name, mount) = (name.display(), mount.display());
    let finding = sink
        .report(
            *span,
            format!("`auth/{mount}` has no role `{name}`, so that nothing that logs in with it gets a token"),
        )
        .label("no such role");
    match closest(&name, known.iter().copied()) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("declare the role, or name one that is declared"),
    };
}
