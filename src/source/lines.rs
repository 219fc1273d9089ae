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
    /// Characters and UTF-16 units before each [`STEP`] bytes, as a line may be as long as
    /// the text; none where every byte is a character.
    marks: Vec<(u32, u32)>,
}

const STEP: usize = 4096;

/// Characters and UTF-16 units that start in these bytes.
fn count(bytes: &[u8]) -> (u32, u32) {
    bytes.iter().fold((0, 0), |(characters, units), byte| match byte {
        0x80..=0xbf => (characters, units),
        0xf0.. => (characters + 1, units + 2),
        _ => (characters + 1, units + 1),
    })
}

impl LineIndex {
    /// Indexes a text; linear in its length.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let after = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
        if memchr::memchr(b'\r', bytes).is_none() {
            starts.extend(memchr::memchr_iter(b'\n', bytes).map(after));
        } else {
            let crlf = |at: &usize| bytes.get(*at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            starts.extend(memchr::memchr2_iter(b'\n', b'\r', bytes).filter(|at| !crlf(at)).map(after));
        }
        let mut marks = Vec::new();
        if !text.is_ascii() {
            let mut before = (0, 0);
            for step in bytes.chunks(STEP) {
                marks.push(before);
                let (characters, units) = count(step);
                before = (before.0 + characters, before.1 + units);
            }
        }
        Self { starts, marks }
    }

    /// Characters and UTF-16 units before a byte offset.
    fn before(&self, text: &str, offset: usize) -> (u32, u32) {
        let step = (offset / STEP).min(self.marks.len().saturating_sub(1));
        let Some((characters, units)) = self.marks.get(step) else {
            let bytes = u32::try_from(offset).unwrap_or(u32::MAX);
            return (bytes, bytes);
        };
        let (more, more_units) = count(text.as_bytes().get(step * STEP..offset).unwrap_or(&[]));
        (characters + more, units + more_units)
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
        let (from, to) = (self.before(text, start), self.before(text, end));
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: (to.0 - from.0).saturating_add(1),
            utf16_column: (to.1 - from.1).saturating_add(1),
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
    fn a_line_may_be_longer_than_a_step() {
        let text = format!("a\n{}é😀{}\nb", "x".repeat(STEP - 3), "y".repeat(3 * STEP));
        let index = LineIndex::new(&text);
        for (at, _) in text.char_indices().step_by(97).chain([(STEP - 1, 'é'), (STEP + 1, '😀'), (STEP + 5, 'y')]) {
            let (before, _) = text.split_at(at);
            let line = before.rsplit('\n').next().unwrap_or("");
            let expected = (line.chars().count() + 1, line.encode_utf16().count() + 1);
            let found = index.position(&text, u32::try_from(at).unwrap());
            assert_eq!((found.column as usize, found.utf16_column as usize), expected, "at byte {at}");
        }
    }

    #[test]
    fn an_offset_inside_a_character_counts_as_its_start() {
        let text = "😀x";
        assert_eq!(LineIndex::new(text).position(text, 2).column, 1);
    }
}
