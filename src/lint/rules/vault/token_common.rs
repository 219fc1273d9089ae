//! Tokens of the model by the policies they have, for rules about several policies at once.

use std::collections::BTreeSet;

use crate::lint::Inputs;
use crate::model::{PolicyId, VaultPrincipal};
use crate::region::vault::{Rules, StanzaRef};
use crate::vault::policy::{Policy, Stanza};

/// Beyond this many merged rules the pairwise questions are not asked.
const MOST: usize = 400;

/// A token that has several policies of the model.
pub(super) struct Token<'a> {
    /// The first principal whose token it is.
    pub(super) name: String,
    /// The policies' documents with their names, in the order that `rules` counts.
    pub(super) policies: Vec<(String, &'a Policy)>,
    /// The policies merged.
    pub(super) rules: Rules,
}

impl<'a> Token<'a> {
    /// The stanza of a merged rule, and the name of its policy.
    pub(super) fn stanza(&self, at: StanzaRef) -> Option<(&str, &'a Stanza)> {
        let (name, policy) = self.policies.get(at.policy)?;
        Some((name, policy.stanzas.get(at.stanza)?))
    }

    /// Whether two rules have no policy in common; what may stand in place of a policy
    /// counts as that policy.
    pub(super) fn apart(&self, a: usize, b: usize) -> bool {
        let of = |rule: usize| {
            let stanzas = self.rules.rules().get(rule).into_iter().flat_map(|rule| &rule.stanzas);
            let policies = stanzas.filter_map(|at| self.policies.get(at.policy));
            policies.map(|(name, _)| name.as_str()).collect::<BTreeSet<&str>>()
        };
        of(a).is_disjoint(&of(b))
    }
}

/// Calls `f` once for each different set of policies that some principal's token has.
pub(super) fn each<'a>(inputs: &Inputs<'a>, mut f: impl FnMut(&Token<'a>)) {
    let model = inputs.model;
    let mut seen: BTreeSet<Vec<PolicyId>> = BTreeSet::new();
    let principals: Vec<VaultPrincipal> = model.vault_principals().collect();
    for principal in principals {
        let mut ids: Vec<PolicyId> = model.effective(principal).policies().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < 2 || seen.contains(&ids) {
            continue;
        }
        let named = ids.iter().filter_map(|id| {
            let name = model.vault.policy(*id)?.name.clone()?;
            Some((name.to_string(), model.policy_document(*id)?))
        });
        let policies: Vec<(String, &Policy)> = named.collect();
        let stanzas: usize = policies.iter().map(|(_, policy)| policy.stanzas.len()).sum();
        if (2..=MOST).contains(&stanzas) {
            let rules = Rules::new(policies.iter().map(|(_, policy)| *policy), inputs.dialect);
            f(&Token { name: model.principal_name(principal), policies, rules });
        }
        seen.insert(ids);
    }
}
