//! Who acts, and the policies that a token of theirs has
//! (spec: vault-roles, section 1.2).

use smol_str::SmolStr;

use super::cite::{Cite, Target};
use super::conditional::join;
use super::ids::{EntityId, GroupId, PolicyId, RoleId, TokenId, TokenRoleId};
use super::vault::{Role, Subject, VaultModel};
use super::{DeclId, Model};
use crate::source::Span;
use crate::vault::roles::{Fact, Lifetime, Method, StringList, TokenFields, field, policy_name};

/// Groups may hold groups; no chain is followed further than this. The server itself
/// refuses cycles.
const MAX_NESTING: usize = 64;

/// A Vault principal of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VaultPrincipal {
    /// A login through a role, user or mapping.
    Role(RoleId),
    /// A token made through a token role.
    TokenRole(TokenRoleId),
    /// A token that configuration makes.
    Token(TokenId),
    /// An entity, by its identity policies alone.
    Entity(EntityId),
    /// A member of a group, by the group's policies alone.
    Group(GroupId),
    /// A token that has one policy and no other, not even `default`.
    Policy(PolicyId),
}

/// One step of the way from a principal to a policy.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Link {
    /// For people: `auth/approle/role/ci`, `entity bob`, `group ops`.
    pub name: String,
    /// Where the step is declared or cited.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// A policy that a principal's token has.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The policy's name; for display where it is not known.
    pub name: SmolStr,
    /// What the name means.
    pub target: Target,
    /// How the principal comes to it, the principal first, the citation last.
    pub chain: Vec<Link>,
    /// What it depends on whether the token has it; empty where it certainly does.
    pub given_if: Vec<SmolStr>,
}

/// The policies that a principal's token has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effective {
    /// The policies, each once, in the order they were found.
    pub held: Vec<Held>,
    /// Why there may be more, one sentence each.
    pub open: Vec<(String, Option<Span>)>,
}

impl Effective {
    /// Whether it holds `root`.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.held.iter().any(|held| held.target == Target::Root && held.given_if.is_empty())
    }

    /// The policies of the model among them.
    pub fn policies(&self) -> impl Iterator<Item = PolicyId> {
        self.held.iter().filter_map(|held| match held.target {
            Target::Policy(id) => Some(id),
            _ => None,
        })
    }

    /// What the answer depends on that the model does not tell: policies that it does not
    /// have, and lists that may be longer than is seen.
    pub fn unknowns(&self) -> impl Iterator<Item = (String, Option<Span>)> {
        let cited = self.held.iter().filter_map(|held| {
            let span = held.chain.last().and_then(|link| link.span);
            match held.target {
                Target::Dangling => Some((format!("policy `{}` is cited but not in the model", held.name), span)),
                Target::Unknown => Some((format!("the policy name `{}` is not known", held.name), span)),
                _ => None,
            }
        });
        cited.chain(self.open.iter().cloned())
    }

    fn add(&mut self, cite: &Cite, chain: &[Link], given_if: &[SmolStr]) {
        let same = |held: &Held| match cite.target {
            Target::Policy(_) | Target::Default | Target::Root => held.target == cite.target,
            Target::Dangling => held.target == cite.target && held.name == cite.name,
            Target::Unknown => false,
        };
        let mut given_if = given_if.to_vec();
        join(&mut given_if, &cite.given_if);
        if let Some(held) = self.held.iter_mut().find(|held| same(held)) {
            // It is enough to come to it in one certain way.
            if given_if.is_empty() {
                held.given_if.clear();
            } else if !held.given_if.is_empty() {
                join(&mut held.given_if, &given_if);
            }
            return;
        }
        let mut chain = chain.to_vec();
        chain.push(Link { name: format!("policy {}", cite.name), span: Some(cite.span) });
        self.held.push(Held { name: cite.name.clone(), target: cite.target, chain, given_if });
    }

    fn add_all(&mut self, cites: &[Cite], chain: &[Link], given_if: &[SmolStr]) {
        for cite in cites {
            self.add(cite, chain, given_if);
        }
    }
}

