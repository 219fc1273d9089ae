//! What comments and configuration ignore.
//!
//! `# overgrant: ignore[rule, rule] reason` silences findings on its own line; alone on a
//! line, those on the next line that is more than a comment. On the line where a stanza,
//! statement or resource starts it silences all of it. Any comment sign of the formats
//! read will do (`#`, `//`, `/*`), also inside embedded text.

use memchr::memmem;

use super::registry::{Engine, Rules};
use super::report::{Ignore, Report, Selection, Suppressed, sort_findings};
use super::{Finding, Inputs, Rule};
use crate::pattern::glob;
use crate::source::{Source, SourceId, Span};

/// A comment that ignores.
#[derive(Debug)]
struct Comment<'a> {
    span: Span,
    /// Names with their places; none for all rules.
    names: Vec<(&'a str, Span)>,
    reason: &'a str,
    /// The line whose findings it silences.
    line: u32,
}

/// Sets ignored findings apart and reports ignores that are wrong or idle.
pub(super) fn apply(inputs: &Inputs<'_>, rules: &Rules, selection: &Selection, findings: Vec<Finding>) -> Report {
    let comments: Vec<(SourceId, Vec<Comment<'_>>)> = if selection.no_inline_ignores {
        Vec::new()
    } else {
        let read = inputs.sources.iter().map(|(id, source)| (id, comments(id, source)));
        read.filter(|(_, list)| !list.is_empty()).collect()
    };
    let mut used: Vec<Vec<bool>> = comments.iter().map(|(_, list)| vec![false; list.len()]).collect();
    let mut report = Report::default();
    for finding in findings {
        let rule = rules.get(&finding.rule).filter(|rule| rule.ignorable);
        let by_comment = rule.and_then(|rule| {
            let at = comments.iter().position(|(id, _)| *id == finding.span.source)?;
            let (_, list) = comments.get(at)?;
            let index = list.iter().position(|comment| comment.silences(inputs, rule, &finding))?;
            if let Some(flag) = used.get_mut(at).and_then(|flags| flags.get_mut(index)) {
                *flag = true;
            }
            list.get(index).map(|comment| (Some(comment.span), comment.reason))
        });
        let by_config = || {
            let rule = rule?;
            let name = inputs.sources.name(finding.span.source);
            let found = selection.ignores.iter().find(|ignore| ignore.silences(rule, name, &finding, selection))?;
            Some((found.span, found.reason.as_str()))
        };
        match by_comment.or_else(by_config) {
            Some((by, reason)) => report.suppressed.push(Suppressed { finding, by, reason: reason.to_owned() }),
            None => report.findings.push(finding),
        }
    }
    let before = report.findings.len();
    for ((_, list), used) in comments.iter().zip(&used) {
        for (comment, used) in list.iter().zip(used) {
            comment.judge(rules, selection, *used, &mut report.findings);
        }
    }
    for ignore in &selection.ignores {
        ignore.judge(rules, selection, &mut report.findings);
    }
    if report.findings.len() > before {
        sort_findings(&mut report.findings);
    }
    report
}

impl Ignore {
    fn expired(&self, selection: &Selection) -> bool {
        // dates of this form compare as texts
        self.expires.as_deref().zip(selection.today.as_deref()).is_some_and(|(last, today)| last < today)
    }

    fn silences(&self, rule: &Rule, source: &str, finding: &Finding, selection: &Selection) -> bool {
        let fits = |pattern: &str, text: &str| pattern.is_empty() || glob::matches(pattern, text);
        !self.expired(selection)
            && (self.rule.is_empty() || rule.is_named_by(&self.rule))
            && (self.path.is_empty() || path_matches(&self.path, source))
            && (fits(&self.unit, &finding.unit_name) || fits(&self.unit, &finding.address))
    }

    fn judge(&self, rules: &Rules, selection: &Selection, out: &mut Vec<Finding>) {
        let Some(span) = self.span else { return };
        if !self.rule.is_empty() && !rules.iter().any(|rule| rule.is_named_by(&self.rule)) {
            unknown_rule(rules, selection, &self.rule, span, out);
        }
        if self.expired(selection)
            && let Some(rule) = running(rules, selection, "cross/unused-ignore")
        {
            let last = self.expires.as_deref().unwrap_or_default();
            let message = format!("this ignore of `{}` ended on {last}; remove it or give it a new day", self.rule);
            out.push(plain(rule, message, span));
        }
    }
}

/// A glob over a path: `*` stays within a segment, `**` does not; a pattern without a
/// slash fits the file's name in any directory.
fn path_matches(pattern: &str, path: &str) -> bool {
    let built = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    let Ok(built) = built else { return false };
    let matcher = built.compile_matcher();
    matcher.is_match(path)
        || (!pattern.contains('/') && path.rsplit('/').next().is_some_and(|name| matcher.is_match(name)))
}

