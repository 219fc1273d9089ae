//! Token roles and the algorithm that decides which policies a child token gets
//! (spec: vault-roles, section 1.4).

use crate::syntax::Node;
use crate::vault::roles::field::{self, Fact, StringList};
use smol_str::SmolStr;

/// What a token role says.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenRole {
    /// `allowed_policies`
    pub allowed: StringList,
    /// `allowed_policies_glob`
    pub allowed_glob: StringList,
    /// `disallowed_policies`
    pub disallowed: StringList,
    /// `disallowed_policies_glob`
    pub disallowed_glob: StringList,
    /// `allowed_entity_aliases`
    pub entity_aliases: StringList,
    /// `orphan`
    pub orphan: Fact<bool>,
    /// `renewable` (default true)
    pub renewable: Fact<bool>,
    /// `token_type`
    pub token_type: Fact<SmolStr>,
    /// `token_period`, else `period`, in seconds.
    pub period: Fact<i64>,
    /// `token_explicit_max_ttl`, else `explicit_max_ttl`, in seconds.
    pub explicit_max_ttl: Fact<i64>,
    /// `token_no_default_policy`
    pub no_default_policy: Fact<bool>,
    /// `token_num_uses`
    pub num_uses: Fact<i64>,
    /// `token_bound_cidrs`, else `bound_cidrs`.
    pub bound_cidrs: StringList,
}

impl TokenRole {
    /// Reads a role's body.
    #[must_use]
    pub fn read(body: &Node) -> Self {
        Self {
            allowed: field::string_list(body, &["allowed_policies"]),
            allowed_glob: field::string_list(body, &["allowed_policies_glob"]),
            disallowed: field::string_list(body, &["disallowed_policies"]),
            disallowed_glob: field::string_list(body, &["disallowed_policies_glob"]),
            entity_aliases: field::string_list(body, &["allowed_entity_aliases"]),
            orphan: field::boolean(body, &["orphan"]),
            renewable: field::boolean(body, &["renewable"]),
            token_type: field::string(body, &["token_type"]),
            period: field::seconds(body, &["token_period", "period"]),
            explicit_max_ttl: field::seconds(body, &["token_explicit_max_ttl", "explicit_max_ttl"]),
            no_default_policy: field::boolean(body, &["token_no_default_policy"]),
            num_uses: field::integer(body, &["token_num_uses"]),
            bound_cidrs: field::string_list(body, &["token_bound_cidrs", "bound_cidrs"]),
        }
    }
}

/// Whether a `*` pattern matches all of a text; no other character is special. Token
/// roles, entity aliases, `kubernetes` and `jwt` bounds are compared this way.
#[must_use]
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return false };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or("");
    }
    rest.ends_with(last)
}

/// The four lists of a token role, known in full.
#[derive(Debug, Clone, Default)]
pub struct Lists<'a> {
    /// `allowed_policies`
    pub allowed: Vec<&'a str>,
    /// `allowed_policies_glob`
    pub allowed_glob: Vec<&'a str>,
    /// `disallowed_policies`
    pub disallowed: Vec<&'a str>,
    /// `disallowed_policies_glob`
    pub disallowed_glob: Vec<&'a str>,
    /// `token_no_default_policy`
    pub no_default: bool,
}

/// The token that creates another.
#[derive(Debug, Clone, Default)]
pub struct Parent<'a> {
    /// Its own policies; those of its entity do not count.
    pub policies: Vec<&'a str>,
    /// Whether it is a batch token.
    pub batch: bool,
    /// Whether it has a limited number of uses.
    pub limited_uses: bool,
    /// Whether its policies grant `sudo` on exactly the path of the request.
    pub sudo: bool,
}

/// What the request asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// Policies asked for; none means that the request names none.
    pub policies: Vec<&'a str>,
    /// `no_default_policy`
    pub no_default: bool,
}