impl Model {
    /// The name that the command line and reports use for a principal:
    /// `auth/approle/role/ci`, `entity:bob`, `token-role:nomad`, `group:ops`, `policy:app`.
    #[must_use]
    pub fn principal_name(&self, principal: VaultPrincipal) -> String {
        let vault = &self.vault;
        let or_address = |name: Option<&SmolStr>, decl: Option<DeclId>| match name {
            Some(name) => name.to_string(),
            None => decl.and_then(|id| self.declaration(id)).map_or_else(String::new, |d| d.address.to_string()),
        };
        match principal {
            VaultPrincipal::Role(id) => vault.role(id).map_or_else(String::new, |role| {
                let name = or_address(role.name.as_ref(), Some(role.decl));
                let mount = role.mount.as_deref().map_or_else(|| format!("auth/{}", role.method.name()), str::to_owned);
                match role.subject {
                    Subject::Config => format!("{mount}/config"),
                    _ => format!("{mount}/{}/{name}", role.segment()),
                }
            }),
            VaultPrincipal::TokenRole(id) => {
                let role = vault.token_role(id);
                format!("token-role:{}", or_address(role.and_then(|r| r.name.as_ref()), role.map(|r| r.decl)))
            }
            VaultPrincipal::Token(id) => {
                let token = vault.tokens.get(id.index());
                format!("token:{}", or_address(token.and_then(|t| t.name.as_ref()), token.map(|t| t.decl)))
            }
            VaultPrincipal::Entity(id) => {
                let entity = vault.entity(id);
                format!("entity:{}", or_address(entity.and_then(|e| e.name.as_ref()), entity.map(|e| e.decl)))
            }
            VaultPrincipal::Group(id) => {
                let group = vault.group(id);
                format!("group:{}", or_address(group.and_then(|g| g.name.as_ref()), group.map(|g| g.decl)))
            }
            VaultPrincipal::Policy(id) => {
                let policy = vault.policy(id);
                format!("policy:{}", or_address(policy.and_then(|p| p.name.as_ref()), policy.map(|p| p.decl)))
            }
        }
    }

