//! What no report may show: where secrets stand, and how much of texts that tools wrote
//! may be shown around a finding.

use std::collections::BTreeSet;

use super::{Category, Finding, Inputs, Report, Rules};
use crate::carrier::declaration::Carrier;
use crate::carrier::record::Record;
use crate::source::{SourceId, Span};
use crate::syntax::{Node, Value};

/// How deep values are looked at.
const DEPTH: usize = 32;

/// Fills in [`Report::secrets`] and [`Report::windows`] for what was found.
pub(super) fn note(inputs: &Inputs<'_>, rules: &Rules, findings: &[Finding], report: &mut Report) {
    let secret = |finding: &&Finding| rules.get(&finding.rule).is_some_and(|rule| rule.category == Category::Secret);
    let mut secrets: BTreeSet<Span> = findings.iter().filter(secret).map(|finding| finding.span).collect();
    let mut shown: Vec<Span> = findings.iter().flat_map(places).collect();
    shown.sort();
    let sources: BTreeSet<SourceId> = shown.iter().map(|span| span.source).collect();
    let mut windows: BTreeSet<Span> = BTreeSet::new();
    for record in inputs.records.iter().filter(|record| sources.contains(&record.span.source)) {
        let here = shown.partition_point(|span| (span.source, span.start) < (record.span.source, record.span.start));
        let mut here = shown.iter().skip(here).take_while(|span| record.span.contains(**span)).peekable();
        if here.peek().is_none() {
            continue;
        }
        hidden(&record.body, DEPTH, &mut secrets);
        if is_written_by_a_tool(record) {
            report.machine_made.push(record.span.source);
            for entry in record.body.as_map().unwrap_or_default() {
                let whole = entry.key_span.to(entry.value.span);
                if here.clone().any(|span| whole.contains(*span)) {
                    windows.insert(whole);
                }
            }
        }
    }
    report.machine_made.sort();
    report.machine_made.dedup();
    report.secrets = outermost(secrets);
    report.windows = windows.into_iter().collect();
}

/// The places that a report of the finding shows.
fn places(finding: &Finding) -> impl Iterator<Item = Span> {
    std::iter::once(finding.span).chain(finding.related.iter().map(|(span, _)| *span))
}

/// The spans that lie in no other: both their starts and their ends are in order.
fn outermost(spans: BTreeSet<Span>) -> Vec<Span> {
    let mut outermost: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        while outermost.pop_if(|last| span.contains(*last)).is_some() {}
        if !outermost.last().is_some_and(|last| last.contains(span)) {
            outermost.push(span);
        }
    }
    outermost
}

/// Plans, states and previews hold every value there is, secrets and all.
fn is_written_by_a_tool(record: &Record) -> bool {
    matches!(record.carrier, Carrier::TerraformPlan | Carrier::PulumiState)
}

fn hidden(node: &Node, depth: usize, into: &mut BTreeSet<Span>) {
    match &node.value {
        Value::Secret => {
            into.insert(node.span);
        }
        Value::List(items) if depth > 0 => items.iter().for_each(|item| hidden(item, depth - 1, into)),
        Value::Map(entries) if depth > 0 => entries.iter().for_each(|entry| hidden(&entry.value, depth - 1, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nested_secrets_the_outermost_hides_all() {
        let span = |source: u32, (start, end): (usize, usize)| Span::new(SourceId(source), start, end);
        let all = [(0, (2, 9)), (0, (2, 20)), (0, (5, 8)), (0, (15, 25)), (0, (30, 40)), (1, (3, 9))];
        let spans = all.map(|(source, places)| span(source, places));
        let kept = [spans[1], spans[3], spans[4], spans[5]];
        assert_eq!(outermost(spans.into_iter().collect()), kept);
    }
}
