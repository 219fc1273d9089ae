//! See the page.

use crate::aws::placeholder;
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
    if record.kind == "provider_aws" && emulated(&record.body) {
        return;
    }
    look(&record.body, record.kind == "provider_aws", 0, sink);
}

/// Whether the provider talks to an emulator of AWS on this machine, which takes anything
/// for a credential.
fn emulated(body: &Node) -> bool {
    const LOCAL: &[&str] =
        &["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "localstack", "host.docker.internal", "motoserver"];
    let unchecked = |name: &str| {
        body.get(name).is_some_and(|node| match &node.value {
            Value::Bool(value) => *value,
            Value::String(text) => text.known() == Some("true"),
            _ => false,
        })
    };
    let blocks = match body.get("endpoints").map(|node| &node.value) {
        Some(Value::Map(entries)) => vec![entries.as_slice()],
        Some(Value::List(items)) => items.iter().filter_map(Node::as_map).collect(),
        _ => Vec::new(),
    };
    let hosts = || blocks.iter().copied().flatten().filter_map(|entry| entry.value.as_text());
    let local = |host: &str| LOCAL.iter().any(|known| host.contains(known));
    hosts().any(|host| local(host.raw()))
        || (unchecked("skip_credentials_validation") && unchecked("skip_requesting_account_id"))
}

/// What is written where nothing is meant: `test`, `mock_access_key`, `my-secret-key`.
fn is_dummy(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "a",
        "access",
        "an",
        "aws",
        "bar",
        "dummy",
        "fake",
        "foo",
        "id",
        "key",
        "localstack",
        "mock",
        "moto",
        "my",
        "secret",
        "test",
        "testing",
    ];
    let lower = value.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| WORDS.contains(&word) || matches!(word, "accesskey" | "secretkey" | "anaccesskey" | "asecretkey"))
}

fn look(node: &Node, aws: bool, depth: u32, sink: &mut Sink<'_>) {
    match &node.value {
        Value::Map(entries) if depth < 4 => {
            for entry in entries {
                let name = entry.key.known().unwrap_or("");
                let real =
                    |value: &&str| !value.is_empty() && placeholder::find(value).is_none() && !(aws && is_dummy(value));
                let literal = entry.value.as_str().filter(|_| SECRETS.contains(&name)).filter(real);
                if let Some(value) = literal {
                    report(name, value, &entry.value, sink);
                } else {
                    look(&entry.value, aws, depth + 1, sink);
                }
            }
        }
        Value::List(items) if depth < 4 => items.iter().for_each(|item| look(item, aws, depth + 1, sink)),
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
