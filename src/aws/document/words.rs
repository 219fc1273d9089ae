//! Whether two statements say the same, word for word and in the same order, wherever they
//! stand.

use std::hash::{Hash, Hasher};

use super::{Condition, Item, ListElement, PrincipalElement, Statement};
use crate::syntax::{Node, Text, Value};

impl Statement {
    /// Whether all of it is known: there is nothing that its words do not tell.
    #[must_use]
    pub fn is_told(&self) -> bool {
        // of the same text are only statements of which all is known
        self.print.number().is_some() || self.holds(Text::is_known)
    }

    /// Whether all of it is known, and every text of it stands in its source as it is.
    pub(super) fn stands_as_it_is(&self) -> bool {
        self.holds(Text::is_plain)
    }

    /// Whether no element of it is an unknown expression, and each of its texts is fit.
    fn holds(&self, fit: fn(&Text) -> bool) -> bool {
        let item = |item: &Item| fit(&item.text);
        let list = |list: &ListElement| !list.unknown && list.items.iter().all(item);
        let principal = |principal: &PrincipalElement| {
            !principal.unknown && principal.entries.iter().all(|entry| item(&entry.item))
        };
        let condition = |condition: &Condition| {
            let value = |node: &Node| match &node.value {
                Value::String(text) => fit(text),
                Value::Null | Value::Bool(_) | Value::Number(_) => true,
                _ => false,
            };
            !condition.unknown && fit(&condition.operator) && fit(&condition.key) && condition.values.iter().all(value)
        };
        !self.unknown
            && !self.effect_unknown
            && !self.conditions_unknown
            && self.sid.as_ref().is_none_or(|(sid, _)| fit(sid))
            && self.action.as_ref().is_none_or(list)
            && self.resource.as_ref().is_none_or(list)
            && self.principal.as_ref().is_none_or(principal)
            && self.conditions.iter().all(condition)
    }

    /// Whether two statements of which all is known say the same in the same words.
    #[must_use]
    pub fn reads_as(&self, other: &Self) -> bool {
        fn both<T>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => same(a, b),
                (None, None) => true,
                _ => false,
            }
        }
        fn all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        let text = |a: &Text, b: &Text| a.raw() == b.raw();
        let item = |a: &Item, b: &Item| text(&a.text, &b.text);
        let list = |a: &ListElement, b: &ListElement| a.negated == b.negated && all(&a.items, &b.items, item);
        let principal = |a: &PrincipalElement, b: &PrincipalElement| {
            a.negated == b.negated
                && a.star == b.star
                && all(&a.entries, &b.entries, |a, b| a.kind == b.kind && item(&a.item, &b.item))
        };
        let value = |a: &Node, b: &Node| match (&a.value, &b.value) {
            (Value::String(a), Value::String(b)) => text(a, b),
            (a, b) => a == b,
        };
        let condition = |a: &Condition, b: &Condition| {
            text(&a.operator, &b.operator) && text(&a.key, &b.key) && all(&a.values, &b.values, value)
        };
        if self.print.number().is_some() && self.print.number() == other.print.number() {
            return true;
        }
        self.effect == other.effect
            && self.effect_span.is_some() == other.effect_span.is_some()
            && self.condition_span.is_some() == other.condition_span.is_some()
            && both(self.sid.as_ref(), other.sid.as_ref(), |(a, _), (b, _)| text(a, b))
            && both(self.action.as_ref(), other.action.as_ref(), list)
            && both(self.resource.as_ref(), other.resource.as_ref(), list)
            && both(self.principal.as_ref(), other.principal.as_ref(), principal)
            && all(&self.conditions, &other.conditions, condition)
    }

    /// Feeds words that are the same in statements that [read the same](Self::reads_as).
    pub fn hash_words(&self, state: &mut impl Hasher) {
        self.effect.hash(state);
        for list in self.action.iter().chain(&self.resource) {
            (list.negated, list.items.len()).hash(state);
            for item in &list.items {
                item.text.raw().hash(state);
            }
        }
        for condition in &self.conditions {
            condition.operator.raw().hash(state);
            condition.key.raw().hash(state);
            for node in &condition.values {
                node.as_str().hash(state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;
    use std::sync::Arc;

    use rustc_hash::FxBuildHasher;

    use super::super::{Statement, parse};
    use crate::source::{Fragment, SourceId};
    use crate::syntax::json;

    fn statement(text: &str) -> Arc<Statement> {
        let (node, _) = json::parse(&Fragment::plain(SourceId(0), 0, text));
        let document = parse(&node.unwrap());
        document.statements.into_iter().next().unwrap()
    }

    /// What each part of a statement says makes a difference, where it stands none.
    #[test]
    fn statements_read_the_same_where_every_word_is_the_same() {
        let whole = |body: &str| format!("{{\"Statement\": [{{{body}}}]}}");
        let base = r#""Sid": "a", "Effect": "Allow", "Principal": {"AWS": "1"}, "Action": ["s3:Get*", "s3:Put*"], "Resource": "*", "Condition": {"Bool": {"aws:x": [true, "b"]}}"#;
        let spaced = format!("\n\n  {base} ");
        let same = statement(&whole(base));
        assert!(same.is_told() && same.reads_as(&statement(&whole(&spaced))));
        let hash = |statement: &Statement| {
            let mut state = FxBuildHasher.build_hasher();
            statement.hash_words(&mut state);
            std::hash::Hasher::finish(&state)
        };
        assert_eq!(hash(&same), hash(&statement(&whole(&spaced))));
        let changes = [
            ("\"a\"", "\"b\""),
            ("Allow", "Deny"),
            ("Principal", "NotPrincipal"),
            ("{\"AWS\": \"1\"}", "\"*\""),
            ("\"AWS\"", "\"Service\""),
            ("\"1\"", "\"2\""),
            ("\"Action\"", "\"NotAction\""),
            ("s3:Get*", "s3:get*"),
            ("\"s3:Get*\", \"s3:Put*\"", "\"s3:Put*\", \"s3:Get*\""),
            ("\"Resource\"", "\"NotResource\""),
            ("\"Resource\": \"*\"", "\"Resource\": [\"*\", \"*\"]"),
            ("Bool", "BoolIfExists"),
            ("aws:x", "aws:y"),
            ("true", "false"),
            ("true", "\"true\""),
            ("\"b\"", "\"c\""),
            (", \"Condition\": {\"Bool\": {\"aws:x\": [true, \"b\"]}}", ""),
        ];
        for (from, to) in changes {
            let changed = base.replacen(from, to, 1);
            assert_ne!(changed, base, "{from}");
            let other = statement(&whole(&changed));
            assert!(!same.reads_as(&other) && !other.reads_as(&same), "{from} {to}");
        }
    }
}
