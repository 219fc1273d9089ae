use super::mount_common::useful;
use super::stanza_rules_common::{rules, stanza};
use crate::lint::{Check, Sink, VaultPolicyContext};
use crate::vault::capability::Capabilities;

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let Some(rules) = rules(context) else { return };
    for (index, rule) in rules.rules().iter().enumerate() {
        if rule.denies() || rule.grants.is_empty() || !rule.known {
            continue;
        }
        let namespace = context.policy.namespace.as_ref().and_then(|(name, _)| name.known()).unwrap_or("");
        // What the server does not serve there cannot be lost.
        let served = useful(context.inputs, namespace.trim_matches('/'), &rule.path);
        let served = |capabilities: Capabilities| served.map_or(capabilities, |known| capabilities.intersection(known));
        let lost = rules.narrows(index);
        let Some((first, capability)) =
            lost.iter().find_map(|gain| Some((gain, served(gain.capabilities).iter().next()?)))
        else {
            continue;
        };
        let (Some(own), Some(broad)) = (stanza(context, &rules, index), stanza(context, &rules, first.by)) else {
            continue;
        };
        let message = format!(
            "`{capability}` of `{}` does not hold {} `{}`: the more specific stanza decides alone",
            broad.path.display(),
            if rule.path.ends_with('*') { "below" } else { "at" },
            rule.path
        );
        sink.report(own.path_span, message)
            .related(broad.path_span, "granted here for all else")
            .help(format!("add `{capability}` here if it is meant"));
    }
}
