//! Finds where each piece of a decoded scalar stands in what was written: the parser
//! gives the value and the token's place, not how one became the other.

use std::ops::Range;

/// A piece of the value and the bytes it was written as. Of equal length they correspond
/// byte by byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) value: Range<usize>,
    pub(super) raw: Range<usize>,
}

#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn push(&mut self, value: Range<usize>, raw: Range<usize>) {
        if let Some(last) = self.0.last_mut()
            && last.value.len() == last.raw.len()
            && value.len() == raw.len()
            && last.value.end == value.start
            && last.raw.end == raw.start
        {
            last.value.end = value.end;
            last.raw.end = raw.end;
            return;
        }
        self.0.push(Run { value, raw });
    }
}

/// A block scalar, its header line included in `raw`.
pub(super) fn block(value: &str, raw: &str, literal: bool) -> Option<Vec<Run>> {
    let body = match raw.chars().next() {
        Some('|' | '>') => raw.find('\n')? + 1,
        _ => 0,
    };
    if literal && let Some(runs) = lines(value, raw, body) {
        return Some(runs);
    }
    flowing(value, raw, body, false)
}

/// A literal block: line by line, each without its indentation.
fn lines(value: &str, raw: &str, body: usize) -> Option<Vec<Run>> {
    let mut runs = Runs::default();
    let mut at = body;
    let mut from = 0;
    for line in value.split_inclusive('\n') {
        let rest = raw.get(at..)?;
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let written = rest.get(..length)?;
        let content = written.trim_end_matches(['\n', '\r']);
        let text = line.strip_suffix('\n').unwrap_or(line);
        let indent = content.len().checked_sub(text.len()).filter(|cut| content.get(*cut..) == Some(text));
        // A blank line may be shorter than the indentation.
        let indent = match indent {
            Some(indent) if content.get(..indent)?.trim().is_empty() => indent,
            _ => return None,
        };
        runs.push(from..from + text.len(), at + indent..at + indent + text.len());
        if line.len() > text.len() {
            let newline = at + content.len();
            let end = (newline + 1).min(raw.len()).max(newline);
            // A file that ends without a line break still has the clipped one.
            let place = if end > newline { newline..end } else { newline.saturating_sub(1)..newline };
            runs.push(from + text.len()..from + line.len(), place);
        }
        from += line.len();
        at += length;
    }
    Some(runs.0)
}

/// A quoted or plain scalar, without its quotes.
pub(super) fn quoted(value: &str, raw: &str, escapes: bool) -> Option<Vec<Run>> {
    flowing(value, raw, 0, escapes)
}

/// Text whose lines are folded: white space may be written as more or other white space,
/// everything else as itself, as `''`, or as an escape.
fn flowing(value: &str, raw: &str, body: usize, escapes: bool) -> Option<Vec<Run>> {
    let mut runs = Runs::default();
    let mut at = body;
    for (from, character) in value.char_indices() {
        let to = from + character.len_utf8();
        loop {
            let rest = raw.get(at..).unwrap_or("");
            let Some(next) = rest.chars().next() else {
                // The line break that a block scalar keeps may be the end of the text.
                if character == '\n' && at > body {
                    runs.push(from..to, at - 1..at);
                    break;
                }
                return None;
            };
            if escapes && next == '\\' {
                let (decoded, length) = escape(rest);
                match decoded {
                    // An escaped line break joins two lines.
                    None => {
                        at += length;
                        let more = raw.get(at..).unwrap_or("");
                        at += more.len() - more.trim_start_matches([' ', '\t']).len();
                        continue;
                    }
                    Some(decoded) if decoded == character => {
                        runs.push(from..to, at..at + length);
                        at += length;
                        break;
                    }
                    Some(_) => return None,
                }
            }
            if next == character {
                let doubled = !escapes && character == '\'' && rest.starts_with("''");
                let length = if doubled { 2 } else { next.len_utf8() };
                runs.push(from..to, at..at + length);
                at += length;
                break;
            }
            match character {
                ' ' if matches!(next, '\n' | '\r') => {
                    runs.push(from..to, at..at + 1);
                    at += 1;
                    break;
                }
                _ if next.is_whitespace() => at += next.len_utf8(),
                _ => return None,
            }
        }
    }
    Some(runs.0)
}

/// What an escape of a double-quoted scalar stands for, and its length; none for an
/// escaped line break.
fn escape(rest: &str) -> (Option<char>, usize) {
    let Some(letter) = rest.chars().nth(1) else { return (Some('\\'), 1) };
    let simple = |character: char| (Some(character), 1 + letter.len_utf8());
    let code = |digits: usize| {
        let value = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (value.and_then(char::from_u32).or(Some(char::REPLACEMENT_CHARACTER)), 2 + digits)
    };
    match letter {
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        't' | '\t' => simple('\t'),
        'n' => simple('\n'),
        'v' => simple('\u{b}'),
        'f' => simple('\u{c}'),
        'r' => simple('\r'),
        'e' => simple('\u{1b}'),
        'N' => simple('\u{85}'),
        '_' => simple('\u{a0}'),
        'L' => simple('\u{2028}'),
        'P' => simple('\u{2029}'),
        'x' => code(2),
        'u' => code(4),
        'U' => code(8),
        '\n' => (None, 2),
        '\r' => (None, if rest.get(2..).is_some_and(|r| r.starts_with('\n')) { 3 } else { 2 }),
        other => simple(other),
    }
}
