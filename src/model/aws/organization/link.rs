//! Which places the declarations of a model attach policies of an organization to.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Attached, Level, Name, Organization, Place};
use crate::aws::document::PolicyKind;
use crate::aws::principal::is_account;
use crate::carrier::declaration::{AwsOrganizationPartKind, AwsPolicy, AwsTarget, Carrier, Declaration, Item, Named};
use crate::model::DeclId;
use crate::model::aws::known;
use crate::model::conditional::{given_if, join};
use crate::model::scope::Scope;
use crate::source::{SourceId, SourceMap};

/// What ids of roots begin with.
const ROOT: &str = "r-";
/// The id of the policy that AWS attaches to everything.
const FULL_ACCESS: &str = "p-FullAWSAccess";

/// The places that each policy is attached to, and what that depends on.
pub(super) type Links = FxHashMap<DeclId, IndexedPlaces>;

/// Places in the order in which they were found.
#[derive(Default)]
pub(super) struct IndexedPlaces {
    all: Vec<(Place, Vec<SmolStr>)>,
    at: FxHashMap<Place, usize>,
}

impl IndexedPlaces {
    fn add(&mut self, place: Place, given_if: &[SmolStr]) {
        match self.at.get(&place).and_then(|at| self.all.get_mut(*at)) {
            // attached for certain, by one of several declarations
            Some((_, known)) if known.is_empty() || given_if.is_empty() => known.clear(),
            Some((_, known)) => join(known, given_if),
            None => {
                self.at.insert(place.clone(), self.all.len());
                self.all.push((place, given_if.to_vec()));
            }
        }
    }
}

/// What declarations of one configuration share: the directory of a program, else the source.
type Configuration<'s> = (Carrier, Option<&'s [&'s str]>, Option<SourceId>);

pub(super) struct Linker<'a> {
    declarations: &'a [Declaration],
    scope: Scope<'a>,
    /// Ids of roots.
    pub(super) roots: FxHashSet<&'a str>,
}

impl<'a> Linker<'a> {
    pub(super) fn new(declarations: &'a [Declaration], sources: &'a SourceMap) -> Self {
        let named = declarations.iter().flat_map(|declaration| match &declaration.item {
            Item::AwsTarget(target) => std::slice::from_ref(&target.target),
            Item::AwsOrganizationPart(part) => part.parent.as_slice(),
            Item::AwsPolicy(policy) => policy.attached_to.as_slice(),
            _ => &[],
        });
        let roots = named.filter_map(|(text, _)| text.known()).filter(|text| text.starts_with(ROOT)).collect();
        Self { declarations, scope: Scope::new(declarations, sources), roots }
    }

