//! Facts about actions and action patterns.

use std::cell::{OnceCell, RefCell};
use std::hash::{BuildHasher, BuildHasherDefault};
use std::ops::Deref;
use std::rc::Rc;

use rustc_hash::FxHasher;
use smol_str::SmolStr;

use super::{Services, Traits};
use crate::aws::catalog::{AccessLevel, Action, Service, catalog};
use crate::aws::document::Item;
use crate::pattern::glob;
use crate::recurring::Recurring;

/// One `Action` or `NotAction` item.
#[derive(Debug, Clone)]
pub struct ActionFact<'a> {
    /// The item.
    pub item: &'a Item,
    text: Rc<ActionText>,
}

impl<'a> ActionFact<'a> {
    pub(super) fn new(item: &'a Item, text: Rc<ActionText>) -> Self {
        Self { item, text }
    }
}

impl Deref for ActionFact<'_> {
    type Target = ActionText;

    #[inline]
    fn deref(&self) -> &ActionText {
        &self.text
    }
}

/// What the text of an action item tells by itself. Policies repeat the same few thousand
/// actions, so that each text is looked into once.
#[derive(Debug)]
pub struct ActionText {
    /// The pattern in lower case, holes kept.
    pub lower: SmolStr,
    /// Whether it holds `*` or `?`.
    pub wildcard: bool,
    /// Services it may be about.
    pub(crate) services: Services,
    all: bool,
    colon: usize,
    /// The same for texts that differ in case alone; others hardly ever share one.
    print: u64,
    /// Where the first wildcard is; the length where there is none.
    head: usize,
    service: OnceCell<Option<&'static Service>>,
    held: OnceCell<Held>,
    traits: OnceCell<Traits>,
    meant: OnceCell<Option<Box<str>>>,
}

/// The actions of the catalogue that a text matches.
#[derive(Debug, Default)]
struct Held {
    actions: Box<[&'static Action]>,
    /// The access levels among them, a bit each.
    levels: u8,
}

thread_local! {
    static TEXTS: RefCell<Recurring<Rc<ActionText>>> = RefCell::default();
}

impl ActionText {
    pub(super) fn of(raw: &SmolStr) -> Rc<Self> {
        // a text that two places share need not be read
        let same = |known: &SmolStr| (known.as_ptr(), known.len()) == (raw.as_ptr(), raw.len()) || known == raw;
        let find = |raw: &SmolStr| Rc::new(Self::new(raw));
        TEXTS.with_borrow_mut(|texts| {
            if let Some((_, known)) = texts.expected(same) {
                return Rc::clone(known);
            }
            texts.get(raw, find).map_or_else(|| find(raw), |(_, known)| Rc::clone(known))
        })
    }

    fn new(raw: &SmolStr) -> Self {
        let cased = raw.bytes().any(|b| b.is_ascii_uppercase());
        let lower = if cased { SmolStr::from(raw.to_ascii_lowercase()) } else { raw.clone() };
        let colon = lower.find(':').unwrap_or(lower.len());
        let head = glob::head(&lower);
        let wildcard = head < lower.len();
        let all = wildcard && (lower.bytes().all(|b| b == b'*') || lower == "*:*");
        let services = Services::of(&lower);
        let print = print(&lower);
        Self {
            lower,
            wildcard,
            services,
            all,
            colon,
            print,
            head,
            service: OnceCell::new(),
            held: OnceCell::new(),
            traits: OnceCell::new(),
            meant: OnceCell::new(),
        }
    }

    /// The service that it is about, as the catalogue has it.
    #[must_use]
    pub fn known_service(&self) -> Option<&'static Service> {
        *self.service.get_or_init(|| if self.all { None } else { catalog().service(self.service()) })
    }

    /// The actions of the catalogue that it matches, where it names one service.
    #[must_use]
    pub fn held(&self) -> &[&'static Action] {
        &self.catalogued().actions
    }

    /// Whether one of these has an access level.
    #[must_use]
    pub(crate) fn holds_level(&self, level: AccessLevel) -> bool {
        self.catalogued().levels & bit(level) != 0
    }

    fn catalogued(&self) -> &Held {
        self.held.get_or_init(|| {
            let Some(service) = self.known_service() else { return Held::default() };
            let actions: Box<[_]> = if self.wildcard {
                service.matching(self.name()).collect()
            } else {
                service.action(self.name()).into_iter().collect()
            };
            let levels = actions.iter().fold(0, |levels, action| levels | bit(action.level));
            Held { actions, levels }
        })
    }

    /// What rules ask before they look further.
    pub(super) fn traits(&self) -> Traits {
        *self.traits.get_or_init(|| {
            let none = !self.all && self.held().is_empty();
            let known = self.known_service().is_some();
            let permissions = self.holds_level(AccessLevel::Permissions);
            [
                Traits::WIDE.where_so(self.wildcard),
                Traits::SERVICE_STAR.where_so(self.is_service_star()),
                Traits::NO_SERVICE.where_so(!self.all && !known),
                Traits::NO_ACTION.where_so(none && known),
                Traits::PERMISSIONS.where_so(permissions),
            ]
            .into_iter()
            .fold(Traits::default(), Traits::union)
        })
    }

