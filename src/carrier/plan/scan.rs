//! Finds members and elements of a JSON text without building anything, so that a plan of
//! many megabytes costs little where only a few of its resources matter.

use std::ops::Range;

/// How deep values may nest.
const DEPTH: usize = 512;

/// The members of the object that starts at `at`: key (without quotes, as written) and
/// the range of the value. None where the text is no well-formed object.
pub(super) fn members(text: &str, at: usize) -> Option<Vec<(&str, Range<usize>)>> {
    let bytes = text.as_bytes();
    let mut at = space(bytes, at);
    let mut found = Vec::new();
    at = expect(bytes, at, b'{')?;
    at = space(bytes, at);
    if bytes.get(at) == Some(&b'}') {
        return Some(found);
    }
    loop {
        at = space(bytes, at);
        let key_end = string(bytes, at)?;
        let key = text.get(at + 1..key_end - 1)?;
        at = expect(bytes, space(bytes, key_end), b':')?;
        at = space(bytes, at);
        let end = value(bytes, at)?;
        found.push((key, at..end));
        at = space(bytes, end);
        match bytes.get(at)? {
            b',' => at += 1,
            b'}' => return Some(found),
            _ => return None,
        }
    }
}

/// The elements of the array that starts at `at`.
pub(super) fn elements(text: &str, at: usize) -> Option<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let mut at = expect(bytes, space(bytes, at), b'[')?;
    let mut found = Vec::new();
    at = space(bytes, at);
    if bytes.get(at) == Some(&b']') {
        return Some(found);
    }
    loop {
        at = space(bytes, at);
        let end = value(bytes, at)?;
        found.push(at..end);
        at = space(bytes, end);
        match bytes.get(at)? {
            b',' => at += 1,
            b']' => return Some(found),
            _ => return None,
        }
    }
}

/// A string value without escapes.
pub(super) fn plain<'a>(text: &'a str, range: &Range<usize>) -> Option<&'a str> {
    let inner = text.get(range.clone())?.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then_some(inner)
}

fn expect(bytes: &[u8], at: usize, wanted: u8) -> Option<usize> {
    (bytes.get(at) == Some(&wanted)).then_some(at + 1)
}

fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// The end of the string whose opening quote stands at `at`.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = expect(bytes, at, b'"')?;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The end of the value that starts at `at`.
fn value(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string(bytes, at),
        b'{' | b'[' => {
            let mut depth = 0usize;
            let mut at = at;
            loop {
                match bytes.get(at)? {
                    b'"' => {
                        at = string(bytes, at)?;
                        continue;
                    }
                    b'{' | b'[' => {
                        depth += 1;
                        if depth > DEPTH {
                            return None;
                        }
                    }
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        _ => {
            let rest = bytes.get(at..)?;
            let length = rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'));
            let length = length.unwrap_or(rest.len());
            (length > 0).then_some(at + length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_members_and_elements() {
        let text = r#" { "a" : [1, {"x": "]"}, "\"" ], "b": {}, "c": -1e3 } "#;
        let found = members(text, 0).unwrap();
        let keys: Vec<&str> = found.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["a", "b", "c"]);
        assert_eq!(text.get(found[2].1.clone()), Some("-1e3"));
        let inner: Vec<&str> =
            elements(text, found[0].1.start).unwrap().into_iter().map(|r| text.get(r).unwrap()).collect();
        assert_eq!(inner, ["1", "{\"x\": \"]\"}", "\"\\\"\""]);
    }

    #[test]
    fn refuses_what_is_not_well_formed() {
        for text in ["", "{", "{\"a\"}", "{\"a\":1 \"b\":2}", "[1,", "{\"a\": \"x", "[]"] {
            assert!(members(text, 0).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\",:\\\\ a1]{0,40}") {
            let _ = members(&text, 0);
            let _ = elements(&text, 0);
        }
    }
}
