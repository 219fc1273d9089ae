use super::stanza_rules_common::{rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};
use crate::region::vault::Rule;

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let Some(rules) = rules(context) else { return };
    for (index, rule) in rules.rules().iter().enumerate().filter(|(_, rule)| !rule.denies() && !rule.grants.is_empty())
    {
        let Some(shadow) = rules.shadowed(index) else { continue };
        if !shadow.by.iter().all(|other| rules.rules().get(*other).is_some_and(Rule::denies)) {
            continue;
        }
        let first = shadow.by.first().and_then(|other| stanza(context, &rules, *other));
        let (Some(own), Some(deny)) = (stanza(context, &rules, index), first) else { continue };
        sink.report(own.path_span, format!("all of `{}` is denied by `{}`", rule.path, deny.path.display()))
            .related(deny.path_span, "denied here");
    }
}
