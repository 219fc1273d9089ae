//! Functions that search texts: regular expressions, and characters as a reader sees them.

use std::sync::LazyLock;

use regex::{Captures, Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::value::LONGEST;
use super::value::{entry, known_string, list, map, null, string};
use crate::source::Span;
use crate::syntax::{Node, Text, Value};

/// How large a compiled expression may be.
const PROGRAM: usize = 1 << 20;

/// How many compiled expressions are kept.
const KEPT: usize = 16;

/// Expressions that were compiled last.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    compiled: FxHashMap<SmolStr, Option<Regex>>,
}

impl Expressions {
    /// About how much work it is to compile an expression: a repetition is written out.
    pub(super) fn cost(&self, pattern: &str) -> usize {
        match (self.compiled.contains_key(pattern), pattern.contains('{')) {
            (true, _) => 0,
            (false, false) => 50 + pattern.len(),
            (false, true) => 4000,
        }
    }

    fn compile(&mut self, pattern: &str) -> Option<&Regex> {
        if !self.compiled.contains_key(pattern) && self.compiled.len() >= KEPT {
            self.compiled.clear();
        }
        let compile = || RegexBuilder::new(pattern).size_limit(PROGRAM).build().ok();
        self.compiled.entry(SmolStr::new(pattern)).or_insert_with(compile).as_ref()
    }
}

/// The expression of a `replace`, which stands between slashes.
pub(super) fn between_slashes(text: &str) -> Option<&str> {
    text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'))
}

/// `regex` and `regexall`; what matches keeps its place.
pub(super) fn call(name: &str, args: &[Node], span: Span, expressions: &mut Expressions) -> Option<Node> {
    let [pattern, node] = args else { return None };
    let regex = expressions.compile(&known_string(pattern)?)?;
    let value = node.as_text().filter(|text| text.is_known())?;
    match name {
        "regex" => matched(regex, &regex.captures(value.raw())?, value, node.span, span),
        "regexall" => {
            let all: Option<Vec<Node>> = regex
                .captures_iter(value.raw())
                .take(10_000)
                .map(|captures| matched(regex, &captures, value, node.span, span))
                .collect();
            Some(list(all?, span))
        }
        _ => None,
    }
}

/// What a match gives: all of it, or its groups, by number or by name.
fn matched(regex: &Regex, captures: &Captures<'_>, value: &Text, home: Span, span: Span) -> Option<Node> {
    let part = |found: Option<regex::Match<'_>>| match found {
        Some(found) => Node::new(home, Value::String(value.sub(home, found.start(), found.end()))),
        None => null(span),
    };
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Some(part(captures.get(0)));
    }
    if names.iter().all(Option::is_none) {
        return Some(list((1..captures.len()).map(|group| part(captures.get(group))).collect(), span));
    }
    let named: Option<Vec<_>> = names.into_iter().map(|name| Some(entry(name?, part(captures.name(name?))))).collect();
    Some(map(named?, span))
}

/// `replace` with an expression between slashes.
pub(super) fn replaced(
    value: &Text,
    pattern: &str,
    with: &str,
    span: Span,
    expressions: &mut Expressions,
) -> Option<Node> {
    let regex = expressions.compile(pattern)?;
    let out = regex.replace_all(value.known()?, with);
    (out.len() <= LONGEST).then(|| string(out.as_ref(), span))
}

/// A reader's characters: a letter with its accents, a flag, an emoji with its modifiers.
/// Scripts that need more than that are cut a little finer than Terraform does.
pub(super) fn characters(text: &str) -> Vec<&str> {
    static CHARACTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let pattern =
            r"(?s)\r\n|\p{Regional_Indicator}{2}|.(?:[\p{M}\p{Emoji_Modifier}]|\x{200D}\p{Extended_Pictographic}?)*";
        Regex::new(pattern).ok()
    });
    match CHARACTER.as_ref() {
        Some(character) if !text.is_ascii() || text.contains('\r') => {
            character.find_iter(text).map(|found| found.as_str()).collect()
        }
        _ => text.split("").filter(|part| !part.is_empty()).collect(),
    }
}

/// `substr`: an offset below zero counts from the end, a length below zero is all the rest.
pub(super) fn part(value: &str, offset: i64, length: i64) -> Option<String> {
    let all = characters(value);
    let count = i64::try_from(all.len()).ok()?;
    let from = usize::try_from(if offset < 0 { (offset + count).max(0) } else { offset }).ok()?;
    let rest = all.into_iter().skip(from);
    Some(if length < 0 { rest.collect() } else { rest.take(usize::try_from(length).ok()?).collect() })
}
