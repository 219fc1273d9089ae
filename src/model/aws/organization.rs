//! What the policies of an organization are attached to, and which of them bind an account
//! (spec: aws-evaluation, section 7.6).
//!
//! The root, each unit on the way to an account and the account itself are levels: what is
//! attached to one of them binds all that is in it, and every level has to allow. A policy of
//! which nothing tells what it is attached to is given as one that binds, and makes a level with
//! others of that kind; but where its neighbours are attached and it is not, it may well bind
//! nobody.

mod level;
mod link;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

pub use level::Binding;
pub(super) use level::Prepared;

use crate::aws::document::PolicyKind;
use crate::carrier::declaration::Declaration;
use crate::decision::Truth;
use crate::model::DeclId;
use crate::source::SourceMap;
use link::Linker;

/// What a policy of an organization is attached to, or what a part of one is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    /// Nothing is said of it: the policy is given as one that binds.
    Everywhere,
    /// The root, by its id if that is known.
    Root(Option<SmolStr>),
    /// A unit.
    Unit(Name),
    /// An account.
    Account(Name),
    /// What an expression stands for.
    Open(SmolStr),
    /// Whatever else the policy may be attached to: others beside it are, as far as is seen.
    Elsewhere(DeclId),
}

/// A unit or account, by its id or, where that is not known, by its declaration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Id(SmolStr),
    Declared(DeclId),
}

/// A policy at a level; `FullAWSAccess`, which stands in no file, is none of the model's.
#[derive(Debug)]
struct Attached {
    policy: Option<DeclId>,
    /// What it depends on whether it is attached.
    given_if: Vec<SmolStr>,
}

/// The policies of one kind that are attached to one place.
#[derive(Debug)]
struct Level {
    place: Place,
    policies: Vec<Attached>,
}

/// The organization as far as the model tells.
#[derive(Debug, Default)]
pub(super) struct Organization {
    /// Service control policies, from the root down as far as that is known.
    scps: Vec<Level>,
    /// Resource control policies, likewise.
    rcps: Vec<Level>,
    /// What units and accounts are in.
    parents: FxHashMap<Place, Place>,
    /// How messages call parts that have no id.
    addresses: FxHashMap<DeclId, SmolStr>,
    /// Accounts that manage an organization.
    management: FxHashSet<SmolStr>,
    /// Whether several roots are named, which are of several organizations.
    several: bool,
}

/// Units nest up to five levels below the root
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>).
const MOST_LEVELS: usize = 8;

impl Organization {
    pub(super) fn new(declarations: &[Declaration], sources: &SourceMap, scps: &[DeclId], rcps: &[DeclId]) -> Self {
        let mut organization = Self::default();
        if scps.is_empty() && rcps.is_empty() {
            return organization;
        }
        let linker = Linker::new(declarations, sources);
        organization.several = linker.roots.len() > 1;
        linker.parts(&mut organization);
        let links = linker.links(scps, rcps);
        organization.scps = linker.levels(&organization, &links, scps);
        organization.rcps = linker.levels(&organization, &links, rcps);
        organization
    }

    /// The levels of policies of a kind.
    fn levels(&self, kind: PolicyKind) -> &[Level] {
        if kind == PolicyKind::Rcp { &self.rcps } else { &self.scps }
    }

    /// Whether what is attached to a place binds an account; nothing binds one that manages an
    /// organization.
    fn binds(&self, place: &Place, account: Option<&str>) -> Truth {
        if account.is_some_and(|account| self.management.contains(account)) {
            return Truth::False;
        }
        let account = account.map(|account| Place::Account(Name::Id(account.into())));
        match (place, account) {
            (Place::Root(_), account) if self.several => {
                account.map_or(Truth::Unknown, |account| self.is_in(&account, place))
            }
            (Place::Everywhere | Place::Root(_), _) => Truth::True,
            (Place::Account(_), Some(account)) => same(&account, place),
            (Place::Unit(_), Some(account)) => self.is_in(&account, place),
            _ => Truth::Unknown,
        }
    }

    /// Whether an account is in a unit or below a root.
    fn is_in(&self, account: &Place, place: &Place) -> Truth {
        let (mut here, mut perhaps) = (account, false);
        for _ in 0..MOST_LEVELS {
            match same(here, place) {
                Truth::True => return Truth::True,
                Truth::Unknown => perhaps = true,
                Truth::False => {}
            }
            here = match (here, self.parents.get(here)) {
                (Place::Root(_), _) => return if perhaps { Truth::Unknown } else { Truth::False },
                (_, Some(parent)) => parent,
                (_, None) => return Truth::Unknown,
            };
        }
        Truth::Unknown
    }

    /// Where a place is on the way from the root to an account.
    fn rank(&self, place: &Place) -> (u8, usize) {
        let mut depth = 0;
        let mut here = place;
        while let Some(parent) = self.parents.get(here).filter(|_| depth < MOST_LEVELS) {
            depth += 1;
            here = parent;
        }
        let rank = match place {
            Place::Everywhere => 0,
            Place::Root(_) => 1,
            Place::Unit(_) => 2,
            Place::Open(_) | Place::Elsewhere(_) => 3,
            Place::Account(_) => 4,
        };
        (rank, depth)
    }

    /// A place as policies at it are called by; none where nothing tells of one.
    fn name(&self, place: &Place) -> Option<SmolStr> {
        match place {
            Place::Root(id) => Some(id.clone().unwrap_or_else(|| SmolStr::new_static("root"))),
            Place::Unit(Name::Id(id)) | Place::Account(Name::Id(id)) => Some(id.clone()),
            Place::Unit(Name::Declared(decl)) | Place::Account(Name::Declared(decl)) => {
                self.addresses.get(decl).cloned()
            }
            Place::Open(text) => Some(text.clone()),
            Place::Everywhere | Place::Elsewhere(_) => None,
        }
    }
}

/// Whether two places are one.
fn same(a: &Place, b: &Place) -> Truth {
    let named = |a: &Name, b: &Name| match (a, b) {
        _ if a == b => Truth::True,
        (Name::Id(_), Name::Id(_)) | (Name::Declared(_), Name::Declared(_)) => Truth::False,
        _ => Truth::Unknown,
    };
    match (a, b) {
        (Place::Unit(a), Place::Unit(b)) | (Place::Account(a), Place::Account(b)) => named(a, b),
        (Place::Root(Some(a)), Place::Root(Some(b))) => (a == b).into(),
        (Place::Root(_), Place::Root(_)) | (Place::Open(_), _) | (_, Place::Open(_)) => Truth::Unknown,
        _ => Truth::False,
    }
}
