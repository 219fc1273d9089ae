//! Tokens of HCL1, with the errors its scanner reports. A scan error does not stop the
//! scanner; the last one reported is the one the server prints.
//! spec: vault-acl a.2

use super::place::Place;
use crate::source::{HOLE, Hole};

/// What a token is; `Illegal` follows a scan error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Illegal,
    Eof,
    Comment,
    Ident,
    Number,
    Float,
    Bool,
    String,
    Heredoc,
    LBrack,
    LBrace,
    Comma,
    Period,
    RBrack,
    RBrace,
    Assign,
    Add,
    Sub,
}

impl Kind {
    /// As error messages name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Illegal => "ILLEGAL",
            Self::Eof => "EOF",
            Self::Comment => "COMMENT",
            Self::Ident => "IDENT",
            Self::Number => "NUMBER",
            Self::Float => "FLOAT",
            Self::Bool => "BOOL",
            Self::String => "STRING",
            Self::Heredoc => "HEREDOC",
            Self::LBrack => "LBRACK",
            Self::LBrace => "LBRACE",
            Self::Comma => "COMMA",
            Self::Period => "PERIOD",
            Self::RBrack => "RBRACK",
            Self::RBrace => "RBRACE",
            Self::Assign => "ASSIGN",
            Self::Add => "ADD",
            Self::Sub => "SUB",
        }
    }
}

/// One token: its kind and where its text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) start: usize,
    pub(super) end: usize,
    /// For a string: whether its value is its text without the quotes.
    pub(super) verbatim: bool,
}

/// Marks the end of the text, as in the scanner this follows: a NUL reads as the end too.
const END: char = '\0';

/// Bytes that a run of plain string characters stops at.
const STRING_STOP: [bool; 256] = {
    let mut table = [false; 256];
    let stops = [b'"', b'\\', b'\n', b'\r', b'$', b'{', b'}', 0, 0xEE];
    let mut at = 0;
    while at < stops.len() {
        #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
        {
            table[stops[at] as usize] = true;
        }
        at += 1;
    }
    table
};

