use super::stanza_rules_common::{rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};
use crate::region::vault::Rule;

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let Some(rules) = rules(context) else { return };
    for (index, rule) in rules.rules().iter().enumerate() {
        let Some(shadow) = rules.shadowed(index) else { continue };
        let by: Vec<_> = shadow.by.iter().filter_map(|other| stanza(context, &rules, *other)).collect();
        let denies = shadow.by.iter().all(|other| rules.rules().get(*other).is_some_and(Rule::denies));
        if denies && !rule.denies() {
            continue;
        }
        let (Some(own), Some(first)) = (stanza(context, &rules, index), by.first()) else { continue };
        let others = if by.len() == 1 { "decides" } else { "and others decide" };
        let (path, other) = (own.path.display(), first.path.display());
        let finding =
            sink.report(own.path_span, format!("`{path}` never decides a request: `{other}` {others} all of them"));
        for stanza in by {
            finding.related(stanza.path_span, "decides instead");
        }
    }
}
