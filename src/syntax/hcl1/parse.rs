//! The native syntax. Follows the server's parser decision by decision, since what it
//! takes and how it words what it does not take are both facts that users meet.
//! spec: vault-acl a.2, a.8

use std::fmt::Write as _;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::place::Place;
use super::scan::{Class, Kind, Scanner, Token, is_unicode};
use super::{Expr, Item, Key, List, Literal, LiteralKind, MAX_DEPTH, Object, Options, SyntaxError, literal};
use crate::source::{Fragment, HOLE, Span, Unknown};
use crate::syntax::Text;

/// Why parsing an item stopped.
enum Stop {
    /// The text ended where an item or value was expected. At the root this is the
    /// normal end, even after `key =`: the server then ignores the key.
    End,
    Error {
        message: String,
        at: Place,
    },
}

type Result<T> = std::result::Result<T, Stop>;

struct Parser<'p, 'a> {
    fragment: &'p Fragment<'a>,
    scanner: Scanner<'p>,
    token: Token,
    /// Whether `token` is still to be read.
    buffered: bool,
    options: Options,
    depth: u32,
    /// The first string that scans but has no value. The server panics when it needs the
    /// value, so any other error comes first.
    bad_string: Option<(String, Place)>,
}

pub(super) fn parse(fragment: &Fragment<'_>, options: Options) -> std::result::Result<Object, SyntaxError> {
    let start = Token { kind: Kind::Eof, place: Place::new(0), start: 0, end: 0, verbatim: true };
    let mut parser = Parser {
        fragment,
        scanner: Scanner::new(&fragment.text, &fragment.holes),
        token: start,
        buffered: false,
        options,
        depth: 0,
        bad_string: None,
    };
    let result = parser.object_list(false);
    let fail = |message: String, at: Place| {
        let text = &fragment.text;
        // the server counts bytes, and may name one inside a character
        let start = text.floor_char_boundary(at.offset());
        let len = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        SyntaxError { message, span: fragment.span(start, start + len) }
    };
    if let Some((at, message)) = parser.scanner.error {
        return Err(fail(format!("At {}: {message}", at.display(&fragment.text)), at));
    }
    match result {
        Ok(_) if parser.bad_string.is_some() => {
            let (message, at) = parser.bad_string.unwrap_or((String::new(), Place::new(0)));
            Err(fail(message, at))
        }
        Ok(mut root) => {
            root.span = fragment.span(0, fragment.text.len());
            Ok(root)
        }
        // The root loop ends at the end of the text and never reports it.
        Err(Stop::End) => Err(fail("EOF token found".to_owned(), Place::new(fragment.text.len()))),
        Err(Stop::Error { message, at }) => Err(fail(message, at)),
    }
}

impl Parser<'_, '_> {
    fn scan(&mut self) -> Token {
        if self.buffered {
            self.buffered = false;
            return self.token;
        }
        self.token = self.scanner.scan();
        while self.token.kind == Kind::Comment {
            self.token = self.scanner.scan();
        }
        self.token
    }

    fn unscan(&mut self) {
        self.buffered = true;
    }

    fn at<T>(&self, at: Place, message: impl std::fmt::Display) -> Result<T> {
        Err(Stop::Error { message: format!("At {}: {message}", at.display(&self.fragment.text)), at })
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.fragment.span(start, end)
    }

