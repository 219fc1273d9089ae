use std::sync::LazyLock;

use regex::Regex;

use crate::lint::rules::secret_common::{given, prefix};
use crate::lint::{Check, Sink, TextContext};

pub(super) const CHECK: Check = Check::Text(check);

/// A UUID that is given to a secret id. ASCII classes only, which compile at once.
static GIVEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    Regex::new(&format!(r#"(?i-u)secret[_-]?id["'`]?[ \t]*[:=]>?[ \t]*["'`]?({uuid})"#)).ok()
});

fn check(context: &TextContext<'_>, sink: &mut Sink<'_>) {
    for (id, place) in given(context, context.mentions.secret_ids, GIVEN.as_ref()) {
        let message = format!(
            "the secret id of an AppRole stands in the text (`{}…`); destroy it, and pass a new one in from outside",
            prefix(id)
        );
        sink.report(context.span(place), message).label("logs in for everybody who can read this");
    }
}
