//! Values written out as text, every piece keeping its place: what `jsonencode` gives
//! where its result is used as a string.

use smol_str::SmolStr;

use crate::source::Span;
use crate::syntax::{Node, Text, TextBuilder, Value};

const DEPTH: usize = 64;

/// A node as JSON text. Each value stands where it stood; punctuation stands for the
/// value it belongs to. Unknown values become holes, quoted where they are strings inside
/// a string, bare where they stand for a whole value.
#[must_use]
pub fn json(node: &Node) -> Text {
    let mut builder = TextBuilder::new(node.span.source);
    write(&mut builder, node, node.span, DEPTH);
    builder.finish(node.span)
}

fn write(out: &mut TextBuilder, node: &Node, place: Span, depth: usize) {
    let place = if node.span.source == place.source { node.span } else { place };
    let open = Span { end: (place.start + 1).min(place.end), ..place };
    let close = Span { start: place.end.saturating_sub(1).max(place.start), ..place };
    if depth == 0 {
        out.push("null", place);
        return;
    }
    match &node.value {
        Value::Null | Value::Secret => out.push("null", place),
        Value::Bool(value) => out.push(if *value { "true" } else { "false" }, place),
        Value::Number(number) => out.push(number, place),
        Value::String(text) => quoted(out, text, node.span, place),
        Value::Unknown(unknown) => out.hole_at(unknown.clone(), place),
        Value::List(items) => {
            out.push("[", open);
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(",", place);
                }
                write(out, item, place, depth - 1);
            }
            out.push("]", close);
        }
        Value::Map(entries) => {
            out.push("{", open);
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(",", place);
                }
                let key_place = if entry.key_span.source == place.source { entry.key_span } else { place };
                quoted(out, &entry.key, entry.key_span, key_place);
                out.push(":", place);
                write(out, &entry.value, place, depth - 1);
            }
            out.push("}", close);
        }
    }
}

/// A string in JSON quotes. `home` is the span of the node that holds the text.
pub fn quoted(out: &mut TextBuilder, text: &Text, home: Span, place: Span) {
    let open = Span { end: (place.start + 1).min(place.end), ..place };
    let close = Span { start: place.end.saturating_sub(1).max(place.start), ..place };
    out.push("\"", open);
    if text.raw().chars().all(|c| c != '"' && c != '\\' && !c.is_control()) {
        out.splice(text, home, place);
    } else {
        let same = text.fragment(home).source() == place.source;
        let mut holes = text.holes().iter().peekable();
        for (at, character) in text.raw().char_indices() {
            let span = if same { text.span_of(home, at, at + character.len_utf8()) } else { place };
            if let Some(hole) = holes.next_if(|hole| hole.at as usize == at) {
                out.hole_at(hole.unknown.clone(), span);
                continue;
            }
            out.push(&escaped(character), span);
        }
    }
    out.push("\"", close);
}

fn escaped(character: char) -> SmolStr {
    match character {
        '"' => SmolStr::new_static("\\\""),
        '\\' => SmolStr::new_static("\\\\"),
        '\n' => SmolStr::new_static("\\n"),
        '\r' => SmolStr::new_static("\\r"),
        '\t' => SmolStr::new_static("\\t"),
        c if c.is_control() => SmolStr::from(format!("\\u{:04x}", u32::from(c))),
        c => SmolStr::from_iter([c]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Fragment, SourceId};

    #[test]
    fn writes_what_was_read_with_the_same_places() {
        let source = r#"{ "a": ["x\"y", 1e3, true], "b": {"c": null} }"#;
        let node = crate::syntax::json::parse(&Fragment::plain(SourceId(0), 0, source)).0.unwrap();
        let text = json(&node);
        assert_eq!(text.raw(), r#"{"a":["x\"y",1e3,true],"b":{"c":null}}"#);
        for word in ["x\\\"y", "1e3", "c", "null"] {
            let at = text.raw().find(word).unwrap();
            let span = text.span_of(node.span, at, at + word.len());
            assert_eq!(source.get(span.range()), Some(word));
        }
    }
}