    fn enter(&mut self, at: Place) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.at(at, format_args!("nested more than {MAX_DEPTH} levels deep"));
        }
        Ok(())
    }

    fn object_list(&mut self, inside: bool) -> Result<Object> {
        let span = self.span(self.token.start, self.token.end);
        let mut object = Object { items: Vec::new(), unknown: Vec::new(), span, place: None };
        let mut seen = Seen::default();
        loop {
            if inside {
                let token = self.scan();
                self.unscan();
                if token.kind == Kind::RBrace {
                    break;
                }
            }
            if let Some(unknown) = self.unknown_item() {
                object.unknown.push(unknown);
            } else {
                let item = match self.object_item() {
                    Ok(item) => item,
                    Err(Stop::End) => break,
                    Err(stop) => return Err(stop),
                };
                if self.options.refuse_duplicates && item.assign.is_some() {
                    self.refuse_duplicate(&item, &mut seen)?;
                }
                object.items.push(item);
            }
            if self.scan().kind != Kind::Comma {
                self.unscan();
            }
        }
        Ok(object)
    }

    /// A hole where an item could stand, unless what follows makes it a key.
    fn unknown_item(&mut self) -> Option<Unknown> {
        let token = self.scan();
        self.unscan();
        let unknown = self.unknown(token)?;
        let rest = self.fragment.text.get(token.end..)?.trim_start();
        if rest.starts_with(['=', '{', '"']) {
            return None;
        }
        self.scan();
        Some(unknown)
    }

    /// What an identifier that holds a hole refers to.
    fn unknown(&self, token: Token) -> Option<Unknown> {
        if token.kind != Kind::Ident || self.fragment.holes.is_empty() {
            return None;
        }
        if !self.fragment.text.get(token.start..token.end)?.contains(HOLE) {
            return None;
        }
        let holes = self.fragment.holes_in(token.start, token.end);
        if holes.is_empty() {
            return None;
        }
        let refs = holes.into_iter().flat_map(|hole| hole.unknown.refs).collect();
        Some(Unknown::new(refs, self.span(token.start, token.end)))
    }

    /// The check compares key tokens as written, so that `x` and `"x"` do not collide.
    fn refuse_duplicate(&self, item: &Item, seen: &mut Seen) -> Result<()> {
        for key in &item.keys {
            let Some(at) = key.place else { continue };
            let end = at.offset() + key.len as usize;
            let raw = self.fragment.text.get(at.offset()..end).unwrap_or("");
            if !key.text.is_known() || seen.insert(raw) {
                continue;
            }
            let place = at.display(&self.fragment.text);
            let quoted = go_quote(raw);
            let message =
                format!("The argument {quoted} at {place} was already set. Each argument can only be defined once");
            return Err(Stop::Error { message, at });
        }
        Ok(())
    }

    fn object_item(&mut self) -> Result<Item> {
        let (keys, mut result) = self.object_key();
        if !keys.is_empty() {
            let at_brace = self.token.kind == Kind::RBrace;
            match result {
                Err(Stop::End) => result = Ok(()),
                Err(Stop::Error { .. }) if at_brace => {
                    result = Ok(());
                    self.token.kind = Kind::Eof;
                }
                _ => {}
            }
        }
        result?;
        let start = keys.first().map_or(self.token.start, |key| key.start);
        let mut assign = None;
        let value = match self.token.kind {
            Kind::Assign => {
                assign = Some(self.token.place);
                self.value()?
            }
            Kind::LBrace => Expr::Object(self.object()?),
            _ => {
                let names: Vec<&str> =
                    keys.iter().filter_map(|key| self.fragment.text.get(key.start..key.end)).collect();
                let expected = "expected start of object ('{') or assignment ('=')";
                return self.at(self.token.place, format_args!("key '{}' {expected}", names.join(" ")));
            }
        };
        let span = self.span(start, start).to(value.span());
        let keys = keys.iter().map(|token| self.key(token)).collect();
        // The server looks ahead for a comment here; reading past the end shows in columns.
        self.scan();
        self.unscan();
        Ok(Item { keys, assign, value, span })
    }

    fn object_key(&mut self) -> (Keys, Result<()>) {
        let mut keys = Keys::default();
        loop {
            let token = self.scan();
            let at = token.place;
            match token.kind {
                Kind::Eof => return (keys, Err(Stop::End)),
                Kind::Assign => {
                    let result = match keys.len() {
                        0 => self.at(at, "no object keys found!"),
                        1 => return (keys, Ok(())),
                        _ => self.at(at, "nested object expected: LBRACE got: ASSIGN"),
                    };
                    return (Keys::default(), result);
                }
                Kind::LBrace if keys.is_empty() => {
                    return (keys, self.at(at, "expected: IDENT | STRING got: LBRACE"));
                }
                Kind::LBrace => return (keys, Ok(())),
                Kind::Ident | Kind::String => keys.push(token),
                Kind::Illegal => return (keys, self.at(at, "illegal character")),
                kind => {
                    let message = format_args!("expected: IDENT | STRING | ASSIGN | LBRACE got: {}", kind.name());
                    return (keys, self.at(at, message));
                }
            }
        }
    }

    fn key(&mut self, token: &Token) -> Key {
        let quoted = token.kind == Kind::String;
        let len = u32::try_from(token.end - token.start).unwrap_or(u32::MAX);
        let text = if quoted { self.string(*token) } else { self.verbatim(*token) };
        Key { text, span: self.span(token.start, token.end), quoted, place: Some(token.place), len }
    }

    fn value(&mut self) -> Result<Expr> {
        let token = self.scan();
        match token.kind {
            Kind::Number | Kind::Float | Kind::Bool | Kind::String | Kind::Heredoc => {
                Ok(Expr::Literal(self.literal(token)))
            }
            Kind::LBrace => self.object().map(Expr::Object),
            Kind::LBrack => self.list().map(Expr::List),
            Kind::Eof => Err(Stop::End),
            kind => {
                if let Some(unknown) = self.unknown(token) {
                    return Ok(Expr::Unknown(unknown));
                }
                let place = token.place.display(&self.fragment.text);
                let text = self.fragment.text.get(token.start..token.end).unwrap_or("");
                self.at(token.place, format_args!("Unknown token: {place} {} {text}", kind.name()))
            }
        }
    }

    /// An object whose brace was just read.
    fn object(&mut self) -> Result<Object> {
        let brace = self.token;
        self.enter(brace.place)?;
        let mut object = self.object_list(true)?;
        let token = self.scan();
        if token.kind != Kind::RBrace {
            return self.at(token.place, format_args!("object expected closing RBRACE got: {}", token.kind.name()));
        }
        self.depth -= 1;
        object.span = self.span(brace.start, token.end);
        object.place = Some(brace.place);
        Ok(object)
    }

    /// A list whose bracket was just read.
    fn list(&mut self) -> Result<List> {
        let bracket = self.token;
        self.enter(bracket.place)?;
        let mut items = Vec::new();
        let mut need_comma = false;
        loop {
            let token = self.scan();
            if need_comma && !matches!(token.kind, Kind::Comma | Kind::RBrack) {
                let name = token.kind.name();
                return self
                    .at(token.place, format_args!("error parsing list, expected comma or list end, got: {name}"));
            }
            match token.kind {
                Kind::Bool | Kind::Number | Kind::Float | Kind::String | Kind::Heredoc => {
                    items.push(Expr::Literal(self.literal(token)));
                    need_comma = true;
                }
                Kind::Comma => {
                    self.scan();
                    self.unscan();
                    need_comma = false;
                }
                Kind::LBrace => {
                    let object = self.object();
                    items.push(Expr::Object(self.nested(object, token.place, "object")?));
                    need_comma = true;
                }
                Kind::LBrack => {
                    let list = self.list();
                    items.push(Expr::List(self.nested(list, token.place, "list")?));
                }
                Kind::RBrack => {
                    self.depth -= 1;
                    let span = self.span(bracket.start, token.end);
                    return Ok(List { items, span, place: Some(bracket.place) });
                }
                kind => {
                    if let Some(unknown) = self.unknown(token) {
                        items.push(Expr::Unknown(unknown));
                        need_comma = true;
                        continue;
                    }
                    return self.at(token.place, format_args!("unexpected token while parsing list: {}", kind.name()));
                }
            }
        }
    }

    fn nested<T>(&self, result: Result<T>, at: Place, what: &str) -> Result<T> {
        let inner = match result {
            Ok(value) => return Ok(value),
            Err(Stop::End) => "EOF token found".to_owned(),
            Err(Stop::Error { message, .. }) => message,
        };
        self.at(at, format_args!("error while trying to parse {what} within list: {inner}"))
    }

    fn literal(&mut self, token: Token) -> Literal {
        let (kind, text) = match token.kind {
            Kind::Number => (LiteralKind::Number, self.verbatim(token)),
            Kind::Float => (LiteralKind::Float, self.verbatim(token)),
            Kind::Bool => (LiteralKind::Bool, self.verbatim(token)),
            Kind::Heredoc => {
                let text = literal::heredoc(self.fragment, token.start, token.end);
                // A heredoc that is cut short has had its scan error reported.
                (LiteralKind::Heredoc, text.unwrap_or_else(|| self.verbatim(token)))
            }
            _ => (LiteralKind::String, self.string(token)),
        };
        Literal { kind, text, span: self.span(token.start, token.end), place: Some(token.place) }
    }

    fn verbatim(&self, token: Token) -> Text {
        literal::verbatim(self.fragment, token.start, token.end)
    }

    fn string(&mut self, token: Token) -> Text {
        if self.scanner.error.is_some() {
            return self.verbatim(token);
        }
        let (start, end) = (token.start + 1, token.end.saturating_sub(1));
        if token.verbatim {
            return literal::verbatim(self.fragment, start, end);
        }
        let text = literal::quoted(self.fragment, start, end, false);
        if text.is_none() && self.bad_string.is_none() {
            let raw = self.fragment.text.get(token.start..token.end).unwrap_or("");
            self.bad_string = Some((format!("unquote {raw} err: invalid syntax"), token.place));
        }
        text.unwrap_or_else(|| self.verbatim(token))
    }
}

