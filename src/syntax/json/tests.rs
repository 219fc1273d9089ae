use super::*;
use crate::source::{Hole, SourceId, Span, SpanMap};
use std::sync::Arc;

const SOURCE: SourceId = SourceId(0);

fn read(text: &str) -> Option<Node> {
    let fragment = Fragment::plain(SOURCE, 0, text);
    parse(&fragment).0
}

fn refuse(text: &str) -> Diagnostic {
    let fragment = Fragment::plain(SOURCE, 0, text);
    let (node, mut diagnostics) = parse(&fragment);
    assert_eq!(node, None, "`{text}` was taken");
    assert_eq!(diagnostics.len(), 1);
    diagnostics.remove(0)
}

#[test]
fn takes_what_the_standard_takes() {
    let table = [
        "null",
        " true ",
        "\u{feff}{}",
        "[]",
        "[ ]",
        "{ }",
        "0",
        "-0",
        "-0.5e+10",
        "1E3",
        r#""""#,
        "[1,\r\n\t2]",
        r#"{"a":{"a":1,"a":2}}"#,
        r#""\ud83d\ude00""#,
        "\"\u{7f}\u{a0}\"",
        r#""\/\b\f\n\r\t\\\"""#,
    ];
    for text in table {
        assert!(read(text).is_some(), "`{text}`");
    }
}

