//! What the evaluation of one root module may cost: work, and the values that come of it.
//! Both are bounded by the size of what is evaluated.

use crate::carrier::cost::Share;
use crate::source::Span;

/// Work that small root modules of a run have between them, and the bounds of what each
/// has of it.
const WORK: Share = Share { all: 40_000_000, least: 100_000, most: 16_000_000, of_byte: 4 };
/// The same for the parts of the values of records.
const MADE: Share = Share { all: 800_000, least: 1_000, most: 200_000, of_byte: 1 };

/// What is left of what one root module may cost.
#[derive(Debug)]
pub(super) struct Budget {
    /// Expressions evaluated, and parts of values copied or made on the way.
    work: u64,
    /// Parts of the values of records.
    made: u64,
    /// The last expression that was evaluated.
    at: Option<Span>,
    /// Where something was first left out.
    stopped: Option<Span>,
}

impl Budget {
    /// For one of so many root modules.
    pub(super) fn new(roots: usize) -> Self {
        Self { work: WORK.of(roots), made: MADE.of(roots), at: None, stopped: None }
    }

    /// Allows for a text that is evaluated or read from here on.
    pub(super) fn allow(&mut self, bytes: usize) {
        if !self.exhausted() {
            self.work = self.work.saturating_add(WORK.bytes(bytes));
            self.made = self.made.saturating_add(MADE.bytes(bytes));
        }
    }

    pub(super) fn exhausted(&self) -> bool {
        self.work == 0
    }

    /// Counts an expression; whether it may be evaluated.
    pub(super) fn step(&mut self, span: Span) -> bool {
        self.at = Some(span);
        self.spend(1)
    }

    /// Counts work; whether there is more to be had.
    pub(super) fn spend(&mut self, amount: usize) -> bool {
        self.work = self.work.saturating_sub(amount as u64);
        if self.work == 0 {
            self.stopped = self.stopped.or(self.at);
        }
        self.work > 0
    }

    /// Whether there is a good part more of that left. What takes more is left out.
    pub(super) fn affords(&mut self, amount: usize) -> bool {
        let affords = amount as u64 <= self.work / 4;
        if !affords {
            self.stopped = self.stopped.or(self.at);
        }
        affords
    }

    /// Counts the parts of a record that stands at `span`; whether it may be kept. After
    /// one that may not nothing is evaluated any more.
    pub(super) fn keep(&mut self, parts: usize, span: Span) -> bool {
        if let Some(left) = self.made.checked_sub(parts as u64) {
            self.made = left;
        } else {
            self.stop(span);
            self.work = 0;
        }
        self.work > 0
    }

    /// Notes that something was left out.
    pub(super) fn stop(&mut self, span: Span) {
        self.stopped.get_or_insert(span);
    }

    /// Where something was first left out.
    pub(super) fn stopped(&self) -> Option<Span> {
        self.stopped
    }
}
