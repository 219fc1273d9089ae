use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::syntax::{Node, Value};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if !matches!(&context.object.kind, VaultKind::Agent(part) if part == "sink") {
        return;
    }
    let body = context.body();
    // An encrypted token is of no use to who reads it.
    if ["dh_type", "dh_path"].iter().any(|name| body.get(name).is_some()) {
        return;
    }
    let Some(mode) = body.each_of("config").iter().find_map(|config| config.get("mode")) else { return };
    if bits(mode).is_some_and(|bits| bits & 0o004 != 0) {
        sink.report(mode.span, "every user of the machine reads the agent's token")
            .label("readable by all")
            .help("use 0640, the default, or 0600");
    }
}

/// The bits of a mode: a number as the configuration's language reads it, octal only
/// behind a 0; a text is octal.
fn bits(mode: &Node) -> Option<u32> {
    match &mode.value {
        Value::Number(number) if number.starts_with('0') => u32::from_str_radix(number, 8).ok(),
        Value::Number(number) => number.parse().ok(),
        Value::String(text) => u32::from_str_radix(text.known()?, 8).ok(),
        _ => None,
    }
}
