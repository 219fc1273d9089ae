use crate::lint::rules::record_common::{is_absent, is_made, refs, target};
use crate::lint::{Check, RecordContext, Sink};

pub(super) const CHECK: Check = Check::Record(check);

/// Types that replace what others attached, with the argument that says whose.
const TYPES: &[(&str, &str, &str)] = &[
    ("vault_identity_entity_policies", "entity_id", "vault_identity_entity"),
    ("vault_identity_group_policies", "group_id", "vault_identity_group"),
];

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    let Some((_, argument, owner)) = TYPES.iter().find(|(kind, _, _)| *kind == record.kind) else { return };
    if !is_made(record) || !is_absent(&record.body, "exclusive") {
        return;
    }
    let owned = record.body.get(argument).is_some_and(|node| {
        let targets = refs(node).into_iter().filter_map(|reference| target(context.inputs, reference, record));
        targets.into_iter().any(|other| other.kind == *owner && is_made(other))
    });
    if owned {
        return;
    }
    let what = if *argument == "group_id" { "group" } else { "entity" };
    let message = format!("this replaces every other policy of a {what} that this program does not own");
    sink.report(record.kind_span, message)
        .label("`exclusive` is true unless it is set")
        .help("set `exclusive = false` to add these policies, or `exclusive = true` if the others are to go");
}
