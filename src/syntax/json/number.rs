//! JSON numbers, kept as written.

use smol_str::SmolStr;

use super::{Failure, Reader, Result};
use crate::syntax::{Node, Value};

impl Reader<'_> {
    /// Reads a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    pub(super) fn number(&mut self) -> Result<Node> {
        let start = self.pos;
        if self.peek() == Some(b'-') {
            self.pos += 1;
        }
        let first = self.pos;
        let digits = self.digits();
        if digits == 0 {
            return Err(self.bad_number(start, "a digit has to follow `-`"));
        }
        if digits > 1 && self.bytes.get(first) == Some(&b'0') {
            return Err(self.bad_number(start, "a number may not start with `0`"));
        }
        if self.peek() == Some(b'.') {
            self.pos += 1;
            if self.digits() == 0 {
                return Err(self.bad_number(start, "a digit has to follow `.`"));
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.pos += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.pos += 1;
            }
            if self.digits() == 0 {
                return Err(self.bad_number(start, "a digit has to follow the exponent's sign"));
            }
        }
        if self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'+')) {
            return Err(self.bad_number(start, "this is not a number"));
        }
        let text = self.text.get(start..self.pos).unwrap_or_default();
        Ok(Node::new(self.span(start, self.pos), Value::Number(SmolStr::new(text))))
    }

    fn digits(&mut self) -> usize {
        let start = self.pos;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.pos += 1;
        }
        self.pos - start
    }

    fn bad_number(&self, start: usize, message: &str) -> Failure {
        let end = self.word_end().max(self.pos);
        self.error_with(start, end, message, "write a plain decimal number, or quote it")
    }
}
