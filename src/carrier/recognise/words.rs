//! The words at the root of an HCL text, found without parsing it.

use memchr::memmem;

/// A word at the root of an HCL text, by what follows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// Followed by a label or a brace.
    Block(&'a str),
    /// Followed by `=`.
    Attribute(&'a str),
}

/// The words at the root of an HCL text. Strings end at the end of their line, so that one
/// missing quote does not hide the rest.
pub(super) struct RootWords<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> RootWords<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_line(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_string(&mut self) -> &'a str {
        let start = self.at + 1;
        self.at = start;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' | b'\n' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let end = self.at.min(self.text.len());
        self.at += 1;
        self.text.get(start..end).unwrap_or("")
    }

    fn skip_heredoc(&mut self) {
        let start = self.at;
        self.skip_line();
        let header = self.text.get(start..self.at).unwrap_or("");
        let marker = header.trim_start_matches(['<', '-']).trim();
        if marker.is_empty() {
            return;
        }
        while self.byte().is_some() {
            self.at += 1;
            let line = self.at;
            self.skip_line();
            if self.text.get(line..self.at).is_some_and(|l| l.trim() == marker) {
                return;
            }
        }
    }

    /// What follows a word: skips blanks and line breaks.
    fn kind(&self, word: &'a str) -> Option<Word<'a>> {
        match self.text.get(self.at..)?.trim_start().as_bytes().first()? {
            b'"' | b'{' | b'a'..=b'z' | b'A'..=b'Z' => Some(Word::Block(word)),
            b'=' => Some(Word::Attribute(word)),
            _ => None,
        }
    }
}

impl<'a> Iterator for RootWords<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        while let Some(byte) = self.byte() {
            match byte {
                b'#' => self.skip_line(),
                b'/' if self.text.as_bytes().get(self.at + 1) == Some(&b'/') => self.skip_line(),
                b'/' if self.text.as_bytes().get(self.at + 1) == Some(&b'*') => {
                    let rest = self.text.as_bytes().get(self.at + 2..).unwrap_or_default();
                    self.at += memmem::find(rest, b"*/").map_or(rest.len() + 2, |end| end + 4);
                }
                b'<' if self.text.as_bytes().get(self.at + 1) == Some(&b'<') => self.skip_heredoc(),
                b'{' | b'[' | b'(' => {
                    self.depth += 1;
                    self.at += 1;
                }
                b'}' | b']' | b')' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                b'"' => {
                    let word = self.skip_string();
                    if self.depth == 0
                        && word == "path"
                        && let Some(found) = self.kind(word)
                    {
                        return Some(found);
                    }
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    let start = self.at;
                    while self.byte().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) {
                        self.at += 1;
                    }
                    if self.depth == 0
                        && let Some(word) = self.text.get(start..self.at)
                        && let Some(found) = self.kind(word)
                    {
                        return Some(found);
                    }
                }
                _ => self.at += 1,
            }
        }
        None
    }
}
