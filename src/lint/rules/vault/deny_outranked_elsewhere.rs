use std::collections::BTreeSet;

use super::token_common::{Token, each};
use crate::lint::{Check, Inputs, Severity, Sink};
use crate::source::Span;
use crate::vault::capability::Capabilities;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut told: BTreeSet<Span> = BTreeSet::new();
    each(inputs, |token| of_token(token, &mut told, sink));
}

fn of_token(token: &Token<'_>, told: &mut BTreeSet<Span>, sink: &mut Sink<'_>) {
    let rules = token.rules.rules();
    for (index, deny) in rules.iter().enumerate().filter(|(_, rule)| rule.denies() && rule.known) {
        let Some((of_deny, stanza)) = deny.stanzas.first().and_then(|at| token.stanza(*at)) else { continue };
        if told.contains(&stanza.path_span) {
            continue;
        }
        let stronger = rules.iter().enumerate().take(index);
        for (other, rule) in stronger.filter(|(_, rule)| !rule.denies() && rule.known && !rule.grants.is_empty()) {
            if !token.apart(index, other) {
                continue;
            }
            let all: Capabilities = rule.grants;
            let Some(witness) = token.rules.reach_by(other, &deny.lang, all) else { continue };
            let Some((of_grant, grant)) = rule.stanzas.first().and_then(|at| token.stanza(*at)) else { continue };
            told.insert(stanza.path_span);
            // An exception inside the denied area may be meant; one that only crosses it is not.
            let inside = deny.lang.contains(&rule.lang);
            let severity = if inside { Severity::Medium } else { sink.severity() };
            let message = format!(
                "for `{}` this deny of policy `{of_deny}` does not stop `{}` on `{}`: `{}` of policy `{of_grant}` is more specific and decides",
                token.name,
                witness.capability,
                witness.path,
                grant.path.display(),
            );
            sink.report(stanza.path_span, message)
                .label("denied here")
                .related(grant.path_span, "granted here")
                .witness(format!("{} {}", witness.capability, witness.path))
                .severity(severity)
                .help("deny the same or a longer path, or take the grant out of the other policy");
            break;
        }
    }
}
