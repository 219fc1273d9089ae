//! What the rows of `powers` are tried on, and trying them.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::edges::PowerKind;
use super::edges::{self, Gain, READ, UPDATE};
use super::powers::{Over, POWERS, Power, Row, Site};
use super::slots::{NO_SLOTS, Slots};
use super::view::{Aim, SubjectView};
use super::{Step, below_auth};
use crate::carrier::declaration::VaultKind;
use crate::model::Model;
use crate::model::vault::{MountClass, Object};
use crate::pattern::path::PathLang;
use crate::syntax::Node;
use crate::vault::capability::Capabilities;
use crate::vault::roles::field;
use crate::vault::token_role::glob_matches;

/// First segments that are no mount which could be moved or moved to.
const RESERVED: &[&str] = &["sys", "auth", "identity", "cubbyhole"];

/// The rows with what they are tried on in the model.
pub(super) struct Sites<'m> {
    rows: Vec<(&'static Row, Vec<Tried>)>,
    /// Mounts that hold something, with the requests that read it.
    contents: Vec<(SmolStr, SmolStr, Vec<String>)>,
    /// Ways to powers that the model shows.
    shown: Vec<Shown>,
    /// Namespaces that the model knows of.
    namespaces: Vec<SmolStr>,
    slots: &'m BTreeMap<SmolStr, Slots>,
}

/// A way to a power by one request.
pub(super) struct Shown {
    pub(super) id: &'static str,
    pub(super) what: &'static str,
    pub(super) kind: PowerKind,
    pub(super) given: Option<&'static str>,
    pub(super) namespace: SmolStr,
    pub(super) need: (String, Capabilities),
}

/// A site, with the regions in which its requests lie.
struct Tried {
    site: Site,
    regions: Vec<(PathLang, Capabilities)>,
}

impl Model {
    /// The rows with what they are tried on.
    pub(super) fn sites<'m>(&self, slots: &'m BTreeMap<SmolStr, Slots>) -> Sites<'m> {
        let vault = &self.vault;
        let mut namespaces: Vec<SmolStr> = vault.policies.iter().map(|policy| policy.namespace.clone()).collect();
        namespaces.extend(vault.mounts.iter().map(|mount| mount.namespace.clone()));
        namespaces.extend(vault.roles.iter().map(|role| role.namespace.clone()));
        namespaces.push(SmolStr::default());
        namespaces.sort();
        namespaces.dedup();
        let of_row = |row: &'static Row| {
            let tried = |site: Site| Tried { regions: regions(row, &site), site };
            (row, self.sites_of(row.over, &namespaces, slots).into_iter().map(tried).collect())
        };
        let rows = POWERS.iter().map(of_row).collect();
        Sites { rows, contents: self.contents(), shown: self.snapshots_in_s3(), namespaces, slots }
    }

    fn sites_of(&self, over: Over, namespaces: &[SmolStr], slots: &BTreeMap<SmolStr, Slots>) -> Vec<Site> {
        let site = |namespace: &SmolStr, mount: Option<&str>, name: Option<&str>, says: String| Site {
            namespace: namespace.clone(),
            mount: mount.map(SmolStr::new),
            name: name.map(SmolStr::new),
            allowed: None,
            says,
        };
        let objects = &self.vault.objects;
        match over {
            Over::Anywhere => namespaces.iter().map(|at| site(at, None, None, String::new())).collect(),
            Over::Server => vec![site(&SmolStr::default(), None, None, String::new())],
            Over::AuthMounts => {
                let all =
                    slots.iter().flat_map(|(namespace, slots)| slots.auth.iter().map(move |path| (namespace, path)));
                all.map(|(namespace, path)| site(namespace, Some(path), None, format!("`auth/{path}`"))).collect()
            }
            Over::Mounts(engines) => {
                let mut all = self.mounts_of(engines);
                all.dedup();
                all.iter().map(|(namespace, path)| site(namespace, Some(path), None, format!("`{path}`"))).collect()
            }
            Over::Connections => {
                let of = |object: &Object| {
                    let (mount, name) = (object.mount.as_deref()?, object.name.as_deref()?);
                    let allowed = field::string_list(self.vault_body(object.decl)?, &["allowed_roles"]);
                    let allowed = allowed.known().map(|(glob, _)| SmolStr::new(glob)).collect();
                    let one = site(&object.namespace, Some(mount), Some(name), format!("`{mount}/config/{name}`"));
                    Some(Site { allowed: Some(allowed), ..one })
                };
                objects.iter().filter(|object| is_config(object, "database")).filter_map(of).collect()
            }
            Over::PasswordPolicies => {
                let of = |object: &Object| {
                    let policy = field::string(self.vault_body(object.decl)?, &["password_policy"]).known()?.clone();
                    let mount = object.mount.as_deref()?;
                    let says = match &object.name {
                        Some(name) => format!("`{mount}/config/{name}`"),
                        None => format!("`{mount}`"),
                    };
                    Some(site(&object.namespace, None, Some(&policy), says))
                };
                let configs = objects.iter().filter(|object| matches!(object.kind, VaultKind::SecretsConfig(_)));
                configs.filter_map(of).collect()
            }
            Over::RootSigners => {
                let of = |object: &Object| {
                    let (mount, name) = (object.mount.as_deref()?, object.name.as_deref()?);
                    signs_for_root(self.vault_body(object.decl)?).then(|| {
                        site(
                            &object.namespace,
                            Some(mount),
                            Some(name),
                            format!("every host that trusts the CA of `{mount}`"),
                        )
                    })
                };
                objects.iter().filter(|object| is_role(object, "ssh")).filter_map(of).collect()
            }
            Over::UnsealKeys => {
                let of = |object: &Object| {
                    let (mount, name) = (object.mount.as_deref()?, object.name.as_deref()?);
                    let says = || format!("the server that `{mount}/keys/{name}` unseals");
                    name.contains("unseal").then(|| site(&object.namespace, Some(mount), Some(name), says()))
                };
                objects.iter().filter(|object| is_role(object, "transit")).filter_map(of).collect()
            }
        }
    }

    /// Mounts of some engines, declared or known by what is configured there.
    fn mounts_of(&self, engines: &[&str]) -> Vec<(SmolStr, SmolStr)> {
        let declared = self.vault.mounts.iter().filter(|mount| mount.class == MountClass::Secrets);
        let declared = declared.filter(|mount| mount.kind.as_deref().is_some_and(|kind| engines.contains(&kind)));
        let mut all: Vec<_> = declared.filter_map(|m| Some((m.namespace.clone(), m.path.clone()?))).collect();
        let of = |object: &Object| match &object.kind {
            VaultKind::SecretsConfig(engine) | VaultKind::SecretsRole(engine) => engines.contains(&engine.as_str()),
            _ => false,
        };
        let used = self.vault.objects.iter().filter(|object| of(object));
        all.extend(used.filter_map(|object| Some((object.namespace.clone(), object.mount.clone()?))));
        all.sort();
        all.dedup();
        all
    }

    /// What mounts hold that a `read` gives: secrets, and the credentials of roles.
    fn contents(&self) -> Vec<(SmolStr, SmolStr, Vec<String>)> {
        let mut out = Vec::new();
        for mount in self.vault.mounts.iter().filter(|mount| mount.class == MountClass::Secrets) {
            let (Some(path), Some(kind)) = (&mount.path, mount.kind.as_deref()) else { continue };
            let tails = match (kind, mount.kv_version) {
                ("kv", Some(2)) => vec!["data/+".to_owned()],
                ("kv", Some(1)) => vec!["+".to_owned()],
                ("aws" | "azure" | "consul" | "database" | "nomad" | "rabbitmq", _) => {
                    let roles = self.vault.objects.iter().filter(|object| {
                        is_role(object, kind)
                            && object.mount.as_ref() == Some(path)
                            && object.namespace == mount.namespace
                    });
                    roles.filter_map(|role| Some(format!("creds/{}", role.name.as_ref()?))).collect()
                }
                _ => continue,
            };
            out.push((mount.namespace.clone(), path.clone(), tails));
        }
        out
    }
}

