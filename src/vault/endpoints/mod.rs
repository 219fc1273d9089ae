//! Which capability each API path of each engine answers to, so that a grant which can do
//! nothing is seen as such.
//!
//! The table is `table.tsv`; its first lines say how to read it.

use std::sync::OnceLock;

use crate::pattern::path::PathLang;
use crate::vault::capability::{Capabilities, Capability};

const TABLE: &str = include_str!("table.tsv");

/// One API path of an engine or auth method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Engine or method: `kv-v1`, `kv-v2`, `transit`, `auth/approle` …
    pub engine: &'static str,
    /// Path below the mount: `+` is one segment, a final `*` the rest.
    pub path: &'static str,
    /// Capabilities that do something there. `create` only where the server asks whether
    /// the thing exists; `sudo` where the path asks for it.
    pub capabilities: Capabilities,
    /// What holds behind it, in a few words.
    pub gives: &'static str,
    /// Whether the engine's list is whole, so that other paths do not exist.
    pub whole: bool,
}

/// All endpoints, in the order of the table.
pub fn all() -> &'static [Endpoint] {
    static PARSED: OnceLock<Vec<Endpoint>> = OnceLock::new();
    PARSED.get_or_init(|| TABLE.lines().filter_map(parse).collect())
}

fn parse(line: &'static str) -> Option<Endpoint> {
    let mut columns = line.split('\t').filter(|_| !line.starts_with('#'));
    let engine = columns.next()?;
    let (engine, whole) = engine.strip_prefix('!').map_or((engine, false), |engine| (engine, true));
    let path = columns.next()?;
    let capabilities = columns.next()?.split(',').filter_map(Capability::from_name).collect();
    Some(Endpoint { engine, path, capabilities, gives: columns.next()?, whole })
}

/// The table's name for what is mounted: `kind` as a mount table tells it. None where
/// nothing is known of it.
#[must_use]
pub fn engine(auth: bool, kind: &str, kv_version: Option<u8>) -> Option<&'static str> {
    let wanted = match (auth, kind, kv_version) {
        (false, "kv", Some(1)) => "kv-v1",
        (false, "kv", Some(2)) => "kv-v2",
        (true, "oidc", _) => "auth/jwt",
        (auth, kind, _) => {
            return all()
                .iter()
                .map(|endpoint| endpoint.engine)
                .find(|engine| if auth { engine.strip_prefix("auth/") == Some(kind) } else { *engine == kind });
        }
    };
    Some(wanted)
}

/// The endpoints of one mount, ready to be asked about policy paths.
#[derive(Debug)]
pub struct Mounted {
    endpoints: Vec<(PathLang, &'static Endpoint)>,
    whole: bool,
}

/// What a policy path means at a mount.
#[derive(Debug)]
pub struct Meaning {
    /// The endpoints that the path reaches.
    pub reached: Vec<&'static Endpoint>,
    /// The capabilities that do something at one of them.
    pub useful: Capabilities,
    /// Whether the engine's list is whole: what is not useful then does nothing.
    pub whole: bool,
}

impl Meaning {
    /// Of `granted`, what certainly does nothing. `sudo` and `deny` are never among them.
    #[must_use]
    pub fn dead(&self, granted: Capabilities) -> Capabilities {
        let exempt = Capabilities::of(&[
            Capability::Sudo,
            Capability::Deny,
            Capability::Recover,
            Capability::Scan,
            Capability::Subscribe,
        ]);
        if self.whole { granted.minus(self.useful).minus(exempt) } else { Capabilities::NONE }
    }
}

impl Mounted {
    /// The endpoints of `engine` (as [`engine`] names it) mounted at `mount`, a path
    /// without slashes at its ends.
    #[must_use]
    pub fn new(mount: &str, engine: &str) -> Self {
        let endpoints: Vec<(PathLang, &Endpoint)> = all()
            .iter()
            .filter(|endpoint| endpoint.engine == engine)
            .map(|endpoint| (PathLang::parse(&format!("{mount}/{}", endpoint.path)), endpoint))
            .collect();
        let whole = endpoints.first().is_some_and(|(_, endpoint)| endpoint.whole);
        Self { endpoints, whole }
    }

