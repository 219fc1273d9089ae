//! Strict JSON (RFC 8259): every value and key with its place, duplicate keys kept.
//!
//! The reader takes what the standard takes and nothing else, because a policy that AWS
//! refuses must not look fine here. What people write instead (comments, trailing
//! commas, single quotes, template code) gets a message of its own.

mod number;
mod shared;
mod string;

use shared::Strings;

use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, HOLE, Unknown};
use crate::syntax::{Entry, Node, Text, Value};

/// How deep lists and objects may nest. IAM documents need five levels; `serde_json`
/// stops at the same depth.
pub const MAX_DEPTH: usize = 128;

/// Reads one JSON value. A syntax error ends the reading: there is then no node, and one
/// diagnostic with code `syntax/json` or, for nesting, `syntax/json-depth`.
///
/// An unknown part (a [`HOLE`] of the fragment) inside a string becomes a hole of that
/// string's text; outside a string it stands for a whole value and becomes
/// [`Value::Unknown`].
#[must_use]
pub fn parse(fragment: &Fragment<'_>) -> (Option<Node>, Vec<Diagnostic>) {
    Reader::new(fragment).whole_text()
}

/// The same, without what is known: `known` is asked of every object in the list `Statement` of
/// the outermost object, by its offset, and gives the offset behind it where it need not be
/// read. It then stands in the list as an object without members.
#[must_use]
pub fn parse_but(
    fragment: &Fragment<'_>,
    known: &mut dyn FnMut(usize) -> Option<usize>,
) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader = Reader::new(fragment);
    reader.known = Some(known);
    reader.whole_text()
}

/// The one syntax error that ends the reading; boxed, so that the good way stays small.
struct Failure(Box<Diagnostic>);

type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    fn new(diagnostic: Diagnostic) -> Self {
        Self(Box::new(diagnostic))
    }
}

struct Reader<'a> {
    fragment: &'a Fragment<'a>,
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    /// Whether spans are offsets into the source plus a constant.
    plain: bool,
    /// Whether `HOLE` characters of this text are holes at all.
    holes: bool,
    /// Elements of the open lists, the innermost last: a list takes its own when it closes,
    /// and is made once, as long as it is.
    items: Vec<Node>,
    /// The same of open objects.
    entries: Vec<Entry>,
    /// Strings without escapes.
    strings: Strings,
    /// What tells the objects that need not be read.
    known: Option<&'a mut dyn FnMut(usize) -> Option<usize>>,
}

/// An open list or object. `first` is where its own elements start among those of all.
enum Frame {
    List { start: usize, first: usize },
    Map { start: usize, first: usize, key: Text, key_start: usize, key_end: usize },
}

impl Frame {
    fn start(&self) -> usize {
        match self {
            Self::List { start, .. } | Self::Map { start, .. } => *start,
        }
    }
}

impl<'a> Reader<'a> {
    fn new(fragment: &'a Fragment<'a>) -> Self {
        let text: &'a str = &fragment.text;
        Self {
            fragment,
            text,
            bytes: text.as_bytes(),
            pos: 0,
            plain: fragment.is_plain(),
            holes: !fragment.holes.is_empty(),
            items: Vec::new(),
            entries: Vec::new(),
            strings: Strings::of_thread(),
            known: None,
        }
    }

    fn whole_text(mut self) -> (Option<Node>, Vec<Diagnostic>) {
        let read = self.document();
        self.strings.give_back();
        match read {
            Ok(node) => (Some(node), Vec::new()),
            Err(Failure(diagnostic)) => (None, vec![*diagnostic]),
        }
    }

    fn document(&mut self) -> Result<Node> {
        // The standard lets a reader ignore a byte order mark, and AWS does.
        if self.text.starts_with('\u{feff}') {
            self.pos = '\u{feff}'.len_utf8();
        }
        self.skip_space();
        if self.peek().is_none() {
            return Err(self.error(self.pos, self.pos, "the text is empty where JSON is expected"));
        }
        let node = self.value()?;
        self.skip_space();
        match self.peek() {
            None => Ok(node),
            Some(b'{' | b'[') => Err(self.error_with(
                self.pos,
                self.pos + 1,
                "a second JSON value follows the first",
                "keep one document to a file",
            )),
            Some(_) => Err(self.unexpected("the end of the document")),
        }
    }