/// Why a token is not created, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The parent is a batch token.
    #[error("batch tokens cannot create more tokens")]
    BatchParent,
    /// The parent has a limited number of uses.
    #[error("restricted use token cannot generate child tokens")]
    LimitedParent,
    /// The policies are not among the parent's, and there is no sudo.
    #[error("child policies must be subset of parent")]
    NotSubset,
    /// The policies are not among those the role allows.
    #[error("token policies ({0:?}) must be subset of the role's allowed policies")]
    NotAllowed(Vec<String>),
    /// The role disallows a policy.
    #[error("token policy {0:?} is disallowed by this role")]
    Disallowed(String),
    /// `root` was asked for by a token that does not have it.
    #[error("root tokens may not be created without parent token being root")]
    RootParent,
}

/// The policies of the token that a request would create.
///
/// # Errors
/// What the server would answer instead.
pub fn child_policies(
    parent: &Parent<'_>,
    asked: &Asked<'_>,
    role: Option<&Lists<'_>>,
) -> Result<Vec<String>, Refusal> {
    if parent.batch {
        return Err(Refusal::BatchParent);
    }
    if parent.limited_uses {
        return Err(Refusal::LimitedParent);
    }
    let parents = sanitize(&parent.policies);
    let wanted = sanitize(&asked.policies);
    let role = role.filter(|role| {
        !(role.allowed.is_empty()
            && role.allowed_glob.is_empty()
            && role.disallowed.is_empty()
            && role.disallowed_glob.is_empty())
    });
    let mut policies = match role {
        Some(role) => by_role(&parents, wanted, asked.no_default, role)?,
        None if wanted.is_empty() => parents.clone(),
        None if !parent.sudo => {
            if !wanted.iter().all(|name| parents.contains(name)) {
                return Err(Refusal::NotSubset);
            }
            // `default` comes along only where the parent has it.
            let default = parents.iter().filter(|name| *name == "default" && !asked.no_default).cloned();
            wanted.into_iter().chain(default).collect()
        }
        None => {
            let mut policies = wanted;
            if !asked.no_default {
                policies.push("default".to_owned());
            }
            policies
        }
    };
    policies = sanitize(&policies.iter().map(String::as_str).collect::<Vec<_>>());
    if policies.iter().any(|name| name == "root") && !parents.iter().any(|name| name == "root") {
        return Err(Refusal::RootParent);
    }
    Ok(policies)
}

fn by_role(
    parents: &[String],
    wanted: Vec<String>,
    no_default: bool,
    role: &Lists<'_>,
) -> Result<Vec<String>, Refusal> {
    let allowed = sanitize(&role.allowed);
    let disallowed = sanitize(&role.disallowed);
    let matches = |globs: &[&str], name: &str| globs.iter().any(|glob| glob_matches(&glob.trim().to_lowercase(), name));
    let refused = |name: &str| disallowed.iter().any(|d| d == name) || matches(&role.disallowed_glob, name);
    let add_default = !no_default && !role.no_default && !refused("default");
    let mut policies = if role.allowed.is_empty() && role.allowed_glob.is_empty() {
        // Only disallowed lists: what is asked for is taken as it is, and is not limited
        // to the parent's policies.
        if wanted.is_empty() { parents.to_vec() } else { wanted }
    } else if wanted.is_empty() {
        allowed
    } else {
        let permitted = |name: &String| {
            allowed.contains(name) || add_default && name == "default" || matches(&role.allowed_glob, name)
        };
        if !wanted.iter().all(permitted) {
            return Err(Refusal::NotAllowed(wanted));
        }
        wanted
    };
    if let Some(name) = policies.iter().find(|name| refused(name)) {
        return Err(Refusal::Disallowed(name.clone()));
    }
    if add_default {
        policies.push("default".to_owned());
    }
    Ok(policies)
}

