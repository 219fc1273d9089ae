use super::abac_common::{Opened, by_tag, opened, tagging};
use crate::lint::holding::Holding;
use crate::lint::{Check, ConditionFact, DocumentContext, Severity, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() || !context.statements.iter().any(|f| f.allow && by_tag(f).is_some()) {
        return;
    }
    let (holding, tagging) = (Holding::of(context), tagging(context.statements));
    let scoped = context.statements.iter().filter(|facts| facts.allow && !facts.not_action);
    let each = scoped.filter_map(|scoped| Some((opened(&holding, scoped, &tagging)?, by_tag(scoped)?)));
    // what tags guards several statements: that is one thing to limit
    let mut all: Vec<Vec<(Opened<'_, '_>, &ConditionFact<'_>)>> = Vec::new();
    for one in each {
        let same = |known: &&mut Vec<(Opened<'_, '_>, _)>| {
            known.first().is_some_and(|(known, _)| {
                let span = |opened: &Opened<'_, '_>| (opened.one.action.item.span, opened.one.tags);
                span(known) == span(&one.0)
            })
        };
        match all.iter_mut().find(same) {
            Some(known) => known.push(one),
            None => all.push(vec![one]),
        }
    }
    for together in all {
        // the worst, the first of which tells
        let Some((found, key)) = together.iter().min_by_key(|(one, _)| (one.capped.is_some(), one.is_little())) else {
            continue;
        };
        let action = &found.one.action.item;
        let more = match together.len() {
            0 | 1 => String::new(),
            2 => ", and what one more statement allows".to_owned(),
            n => format!(", and what {} more statements allow", n - 1),
        };
        let guard = format!("`{}` sets the tags that guard {}{more}", action.text.display(), found.listed());
        let finding = sink.report(action.span, format!("{guard}: the holder tags what it wants to reach"));
        finding
            .label(format!("allows `{}:{}`", found.service, found.one.tags))
            .related(key.condition.key_span, "access depends on this tag")
            .help("limit the tags with `aws:TagKeys` or `aws:RequestTag/…`, or pin the same `aws:ResourceTag/…` here");
        for (_, other) in together.iter().filter(|(_, other)| other.condition.key_span != key.condition.key_span) {
            finding.related(other.condition.key_span, "and here");
        }
        if found.is_little() {
            finding.severity(Severity::Low);
        }
        finding.capped(found.capped);
    }
}