impl Comment<'_> {
    fn silences(&self, inputs: &Inputs<'_>, rule: &Rule, finding: &Finding) -> bool {
        if !self.names.is_empty() && !self.names.iter().any(|(name, _)| rule.is_named_by(name)) {
            return false;
        }
        let lines = |span: Span| inputs.sources.positions(span).map(|(start, end)| (start.line, end.line));
        let on = lines(finding.span).is_some_and(|(start, end)| start <= self.line && self.line <= end);
        let heads = lines(finding.unit).is_some_and(|(start, _)| start == self.line);
        on || heads || finding.span.contains(self.span)
    }

    fn judge(&self, rules: &Rules, selection: &Selection, used: bool, out: &mut Vec<Finding>) {
        let mut all_known = true;
        for (name, span) in &self.names {
            if !rules.iter().any(|rule| rule.is_named_by(name)) {
                all_known = false;
                unknown_rule(rules, selection, name, *span, out);
            }
        }
        // an ignore can be called idle only where every rule it names has run
        let ran = |rule: &Rule| selection.runs(rule);
        let named = |rule: &&Rule| self.names.is_empty() || self.names.iter().any(|(name, _)| rule.is_named_by(name));
        if used || !all_known || !rules.iter().filter(named).all(ran) {
            return;
        }
        if let Some(rule) = running(rules, selection, "cross/unused-ignore") {
            out.push(plain(rule, "this ignore silences nothing; remove it", self.span));
        }
    }
}

fn unknown_rule(rules: &Rules, selection: &Selection, name: &str, span: Span, out: &mut Vec<Finding>) {
    let Some(rule) = running(rules, selection, "cross/unknown-ignore") else { return };
    let mut finding = plain(rule, format!("there is no rule `{name}`, so this ignores nothing"), span);
    let similar: Vec<String> = rules.similar(name).into_iter().map(|rule| format!("`{}`", rule.id)).collect();
    if !similar.is_empty() {
        finding.help(format!("did you mean {}?", similar.join(" or ")));
    }
    out.push(finding);
}

/// The rule of that id, if it is one of ignores and runs.
fn running<'r>(rules: &'r Rules, selection: &Selection, id: &str) -> Option<&'r Rule> {
    let entry = rules.entries.iter().find(|entry| entry.rule.id == id)?;
    (matches!(entry.engine, Engine::Ignores) && selection.runs(&entry.rule)).then_some(&entry.rule)
}

fn plain(rule: &Rule, message: impl Into<String>, span: Span) -> Finding {
    let mut finding = Finding::new(rule.id.clone(), rule.severity, message, span);
    finding.confidence = rule.confidence;
    finding
}

/// The ignoring comments of a text, in order.
fn comments(id: SourceId, source: &Source) -> Vec<Comment<'_>> {
    const MARK: &str = "overgrant: ignore";
    let text = source.text();
    memmem::find_iter(text.as_bytes(), MARK).filter_map(|at| comment(id, source, at, at + MARK.len())).collect()
}

fn comment(id: SourceId, source: &Source, at: usize, after: usize) -> Option<Comment<'_>> {
    let text = source.text();
    let line_start = text.get(..at)?.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let before = text.get(line_start..at)?.trim_end();
    let code = ["#", "//", "/*", "--", "<!--"].iter().find_map(|sign| before.strip_suffix(sign))?;
    let line_end = text.get(after..)?.find(['\n', '\r']).map_or(text.len(), |len| after + len);
    let tail = text.get(after..line_end)?;
    let (names, reason) = match tail.strip_prefix('[') {
        Some(list) => {
            let (list, reason) = list.split_once(']')?;
            let mut names = Vec::new();
            let mut from = after + 1;
            for part in list.split(',') {
                let lead = part.len() - part.trim_start().len();
                let name = part.trim();
                if !name.is_empty() {
                    names.push((name, Span::new(id, from + lead, from + lead + name.len())));
                }
                from += part.len() + 1;
            }
            (names, reason)
        }
        None => (Vec::new(), tail),
    };
    let own = source.lines().position(text, u32::try_from(at).ok()?).line;
    let alone = code.trim().trim_matches(['#', '/', '*']).is_empty();
    let line = if alone { next_code_line(source, own) } else { own };
    let reason = reason.trim().trim_end_matches("*/").trim_end_matches("-->").trim();
    Some(Comment { span: Span::new(id, at, line_end), names, reason, line })
}

/// The next line after `line` that holds more than a comment or blanks.
fn next_code_line(source: &Source, line: u32) -> u32 {
    let Some(start) = source.lines().start_of(source.text(), line + 1) else { return line };
    let rest = source.text().get(start..).unwrap_or("");
    let comment = |text: &str| text.is_empty() || text.starts_with('#') || text.starts_with("//");
    let skipped = rest.lines().take_while(|text| comment(text.trim())).count();
    line.saturating_add(1).saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX))
}
