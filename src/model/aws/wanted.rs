//! What is asked of those who limit a grant, and what they leave of it.

use smol_str::SmolStr;

use crate::source::Span;

/// What is left of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing.
    Nothing,
    /// Something, in some circumstances: where they are told, and of what kind of policy.
    Sometimes(Span, &'static str),
    /// All of it.
    Whole,
}

impl Left {
    /// What takes it away in some circumstances, if anything does; none where nothing is left.
    #[allow(clippy::option_option, reason = "that something is left, and what it depends on, are two questions")]
    pub(crate) fn some(self) -> Option<Option<(Span, &'static str)>> {
        match self {
            Self::Nothing => None,
            Self::Sometimes(place, what) => Some(Some((place, what))),
            Self::Whole => Some(None),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'q> {
    /// In lower case.
    pub(crate) action: &'q str,
    /// An ARN or a pattern.
    pub(crate) resource: &'q str,
    /// Whether all of the resource is needed, or any of it is enough.
    pub(crate) all: bool,
    /// Whether only what is refused whatever else holds counts as refused, and not what is under
    /// a condition on what is done.
    pub(crate) surely: bool,
    /// What a role is passed to; several are alternatives.
    pub(crate) services: &'q [&'q str],
}

/// What the organization is asked of somebody who is not known: many documents ask the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct WantedByAnybody {
    action: SmolStr,
    resource: SmolStr,
    all: bool,
    surely: bool,
    services: Vec<SmolStr>,
}

impl WantedByAnybody {
    pub(super) fn of(wanted: Wanted<'_>) -> Self {
        Self {
            action: wanted.action.into(),
            resource: wanted.resource.into(),
            all: wanted.all,
            surely: wanted.surely,
            services: wanted.services.iter().copied().map(SmolStr::new).collect(),
        }
    }
}