    /// Every principal of the model, roles first, in declaration order. Policies are
    /// principals only where they are asked for by name, and are not among them.
    pub fn vault_principals(&self) -> impl Iterator<Item = VaultPrincipal> + '_ {
        let vault = &self.vault;
        let roles = vault.roles.iter().enumerate().map(|(i, _)| VaultPrincipal::Role(RoleId::at(i)));
        let token_roles = vault.token_roles.iter().enumerate();
        let token_roles = token_roles.map(|(i, _)| VaultPrincipal::TokenRole(TokenRoleId::at(i)));
        let tokens = vault.tokens.iter().enumerate().map(|(i, _)| VaultPrincipal::Token(TokenId::at(i)));
        let entities = vault.entities.iter().enumerate().map(|(i, _)| VaultPrincipal::Entity(EntityId::at(i)));
        let groups = vault.groups.iter().enumerate().map(|(i, _)| VaultPrincipal::Group(GroupId::at(i)));
        let everyone = roles.chain(token_roles).chain(tokens).chain(entities).chain(groups);
        everyone.filter(|principal| self.principal_decl(*principal).is_none_or(|id| self.stands_for_alternatives(id)))
    }

    /// Where a principal is declared.
    #[must_use]
    pub fn principal_decl(&self, principal: VaultPrincipal) -> Option<DeclId> {
        let vault = &self.vault;
        match principal {
            VaultPrincipal::Role(id) => vault.role(id).map(|role| role.decl),
            VaultPrincipal::TokenRole(id) => vault.token_role(id).map(|role| role.decl),
            VaultPrincipal::Token(id) => vault.tokens.get(id.index()).map(|token| token.decl),
            VaultPrincipal::Entity(id) => vault.entity(id).map(|entity| entity.decl),
            VaultPrincipal::Group(id) => vault.group(id).map(|group| group.decl),
            VaultPrincipal::Policy(id) => vault.policy(id).map(|policy| policy.decl),
        }
    }

    /// The namespace, relative to root, that a principal acts in.
    #[must_use]
    pub fn principal_namespace(&self, principal: VaultPrincipal) -> &str {
        let vault = &self.vault;
        match principal {
            VaultPrincipal::Role(id) => vault.role(id).map_or("", |role| &role.namespace),
            VaultPrincipal::TokenRole(id) => vault.token_role(id).map_or("", |role| &role.namespace),
            VaultPrincipal::Token(id) => vault.tokens.get(id.index()).map_or("", |token| &token.namespace),
            VaultPrincipal::Entity(id) => vault.entity(id).map_or("", |entity| &entity.namespace),
            VaultPrincipal::Group(id) => vault.group(id).map_or("", |group| &group.namespace),
            VaultPrincipal::Policy(id) => vault.policy(id).map_or("", |policy| &policy.namespace),
        }
    }

    /// The policies that a token of the principal has, each with how it comes to it.
    ///
    /// For a login: those of the role, user or mapping, those that the method's
    /// configuration gives to everybody, `default` unless it is turned off, and those of
    /// the entity and groups where the model tells which entity logs in. An entity that
    /// may log in too, but need not, adds nothing.
    #[must_use]
    pub fn effective(&self, principal: VaultPrincipal) -> Effective {
        let mut out = Effective::default();
        let decl = self.principal_decl(principal);
        let span = decl.and_then(|id| self.declaration(id)).map(|d| d.span);
        let chain = [Link { name: self.principal_name(principal), span }];
        let namespace = self.principal_namespace(principal);
        match principal {
            VaultPrincipal::Role(id) => self.login(id, &chain, &mut out),
            VaultPrincipal::TokenRole(id) => self.through_token_role(id, &chain, &mut out),
            VaultPrincipal::Token(id) => {
                if let Some(token) = self.vault.tokens.get(id.index()) {
                    for (decl, token) in self.each_alternative(token.decl, &self.vault.tokens, |token| token.decl) {
                        out.add_all(&token.cites, &chain, &self.part_if(decl));
                    }
                    if token.cites.is_empty() || token.cites_unknown {
                        open(&mut out, "the token's policies are not known", token.token.policies.span.or(span));
                    }
                    let root = out.is_root();
                    add_default(
                        &mut out,
                        token.token.no_default_policy.or_default(false),
                        &chain,
                        span,
                        self,
                        (&token.namespace, root),
                    );
                    if let Some(entity) = token.entity {
                        self.identity(entity, &chain, &[], &mut out);
                    }
                }
            }
            VaultPrincipal::Entity(id) => {
                self.identity(id, &[], &[], &mut out);
                add_default(&mut out, Some(false), &chain, span, self, (namespace, false));
            }
            VaultPrincipal::Group(id) => {
                self.group(id, &[], &[], &mut out);
                add_default(&mut out, Some(false), &chain, span, self, (namespace, false));
            }
            VaultPrincipal::Policy(id) => {
                let name = self.vault.policy(id).and_then(|policy| policy.name.clone()).unwrap_or_default();
                out.held.push(Held { name, target: Target::Policy(id), chain: chain.to_vec(), given_if: Vec::new() });
            }
        }
        self.add_alternatives(&mut out);
        out
    }

    /// The alternatives of each policy that a principal has.
    fn add_alternatives(&self, out: &mut Effective) {
        for index in 0..out.held.len() {
            let Some(held) = out.held.get(index) else { return };
            let Target::Policy(id) = held.target else { continue };
            let Some(policy) = self.vault.policy(id) else { continue };
            let others = self.each_alternative(policy.decl, &self.vault.policies, |policy| policy.decl);
            let others: Vec<Held> = others
                .into_iter()
                .filter(|(decl, _)| *decl != policy.decl)
                .filter_map(|(decl, _)| {
                    let at = self.vault.policies.iter().position(|policy| policy.decl == decl)?;
                    Some(Held { target: Target::Policy(PolicyId::at(at)), ..held.clone() })
                })
                .collect();
            out.held.extend(others);
        }
    }

    /// What is declared there, or each of what may be declared in its place.
    fn each_alternative<'m, T>(&self, decl: DeclId, all: &'m [T], of: impl Fn(&T) -> DeclId) -> Vec<(DeclId, &'m T)> {
        let ids = self.alternatives(decl);
        let ids = if ids.is_empty() { std::slice::from_ref(&decl) } else { ids };
        // Declarations of one sort are in order.
        let find = |id: &DeclId| all.binary_search_by_key(id, &of).ok().and_then(|at| Some((*id, all.get(at)?)));
        ids.iter().filter_map(find).collect()
    }

    /// What it depends on whether a declaration is there as it is; nothing for the
    /// principal's own, of which everything else speaks.
    fn part_if(&self, decl: DeclId) -> Vec<SmolStr> {
        if self.alternatives(decl).is_empty() { Vec::new() } else { self.given_if(decl).to_vec() }
    }

    /// How long a token of the principal lives; none where it is no token.
    #[must_use]
    pub fn lifetime(&self, principal: VaultPrincipal) -> Option<Lifetime> {
        let store = self.vault.token_store();
        match principal {
            VaultPrincipal::Role(id) => self.vault.role(id).map(|role| self.vault.lifetime(role)),
            VaultPrincipal::TokenRole(id) => {
                let mut token = TokenFields::read(self.vault_body(self.vault.token_role(id)?.decl)?);
                // Token roles do not know these; who creates the token says its TTL.
                (token.ttl, token.max_ttl) = (Fact::Absent, Fact::Absent);
                Some(Lifetime::of(&token, store))
            }
            VaultPrincipal::Token(id) => Some(Lifetime::of(&self.vault.tokens.get(id.index())?.token, store)),
            VaultPrincipal::Entity(_) | VaultPrincipal::Group(_) | VaultPrincipal::Policy(_) => None,
        }
    }

    fn login(&self, id: RoleId, chain: &[Link], out: &mut Effective) {
        let vault = &self.vault;
        let Some(role) = vault.role(id) else { return };
        let span = chain.first().and_then(|link| link.span);
        for (decl, role) in self.each_alternative(role.decl, &vault.roles, |role| role.decl) {
            out.add_all(&role.cites, chain, &self.part_if(decl));
            if role.cites_unknown {
                open(out, "the role's list of policies is not known in full", role.token.policies.span);
            }
        }
        for group in self.group_mappings(role) {
            let mut chain = chain.to_vec();
            chain.push(Link { name: self.principal_name(VaultPrincipal::Role(group.0)), span: None });
            out.add_all(&group.1.cites, &chain, self.given_if(group.1.decl));
        }
        let mut no_default = role.token.no_default_policy.or_default(false);
        for config in vault.configs_of(role) {
            let mut chain = chain.to_vec();
            chain.push(Link { name: format!("{}/config", config.mount.as_deref().unwrap_or_default()), span: None });
            out.add_all(&config.cites, &chain, self.given_if(config.decl));
            if role.subject != Subject::Role {
                no_default = config.token.no_default_policy.or_default(false);
            }
        }
        add_default(out, no_default, chain, span, self, (&role.namespace, false));
        if let Some(entity) = vault.entity_of_login(role) {
            self.identity(entity, chain, &[], out);
        }
        for group in vault.external_groups_of(role) {
            self.group(group, chain, &[], out);
        }
    }

    /// LDAP and Okta users carry the names of further group mappings.
    fn group_mappings<'m>(&'m self, role: &Role) -> Vec<(RoleId, &'m Role)> {
        if role.subject != Subject::User || !matches!(role.method, Method::Ldap | Method::Okta) {
            return Vec::new();
        }
        let Some(body) = self.vault_body(role.decl) else { return Vec::new() };
        let groups: StringList = field::string_list(body, &["groups"]);
        let names: Vec<&str> = groups.known().map(|(name, _)| name).collect();
        if names.is_empty() {
            return Vec::new();
        }
        let listed = self.vault.roles.iter().enumerate().map(|(i, r)| (RoleId::at(i), r));
        listed
            .filter(|(_, r)| r.subject == Subject::Group && r.mount == role.mount && r.namespace == role.namespace)
            .filter(|(_, r)| r.name.as_deref().is_some_and(|name| names.iter().any(|n| n.eq_ignore_ascii_case(name))))
            .collect()
    }

    /// A token made through a token role without asking for policies; what may be asked
    /// for beyond that is open.
    fn through_token_role(&self, id: TokenRoleId, chain: &[Link], out: &mut Effective) {
        let Some(role) = self.vault.token_role(id) else { return };
        let span = chain.first().and_then(|link| link.span);
        let facts = &role.facts;
        for (decl, role) in self.each_alternative(role.decl, &self.vault.token_roles, |role| role.decl) {
            out.add_all(&role.cites, chain, &self.part_if(decl));
        }
        if facts.allowed.unknown || facts.allowed_glob.unknown {
            open(out, "the token role's allowed policies are not known in full", facts.allowed.span);
        }
        if !facts.allowed_glob.items.is_empty() {
            let globs: Vec<String> =
                facts.allowed_glob.items.iter().map(|(t, _)| format!("`{}`", t.display())).collect();
            let text = format!("the caller may ask for any policy that matches {}", globs.join(" or "));
            open(out, &text, facts.allowed_glob.span);
        } else if facts.allowed.is_empty() {
            let blocklist = !facts.disallowed.is_empty() || !facts.disallowed_glob.is_empty();
            let text = if blocklist {
                "the caller may ask for any policy that the role does not disallow"
            } else {
                "the role has no lists, so the token has policies of the caller's"
            };
            open(out, text, span);
        }
        let disallowed = facts.disallowed.find("default").is_some();
        let no_default = facts.no_default_policy.or_default(false).map(|off| off || disallowed);
        add_default(out, no_default, chain, span, self, (&role.namespace, false));
    }

    /// The policies of an entity and of every group that holds it.
    fn identity(&self, id: EntityId, chain: &[Link], given_if: &[SmolStr], out: &mut Effective) {
        let Some(entity) = self.vault.entity(id) else { return };
        let mut chain = chain.to_vec();
        chain.push(Link {
            name: self.principal_name(VaultPrincipal::Entity(id)),
            span: self.declaration(entity.decl).map(|d| d.span),
        });
        for (decl, entity) in self.each_alternative(entity.decl, &self.vault.entities, |entity| entity.decl) {
            let mut given_if = given_if.to_vec();
            join(&mut given_if, self.given_if(decl));
            out.add_all(&entity.cites, &chain, &given_if);
            if entity.cites_unknown {
                open(out, "the entity's list of policies is not known in full", None);
            }
        }
        let mut given_if = given_if.to_vec();
        join(&mut given_if, self.exists_if(entity.decl));
        for group in &entity.groups {
            let mut given_if = given_if.clone();
            join(&mut given_if, self.vault.members_if.get(&(*group, id)).map_or(&[], Vec::as_slice));
            self.group(*group, &chain, &given_if, out);
        }
    }

    /// The policies of a group and of the groups that hold it.
    fn group(&self, id: GroupId, chain: &[Link], given_if: &[SmolStr], out: &mut Effective) {
        let Some(group) = self.vault.group(id) else { return };
        let name = self.principal_name(VaultPrincipal::Group(id));
        if chain.len() > MAX_NESTING || chain.iter().any(|link| link.name == name) {
            return;
        }
        let mut chain = chain.to_vec();
        chain.push(Link { name, span: self.declaration(group.decl).map(|d| d.span) });
        for (decl, group) in self.each_alternative(group.decl, &self.vault.groups, |group| group.decl) {
            let mut given_if = given_if.to_vec();
            join(&mut given_if, self.given_if(decl));
            out.add_all(&group.cites, &chain, &given_if);
            if group.cites_unknown {
                open(out, "a group's list of policies is not known in full", None);
            }
        }
        let mut given_if = given_if.to_vec();
        join(&mut given_if, self.exists_if(group.decl));
        for parent in &group.parents {
            self.group(*parent, &chain, &given_if, out);
        }
    }
}

