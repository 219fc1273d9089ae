//! A statement as it is where its text stands somewhere else.

use super::{Condition, Item, ListElement, PrincipalElement, PrincipalEntry, Statement};
use crate::source::{SourceId, Span};
use crate::syntax::{Node, Text, Value};

/// A way from one place to another.
struct Move {
    to: SourceId,
    /// Bytes to add, modulo 2³².
    by: u32,
}

impl Statement {
    /// The statement that the same text is at byte `start` of a source; none where not all of
    /// it is known, or some text of it does not stand in its source as it is.
    pub(super) fn moved(&self, to: SourceId, start: u32) -> Option<Self> {
        if self.unknown || self.effect_unknown || self.conditions_unknown {
            return None;
        }
        let way = Move { to, by: start.wrapping_sub(self.span.start) };
        Some(Self {
            span: way.span(self.span),
            sid: match &self.sid {
                Some((sid, span)) => Some((way.text(sid)?, way.span(*span))),
                None => None,
            },
            effect: self.effect,
            effect_span: self.effect_span.map(|span| way.span(span)),
            effect_unknown: false,
            principal: match &self.principal {
                Some(principal) => Some(way.principal(principal)?),
                None => None,
            },
            action: match &self.action {
                Some(list) => Some(way.list(list)?),
                None => None,
            },
            resource: match &self.resource {
                Some(list) => Some(way.list(list)?),
                None => None,
            },
            conditions: self.conditions.iter().map(|condition| way.condition(condition)).collect::<Option<_>>()?,
            condition_span: self.condition_span.map(|span| way.span(span)),
            conditions_unknown: false,
            unknown: false,
            print: self.print.again(),
        })
    }
}

impl Move {
    fn span(&self, span: Span) -> Span {
        Span { source: self.to, start: span.start.wrapping_add(self.by), end: span.end.wrapping_add(self.by) }
    }

    fn text(&self, text: &Text) -> Option<Text> {
        text.moved(self.by)
    }

    fn item(&self, item: &Item) -> Option<Item> {
        Some(Item { text: self.text(&item.text)?, span: self.span(item.span) })
    }

    fn list(&self, list: &ListElement) -> Option<ListElement> {
        if list.unknown {
            return None;
        }
        let mut items = Vec::with_capacity(list.items.len());
        for item in &list.items {
            items.push(self.item(item)?);
        }
        Some(ListElement {
            negated: list.negated,
            key_span: self.span(list.key_span),
            span: self.span(list.span),
            items,
            plain: list.plain,
            unknown: false,
            unknowns: Vec::new(),
        })
    }

    fn principal(&self, principal: &PrincipalElement) -> Option<PrincipalElement> {
        if principal.unknown {
            return None;
        }
        let entry = |entry: &PrincipalEntry| {
            let (key_span, item) = (self.span(entry.key_span), self.item(&entry.item)?);
            Some(PrincipalEntry { kind: entry.kind, key_span, item })
        };
        Some(PrincipalElement {
            negated: principal.negated,
            key_span: self.span(principal.key_span),
            span: self.span(principal.span),
            star: principal.star,
            entries: principal.entries.iter().map(entry).collect::<Option<_>>()?,
            unknown: false,
            unknowns: Vec::new(),
        })
    }

    fn condition(&self, condition: &Condition) -> Option<Condition> {
        if condition.unknown {
            return None;
        }
        Some(Condition {
            operator: self.text(&condition.operator)?,
            operator_span: self.span(condition.operator_span),
            key: self.text(&condition.key)?,
            key_span: self.span(condition.key_span),
            values: condition.values.iter().map(|node| self.scalar(node)).collect::<Option<_>>()?,
            values_span: self.span(condition.values_span),
            unknown: false,
        })
    }

    fn scalar(&self, node: &Node) -> Option<Node> {
        let value = match &node.value {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(*value),
            Value::Number(number) => Value::Number(number.clone()),
            Value::List(_) | Value::Map(_) | Value::Unknown(_) | Value::Secret => return None,
        };
        Some(Node::new(self.span(node.span), value))
    }
}
