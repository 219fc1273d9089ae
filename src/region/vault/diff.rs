//! What one set of rules allows that another does not.

use super::question::{spelled, targets};
use super::{DECIDING, Rules, writes};
use crate::pattern::path::PathLang;
use crate::vault::capability::Capabilities;

/// Requests that the new rules allow and the old ones do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    /// The paths, except those that a stronger rule of either side decides.
    pub paths: PathLang,
    /// What is newly allowed there.
    pub capabilities: Capabilities,
    /// The index of the new rule that allows it.
    pub by: usize,
    /// The index of the old rule that refused it; none if none applied.
    pub before: Option<usize>,
    /// One such path.
    pub witness: String,
}

/// Everything that `new` allows inside a region and `old` does not. The rows together are
/// the complete difference (spec: symbolic, section 6).
#[must_use]
pub fn gained(old: &Rules, new: &Rules, region: &PathLang) -> Vec<Gain> {
    let mut gains: Vec<Gain> = Vec::new();
    for capability in DECIDING {
        let olds = old.sequences(capability);
        for now in new.sequences(capability) {
            for (index, layer) in now.layers.iter().enumerate() {
                if !new.rules().get(layer.rule).is_some_and(|r| r.grants.has(capability)) {
                    continue;
                }
                let here = layer.lang.intersection(&now.within);
                for target in targets(region, capability) {
                    let Some(own) = here.as_ref().and_then(|here| here.intersection(&target)) else { continue };
                    for then in &olds {
                        let Some(own) = own.intersection(&then.within) else { continue };
                        let mut add = |paths: PathLang, before: Option<usize>, asked: usize| {
                            let stronger = now.before(index).chain(then.before(asked));
                            let Some(witness) = paths.example(stronger, writes(capability)) else { return };
                            let witness = spelled(witness, capability);
                            let same = |g: &&mut Gain| g.by == layer.rule && g.before == before && g.paths == paths;
                            match gains.iter_mut().find(same) {
                                Some(gain) => gain.capabilities.insert(capability),
                                None => gains.push(Gain {
                                    paths,
                                    capabilities: Capabilities::of(&[capability]),
                                    by: layer.rule,
                                    before,
                                    witness,
                                }),
                            }
                        };
                        let mut decided = false;
                        for (asked, past) in then.layers.iter().enumerate() {
                            let Some(both) = own.intersection(&past.lang) else { continue };
                            if !old.rules().get(past.rule).is_some_and(|r| r.grants.has(capability)) {
                                add(both, Some(past.rule), asked);
                            }
                            if past.lang.contains(&own) {
                                decided = true;
                                break;
                            }
                        }
                        if !decided {
                            add(own, None, then.layers.len());
                        }
                    }
                }
            }
        }
    }
    gains
}
