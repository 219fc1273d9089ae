//! The report for people. The first line of a finding says all that is needed to act.

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::drawing::Drawer;
use super::excerpt::{Mark, draw};
use super::{Reporter, Run, escape, one_line};
use crate::diagnostic::{Diagnostic, Level};
use crate::lint::{Finding, Severity};
use crate::source::Span;

/// The report for people.
#[derive(Debug, Clone)]
pub struct Human {
    /// Whether to colour.
    pub color: bool,
    /// Whether rule names are links, for terminals that can show them.
    pub links: bool,
    /// Columns to draw in.
    pub width: usize,
    /// Whether to leave the summary out when there is nothing to report.
    pub quiet: bool,
}

impl Reporter for Human {
    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut drawer = Drawer::new(self.color, self.width);
        for diagnostic in run.diagnostics {
            if self.quiet && diagnostic.level != Level::Error {
                continue;
            }
            self.diagnostic(run, &mut drawer, diagnostic, out)?;
        }
        for Alike { first, others } in alike(&run.report.findings) {
            self.finding(run, &mut drawer, first, &others, out)?;
        }
        if !self.quiet || !run.report.findings.is_empty() || run.errors() > 0 {
            self.summary(run, out)?;
        }
        Ok(())
    }
}

/// A finding that is drawn, and others that are told in a line each below it.
struct Alike<'f> {
    first: &'f Finding,
    others: Vec<&'f Finding>,
}

/// This many findings of one rule and severity in one statement, stanza or role are each
/// drawn; of more, the first.
const DRAWN: usize = 2;

fn alike(findings: &[Finding]) -> Vec<Alike<'_>> {
    fn key(finding: &Finding) -> (&str, Severity, Span, &str) {
        (&finding.rule, finding.severity, finding.unit, &finding.unit_name)
    }
    // what leads to a finding step by step is a story of its own
    let foldable = |finding: &&Finding| finding.chain.is_empty();
    let mut counts: FxHashMap<_, usize> = FxHashMap::default();
    for finding in findings.iter().filter(foldable) {
        *counts.entry(key(finding)).or_default() += 1;
    }
    counts.retain(|_, count| *count > DRAWN);
    let mut told: Vec<Alike<'_>> = Vec::with_capacity(findings.len());
    let mut places: FxHashMap<_, usize> = FxHashMap::default();
    for finding in findings {
        let key = Some(key(finding)).filter(|key| foldable(&finding) && counts.contains_key(key));
        if let Some(group) = key.as_ref().and_then(|key| told.get_mut(*places.get(key)?)) {
            group.others.push(finding);
            continue;
        }
        if let Some(key) = key {
            places.insert(key, told.len());
        }
        told.push(Alike { first: finding, others: Vec::new() });
    }
    told
}

impl Human {
    fn finding(
        &self,
        run: &Run<'_>,
        drawer: &mut Drawer,
        finding: &Finding,
        others: &[&Finding],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let style = severity_style(finding.severity);
        let rule = run.rule(&finding.rule);
        let link = rule.and_then(|rule| rule.references.first()).filter(|url| url.starts_with("https://"));
        let id = escape::line(&finding.rule);
        let id = match link {
            Some(url) if self.links => {
                format!("\u{1b}]8;;{}\u{1b}\\{id}\u{1b}]8;;\u{1b}\\", escape::line(url))
            }
            _ => id.into_owned(),
        };
        writeln!(
            out,
            "{}: {}",
            self.paint(style, &format!("{}[{id}]", finding.severity)),
            self.paint(BOLD, &escape::line(&finding.message))
        )?;
        let mut marks = vec![Mark { span: finding.span, label: &finding.label }];
        let same = |span: &Span| span.source == finding.span.source;
        marks.extend(finding.related.iter().filter(|(s, _)| same(s)).map(|(span, label)| Mark { span: *span, label }));
        out.write_all(draw(run, drawer, &marks).as_bytes())?;
        for (span, label) in finding.related.iter().filter(|(span, _)| !same(span)) {
            let place = run.place(*span);
            let at = format!("{}:{}:{}", escape::line(place.name), place.start.line, place.start.column);
            self.footer(out, "see", &format!("{at}: {}", escape::line(label)))?;
        }
        if !finding.chain.is_empty() {
            let links: Vec<_> = finding.chain.iter().map(|link| escape::line(link)).collect();
            self.footer(out, "chain", &links.join(" → "))?;
        }
        if let Some(witness) = &finding.witness {
            self.footer(out, "allows", &escape::line(witness))?;
        }
        if !finding.also.is_empty() {
            let named: Vec<&str> = finding.also.iter().take(4).map(SmolStr::as_str).collect();
            let more = finding.also.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            self.footer(out, "also", &escape::line(&format!("{}{more}", named.join(", "))))?;
        }
        let help = match (&finding.help, &finding.fix) {
            (Some(help), _) => Some(help),
            (None, Some(fix)) => Some(&fix.title),
            (None, None) => None,
        };
        if let Some(help) = help {
            self.footer(out, "help", &escape::line(help))?;
        }
        for (at, other) in others.iter().enumerate() {
            let place = run.place(other.span);
            let file = if same(&other.span) { String::new() } else { format!("{}:", escape::line(place.name)) };
            // the same help need not be read twice
            let text = if other.help == finding.help { other.message.clone() } else { one_line(other) };
            let text = format!("{file}{}:{}: {}", place.start.line, place.start.column, escape::line(&text));
            self.footer(out, if at == 0 { "more" } else { "" }, &text)?;
        }
        writeln!(out)
    }

