//! What the rules about stanzas of one policy share: the merged rules and the stanza that
//! a merged rule comes from.

use crate::lint::{StanzaFacts, VaultPolicyContext};
use crate::region::vault::Rules;
use crate::vault::policy::Stanza;

/// Beyond this many merged rules the pairwise questions are not asked: policies people
/// write have a few dozen, and the questions grow with the square.
const MOST: usize = 400;

/// The same for the segments of all their paths: a dozen of each.
const SEGMENTS: usize = 12 * MOST;

/// The policy's stanzas merged; none where there is nothing to compare, or too much.
pub(super) fn rules(context: &VaultPolicyContext<'_>) -> Option<Rules> {
    if !(2..=MOST).contains(&context.policy.policy.stanzas.len()) {
        return None;
    }
    let segments: usize = context.stanzas.iter().map(|facts| facts.path.split('/').count()).sum();
    if segments > SEGMENTS {
        return None;
    }
    Some(Rules::new([&context.policy.policy], context.inputs.dialect))
}

/// The stanzas that deny, where it is known what they deny.
pub(super) fn denials<'a>(context: &VaultPolicyContext<'a>) -> impl Iterator<Item = &'a StanzaFacts<'a>> + use<'a> {
    context.stanzas.iter().filter(|facts| facts.denies && !facts.unknown && !facts.template)
}

/// The first stanza of a merged rule.
pub(super) fn stanza<'a>(context: &VaultPolicyContext<'a>, rules: &Rules, rule: usize) -> Option<&'a Stanza> {
    let first = rules.rules().get(rule)?.stanzas.first()?;
    context.policy.policy.stanzas.get(first.stanza)
}