/// The scanner.
#[derive(Debug)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    holes: &'t [Hole],
    /// Offset after the last character read.
    at: usize,
    /// Length of the last character read.
    last: usize,
    /// How often the end was read: each time moves the reported column.
    ends: u32,
    /// The last error reported.
    pub(super) error: Option<(Place, &'static str)>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, holes: &'t [Hole]) -> Self {
        Self { text, bytes: text.as_bytes(), holes, at: 0, last: 0, ends: 0, error: None }
    }

    /// The next character; CRLF reads as LF.
    fn next(&mut self) -> char {
        match self.bytes.get(self.at) {
            None => {
                self.ends += 1;
                self.last = 0;
                END
            }
            Some(b'\r') if self.bytes.get(self.at + 1) == Some(&b'\n') => {
                self.at += 2;
                self.last = 2;
                '\n'
            }
            Some(&byte) if byte < 0x80 => {
                self.at += 1;
                self.last = 1;
                if byte == 0 {
                    self.report("unexpected null character (0x00)");
                }
                char::from(byte)
            }
            Some(_) => {
                let ch = self.char_at(self.at);
                self.last = ch.len_utf8();
                self.at += self.last;
                if ch == '\u{E123}' {
                    self.report("unicode code point U+E123 reserved for internal use");
                    return char::REPLACEMENT_CHARACTER;
                }
                ch
            }
        }
    }

    fn char_at(&self, at: usize) -> char {
        self.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// Puts the last character back, unless the end was read.
    fn unread(&mut self, last: char) {
        if last != END {
            self.at -= self.last;
        }
    }

    fn peek(&self) -> char {
        match self.bytes.get(self.at) {
            None => END,
            Some(b'\r') if self.bytes.get(self.at + 1) == Some(&b'\n') => '\n',
            Some(&byte) if byte < 0x80 => char::from(byte),
            Some(_) => self.char_at(self.at),
        }
    }

    /// Place of the last character read.
    fn recent(&self) -> Place {
        if self.last == 0 { Place::at_end(self.bytes.len(), self.ends) } else { Place::new(self.at - self.last) }
    }

    fn report(&mut self, message: &'static str) {
        self.error = Some((self.recent(), message));
    }

    fn is_hole(&self, at: usize) -> bool {
        !self.holes.is_empty() && self.holes.binary_search_by_key(&at, |hole| hole.at as usize).is_ok()
    }

    fn is_letter(&self, ch: char) -> bool {
        ch.is_ascii_alphabetic()
            || ch == '_'
            || (!ch.is_ascii() && (is_unicode(ch, Class::Letter) || (ch == HOLE && !self.holes.is_empty())))
    }

    pub(super) fn scan(&mut self) -> Token {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
        let ch = self.next();
        let place = self.recent();
        let start = self.at - self.last;
        let mut verbatim = true;
        let kind = if self.is_letter(ch) && (ch != HOLE || self.is_hole(start)) {
            self.identifier();
            match self.text.get(start..self.at) {
                Some("true" | "false") => Kind::Bool,
                _ => Kind::Ident,
            }
        } else {
            match ch {
                '0'..='9' => self.number(ch),
                END => Kind::Eof,
                '"' => {
                    verbatim = self.string();
                    Kind::String
                }
                '#' | '/' => {
                    self.comment(ch);
                    Kind::Comment
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
                '<' => {
                    self.heredoc();
                    Kind::Heredoc
                }
                '[' => Kind::LBrack,
                ']' => Kind::RBrack,
                '{' => Kind::LBrace,
                '}' => Kind::RBrace,
                ',' => Kind::Comma,
                '=' => Kind::Assign,
                '+' => Kind::Add,
                '-' if self.peek().is_ascii_digit() => {
                    let ch = self.next();
                    self.number(ch)
                }
                '-' => Kind::Sub,
                _ => {
                    self.report("illegal char");
                    Kind::Illegal
                }
            }
        };
        Token { kind, place, start, end: self.at, verbatim }
    }

    fn identifier(&mut self) {
        loop {
            while let Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.') = self.bytes.get(self.at) {
                self.at += 1;
            }
            let ch = self.next();
            if !(ch.is_ascii() || !(self.is_letter(ch) || is_unicode(ch, Class::Digit))) {
                continue;
            }
            self.unread(ch);
            return;
        }
    }

    fn comment(&mut self, first: char) {
        if first == '#' || self.peek() != '*' {
            if first == '/' && self.peek() != '/' {
                self.report("expected '/' for comment");
                return;
            }
            loop {
                let rest = self.bytes.get(self.at..).unwrap_or(&[]);
                self.at += memchr::memchr3(b'\n', 0, 0xEE, rest).unwrap_or(rest.len());
                let ch = self.next();
                if ch == '\n' || ch == END {
                    self.unread(ch);
                    return;
                }
            }
        }
        self.next();
        let mut ch = self.next();
        loop {
            if ch == END {
                self.report("comment not terminated");
                return;
            }
            if ch != '*' {
                let rest = self.bytes.get(self.at..).unwrap_or(&[]);
                self.at += memchr::memchr3(b'*', 0, 0xEE, rest).unwrap_or(rest.len());
            }
            let before = ch;
            ch = self.next();
            if before == '*' && ch == '/' {
                return;
            }
        }
    }

    fn number(&mut self, first: char) -> Kind {
        if first != '0' {
            self.mantissa(first);
            let ch = self.next();
            return self.number_tail(ch, false);
        }
        let mut ch = self.next();
        if matches!(ch, 'x' | 'X') {
            ch = self.next();
            let mut found = false;
            while ch.is_ascii_hexdigit() {
                ch = self.next();
                found = true;
            }
            if !found {
                self.report("illegal hexadecimal number");
            }
            self.unread(ch);
            return Kind::Number;
        }
        let mut illegal_octal = false;
        while ch.is_ascii_digit() {
            ch = self.next();
            // The digit after a leading zero itself is not looked at, as in the original.
            illegal_octal |= matches!(ch, '8' | '9');
        }
        self.number_tail(ch, illegal_octal)
    }

    fn number_tail(&mut self, ch: char, illegal_octal: bool) -> Kind {
        if matches!(ch, 'e' | 'E') {
            self.exponent(ch);
            return Kind::Float;
        }
        if ch == '.' {
            let next = self.peek();
            let ch = self.mantissa(next);
            if matches!(ch, 'e' | 'E') {
                let ch = self.next();
                self.exponent(ch);
            }
            return Kind::Float;
        }
        if illegal_octal {
            self.report("illegal octal number");
        }
        self.unread(ch);
        Kind::Number
    }

    /// Reads on while `ch` is a digit; the character that ends the run stays unread.
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

    fn heredoc(&mut self) {
        if self.next() != '<' {
            self.report("heredoc expected second '<', didn't see it");
            return;
        }
        let anchor = self.at;
        let mut ch = self.next();
        if ch == '-' {
            ch = self.next();
        }
        while self.is_letter(ch) || ch.is_ascii_digit() || (!ch.is_ascii() && is_unicode(ch, Class::Digit)) {
            ch = self.next();
        }
        if ch == END {
            self.report("heredoc not terminated");
            return;
        }
        if ch != '\n' {
            self.report("invalid characters in heredoc anchor");
            return;
        }
        let anchor = self.bytes.get(anchor..self.at - self.last).unwrap_or(&[]);
        if matches!(anchor, [] | [b'-']) {
            self.report("zero-length heredoc anchor");
            return;
        }
        let mut line = self.at;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or(&[]);
            self.at += memchr::memchr3(b'\n', 0, 0xEE, rest).unwrap_or(rest.len());
            if self.bytes.get(self.at) == Some(&b'\n') && self.at > line && self.bytes.get(self.at - 1) == Some(&b'\r')
            {
                self.at -= 1;
            }
            match self.next() {
                '\n' => {
                    let text = self.bytes.get(line..self.at - self.last).unwrap_or(&[]);
                    if ends_heredoc(text, anchor) {
                        return;
                    }
                    line = self.at;
                }
                END => {
                    self.report("heredoc not terminated");
                    return;
                }
                _ => {}
            }
        }
    }

    /// Scans to the closing quote; true where the value needs no decoding.
    fn string(&mut self) -> bool {
        let mut verbatim = true;
        let mut braces = 0_u32;
        loop {
            while let Some(&byte) = self.bytes.get(self.at)
                && STRING_STOP.get(usize::from(byte)) == Some(&false)
            {
                self.at += 1;
            }
            let ch = self.next();
            if (ch == '\n' && braces == 0) || ch == END {
                self.report("literal not terminated");
                return verbatim;
            }
            if ch == '"' && braces == 0 {
                return verbatim;
            }
            if braces == 0 && ch == '$' && self.peek() == '{' {
                braces = 1;
                self.next();
            } else if braces > 0 && ch == '{' {
                braces += 1;
            }
            if braces > 0 && ch == '}' {
                braces -= 1;
            }
            if ch == '\n' {
                verbatim = false;
            }
            if ch == '\\' {
                verbatim = false;
                self.escape();
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
            if ch == END {
                break;
            }
            left -= 1;
        }
        if left > 0 {
            self.report("illegal char escape");
        }
        if left != count {
            self.unread(ch);
        }
    }
}

