//! JSON mode: what HCL1 takes for JSON, which is far from JSON. Objects may lack commas
//! and closing braces, lists may lack commas, what follows the root is not read, and an
//! object of objects alone is flattened into items of several keys.
//! spec: vault-acl a.9

use smol_str::SmolStr;

use super::place::Place;
use super::{Expr, Item, Key, List, Literal, LiteralKind, MAX_DEPTH, Object, SyntaxError, literal};
use crate::source::{Fragment, HOLE, Span, Unknown};
use crate::syntax::Text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Illegal,
    Eof,
    Number,
    Float,
    Bool,
    String,
    Null,
    LBrack,
    LBrace,
    Comma,
    Period,
    Colon,
    RBrack,
    RBrace,
    /// A hole outside a string.
    Unknown,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Illegal | Self::Unknown => "ILLEGAL",
            Self::Eof => "EOF",
            Self::Number => "NUMBER",
            Self::Float => "FLOAT",
            Self::Bool => "BOOL",
            Self::String => "STRING",
            Self::Null => "NULL",
            Self::LBrack => "LBRACK",
            Self::LBrace => "LBRACE",
            Self::Comma => "COMMA",
            Self::Period => "PERIOD",
            Self::Colon => "COLON",
            Self::RBrack => "RBRACK",
            Self::RBrace => "RBRACE",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    place: Place,
    start: usize,
    end: usize,
    verbatim: bool,
}

const END: char = '\0';

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    last: usize,
    ends: u32,
    error: Option<(Place, String)>,
}

