//! Facts about the actions of a statement together.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Services;
use super::action::ActionText;
use crate::aws::document::Statement;

/// What the actions of a statement tell: the same wherever its text stands.
#[derive(Debug)]
pub(super) struct ActionList {
    /// Each of them.
    pub(super) texts: Box<[Rc<ActionText>]>,
    /// Services that they may be about.
    pub(super) services: Services,
    traits: OnceCell<Traits>,
    index: OnceCell<ActionIndex>,
}

/// The items of a long list of actions, so that an action is looked for in few of them.
#[derive(Debug)]
pub(super) struct ActionIndex {
    /// The numbers of all, in order.
    pub(super) prints: Box<[u64]>,
    /// The places of those with wildcards, and the services of each.
    wide: Box<[(Services, usize)]>,
}

impl ActionIndex {
    /// Whether none has that number.
    pub(super) fn lacks(&self, print: u64) -> bool {
        self.prints.binary_search(&print).is_err()
    }

    /// The places of those with wildcards that may match an action of these services.
    pub(super) fn wide(&self, services: Services) -> impl Iterator<Item = usize> {
        self.wide.iter().filter(move |(of, _)| of.meet(services)).map(|(_, at)| *at)
    }
}

/// What is true of some action of a list: a rule that is about no other looks no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Traits(u8);

impl Traits {
    /// It holds a wildcard.
    pub(crate) const WIDE: Self = Self(1);
    /// It stands for every action of a service.
    pub(crate) const SERVICE_STAR: Self = Self(1 << 1);
    /// It names no service that the catalogue has.
    pub(crate) const NO_SERVICE: Self = Self(1 << 2);
    /// It names a service that the catalogue has, and matches no action of it.
    pub(crate) const NO_ACTION: Self = Self(1 << 3);
    /// It holds an action that manages permissions.
    pub(crate) const PERMISSIONS: Self = Self(1 << 4);

    /// These where something is so.
    pub(super) fn where_so(self, so: bool) -> Self {
        if so { self } else { Self(0) }
    }

    /// Those of both.
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of these is among them.
    pub(crate) fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }
}

/// Lists that are remembered.
const MOST: usize = 1 << 14;

thread_local! {
    /// By the numbers of the statements' texts, once a text has come again.
    static LISTS: RefCell<FxHashMap<u64, Rc<ActionList>>> = RefCell::default();
}

impl ActionList {
    /// That of a statement.
    pub(super) fn of(statement: &Statement) -> Rc<Self> {
        let Some(print) = statement.print.repeated() else { return Rc::new(Self::new(statement)) };
        LISTS.with_borrow_mut(|lists| {
            if lists.len() >= MOST {
                lists.clear();
            }
            Rc::clone(lists.entry(print).or_insert_with(|| Rc::new(Self::new(statement))))
        })
    }

    fn new(statement: &Statement) -> Self {
        let items = statement.action.as_ref().map_or(&[][..], |list| list.items.as_slice());
        let texts: Box<[_]> = items.iter().map(|item| ActionText::of(item.text.raw_smol())).collect();
        let services = if statement.action.as_ref().is_some_and(|list| list.negated) {
            Services::ALL
        } else {
            texts.iter().fold(Services::NONE, |all, text| all.union(text.services))
        };
        Self { texts, services, traits: OnceCell::new(), index: OnceCell::new() }
    }

    /// What is true of some of them.
    pub(super) fn traits(&self) -> Traits {
        let all = || self.texts.iter().fold(Traits::default(), |all, text| all.union(text.traits()));
        *self.traits.get_or_init(all)
    }

    pub(super) fn index(&self) -> &ActionIndex {
        self.index.get_or_init(|| {
            let mut prints: Box<[u64]> = self.texts.iter().map(|text| text.print()).collect();
            prints.sort_unstable();
            let wide = self.texts.iter().enumerate().filter(|(_, text)| text.wildcard);
            ActionIndex { prints, wide: wide.map(|(at, text)| (text.services, at)).collect() }
        })
    }
}
