//! Vault region rules: capabilities on paths.

use smol_str::SmolStr;

use super::mounts::MountNames;
use super::{Cover, message};
use crate::lint::check::{Sink, VaultPolicyContext};
use crate::lint::facts::StanzaFacts;
use crate::lint::page::{Field, PageError};
use crate::model::MountClass;
use crate::pattern::path::PathLang;
use crate::source::HOLE;
use crate::vault::capability::{Capabilities, Capability};

/// Which stanzas are meant, by the shape of their path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum When {
    #[default]
    Any,
    /// The path holds a wildcard.
    Wildcard,
    /// The path is exact.
    Exact,
}

/// One `vault:` line of a page: any of these capabilities, together with all of those, on
/// any of these paths.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    any: Capabilities,
    with: Capabilities,
    paths: Vec<SmolStr>,
}

/// The dangerous requests of a rule.
#[derive(Debug, Clone, Default)]
pub(in crate::lint) struct VaultRegion {
    lines: Vec<Line>,
    /// Paths that are not meant.
    except: Vec<SmolStr>,
    when: When,
    cover: Cover,
    unless_parameters: Vec<String>,
    unless_wrapping: bool,
    unless_template: bool,
    message: Option<String>,
}

impl VaultRegion {
    /// Takes a field of the front matter; false if it is none of a Vault region's.
    pub(in crate::lint) fn field(&mut self, field: &Field<'_>) -> Result<bool, PageError> {
        match field.key {
            "vault" => {
                let (text, at) = field.joined();
                self.lines.push(line(&text).map_err(|message| PageError { message, at: at..at + text.len() })?);
            }
            "when" => {
                self.when = match field.single()?.0 {
                    "any" => When::Any,
                    "wildcard" => When::Wildcard,
                    "exact" => When::Exact,
                    _ => return Err(field.error("`when` is `any`, `wildcard` or `exact`")),
                }
            }
            "except" => {
                let (text, _) = field.joined();
                self.except.extend(text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(SmolStr::new));
            }
            "cover" => self.cover = cover(field)?,
            "unless-parameters" => self.unless_parameters = field.values.iter().map(|v| v.0.to_owned()).collect(),
            "unless-wrapping" => self.unless_wrapping = field.single()?.0 == "true",
            "unless-template" => self.unless_template = field.single()?.0 == "true",
            "message" => self.message = Some(field.joined().0),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether the page names any request at all.
    pub(in crate::lint) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The region with `{engine}` parts replaced by the mounts of the model.
    pub(in crate::lint) fn plan(&self, mounts: &MountNames) -> VaultPlan<'_> {
        let languages = |paths: &[SmolStr]| {
            let paths = paths.iter().flat_map(|path| expand(path, mounts));
            paths.map(|path| PathLang::parse(&path)).collect::<Vec<PathLang>>()
        };
        let lines =
            self.lines.iter().map(|line| PlanLine { any: line.any, with: line.with, paths: languages(&line.paths) });
        VaultPlan { region: self, lines: lines.collect(), except: languages(&self.except) }
    }
}

/// A region ready to be asked.
#[derive(Debug)]
pub(in crate::lint) struct VaultPlan<'a> {
    region: &'a VaultRegion,
    lines: Vec<PlanLine>,
    except: Vec<PathLang>,
}

#[derive(Debug)]
struct PlanLine {
    any: Capabilities,
    with: Capabilities,
    paths: Vec<PathLang>,
}