impl Scanner<'_> {
    fn next(&mut self) -> char {
        let Some(ch) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            self.ends += 1;
            self.last = 0;
            return END;
        };
        self.last = ch.len_utf8();
        self.at += self.last;
        ch
    }

    fn unread(&mut self, ch: char) {
        if ch != END {
            self.at -= self.last;
        }
    }

    fn peek(&self) -> char {
        self.text.get(self.at..).and_then(|rest| rest.chars().next()).unwrap_or(END)
    }

    fn recent(&self) -> Place {
        if self.last == 0 { Place::at_end(self.text.len(), self.ends) } else { Place::new(self.at - self.last) }
    }

    fn report(&mut self, message: impl Into<String>) {
        self.error = Some((self.recent(), message.into()));
    }

    fn scan(&mut self, fragment: &Fragment<'_>) -> Token {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        let ch = self.next();
        let place = self.recent();
        let start = self.at - self.last;
        let mut verbatim = true;
        let kind = match ch {
            HOLE if !fragment.holes_in(start, self.at).is_empty() => Kind::Unknown,
            _ if ch.is_alphabetic() || ch == '_' => self.word(start),
            '0'..='9' => self.number(ch),
            END => Kind::Eof,
            '"' => {
                verbatim = self.string();
                Kind::String
            }
            '.' => {
                let ch = self.peek();
                if ch.is_ascii_digit() {
                    let ch = self.mantissa(ch);
                    self.exponent(ch);
                    Kind::Float
                } else {
                    Kind::Period
                }
            }
            '[' => Kind::LBrack,
            ']' => Kind::RBrack,
            '{' => Kind::LBrace,
            '}' => Kind::RBrace,
            ',' => Kind::Comma,
            ':' => Kind::Colon,
            '-' if self.peek().is_ascii_digit() => {
                let ch = self.next();
                self.number(ch)
            }
            '-' => {
                self.report("illegal char");
                Kind::Illegal
            }
            _ => {
                self.report(format!("illegal char: {ch}"));
                Kind::Illegal
            }
        };
        Token { kind, place, start, end: self.at, verbatim }
    }

    fn word(&mut self, start: usize) -> Kind {
        let mut ch = self.next();
        while ch.is_alphanumeric() || ch == '_' || ch == '-' {
            ch = self.next();
        }
        self.unread(ch);
        match self.text.get(start..self.at) {
            Some("true" | "false") => Kind::Bool,
            Some("null") => Kind::Null,
            _ => {
                // Reported at the word's last character, or past the end.
                let last = self.text.get(..self.at).and_then(|text| text.char_indices().next_back());
                let place = match last {
                    Some((at, _)) if ch != END => Place::new(at),
                    _ => self.recent(),
                };
                self.error = Some((place, "illegal char".to_owned()));
                Kind::Illegal
            }
        }
    }

    fn number(&mut self, first: char) -> Kind {
        let before = self.at;
        self.mantissa(first);
        let ch = self.next();
        if matches!(ch, 'e' | 'E') {
            self.exponent(ch);
            return Kind::Float;
        }
        if ch == '.' {
            let next = self.peek();
            if matches!(self.mantissa(next), 'e' | 'E') {
                let ch = self.next();
                self.exponent(ch);
            }
            return Kind::Float;
        }
        self.unread(ch);
        if first == '0' && (before != self.at || ch == END) {
            let place = Place::new(self.at.saturating_sub(1));
            self.error = Some((place, "numbers cannot start with 0".to_owned()));
        }
        Kind::Number
    }

    fn mantissa(&mut self, mut ch: char) -> char {
        let mut scanned = false;
        while ch.is_ascii_digit() {
            ch = self.next();
            scanned = true;
        }
        if scanned {
            self.unread(ch);
        }
        ch
    }

    fn exponent(&mut self, ch: char) {
        if matches!(ch, 'e' | 'E') {
            let mut ch = self.next();
            if matches!(ch, '-' | '+') {
                ch = self.next();
            }
            self.mantissa(ch);
        }
    }

    fn string(&mut self) -> bool {
        let mut verbatim = true;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
            let stop = rest.iter().position(|b| matches!(b, b'"' | b'\\' | b'\n' | 0));
            self.at += stop.unwrap_or(rest.len());
            match self.next() {
                '\n' | END => {
                    self.report("literal not terminated");
                    return verbatim;
                }
                '"' => return verbatim,
                '\\' => {
                    verbatim = false;
                    self.escape();
                }
                _ => {}
            }
        }
    }

    fn escape(&mut self) {
        match self.next() {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' | '"' => {}
            ch @ '0'..='7' => self.digits(ch, 8, 3),
            'x' => self.digits_after(2),
            'u' => self.digits_after(4),
            'U' => self.digits_after(8),
            _ => self.report("illegal char escape"),
        }
    }

    fn digits_after(&mut self, count: u32) {
        let ch = self.next();
        self.digits(ch, 16, count);
    }

    fn digits(&mut self, mut ch: char, base: u32, count: u32) {
        let mut left = count;
        while left > 0 && ch.to_digit(16).is_some_and(|digit| digit < base) {
            ch = self.next();
            left -= 1;
        }
        if left > 0 {
            self.report("illegal char escape");
        }
        self.unread(ch);
    }
}

enum Stop {
    End,
    Error(String),
}

type Result<T> = std::result::Result<T, Stop>;

struct Parser<'p, 'a> {
    fragment: &'p Fragment<'a>,
    scanner: Scanner<'p>,
    token: Token,
    depth: u32,
    /// The first string that scans but has no value: the server panics when it needs it.
    bad_string: Option<(String, Place)>,
}

pub(super) fn parse(fragment: &Fragment<'_>) -> std::result::Result<Object, SyntaxError> {
    let token = Token { kind: Kind::Eof, place: Place::new(0), start: 0, end: 0, verbatim: true };
    let scanner = Scanner { text: &fragment.text, at: 0, last: 0, ends: 0, error: None };
    let mut parser = Parser { fragment, scanner, token, depth: 0, bad_string: None };
    let result = parser.root();
    let fail = |message: String, at: Place| {
        // the server counts bytes, and may name one inside a character
        let start = fragment.text.floor_char_boundary(at.offset());
        let len = fragment.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        SyntaxError { message, span: fragment.span(start, start + len) }
    };
    if let Some((at, message)) = parser.scanner.error {
        return Err(fail(format!("{}: {message}", at.display(&fragment.text)), at));
    }
    match result {
        Ok(_) if parser.bad_string.is_some() => {
            let (message, at) = parser.bad_string.unwrap_or((String::new(), Place::new(0)));
            Err(fail(message, at))
        }
        Ok(mut root) => {
            flatten(&mut root);
            Ok(root)
        }
        Err(Stop::End) => Err(fail("EOF token found".to_owned(), parser.token.place)),
        Err(Stop::Error(message)) => Err(fail(message, parser.token.place)),
    }
}