#[test]
fn refuses_what_the_standard_refuses_and_says_why() {
    let table = [
        ("", "empty", 0),
        ("[1,]", "a comma follows", 2),
        (r#"{"a":1,}"#, "a comma follows", 6),
        ("[1,,2]", "a comma stands where a value", 3),
        ("[,1]", "a comma stands where a value", 1),
        (r#"{"a":1 "b":2}"#, "a comma is missing", 7),
        ("[1 2]", "a comma is missing", 3),
        (r#"{"a" 1}"#, "`1` stands where `:`", 5),
        (r#"{"a"=1}"#, "`=` stands where `:`", 4),
        ("{a:1}", "the key `a` has no quotes", 1),
        ("{'a':1}", "double quotes", 1),
        ("['a']", "double quotes", 1),
        ("{} {}", "a second JSON value", 3),
        ("{} x", "`x` stands where the end", 3),
        ("// c\n{}", "a comment", 0),
        ("{/* c */}", "a comment", 1),
        ("# c", "a comment", 0),
        ("{{ x }}", "`{` stands where a key", 1),
        ("[${x}]", "`${` stands where a value", 1),
        ("%{ if x }", "`%{`", 0),
        ("[True]", "`True` stands", 1),
        ("[truex]", "`truex` stands", 1),
        ("[nul]", "`nul` stands", 1),
        ("01", "may not start with `0`", 0),
        ("-01", "may not start with `0`", 0),
        ("-", "a digit has to follow `-`", 0),
        ("1.", "a digit has to follow `.`", 0),
        (".5", "`.` stands", 0),
        ("+1", "`+` stands", 0),
        ("1e", "exponent", 0),
        ("0x10", "not a number", 0),
        ("1_000", "not a number", 0),
        ("NaN", "`NaN` stands", 0),
        ("\"\t\"", "a tab", 1),
        ("\"a\nb\"", "end of its line", 2),
        ("\"\u{0}\"", "NUL", 1),
        ("\"\u{1b}\"", "U+001B", 1),
        (r#""\x""#, "is no escape", 1),
        (r#""\u12g4""#, "four hexadecimal", 1),
        (r#""\u+123""#, "four hexadecimal", 1),
        (r#""\ud83d""#, "half of a character", 1),
        (r#""\ude00\ud83d""#, "half of a character", 1),
        (r#""\ud83dx""#, "half of a character", 1),
        (r#""\ud83d\u0041""#, "half of a character", 1),
        ("\"abc", "has no end", 0),
        (r#""\"#, "is no escape", 1),
        ("[1", "before this list does", 0),
        (r#"{"a":[1]"#, "before this object does", 0),
        (r#"{"a""#, "the text ends where `:`", 4),
        ("{", "the text ends where a key", 1),
        ("[\u{a0}1]", "U+00A0", 1),
        ("[\u{b}1]", "U+000B", 1),
        ("[\u{201c}a\u{201d}]", "typographic", 1),
        ("[1]\u{0}", "U+0000", 3),
        ("]", "`]` stands where a value", 0),
        ("[1}", "`}` stands where `,` or `]`", 2),
        ("\u{feff}\u{feff}1", "byte order mark", 3),
    ];
    for (text, message, at) in table {
        let diagnostic = refuse(text);
        assert!(diagnostic.message.contains(message), "`{text}`: {}", diagnostic.message);
        assert_eq!(diagnostic.span.map(|s| s.start), Some(at), "`{text}`: {}", diagnostic.message);
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH)).is_some());
    assert_eq!(refuse(&nested(MAX_DEPTH + 1)).code, "syntax/json-depth");
    assert_eq!(refuse(&"[{\"a\":".repeat(200_000)).code, "syntax/json-depth");
}

#[test]
fn keeps_duplicates_and_numbers_as_written() {
    let node = read(r#"{"a":1,"b":[1.0,1e2],"a":2}"#).unwrap();
    let entries = node.as_map().unwrap();
    assert_eq!(entries.iter().map(|e| e.key.raw()).collect::<Vec<_>>(), ["a", "b", "a"]);
    assert_eq!(node.get("a").unwrap().value, Value::Number("2".into()));
    assert_eq!(node.get("b").unwrap().as_list().unwrap()[1].value, Value::Number("1e2".into()));
}

#[test]
fn spans_are_those_of_the_text() {
    let text = r#" { "a" : [ "x" , true ] } "#;
    let node = read(text).unwrap();
    assert_eq!(text.get(node.span.range()).unwrap(), r#"{ "a" : [ "x" , true ] }"#);
    let entry = &node.as_map().unwrap()[0];
    assert_eq!(text.get(entry.key_span.range()).unwrap(), r#""a""#);
    assert_eq!(text.get(entry.value.span.range()).unwrap(), r#"[ "x" , true ]"#);
    assert_eq!(text.get(entry.value.as_list().unwrap()[1].span.range()).unwrap(), "true");
}

#[test]
fn json_in_a_json_string_points_into_the_outer_text() {
    let text = r#"{"policy":"{\"Effect\": \"Al\u006cow\", \"n\": [1, \"é\"]}"}"#;
    let outer = read(text).unwrap();
    let policy = outer.get("policy").unwrap();
    let fragment = policy.as_text().unwrap().fragment(policy.span);
    let (inner, diagnostics) = parse(&fragment);
    assert_eq!(diagnostics, []);
    let inner = inner.unwrap();
    let effect = inner.entry("Effect").unwrap();
    assert_eq!(text.get(effect.key_span.range()).unwrap(), r#"\"Effect\""#);
    assert_eq!(text.get(effect.value.span.range()).unwrap(), r#"\"Al\u006cow\""#);
    let value = effect.value.as_text().unwrap();
    assert_eq!(value.raw(), "Allow");
    assert_eq!(text.get(value.span_of(effect.value.span, 1, 3).range()).unwrap(), r"l\u006c");
    assert_eq!(text.get(inner.get("n").unwrap().as_list().unwrap()[1].span.range()).unwrap(), r#"\"é\""#);
}

#[test]
fn holes_are_unknown_values_or_parts_of_strings() {
    let text = format!("{{\"a\":{HOLE},\"b\":\"x\\n{HOLE}/{HOLE}\",\"c\":\"{HOLE}\"}}");
    let mut map = SpanMap::empty(SOURCE);
    let mut holes = Vec::new();
    let mut from = 0;
    // each hole stands for a 9-byte expression of the source
    for (at, name) in text.match_indices(HOLE).map(|(at, _)| at).zip(["v.a", "v.b", "v.c", "v.d"]) {
        let start = map.segments.last().map_or(0, |s| s.start + s.len) as usize;
        map.push(at - from, Span::new(SOURCE, start, start + at - from));
        let start = start + at - from;
        let span = Span::new(SOURCE, start, start + 9);
        map.push(HOLE.len_utf8(), span);
        holes.push(Hole { at: u32::try_from(at).unwrap(), unknown: Unknown::new(vec![name.into()], span) });
        from = at + HOLE.len_utf8();
    }
    let start = map.segments.last().map_or(0, |s| s.start + s.len) as usize;
    map.push(text.len() - from, Span::new(SOURCE, start, start + text.len() - from));
    let fragment = Fragment::mapped(text.as_str(), holes, Arc::new(map));
    let (node, diagnostics) = parse(&fragment);
    assert_eq!(diagnostics, []);
    let node = node.unwrap();
    let Value::Unknown(unknown) = &node.get("a").unwrap().value else { panic!() };
    assert_eq!(unknown.refs, ["v.a"]);
    assert_eq!(node.get("a").unwrap().span.len(), 9);
    let b = node.get("b").unwrap().as_text().unwrap();
    assert_eq!(b.display(), "x\n${v.b}/${v.c}");
    assert_eq!(b.known(), None);
    let c = node.get("c").unwrap().as_text().unwrap();
    assert_eq!(c.display(), "${v.d}");
    assert_eq!(c.holes()[0].at, 0);
}

proptest::proptest! {
    #[test]
    fn agrees_with_serde_json(text in r#"[\[\]{}:," \\a0-9eE.+\-u\n"]{0,24}"#) {
        let ours = read(&text).is_some();
        let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        // serde_json refuses numbers beyond f64, which the grammar takes
        let huge = text.contains(['e', 'E']);
        proptest::prop_assert!(ours == theirs || (huge && ours), "{text:?}: ours {ours}, serde_json {theirs}");
    }

    #[test]
    fn reads_any_text_without_panic(text in "\\PC{0,64}") {
        let _ = read(&text);
    }

    #[test]
    fn strings_decode_as_serde_json_decodes_them(value in "\\PC{0,12}|[\\x00-\\u{FFFF}]{0,8}") {
        let text = serde_json::to_string(&value).unwrap();
        let node = read(&text).unwrap();
        proptest::prop_assert_eq!(node.as_str(), Some(value.as_str()));
        let quoted = node.as_text().unwrap();
        for (at, char) in value.char_indices() {
            let span = quoted.span_of(node.span, at, at + char.len_utf8());
            let shown = text.get(span.range()).unwrap();
            proptest::prop_assert!(shown.starts_with('\\') || shown == char.to_string(), "{:?} at {}", shown, at);
        }
    }
}
