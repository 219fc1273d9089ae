//! What AWS services there are: actions with access levels and resource types, ARN
//! templates, condition keys with types. Embedded and compact; a service's data is
//! inflated when it is first asked for, so that start-up costs nothing.
//!
//! The data is a snapshot ([`Catalog::date`]): a rule that claims something does not
//! exist should say as of when.

mod decode;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::pattern::glob;

/// What an action does, as the Service Authorization Reference classes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Lists resources.
    List,
    /// Reads contents or attributes.
    Read,
    /// Changes something.
    Write,
    /// Changes tags only.
    Tagging,
    /// Grants or changes permissions.
    Permissions,
}

impl AccessLevel {
    /// Whether the action changes something (write, tagging, permissions management).
    #[must_use]
    pub fn mutates(self) -> bool {
        !matches!(self, Self::List | Self::Read)
    }
}

/// The type of a condition key's values; `multi` for the `ArrayOf…` types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyType {
    /// Type of one value.
    pub kind: KeyKind,
    /// Whether a request may carry several values.
    pub multi: bool,
}

/// Type of one value of a condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A date.
    Date,
    /// An address or CIDR.
    IpAddress,
    /// Base64 data.
    Binary,
}

/// A condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionKey {
    /// Name as documented; may hold a variable part (`aws:RequestTag/${TagKey}`).
    pub name: SmolStr,
    /// Its values' type.
    pub kind: KeyType,
    /// Bytes before the variable part; all where it has none.
    head: usize,
}

impl ConditionKey {
    fn new(name: &'static str, kind: KeyType) -> Self {
        Self { name: SmolStr::new_static(name), kind, head: name.find("${").unwrap_or(name.len()) }
    }

    /// Whether a name in a policy means this key: without case, where each `${…}` of the
    /// documented name matches one or more characters.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let head = self.name.as_bytes().get(..self.head).unwrap_or_default();
        let begins = name.as_bytes().get(..self.head).is_some_and(|start| start.eq_ignore_ascii_case(head));
        begins && if self.head == self.name.len() { name.len() == self.head } else { key_matches(&self.name, name) }
    }
}

/// A resource type of a service.
#[derive(Debug, Clone)]
pub struct ResourceType {
    /// Name in the Service Authorization Reference (`bucket`).
    pub name: SmolStr,
    /// ARN template with `${…}` parts (`arn:${Partition}:s3:::${BucketName}`).
    pub arn: SmolStr,
    keys: u16,
    /// Where the template's first five colons are.
    colons: [usize; 5],
    /// Where the first `${` behind them is; the length where there is none.
    head: usize,
}

impl ResourceType {
    fn new(name: &'static str, arn: &'static str, keys: u16) -> Self {
        let mut colons = [arn.len(); 5];
        for (place, at) in colons.iter_mut().zip(memchr::memchr_iter(b':', arn.as_bytes())) {
            *place = at;
        }
        let from = (colons[4] + 1).min(arn.len());
        let head = memchr::memmem::find(arn.as_bytes().get(from..).unwrap_or_default(), b"${");
        let head = head.map_or(arn.len(), |at| from + at);
        Self { name: SmolStr::new_static(name), arn: SmolStr::new_static(arn), keys, colons, head }
    }

    /// The field of that index of the ARN template (2 is the service, 5 all behind the
    /// account); empty where it has fewer.
    #[must_use]
    pub fn field(&self, index: usize) -> &str {
        let from = index.checked_sub(1).and_then(|before| self.colons.get(before)).map_or(0, |at| at + 1);
        self.arn.get(from..self.colons.get(index).copied().unwrap_or(self.arn.len())).unwrap_or("")
    }

    /// What every ARN of the type has behind the account before anything varies: `role/`.
    #[must_use]
    pub fn head(&self) -> &str {
        self.arn.get(self.colons[4] + 1..self.head).unwrap_or("")
    }
}

/// A resource type that an action works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionResource {
    /// Index into [`Service::resources`].
    pub resource: u16,
    /// Whether every call of the action needs one.
    pub required: bool,
    keys: u16,
}

/// An action of a service.
#[derive(Debug, Clone)]
pub struct Action {
    /// Name as documented (`GetObject`).
    pub name: SmolStr,
    /// The name in lower case, by which it is compared.
    pub lower: SmolStr,
    /// What it does.
    pub level: AccessLevel,
    /// Resource types; empty for an action without resource-level permissions, which
    /// only the resource `*` matches.
    pub resources: &'static [ActionResource],
    /// Actions of which AWS says the caller may need them too.
    pub dependents: &'static [SmolStr],
    keys: u16,
}

impl Action {
    /// Whether the action supports resource-level permissions at all.
    #[must_use]
    pub fn takes_resource(&self) -> bool {
        !self.resources.is_empty()
    }
}