impl Parser<'_, '_> {
    fn scan(&mut self) -> Token {
        self.token = self.scanner.scan(self.fragment);
        self.token
    }

    fn error<T>(message: impl Into<String>) -> Result<T> {
        Err(Stop::Error(message.into()))
    }

    fn unexpected<T>(&self, expected: &str) -> Result<T> {
        let place = self.token.place.display(&self.fragment.text);
        let text = self.fragment.text.get(self.token.start..self.token.end).unwrap_or("");
        Self::error(format!("{expected}, got unknown token: {place} {} {text}", self.token.kind.name()))
    }

    fn root(&mut self) -> Result<Object> {
        match self.scan().kind {
            Kind::LBrace => self.object(),
            Kind::Eof => Err(Stop::End),
            _ => self.unexpected("Expected object"),
        }
    }

    /// An object whose brace was just read. Its own closing brace, or whatever stands
    /// there, was read as "no comma".
    fn object(&mut self) -> Result<Object> {
        let open = self.token;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Self::error(format!("nested more than {MAX_DEPTH} levels deep"));
        }
        let mut object =
            Object { items: Vec::new(), unknown: Vec::new(), span: self.span(open.start, open.end), place: None };
        loop {
            match self.item() {
                Ok(Some(item)) => object.items.push(item),
                Ok(None) => {
                    object.unknown.push(self.unknown());
                }
                Err(Stop::End) => break,
                Err(_) if self.token.kind == Kind::RBrace => break,
                Err(stop) => return Err(stop),
            }
            if self.scan().kind != Kind::Comma {
                break;
            }
        }
        self.depth -= 1;
        object.span = self.span(open.start, self.token.end);
        Ok(object)
    }

    /// None for a hole in place of a member.
    fn item(&mut self) -> Result<Option<Item>> {
        let mut keys: Vec<Key> = Vec::new();
        let assign = loop {
            let token = self.scan();
            match token.kind {
                Kind::Eof => return Err(Stop::End),
                Kind::String => {
                    let len = u32::try_from(token.end - token.start).unwrap_or(u32::MAX);
                    let span = self.span(token.start, token.end);
                    keys.push(Key { text: self.string(token), span, quoted: true, place: None, len });
                }
                Kind::Unknown if keys.is_empty() => return Ok(None),
                Kind::Colon if !keys.is_empty() => break token.place,
                Kind::Illegal => return Self::error("illegal"),
                kind => return Self::error(format!("expected: STRING got: {}", kind.name())),
            }
        };
        let value = self.value()?;
        let start = keys.first().map_or(value.span(), |key| key.span);
        let span = start.to(value.span());
        Ok(Some(Item { keys, assign: Some(assign), value, span }))
    }

    fn value(&mut self) -> Result<Expr> {
        let token = self.scan();
        match token.kind {
            Kind::Number | Kind::Float | Kind::Bool | Kind::Null | Kind::String => {
                Ok(Expr::Literal(self.literal(token)))
            }
            Kind::LBrace => self.object().map(Expr::Object),
            Kind::LBrack => self.list().map(Expr::List),
            Kind::Eof => Err(Stop::End),
            Kind::Unknown => Ok(Expr::Unknown(self.unknown())),
            _ => self.unexpected("Expected object value"),
        }
    }

    fn list(&mut self) -> Result<List> {
        let open = self.token;
        let mut items = Vec::new();
        loop {
            let token = self.scan();
            match token.kind {
                Kind::Number | Kind::Float | Kind::String => items.push(Expr::Literal(self.literal(token))),
                Kind::LBrace => items.push(Expr::Object(self.object()?)),
                // Booleans, and the brackets of nested lists, are skipped without a word.
                Kind::Comma | Kind::Bool | Kind::LBrack => {}
                Kind::Unknown => items.push(Expr::Unknown(self.unknown())),
                Kind::RBrack => {
                    return Ok(List { items, span: self.span(open.start, token.end), place: None });
                }
                kind => return Self::error(format!("unexpected token while parsing list: {}", kind.name())),
            }
        }
    }

    fn literal(&mut self, token: Token) -> Literal {
        let span = self.span(token.start, token.end);
        let verbatim = || literal::verbatim(self.fragment, token.start, token.end);
        let (kind, text) = match token.kind {
            Kind::Number => (LiteralKind::Number, verbatim()),
            Kind::Float => (LiteralKind::Float, verbatim()),
            Kind::Bool => (LiteralKind::Bool, verbatim()),
            Kind::Null => (LiteralKind::String, Text::atomic(SmolStr::default(), span)),
            _ => (LiteralKind::String, self.string(token)),
        };
        Literal { kind, text, span, place: None }
    }

    fn string(&mut self, token: Token) -> Text {
        let (start, end) = (token.start + 1, token.end.saturating_sub(1));
        let verbatim = || literal::verbatim(self.fragment, start, end.max(start));
        if token.verbatim || self.scanner.error.is_some() {
            return verbatim();
        }
        let text = literal::quoted(self.fragment, start, end, true);
        if text.is_none() && self.bad_string.is_none() {
            let raw = self.fragment.text.get(token.start..token.end).unwrap_or("");
            self.bad_string = Some((format!("unquote {raw} err: invalid syntax"), token.place));
        }
        text.unwrap_or_else(verbatim)
    }

    fn unknown(&self) -> Unknown {
        let holes = self.fragment.holes_in(self.token.start, self.token.end);
        let refs = holes.into_iter().flat_map(|hole| hole.unknown.refs).collect();
        Unknown::new(refs, self.span(self.token.start, self.token.end))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.fragment.span(start, end)
    }
}

