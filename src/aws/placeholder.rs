//! Text that stands for a value still to be written: `<my-org-id>`, `{{ account }}`, `[ORG_ID]`.

/// The placeholder in a value, with its brackets. Policy variables (`${aws:username}`) are
/// none.
#[must_use]
pub fn find(text: &str) -> Option<&str> {
    if let Some(blank) = bracketed(text) {
        return Some(blank);
    }
    let mut text = text;
    let rest = loop {
        let at = memchr::memchr2(b'<', b'{', text.as_bytes())?;
        let (before, rest) = text.split_at_checked(at)?;
        if !before.ends_with('$') {
            break rest;
        }
        // behind the variable there may be one
        text = rest.split_once('}')?.1;
    };
    // what Jinja and its kin compute: `{{ arn.split(':')[4] }}`
    if let Some((inner, after)) = rest.strip_prefix("{{").and_then(|inner| inner.split_once("}}"))
        && inner.contains(|c: char| c.is_alphabetic())
    {
        return rest.get(..rest.len() - after.len());
    }
    let (open, close) = if rest.starts_with('<') { ('<', '>') } else { ('{', '}') };
    let inner = rest.trim_start_matches(open);
    let (name, after) = inner.split_once(close)?;
    let word = |c: char| c.is_alphanumeric() || " -_.".contains(c);
    let named = name.contains(|c: char| c.is_alphabetic()) && name.chars().all(word);
    let end = rest.len() - after.trim_start_matches(close).len();
    rest.get(..end).filter(|_| named)
}

/// A whole value in square brackets, in capitals as blanks are: `[MAX_AGE]`.
fn bracketed(text: &str) -> Option<&str> {
    let name = text.strip_prefix('[')?.strip_suffix(']')?;
    let blank = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || " -_".contains(c);
    (name.contains(|c: char| c.is_ascii_uppercase()) && name.chars().all(blank)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::find;

    /// Each variable was once gone past by recursion, which 60,000 of them overran the stack
    /// with.
    #[test]
    fn a_text_of_a_hundred_thousand_variables_is_looked_through() {
        let text = "${aws:username}".repeat(100_000);
        assert_eq!(find(&text), None);
        assert_eq!(find(&(text + "<team>")), Some("<team>"));
    }

    #[test]
    fn brackets_around_a_name() {
        let table = [
            ("<my-org-id>", Some("<my-org-id>")),
            ("arn:aws:s3:::<bucket name>/*", Some("<bucket name>")),
            ("{example-region-1}", Some("{example-region-1}")),
            ("arn:aws:iam::{{ account_id }}:root", Some("{{ account_id }}")),
            ("${aws:username}/<team>", Some("<team>")),
            ("${aws:username}", None),
            ("${aws:PrincipalTag/a}{", None),
            ("o-exampleorgid", None),
            ("{{ arn.split(':')[4] }}", Some("{{ arn.split(':')[4] }}")),
            ("a/{{ lookup('env', 'B') }}/*", Some("{{ lookup('env', 'B') }}")),
            ("[MAX_AGE_IN_MILLISECONDS]", Some("[MAX_AGE_IN_MILLISECONDS]")),
            ("[a-z]*", None),
            ("[1]", None),
            ("a < b > c", Some("< b >")),
            ("{\"a\": 1}", None),
            ("<>", None),
            ("<1>", None),
            ("<é", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
