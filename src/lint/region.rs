//! Region rules: the page names the dangerous requests, no code is needed.

mod aws;
mod aws_index;
mod mounts;
mod vault;

use super::check::Sink;

pub(super) use aws::{AwsPlan, AwsRegion};
pub(super) use aws_index::AwsPlans;
pub(super) use mounts::MountNames;
pub(super) use vault::{VaultPlan, VaultRegion};

/// How much of a region a grant must reach to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Cover {
    /// Any request of it.
    #[default]
    Some,
    /// The whole of one of its patterns.
    All,
    /// Any name in the last segment of one of its patterns, Vault only.
    Last,
}

/// The sentence of a finding: the page's own, or its title after what is granted.
pub(super) fn message(own: Option<&str>, lead: &str, sink: &Sink<'_>, values: &[(&str, &str)]) -> String {
    own.map_or_else(|| fill(lead, values) + &lower_first(&sink.rule.title), |template| fill(template, values))
}

/// A title as the middle of a sentence.
fn lower_first(title: &str) -> String {
    let mut chars = title.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => title.to_owned(),
    }
}

/// Fills `{name}` parts of a message; unknown names stay as they are.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = after
            .split_once('}')
            .and_then(|(name, tail)| values.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value, tail)));
        if let Some((value, tail)) = found {
            // a value of several names comes with its own
            let quote = if value.starts_with('`') { "" } else { "`" };
            out.extend([quote, value, quote]);
            rest = tail;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
