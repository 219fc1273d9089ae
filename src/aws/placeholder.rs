//! Text that stands for a value still to be written: `<my-org-id>`, `{{ account }}`.

/// The placeholder in a value, with its brackets. Policy variables (`${aws:username}`) are
/// none.
#[must_use]
pub fn find(text: &str) -> Option<&str> {
    let at = memchr::memchr2(b'<', b'{', text.as_bytes())?;
    let (before, rest) = text.split_at_checked(at)?;
    let (open, close) = if rest.starts_with('<') { ('<', '>') } else { ('{', '}') };
    if before.ends_with('$') {
        // behind the variable there may be one
        return find(rest.split_once('}')?.1);
    }
    let inner = rest.trim_start_matches(open);
    let (name, after) = inner.split_once(close)?;
    let word = |c: char| c.is_alphanumeric() || " -_.".contains(c);
    let named = name.contains(|c: char| c.is_alphabetic()) && name.chars().all(word);
    let end = rest.len() - after.trim_start_matches(close).len();
    rest.get(..end).filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::find;

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
