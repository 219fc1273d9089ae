//! AWS policies as regions.
//!
//! A statement is a set of requests: principals × actions × resources × contexts. The
//! questions here are decided exactly over well-formed requests, with every context key
//! free; what cannot be decided is said to be undecided (spec: symbolic).
//!
//! Not modelled: that an account is twelve digits, which actions fit which resources, and
//! ties between context keys.

mod compile;
mod condition;
mod dimension;
mod goal;
mod names;
mod principal;
mod question;

use compile::{Compiled, Compiler, Dim, action_pattern, resource_pattern};
use condition::Atom;
use names::Names;
use principal::Who;

pub use goal::{Answer, Request};
pub use question::{Covered, Element, Gained, Reached};

use crate::aws::document::Document;

/// Where a statement stands: which of the documents given, and which of its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// Index of the document.
    pub document: usize,
    /// Index of the statement in it.
    pub statement: usize,
}

/// Documents ready to be asked about, one or all of a principal together.
#[derive(Debug)]
pub struct Policies {
    statements: Vec<Compiled>,
    refs: Vec<StatementRef>,
    names: Names,
}

impl Policies {
    /// Compiles documents. A variable or reference is the same one in all of them.
    #[must_use]
    pub fn new<'d>(documents: impl IntoIterator<Item = &'d Document>) -> Self {
        Self::of(documents, |_| true)
    }

    /// Compiles some statements of a document, by their index in it.
    #[must_use]
    pub fn some(document: &Document, keep: impl Fn(usize) -> bool) -> Self {
        Self::of([document], |at| keep(at.statement))
    }

    fn of<'d>(documents: impl IntoIterator<Item = &'d Document>, keep: impl Fn(StatementRef) -> bool) -> Self {
        let mut compiler = Compiler::default();
        let mut statements = Vec::new();
        let mut refs = Vec::new();
        for (document, source) in documents.into_iter().enumerate() {
            compiler.enter(source);
            for (statement, source) in source.statements.iter().enumerate() {
                let at = StatementRef { document, statement };
                if keep(at) {
                    refs.push(at);
                    statements.push(compiler.statement(source));
                }
            }
        }
        Self { statements, refs, names: compiler.names }
    }

    /// Where each statement stands; questions name statements by their index here.
    #[must_use]
    pub fn refs(&self) -> &[StatementRef] {
        &self.refs
    }
}

/// A set of requests that a rule is about.
#[derive(Debug, Clone)]
pub struct Region {
    statement: Compiled,
}

impl Region {
    /// Requests for one of these actions on one of these resources, in which none of these
    /// condition keys is present.
    #[must_use]
    pub fn new(actions: &[&str], resources: &[&str], absent_keys: &[&str]) -> Self {
        let dim = |patterns| Dim { negated: false, patterns, partial: false };
        Self {
            statement: Compiled {
                effect: None,
                who: Who::Attached,
                action: dim(actions.iter().map(|text| action_pattern(text)).collect()),
                resource: dim(resources.iter().map(|text| resource_pattern(text)).collect()),
                atoms: absent_keys.iter().map(|key| Atom::absent(key)).collect(),
                opaque: false,
            },
        }
    }
}