/// Whether a line ends the heredoc: the anchor, perhaps after blanks. The line must be at
/// least as long as the anchor text with its `-`, so `<<-EOT` needs an indented end.
fn ends_heredoc(line: &[u8], anchor: &[u8]) -> bool {
    if line.len() < anchor.len() {
        return false;
    }
    let word = anchor.strip_prefix(b"-").unwrap_or(anchor);
    let mut line = line;
    while let Some(rest) = line.strip_suffix(b"\r") {
        line = rest;
    }
    line.strip_suffix(word)
        .is_some_and(|blank| blank.iter().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)))
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Class {
    Letter,
    Digit,
    /// What Go prints as it is.
    Printable,
}

/// Characters by general category, as Go's tables have them.
pub(super) fn is_unicode(ch: char, class: Class) -> bool {
    use std::sync::OnceLock;

    use regex::Regex;
    static LETTER: OnceLock<Option<Regex>> = OnceLock::new();
    static DIGIT: OnceLock<Option<Regex>> = OnceLock::new();
    static PRINTABLE: OnceLock<Option<Regex>> = OnceLock::new();
    let (cell, pattern) = match class {
        Class::Letter => (&LETTER, r"^\p{L}$"),
        Class::Digit => (&DIGIT, r"^\p{Nd}$"),
        Class::Printable => (&PRINTABLE, r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$"),
    };
    let regex = cell.get_or_init(|| Regex::new(pattern).ok());
    regex.as_ref().is_some_and(|regex| regex.is_match(ch.encode_utf8(&mut [0; 4])))
}
