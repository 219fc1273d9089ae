//! What names and expressions of a program stand for while it is read.

use std::rc::Rc;

use ruff_python_ast::{Expr, Parameters, Stmt};
use ruff_text_size::TextRange;
use smol_str::SmolStr;

use crate::carrier::pulumi_program::scope::Bound;
use crate::source::{SourceId, Span};
use crate::syntax::Node;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Val<'a> {
    /// Data, known or not. A resource is an unknown value that refers to its address.
    Node(Rc<Node>),
    /// Something imported, by its full dotted name: `pulumi_vault.jwt`, `json.dumps`.
    Import(SmolStr),
    /// A function of the program.
    Function(Rc<Function<'a>>),
    /// A class of the program.
    Class(Rc<Class<'a>>),
    /// Another Python file of the program, by its place in the reader's list.
    Module(usize),
    /// A file opened by name.
    File(SmolStr),
}

impl Val<'_> {
    pub(super) fn node(node: Node) -> Self {
        Val::Node(Rc::new(node))
    }
}

/// A class.
#[derive(Debug)]
pub(super) struct Class<'a> {
    /// Its `__init__`, if it has one.
    pub(super) init: Option<Rc<Function<'a>>>,
    /// The scope of its attributes.
    pub(super) attributes: usize,
    /// Where instances hold nothing but fields, which calls of the class set (data classes,
    /// pydantic models, named tuples): their names in order, with their places.
    pub(super) fields: Option<Vec<(SmolStr, TextRange)>>,
}

/// A function or lambda, and the scope it was made in.
#[derive(Debug)]
pub(super) struct Function<'a> {
    /// The file it stands in.
    pub(super) source: SourceId,
    /// With the file its identity, so that each is entered at least once.
    pub(super) start: u32,
    pub(super) parameters: Option<&'a Parameters>,
    pub(super) body: Body<'a>,
    pub(super) scope: usize,
    /// True for a method of a class, whose first parameter is the object.
    pub(super) method: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Expression(&'a Expr),
    Statements(&'a [Stmt]),
}

impl Bound for Val<'_> {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Val::Node(a), Val::Node(b)) => Rc::ptr_eq(a, b) || a == b,
            (Val::Import(a), Val::Import(b)) | (Val::File(a), Val::File(b)) => a == b,
            (Val::Module(a), Val::Module(b)) => a == b,
            (Val::Function(a), Val::Function(b)) => Rc::ptr_eq(a, b),
            (Val::Class(a), Val::Class(b)) => Rc::ptr_eq(a, b),
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