/// A service.
#[derive(Debug)]
pub struct Service {
    /// Prefix of its actions (`s3`).
    pub prefix: SmolStr,
    /// Name (`Amazon S3`).
    pub name: SmolStr,
    /// Actions, sorted by lower-cased name.
    pub actions: Vec<Action>,
    /// Lower-cased name → place in the actions.
    places: FxHashMap<&'static str, u16>,
    /// Resource types.
    pub resources: Vec<ResourceType>,
    /// All condition keys of the service, global ones that it lists included.
    pub keys: Vec<ConditionKey>,
    sets: Vec<Vec<u16>>,
    /// For each key whether some action takes it; told when first asked for.
    used: OnceLock<Vec<bool>>,
}

impl Service {
    /// The action of that name, in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        let at = match self.places.get(name) {
            Some(at) => *at,
            None if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                *self.places.get(name.to_ascii_lowercase().as_str())?
            }
            None => return None,
        };
        self.actions.get(usize::from(at))
    }

    /// The actions whose name a pattern in lower case matches, in order.
    pub fn matching<'a, 'p>(&'a self, name: &'p str) -> impl Iterator<Item = &'a Action> + use<'a, 'p> {
        let literal = name.split(['*', '?']).next().unwrap_or_default();
        let from = self.actions.partition_point(|action| action.lower.as_str() < literal);
        let sorted = self.actions.get(from..).unwrap_or_default().iter();
        let rest = name.get(literal.len()..).unwrap_or_default();
        sorted
            .take_while(move |action| action.lower.starts_with(literal))
            .filter(move |action| glob::matches(rest, action.lower.get(literal.len()..).unwrap_or_default()))
    }

    /// Resource types of an action.
    pub fn resources_of<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = &'a ResourceType> {
        action.resources.iter().filter_map(|r| self.resources.get(usize::from(r.resource)))
    }

    /// The places in [`keys`](Self::keys) of what a key's name in a policy means.
    #[must_use]
    pub fn places_of_key(&self, name: &str) -> Vec<u16> {
        let named = self.keys.iter().enumerate().filter(|(_, known)| known.is(name));
        named.filter_map(|(place, _)| u16::try_from(place).ok()).collect()
    }

    /// Whether a condition key, by its places, applies to an action, through the action
    /// itself or any resource type it works on. Told for service-specific and tag keys: global
    /// keys other than those that the service lists apply to every action in addition.
    #[must_use]
    pub fn takes(&self, action: &Action, places: &[u16]) -> bool {
        !places.is_empty() && self.key_indices(action).any(|index| places.contains(index))
    }

    /// Whether some action takes a key of that name.
    #[must_use]
    pub fn uses(&self, key: &str) -> bool {
        let used = self.used.get_or_init(|| {
            let mut used = vec![false; self.keys.len()];
            for index in self.actions.iter().flat_map(|action| self.key_indices(action)) {
                if let Some(used) = used.get_mut(usize::from(*index)) {
                    *used = true;
                }
            }
            used
        });
        self.keys.iter().zip(used).any(|(known, used)| *used && known.is(key))
    }

    /// Indices of the keys of an action, some more than once.
    fn key_indices<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = &'a u16> {
        let of_resource = |used: &'a ActionResource| {
            let resource = self.resources.get(usize::from(used.resource));
            self.set(used.keys).iter().chain(resource.map_or(&[][..], |resource| self.set(resource.keys)))
        };
        self.set(action.keys).iter().chain(action.resources.iter().flat_map(of_resource))
    }

    /// The service's condition key that a name in a policy means, if there is one: names
    /// compare without case, and `${…}` parts match any text.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&ConditionKey> {
        self.keys.iter().find(|key| key.is(name))
    }

    fn set(&self, id: u16) -> &[u16] {
        self.sets.get(usize::from(id)).map_or(&[], Vec::as_slice)
    }
}

/// All services.
#[derive(Debug)]
pub struct Catalog {
    date: &'static str,
    version: &'static str,
    rcp_services: Vec<&'static str>,
    federated_prefixes: Vec<&'static str>,
    global_keys: Vec<ConditionKey>,
    chunks: Vec<Chunk>,
    /// prefix → chunk and place in it
    index: FxHashMap<&'static str, (usize, usize)>,
    prefixes: Vec<&'static str>,
}

#[derive(Debug)]
struct Chunk {
    packed: &'static [u8],
    raw_len: usize,
    services: OnceLock<Vec<Service>>,
}

/// The embedded catalog.
#[must_use]
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| decode::catalog(include_bytes!("../../../data/aws/catalog.bin")))
}