    fn diagnostic(
        &self,
        run: &Run<'_>,
        drawer: &mut Drawer,
        diagnostic: &Diagnostic,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let style = match diagnostic.level {
            Level::Error => RED,
            Level::Warning => YELLOW,
            Level::Note => BLUE,
        };
        let level = super::json::level_name(diagnostic.level);
        writeln!(
            out,
            "{}: {}",
            self.paint(style, &format!("{level}[{}]", diagnostic.code)),
            self.paint(BOLD, &escape::line(&diagnostic.message))
        )?;
        if let Some(span) = diagnostic.span {
            out.write_all(draw(run, drawer, &[Mark { span, label: "" }]).as_bytes())?;
        }
        if let Some(help) = &diagnostic.help {
            self.footer(out, "help", &escape::line(help))?;
        }
        writeln!(out)
    }

    /// `  name: text`, names aligned, wrapped under the text; a line without name goes on
    /// with what the one before told.
    pub(super) fn footer(&self, out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
        let colon = if name.is_empty() { "" } else { ": " };
        let space = 8_usize.saturating_sub(name.len() + colon.len());
        let (on, off) = if self.color { (format!("\u{1b}[{CYAN}m"), "\u{1b}[0m") } else { (String::new(), "") };
        let mut lines = wrap(text, self.width.saturating_sub(10).max(20));
        writeln!(out, "  {on}{name}{colon}{:space$}{off}{}", "", lines.next().unwrap_or_default())?;
        for line in lines {
            writeln!(out, "{:10}{line}", "")?;
        }
        Ok(())
    }

    fn summary(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let findings = run.report.findings.len();
        let files = count(run.files, "file");
        let mut text = if findings == 0 {
            self.paint(GREEN, "no findings")
        } else {
            let parts: Vec<String> = run
                .counts()
                .into_iter()
                .map(|(severity, n)| self.paint(severity_style(severity), &format!("{n} {severity}")))
                .collect();
            format!("{}: {}", count(findings, "finding"), parts.join(", "))
        };
        text.push_str(" in ");
        text.push_str(&files);
        let suppressed = run.report.suppressed.len();
        if suppressed > 0 {
            text.push_str(", ");
            text.push_str(&suppressed.to_string());
            text.push_str(" ignored");
        }
        let errors = run.errors();
        if errors > 0 {
            text.push_str(", ");
            text.push_str(&self.paint(RED, &count(errors, "error")));
        }
        writeln!(out, "{text}")
    }

    pub(super) fn paint(&self, style: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

const BOLD: &str = "1";
const RED: &str = "1;31";
const YELLOW: &str = "1;33";
const GREEN: &str = "1;32";
const BLUE: &str = "1;34";
const CYAN: &str = "36";
const MAGENTA: &str = "1;35";

fn severity_style(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => MAGENTA,
        Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low => BLUE,
        Severity::Info => CYAN,
    }
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Breaks a text at spaces into lines of at most `width` characters; longer words stay whole.
fn wrap(text: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let (mut end, mut used, mut space) = (0, 0, 0);
        for word in text.split(' ') {
            let length = word.chars().count();
            if used > 0 && used + space + length > width {
                rest = text.get(end + space..);
                break;
            }
            (end, used, space) = (end + space + word.len(), used + space + length, 1);
        }
        text.get(..end)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn wraps_at_spaces_and_keeps_long_words() {
        let wrap = |text, width| super::wrap(text, width).collect::<Vec<_>>();
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
