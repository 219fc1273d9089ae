//! The AWS managed policies that are attached.

use crate::carrier::declaration::{Declaration, Item, Named};
use crate::lint::Inputs;
use crate::source::Span;

/// Each AWS managed policy that something is given: where, its name with its path, and the
/// place of its ARN.
pub(super) fn attached<'i>(inputs: &'i Inputs<'_>) -> impl Iterator<Item = (&'i Declaration, &'i str, Span)> {
    inputs.model.declarations().iter().flat_map(|declaration| {
        let policies: &[Named] = match &declaration.item {
            Item::AwsPrincipal(principal) => &principal.managed_policies,
            Item::AwsAttachment(attachment) => std::slice::from_ref(&attachment.policy),
            _ => &[],
        };
        let named =
            policies.iter().filter_map(|(text, span)| Some((text.raw().split_once(":iam::aws:policy/")?.1, *span)));
        named.map(move |(name, span)| (declaration, name, span))
    })
}