/// Turns `{"a": {"b": {…}, "c": {…}}}` into items `a b {…}` and `a c {…}`: an object all of
/// whose members are objects gives way to its members, and so does a list of objects.
fn flatten(object: &mut Object) {
    let mut items = Vec::with_capacity(object.items.len());
    let mut frontier = std::mem::take(&mut object.items);
    while let Some(item) = frontier.pop() {
        let Item { keys, assign, value, span } = item;
        match value {
            Expr::Object(inner) if is_nest(&inner) => {
                for member in inner.items {
                    let keys = keys.iter().cloned().chain(member.keys).collect();
                    frontier.push(Item { keys, assign, value: member.value, span: member.span });
                }
            }
            Expr::List(list) if is_list_of_objects(&list) => {
                for value in list.items {
                    let span = value.span();
                    frontier.push(Item { keys: keys.clone(), assign, value, span });
                }
            }
            value => items.push(Item { keys, assign, value, span }),
        }
    }
    items.reverse();
    for item in &mut items {
        flatten_value(&mut item.value);
    }
    object.items = items;
}

fn flatten_value(value: &mut Expr) {
    match value {
        Expr::Object(object) => flatten(object),
        Expr::List(list) => list.items.iter_mut().for_each(flatten_value),
        Expr::Literal(_) | Expr::Unknown(_) => {}
    }
}

fn is_nest(object: &Object) -> bool {
    !object.items.is_empty()
        && object.unknown.is_empty()
        && object.items.iter().all(|item| matches!(item.value, Expr::Object(_)))
}

fn is_list_of_objects(list: &List) -> bool {
    !list.items.is_empty() && list.items.iter().all(|item| matches!(item, Expr::Object(_)))
}