fn open(out: &mut Effective, text: &str, span: Option<Span>) {
    if !out.open.iter().any(|(known, _)| known == text) {
        out.open.push((text.to_owned(), span));
    }
}

/// Adds `default`, unless it is turned off; what is not known is said.
fn add_default(
    out: &mut Effective,
    no_default: Option<bool>,
    chain: &[Link],
    span: Option<Span>,
    model: &Model,
    (namespace, root): (&str, bool),
) {
    if root || no_default == Some(true) {
        return;
    }
    if no_default.is_none() {
        open(out, "whether the token has the `default` policy is not known", span);
        return;
    }
    let own = model.vault.policies_named("default").iter().copied();
    let mut own = own.filter(|id| model.vault.policy(*id).is_some_and(|p| p.namespace == namespace));
    let target = own.next_back().map_or(Target::Default, Target::Policy);
    if out.held.iter().any(|held| held.target == target || held.name == "default") {
        return;
    }
    let mut chain = chain.to_vec();
    chain.push(Link { name: "policy default".to_owned(), span: None });
    out.held.push(Held { name: policy_name("default"), target, chain, given_if: Vec::new() });
}

impl Role {
    /// The API path segments between the mount and the name.
    #[must_use]
    pub fn segment(&self) -> &'static str {
        self.method.segment(match self.subject {
            Subject::Role => "role",
            Subject::User => "user",
            Subject::Group if self.method == Method::GitHub => "team",
            Subject::Group => "group",
            Subject::Config => "config",
        })
    }
}

