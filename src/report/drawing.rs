//! Lines with marks in them, drawn by miette.

use std::fmt::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};
use rustc_hash::FxHashMap;

/// Lines to draw, harmless to a terminal.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Lines {
    /// The lines.
    pub(super) text: String,
    /// The number of the first line.
    pub(super) first: usize,
    /// What is marked in them.
    pub(super) labels: Vec<Label>,
}

impl Lines {
    /// How many there are.
    fn count(&self) -> usize {
        let text = self.text.as_bytes();
        let open = text.last().is_some_and(|last| *last != b'\n');
        memchr::memchr_iter(b'\n', text).count() + usize::from(open)
    }
}

/// A marked place.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Label {
    /// What is said of it.
    pub(super) text: Option<String>,
    /// Where it starts in the text, in bytes.
    pub(super) from: usize,
    /// Its length in bytes.
    pub(super) length: usize,
    /// Whether it is what the drawing is about.
    pub(super) primary: bool,
}

/// Bytes of drawings that are remembered.
const MOST: usize = 8 << 20;

/// Stands for the place while miette draws; no text to draw holds it.
const PLACE: &str = "\u{0}";

/// Draws lines, and remembers what it drew: versions of a policy, and policies made alike,
/// are faulted for the same things in the same lines, if not always at the same place.
#[derive(Debug)]
pub(super) struct Drawer {
    handler: GraphicalReportHandler,
    drawn: FxHashMap<Lines, Drawing>,
    size: usize,
}

impl Drawer {
    /// A drawer for `width` columns. It depends on nothing outside: no environment, no
    /// terminal.
    pub(super) fn new(color: bool, width: usize) -> Self {
        let theme = GraphicalTheme {
            characters: ThemeCharacters::unicode(),
            styles: if color { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_wrap_lines(false)
            .with_links(false)
            .with_urls(false)
            .tab_width(4)
            .without_cause_chain()
            .without_primary_span_start()
            .without_syntax_highlighting();
        Self { handler, drawn: FxHashMap::default(), size: 0 }
    }

    /// Adds the drawing of lines that hardly stand anywhere else, which is not remembered.
    pub(super) fn draw_once(&self, place: &str, lines: &Lines, out: &mut String) {
        out.push_str(&self.render(lines).replacen(PLACE, place, 1));
    }

    /// Adds the drawing of `lines` under the name of their place.
    pub(super) fn draw(&mut self, place: &str, mut lines: Lines, out: &mut String) {
        let own = lines.first;
        lines.first = stand_in(own, lines.count());
        if let Some(drawing) = self.drawn.get(&lines) {
            return drawing.write(place, own, out);
        }
        let text = self.render(&lines);
        let drawing = Drawing::of(&text, lines.first);
        drawing.write(place, own, out);
        self.size += text.len() + lines.text.len();
        if self.size > MOST {
            self.drawn.clear();
            self.size = 0;
        }
        self.drawn.insert(lines, drawing);
    }

    fn render(&self, lines: &Lines) -> String {
        let (mut report, mut drawing) = (String::new(), String::new());
        if self.handler.render_report(&mut report, &Excerpt(lines)).is_ok() {
            // The message has been written already, with everything a reader needs on its line.
            for line in report.lines().skip(1) {
                drawing.push_str(line.trim_end());
                drawing.push('\n');
            }
        }
        drawing
    }
}

/// What was drawn, without the place and the numbers of its lines.
#[derive(Debug)]
struct Drawing {
    /// What stands before the place.
    head: String,
    /// What stands behind the place, then behind each number; nothing where there is no place.
    parts: Vec<String>,
}

impl Drawing {
    /// Takes the place out of what was drawn, and the numbers from `first` on.
    fn of(text: &str, first: usize) -> Self {
        let Some((head, rest)) = text.split_once(PLACE) else {
            return Self { head: text.to_owned(), parts: Vec::new() };
        };
        let (mut parts, mut part, mut number) = (Vec::new(), String::new(), first);
        for line in rest.split_inclusive('\n') {
            let digits = number.to_string();
            if let Some((before, after)) = around_number(line, &digits) {
                part.push_str(before);
                parts.push(std::mem::replace(&mut part, after.to_owned()));
                number += 1;
            } else {
                part.push_str(line);
            }
        }
        parts.push(part);
        Self { head: head.to_owned(), parts }
    }

    /// Writes it with a place and the numbers from `first` on.
    fn write(&self, place: &str, first: usize, out: &mut String) {
        out.push_str(&self.head);
        let Some((behind, rest)) = self.parts.split_first() else { return };
        out.push_str(place);
        out.push_str(behind);
        let width = (first + rest.len().saturating_sub(1)).max(1).ilog10() as usize + 1;
        for (number, part) in (first..).zip(rest) {
            // to write to a string does not fail
            let _ = write!(out, "{number:width$}");
            out.push_str(part);
        }
    }
}

/// What stands around the number of a drawn line, if it has that one: it stands before a
/// bar, perhaps in colour.
fn around_number<'l>(line: &'l str, digits: &str) -> Option<(&'l str, &'l str)> {
    let (gutter, _) = line.split_once('│')?;
    let plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '\u{1b}' | '[' | ';' | 'm');
    let at = gutter.chars().all(plain).then(|| gutter.rfind(digits)).flatten()?;
    Some((line.get(..at)?, line.get(at + digits.len()..)?))
}

