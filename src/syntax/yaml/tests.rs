use super::*;
use crate::source::SourceId;

fn one(source: &str) -> Node {
    let (mut documents, diagnostics) = parse(&Fragment::plain(SourceId(0), 0, source));
    assert_eq!(diagnostics, []);
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn slice(source: &str, span: Span) -> &str {
    source.get(span.range()).unwrap()
}

#[test]
fn scalars_follow_the_core_schema() {
    let table = [
        ("~", "null"),
        ("null", "null"),
        ("true", "a boolean"),
        ("yes", "a string"),
        ("'true'", "a string"),
        ("!!str 12", "a string"),
        ("12", "a number"),
        ("-1.5e3", "a number"),
        ("0o17", "a number"),
        ("010", "a number"),
        ("1.2.3", "a string"),
        ("2012-10-17", "a string"),
        ("e3", "a string"),
        (".inf", "a number"),
    ];
    for (text, kind) in table {
        assert_eq!(one(text).kind(), kind, "{text}");
    }
}

#[test]
fn spans_cover_keys_and_values() {
    let source = "a: {b: [1, 'x']}\nc:\n  - d: \"e\"\n  - f\n";
    let node = one(source);
    let a = node.entry("a").unwrap();
    assert_eq!(slice(source, a.key_span), "a");
    assert_eq!(slice(source, a.value.span), "{b: [1, 'x']}");
    assert_eq!(slice(source, a.value.get("b").unwrap().as_list().unwrap()[1].span), "'x'");
    let list = node.get("c").unwrap();
    assert_eq!(slice(source, list.span), "- d: \"e\"\n  - f");
    assert_eq!(slice(source, list.as_list().unwrap()[0].get("d").unwrap().span), "\"e\"");
}

#[test]
fn tags_become_maps_of_one_member() {
    let source = "a: !Sub 'x${b}'\nb: !GetAtt [A, B]\nc: !If\n  - x\n  - y\n";
    let node = one(source);
    for (key, tag, value) in [("a", "!Sub", "'x${b}'"), ("b", "!GetAtt", "[A, B]"), ("c", "!If", "- x\n  - y")] {
        let tagged = &node.get(key).unwrap().as_map().unwrap()[0];
        assert_eq!((tagged.key.raw(), slice(source, tagged.key_span)), (tag, tag));
        assert_eq!(slice(source, tagged.value.span), value);
    }
}

#[test]
fn block_scalars_map_line_by_line() {
    let source = "p: |-\n    {\n      \"a\": \"é\"\n\n    }\nq: >\n  one\n  two\n\n  three\nr: x\n";
    let node = one(source);
    let p = node.get("p").unwrap();
    let text = p.as_text().unwrap();
    assert_eq!(text.raw(), "{\n  \"a\": \"é\"\n\n}");
    for word in ["\"a\"", "é", "}"] {
        let at = text.raw().find(word).unwrap();
        assert_eq!(slice(source, text.span_of(p.span, at, at + word.len())), word);
    }
    let q = node.get("q").unwrap();
    let text = q.as_text().unwrap();
    assert_eq!(text.raw(), "one two\nthree\n");
    for word in ["one", "two", "three"] {
        let at = text.raw().find(word).unwrap();
        assert_eq!(slice(source, text.span_of(q.span, at, at + word.len())), word);
    }
}

#[test]
fn quoted_scalars_map_through_escapes_and_folds() {
    let source = "a: \"x\\u0041\\n\\\"y\\\n   z\"\nb: 'it''s\n  so'\n";
    let node = one(source);
    let a = node.get("a").unwrap();
    let text = a.as_text().unwrap();
    assert_eq!(text.raw(), "xA\n\"yz");
    for (at, written) in [(0, "x"), (1, "\\u0041"), (2, "\\n"), (3, "\\\""), (4, "y"), (5, "z")] {
        assert_eq!(slice(source, text.span_of(a.span, at, at + 1)), written);
    }
    let b = node.get("b").unwrap();
    let text = b.as_text().unwrap();
    assert_eq!(text.raw(), "it's so");
    assert_eq!(slice(source, text.span_of(b.span, 2, 3)), "''");
    assert_eq!(slice(source, text.span_of(b.span, 5, 7)), "so");
}

#[test]
fn anchors_aliases_and_merge_keys() {
    let node = one("a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: *x\n  l: 3\n");
    assert_eq!(node.get("b").unwrap().get("k").unwrap().kind(), "a number");
    let c = node.get("c").unwrap();
    assert_eq!(c.as_map().unwrap().len(), 2);
    assert_eq!(c.get("l").unwrap().value, Value::Number("3".into()));
}

#[test]
fn a_billion_laughs_stop() {
    let mut source = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        let members = [alias.as_str(); 10].join(", ");
        source = format!("{source}a{level}: &a{level} [{members}]\n");
    }
    let (_, diagnostics) = parse(&Fragment::plain(SourceId(0), 0, &source));
    assert_eq!(diagnostics[0].message, "aliases make this text too large");
}