    /// What a policy path (whole, mount included) means here.
    #[must_use]
    pub fn meaning(&self, path: &PathLang) -> Meaning {
        let mut meaning = Meaning { reached: Vec::new(), useful: Capabilities::NONE, whole: self.whole };
        for (language, endpoint) in &self.endpoints {
            let mut useful = endpoint.capabilities;
            if language.intersection(path).is_none() {
                // A LIST request asks with a slash at its end, and the server also looks
                // for the path without it.
                let listed = language.without_final_slash().iter().any(|l| l.intersection(path).is_some())
                    || path.without_final_slash().iter().any(|p| language.intersection(p).is_some());
                if !listed || !endpoint.capabilities.has(Capability::List) {
                    continue;
                }
                useful = Capabilities::of(&[Capability::List]);
            }
            meaning.useful = meaning.useful.union(useful);
            meaning.reached.push(endpoint);
        }
        meaning
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all().len(), lines);
        for endpoint in all() {
            assert!(!endpoint.capabilities.is_empty(), "{endpoint:?}");
            assert_eq!(
                endpoint.whole,
                all().iter().find(|e| e.engine == endpoint.engine).is_some_and(|e| e.whole),
                "{endpoint:?}"
            );
        }
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let names = line.split('\t').nth(2).unwrap();
            assert!(names.split(',').all(|name| Capability::from_name(name).is_some()), "{line}");
        }
    }

    #[test]
    fn grants_that_do_nothing_are_seen() {
        use Capability::{Create, Delete, List, Patch, Read, Update};
        type Case = (&'static str, &'static str, &'static str, &'static [Capability], &'static [Capability]);
        let table: &[Case] = &[
            ("kv-v2", "secret", "secret/data/*", &[Create, Read, Update, Patch, Delete], &[]),
            ("kv-v2", "secret", "secret/data/*", &[Read, List], &[List]),
            ("kv-v2", "secret", "secret/metadata/*", &[List, Read, Delete], &[]),
            ("kv-v2", "secret", "secret/metadata", &[List], &[]),
            ("kv-v2", "secret", "secret/metadata/", &[List], &[]),
            ("kv-v2", "secret", "secret/*", &[Create, Read, Update, List], &[]),
            ("kv-v2", "secret", "secret/app/*", &[Read, Update], &[Read, Update]),
            ("kv-v2", "secret", "secret/+/app", &[Read, List], &[]),
            ("kv-v2", "secret", "secret/destroy/*", &[Update, Create], &[Create]),
            ("kv-v2", "secret", "secret", &[Read], &[Read]),
            ("kv-v1", "kv", "kv/data/x", &[Read], &[]),
            ("aws", "aws", "aws/creds/+", &[Read, List], &[List]),
            ("aws", "aws", "aws/roles/*", &[Create, Update, Read], &[Create]),
            ("pki", "pki", "pki/nothing", &[Read], &[]),
            ("transit", "t", "t/encrypt/app", &[Update], &[]),
            ("transit", "t", "t/decrypt/app", &[Read], &[Read]),
        ];
        for (engine, mount, path, granted, dead) in table {
            let meaning = Mounted::new(mount, engine).meaning(&PathLang::parse(path));
            assert_eq!(meaning.dead(Capabilities::of(granted)), Capabilities::of(dead), "{engine} {path}");
        }
    }

    #[test]
    fn engines_are_found_by_their_mount_type() {
        assert_eq!(engine(false, "kv", Some(2)), Some("kv-v2"));
        assert_eq!(engine(true, "approle", None), Some("auth/approle"));
        assert_eq!(engine(false, "aws", None), Some("aws"));
        assert_eq!(engine(true, "oidc", None), Some("auth/jwt"));
        assert_eq!(engine(false, "kv", None), None);
        assert_eq!(engine(false, "unheard-of", None), None);
    }
}