impl VaultPlan<'_> {
    /// Reports every stanza of a policy that grants a request of the region, once each.
    pub(in crate::lint) fn check(&self, context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
        for facts in context.stanzas {
            if facts.grants.is_empty() || !self.fits(facts) {
                continue;
            }
            if let Some((capability, path)) = self.witness(facts, context.stanzas) {
                self.report(facts, capability, &path, sink);
            }
        }
    }

    fn fits(&self, facts: &StanzaFacts<'_>) -> bool {
        let region = self.region;
        let when = match region.when {
            When::Any => true,
            When::Wildcard => facts.wildcard(),
            When::Exact => !facts.wildcard(),
        };
        let limited = |name: &String| facts.restricts_parameter(name);
        when && !(region.unless_template && facts.template)
            && !(region.unless_wrapping && (facts.stanza.min_wrapping_ttl > 0 || facts.stanza.max_wrapping_ttl > 0))
            && (region.unless_parameters.is_empty() || !region.unless_parameters.iter().all(limited))
    }

    /// A request of the region that this stanza decides: on a path that no stanza which
    /// outranks it stands for.
    fn witness(&self, facts: &StanzaFacts<'_>, all: &[StanzaFacts<'_>]) -> Option<(Capability, String)> {
        for line in &self.lines {
            let Some(capability) = facts.first_of(line.any) else { continue };
            if facts.grants.intersection(line.with) != line.with {
                continue;
            }
            for region in &line.paths {
                let Some(common) = facts.lang.intersection(region) else { continue };
                // In child namespaces only what is about any mount or namespace is meant.
                if facts.below_children() && region.intersection(&PathLang::prefix("\u{1}")).is_none() {
                    continue;
                }
                let enough = match self.region.cover {
                    Cover::Some => true,
                    Cover::All => facts.lang.contains(region),
                    Cover::Last => any_name(&common),
                };
                if !enough {
                    continue;
                }
                let above = || facts.above(all).map(|other| &other.lang).chain(&self.except);
                if let Some(path) = common.escape(above()) {
                    // only lists ask for paths that end with a slash, and no mount or name is
                    // empty: name something there
                    let write = !matches!(capability, Capability::List | Capability::Scan);
                    let end = if path.ends_with('/') && write { "x" } else { "" };
                    let named = format!("{}{end}", path.replace("//", "/x/"));
                    let real = named != path && common.matches(&named) && !above().any(|other| other.matches(&named));
                    let path = if real { named } else { path };
                    return Some((line.with.iter().next().unwrap_or(capability), path.replace(HOLE, "…")));
                }
            }
        }
        None
    }

    fn report(&self, facts: &StanzaFacts<'_>, capability: Capability, witness: &str, sink: &mut Sink<'_>) {
        let path = facts.stanza.path.display();
        let values = [("capability", capability.name()), ("path", path.as_str()), ("witness", witness)];
        let message = message(self.region.message.as_deref(), "{capability} on {path}: ", sink, &values);
        sink.report(facts.span_of(capability), message)
            .label(format!("reaches {witness}"))
            .witness(format!("{capability} {witness}"))
            .granted_by(facts.stanza.span);
    }
}

/// Whether the last segment of the paths may be any name: then one that nobody mentions
/// is among them.
fn any_name(paths: &PathLang) -> bool {
    let path = paths.shortest();
    let parent = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or("");
    paths.matches(&format!("{parent}\u{1}"))
}

/// Reads a `cover` key.
pub(super) fn cover(field: &Field<'_>) -> Result<Cover, PageError> {
    match field.single()?.0 {
        "some" => Ok(Cover::Some),
        "all" => Ok(Cover::All),
        "last" => Ok(Cover::Last),
        _ => Err(field.error("`cover` is `some`, `all` or `last`")),
    }
}

/// `create, update with sudo on sys/auth/+, sys/auth/+/tune`
fn line(text: &str) -> Result<Line, String> {
    let Some((caps, paths)) = text.split_once(" on ") else {
        return Err("expected `CAPABILITIES on PATHS`, as in `update, delete on sys/mounts/*`".to_owned());
    };
    let (any, with) = caps.split_once(" with ").unwrap_or((caps, ""));
    let set = |list: &str| -> Result<Capabilities, String> {
        let mut set = Capabilities::NONE;
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "write" => set = set.union(crate::lint::facts::WRITES),
                _ => set.insert(Capability::from_name(name).ok_or_else(|| format!("`{name}` is no capability"))?),
            }
        }
        Ok(set)
    };
    let paths: Vec<SmolStr> = paths.split(',').map(str::trim).filter(|p| !p.is_empty()).map(SmolStr::new).collect();
    let (any, with) = (set(any)?, set(with)?);
    if any.is_empty() || paths.is_empty() {
        return Err("a region needs at least one capability and one path".to_owned());
    }
    if let Some(path) = paths.iter().find(|path| path.trim_end_matches('*').contains('*')) {
        return Err(format!("`{path}`: `*` stands for anything only at the end of a path; write `+` for a segment"));
    }
    Ok(Line { any, with, paths })
}

/// A path with `{engine}` replaced by each mount of that type. Auth methods are written
/// `auth/{approle}`.
fn expand(path: &str, mounts: &MountNames) -> Vec<SmolStr> {
    let parts = path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (kind, after))) = parts else { return vec![SmolStr::new(path)] };
    let class = if before == "auth/" { MountClass::Auth } else { MountClass::Secrets };
    mounts.of(class, kind).iter().map(|mount| SmolStr::from(format!("{before}{mount}{after}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let line = line("create, update with sudo on sys/auth/+, sys/auth/+/tune").unwrap();
        assert_eq!(line.any, Capabilities::of(&[Capability::Create, Capability::Update]));
        assert_eq!(line.with, Capabilities::of(&[Capability::Sudo]));
        assert_eq!(line.paths, ["sys/auth/+", "sys/auth/+/tune"]);
    }

    #[test]
    fn lines_that_make_no_sense_are_refused() {
        for text in ["update", "write on", "raed on x", "update on a/*/b", " on x"] {
            assert!(line(text).is_err(), "{text}");
        }
    }
}