#[test]
fn nesting_is_bounded_and_errors_have_a_place() {
    let deep = "[".repeat(500);
    assert_eq!(parse(&Fragment::plain(SourceId(0), 0, &deep)).1.len(), 1);
    let (_, diagnostics) = parse(&Fragment::plain(SourceId(0), 0, "a: 'é'\nb: [\n"));
    assert_eq!(diagnostics[0].code, "syntax/yaml");
}

#[test]
fn several_documents_and_duplicate_keys() {
    let (documents, _) = parse(&Fragment::plain(SourceId(0), 0, "a: 1\na: 2\n---\nb: 3\n"));
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0].as_map().unwrap().len(), 2);
}

proptest::proptest! {
    /// Each character of a literal block that is no line break stands where it says.
    #[test]
    fn block_text_reslices(lines in proptest::collection::vec("[a-zé{}\":#]{0,6}( [a-z]{0,3})?", 1..8), indent in 1usize..6) {
        let mut source = String::from("a:\n  b: |\n");
        for line in &lines {
            if !line.is_empty() {
                source.push_str(&" ".repeat(2 + indent));
                source.push_str(line);
            }
            source.push('\n');
        }
        source.push_str("  c: d\n");
        let (documents, diagnostics) = parse(&Fragment::plain(SourceId(0), 0, &source));
        proptest::prop_assume!(diagnostics.is_empty() && !lines[0].starts_with(' '));
        let node = documents[0].get("a").unwrap().get("b").unwrap().clone();
        let text = node.as_text().unwrap();
        for (at, character) in text.raw().char_indices() {
            let place = text.span_of(node.span, at, at + character.len_utf8());
            let mut encoded = [0; 4];
            proptest::prop_assert_eq!(slice(&source, place), &*character.encode_utf8(&mut encoded));
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[-a-z:?&*!|>'\"{}\\[\\],#%@` \\n\\t\\\\é]{0,80}") {
        let _ = parse(&Fragment::plain(SourceId(0), 0, &text));
    }
}

#[test]
fn lines_too_far_left_are_read_as_libyaml_reads_them() {
    let table = [
        ("a:\n  b: [x,\ny\n]\n  c: d\n", "x", "y"),
        ("a:\n    b: {x: y,\n  'z': \"it's\"\n    }\n    c: d\n", "y", "it's"),
        ("a:\n  b: !Sub '{\n\"k\": \"v\"\n}'\n  c: d\n", "k", "v"),
        ("a:\n  - b: \"one\ntwo \\\" # no comment\n  three\"\n    c: d\n", "one", "three"),
        ("a:\n  z: |\n    it's [ text\n  b: [x, # it's a comment\ny]\n  c: d\n", "x", "y"),
        ("a:\n  z: it's [plain\n  b: [x,\ny]\n  c: d\n", "x", "y"),
        ("é:\n  b: ['é',\né]\n  c: d\n", "é", "é"),
    ];
    for (source, first, last) in table {
        let (documents, diagnostics) = parse(&Fragment::plain(SourceId(0), 0, source));
        assert_eq!(diagnostics, [], "{source}");
        let mut texts = Vec::new();
        let mut open = vec![documents[0].clone()];
        while let Some(node) = open.pop() {
            match node.value {
                Value::String(text) => {
                    for word in [first, last] {
                        if let Some(at) = text.raw().find(word) {
                            texts.push((word, slice(source, text.span_of(node.span, at, at + word.len())).to_owned()));
                        }
                    }
                }
                Value::List(items) => open.extend(items),
                Value::Map(entries) => open.extend(entries.into_iter().map(|entry| entry.value)),
                _ => {}
            }
        }
        assert!(
            texts.iter().any(|(word, _)| *word == first) && texts.iter().any(|(word, _)| *word == last),
            "{source}"
        );
        assert!(texts.iter().all(|(word, place)| word == place), "{texts:?}");
    }
    // What is wrong otherwise stays wrong, with its own place.
    let (_, diagnostics) = parse(&Fragment::plain(SourceId(0), 0, "a: [x,\ny\nb: c: d\n"));
    assert_eq!(diagnostics.len(), 1);
}