    /// Units and accounts with what they are in, and accounts that manage.
    pub(super) fn parts(&self, into: &mut Organization) {
        for (decl, declaration) in self.all() {
            let Item::AwsOrganizationPart(part) = &declaration.item else { continue };
            into.management.extend(part.management.clone());
            let Some(place) = self.part(decl) else { continue };
            if matches!(&place, Place::Unit(Name::Declared(_)) | Place::Account(Name::Declared(_))) {
                into.addresses.insert(decl, declaration.address.clone());
            }
            if let Some(parent) = &part.parent {
                let parent = self.place(decl, parent);
                // of two that say other things of it, neither is believed
                let known = into.parents.entry(place).or_insert_with(|| parent.clone());
                if *known != parent {
                    *known = Place::Open(declaration.address.clone());
                }
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = (DeclId, &'a Declaration)> + use<'a> {
        self.declarations.iter().enumerate().map(|(index, declaration)| (DeclId::at(index), declaration))
    }

    /// The place that a declaration is of an organization; none of the organization itself.
    fn part(&self, decl: DeclId) -> Option<Place> {
        let Item::AwsOrganizationPart(part) = &self.declarations.get(decl.index())?.item else { return None };
        let name = known(part.id.as_ref()).map_or(Name::Declared(decl), Name::Id);
        match part.kind {
            AwsOrganizationPartKind::Organization => None,
            AwsOrganizationPartKind::Unit => Some(Place::Unit(name)),
            AwsOrganizationPartKind::Account => Some(Place::Account(name)),
        }
    }

    /// What an id or reference stands for.
    fn place(&self, from: DeclId, named: &Named) -> Place {
        if let Some(text) = named.0.known() {
            let name = || Name::Id(text.into());
            return match text {
                _ if is_account(text) => Place::Account(name()),
                _ if text.starts_with(ROOT) => Place::Root(Some(text.into())),
                _ if text.starts_with("ou-") => Place::Unit(name()),
                _ => Place::Open(text.into()),
            };
        }
        let refs = self.refs(from, named);
        let [reference] = refs.as_slice() else {
            let text = if refs.is_empty() { named.0.display() } else { refs.join(", ") };
            return Place::Open(text.into());
        };
        // the only root there is, where one is named
        let root = || Place::Root(self.roots.iter().next().filter(|_| self.roots.len() == 1).map(SmolStr::new));
        if is_root(reference) {
            return root();
        }
        let is_part = |id: DeclId| {
            let item = self.declarations.get(id.index()).map(|declaration| &declaration.item);
            matches!(item, Some(Item::AwsOrganizationPart(_)))
        };
        let found = self.scope.referred_where(from, reference, is_part);
        match (found, found.and_then(|id| self.part(id))) {
            (_, Some(place)) => place,
            // `Fn::GetAtt` of `RootId`, as CloudFormation calls it
            (Some(_), None) if reference.ends_with(".RootId") || reference.ends_with(".root_id") => root(),
            _ => Place::Open(reference.clone()),
        }
    }

    /// What a text that is nothing but an expression refers to. Of `each.value` it is what the
    /// declaration is repeated over.
    fn refs(&self, from: DeclId, named: &Named) -> Vec<SmolStr> {
        let whole = named.0.raw().chars().count() == 1;
        let refs: Vec<SmolStr> =
            named.0.holes().iter().filter(|_| whole).flat_map(|hole| hole.unknown.refs.iter().cloned()).collect();
        let over = given_if(self.declarations, from);
        let repeated = !over.is_empty() && refs.iter().all(|name| name.starts_with("each."));
        if repeated && !refs.is_empty() { over.to_vec() } else { refs }
    }

    fn policy(&self, decl: DeclId) -> Option<&'a AwsPolicy> {
        match &self.declarations.get(decl.index())?.item {
            Item::AwsPolicy(policy) if matches!(policy.kind, PolicyKind::Scp | PolicyKind::Rcp) => Some(policy),
            _ => None,
        }
    }

    /// What is attached to what: by the policies themselves and by declarations of their own.
    /// `FullAWSAccess` is left out.
    pub(super) fn links(&self, scps: &[DeclId], rcps: &[DeclId]) -> Links {
        let mut links = Links::default();
        let mut ids: FxHashMap<SmolStr, DeclId> = FxHashMap::default();
        for decl in scps.iter().chain(rcps) {
            let Some(policy) = self.policy(*decl) else { continue };
            ids.extend(known(policy.id.as_ref()).map(|id| (id, *decl)));
            for target in &policy.attached_to {
                links.entry(*decl).or_default().add(self.place(*decl, target), &[]);
            }
        }
        for (decl, declaration) in self.all() {
            let Item::AwsTarget(target) = &declaration.item else { continue };
            let Some(policy) = self.attached(decl, target, &ids) else { continue };
            let (place, given_if) = self.attachment(decl, target);
            links.entry(policy).or_default().add(place, given_if);
        }
        links
    }

    /// The place that something is attached to, and what that depends on.
    fn attachment(&self, decl: DeclId, target: &AwsTarget) -> (Place, &'a [SmolStr]) {
        let place = self.place(decl, &target.target);
        let given_if = given_if(self.declarations, decl);
        // Where one is made for each of some places, to be one of them is all that it depends on.
        let each = matches!(&place, Place::Open(text) if given_if.contains(text));
        (place, if each { &[] } else { given_if })
    }

    /// The policy that a declaration attaches.
    fn attached(&self, decl: DeclId, target: &AwsTarget, ids: &FxHashMap<SmolStr, DeclId>) -> Option<DeclId> {
        if let Some(id) = target.policy.0.known() {
            return ids.get(id).copied();
        }
        let refs = self.refs(decl, &target.policy);
        refs.iter().find_map(|name| self.scope.referred_where(decl, name, |id| self.policy(id).is_some()))
    }

    fn configuration(&self, decl: DeclId) -> Option<Configuration<'_>> {
        let declaration = self.declarations.get(decl.index())?;
        Some(match declaration.carrier {
            carrier @ (Carrier::Terraform | Carrier::PulumiProgram) => (carrier, self.scope.directory(decl), None),
            carrier => (carrier, None, Some(declaration.span.source)),
        })
    }

    /// The levels of some policies.
    pub(super) fn levels(&self, organization: &Organization, links: &Links, policies: &[DeclId]) -> Vec<Level> {
        let attaching: FxHashSet<_> = links.keys().filter_map(|decl| self.configuration(*decl)).collect();
        let mut levels: Vec<Level> = Vec::new();
        let mut at: FxHashMap<Place, usize> = FxHashMap::default();
        let mut add = |place: &Place, attached: Attached| {
            match at.get(place).and_then(|at| levels.get_mut(*at)) {
                Some(level) => level.policies.push(attached),
                // nothing but `FullAWSAccess` takes nothing away
                None if attached.policy.is_none() => {}
                None => {
                    at.insert(place.clone(), levels.len());
                    levels.push(Level { place: place.clone(), policies: vec![attached] });
                }
            }
        };
        for decl in policies {
            let Some(own) = links.get(decl) else {
                let neighbours = self.configuration(*decl).is_some_and(|own| attaching.contains(&own));
                let place = if neighbours { Place::Elsewhere(*decl) } else { Place::Everywhere };
                add(&place, Attached { policy: Some(*decl), given_if: Vec::new() });
                continue;
            };
            for (place, given_if) in &own.all {
                add(place, Attached { policy: Some(*decl), given_if: given_if.clone() });
            }
        }
        for (decl, declaration) in self.all() {
            let Item::AwsTarget(target) = &declaration.item else { continue };
            if target.policy.0.known() == Some(FULL_ACCESS) {
                let (place, given_if) = self.attachment(decl, target);
                add(&place, Attached { policy: None, given_if: given_if.to_vec() });
            }
        }
        levels.sort_by_key(|level| organization.rank(&level.place));
        levels
    }
}

/// Whether a reference is to the root of an organization, which has `roots` as an attribute:
/// `aws_organizations_organization.main.roots[0].id`.
fn is_root(reference: &str) -> bool {
    let mut names = reference.split(['.', '[']);
    names.any(|name| name == "roots") && names.next_back() == Some("id")
}