fn is_config(object: &Object, engine: &str) -> bool {
    matches!(&object.kind, VaultKind::SecretsConfig(known) if known == engine)
}

fn is_role(object: &Object, engine: &str) -> bool {
    matches!(&object.kind, VaultKind::SecretsRole(known) if known == engine)
}

/// Whether an SSH role certainly signs certificates for `root`.
fn signs_for_root(body: &Node) -> bool {
    let is = |key: &str, wanted: &str| field::string(body, &[key]).known().is_some_and(|value| value == wanted);
    let users = field::string_list(body, &["allowed_users"]);
    let root = is("default_user", "root") || users.known().any(|(user, _)| user == "root" || user == "*");
    is("key_type", "ca") && root && field::boolean(body, &["allow_user_certificates"]).known() == Some(&true)
}

/// Where the requests of a row lie, its other slots taken for anything.
fn regions(row: &Row, site: &Site) -> Vec<(PathLang, Capabilities)> {
    let region = |path: &str| {
        let mut path = path.to_owned();
        for (slot, value) in [("{at}", &site.mount), ("{name}", &site.name)] {
            if let Some(value) = value {
                path = path.replace(slot, value);
            }
        }
        let segments: Vec<&str> = path.split('/').map(|one| if one.starts_with('{') { "+" } else { one }).collect();
        PathLang::parse(&segments.join("/"))
    };
    row.edge.needs.iter().map(|need| (region(need.path), need.any_of)).collect()
}

