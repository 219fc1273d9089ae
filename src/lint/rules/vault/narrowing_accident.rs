use super::stanza_rules_common::{rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let Some(rules) = rules(context) else { return };
    for (index, rule) in rules.rules().iter().enumerate() {
        if rule.denies() || rule.grants.is_empty() || !rule.known {
            continue;
        }
        let lost = rules.narrows(index);
        let Some(first) = lost.first() else { continue };
        let (Some(own), Some(broad)) = (stanza(context, &rules, index), stanza(context, &rules, first.by)) else {
            continue;
        };
        let capability = first.capabilities.iter().next().map_or("", |c| c.name());
        let message = format!(
            "`{capability}` of `{}` does not hold below `{}`: the more specific stanza decides alone",
            broad.path.display(),
            rule.path
        );
        sink.report(own.path_span, message)
            .related(broad.path_span, "granted here for all else")
            .help(format!("add `{capability}` here if it is meant"));
    }
}