    /// What was likely meant by it, which `find` tells by its name where that was not asked yet.
    pub(crate) fn meant(&self, find: impl FnOnce(&str) -> Option<String>) -> Option<&str> {
        self.meant.get_or_init(|| find(self.name()).map(String::into_boxed_str)).as_deref()
    }

    /// The one action that it names, as the catalogue has it.
    #[must_use]
    pub fn known(&self) -> Option<(&'static Service, &'static Action)> {
        if self.wildcard {
            return None;
        }
        Some((self.known_service()?, self.held().first()?))
    }

    /// The service prefix in lower case; empty for `*`.
    #[must_use]
    #[inline]
    pub fn service(&self) -> &str {
        if self.all { "" } else { self.lower.get(..self.colon).unwrap_or("") }
    }

    /// The name after the colon in lower case; `*` for `*`.
    #[must_use]
    #[inline]
    pub fn name(&self) -> &str {
        if self.all { "*" } else { self.lower.get(self.colon + 1..).unwrap_or("") }
    }

    /// Whether it stands for every action: `*`, `**`, `*:*`.
    #[must_use]
    #[inline]
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// Whether it stands for every action of one service: `s3:*`, `s3:**`.
    #[must_use]
    #[inline]
    pub fn is_service_star(&self) -> bool {
        let name = self.lower.get(self.colon + 1..).unwrap_or("");
        !self.all && !name.is_empty() && name.bytes().all(|b| b == b'*')
    }

    /// Whether it matches an action or meets an action pattern, given in lower case.
    #[must_use]
    #[inline]
    pub fn meets(&self, action: &str) -> bool {
        self.meets_asked(&Asked::new(action))
    }

    /// Whether there is an action that both match.
    #[inline]
    pub(crate) fn meets_pattern(&self, pattern: &ActionPattern) -> bool {
        // most pairs are two names of one service
        let differ = self.print != pattern.print && !self.wildcard && !pattern.wildcard;
        !differ && self.meets_asked(&pattern.asked())
    }

    /// The same, of an action or pattern of which all is told already.
    #[inline]
    pub(super) fn meets_asked(&self, asked: &Asked<'_>) -> bool {
        self.all
            || (self.services.meet(asked.services)
                && match (self.wildcard, asked.wildcard) {
                    (false, false) => self.print == asked.print && self.lower == asked.lower,
                    (true, false) => glob::matches(&self.lower, asked.lower),
                    (false, true) => glob::matches(asked.lower, &self.lower),
                    (true, true) => glob::meet(&self.lower, asked.lower),
                })
    }

    /// Whether it matches all that an action pattern in lower case does.
    #[must_use]
    pub fn covers(&self, action: &str) -> bool {
        if self.wildcard { self.all || glob::covers(&self.lower, action) } else { self.lower == action }
    }

    /// The same, of another item.
    #[must_use]
    pub(crate) fn covers_item(&self, inner: &Self) -> bool {
        if self.wildcard {
            let begins =
                || inner.lower.as_bytes().starts_with(self.lower.as_bytes().get(..self.head).unwrap_or_default());
            self.all || (self.services.hold(inner.services) && begins() && glob::covers(&self.lower, &inner.lower))
        } else {
            self.is_same(inner)
        }
    }

    /// Whether two texts differ in case at most.
    #[must_use]
    #[inline]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.print == other.print && self.lower == other.lower
    }

    /// What tells most texts apart: the same for two of which [`is_same`](Self::is_same) holds.
    #[must_use]
    pub(crate) fn print(&self) -> u64 {
        self.print
    }
}

/// An action or action pattern that statements are asked about, with what tells most of them
/// apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// In lower case.
    pub(super) lower: &'a str,
    pub(super) wildcard: bool,
    pub(crate) services: Services,
    pub(super) print: u64,
}

impl<'a> Asked<'a> {
    /// Of an action or pattern in lower case.
    pub(crate) fn new(lower: &'a str) -> Self {
        Self { lower, wildcard: glob::is_pattern(lower), services: Services::of(lower), print: print(lower) }
    }
}

/// The number of a text in lower case.
fn print(lower: &str) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(lower.as_bytes())
}

fn bit(level: AccessLevel) -> u8 {
    1 << level as u8
}

/// An action pattern that a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ActionPattern {
    /// In lower case.
    pub(crate) lower: String,
    pub(crate) services: Services,
    /// Whether it holds `*` or `?`.
    pub(crate) wildcard: bool,
    /// The number of its text, as that of an item.
    pub(crate) print: u64,
}

impl ActionPattern {
    pub(crate) fn new(pattern: &str) -> Self {
        let lower = pattern.to_ascii_lowercase();
        let Asked { services, wildcard, print, .. } = Asked::new(&lower);
        Self { lower, services, wildcard, print }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { lower: &self.lower, wildcard: self.wildcard, services: self.services, print: self.print }
    }
}