impl Sites<'_> {
    /// The first segments of paths that rows need.
    pub(super) fn roots(&self) -> Vec<SmolStr> {
        let tried = self.rows.iter().flat_map(|(_, tried)| tried);
        let mounts = tried.filter_map(|tried| tried.site.mount.as_deref());
        let mounts = mounts.chain(self.shown.iter().map(|shown| shown.need.0.as_str()));
        let all = mounts.chain(self.namespaces.iter().map(SmolStr::as_str)).filter_map(|path| path.split('/').next());
        let mut roots: Vec<SmolStr> = all.filter(|root| !root.is_empty()).map(SmolStr::new).collect();
        roots.sort();
        roots.dedup();
        roots
    }

    /// The powers that a subject has by itself.
    pub(super) fn powers(&self, view: &SubjectView<'_>) -> Vec<Power> {
        let mut out: Vec<Power> = Vec::new();
        let mut add = |kind: PowerKind, over: &str, given: Option<&'static str>, step: Step| {
            let same = |power: &&mut Power| {
                power.kind == kind && power.given == given && power.step().is_some_and(|known| known.id == step.id)
            };
            let known = out.iter_mut().find(same);
            let over = (!over.is_empty()).then(|| over.to_owned());
            match known {
                Some(power) => power.over.extend(over.filter(|over| !power.over.contains(over))),
                None => out.push(Power { kind, over: over.into_iter().collect(), steps: vec![step], given }),
            }
        };
        let slots = self.slots.get(view.namespace()).unwrap_or(&NO_SLOTS);
        for (row, tried) in self.rows.iter().filter(|(row, _)| !view.open_to_all(&row.edge)) {
            for Tried { site, regions } in tried {
                if site.namespace != *view.namespace() || !regions.iter().all(|(region, any)| view.may(region, *any)) {
                    continue;
                }
                let accepts = |new: &str| {
                    site.allowed.as_ref().is_none_or(|globs| globs.iter().any(|glob| glob_matches(glob, new)))
                };
                let aim =
                    Aim { mount: site.mount.as_deref(), name: site.name.as_deref(), accepts: &accepts, ..Aim::ANY };
                if let Some(step) = view.fires(&row.edge, slots, aim) {
                    add(row.kind(), &site.says, row.given, step);
                }
            }
        }
        for shown in self.shown.iter().filter(|shown| shown.namespace == *view.namespace()) {
            if let Some(request) = view.asks("", &shown.need.0, shown.need.1) {
                let step = Step { id: shown.id, what: shown.what, requests: vec![request], becomes: None };
                add(shown.kind, "", shown.given, step);
            }
        }
        for (path, step) in self.moved(view) {
            add(PowerKind::Content, &path, None, step);
        }
        for (path, step) in self.below(view) {
            add(PowerKind::Namespace, &path, None, step);
        }
        for (path, step) in view.tenants() {
            add(PowerKind::Content, &path, None, step);
        }
        out
    }

    /// Mounts that the subject can move to where it may read them (E20). A mount that is in
    /// the way can be moved away by the same right.
    fn moved(&self, view: &SubjectView<'_>) -> Vec<(String, Step)> {
        let Some(request) = view.asks("", "sys/remount", UPDATE) else { return Vec::new() };
        let here = self.contents.iter().filter(|(namespace, ..)| namespace == view.namespace());
        here.filter_map(|(_, mount, tails)| {
            let read = tails.iter().find_map(|tail| {
                let own = PathLang::parse(&format!("{mount}/{tail}"));
                if view.may(&own, READ) {
                    return None;
                }
                ["+", "+/+"].iter().find_map(|at| view.reads(&PathLang::parse(&format!("{at}/{tail}")), RESERVED))
            })?;
            let step = Step {
                id: "E20",
                what: "moves a mount to a path that it may read",
                requests: vec![request.clone(), read],
                becomes: None,
            };
            Some((format!("`{mount}`"), step))
        })
        .collect()
    }

    /// Namespaces below its own in which the subject can get every policy (E21). Steps that
    /// go by what the subject itself is called there do not count: it is nobody there.
    fn below(&self, view: &SubjectView<'_>) -> Vec<(String, Step)> {
        const OWN: &[&str] = &["{held}", "{entity}", "{id}", "{role}", "{mount}", "{named}", "{everyone}"];
        let of = |child: &SmolStr| {
            let within = match view.namespace().as_str() {
                "" => child.as_str(),
                own => child.strip_prefix(own)?.strip_prefix('/')?,
            };
            let within = Some(format!("{within}/")).filter(|within| within.len() > 1)?;
            if !view.may(&PathLang::parse(&format!("{within}*")), edges::WRITE) {
                return None;
            }
            let slots = self.slots.get(child).unwrap_or(&NO_SLOTS);
            let mut foreign = edges::DIRECT.iter().filter(|edge| {
                edge.gain == Gain::Any
                    && edge.id != "E7"
                    && !edge.needs.iter().any(|need| OWN.iter().any(|slot| need.path.contains(slot)))
            });
            let step = foreign.find_map(|edge| view.fires(edge, slots, Aim { within: &within, ..Aim::ANY }))?;
            Some((format!("the namespace `{}`", below_auth(child)), Step { id: "E21", ..step }))
        };
        self.namespaces.iter().filter_map(of).collect()
    }
}
