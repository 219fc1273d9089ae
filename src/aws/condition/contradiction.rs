//! Conditions on one key that no request passes together.

use rustc_hash::FxHashMap;

use super::prepared::{Prepared, prepared};
use crate::aws::context::Context;
use crate::aws::document::Condition;
use crate::aws::logic::{Logic, Residual};

/// The first condition that, whatever a request holds, cannot hold together with those
/// before it.
pub(in crate::aws) fn contradiction(conditions: &[Prepared], written: &[Condition]) -> Option<usize> {
    let context = Context::free();
    let mut groups = Groups::default();
    conditions.iter().find_map(|last| {
        let group = groups.with(last)?;
        if group.len() == 1 && !last.lists_nothing() {
            return None;
        }
        excluded(group, written, &context).then_some(last.index)
    })
}

/// How many conditions on one key are held together. A block in which each operator stands
/// once for a key has hardly ever three, and all of them together cost their number cubed.
const MOST: usize = 8;

/// Conditions by their keys.
#[derive(Default)]
struct Groups<'p>(FxHashMap<&'p str, Vec<&'p Prepared>>);

impl<'p> Groups<'p> {
    /// Those before a condition that are on its key, and that itself at the end.
    fn with(&mut self, last: &'p Prepared) -> Option<&[&'p Prepared]> {
        let group = self.0.entry(last.key()?).or_default();
        group.truncate(MOST - 1);
        group.push(last);
        Some(group)
    }
}

fn excluded(conditions: &[&Prepared], written: &[Condition], context: &Context) -> bool {
    let mut logic = Residual::default();
    let mut all = logic.known(true);
    for condition in conditions {
        let Some(written) = written.get(condition.index) else { return false };
        let holds = condition.holds(&mut logic, context, written);
        all = logic.and(all, holds);
    }
    all.cases(&logic.atoms).is_some_and(|cases| cases.is_empty())
}

/// Conditions of a statement that no request passes: the last of them, and those on the same
/// key that it cannot hold together with, as few as that takes. None by itself.
#[must_use]
pub fn contradictions(conditions: &[Condition], variables: bool) -> Vec<(usize, Vec<usize>)> {
    let compiled = prepared(conditions, variables);
    let context = Context::free();
    let excluded = |group: &[&Prepared]| excluded(group, conditions, &context);
    let mut found = Vec::new();
    let mut groups = Groups::default();
    for last in &compiled {
        let Some([before @ .., _]) = groups.with(last) else { continue };
        let before: Vec<&Prepared> = before.iter().copied().filter(|first| !excluded(&[first])).collect();
        if before.is_empty() || excluded(&[last]) {
            continue;
        }
        let pairs: Vec<&&Prepared> = before.iter().filter(|first| excluded(&[first, last])).collect();
        if let Some(first) = pairs.first() {
            found.push((last.index, vec![first.index]));
        } else if !excluded(&before) && excluded(&before.iter().copied().chain([last]).collect::<Vec<_>>()) {
            found.push((last.index, before.iter().map(|first| first.index).collect()));
        }
    }
    found
}
