//! Policy documents inside arguments: as text, as an object, or not known.

use smol_str::SmolStr;

use crate::aws::document::{self, Document};
use crate::carrier::ReadOptions;
use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, Unknown};
use crate::syntax::{Node, Text, Value, json};
use crate::vault::policy::{self, Policy};

/// Longer texts and documents of more statements are not read: AWS takes a hundredth of it,
/// and statements are compared with each other.
const LONGEST: usize = 1 << 20;
const STATEMENTS: usize = 10_000;

/// The comparisons of segments of a policy's patterns that are made at most: two thousand
/// patterns of six segments that all begin alike.
const COMPARISONS: usize = 2_000 * 2_000 * 6;

/// So many patterns that begin differently are told apart in the time that one segment takes.
const APART: usize = 8;

/// The IAM policy document that an argument holds: JSON text, or an object. Where the
/// value, or the structure of the text, is unknown the document says so.
#[must_use]
pub fn aws_document(node: &Node) -> (Document, Vec<Diagnostic>) {
    if node.as_text().is_some_and(|text| text.raw().len() > LONGEST) || node.each_of("Statement").len() > STATEMENTS {
        let message = "this is far more than a policy may hold, and is not read";
        return (unknown(node), vec![Diagnostic::error("input/too-large", message, node.span)]);
    }
    match &node.value {
        Value::String(text) => {
            let (parsed, diagnostics) = json::parse(&text.fragment(node.span));
            match parsed {
                Some(parsed) => (document::parse(&parsed), Vec::new()),
                // A text whose unknown parts stand for more than values cannot be judged.
                None if !text.is_known() => (unknown(node), Vec::new()),
                None => (unknown(node), diagnostics),
            }
        }
        Value::Map(_) | Value::List(_) => (document::parse(node), Vec::new()),
        _ => (unknown(node), Vec::new()),
    }
}

fn unknown(node: &Node) -> Document {
    Document {
        span: node.span,
        version: None,
        id: None,
        statements: Vec::new(),
        statements_unknown: true,
        unknown: true,
        problems: Vec::new(),
    }
}

/// The Vault policy that an argument holds: HCL or JSON text, or an object in the shape of
/// the JSON form. Where its value, or the structure of the text, is unknown the policy
/// says so. None for null and for what no policy can be.
#[must_use]
pub fn vault_policy(node: &Node, options: &ReadOptions) -> Option<(Policy, Vec<Diagnostic>)> {
    let parse = |text: &Text| vault_text(&text.fragment(node.span), options);
    match &node.value {
        Value::String(text) => Some(parse(text)),
        Value::Map(_) => Some(parse(&crate::carrier::render::json(node))),
        Value::Unknown(what) => Some((Policy { unknown: vec![what.clone()], ..Policy::default() }, Vec::new())),
        Value::Secret => {
            let hidden = Unknown::new(vec![SmolStr::new_static("a sensitive value")], node.span);
            Some((Policy { unknown: vec![hidden], ..Policy::default() }, Vec::new()))
        }
        _ => None,
    }
}

/// Whether it takes more to compare each pattern of a policy with each other than is done:
/// most differ before any wildcard, and of the others each segment is looked at.
fn is_beyond_comparison(policy: &Policy) -> bool {
    let pattern = |path: &&str| path.ends_with('*') || path.contains('+');
    let mut patterns: Vec<&str> = policy.stanzas.iter().map(|stanza| stanza.path.raw()).filter(pattern).collect();
    patterns.sort_unstable();
    let pairs = patterns.len().saturating_mul(patterns.len());
    let of_one = |path: &&str| {
        let head = path.split(['+', '*']).next().unwrap_or_default();
        // those that begin alike stand side by side
        let from = patterns.partition_point(|other| *other < head);
        let to = patterns.partition_point(|other| *other < head || other.starts_with(head));
        path.split('/').count().saturating_mul(to - from)
    };
    let alike = patterns.iter().map(of_one).fold(0, usize::saturating_add);
    alike.saturating_add(pairs / APART) > COMPARISONS
}

/// A Vault policy's text. What the server would refuse as a whole is an error, and the
/// policy then is empty.
#[must_use]
pub fn vault_text(text: &Fragment<'_>, options: &ReadOptions) -> (Policy, Vec<Diagnostic>) {
    if text.text.len() > options.policy_limit {
        let message = "this is more than a policy may hold, and is not read";
        let diagnostic = Diagnostic::error("input/too-large", message, text.span(0, 1))
            .with_help("raise `max-policy-size` under `[limits]` in overgrant.toml if the server takes it");
        let unknown = Unknown::new(vec![SmolStr::new_static("a policy that is too large")], text.span(0, 1));
        return (Policy { unknown: vec![unknown], ..Policy::default() }, vec![diagnostic]);
    }
    match policy::parse(text, options.dialect) {
        Ok(policy) if is_beyond_comparison(&policy) => {
            let message = "the patterns of this policy are too many to be compared with each other, and it is not read";
            let diagnostic = Diagnostic::error("input/too-large", message, text.span(0, 1))
                .with_help("split the policy, or write one pattern for paths that differ in a segment");
            let refs = vec![SmolStr::new_static("a policy of too many patterns")];
            let unknown = Unknown::new(refs, text.span(0, 1));
            (Policy { unknown: vec![unknown], ..Policy::default() }, vec![diagnostic])
        }
        Ok(policy) => (policy, Vec::new()),
        // A text whose unknown parts stand for more than values cannot be judged.
        Err(_) if !text.holes.is_empty() => {
            let unknown = text.holes.iter().map(|hole| hole.unknown.clone()).collect();
            (Policy { unknown, ..Policy::default() }, Vec::new())
        }
        Err(error) => {
            let message = format!("Vault refuses the policy: {}", error.message);
            (Policy::default(), vec![Diagnostic::error("syntax/vault-policy", message, error.span)])
        }
    }
}
