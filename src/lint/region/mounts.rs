//! Where the engines of a region are mounted: `{pki}` in a page stands for every mount of
//! that type.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::carrier::declaration::Item;
use crate::lint::check::Inputs;
use crate::model::MountClass;

/// The mounts of a run, declared or told by the policies' paths.
#[derive(Debug, Default)]
pub(in crate::lint) struct MountNames {
    /// Class, type (`kv2` for version 2 of `kv`) and path without `auth/`.
    declared: Vec<(MountClass, SmolStr, SmolStr)>,
    /// First segments of policy paths that no declared mount has; second ones after `auth`.
    seen: BTreeSet<(bool, SmolStr)>,
}

impl MountNames {
    pub(in crate::lint) fn new(inputs: &Inputs<'_>) -> Self {
        let mut names = Self::default();
        for mount in &inputs.model.vault.mounts {
            let (Some(kind), Some(path)) = (&mount.kind, &mount.path) else { continue };
            let path = SmolStr::new(path.strip_prefix("auth/").unwrap_or(path).trim_matches('/'));
            if mount.kv_version == Some(2) {
                names.declared.push((mount.class, SmolStr::new_static("kv2"), path.clone()));
            }
            names.declared.push((mount.class, kind.clone(), path));
        }
        for declaration in inputs.model.declarations() {
            let Item::VaultPolicy(policy) = &declaration.item else { continue };
            for stanza in &policy.policy.stanzas {
                let path = stanza.path.raw().trim_start_matches('/');
                let (auth, rest) = path.strip_prefix("auth/").map_or((false, path), |rest| (true, rest));
                if let Some((first, _)) = rest.split_once('/') {
                    names.seen.insert((auth, SmolStr::new(first)));
                }
            }
        }
        let taken = |auth: bool, name: &str| {
            names.declared.iter().any(|(class, _, path)| (*class == MountClass::Auth) == auth && path == name)
        };
        let seen = names.seen.iter().filter(|(auth, name)| !taken(*auth, name)).cloned().collect();
        Self { seen, ..names }
    }

    /// Paths of the mounts of a type. Where none is declared, its usual names, and the
    /// mounts in policies that are called after it (`pki_int`, `team-ssh`).
    pub(in crate::lint) fn of(&self, class: MountClass, kind: &str) -> Vec<SmolStr> {
        let declared = self.declared.iter().filter(|(c, k, _)| *c == class && k == kind);
        let mut paths: Vec<SmolStr> = declared.map(|(_, _, path)| path.clone()).collect();
        if paths.is_empty() {
            paths.extend(usual(kind).iter().map(|name| SmolStr::new_static(name)));
            if paths.is_empty() {
                paths.push(SmolStr::new(kind));
            }
            let auth = class == MountClass::Auth;
            let called = |name: &str| name.split(['-', '_']).any(|word| word == kind);
            paths.extend(self.seen.iter().filter(|(a, name)| *a == auth && called(name)).map(|(_, name)| name.clone()));
        }
        paths.sort();
        paths.dedup();
        paths
    }
}

/// Names under which engines of a type are usually mounted, where it is not the type's own.
fn usual(kind: &str) -> &'static [&'static str] {
    match kind {
        "kv2" => &["kv", "kv-v2", "kvv2", "secret"],
        "kv" => &["kv", "secret"],
        "database" => &["database", "db"],
        _ => &[],
    }
}