/// Key tokens of one item: rarely more than two.
#[derive(Default)]
struct Keys {
    first: Option<Token>,
    rest: Vec<Token>,
}

impl Keys {
    fn push(&mut self, token: Token) {
        if self.first.is_none() {
            self.first = Some(token);
        } else {
            self.rest.push(token);
        }
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    fn first(&self) -> Option<&Token> {
        self.first.as_ref()
    }

    fn iter(&self) -> impl Iterator<Item = &Token> {
        self.first.iter().chain(&self.rest)
    }
}

/// Raw key texts seen in one object: a list while it is short.
#[derive(Default)]
struct Seen {
    few: Vec<SmolStr>,
    many: FxHashSet<SmolStr>,
}

impl Seen {
    /// False where the key was there already.
    fn insert(&mut self, key: &str) -> bool {
        let key = SmolStr::from(key);
        if self.few.len() < 16 {
            if self.few.contains(&key) {
                return false;
            }
            self.few.push(key);
            return true;
        }
        !self.few.contains(&key) && self.many.insert(key)
    }
}

/// A string as Go's `%q` prints it.
pub(crate) fn go_quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            ch if ch.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", ch as u32);
            }
            ch if !ch.is_ascii() && !is_unicode(ch, Class::Printable) => {
                let _ = if ch as u32 > 0xFFFF {
                    write!(out, "\\U{:08x}", ch as u32)
                } else {
                    write!(out, "\\u{:04x}", ch as u32)
                };
            }
            ch => out.push(ch),
        }
    }
    out.push('"');
    out
}
