use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;

use crate::lint::rules::secret_common::{invented, prefix};
use crate::lint::{Check, Sink, TextContext};

pub(super) const CHECK: Check = Check::Text(check);

/// A UUID that is given to a secret id. ASCII classes only, which compile at once.
static GIVEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    Regex::new(&format!(r#"(?i-u)secret[_-]?id["'`]?[ \t]*[:=]>?[ \t]*["'`]?({uuid})"#)).ok()
});

fn check(context: &TextContext<'_>, sink: &mut Sink<'_>) {
    let bytes = context.text.as_bytes();
    let words = ["secret_id", "SECRET_ID", "secret-id", "secretId", "secretid", "SecretID", "SecretId"];
    if !words.iter().any(|word| memmem::find(bytes, word.as_bytes()).is_some()) {
        return;
    }
    let Some(given) = GIVEN.as_ref() else { return };
    for id in given.captures_iter(context.text).filter_map(|found| found.get(1)) {
        if invented(id.as_str()) {
            continue;
        }
        let message = format!(
            "the secret id of an AppRole stands in the text (`{}…`); destroy it, and pass a new one in from outside",
            prefix(id.as_str())
        );
        sink.report(context.span(id.range()), message).label("logs in for everybody who can read this");
    }
}
