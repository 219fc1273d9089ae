use crate::carrier::declaration::VaultKind;
use crate::lint::rules::secret_common::stands_for;
use crate::lint::{Check, ObjectContext, Sink};
use crate::source::{HOLE, Span};
use crate::syntax::{Node, Value};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if context.object.kind != VaultKind::SecretsConfig("database".into()) {
        return;
    }
    look(context.body(), 3, sink);
}

/// Looks at a connection and the block of its database's kind.
fn look(node: &Node, depth: u32, sink: &mut Sink<'_>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| look(item, depth, sink)),
        Value::Map(entries) if depth > 0 => {
            for entry in entries {
                match entry.key.raw() {
                    "password" => {
                        if entry.value.as_str().is_some_and(is_written) {
                            report(entry.value.span, sink);
                        }
                    }
                    "connection_url" => {
                        if let Some(span) = in_address(&entry.value) {
                            report(span, sink);
                        }
                    }
                    _ => look(&entry.value, depth - 1, sink),
                }
            }
        }
        _ => {}
    }
}

fn report(span: Span, sink: &mut Sink<'_>) {
    sink.report(span, "the database administrator's password is written out, so whoever reads this has it")
        .label("in the clear")
        .help("take it from a write-only argument (`password_wo`) or a variable, and have Vault rotate it");
}

/// The password in `scheme://user:password@host` or `user:password@tcp(host)`.
pub(super) fn in_address(node: &Node) -> Option<Span> {
    let Value::String(text) = &node.value else { return None };
    let raw = text.raw();
    let start = raw.find("://").map_or(0, |at| at + 3);
    let rest = raw.get(start..)?;
    // The last `@` before the host's path: a password may hold one.
    let end = rest.find(['/', '?', '(']).unwrap_or(rest.len());
    let credentials = rest.get(..end)?.rfind('@').and_then(|at| rest.get(..at))?;
    let (user, password) = credentials.split_once(':')?;
    let from = start + user.len() + 1;
    let to = from + password.len();
    is_written(password).then(|| text.span_of(node.span, from, to))
}

/// Whether a text is a password and no template, variable or example.
fn is_written(text: &str) -> bool {
    !stands_for(text) && !["{{", "%s", "$(", "__"].iter().any(|mark| text.contains(mark)) && !text.contains(HOLE)
}
