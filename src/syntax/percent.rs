//! Percent-decoding with the way back: IAM prints documents URL-encoded.

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::{Fragment, Hole, Span, SpanMap};
use crate::syntax::Text;

/// Decodes `%XX` (RFC 3986, as IAM encodes documents in `GetPolicyVersion`, `GetRole` and
/// the like), so that a parser can read the document with spans into the source. `span` is
/// that of the node that holds the text. None where the text is not percent-encoded at
/// all, or does not decode to UTF-8.
#[must_use]
pub fn decode(text: &Text, span: Span) -> Option<Fragment<'static>> {
    let raw = text.raw();
    let fragment = text.fragment(span);
    let bytes = raw.as_bytes();
    let mut decoded: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut map = SpanMap::empty(fragment.source());
    let mut holes: Vec<Hole> = Vec::new();
    let mut from = 0;
    let mut any = false;
    let mut plain = |from: usize, to: usize, decoded: &mut Vec<u8>, map: &mut SpanMap| {
        let shift = u32::try_from(decoded.len()).unwrap_or(u32::MAX);
        holes.extend(
            fragment.holes_in(from, to).into_iter().map(|hole| Hole { at: hole.at.saturating_add(shift), ..hole }),
        );
        decoded.extend_from_slice(bytes.get(from..to).unwrap_or_default());
        fragment.copy_map(from, to, map);
    };
    for at in memchr::memchr_iter(b'%', bytes) {
        if at < from {
            continue;
        }
        let pair = bytes.get(at + 1..at + 3).and_then(|digits| match digits {
            [high, low] => Some(char::from(*high).to_digit(16)? * 16 + char::from(*low).to_digit(16)?),
            _ => None,
        });
        let Some(byte) = pair.and_then(|value| u8::try_from(value).ok()) else { continue };
        plain(from, at, &mut decoded, &mut map);
        decoded.push(byte);
        map.push(1, fragment.span(at, at + 3));
        from = at + 3;
        any = true;
    }
    plain(from, bytes.len(), &mut decoded, &mut map);
    if !any {
        return None;
    }
    let value = String::from_utf8(decoded).ok()?;
    Some(Fragment::mapped(Cow::<'static, str>::Owned(value), Cow::<'static, [Hole]>::Owned(holes), Arc::new(map)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use crate::syntax::json;

    #[test]
    fn a_url_encoded_document_points_into_the_source() {
        let source = r#"{"Document":"%7B%22Effect%22%3A%20%22All%C3%B6w%22%7d"}"#;
        let (outer, _) = json::parse(&Fragment::plain(SourceId(0), 0, source));
        let outer = outer.unwrap();
        let document = outer.get("Document").unwrap();
        let fragment = decode(document.as_text().unwrap(), document.span).unwrap();
        assert_eq!(fragment.text, "{\"Effect\": \"Allöw\"}");
        let (inner, diagnostics) = json::parse(&fragment);
        assert_eq!(diagnostics, []);
        let inner = inner.unwrap();
        let entry = inner.entry("Effect").unwrap();
        assert_eq!(source.get(entry.key_span.range()).unwrap(), "%22Effect%22");
        assert_eq!(source.get(entry.value.span.range()).unwrap(), "%22All%C3%B6w%22");
    }

    #[test]
    fn only_encoded_text_decodes() {
        for (raw, expected) in [("{}", None), ("100%", None), ("%ff", None), ("%7b%", Some("{%")), ("a%2", None)] {
            let text = Text::plain(raw, 0);
            let span = Span::new(SourceId(0), 0, raw.len());
            assert_eq!(decode(&text, span).map(|f| f.text.into_owned()).as_deref(), expected, "`{raw}`");
        }
    }
}
