//! The one place where byte offsets become lines and columns.

/// A place as people and tools count it: 1-based line and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based line. Lines end at LF, CRLF or a lone CR.
    pub line: u32,
    /// 1-based column in Unicode scalar values.
    pub column: u32,
    /// 1-based column in UTF-16 code units, which SARIF viewers and editors count.
    pub utf16_column: u32,
}

impl Position {
    /// The start of a text.
    pub const FIRST: Self = Self { line: 1, column: 1, utf16_column: 1 };
}

/// Offsets of line starts in one text.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text; linear in its length.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let crlf = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !crlf {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// Number of lines; a text that ends in a line break has an empty last line.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Byte offset at which the 1-based `line` starts, if there is such a line.
    #[must_use]
    pub fn start_of(&self, line: u32) -> Option<usize> {
        self.starts.get((line as usize).checked_sub(1)?).map(|&s| s as usize)
    }

    /// The position of a byte offset. Offsets inside a character count as its start, and
    /// offsets past the end as the end, so that no span can make a report fail.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.starts.partition_point(|&s| s <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(start..end).unwrap_or("");
        let (column, utf16) = if before.is_ascii() {
            (before.len(), before.len())
        } else {
            (before.chars().count(), before.chars().map(char::len_utf16).sum())
        };
        let column = u32::try_from(column).unwrap_or(u32::MAX - 1);
        let utf16 = u32::try_from(utf16).unwrap_or(u32::MAX - 1);
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: column.saturating_add(1),
            utf16_column: utf16.saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_columns_in_characters_and_utf16_units() {
        let text = "a\r\nb😀c\rd\n";
        let index = LineIndex::new(text);
        let table = [(0, 1, 1, 1), (3, 2, 1, 1), (8, 2, 3, 4), (10, 3, 1, 1), (12, 4, 1, 1), (99, 4, 1, 1)];
        for (offset, line, column, utf16_column) in table {
            assert_eq!(index.position(text, offset), Position { line, column, utf16_column }, "at byte {offset}");
        }
        assert_eq!(index.count(), 4);
        assert_eq!(index.start_of(3), Some(10));
    }

    #[test]
    fn an_offset_inside_a_character_counts_as_its_start() {
        let text = "😀x";
        assert_eq!(LineIndex::new(text).position(text, 2).column, 1);
    }
}
