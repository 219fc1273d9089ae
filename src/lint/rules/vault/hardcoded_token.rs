use std::sync::LazyLock;

use regex::Regex;

use crate::lint::rules::secret_common::{invented, prefix};
use crate::lint::{Check, Confidence, Severity, Sink, TextContext};

pub(super) const CHECK: Check = Check::Text(check);

/// Tokens with their fixed prefixes (spec: vault-roles, section 4.7). ASCII classes only: the
/// Unicode ones, repeated so often, take longer to compile than a whole check.
static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let token = r"hvs\.[0-9A-Za-z_-]{24,}|hvb\.[0-9A-Za-z_-]{60,}|hvr\.[0-9A-Za-z_-]{24,}|[sb]\.[0-9A-Za-z]{24}";
    Regex::new(&format!(r"(?-u:\b)(?:{token})(?-u:\b)")).ok()
});

fn check(context: &TextContext<'_>, sink: &mut Sink<'_>) {
    // all tokens have a dot between one of these letters and a long word: most texts have none
    // and end here
    let bytes = context.text.as_bytes();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let may = memchr::memchr_iter(b'.', bytes).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        matches!(before, Some(b's' | b'b' | b'r'))
            && bytes.get(at + 1..at + 25).is_some_and(|body| body.iter().all(word))
    });
    let Some(token) = TOKEN.as_ref().filter(|_| may) else { return };
    for found in token.find_iter(context.text) {
        let text = found.as_str();
        let Some((kind, body)) = text.split_once('.') else { continue };
        let old = kind.len() == 1;
        if invented(body) || (old && !looks_random(context.text, found.start(), body)) {
            continue;
        }
        let (what, severity) = match kind {
            "hvr" | "r" => ("recovery token", sink.severity()),
            "hvb" | "b" => ("batch token", Severity::High),
            _ => ("service token", sink.severity()),
        };
        let message =
            format!("a Vault {what} stands in the text (`{}…`); revoke it, and pass it in from outside", prefix(text));
        sink.report(context.span(found.range()), message)
            .label("a live credential to everybody who can read this")
            .confidence(if old { Confidence::Medium } else { Confidence::High })
            .severity(severity);
    }
}

/// Tokens of the old form have so short a prefix that a part of a longer name may look the
/// same (`self.handleSomethingLikeThis…`): what precedes must end a word, and letters of
/// both cases and digits must be mixed.
fn looks_random(text: &str, start: usize, body: &str) -> bool {
    let before = text.get(..start).and_then(|head| head.chars().next_back());
    let word = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'));
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let upper = body.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = body.bytes().filter(u8::is_ascii_lowercase).count();
    !word && digits >= 2 && upper >= 3 && lower >= 3
}
