//! GitHub's `primaryLocationLineHash`: what keeps a code scanning alert the same alert
//! while lines are added above it.

use rustc_hash::FxHashMap;

/// Characters hashed from the start of each line on.
const BLOCK: usize = 100;
const FACTOR: i64 = 37;
/// Ends the text.
const EOF: u16 = 0xffff;

/// The hash of each wanted line (1-based), as `hash:count` where count tells lines with
/// equal hashes apart.
///
/// Rolling hash h = 37·h + c over the 100 UTF-16 units from the start of the line, blanks
/// and tabs skipped, every line end counted as one LF, one 0xFFFF at the end of the text
/// and zeros after it, in wrapping 64-bit arithmetic (spec: linter-conventions 3, after
/// the upload action that computes it where a file has none).
#[must_use]
pub(super) fn line_hashes(text: &str, wanted: &[u32]) -> FxHashMap<u32, String> {
    let mut hasher = Hasher {
        window: [0; BLOCK],
        lines: [0; BLOCK],
        index: 0,
        hash: 0,
        oldest: (0..BLOCK).fold(1, |power: i64, _| power.wrapping_mul(FACTOR)),
        seen: FxHashMap::default(),
        wanted: wanted.iter().map(|line| (*line, String::new())).collect(),
    };
    let mut line = 0;
    let mut at_start = true;
    let mut after_cr = false;
    for unit in text.encode_utf16().chain(std::iter::once(EOF)) {
        let was_cr = std::mem::replace(&mut after_cr, unit == 0x0d);
        let unit = match unit {
            0x20 | 0x09 => continue,
            0x0a if was_cr => continue,
            0x0d => 0x0a,
            other => other,
        };
        hasher.flush();
        if at_start {
            line += 1;
            hasher.mark(line);
        }
        at_start = unit == 0x0a;
        hasher.push(unit);
    }
    for _ in 0..BLOCK {
        hasher.flush();
        hasher.push(0);
    }
    hasher.wanted.retain(|_, hash| !hash.is_empty());
    hasher.wanted
}

struct Hasher {
    /// The last [`BLOCK`] characters.
    window: [u16; BLOCK],
    /// The line that starts at that place of the window; 0 for none.
    lines: [u32; BLOCK],
    index: usize,
    hash: i64,
    /// The factor of the oldest character in the window.
    oldest: i64,
    seen: FxHashMap<i64, u32>,
    wanted: FxHashMap<u32, String>,
}

impl Hasher {
    /// If a line starts at the place that is about to be overwritten, its hash is done.
    fn flush(&mut self) {
        let Some(line) = self.lines.get_mut(self.index).map(std::mem::take).filter(|line| *line > 0) else { return };
        let count = self.seen.entry(self.hash).or_default();
        *count += 1;
        if let Some(hash) = self.wanted.get_mut(&line) {
            *hash = format!("{:x}:{count}", self.hash.cast_unsigned());
        }
    }

    fn mark(&mut self, line: u32) {
        if let Some(place) = self.lines.get_mut(self.index) {
            *place = line;
        }
    }

    fn push(&mut self, unit: u16) {
        let Some(place) = self.window.get_mut(self.index) else { return };
        let left = std::mem::replace(place, unit);
        self.hash = FACTOR
            .wrapping_mul(self.hash)
            .wrapping_add(i64::from(unit))
            .wrapping_sub(self.oldest.wrapping_mul(i64::from(left)));
        self.index = (self.index + 1) % BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let wanted: Vec<u32> = (1..=20).collect();
        let hashes = line_hashes(text, &wanted);
        wanted.iter().filter_map(|line| hashes.get(line).cloned()).collect()
    }

    /// The definition, without a window: for each line the first 100 kept characters.
    fn naive(text: &str) -> Vec<String> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let kept: Vec<u16> =
            text.encode_utf16().filter(|u| !matches!(u, 0x20 | 0x09)).chain(std::iter::once(EOF)).collect();
        let mut starts = vec![0];
        starts
            .extend(kept.iter().enumerate().filter(|(at, u)| **u == 0x0a && at + 1 < kept.len()).map(|(at, _)| at + 1));
        let mut seen: Vec<i64> = Vec::new();
        starts
            .iter()
            .map(|start| {
                let hash = (0..BLOCK).fold(0i64, |h, n| {
                    let unit = kept.get(start + n).copied().unwrap_or(0);
                    h.wrapping_mul(FACTOR).wrapping_add(i64::from(unit))
                });
                seen.push(hash);
                let count = seen.iter().filter(|h| **h == hash).count();
                format!("{:x}:{count}", hash.cast_unsigned())
            })
            .collect()
    }

    #[test]
    fn agrees_with_the_published_values() {
        assert_eq!(all(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            all(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
    }

    #[test]
    fn equal_lines_are_counted() {
        let text = format!("{0}\n{0}\n", "x".repeat(120));
        let hashes = all(&text);
        assert!(hashes.first().unwrap().ends_with(":1"));
        assert_eq!(hashes.get(1).unwrap().strip_suffix(":2"), hashes.first().unwrap().strip_suffix(":1"));
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_the_definition(text in "([ab \t]|\r\n|\r|\n|\u{e9}|\u{1f600}){0,300}") {
            let lines = naive(&text);
            let wanted: Vec<u32> = (1..=u32::try_from(lines.len()).unwrap()).collect();
            let hashes = line_hashes(&text, &wanted);
            for (line, expected) in wanted.iter().zip(&lines) {
                proptest::prop_assert_eq!(hashes.get(line), Some(expected));
            }
        }
    }
}
