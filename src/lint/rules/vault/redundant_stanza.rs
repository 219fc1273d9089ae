use super::stanza_rules_common::{rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let Some(rules) = rules(context) else { return };
    for (index, rule) in rules.rules().iter().enumerate() {
        // a dead stanza has a rule of its own, and an empty one is a way to deny
        let alone = rule.stanzas.len() == 1 && !rule.grants.is_empty();
        if !alone || !rules.redundant(index) || rules.shadowed(index).is_some() {
            continue;
        }
        let broader =
            rules.rules().iter().enumerate().skip(index + 1).find(|(_, other)| other.lang.contains(&rule.lang));
        let (Some(own), Some((other, _))) = (stanza(context, &rules, index), broader) else { continue };
        let Some(broad) = stanza(context, &rules, other) else { continue };
        sink.report(own.path_span, format!("`{}` already grants all that `{}` does", broad.path.display(), rule.path))
            .related(broad.path_span, "the broader stanza");
    }
}
