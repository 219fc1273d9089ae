use std::sync::LazyLock;

use regex::Regex;

use crate::lint::rules::secret_common::{given, prefix};
use crate::lint::{Check, Sink, TextContext};

pub(super) const CHECK: Check = Check::Text(check);

/// A key of 32 or 33 bytes, in base64 or hexadecimal, that is called an unseal or recovery
/// key. ASCII classes only, which compile at once.
static GIVEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let key = "[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{44}|[0-9a-fA-F]{64}(?:[0-9a-fA-F]{2})?";
    let name = r"(?i:unseal|recovery)[ _-]?(?i:keys?)(?i:[ _-]?(?:b64|base64|hex|[0-9]+))?";
    Regex::new(&format!(r#"{name}["'`]?[ \t]*[:=]>?[ \t\r\n]*\[?[ \t\r\n]*["'`]?({key})(?:[^A-Za-z0-9+/=]|$)"#)).ok()
});

fn check(context: &TextContext<'_>, sink: &mut Sink<'_>) {
    for (key, place) in given(context, context.mentions.unseal_keys, GIVEN.as_ref()) {
        let message = format!(
            "an unseal or recovery key stands in the text (`{}…`); rekey, and keep the new shares with their holders",
            prefix(key)
        );
        sink.report(context.span(place), message).label("opens the storage, with enough others");
    }
}
