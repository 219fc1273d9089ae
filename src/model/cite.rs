//! Citations: a name written in one declaration that means another declaration.

use smol_str::SmolStr;

use super::ids::{DeclId, PolicyId};
use crate::source::Span;

/// A policy cited by a role, entity, group or token.
#[derive(Debug, Clone, PartialEq)]
pub struct Cite {
    /// The name as the server stores it; for display where it is not known.
    pub name: SmolStr,
    /// Where it is cited.
    pub span: Span,
    /// What it means.
    pub target: Target,
    /// What an expression in its place refers to; empty where the name is known.
    pub refs: Vec<SmolStr>,
    /// What it depends on whether it is cited; empty where it certainly is.
    pub given_if: Vec<SmolStr>,
}

/// What a citation of a policy means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A policy of the model.
    Policy(PolicyId),
    /// The built-in `default` policy, which the model does not redefine.
    Default,
    /// `root`: everything.
    Root,
    /// A name that nothing in the model declares. The server ignores it until somebody
    /// writes a policy of that name, so what it gives is undetermined here.
    Dangling,
    /// A name that cannot be known from the text.
    Unknown,
}

/// A citation of something that nothing in the model declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Dangling {
    /// What kind of thing is cited: `policy`, `mount`, `entity`, `group`.
    pub kind: &'static str,
    /// The name or id cited.
    pub name: SmolStr,
    /// Where it is cited.
    pub span: Span,
    /// The declaration that cites it.
    pub by: DeclId,
}
