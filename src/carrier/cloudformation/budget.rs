//! What a template may cost.

use crate::carrier::cost::Share;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Values resolved, and parts of the values that loops and records hold.
const PARTS: Share = Share { all: 400_000, least: 2_000, most: 200_000, of_byte: 4 };

/// What is left of that.
pub(super) struct Budget {
    left: u64,
    /// Where something was first left out.
    stopped: Option<Span>,
}

impl Budget {
    /// For a template that stands at `span`, one of so many texts.
    pub(super) fn new(span: Span, texts: usize) -> Self {
        let bytes = span.end.saturating_sub(span.start) as usize;
        Self { left: PARTS.of(texts).saturating_add(PARTS.bytes(bytes)), stopped: None }
    }

    pub(super) fn exhausted(&self) -> bool {
        self.left == 0
    }

    /// Counts parts; whether there was enough left for them.
    pub(super) fn spend(&mut self, parts: usize, span: Span) -> bool {
        let left = self.left.checked_sub(parts as u64).filter(|left| *left > 0);
        self.left = left.unwrap_or(0);
        if left.is_none() {
            self.stop(span);
        }
        left.is_some()
    }

    /// Notes that something was left out.
    pub(super) fn stop(&mut self, span: Span) {
        self.stopped.get_or_insert(span);
    }

    /// What tells of it.
    pub(super) fn diagnostic(&self) -> Option<Diagnostic> {
        let message = "this template makes too much to be read further";
        let help = "what it makes from here on is left out: check the template that its loops make, or parts of it";
        self.stopped.map(|place| Diagnostic::error("cloudformation/too-large", message, place).with_help(help))
    }
}
