//! What a run of the rules gives back, and what may be asked of it.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Confidence, Finding, Rule, Rules, Severity};
use crate::source::{SourceId, Span};

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What holds, in the order of place.
    pub findings: Vec<Finding>,
    /// What holds but was ignored, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// Places of credentials, in order, none inside another: no report shows what stands there.
    pub secrets: Vec<Span>,
    /// Texts that a tool wrote with every value there is: around a finding in them no more
    /// is shown than the window it lies in.
    pub machine_made: Vec<SourceId>,
    /// The windows, in order: the arguments that findings are in.
    pub windows: Vec<Span>,
}

impl Report {
    /// The credentials that stand in these bytes of a source, at least in part.
    #[must_use]
    pub fn secrets_in(&self, place: Span) -> &[Span] {
        let from = self.secrets.partition_point(|span| (span.source, span.end) <= (place.source, place.start));
        let to = self.secrets.partition_point(|span| (span.source, span.start) < (place.source, place.end));
        self.secrets.get(from..to).unwrap_or_default()
    }

    /// How much may be shown around a place; none for no limit.
    #[must_use]
    pub fn window(&self, place: Span) -> Option<Span> {
        self.machine_made.binary_search(&place.source).ok()?;
        let after = self.windows.partition_point(|window| (window.source, window.start) <= (place.source, place.start));
        let around = after.checked_sub(1).and_then(|at| self.windows.get(at));
        Some(around.filter(|window| window.source == place.source && window.end >= place.end).copied().unwrap_or(place))
    }
}

/// A finding that somebody decided to live with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Where the ignore stands: an inline comment or an entry of the configuration.
    pub by: Option<Span>,
    /// Why, in its author's words; may be empty.
    pub reason: String,
}

/// An ignore kept apart from the text it is about: an entry of the configuration. JSON
/// has no comments, so this is the only form for a bare IAM policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore {
    /// A rule id, a name without system, a pattern with `*`, or a tag; empty for all.
    pub rule: String,
    /// A glob over source names (`policies/**/*.json`); empty for all.
    pub path: String,
    /// The unit's name: a Vault path, a `Sid`, a role's name, or a declaration's address;
    /// empty for all.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// Last day it holds, `2026-12-31`; none for ever.
    pub expires: Option<String>,
    /// Where the entry stands, for reports about the entry itself.
    pub span: Option<Span>,
}

/// Which rules run and which findings are kept.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these: rule ids, names without system, patterns (`vault/*`), tags,
    /// categories. Empty for all.
    pub select: Vec<String>,
    /// Not these, in the same forms; stronger than `select`.
    pub ignore: Vec<String>,
    /// Findings below are dropped.
    pub min_severity: Option<Severity>,
    /// Findings below are dropped.
    pub min_confidence: Option<Confidence>,
    /// Another severity for a rule, in the same forms; the last that fits wins.
    pub severity: Vec<(String, Severity)>,
    /// Ignores of the configuration.
    pub ignores: Vec<Ignore>,
    /// Today, `2026-08-31`, for [`Ignore::expires`]; none leaves all ignores in force.
    pub today: Option<String>,
    /// True to report what inline comments ignore as well.
    pub no_inline_ignores: bool,
}

impl Selection {
    /// Whether a rule runs at all.
    #[must_use]
    pub fn runs(&self, rule: &Rule) -> bool {
        (self.select.is_empty() || self.select.iter().any(|s| rule.is_named_by(s)))
            && !self.ignore.iter().any(|s| rule.is_named_by(s))
    }

    /// The severity that a rule's findings get, given what the rule says.
    #[must_use]
    pub fn severity_of(&self, rule: &Rule, said: Severity) -> Severity {
        self.severity.iter().rev().find(|(name, _)| rule.is_named_by(name)).map_or(said, |(_, severity)| *severity)
    }
}

/// Puts findings in the order of reports and drops those said twice.
///
/// A text may be read for several declarations: a module that is called twice, a document
/// on two resources. What a rule says of one place for each of them is one finding, the
/// worst, which names another declaration and counts the rest.
pub fn sort_findings(findings: &mut Vec<Finding>) {
    findings.sort_by(Finding::order);
    let mut at: FxHashMap<(SmolStr, Span), usize> = FxHashMap::default();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    // For each finding that is kept: its declaration, and those of the others.
    let mut addresses: Vec<Vec<SmolStr>> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        let first = at.get(&(finding.rule.clone(), finding.span)).copied();
        let same = first.and_then(|first| Some((kept.get(first)?, addresses.get_mut(first)?)));
        match same {
            // Of one declaration a rule may say several things about a place.
            Some((known, others)) if known.message == finding.message || known.address != finding.address => {
                if !others.contains(&finding.address) {
                    others.push(finding.address);
                }
            }
            _ => {
                at.entry((finding.rule.clone(), finding.span)).or_insert(kept.len());
                addresses.push(vec![finding.address.clone()]);
                kept.push(finding);
            }
        }
    }
    for (finding, addresses) in kept.iter_mut().zip(&addresses) {
        let Some(other) = addresses.get(1).filter(|other| !other.is_empty()) else { continue };
        let more = addresses.len() - 2;
        let count = if more == 0 { String::new() } else { format!(" and {more} more") };
        let between = if finding.label.is_empty() { "" } else { "; " };
        let _ = write!(finding.label, "{between}the same for `{other}`{count}");
    }
    *findings = kept;
}

/// Names that do not fit any rule, for a diagnostic about the configuration or a flag.
#[must_use]
pub fn unknown_names<'a>(rules: &Rules, names: impl IntoIterator<Item = &'a str>) -> Vec<SmolStr> {
    names.into_iter().filter(|name| !rules.iter().any(|rule| rule.is_named_by(name))).map(SmolStr::new).collect()
}