    /// Reads a value without recursion: open lists and objects wait on a stack.
    fn value(&mut self) -> Result<Node> {
        let mut stack: Vec<Frame> = Vec::new();
        loop {
            let start = self.pos;
            let mut node = match self.peek() {
                Some(b'"') => {
                    let (text, span) = self.string()?;
                    Node::new(span, Value::String(text))
                }
                Some(b'{') => {
                    if let Some(end) = self.behind_known(&stack) {
                        self.pos = end;
                        Node::new(self.span(start, end), Value::Map(Vec::new()))
                    } else {
                        self.open(&stack)?;
                        self.skip_space();
                        if self.peek() == Some(b'}') {
                            self.pos += 1;
                            Node::new(self.span(start, self.pos), Value::Map(Vec::new()))
                        } else {
                            let (key, key_start, key_end) = self.key()?;
                            let first = self.entries.len();
                            stack.push(Frame::Map { start, first, key, key_start, key_end });
                            continue;
                        }
                    }
                }
                Some(b'[') => {
                    self.open(&stack)?;
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        self.pos += 1;
                        Node::new(self.span(start, self.pos), Value::List(Vec::new()))
                    } else {
                        stack.push(Frame::List { start, first: self.items.len() });
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word("true", Value::Bool(true))?,
                Some(b'f') => self.word("false", Value::Bool(false))?,
                Some(b'n') => self.word("null", Value::Null)?,
                Some(0xF4) if self.holes && self.rest().starts_with(HOLE) => self.unknown(),
                Some(_) => return Err(self.unexpected("a value")),
                None => return Err(self.unfinished(&stack, "a value")),
            };
            // The value is whole: hand it to the innermost open frame, and close frames
            // as long as they end here.
            loop {
                let Some(frame) = stack.last_mut() else { return Ok(node) };
                self.skip_space();
                match frame {
                    Frame::List { start, first } => {
                        self.items.push(node);
                        match self.peek() {
                            Some(b',') => {
                                let comma = self.pos;
                                self.pos += 1;
                                self.skip_space();
                                if self.peek() == Some(b']') {
                                    return Err(self.trailing_comma(comma));
                                }
                                break;
                            }
                            Some(b']') => {
                                self.pos += 1;
                                let items = self.items.split_off(*first);
                                node = Node::new(self.span(*start, self.pos), Value::List(items));
                                stack.pop();
                            }
                            Some(_) => return Err(self.separator("]")),
                            None => return Err(self.unfinished(&stack, "`,` or `]`")),
                        }
                    }
                    Frame::Map { start, first, key, key_start, key_end } => {
                        let key_span = self.span(*key_start, *key_end);
                        let key_text = std::mem::replace(key, Text::plain("", 0));
                        self.entries.push(Entry { key: key_text, key_span, value: node });
                        match self.peek() {
                            Some(b',') => {
                                let comma = self.pos;
                                self.pos += 1;
                                self.skip_space();
                                if self.peek() == Some(b'}') {
                                    return Err(self.trailing_comma(comma));
                                }
                                (*key, *key_start, *key_end) = self.key()?;
                                break;
                            }
                            Some(b'}') => {
                                self.pos += 1;
                                let entries = self.entries.split_off(*first);
                                node = Node::new(self.span(*start, self.pos), Value::Map(entries));
                                stack.pop();
                            }
                            Some(_) => return Err(self.separator("}")),
                            None => return Err(self.unfinished(&stack, "`,` or `}`")),
                        }
                    }
                }
            }
        }
    }

    /// The offset behind the known object that starts here.
    fn behind_known(&mut self, stack: &[Frame]) -> Option<usize> {
        let known = self.known.as_mut()?;
        match stack {
            [Frame::Map { key, .. }, Frame::List { .. }] if key.raw() == "Statement" => known(self.pos),
            _ => None,
        }
    }

    fn open(&mut self, stack: &[Frame]) -> Result<()> {
        if stack.len() >= MAX_DEPTH {
            let mut error = self.error_with(
                self.pos,
                self.pos + 1,
                &format!("lists and objects nest deeper than {MAX_DEPTH} levels here"),
                "split the document, or check what generates it",
            );
            error.0.code = "syntax/json-depth";
            return Err(error);
        }
        self.pos += 1;
        Ok(())
    }

    /// Reads `"key":` and the space after it.
    fn key(&mut self) -> Result<(Text, usize, usize)> {
        let start = self.pos;
        match self.peek() {
            Some(b'"') => {}
            Some(b'\'') => {
                return Err(self.error_with(
                    start,
                    start + 1,
                    "object keys stand in double quotes in JSON",
                    "write `\"`",
                ));
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let end = self.word_end();
                let word = self.text.get(start..end).unwrap_or_default();
                let (message, help) = (format!("the key `{word}` has no quotes"), format!("write `\"{word}\"`"));
                return Err(self.error_with(start, end, &message, &help));
            }
            Some(_) => return Err(self.unexpected("a key in double quotes")),
            None => return Err(self.error(start, start, "the text ends where a key in double quotes is expected")),
        }
        let (key, _) = self.string()?;
        let end = self.pos;
        self.skip_space();
        match self.peek() {
            Some(b':') => self.pos += 1,
            Some(b'=') => {
                return Err(self.error_with(self.pos, self.pos + 1, "`=` stands where `:` is expected", "write `:`"));
            }
            Some(_) => return Err(self.unexpected("`:`")),
            None => return Err(self.error(self.pos, self.pos, "the text ends where `:` is expected")),
        }
        self.skip_space();
        Ok((key, start, end))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Node> {
        let start = self.pos;
        let end = self.word_end();
        if self.text.get(start..end) != Some(word) {
            return Err(self.unexpected("a value"));
        }
        self.pos = end;
        Ok(Node::new(self.span(start, end), value))
    }

    /// An unknown value. The hole belongs to the fragment; it has none for a `HOLE`
    /// character that its text holds as itself, which is then of no known origin.
    fn unknown(&mut self) -> Node {
        let start = self.pos;
        self.pos += HOLE.len_utf8();
        let span = self.span(start, self.pos);
        let hole = self.fragment.holes_in(start, self.pos).into_iter().next();
        let unknown = hole.map_or(Unknown::new(Vec::new(), span), |hole| hole.unknown);
        Node::new(span, Value::Unknown(unknown))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.pos += 1;
            // indentation, in one comparison
            while self.bytes.get(self.pos..).and_then(<[u8]>::first_chunk) == Some(b"        ") {
                self.pos += 8;
            }
        }
    }

    /// The end of the run of letters, digits and underscores that starts here.
    fn word_end(&self) -> usize {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        let len = rest.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_').unwrap_or(rest.len());
        self.pos + len
    }

    fn span(&self, start: usize, end: usize) -> crate::source::Span {
        self.fragment.span(start, end)
    }

    fn error(&self, start: usize, end: usize, message: &str) -> Failure {
        Failure::new(Diagnostic::error("syntax/json", message, self.whole(start, end)))
    }

    /// The span of a fault: what is wrong may end inside a character, its place may not.
    fn whole(&self, start: usize, end: usize) -> crate::source::Span {
        self.span(self.text.floor_char_boundary(start), self.text.ceil_char_boundary(end))
    }

    fn error_with(&self, start: usize, end: usize, message: &str, help: &str) -> Failure {
        Failure::new(Diagnostic::error("syntax/json", message, self.whole(start, end)).with_help(help))
    }

    fn trailing_comma(&self, comma: usize) -> Failure {
        self.error_with(comma, comma + 1, "a comma follows the last member", "remove the trailing comma")
    }

    /// What went wrong between two members.
    fn separator(&self, close: &str) -> Failure {
        match self.peek() {
            Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9') => self.error_with(
                self.pos,
                self.pos + 1,
                "a comma is missing before this",
                &format!("write `,` between members, or `{close}` to end"),
            ),
            _ => self.unexpected(&format!("`,` or `{close}`")),
        }
    }

