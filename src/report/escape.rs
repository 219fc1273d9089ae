//! Text from inputs, made safe for the place it goes to.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character can move the cursor, hide text, turn its direction or is not seen at all.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{ad}' | '\u{061c}' | '\u{180e}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// One line for a terminal or a log: control characters, line breaks and characters that
/// turn the text's direction are shown as `\u{1b}`, never sent.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    // without a way out of the loop many bytes are looked at in one step
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) || !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_hostile(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The same for text in which offsets count: each such character becomes as many bytes of
/// something harmless. Tabs stay; each line ends in one line feed.
#[must_use]
pub(super) fn same_length(text: &str) -> Cow<'_, str> {
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' if chars.peek() == Some(&'\n') => out.push(' '),
            '\r' => out.push('\n'),
            c if is_hostile(c) => out.push(match c.len_utf8() {
                1 => '?',
                2 => '\u{bf}',
                3 => '\u{fffd}',
                _ => '\u{1fbc4}',
            }),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Writes a value as indented JSON. Characters that JSON allows as they are but that a
/// terminal would act on are escaped too.
pub(crate) fn write_json(out: &mut dyn std::io::Write, value: &impl serde::Serialize) -> std::io::Result<()> {
    let mut harmless = Harmless { out, json: Vec::new() };
    serde_json::to_writer_pretty(&mut harmless, value)?;
    harmless.pass_on()?;
    writeln!(out)
}

/// JSON text with what a terminal would act on in escapes. All of JSON's own syntax is plain
/// ASCII, so what is hostile stands inside strings.
#[must_use]
pub(crate) fn json_text(json: &str) -> Cow<'_, str> {
    let hostile = |c: char| c != '\n' && is_hostile(c);
    if json.is_ascii() && !json.contains('\u{7f}') || !json.contains(hostile) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Passes JSON on in portions, with hostile characters escaped.
struct Harmless<'o> {
    out: &'o mut dyn std::io::Write,
    json: Vec<u8>,
}

/// Bytes of a portion.
const PORTION: usize = 1 << 16;

impl Harmless<'_> {
    fn pass_on(&mut self) -> std::io::Result<()> {
        // What the serializer writes at once is whole characters.
        if self.json.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            self.out.write_all(&self.json)?;
        } else {
            self.out.write_all(json_text(&String::from_utf8_lossy(&self.json)).as_bytes())?;
        }
        self.json.clear();
        Ok(())
    }
}

impl std::io::Write for Harmless<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.json.len() + bytes.len() > PORTION {
            self.pass_on()?;
        }
        self.json.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.pass_on()?;
        self.out.flush()
    }
}

/// A message in a GitHub workflow command.
#[must_use]
pub fn github_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property value in a GitHub workflow command.
#[must_use]
pub fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in XML 1.0 content or a quoted attribute. Characters that XML cannot hold become
/// the replacement character; those that are not seen or turn the text are shown as `\u{202e}`.
#[must_use]
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c if is_hostile(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_text_has_no_control_characters() {
        assert_eq!(line("a\u{1b}[31mb\r\n\u{202e}"), "a\\u{1b}[31mb\\r\\n\\u{202e}");
        assert_eq!(line("ad\u{200b}min\u{2060}\u{ad}"), "ad\\u{200b}min\\u{2060}\\u{ad}", "what is not seen");
        assert!(matches!(line("plain é 😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_escapes_what_a_terminal_would_act_on() {
        let text = "a\u{9b}b\u{202e}\u{e0001}\u{1b}\n";
        let mut out = Vec::new();
        write_json(&mut out, &[text]).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert!(json.trim_end().chars().all(|c| c == '\n' || !is_hostile(c)), "{json:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
        assert_eq!(json_text("{\"a\":\"\u{202e}\u{200b}\"}"), "{\"a\":\"\\u202e\\u200b\"}");
    }

    #[test]
    fn github_commands_cannot_be_injected() {
        assert_eq!(github_message("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(github_property("a,b:c\n%"), "a%2Cb%3Ac%0A%25");
    }

    #[test]
    fn xml_holds_any_text() {
        assert_eq!(xml("<a b=\"'\">&\u{1b}\n"), "&lt;a b=&quot;&#39;&quot;&gt;&amp;\u{fffd}&#10;");
        assert_eq!(xml("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
    }

    proptest::proptest! {
        #[test]
        fn same_length_keeps_offsets(text in "(\\PC|[\\x00-\\x1f\\x7f\u{85}\u{202e}\r\n\t]){0,40}") {
            let out = same_length(&text);
            proptest::prop_assert_eq!(out.len(), text.len());
            proptest::prop_assert!(!out.contains(|c: char| is_hostile(c) && c != '\n' && c != '\t'));
            for (at, _) in text.char_indices() {
                proptest::prop_assert!(out.is_char_boundary(at));
            }
        }
    }
}