impl Catalog {
    /// Day of the data, `YYYY-MM-DD`.
    #[must_use]
    pub fn date(&self) -> &'static str {
        self.date
    }

    /// Version of the package the data was made from.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// All service prefixes, sorted.
    #[must_use]
    pub fn prefixes(&self) -> &[&'static str] {
        &self.prefixes
    }

    /// Whether there is a service of that prefix, in any case; inflates nothing.
    #[must_use]
    pub fn has_service(&self, prefix: &str) -> bool {
        self.index.contains_key(prefix.to_ascii_lowercase().as_str())
    }

    /// The service of that prefix, in any case.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let found = self.index.get(prefix);
        let &(chunk, at) = match found {
            Some(place) => place,
            None => self.index.get(prefix.to_ascii_lowercase().as_str())?,
        };
        self.chunks.get(chunk)?.services().get(at)
    }

    /// The action of a full name such as `s3:GetObject`, in any case.
    #[must_use]
    pub fn action(&self, full: &str) -> Option<(&Service, &Action)> {
        let (prefix, name) = full.split_once(':')?;
        let service = self.service(prefix)?;
        Some((service, service.action(name)?))
    }

    /// All actions that an action pattern matches (`s3:Get*`, `*`, `*:Describe*`), in
    /// order of service and name.
    pub fn matching<'a>(&'a self, pattern: &str) -> impl Iterator<Item = (&'a Service, &'a Action)> + use<'a> {
        let lower = pattern.to_ascii_lowercase();
        let (prefix, name) = match lower.split_once(':') {
            Some((prefix, name)) => (prefix.to_owned(), name.to_owned()),
            // only patterns with `*` can match a full name if they hold no colon themselves
            None if lower.ends_with('*') => (lower.clone(), "*".to_owned()),
            None => (lower.clone(), String::new()),
        };
        let wild = prefix.contains(['*', '?']);
        let services: Vec<&'a Service> = if wild {
            let fits = |p: &&&'static str| glob::matches(&prefix, p);
            self.prefixes.iter().filter(fits).filter_map(|p| self.service(p)).collect()
        } else {
            self.service(&prefix).into_iter().collect()
        };
        services
            .into_iter()
            .flat_map(move |service| service.matching(&name).map(|action| (service, action)).collect::<Vec<_>>())
    }

    /// Whether resource control policies apply to the service.
    #[must_use]
    pub fn rcp_supports(&self, prefix: &str) -> bool {
        self.rcp_services.iter().any(|p| p.eq_ignore_ascii_case(prefix))
    }

    /// The global condition key a name in a policy means, if there is one.
    #[must_use]
    pub fn global_key(&self, name: &str) -> Option<&ConditionKey> {
        self.global_keys.iter().find(|key| key.is(name))
    }

    /// All global condition keys.
    #[must_use]
    pub fn global_keys(&self) -> &[ConditionKey] {
        &self.global_keys
    }

    /// Whether a condition key is a claim of an identity provider: its prefix is a known
    /// provider (`saml`) or an issuer's host (`token.actions.githubusercontent.com`,
    /// `oidc.eks.eu-west-1.amazonaws.com/id/…`). Every issuer has `sub` and `aud` and may
    /// have claims of its own, so such a key is never unknown.
    #[must_use]
    pub fn is_federated_key(&self, name: &str) -> bool {
        let Some((prefix, claim)) = name.rsplit_once(':') else { return false };
        !claim.is_empty() && (prefix.contains('.') || self.federated_prefixes.iter().any(|p| key_matches(p, prefix)))
    }

    /// The condition key that a name in a policy means: a global key, or one of the
    /// service its prefix names, or a documented claim of an identity provider
    /// (`accounts.google.com:sub`, kept under `sts`). None where it is unknown; see
    /// [`Catalog::is_federated_key`] before claiming so.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        if name.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("aws:")) {
            return self.global_key(name);
        }
        let (prefix, _) = name.split_once(':')?;
        match self.service(prefix) {
            Some(service) => service.key(name),
            None => ["sts", "sso", "aws-marketplace", "cognito-identity"]
                .into_iter()
                .find_map(|p| self.service(p)?.key(name)),
        }
    }
}

impl Chunk {
    fn services(&self) -> &[Service] {
        self.services.get_or_init(|| decode::chunk(self.packed, self.raw_len))
    }
}

/// Whether a key name in a policy is the documented one: without case, where each `${…}`
/// of the documented name matches one or more characters.
fn key_matches(documented: &str, name: &str) -> bool {
    let Some((head, rest)) = documented.split_once("${") else {
        return documented.eq_ignore_ascii_case(name);
    };
    let Some((_, tail)) = rest.split_once('}') else { return false };
    let Some(start) = name.get(..head.len()) else { return false };
    if !start.eq_ignore_ascii_case(head) {
        return false;
    }
    let body = name.get(head.len()..).unwrap_or("");
    if tail.is_empty() {
        return !body.is_empty();
    }
    body.char_indices().skip(1).any(|(at, _)| body.get(at..).is_some_and(|rest| key_matches(tail, rest)))
}
