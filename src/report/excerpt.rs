//! The lines of a source around marked places.
//!
//! What is drawn is always a small, harmless copy: a few lines, long ones cut, control
//! characters replaced byte for byte. A minified plan of 60 MB costs no more than a
//! policy, and no file can send anything to the terminal.

use std::borrow::Cow;

use super::drawing::{Drawer, Label, Lines};
use super::{Run, escape};
use crate::source::{SourceId, Span};

/// Marked places further apart than this many lines are drawn apart.
const GAP: u32 = 4;
/// A marked place of more lines than this is marked at its first line only.
const MAX_LINES: u32 = 6;
/// Longer lines are cut to the neighbourhood of the mark.
const MAX_COLUMNS: usize = 200;
/// Bytes shown before and after a mark in a cut line.
const NEIGHBOURHOOD: usize = 60;

/// Bytes that most drawings take.
const USUAL: usize = 1 << 10;

/// A marked place.
#[derive(Debug, Clone)]
pub(super) struct Mark<'a> {
    pub(super) span: Span,
    pub(super) label: &'a str,
}

/// Draws the marked places, the first one first; all must lie in the source of the first.
pub(super) fn draw(run: &Run<'_>, drawer: &mut Drawer, marks: &[Mark<'_>]) -> String {
    let mut out = String::with_capacity(USUAL);
    let Some(primary) = marks.first() else { return out };
    let marks: Vec<Cut<'_>> =
        marks.iter().filter(|m| m.span.source == primary.span.source).filter_map(|mark| cut(run, mark)).collect();
    for cluster in clusters(marks) {
        match excerpt(run, &cluster) {
            // a part of a long line, such as a plan's, is like no other
            Some(Excerpt { place, lines, part: true }) => drawer.draw_once(&place, &lines, &mut out),
            Some(Excerpt { place, lines, part: false }) => drawer.draw(&place, lines, &mut out),
            None => {}
        }
    }
    out
}

/// A mark, cut to what is drawn of it.
struct Cut<'a> {
    span: Span,
    first_line: u32,
    last_line: u32,
    label: &'a str,
    primary: bool,
}

fn cut<'a>(run: &Run<'_>, mark: &Mark<'a>) -> Option<Cut<'a>> {
    let source = run.sources.get(mark.span.source)?;
    let line = |offset: u32| source.lines().line(source.text(), offset);
    let (first_line, mut last_line) = (line(mark.span.start), line(mark.span.end));
    let mut span = mark.span;
    if last_line - first_line >= MAX_LINES {
        let next = source.lines().start_of(source.text(), first_line + 1)?;
        let line = run.sources.text(span.source).get(span.start as usize..next)?;
        span = Span::new(span.source, span.start as usize, span.start as usize + line.trim_end().len());
        last_line = first_line;
    }
    Some(Cut { span, first_line, last_line, label: mark.label, primary: false })
}