    fn unfinished(&self, stack: &[Frame], expected: &str) -> Failure {
        let end = self.bytes.len();
        let (start, what) = match stack.last() {
            Some(frame @ Frame::List { .. }) => (frame.start(), "list"),
            Some(frame @ Frame::Map { .. }) => (frame.start(), "object"),
            None => return self.error(end, end, &format!("the text ends where {expected} is expected")),
        };
        let message = format!("the text ends before this {what} does: {expected} is expected");
        Failure::new(Diagnostic::error("syntax/json", message, self.span(start, start + 1)))
    }

    /// A message for something that cannot stand here, with advice for what people
    /// usually mean by it.
    fn unexpected(&self, expected: &str) -> Failure {
        let start = self.pos;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return self.error(start, start, &format!("the text ends where {expected} is expected"));
        };
        let lead: String = rest.chars().take(2).collect();
        let word_end = self.word_end().max(start + first.len_utf8());
        let word = self.text.get(start..word_end).unwrap_or_default();
        let (end, message, help) = match (lead.as_str(), first) {
            ("//" | "/*", _) | (_, '#') => {
                let help = "comments are not JSON: remove it, or say it in a `Sid`";
                (start + 1, "a comment stands here".to_owned(), help)
            }
            ("${" | "%{" | "{{" | "{%" | "<%" | "$(", _) | (_, '<' | '%' | '$') => {
                let help = "the text looks like a template: check what it renders to, or the program that uses it";
                (start + lead.len(), format!("`{lead}` stands where {expected} is expected"), help)
            }
            (_, '\'') => (start + 1, "strings stand in double quotes in JSON".to_owned(), "write `\"`"),
            (_, '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}') => {
                let help = "write the plain `\"`; word processors change it";
                (word_end, "a typographic quotation mark stands here".to_owned(), help)
            }
            (_, ',') => (start + 1, format!("a comma stands where {expected} is expected"), "remove it"),
            (_, '\u{feff}') => (word_end, "a byte order mark stands inside the text".to_owned(), "remove it"),
            _ if first.is_whitespace() => {
                let code = u32::from(first);
                let help = "JSON knows space, tab and line breaks only";
                (word_end, format!("the white space U+{code:04X} stands where {expected} is expected"), help)
            }
            _ if ["True", "False", "None", "TRUE", "FALSE", "NULL", "Null"].contains(&word) => {
                let help = "JSON spells `true`, `false` and `null` in lower case";
                (word_end, format!("`{word}` stands where {expected} is expected"), help)
            }
            _ if first.is_control() => {
                let code = u32::from(first);
                let help = "remove it";
                (word_end, format!("the control character U+{code:04X} stands where {expected} is expected"), help)
            }
            _ => {
                let shown: String = word.chars().take(40).collect();
                let message = format!("`{shown}` stands where {expected} is expected");
                return self.error(start, word_end, &message);
            }
        };
        self.error_with(start, end, &message, help)
    }
}

#[cfg(test)]
mod tests;
