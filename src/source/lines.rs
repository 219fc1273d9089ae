//! The one place where byte offsets become lines and columns.

use std::iter;

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

/// Where the lines of one text start. It keeps counts alone, of every few hundred bytes, and
/// looks the rest up in the text: most places of most texts are never asked for.
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// Line breaks before each [`BLOCK`] bytes.
    breaks: Vec<u32>,
    /// Line breaks in all.
    count: u32,
    /// Whether all line breaks are LF.
    plain: bool,
    /// Characters and UTF-16 units before each [`STEP`] bytes, as a line may be as long as
    /// the text; none where every byte is a character.
    marks: Vec<(u32, u32)>,
}

const BLOCK: usize = 512;
const STEP: usize = 4096;

/// Characters and UTF-16 units that start in these bytes.
fn count(bytes: &[u8]) -> (u32, u32) {
    bytes.iter().fold((0, 0), |(characters, units), byte| match byte {
        0x80..=0xbf => (characters, units),
        0xf0.. => (characters + 1, units + 2),
        _ => (characters + 1, units + 1),
    })
}

/// A number of bytes or lines of a text, which has less than 4 GiB.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl LineIndex {
    /// Indexes a text; linear in its length.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let plain = memchr::memchr(b'\r', bytes).is_none();
        let mut index =
            Self { breaks: Vec::with_capacity(bytes.len() / BLOCK + 1), count: 0, plain, marks: Vec::new() };
        for from in (0..=bytes.len()).step_by(BLOCK) {
            index.breaks.push(index.count);
            index.count += index.count_in(bytes, from, from + BLOCK);
        }
        if !text.is_ascii() {
            let mut before = (0, 0);
            for step in bytes.chunks(STEP) {
                index.marks.push(before);
                let (characters, units) = count(step);
                before = (before.0 + characters, before.1 + units);
            }
        }
        index
    }

    /// The places of the line breaks that end in a part of the text, each that of its last byte.
    fn breaks_in<'t>(&self, text: &'t [u8], from: usize, to: usize) -> impl Iterator<Item = usize> + 't {
        let plain = self.plain;
        let part = text.get(from..to.min(text.len())).unwrap_or_default();
        let lf = plain.then(|| memchr::memchr_iter(b'\n', part)).into_iter().flatten();
        let any = (!plain).then(|| memchr::memchr2_iter(b'\n', b'\r', part)).into_iter().flatten();
        let crlf = move |at: &usize| !plain && text.get(*at) == Some(&b'\r') && text.get(at + 1) == Some(&b'\n');
        lf.chain(any).map(move |at| from + at).filter(move |at| !crlf(at))
    }

    fn count_in(&self, text: &[u8], from: usize, to: usize) -> u32 {
        if self.plain {
            let part = text.get(from..to.min(text.len())).unwrap_or_default();
            return narrow(memchr::memchr_iter(b'\n', part).count());
        }
        narrow(self.breaks_in(text, from, to).count())
    }

    fn last_in(&self, text: &[u8], from: usize, to: usize) -> Option<usize> {
        if self.plain {
            let part = text.get(from..to.min(text.len())).unwrap_or_default();
            return memchr::memrchr(b'\n', part).map(|at| from + at);
        }
        self.breaks_in(text, from, to).last()
    }

    /// Characters and UTF-16 units before a byte offset.
    fn before(&self, text: &str, offset: usize) -> (u32, u32) {
        let step = (offset / STEP).min(self.marks.len().saturating_sub(1));
        let Some((characters, units)) = self.marks.get(step) else {
            return (narrow(offset), narrow(offset));
        };
        let (more, more_units) = count(text.as_bytes().get(step * STEP..offset).unwrap_or(&[]));
        (characters + more, units + more_units)
    }

    /// Number of lines; a text that ends in a line break has an empty last line.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count as usize + 1
    }

    /// Byte offset at which the 1-based `line` of the indexed text starts, if there is such a
    /// line.
    #[must_use]
    pub fn start_of(&self, text: &str, line: u32) -> Option<usize> {
        let Some(nth) = line.checked_sub(2) else { return (line == 1).then_some(0) };
        let block = self.breaks.partition_point(|before| *before <= nth).checked_sub(1)?;
        let skipped = (nth - self.breaks.get(block)?) as usize;
        let (bytes, from) = (text.as_bytes(), block * BLOCK);
        if self.plain {
            let part = bytes.get(from..).unwrap_or_default();
            return memchr::memchr_iter(b'\n', part).nth(skipped).map(|at| from + at + 1);
        }
        self.breaks_in(bytes, from, from + BLOCK).nth(skipped).map(|at| at + 1)
    }

    /// Byte offsets at which the 1-based lines from `first` to `last` of the indexed text start;
    /// its length for lines that it does not have.
    pub fn starts<'t>(&'t self, text: &'t str, first: u32, last: u32) -> impl Iterator<Item = usize> + 't {
        let start = move |line: u32| self.start_of(text, line).unwrap_or(text.len());
        let next = move |(line, from): &(u32, usize)| {
            let line = line.checked_add(1)?;
            // mostly near; a line may be as long as the text
            let near = self.breaks_in(text.as_bytes(), *from, from.saturating_add(BLOCK)).next();
            Some((line, near.map_or_else(|| start(line), |at| at + 1)))
        };
        iter::successors(Some((first, start(first))), next).take_while(move |(line, _)| *line <= last).map(|(_, at)| at)
    }

    /// The 1-based line of a byte offset of the indexed text.
    #[must_use]
    pub fn line(&self, text: &str, offset: u32) -> u32 {
        self.line_and_start(text, offset).0
    }

    /// The line of an offset, and where it starts.
    fn line_and_start(&self, text: &str, offset: u32) -> (u32, usize) {
        let bytes = text.as_bytes();
        let end = (offset as usize).min(bytes.len());
        let block = end / BLOCK;
        let (from, before) = (block * BLOCK, self.breaks.get(block).copied().unwrap_or(0));
        let line = before + self.count_in(bytes, from, end);
        // the last line break stands in this block, or in the last one before it that has any
        let last = self.last_in(bytes, from, end).or_else(|| {
            let block = self.breaks.partition_point(|earlier| *earlier < before).checked_sub(1)?;
            self.last_in(bytes, block * BLOCK, (block + 1) * BLOCK)
        });
        (line.saturating_add(1), last.map_or(0, |at| at + 1))
    }

    /// The position of a byte offset of the indexed text. Offsets inside a character count as
    /// its start, and offsets past the end as the end, so that no span can make a report fail.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let (line, start) = self.line_and_start(text, offset);
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (from, to) = (self.before(text, start), self.before(text, end));
        Position { line, column: (to.0 - from.0).saturating_add(1), utf16_column: (to.1 - from.1).saturating_add(1) }
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
        assert_eq!(index.start_of(text, 3), Some(10));
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

    /// Texts around the length of a block, and lines longer than several.
    #[test]
    fn every_place_is_where_counting_from_the_start_puts_it() {
        let mut seed = 7_u32;
        let mut next = move |most: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % most
        };
        for length in [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK + 3] {
            for breaks in [vec!["\n"], vec!["\n", "\r\n", "\r"], vec!["\r\n"], vec![]] {
                for rare in [4, 60, 2000] {
                    let mut text = String::new();
                    while text.len() < length {
                        let at = next(rare) as usize;
                        text.push_str(breaks.get(at).copied().unwrap_or(if at.is_multiple_of(7) { "é" } else { "x" }));
                    }
                    let mut starts = vec![0];
                    for (at, char) in text.char_indices() {
                        let after = text.as_bytes().get(at + 1);
                        if char == '\n' || (char == '\r' && after != Some(&b'\n')) {
                            starts.push(at + 1);
                        }
                    }
                    let index = LineIndex::new(&text);
                    assert_eq!(index.count(), starts.len());
                    for (line, start) in (1..).zip(&starts) {
                        assert_eq!(index.start_of(&text, line), Some(*start), "line {line}");
                    }
                    let each = |line| index.start_of(&text, line).unwrap_or(text.len());
                    let count = u32::try_from(starts.len()).unwrap();
                    for (first, last) in
                        [(1, count), (1, 1), (count / 2 + 1, count + 2), (count, count), (count + 1, count + 1)]
                    {
                        let all: Vec<usize> = index.starts(&text, first, last).collect();
                        assert_eq!(all, (first..=last).map(each).collect::<Vec<_>>(), "{first} to {last}");
                    }
                    assert_eq!(index.start_of(&text, 0), None);
                    assert_eq!(index.start_of(&text, u32::try_from(starts.len()).unwrap() + 1), None);
                    for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                        let line = starts.partition_point(|start| *start <= at);
                        let start = starts.get(line - 1).copied().unwrap();
                        let column = text.get(start..at).unwrap().chars().count() + 1;
                        let found = index.position(&text, u32::try_from(at).unwrap());
                        assert_eq!((found.line as usize, found.column as usize), (line, column), "byte {at}");
                    }
                }
            }
        }
    }
}