/// Trims, lower-cases, sorts and dedupes; a list that holds `root` is `root` alone.
fn sanitize(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> =
        names.iter().map(|name| name.trim().to_lowercase()).filter(|n| !n.is_empty()).collect();
    names.sort();
    names.dedup();
    if names.iter().any(|name| name == "root") { vec!["root".to_owned()] } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_know_only_the_star() {
        let table = [
            ("*", "", true),
            ("*", "anything", true),
            ("app-*", "app-1", true),
            ("app-*", "app", false),
            ("*-ro", "team-ro", true),
            ("a*b*c", "axbyc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("exact", "exact", true),
            ("exact", "exact1", false),
            ("", "", true),
            ("a?c", "abc", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(glob_matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    type Case = (Parent<'static>, Asked<'static>, Option<Lists<'static>>, Result<&'static str, &'static str>);

    /// spec: vault-roles, section 6.1.
    #[test]
    fn children_get_the_policies_the_server_would_give() {
        let parent =
            |policies: &[&'static str], sudo| Parent { policies: policies.to_vec(), sudo, ..Parent::default() };
        let asked = |policies: &[&'static str]| Asked { policies: policies.to_vec(), no_default: false };
        let disallowed = |names: &[&'static str]| Some(Lists { disallowed: names.to_vec(), ..Lists::default() });
        let allowed = |names: &[&'static str]| Some(Lists { allowed: names.to_vec(), ..Lists::default() });
        let glob = |names: &[&'static str]| Some(Lists { allowed_glob: names.to_vec(), ..Lists::default() });
        let batch = Parent { batch: true, ..parent(&["app"], false) };
        let limited = Parent { limited_uses: true, ..parent(&["app"], false) };
        let app = || parent(&["app", "default"], false);
        let table: Vec<Case> = vec![
            (
                parent(&["default", "app"], false),
                asked(&["admin"]),
                None,
                Err("child policies must be subset of parent"),
            ),
            (parent(&["default", "app"], true), asked(&["admin"]), None, Ok("admin,default")),
            (app(), asked(&["app"]), None, Ok("app,default")),
            (parent(&["app"], false), asked(&["APP "]), None, Ok("app")),
            (app(), asked(&[]), None, Ok("app,default")),
            (app(), asked(&["admin"]), disallowed(&["x"]), Ok("admin,default")),
            (app(), asked(&[]), disallowed(&["x"]), Ok("app,default")),
            (app(), asked(&["x"]), disallowed(&["x"]), Err("token policy \"x\" is disallowed by this role")),
            (app(), asked(&[]), allowed(&["a", "b"]), Ok("a,b,default")),
            (app(), asked(&["c"]), allowed(&["a"]), Err("must be subset of the role's allowed policies")),
            (app(), asked(&[]), glob(&["*"]), Ok("default")),
            (app(), asked(&["admin"]), glob(&["*"]), Ok("admin,default")),
            (app(), asked(&["root"]), glob(&["*"]), Err("root tokens may not be created")),
            (batch, asked(&[]), None, Err("batch tokens cannot create more tokens")),
            (limited, asked(&[]), None, Err("restricted use token cannot generate child tokens")),
        ];
        for (parent, asked, role, expected) in table {
            let answer = child_policies(&parent, &asked, role.as_ref());
            let context = format!("{parent:?} {asked:?} {role:?}");
            match (answer, expected) {
                (Ok(policies), Ok(list)) => assert_eq!(policies.join(","), list, "{context}"),
                (Err(error), Err(text)) => assert!(error.to_string().contains(text), "{context}: {error}"),
                (answer, _) => panic!("{context}: {answer:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn a_role_that_disallows_default_does_not_add_it() {
        let lists = Lists { allowed: vec!["a"], disallowed: vec!["default"], ..Lists::default() };
        let parent = Parent { policies: vec!["x"], ..Parent::default() };
        assert_eq!(child_policies(&parent, &Asked::default(), Some(&lists)), Ok(vec!["a".to_owned()]));
    }
}
