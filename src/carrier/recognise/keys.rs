//! The names of the members at the top level of a JSON object, found without building it.

use memchr::memmem;

use super::HEAD;

/// Member names of the object that a text starts with, and whether the object ends in
/// what was looked at. Reads on past mistakes, and stops after [`HEAD`] bytes.
pub(super) fn top_level(text: &str) -> (Vec<String>, bool) {
    text.strip_prefix('{').map_or_else(Default::default, after_brace)
}

/// The same for what stands after the brace.
pub(super) fn after_brace(text: &str) -> (Vec<String>, bool) {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    let mut keys = Vec::new();
    let mut depth = 1usize;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'"', b'{', b'}', rest)) {
        at += found;
        match bytes.get(at) {
            Some(b'{') => depth += 1,
            Some(b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (keys, true);
                }
            }
            _ => {
                let start = at + 1;
                at = end_of_string(bytes, start);
                // a member's name, not a string of a list
                let colon = || bytes.get(at + 1..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace());
                if depth == 1 && keys.len() < 256 && colon() == Some(&b':') {
                    let key = String::from_utf8_lossy(bytes.get(start..at).unwrap_or_default()).into_owned();
                    // nothing else begins like a policy document, most of which comes now
                    let document = key == "Statement" && keys.iter().all(|key| key == "Version" || key == "Id");
                    let versioned = document && !keys.is_empty() && mentions_policy_version(text);
                    keys.push(key);
                    if versioned {
                        return (keys, true);
                    }
                }
            }
        }
        at += 1;
    }
    (keys, false)
}

/// Index of the quote that ends the string whose first byte is at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if bytes.get(at + found) == Some(&b'"') {
            return at + found;
        }
        at += found + 2;
    }
    bytes.len()
}

/// `"Version": "2012-10-17"` or the older one, near the start of the text.
pub(super) fn mentions_policy_version(text: &str) -> bool {
    let head = text.as_bytes().get(..4096).unwrap_or(text.as_bytes());
    [&b"2012-10-17"[..], b"2008-10-17"].iter().any(|version| memmem::find(head, version).is_some())
}

#[cfg(test)]
mod tests {
    use super::top_level;

    #[test]
    fn top_level_keys_are_those_of_the_first_object() {
        let (keys, closed) = top_level(r#"{"a": {"b": 1}, "c\"d": ["e", {"f": 2}], "g": "h"} {"i": 1}"#);
        assert_eq!((keys.join(" "), closed), ("a c\\\"d g".to_owned(), true));
        assert_eq!(top_level("{\"a\": 1"), (vec!["a".to_owned()], false));
    }
}
