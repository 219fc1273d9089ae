use std::sync::LazyLock;

use regex::Regex;

use crate::lint::rules::secret_common::{invented, prefix};
use crate::lint::{Check, Severity, Sink, TextContext};

pub(super) const CHECK: Check = Check::Text(check);

/// Access key ids: `AKIA` for users, `ASIA` for sessions.
static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b").ok());

/// A secret access key next to a word that says so.
static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)secret[_-]?(?:access[_-]?)?key["'\s]*[:=]+>?["'\s]*([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#)
        .ok()
});

fn check(context: &TextContext<'_>, sink: &mut Sink<'_>) {
    if context.mentions.access_key_ids {
        for found in ID.iter().flat_map(|id| id.find_iter(context.text)) {
            let text = found.as_str();
            if invented(text.get(4..).unwrap_or("")) {
                continue;
            }
            let session = text.starts_with("ASIA");
            let (what, severity) =
                if session { ("of a session", Severity::Medium) } else { ("of an IAM user", Severity::High) };
            let message = format!("an AWS access key id {what} stands in the text (`{}…`)", prefix(text));
            sink.report(context.span(found.range()), message)
                .label("an access key")
                .help("make sure that its secret is not here either; deactivate the key and use a role")
                .severity(severity);
        }
    }
    if context.mentions.secret_keys {
        for found in SECRET.iter().flat_map(|secret| secret.captures_iter(context.text)) {
            let Some(value) = found.get(1).filter(|value| !invented(value.as_str()) && mixed(value.as_str())) else {
                continue;
            };
            sink.report(context.span(value.range()), "an AWS secret access key stands in the text; deactivate it")
                .label("a live credential to everybody who can read this")
                .help("use a role, or pass the key in from outside");
        }
    }
}

/// Whether a text mixes letters of both cases and digits, as a random key of 40 does.
fn mixed(text: &str) -> bool {
    let any = |test: fn(&u8) -> bool| text.bytes().any(|byte| test(&byte));
    any(u8::is_ascii_digit) && any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase)
}
