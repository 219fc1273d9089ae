//! Places in a text as the server counts them.

/// A place in a text, from which line and column are computed only when a message needs
/// them. Each read past the end moves the column on, as it does in the server's scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    offset: u32,
    past: u32,
}

impl Place {
    pub(super) fn new(offset: usize) -> Self {
        Self { offset: u32::try_from(offset).unwrap_or(u32::MAX), past: 0 }
    }

    /// The end of a text, read for the `times`-th time.
    pub(super) fn at_end(len: usize, times: u32) -> Self {
        Self { past: times.saturating_sub(1), ..Self::new(len) }
    }

    /// Byte offset in the text.
    #[must_use]
    pub fn offset(self) -> usize {
        self.offset as usize
    }

    /// 1-based line and column in characters.
    #[must_use]
    pub fn line_and_column(self, text: &str) -> (usize, usize) {
        let before = text.get(..self.offset as usize).unwrap_or(text);
        let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
        let column = before.get(start..).map_or(0, |rest| rest.chars().count()) + 1;
        (line, column + self.past as usize)
    }

    /// `LINE:COL`, as messages print it.
    #[must_use]
    pub fn display(self, text: &str) -> String {
        let (line, column) = self.line_and_column(text);
        format!("{line}:{column}")
    }
}
