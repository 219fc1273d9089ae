use std::collections::BTreeSet;

use super::mount_common::useful;
use super::token_common::{Token, each};
use crate::lint::{Check, Inputs, Sink};
use crate::source::Span;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut told: BTreeSet<Span> = BTreeSet::new();
    each(inputs, |token| of_token(inputs, token, &mut told, sink));
}

fn of_token(inputs: &Inputs<'_>, token: &Token<'_>, told: &mut BTreeSet<Span>, sink: &mut Sink<'_>) {
    for (index, rule) in token.rules.rules().iter().enumerate() {
        // A deny is meant to take away.
        if rule.denies() || rule.grants.is_empty() || !rule.known {
            continue;
        }
        let Some((of_own, own)) = rule.stanzas.first().and_then(|at| token.stanza(*at)) else { continue };
        if told.contains(&own.path_span) {
            continue;
        }
        let lost = token.rules.narrows(index);
        if lost.is_empty() {
            continue;
        }
        // What the server does not serve there cannot be lost.
        let served = useful(inputs, "", &rule.path);
        let found = lost.iter().filter(|gain| token.apart(index, gain.by)).find_map(|gain| {
            let lost = served.map_or(gain.capabilities, |served| gain.capabilities.intersection(served));
            let broad = token.rules.rules().get(gain.by).and_then(|rule| rule.stanzas.first());
            Some((token.stanza(*broad?)?, lost.iter().next()?))
        });
        let Some(((of_broad, broad), capability)) = found else { continue };
        told.insert(own.path_span);
        let message = format!(
            "for `{}` policy `{of_own}` takes away `{capability}` that policy `{of_broad}` grants on `{}`: the more specific `{}` decides alone",
            token.name,
            broad.path.display(),
            rule.path,
        );
        sink.report(own.path_span, message)
            .label("decides alone here")
            .related(broad.path_span, "granted here for all else")
            .help(format!("add `{capability}` here if both policies are to hold"));
    }
}
