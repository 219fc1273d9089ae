//! What names and expressions of a program stand for while it is read.

use std::rc::Rc;

use oxc_ast::ast::{Expression, FormalParameters, PropertyDefinition, Statement};
use smol_str::SmolStr;

use crate::carrier::pulumi_program::data;
use crate::carrier::pulumi_program::scope::Bound;
use crate::source::{SourceId, Span};
use crate::syntax::{Node, Text, Value, json};

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Val<'a> {
    /// Data, known or not. A resource is an unknown value that refers to its address.
    Node(Rc<Node>),
    /// Something imported or global, by its full dotted name: `pulumi_vault.jwt.AuthBackend`,
    /// `JSON.stringify`. Packages of Pulumi have their Python names.
    Import(SmolStr),
    /// A function of the program.
    Function(Rc<Function<'a>>),
    /// A class of the program.
    Class(Rc<Class<'a>>),
    /// An object that is not only data.
    Object(Object),
    /// A regular expression: its text, and whether it stands for every match.
    Pattern(SmolStr, bool),
}

/// An object by the scope that its members are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) members: usize,
    /// An instance of a class, or a module; else written as `{…}`.
    pub(super) is_made: bool,
}

impl Val<'_> {
    pub(super) fn node(node: Node) -> Self {
        Val::Node(Rc::new(node))
    }
}

/// A value that is data.
pub(super) fn value_at<'a>(place: Span, value: Value) -> Val<'a> {
    Val::node(Node::new(place, value))
}

/// A value of which only the name is known.
pub(super) fn unknown_named<'a>(name: impl Into<SmolStr>, place: Span) -> Val<'a> {
    Val::node(data::unknown(name.into(), place))
}

/// A JSON text as the document it is, with the places of its parts.
pub(super) fn parse_json<'a>(text: &Text, home: Span) -> Option<Val<'a>> {
    json::parse(&text.fragment(home)).0.map(Val::node)
}

/// Whether two values are equal, where that is known.
pub(super) fn equal(left: &Val<'_>, right: &Val<'_>) -> Option<bool> {
    match (left, right) {
        (Val::Node(a), Val::Node(b)) => data::equal(a, b),
        // A function or a class is not `undefined`, and equal to nothing that is data.
        (Val::Node(node), other) | (other, Val::Node(node)) => match (&node.value, other) {
            (Value::Unknown(_) | Value::Secret, _) | (_, Val::Import(_)) => None,
            _ => Some(false),
        },
        _ => None,
    }
}

/// A function and the scope it was made in.
#[derive(Debug, Clone)]
pub(super) struct Function<'a> {
    /// The file it stands in.
    pub(super) source: SourceId,
    /// With the file its identity, so that each is entered at least once.
    pub(super) start: u32,
    pub(super) parameters: &'a FormalParameters<'a>,
    pub(super) body: Body<'a>,
    pub(super) scope: usize,
    /// The object that it is a method of.
    pub(super) this: Option<Object>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Expression(&'a Expression<'a>),
    Statements(&'a [Statement<'a>]),
}

/// A class.
#[derive(Debug)]
pub(super) struct Class<'a> {
    pub(super) source: SourceId,
    /// Where it starts.
    pub(super) first: u32,
    pub(super) scope: usize,
    pub(super) parent: Option<Val<'a>>,
    pub(super) constructor: Option<Function<'a>>,
    pub(super) methods: Vec<(SmolStr, Function<'a>)>,
    pub(super) fields: Vec<(SmolStr, &'a PropertyDefinition<'a>)>,
    /// The scope of its static members.
    pub(super) statics: usize,
}

impl Bound for Val<'_> {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Val::Node(a), Val::Node(b)) => Rc::ptr_eq(a, b) || a == b,
            (Val::Import(a), Val::Import(b)) => a == b,
            (Val::Function(a), Val::Function(b)) => Rc::ptr_eq(a, b),
            (Val::Class(a), Val::Class(b)) => Rc::ptr_eq(a, b),
            (Val::Object(a), Val::Object(b)) => a == b,
            (Val::Pattern(a, first), Val::Pattern(b, second)) => a == b && first == second,
            _ => false,
        }
    }

    fn place(&self) -> Option<Span> {
        match self {
            Val::Node(node) => Some(node.span),
            _ => None,
        }
    }

    fn of_node(node: Node) -> Self {
        Val::node(node)
    }
}
