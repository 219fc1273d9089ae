//! Conditions on one key that no request passes together.

use super::prepared::{Prepared, prepared};
use crate::aws::context::Context;
use crate::aws::document::Condition;
use crate::aws::logic::{Logic, Residual};

/// The first condition that, whatever a request holds, cannot hold together with those
/// before it.
pub(in crate::aws) fn contradiction(conditions: &[Prepared], written: &[Condition]) -> Option<usize> {
    let context = Context::free();
    conditions.iter().enumerate().find_map(|(at, last)| {
        let key = last.key()?;
        let mut group: Vec<&Prepared> = conditions.iter().take(at).filter(|c| c.is_about(key)).collect();
        if group.is_empty() && !last.lists_nothing() {
            return None;
        }
        group.push(last);
        excluded(&group, written, &context).then_some(last.index)
    })
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
    for (at, last) in compiled.iter().enumerate() {
        let Some(key) = last.key() else { continue };
        let before = compiled.iter().take(at).filter(|first| first.is_about(key));
        let before: Vec<&Prepared> = before.filter(|first| !excluded(&[first])).collect();
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
