use super::consumer_common::{Login, consumer, role};
use crate::lint::{Check, ObjectContext, Sink};
use crate::suggest::{closest, slipped};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let Some(consumer) = consumer(context) else { return };
    let Login::Missing(known) = role(context.inputs, consumer) else { return };
    let (Some((name, span)), Some((mount, _))) = (&consumer.name, &consumer.mount) else { return };
    let (name, mount) = (name.display(), mount.display());
    // Other roles may be declared elsewhere; a slip of the pen is none of them.
    let Some(meant) = closest(&name, known.iter().copied()).filter(|meant| slipped(&name, meant)) else { return };
    let message = format!("`auth/{mount}` has no role `{name}`, so that nothing that logs in with it gets a token");
    sink.report(*span, message).label("no such role").help(format!("did you mean `{meant}`?"));
}
