//! Texts with policy variables, made ready (spec: aws-evaluation, section 3).

use smol_str::SmolStr;

use super::context::{Context, Lookup, lower};
use super::variable::{self, Part};
use crate::pattern::glob::Builder;
use crate::source::HOLE;
use crate::syntax::Text;

/// A text whose variables are filled in for each request.
#[derive(Debug, Clone)]
pub(super) struct Template {
    parts: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    /// Text of the policy, in which wildcards may be wildcards.
    Text(SmolStr),
    /// A key in lower case and as written, and what stands in where it is absent.
    Variable { key: SmolStr, name: SmolStr, default: Option<SmolStr> },
    /// A character that stands for itself.
    Escape(char),
    /// An expression of the carrier whose value is not known.
    Hole(Vec<SmolStr>),
}

impl Template {
    /// Takes a text apart. Where variables are not enabled `${…}` is plain text. None if
    /// the text has neither variables nor unknown parts: it is the same for every request.
    pub(super) fn compile(text: &Text, enabled: bool) -> Option<Self> {
        let raw = text.raw();
        if text.is_known() && !(enabled && raw.contains("${")) {
            return None;
        }
        let parsed = if enabled { variable::parts(raw).0 } else { vec![Part::Text(raw)] };
        if text.is_known() && parsed.iter().all(|part| matches!(part, Part::Text(_))) {
            return None;
        }
        let mut holes = text.holes().iter();
        let mut parts = Vec::new();
        for part in parsed {
            match part {
                Part::Text(piece) if text.is_known() => parts.push(Piece::Text(piece.into())),
                Part::Text(piece) => {
                    for (index, run) in piece.split(HOLE).enumerate() {
                        if index > 0 {
                            let refs = holes.next().map(|hole| hole.unknown.refs.clone());
                            parts.push(Piece::Hole(refs.unwrap_or_default()));
                        }
                        if !run.is_empty() {
                            parts.push(Piece::Text(run.into()));
                        }
                    }
                }
                // An unknown part inside a variable makes the variable unknown.
                Part::Variable { key, .. } if key.contains(HOLE) => {
                    let refs = key.matches(HOLE).filter_map(|_| holes.next()).flat_map(|h| h.unknown.refs.clone());
                    parts.push(Piece::Hole(refs.collect()));
                }
                Part::Variable { key, default } => {
                    let default = default.map(SmolStr::new);
                    parts.push(Piece::Variable { key: lower(key), name: SmolStr::new(key), default });
                }
                Part::Escape(char) => parts.push(Piece::Escape(char)),
            }
        }
        Some(Self { parts })
    }

    /// The pattern for a request, wildcards as wildcards only with `wild`; what comes from
    /// a key is never a wildcard (spec: aws-evaluation, section 3.6). None where a
    /// variable has no value: the text then matches nothing (section 3.5).
    pub(super) fn fill(&self, context: &Context, wild: bool, mut builder: Builder) -> Option<Builder> {
        for part in &self.parts {
            builder = match part {
                Piece::Text(text) if wild => builder.pattern(text),
                Piece::Text(text) => builder.literal(text),
                Piece::Escape(char) => builder.literal(char.encode_utf8(&mut [0; 4])),
                Piece::Hole(_) => builder.hole(),
                Piece::Variable { key, default, .. } => match (context.get(key), default) {
                    (Lookup::One(value), _) => builder.literal(value),
                    (Lookup::Absent, Some(default)) => builder.literal(default),
                    // keys of several values are no variables (section 3.1)
                    (Lookup::Absent, None) | (Lookup::Many(_), _) => return None,
                    (Lookup::Unknown, _) => builder.hole(),
                },
            };
        }
        Some(builder)
    }

    /// The pattern with every variable as a hole: what it may match at most.
    pub(super) fn widest(&self, mut builder: Builder) -> Builder {
        for part in &self.parts {
            builder = match part {
                Piece::Text(text) => builder.pattern(text),
                Piece::Escape(char) => builder.literal(char.encode_utf8(&mut [0; 4])),
                Piece::Hole(_) | Piece::Variable { .. } => builder.hole(),
            };
        }
        builder
    }

    /// The text for a request where everything in it has one value.
    pub(super) fn text(&self, context: &Context) -> Filled {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Piece::Text(text) => out.push_str(text),
                Piece::Escape(char) => out.push(*char),
                Piece::Hole(_) => return Filled::Unknown,
                Piece::Variable { key, default, .. } => match (context.get(key), default) {
                    (Lookup::One(value), _) => out.push_str(value),
                    (Lookup::Absent, Some(default)) => out.push_str(default),
                    (Lookup::Absent, None) | (Lookup::Many(_), _) => return Filled::Nothing,
                    (Lookup::Unknown, _) => return Filled::Unknown,
                },
            }
        }
        Filled::Text(out)
    }

    /// The keys and expressions that the text depends on and whose value is not known.
    pub(super) fn unknowns(&self, context: &Context, into: &mut Vec<Missing>) {
        for part in &self.parts {
            match part {
                Piece::Hole(refs) => into.extend(refs.iter().cloned().map(Missing::Expression)),
                Piece::Variable { key, name, .. } if context.get(key) == Lookup::Unknown => {
                    into.push(Missing::Key(name.clone()));
                }
                _ => {}
            }
        }
    }
}

/// What a [`Template`] says in one request.
pub(super) enum Filled {
    /// This text.
    Text(String),
    /// A variable has no value.
    Nothing,
    /// Something in it is not known.
    Unknown,
}

/// Something an answer depends on that is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A condition key that the request does not tell of, as the policy spells it.
    Key(SmolStr),
    /// An expression in a policy whose value the carrier does not know.
    Expression(SmolStr),
    /// Something else, in words.
    Fact(SmolStr),
}

impl Missing {
    /// As people name it: a key, an expression, a fact in words.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Key(name) | Self::Expression(name) | Self::Fact(name) => name,
        }
    }
}