impl VaultModel {
    /// The configuration that gives policies to every login on a role's mount.
    pub fn configs_of<'m>(&'m self, role: &'m Role) -> impl Iterator<Item = &'m Role> {
        let own = role.subject == Subject::Config;
        self.configs
            .iter()
            .filter(move |_| !own)
            .filter_map(|id| self.role(*id))
            .filter(move |config| config.mount == role.mount && config.namespace == role.namespace)
    }

    /// The entity whose alias on the role's mount is certainly that of a login through
    /// it: the alias of a user is the user's name, that of an `AppRole` role its role id.
    #[must_use]
    pub fn entity_of_login(&self, role: &Role) -> Option<EntityId> {
        let alias = match role.subject {
            Subject::User => role.name.as_deref(),
            Subject::Role if role.method == Method::AppRole => role.role_id.as_deref(),
            _ => None,
        };
        self.alias_entities.get(&(role.mount_id?, SmolStr::new(alias?))).copied()
    }

    /// The external groups that a login through a group mapping joins: those whose alias
    /// on the mount has the mapping's name.
    fn external_groups_of<'m>(&'m self, role: &'m Role) -> impl Iterator<Item = GroupId> + 'm {
        let alias = (role.subject == Subject::Group).then_some(role.name.as_deref()).flatten();
        let key = alias.and_then(|alias| Some((role.mount_id?, SmolStr::new(alias))));
        key.and_then(|key| self.alias_groups.get(&key)).copied().into_iter()
    }
}
