use super::*;
use crate::source::{HOLE, SourceId};

fn parsed(source: &str) -> Body {
    parse(&Fragment::plain(SourceId(0), 0, source)).unwrap()
}

fn slice(source: &str, span: Span) -> &str {
    source.get(span.range()).unwrap()
}

fn first_text(source: &str) -> (Text, Span) {
    let body = parsed(source);
    let value = &body.attributes[0].value;
    match &value.kind {
        ExprKind::String(text) => (text.clone(), value.span),
        other => panic!("not a string: {other:?}"),
    }
}

#[test]
fn blocks_labels_and_attributes_have_spans() {
    let source = "resource \"aws_iam_policy\" \"x\" {\n  name = (\"p\")\n}\n";
    let body = parsed(source);
    let block = &body.blocks[0];
    assert_eq!(slice(source, block.span), source.trim_end());
    assert_eq!(slice(source, block.kind_span), "resource");
    assert_eq!(slice(source, block.labels[1].1), "\"x\"");
    let attribute = block.body.attribute("name").unwrap();
    assert_eq!(slice(source, attribute.key_span), "name");
    assert_eq!(slice(source, attribute.value.span), "\"p\"");
}

#[test]
fn escapes_map_to_what_was_written() {
    let source = r#"a = "x\"y$${z}\u0041""#;
    let (text, span) = first_text(source);
    assert_eq!(text.raw(), "x\"y${z}A");
    for (part, written) in [("\"", "\\\""), ("y", "y"), ("${", "$${"), ("A", "\\u0041")] {
        let at = text.raw().find(part).unwrap();
        assert_eq!(slice(source, text.span_of(span, at, at + part.len())), written);
    }
}

#[test]
fn an_indented_heredoc_maps_line_by_line() {
    let source = "a = <<-EOT\n      one\n\n        two\n\tx\n    EOT\n";
    let (text, span) = first_text(source);
    assert_eq!(text.raw(), "     one\n\n       two\nx\n");
    for word in ["one", "two", "x"] {
        let at = text.raw().find(word).unwrap();
        assert_eq!(slice(source, text.span_of(span, at, at + word.len())), word);
    }
}

#[test]
fn a_plain_heredoc_stands_as_it_is() {
    let source = "a = <<EOT\n  one\n    two\nEOT\n";
    let (text, span) = first_text(source);
    assert_eq!(text.raw(), "  one\n    two\n");
    assert_eq!(slice(source, text.span_of(span, 0, text.raw().len())), "  one\n    two\n");
}

#[test]
fn a_template_keeps_the_place_of_each_piece() {
    let source = "a = \"x${var.b}y\\n%{ if c }d%{ else }e%{ endif }\"\n";
    let body = parsed(source);
    let ExprKind::Template(pieces) = &body.attributes[0].value.kind else { panic!() };
    let Piece::Value { expr, span } = &pieces[1] else { panic!() };
    assert_eq!(slice(source, *span), "${var.b}");
    assert_eq!(slice(source, expr.span), "var.b");
    let Piece::If { then, otherwise, span, .. } = &pieces[3] else { panic!() };
    assert_eq!(slice(source, *span), "%{ if c }d%{ else }e%{ endif }");
    assert!(matches!(&then[..], [Piece::Text(text, _)] if text.raw() == "d"));
    assert!(matches!(&otherwise[..], [Piece::Text(text, _)] if text.raw() == "e"));
}

#[test]
fn strip_markers_take_the_white_space_beside_them() {
    let source = "a = <<EOT\nx %{~ for k in b ~}\n  ${k}\n%{~ endfor ~}\n  y\nEOT\n";
    let body = parsed(source);
    let ExprKind::Template(pieces) = &body.attributes[0].value.kind else { panic!() };
    let texts: Vec<&str> = pieces
        .iter()
        .map(|p| match p {
            Piece::Text(text, _) => text.raw(),
            Piece::For { body, .. } => {
                assert!(matches!(&body[..], [Piece::Text(a, _), Piece::Value { .. }, Piece::Text(b, _)]
                    if a.raw().is_empty() && b.raw().is_empty()));
                "for"
            }
            _ => "?",
        })
        .collect();
    assert_eq!(texts, ["x", "for", "y\n"]);
}

#[test]
fn a_byte_order_mark_is_skipped_and_spans_stay_right() {
    let source = "\u{feff}a = \"b\"\n";
    let (text, span) = first_text(source);
    assert_eq!((text.raw(), slice(source, span)), ("b", "\"b\""));
    assert_eq!(slice(source, text.span_of(span, 0, 1)), "b");
}

#[test]
fn a_syntax_error_has_its_place() {
    let source = "a = 1\nb = ]\n";
    let error = parse(&Fragment::plain(SourceId(0), 0, source)).unwrap_err();
    assert_eq!(error.code, "syntax/hcl");
    assert_eq!(slice(source, error.span.unwrap()), "]");
}

proptest::proptest! {
    /// Whatever stands in a heredoc, each character of the decoded text maps to a source
    /// range that holds it.
    #[test]
    fn heredoc_text_reslices(lines in proptest::collection::vec("[ \t]{0,6}[a-zé}\"\\\\$%]{0,5}(\\$\\$\\{)?", 1..8), dash: bool) {
        let mut source = String::from(if dash { "a = <<-EOT\n" } else { "a = <<EOT\n" });
        for line in &lines {
            source.push_str("  ");
            source.push_str(line);
            source.push('\n');
        }
        source.push_str("  EOT\n");
        let (text, span) = first_text(&source);
        for (at, character) in text.raw().char_indices() {
            proptest::prop_assert_ne!(character, HOLE);
            let place = text.span_of(span, at, at + character.len_utf8());
            let mut encoded = [0; 4];
            let written = slice(&source, place);
            let same = written == character.encode_utf8(&mut encoded) || written == "$$";
            proptest::prop_assert!(same, "{:?} for {:?}", written, character);
        }
    }

    /// The same for quoted strings with escapes.
    #[test]
    fn quoted_text_reslices(parts in proptest::collection::vec("[a-zé ]{1,3}|\\\\n|\\\\\"|\\\\\\\\|\\\\u00e9|\\$\\$\\{", 0..12)) {
        let source = format!("a = \"{}\"\n", parts.concat());
        let (text, span) = first_text(&source);
        let mut covered = String::new();
        let mut last = None;
        for (at, character) in text.raw().char_indices() {
            let place = text.span_of(span, at, at + character.len_utf8());
            if last != Some(place) {
                covered.push_str(slice(&source, place));
            }
            last = Some(place);
        }
        proptest::prop_assert_eq!(covered, parts.concat());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[a-z\"{}\\[\\]()=<>$%\\\\\n -]{0,60}") {
        let _ = parse(&Fragment::plain(SourceId(0), 0, &text));
        let _ = parse_template(&Fragment::plain(SourceId(0), 0, &text));
    }
}
