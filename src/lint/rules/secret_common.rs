//! What rules about credentials in the clear share.

use std::ops::Range;

use regex::Regex;

use crate::aws::placeholder;
use crate::lint::TextContext;

/// The first characters of a credential, which tell its kind and not its value.
pub(super) fn prefix(text: &str) -> &str {
    text.get(..4).unwrap_or("")
}

/// The credentials that a text gives, with their places: what the expression's first group
/// takes and is not plainly made up. A text that does not mention any is not looked into.
pub(super) fn given<'t>(
    context: &TextContext<'t>,
    mentioned: bool,
    expression: Option<&'t Regex>,
) -> impl Iterator<Item = (&'t str, Range<usize>)> {
    let text = context.text;
    let found = expression.filter(|_| mentioned).into_iter().flat_map(move |expression| expression.captures_iter(text));
    let given = found.filter_map(|found| found.get(1));
    given.filter(move |id| !invented(id.as_str()) && !in_sample(text, id.start())).map(|id| (id.as_str(), id.range()))
}

/// Whether a place lies in a comment that shows what something prints, and says so.
fn in_sample(text: &str, at: usize) -> bool {
    const WORDS: [&str; 6] = ["example", "sample", "similar to", "look like", "looks like", "expected output"];
    /// Lines of a comment that are looked at.
    const MOST: usize = 60;
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
    let lines = text.get(..end).unwrap_or("").rsplit('\n').map(str::trim_start).take(MOST);
    let comment = lines.take_while(|line| line.starts_with(['#', '*', ';']) || line.starts_with("//"));
    comment.map(str::to_ascii_lowercase).any(|line| WORDS.iter().any(|word| line.contains(word)))
}

/// What the vendors' own pages write, and configurations copied from them: the token of
/// Vault's page on the transit seal.
const DOCUMENTED: [&str; 1] = ["Qf1s5zigZ4OX6akYjQXJC1jY"];

/// Whether a text that has the form of a credential was plainly made up for an example:
/// it says so, repeats itself, or counts.
pub(super) fn invented(text: &str) -> bool {
    const WORDS: [&str; 10] =
        ["example", "redacted", "placeholder", "changeme", "your", "dummy", "sample", "xxxx", "insert", "test-token"];
    let lower = text.to_ascii_lowercase();
    if WORDS.iter().any(|word| lower.contains(word)) || DOCUMENTED.contains(&text) {
        return true;
    }
    let mut seen = [false; 256];
    for byte in lower.bytes() {
        if let Some(flag) = seen.get_mut(usize::from(byte)) {
            *flag = true;
        }
    }
    let distinct = seen.iter().filter(|flag| **flag).count();
    let counts = ["0123456789", "1234567890", "abcdefghij", "abcdef0123"].iter().any(|run| lower.contains(run));
    distinct < 7 || counts
}

/// Whether a text stands for a secret without being one: masked, left to be filled in, or
/// a reference that something resolves later.
pub(super) fn stands_for(text: &str) -> bool {
    const REFERENCES: [&str; 9] =
        ["$", "vault:", "ref+", "op://", "file:", "env:", "sops:", "ENC[", "arn:aws:secretsmanager:"];
    const WORDS: [&str; 5] = ["redacted", "sensitive", "sensitive value", "hidden", "masked"];
    let bare = text.trim_matches(|c: char| "<>[](){}*".contains(c)).to_ascii_lowercase();
    let first = text.chars().next();
    text.is_empty()
        || bare.is_empty()
        || WORDS.contains(&bare.as_str())
        || (first.is_some_and(|c| "*xX.•-_#".contains(c)) && text.chars().all(|c| Some(c) == first))
        || REFERENCES.iter().any(|reference| text.starts_with(reference))
        || text.contains("${")
        || placeholder::find(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::{in_sample, invented, stands_for};

    #[test]
    fn what_a_comment_shows_as_a_sample_is_told_from_what_it_keeps() {
        let table = [
            ("# The output should look like this:\n#   key: KEY\n", true),
            ("  // for example\n  // key: KEY", true),
            ("# key: KEY\n# for example", false),
            ("# an example\nkey: KEY", false),
            ("# an example\n\n# key: KEY", false),
            ("# KEY", false),
            ("KEY", false),
        ];
        for (text, expected) in table {
            assert_eq!(in_sample(text, text.find("KEY").unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_for_a_secret_is_none() {
        let table = [
            ("********", true),
            ("xxxxxxxx", true),
            ("<password>", true),
            ("{{ bob_password }}", true),
            ("${BOB_PASSWORD}", true),
            ("$BOB_PASSWORD", true),
            ("(sensitive value)", true),
            ("[REDACTED]", true),
            ("vault:secret/data/bob#password", true),
            ("", true),
            ("hunter2", false),
            ("changeme", false),
            ("correct horse battery staple", false),
            ("*5tar*", false),
        ];
        for (text, expected) in table {
            assert_eq!(stands_for(text), expected, "{text}");
        }
    }

    #[test]
    fn made_up_credentials_are_told_from_real_looking_ones() {
        let table = [
            ("CAESIJlX8Vv0nq2bQ1Zr7sTgUuWc5", false),
            ("xxxxxxxxxxxxxxxxxxxxxxxxxxxx", true),
            ("IOSFODNN7EXAMPLE", true),
            ("Qf1s5zigZ4OX6akYjQXJC1jY", true),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAA", true),
            ("0123456789abcdef01234567", true),
            ("your-vault-token-goes-here-ok", true),
            ("9aF3kQ7LmZ2xW8cR5tYb1nVd", false),
        ];
        for (text, expected) in table {
            assert_eq!(invented(text), expected, "{text}");
        }
    }
}
