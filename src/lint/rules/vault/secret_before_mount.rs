use crate::carrier::declaration::Carrier;
use crate::carrier::record::Record;
use crate::lint::rules::record_common::{is_made, together};
use crate::lint::{Check, RecordContext, Sink};
use crate::syntax::Node;

pub(super) const CHECK: Check = Check::Record(check);

/// Types that write below a mount, with the argument that says where.
const WRITERS: &[(&str, &str)] = &[
    ("vault_generic_endpoint", "path"),
    ("vault_generic_secret", "path"),
    ("vault_kv_secret", "path"),
    ("vault_kv_secret_v2", "mount"),
];

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    let Some((_, argument)) = WRITERS.iter().find(|(kind, _)| *kind == record.kind) else { return };
    if !is_made(record) || !matches!(record.carrier, Carrier::Terraform | Carrier::PulumiProgram) {
        return;
    }
    let Some(node) = record.body.get(argument) else { return };
    let Some(path) = node.as_str() else { return };
    let sources = context.inputs.sources;
    // A value that came by a reference is known too; only one written here makes no edge.
    if !sources.slice(node.span).contains(path) || is_ordered(record, sources.slice(record.span)) {
        return;
    }
    let full = format!("{}/", path.trim_matches('/'));
    let mount = context.inputs.records.iter().find(|other| {
        let auth = other.kind == "vault_auth_backend";
        if !is_made(other) || !(auth || other.kind == "vault_mount") {
            return false;
        }
        let at = other.body.get("path").and_then(Node::as_str).map(|at| at.trim_matches('/'));
        let at = at.filter(|at| !at.is_empty()).map(|at| format!("{}{at}/", if auth { "auth/" } else { "" }));
        at.is_some_and(|at| full.starts_with(&at))
            && same_place(record, other)
            && together(context.inputs, other, record)
    });
    let Some(mount) = mount else { return };
    let message = format!("`{path}` is written as a text, so nothing makes this wait for `{}`", mount.address);
    sink.report(node.span, message)
        .label("no reference to the mount")
        .related(mount.kind_span, "the mount that has to be there first")
        .help("take the path from the mount, or let this depend on it");
}

/// Whether the author ordered it by hand; `parent` makes no order by itself, but shows
/// that the two were thought of together.
fn is_ordered(record: &Record, text: &str) -> bool {
    record.body.get("depends_on").is_some() || ["depends_on", "parent="].iter().any(|word| text.contains(word))
}

/// Whether both go to one server and namespace, as far as is written.
fn same_place(a: &Record, b: &Record) -> bool {
    let namespace = |record: &Record| record.body.get("namespace").map(|node| node.as_str().map(str::to_owned));
    namespace(a) == namespace(b)
}
