//! What comments and configuration ignore.
//!
//! `# overgrant: ignore[rule, rule] reason` silences findings on its own line; alone on a
//! line, those on the next line that is more than a comment. On the line where a stanza,
//! statement or resource starts it silences all of it. Any comment sign of the formats
//! read will do (`#`, `//`, `/*`), also inside embedded text.

use std::ops::Range;

use globset::GlobMatcher;
use memchr::memmem;
use rustc_hash::FxHashMap;

use super::registry::{Engine, Rules};
use super::report::{Ignore, Report, Selection, Suppressed, sort_findings};
use super::{Finding, Inputs, Rule};
use crate::pattern::glob;
use crate::source::{Source, SourceId, Span};

/// How many characters of a reason are kept: the rest of a line may be anything.
const REASON: usize = 1000;

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
    let comments: Vec<(SourceId, Comments<'_>)> = if selection.no_inline_ignores {
        Vec::new()
    } else {
        let read = inputs.sources.iter().map(|(id, source)| (id, comments(id, source)));
        read.filter(|(_, list)| !list.is_empty()).map(|(id, list)| (id, Comments::new(list))).collect()
    };
    let mut paths = Paths::new(&selection.ignores);
    let mut used: Vec<Vec<bool>> = comments.iter().map(|(_, of)| vec![false; of.list.len()]).collect();
    let mut report = Report::default();
    for finding in findings {
        let rule = rules.get(&finding.rule).filter(|rule| rule.ignorable);
        let by_comment = rule.and_then(|rule| {
            let at = comments.binary_search_by_key(&finding.span.source, |(id, _)| *id).ok()?;
            let (_, of) = comments.get(at)?;
            let index = of.silencing(inputs, rule, &finding)?;
            if let Some(flag) = used.get_mut(at).and_then(|flags| flags.get_mut(index)) {
                *flag = true;
            }
            of.list.get(index).map(|comment| (Some(comment.span), comment.reason))
        });
        let mut by_config = || {
            let rule = rule?;
            let name = inputs.sources.name(finding.span.source);
            let among = paths.of(finding.span.source, name).iter().filter_map(|at| selection.ignores.get(*at));
            let found = among.into_iter().find(|ignore| ignore.silences(rule, &finding, selection))?;
            Some((found.span, found.reason.as_str()))
        };
        match by_comment.or_else(&mut by_config) {
            Some((by, reason)) => report.suppressed.push(Suppressed { finding, by, reason: reason.to_owned() }),
            None => report.findings.push(finding),
        }
    }
    let before = report.findings.len();
    for ((_, of), used) in comments.iter().zip(&used) {
        for (comment, used) in of.list.iter().zip(used) {
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

    /// Whether it silences a finding at a path that it is for.
    fn silences(&self, rule: &Rule, finding: &Finding, selection: &Selection) -> bool {
        let fits = |pattern: &str, text: &str| pattern.is_empty() || glob::matches(pattern, text);
        !self.expired(selection)
            && (self.rule.is_empty() || rule.is_named_by(&self.rule))
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

/// The globs of the paths that ignores are for, each read once, and those of each source.
struct Paths {
    globs: Vec<Option<PathGlob>>,
    of: FxHashMap<SourceId, Vec<usize>>,
}

impl Paths {
    fn new(ignores: &[Ignore]) -> Self {
        let glob = |ignore: &Ignore| (!ignore.path.is_empty()).then(|| PathGlob::new(&ignore.path));
        Self { globs: ignores.iter().map(glob).collect(), of: FxHashMap::default() }
    }

    /// Which ignores are for a source, in their order.
    fn of(&mut self, source: SourceId, name: &str) -> &[usize] {
        let globs = &self.globs;
        self.of.entry(source).or_insert_with(|| {
            let fits = |glob: &Option<PathGlob>| glob.as_ref().is_none_or(|glob| glob.matches(name));
            globs.iter().enumerate().filter(|(_, glob)| fits(glob)).map(|(at, _)| at).collect()
        })
    }
}

/// A glob over a path: `*` stays within a segment, `**` does not; a pattern without a
/// slash fits the file's name in any directory.
struct PathGlob {
    matcher: Option<GlobMatcher>,
    anywhere: bool,
}

impl PathGlob {
    fn new(pattern: &str) -> Self {
        let built = globset::GlobBuilder::new(pattern).literal_separator(true).build();
        Self { matcher: built.ok().map(|glob| glob.compile_matcher()), anywhere: !pattern.contains('/') }
    }

    fn matches(&self, path: &str) -> bool {
        let Some(matcher) = &self.matcher else { return false };
        matcher.is_match(path) || (self.anywhere && path.rsplit('/').next().is_some_and(|name| matcher.is_match(name)))
    }
}

/// The comments of a source, in order.
struct Comments<'a> {
    list: Vec<Comment<'a>>,
    /// The line that each silences, in the order of lines.
    lines: Vec<(u32, usize)>,
}

impl<'a> Comments<'a> {
    fn new(list: Vec<Comment<'a>>) -> Self {
        let mut lines: Vec<_> = list.iter().enumerate().map(|(at, comment)| (comment.line, at)).collect();
        lines.sort_unstable();
        Self { list, lines }
    }

    /// The one that silences a finding: on one of its lines, on the line where its unit
    /// starts, or inside of it.
    fn silencing(&self, inputs: &Inputs<'_>, rule: &Rule, finding: &Finding) -> Option<usize> {
        let lines = |span: Span| inputs.sources.positions(span).map(|(start, end)| (start.line, end.line));
        let names = |at: &usize| self.list.get(*at).is_some_and(|comment| comment.names(rule));
        let on = |(start, end): (u32, u32)| {
            let from = self.lines.partition_point(|(line, _)| *line < start);
            let to = self.lines.partition_point(|(line, _)| *line <= end);
            self.lines.get(from..to)?.iter().map(|(_, at)| *at).find(&names)
        };
        let inside = || {
            let from = self.list.partition_point(|comment| comment.span.start < finding.span.start);
            let to = self.list.partition_point(|comment| comment.span.end <= finding.span.end);
            (from..to).find(&names)
        };
        let heads = || on(lines(finding.unit).map(|(start, _)| (start, start))?);
        [lines(finding.span).and_then(on), heads(), inside()].into_iter().flatten().min()
    }
}

impl Comment<'_> {
    fn names(&self, rule: &Rule) -> bool {
        self.names.is_empty() || self.names.iter().any(|(name, _)| rule.is_named_by(name))
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
    let mut line = 0..0;
    let mut run = 0..0;
    let found = memmem::find_iter(text.as_bytes(), MARK).filter_map(|at| {
        // many may stand on one line
        if at >= line.end {
            let start = text.get(line.end..at)?.rfind(['\n', '\r']).map_or(line.end, |end| line.end + end + 1);
            line = start..text.get(at..)?.find(['\n', '\r']).map_or(text.len(), |len| at + len);
        }
        comment(id, source, line.clone(), at..at + MARK.len(), &mut run)
    });
    found.collect()
}

/// The comment whose mark stands on a line. `run` goes from the last comment on a line of
/// its own to the line that it silences; all lines between are comments.
fn comment<'a>(
    id: SourceId,
    source: &'a Source,
    line: Range<usize>,
    mark: Range<usize>,
    run: &mut Range<u32>,
) -> Option<Comment<'a>> {
    let text = source.text();
    let (at, after) = (mark.start, mark.end);
    let before = text.get(line.start..at)?.trim_end();
    let code = ["#", "//", "/*", "--", "<!--"].iter().find_map(|sign| before.strip_suffix(sign))?;
    let tail = text.get(after..line.end)?;
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
    let silenced = match alone {
        true if run.contains(&own) => run.end,
        true => {
            *run = own..next_code_line(source, own);
            run.end
        }
        false => own,
    };
    let reason = shortened(reason).trim().trim_end_matches("*/").trim_end_matches("-->").trim();
    Some(Comment { span: Span::new(id, at, line.end), names, reason, line: silenced })
}

/// The start of a text, where it is longer than any reason.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(REASON).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The next line after `line` that holds more than a comment or blanks.
fn next_code_line(source: &Source, line: u32) -> u32 {
    let Some(start) = source.lines().start_of(source.text(), line + 1) else { return line };
    let rest = source.text().get(start..).unwrap_or("");
    let comment = |text: &str| text.is_empty() || text.starts_with('#') || text.starts_with("//");
    let skipped = rest.lines().take_while(|text| comment(text.trim())).count();
    line.saturating_add(1).saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX))
}