/// Another number for the first of `count` lines, the same for all that need as many columns
/// for their numbers, and the number itself where those of no other lines would.
fn stand_in(first: usize, count: usize) -> usize {
    let last = first + count.saturating_sub(1);
    let least = 10_usize.pow(last.max(1).ilog10());
    if least + count <= least * 10 { least } else { first }
}

/// What miette draws: its own text, under a name that stands for the place.
#[derive(Debug)]
struct Excerpt<'l>(&'l Lines);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt<'_> {}

impl miette::Diagnostic for Excerpt<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.labels.iter().map(|label| {
            let (text, span) = (label.text.clone(), SourceSpan::from((label.from, label.length)));
            if label.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.0.text;
        Ok(Box::new(MietteSpanContents::new_named(
            PLACE.to_owned(),
            text.as_bytes(),
            SourceSpan::from((0, text.len())),
            self.0.first - 1,
            0,
            self.0.count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_drawing_is_what_miette_draws_there() {
        let text = "alpha 1\n  2 │ beta\n[3m gamma\n\ndelta";
        let label =
            |text: Option<&str>, from, length, primary| Label { text: text.map(str::to_owned), from, length, primary };
        let labelled = [
            vec![label(Some("here"), 0, 5, true)],
            vec![label(None, 0, 5, true), label(Some("9 │ 10"), 14, 4, false)],
            vec![label(Some("from here to there"), 6, 20, true), label(Some("2"), 0, 1, false)],
            vec![label(Some("the end"), text.len(), 0, true)],
        ];
        for color in [false, true] {
            let mut drawer = Drawer::new(color, 100);
            for labels in &labelled {
                for first in [1, 2, 5, 6, 9, 10, 11, 94, 95, 96, 99, 100, 995, 996, 997, 1000, 10, 1] {
                    let lines = || {
                        let labels = labels.iter();
                        let labels = labels.map(|l| label(l.text.as_deref(), l.from, l.length, l.primary)).collect();
                        Lines { text: text.to_owned(), first, labels }
                    };
                    let expected = drawer.render(&lines()).replace(PLACE, "p.json:1:2");
                    assert!(expected.lines().filter(|line| line.contains(" │")).count() >= 5, "{expected}");
                    let mut drawn = String::new();
                    drawer.draw("p.json:1:2", lines(), &mut drawn);
                    assert_eq!(drawn, expected, "line {first}");
                }
            }
            // lines 1, 2 and 5; 6 to 9 are told as they are
            assert!(drawer.drawn.len() < 12 * labelled.len(), "{}", drawer.drawn.len());
        }
    }

    #[test]
    fn the_numbers_of_a_stand_in_take_as_many_columns() {
        for first in 1..1200 {
            for count in 0..30 {
                let other = stand_in(first, count);
                let last = |first: usize| (first + count.saturating_sub(1)).to_string().len();
                assert_eq!(last(other), last(first), "{count} lines from {first}");
            }
        }
    }
}
