//! See the page.

use crate::lint::{Check, RecordContext, Severity, Sink};
use crate::syntax::{Node, Value};

pub(super) const CHECK: Check = Check::Record(check);

/// Arguments of a provider that authenticate it.
const SECRETS: &[&str] = &["token", "secret_key", "access_key", "password", "secret_id", "client_secret", "secret"];

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    if !matches!(record.kind.as_str(), "provider_vault" | "provider_aws") {
        return;
    }
    look(&record.body, 0, sink);
}

fn look(node: &Node, depth: u32, sink: &mut Sink<'_>) {
    match &node.value {
        Value::Map(entries) if depth < 4 => {
            for entry in entries {
                let name = entry.key.known().unwrap_or("");
                let literal = entry.value.as_str().filter(|value| !value.is_empty() && SECRETS.contains(&name));
                if let Some(value) = literal {
                    report(name, value, &entry.value, sink);
                } else {
                    look(&entry.value, depth + 1, sink);
                }
            }
        }
        Value::List(items) if depth < 4 => items.iter().for_each(|item| look(item, depth + 1, sink)),
        _ => {}
    }
}

fn report(name: &str, value: &str, node: &Node, sink: &mut Sink<'_>) {
    // A token that calls itself root is meant to be one; nothing is above it.
    let root = name == "token" && value.to_ascii_lowercase().contains("root");
    let what = if root { "the root token" } else { "a credential" };
    let message = format!(
        "the provider's `{name}` is {what} written into the program, so whoever can read the repository or the state holds it"
    );
    let finding = sink.report(node.span, message);
    if root {
        finding.severity = Severity::Critical;
    }
}