/// Groups marks whose lines are near each other. The group of the first mark comes first,
/// the others in order of place.
fn clusters(mut marks: Vec<Cut<'_>>) -> Vec<Vec<Cut<'_>>> {
    if let Some(first) = marks.first_mut() {
        first.primary = true;
    }
    marks.sort_by_key(|mark| (mark.first_line, mark.span.start, !mark.primary));
    let mut groups: Vec<Vec<Cut<'_>>> = Vec::new();
    for mark in marks {
        let near = groups
            .last()
            .and_then(|group| group.iter().map(|m| m.last_line).max())
            .is_some_and(|last| mark.first_line <= last.saturating_add(GAP));
        match groups.last_mut() {
            Some(group) if near => group.push(mark),
            _ => groups.push(vec![mark]),
        }
    }
    groups.sort_by_key(|group| !group.iter().any(|mark| mark.primary));
    groups
}

/// What is drawn of a source.
struct Excerpt {
    /// The place of the first mark, as a person reads it.
    place: String,
    /// The lines around the marks.
    lines: Lines,
    /// Whether they are a part of one line.
    part: bool,
}

fn excerpt(run: &Run<'_>, marks: &[Cut<'_>]) -> Option<Excerpt> {
    let first = marks.iter().find(|m| m.primary).or_else(|| marks.first())?;
    let source = run.sources.get(first.span.source)?;
    let (text, lines) = (source.text(), source.lines());
    let first_line = marks.iter().map(|m| m.first_line).min()?.saturating_sub(1).max(1);
    let last_line = marks.iter().map(|m| m.last_line).max()?.saturating_add(1);
    let line_start = |line: u32| lines.start_of(text, line).unwrap_or(text.len());
    let starts: Vec<usize> = lines.starts(text, first_line, last_line.saturating_add(1)).collect();
    let (mut start, mut end) = (*starts.first()?, *starts.last()?);
    let mut line = first_line;
    let long = starts.windows(2).any(|pair| matches!(pair, [from, to] if to.saturating_sub(*from) > MAX_COLUMNS));
    if long {
        // Only the neighbourhood of the mark, inside its own line.
        line = first.first_line;
        let from = line_start(first.first_line);
        let to = line_start(first.first_line + 1);
        let mark_end = (first.span.end as usize).min(first.span.start as usize + 2 * NEIGHBOURHOOD);
        start = text.floor_char_boundary((first.span.start as usize).saturating_sub(NEIGHBOURHOOD).max(from));
        end = text.ceil_char_boundary((mark_end + NEIGHBOURHOOD).min(to));
    }
    if let Some(window) = run.report.window(first.span) {
        let clipped = (window.start as usize).max(start);
        line += u32::try_from(text.get(start..clipped)?.matches('\n').count()).ok()?;
        start = clipped;
        end = end.min(window.end as usize);
    }
    let shown = text.get(start..end)?.trim_end_matches(['\n', '\r']);
    let place = run.place(first.span);
    let labels = marks
        .iter()
        .filter_map(|mark| {
            // What is wrong at the end of a text is shown behind its last line.
            let from = (mark.span.start as usize).checked_sub(start)?.min(shown.len());
            let to = (mark.span.end as usize).saturating_sub(start).min(shown.len());
            // An empty place is shown as one column.
            let length = to.saturating_sub(from).max(usize::from(from < shown.len()));
            let text = (!mark.label.is_empty()).then(|| escape::line(mark.label).into_owned());
            Some(Label { text, from, length, primary: mark.primary })
        })
        .collect();
    let place = format!("{}:{}:{}", escape::line(place.name), place.start.line, place.start.column);
    let text = escape::same_length(&masked(run, first.span.source, start, shown)).into_owned();
    Some(Excerpt { place, lines: Lines { text, first: line as usize, labels }, part: long })
}

/// The text at `start` of a source with credentials made unreadable, byte for byte. A few
/// characters stay where the credential is long, so that its owner knows which it is.
fn masked<'t>(run: &Run<'_>, source: SourceId, start: usize, shown: &'t str) -> Cow<'t, str> {
    let secrets = run.report.secrets_in(Span::new(source, start, start + shown.len()));
    if secrets.is_empty() {
        return Cow::Borrowed(shown);
    }
    let mut bytes = shown.as_bytes().to_vec();
    for span in secrets {
        let from = (span.start as usize).saturating_sub(start);
        let to = (span.end as usize).saturating_sub(start).min(bytes.len());
        let quoted = usize::from(matches!(bytes.get(from), Some(b'"' | b'\'')));
        let kept = quoted + if span.len() >= 20 { 4 } else { 0 };
        let kept = if (span.start as usize) < start { 0 } else { kept };
        for byte in bytes.iter_mut().take(to).skip(from + kept) {
            if !matches!(*byte, b'\n' | b'\r' | b' ' | b'"' | b'\'') {
                *byte = b'*';
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
