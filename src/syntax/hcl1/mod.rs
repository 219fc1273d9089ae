//! HCL1, the language of Vault policies, exactly as the server's parser takes it: its
//! native syntax and its lax JSON mode, with the server's own error texts.
//! spec: vault-acl a.1, a.2, a.8, a.9
//!
//! A fragment with holes (a policy inside Terraform or a program) may have a hole in any
//! place: inside a string it is an unknown part of the text, elsewhere an unknown value,
//! key or item. The server never sees holes, so no error text is at stake.

mod json;
mod literal;
mod parse;
mod place;
mod scan;

pub(crate) use parse::go_quote;
pub use place::Place;

use crate::source::{Fragment, Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value};

/// How deep objects and lists may nest. The server has no bound; a policy needs four.
pub const MAX_DEPTH: u32 = 100;

/// What a text holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The root object's items.
    pub root: Object,
    /// Whether the text was read in JSON mode.
    pub json: bool,
}

/// The items between braces, or of the whole text.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The items in source order.
    pub items: Vec<Item>,
    /// Parts whose items cannot be known: a hole where an item could stand.
    pub unknown: Vec<Unknown>,
    /// Braces included; for the root, the whole text.
    pub span: Span,
    /// Where the opening brace stands; none in JSON mode, which forgets it.
    pub place: Option<Place>,
}

/// `key = value`, `key { … }` or `key "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// At least one key, except where flattening took them.
    pub keys: Vec<Key>,
    /// Where the `=` (JSON: the `:` of the outermost key) stands; a block has none.
    pub assign: Option<Place>,
    /// What the keys stand for.
    pub value: Expr,
    /// From the first key to the end of the value.
    pub span: Span,
}

/// A key or label.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Decoded.
    pub text: Text,
    /// Quotes included.
    pub span: Span,
    /// Whether it is written in quotes.
    pub quoted: bool,
    /// Where it stands; none in JSON mode.
    pub place: Option<Place>,
    /// Length of the key as written, in bytes of the fragment's text.
    pub(crate) len: u32,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A string, number or boolean.
    Literal(Literal),
    /// `[ … ]`
    List(List),
    /// `{ … }`
    Object(Object),
    /// A hole in value position.
    Unknown(Unknown),
}

/// A list with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The elements.
    pub items: Vec<Expr>,
    /// Brackets included.
    pub span: Span,
    /// Where the opening bracket stands; none in JSON mode.
    pub place: Option<Place>,
}

/// A scalar.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// What kind of token it is: the server's decoder asks.
    pub kind: LiteralKind,
    /// The value of a string, the digits of a number, `true` or `false`.
    pub text: Text,
    /// Quotes included.
    pub span: Span,
    /// Where it stands; none in JSON mode.
    pub place: Option<Place>,
}

/// The kinds of scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiteralKind {
    /// In quotes; JSON's null is an empty string too.
    String,
    /// `<<EOT … EOT`
    Heredoc,
    /// Digits without fraction or exponent.
    Number,
    /// With fraction or exponent.
    Float,
    /// `true` or `false`
    Bool,
}

/// Why the server refuses a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The server's words: `At 1:6: illegal char`.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Options that depend on who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether an argument written twice with `=` in one object is an error
    /// (spec: vault-acl a.8).
    pub refuse_duplicates: bool,
}

/// Parses a text as the server does: JSON mode where its first character that is not
/// white space is `{`, else native syntax.
///
/// # Errors
/// What the server reports for the text.
pub fn parse(fragment: &Fragment<'_>, options: Options) -> Result<Document, SyntaxError> {
    if fragment.text.trim_start().starts_with('{') {
        json::parse(fragment).map(|root| Document { root, json: true })
    } else {
        parse::parse(fragment, options).map(|root| Document { root, json: false })
    }
}

impl Object {
    /// The items whose first key is `key` (the server's look-up ignores case).
    pub fn filter<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.is(key))
    }
}

impl Item {
    /// Whether the first key is `key`, letter case aside.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.keys.first().is_some_and(|first| first.text.known().is_some_and(|text| text.eq_ignore_ascii_case(key)))
    }
}

impl Expr {
    /// Where the value stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span,
            Self::List(list) => list.span,
            Self::Object(object) => object.span,
            Self::Unknown(unknown) => unknown.span,
        }
    }

    /// The value as a format-neutral node. Items of several keys become nested maps.
    #[must_use]
    pub fn to_node(&self) -> Node {
        match self {
            Self::Literal(literal) => literal.to_node(),
            Self::List(list) => Node::new(list.span, Value::List(list.items.iter().map(Self::to_node).collect())),
            Self::Object(object) => object.to_node(),
            Self::Unknown(unknown) => Node::new(unknown.span, Value::Unknown(unknown.clone())),
        }
    }
}

impl Literal {
    fn to_node(&self) -> Node {
        let value = match self.kind {
            LiteralKind::String | LiteralKind::Heredoc => Value::String(self.text.clone()),
            LiteralKind::Number | LiteralKind::Float => Value::Number(self.text.raw_smol().clone()),
            LiteralKind::Bool => Value::Bool(self.text.raw() == "true"),
        };
        Node::new(self.span, value)
    }
}

impl Object {
    /// The object as a format-neutral map.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let entries = self.items.iter().filter_map(Item::to_entry).collect();
        Node::new(self.span, Value::Map(entries))
    }
}

impl Item {
    fn to_entry(&self) -> Option<Entry> {
        let (first, labels) = self.keys.split_first()?;
        let mut value = self.value.to_node();
        for label in labels.iter().rev() {
            let entry = Entry { key: label.text.clone(), key_span: label.span, value };
            value = Node::new(self.span, Value::Map(vec![entry]));
        }
        Some(Entry { key: first.text.clone(), key_span: first.span, value })
    }
}
