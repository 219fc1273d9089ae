//! Resolving citations: policies by name, mounts by path or accessor, entities and groups
//! by name or id, and everything by reference where a carrier knows no more.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Alias, Citer, VaultModel, aliases, cites_of};
use crate::carrier::declaration::{Declaration, Item, VaultKind, VaultObject};
use crate::model::cite::{Cite, Dangling, Target};
use crate::model::conditional::given_if;
use crate::model::ids::{DeclId, EntityId, GroupId, MountId, ObjectId, PolicyId, RoleId, TokenId, TokenRoleId};
use crate::model::scope::Scope;
use crate::source::Span;
use crate::syntax::{Node, Text, Value};
use crate::vault::roles::{StringList, field};

/// What a name, id or expression is, before it is looked up.
enum Key {
    Known(SmolStr),
    Refers(Vec<SmolStr>),
    Nothing,
}

fn key_of_text(text: &Text) -> Key {
    match text.known() {
        Some("") => Key::Nothing,
        Some(known) => Key::Known(SmolStr::new(known)),
        // Only a text that is nothing but one expression stands for what it refers to.
        None if text.raw().chars().count() == 1 => {
            Key::Refers(text.holes().iter().flat_map(|hole| hole.unknown.refs.clone()).collect())
        }
        None => Key::Nothing,
    }
}

fn key_of(node: Option<&Node>) -> Key {
    match node.map(|node| &node.value) {
        Some(Value::String(text)) => key_of_text(text),
        Some(Value::Unknown(unknown)) => Key::Refers(unknown.refs.clone()),
        _ => Key::Nothing,
    }
}

/// Lookup tables that only linking needs.
pub(super) struct Linker<'a> {
    scope: Scope<'a>,
    declarations: &'a [Declaration],
    policies: FxHashMap<DeclId, PolicyId>,
    mounts: FxHashMap<DeclId, MountId>,
    accessors: FxHashMap<SmolStr, MountId>,
    entities: FxHashMap<DeclId, EntityId>,
    entity_ids: FxHashMap<SmolStr, EntityId>,
    groups: FxHashMap<DeclId, GroupId>,
    group_ids: FxHashMap<SmolStr, GroupId>,
    group_names: FxHashMap<SmolStr, GroupId>,
    dangling: Vec<Dangling>,
    links: Vec<(PolicyId, Citer)>,
}

impl<'a> Linker<'a> {
    pub(super) fn new(model: &VaultModel, declarations: &'a [Declaration], scope: Scope<'a>) -> Self {
        let mut linker = Self {
            scope,
            declarations,
            policies: model.policies.iter().enumerate().map(|(i, p)| (p.decl, PolicyId::at(i))).collect(),
            mounts: model.mounts.iter().enumerate().map(|(i, m)| (m.decl, MountId::at(i))).collect(),
            accessors: FxHashMap::default(),
            entities: model.entities.iter().enumerate().map(|(i, e)| (e.decl, EntityId::at(i))).collect(),
            entity_ids: FxHashMap::default(),
            groups: model.groups.iter().enumerate().map(|(i, g)| (g.decl, GroupId::at(i))).collect(),
            group_ids: FxHashMap::default(),
            group_names: FxHashMap::default(),
            dangling: Vec::new(),
            links: Vec::new(),
        };
        for (index, mount) in model.mounts.iter().enumerate() {
            if let Some(accessor) = &mount.accessor {
                linker.accessors.insert(accessor.clone(), MountId::at(index));
            }
        }
        for (index, entity) in model.entities.iter().enumerate() {
            if let Some(id) = &entity.id {
                linker.entity_ids.insert(id.clone(), EntityId::at(index));
            }
        }
        for (index, group) in model.groups.iter().enumerate() {
            if let Some(id) = &group.id {
                linker.group_ids.insert(id.clone(), GroupId::at(index));
            }
            if let Some(name) = &group.name {
                linker.group_names.insert(name.clone(), GroupId::at(index));
            }
        }
        linker
    }

    /// Links everything, in an order in which each step has what it needs.
    pub(super) fn run(mut self, model: &mut VaultModel) {
        self.mount_links(model);
        self.identity(model);
        self.cites(model);
        for (id, citer) in std::mem::take(&mut self.links) {
            if let Some(policy) = model.policies.get_mut(id.index()) {
                policy.cited_by.push(citer);
            }
        }
        model.dangling = self.dangling;
    }

    fn object(&self, decl: DeclId) -> Option<&'a VaultObject> {
        match &self.declarations.get(decl.index())?.item {
            Item::VaultObject(object) => Some(object),
            _ => None,
        }
    }

    fn dangles(&mut self, kind: &'static str, key: &Key, span: Span, by: DeclId) {
        if let Key::Known(name) = key {
            self.dangling.push(Dangling { kind, name: name.clone(), span, by });
        }
    }

    /// Mounts of roles and objects; a mount's declared type says more than its name did.
    fn mount_links(&mut self, model: &mut VaultModel) {
        let mut roles = std::mem::take(&mut model.roles);
        for role in &mut roles {
            let written = self.object(role.decl).and_then(|object| object.mount.as_ref());
            role.mount_id =
                self.mount(model, role.decl, role.mount.as_deref(), written.map(|(text, _)| text), &role.namespace);
            if let Some(mount) = role.mount_id.and_then(|id| model.mount(id)) {
                if let Some(path) = &mount.path {
                    role.mount = Some(path.clone());
                }
                if let Some(kind) = &mount.kind {
                    role.method = crate::vault::roles::Method::from_type(kind);
                }
            }
        }
        model.roles = roles;
        let mut objects = std::mem::take(&mut model.objects);
        for object in &mut objects {
            let written = self.object(object.decl).and_then(|object| object.mount.as_ref());
            object.mount_id = self.mount(
                model,
                object.decl,
                object.mount.as_deref(),
                written.map(|(text, _)| text),
                &object.namespace,
            );
            let Some(mount) = object.mount_id.and_then(|id| model.mount(id)) else { continue };
            if let Some(path) = &mount.path {
                object.mount = Some(path.clone());
            }
            if let Some(kind) = &mount.kind {
                match &mut object.kind {
                    VaultKind::SecretsRole(engine) | VaultKind::SecretsConfig(engine) => *engine = kind.clone(),
                    VaultKind::AuthConfig(method) => *method = kind.clone(),
                    _ => {}
                }
            }
        }
        for (index, object) in objects.iter().enumerate() {
            if let (VaultKind::AuthConfig(_), Some(mount)) = (&object.kind, &object.mount) {
                model.configs_by_mount.entry(mount.clone()).or_default().push(ObjectId::at(index));
            }
        }
        model.objects = objects;
    }

    fn mount(
        &self,
        model: &VaultModel,
        from: DeclId,
        path: Option<&str>,
        written: Option<&Text>,
        namespace: &str,
    ) -> Option<MountId> {
        if let Some(path) = path {
            let here = model.mounts_at(path).iter().filter_map(|id| Some((*id, model.mount(*id)?)));
            let here = here.filter(|(_, mount)| mount.namespace == namespace).map(|(id, mount)| (id, mount.decl));
            return self.scope.nearest(from, here);
        }
        match key_of_text(written?) {
            Key::Refers(refs) => refs.iter().find_map(|r| self.mounts.get(&self.scope.referred(from, r)?).copied()),
            _ => None,
        }
    }

    /// Aliases, members, and policies that are attached apart.
    fn identity(&mut self, model: &mut VaultModel) {
        let mut entities = std::mem::take(&mut model.entities);
        let mut groups = std::mem::take(&mut model.groups);
        let mut members: Vec<(GroupId, EntityId)> = Vec::new();
        let mut nested: Vec<(GroupId, GroupId)> = Vec::new();
        // Memberships that are declared only in some cases, and what those depend on.
        let mut conditional: Vec<((GroupId, EntityId), Vec<SmolStr>)> = Vec::new();

        for alias in
            entities.iter_mut().flat_map(|e| &mut e.aliases).chain(groups.iter_mut().flat_map(|g| &mut g.aliases))
        {
            self.alias_mount(model, alias, None);
        }
        for (index, group) in groups.iter_mut().enumerate() {
            if let Some(object) = self.object(group.decl) {
                self.members(GroupId::at(index), group.decl, &object.body, &mut members, &mut nested);
            }
        }
        for (index, entity) in entities.iter().enumerate() {
            let Some(object) = self.object(entity.decl) else { continue };
            for id in field::string_list(&object.body, &["direct_group_ids", "group_ids"]).known() {
                if let Some(group) = self.group_ids.get(id.0) {
                    members.push((*group, EntityId::at(index)));
                }
            }
        }
        for object in &model.objects {
            let Some(written) = self.object(object.decl) else { continue };
            let body = &written.body;
            match &object.kind {
                VaultKind::EntityAlias | VaultKind::GroupAlias => {
                    let mut alias = aliases::of_object(object.decl, written);
                    self.alias_mount(model, &mut alias, body.get("mount_accessor").or_else(|| body.get("mountpath")));
                    let owner = body.get("canonical_id").or_else(|| body.get("group"));
                    let key = key_of(owner);
                    if object.kind == VaultKind::EntityAlias {
                        let id = self.entity(object.decl, &key);
                        if let Some(entity) = id.and_then(|id| entities.get_mut(id.index())) {
                            entity.aliases.push(alias);
                            continue;
                        }
                        self.dangles("entity", &key, owner.map_or(body.span, |n| n.span), object.decl);
                    } else {
                        let id = self.group(object.decl, &key);
                        if let Some(group) = id.and_then(|id| groups.get_mut(id.index())) {
                            group.aliases.push(alias);
                            continue;
                        }
                        self.dangles("group", &key, owner.map_or(body.span, |n| n.span), object.decl);
                    }
                }
                VaultKind::IdentityPolicies => {
                    let policies = field::string_list(body, &["policies"]);
                    if let Some(owner) = body.get("entity_id") {
                        let id = self.entity(object.decl, &key_of(Some(owner)));
                        if let Some(entity) = id.and_then(|id| entities.get_mut(id.index())) {
                            entity.cites.extend(self.cites_given_by(object.decl, &policies));
                            entity.cites_unknown |= policies.unknown;
                        }
                    }
                    if let Some(owner) = body.get("group_id") {
                        let id = self.group(object.decl, &key_of(Some(owner)));
                        if let Some(id) = id {
                            if let Some(group) = groups.get_mut(id.index()) {
                                group.cites.extend(self.cites_given_by(object.decl, &policies));
                                group.cites_unknown |= policies.unknown;
                            }
                            let mut own = Vec::new();
                            self.members(id, object.decl, body, &mut own, &mut nested);
                            match given_if(self.declarations, object.decl) {
                                [] => members.append(&mut own),
                                refs => conditional.extend(own.into_iter().map(|member| (member, refs.to_vec()))),
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        members.sort_unstable();
        conditional.retain(|(member, _)| members.binary_search(member).is_err());
        members.extend(conditional.iter().map(|(member, _)| *member));
        members.sort_unstable();
        model.members_if.extend(conditional);
        members.dedup();
        nested.sort_unstable();
        nested.dedup();
        for (group, entity) in members {
            if let (Some(g), Some(e)) = (groups.get_mut(group.index()), entities.get_mut(entity.index())) {
                g.entities.push(entity);
                e.groups.push(group);
            }
        }
        for (parent, child) in nested {
            if let Some(group) = groups.get_mut(parent.index()) {
                group.children.push(child);
            }
            if let Some(group) = groups.get_mut(child.index()) {
                group.parents.push(parent);
            }
        }
        for (token, id) in model.tokens.iter_mut().filter_map(|token| {
            let object = self.object(token.decl)?;
            let id = object.body.get("entity_id")?.as_str()?;
            Some((token, self.entity_ids.get(id).copied()))
        }) {
            token.entity = id;
        }
        for (index, entity) in entities.iter().enumerate() {
            for (mount, name) in entity.aliases.iter().filter_map(|a| Some((a.mount?, a.name.clone()?))) {
                model.alias_entities.insert((mount, name), EntityId::at(index));
            }
        }
        for (index, group) in groups.iter().enumerate() {
            for (mount, name) in group.aliases.iter().filter_map(|a| Some((a.mount?, a.name.clone()?))) {
                model.alias_groups.insert((mount, name), GroupId::at(index));
            }
        }
        model.entities = entities;
        model.groups = groups;
    }

    /// Citations by a declaration that is not the citing thing's own.
    fn cites_given_by(&self, decl: DeclId, policies: &StringList) -> Vec<Cite> {
        let mut cites = cites_of(policies);
        for cite in &mut cites {
            cite.given_if = given_if(self.declarations, decl).to_vec();
        }
        cites
    }

    fn members(
        &mut self,
        group: GroupId,
        decl: DeclId,
        body: &Node,
        members: &mut Vec<(GroupId, EntityId)>,
        nested: &mut Vec<(GroupId, GroupId)>,
    ) {
        for (field, entity) in [("member_entity_ids", true), ("member_group_ids", false)] {
            for (text, span) in field::string_list(body, &[field]).items {
                let key = key_of_text(&text);
                if entity {
                    match self.entity(decl, &key) {
                        Some(id) => members.push((group, id)),
                        None => self.dangles("entity", &key, span, decl),
                    }
                } else {
                    match self.group(decl, &key) {
                        Some(id) => nested.push((group, id)),
                        None => self.dangles("group", &key, span, decl),
                    }
                }
            }
        }
        // A list that is a single expression, or has one among its members.
        let items = ["member_entity_ids", "member_group_ids"].map(|key| body.get(key));
        for (node, entity) in items.into_iter().zip([true, false]) {
            let Some(node) = node else { continue };
            for item in node.as_list().unwrap_or_else(|| std::slice::from_ref(node)) {
                if !matches!(item.value, Value::Unknown(_)) {
                    continue;
                }
                let key = key_of(Some(item));
                if entity {
                    members.extend(self.entity(decl, &key).map(|id| (group, id)));
                } else {
                    nested.extend(self.group(decl, &key).map(|id| (group, id)));
                }
            }
        }
    }

    fn alias_mount(&self, model: &VaultModel, alias: &mut Alias, node: Option<&Node>) {
        alias.mount = match (&alias.accessor, key_of(node)) {
            (_, Key::Refers(refs)) => {
                refs.iter().find_map(|r| self.mounts.get(&self.scope.referred(alias.decl, r)?).copied())
            }
            (Some(accessor), _) => self.accessors.get(accessor).copied().or_else(|| {
                let path = format!("auth/{}", accessor.trim_matches('/').trim_start_matches("auth/"));
                model.mounts_at(&path).last().copied()
            }),
            _ => None,
        };
        if alias.mount_type.is_none() {
            alias.mount_type = alias.mount.and_then(|id| model.mount(id)).and_then(|mount| mount.kind.clone());
        }
    }

    fn entity(&self, from: DeclId, key: &Key) -> Option<EntityId> {
        match key {
            Key::Known(id) => self.entity_ids.get(id).copied(),
            Key::Refers(refs) => refs.iter().find_map(|r| self.entities.get(&self.scope.referred(from, r)?).copied()),
            Key::Nothing => None,
        }
    }

    fn group(&self, from: DeclId, key: &Key) -> Option<GroupId> {
        match key {
            Key::Known(id) => self.group_ids.get(id).or_else(|| self.group_names.get(id)).copied(),
            Key::Refers(refs) => refs.iter().find_map(|r| self.groups.get(&self.scope.referred(from, r)?).copied()),
            Key::Nothing => None,
        }
    }

    fn cites(&mut self, model: &mut VaultModel) {
        macro_rules! each {
            ($field:ident, $citer:expr) => {
                let mut items = std::mem::take(&mut model.$field);
                for (index, item) in items.iter_mut().enumerate() {
                    for cite in &mut item.cites {
                        self.resolve(model, cite, &item.namespace, $citer(index), item.decl);
                    }
                }
                model.$field = items;
            };
        }
        each!(roles, |index| Citer::Role(RoleId::at(index)));
        each!(token_roles, |index| Citer::TokenRole(TokenRoleId::at(index)));
        each!(tokens, |index| Citer::Token(TokenId::at(index)));
        each!(entities, |index| Citer::Entity(EntityId::at(index)));
        each!(groups, |index| Citer::Group(GroupId::at(index)));
    }

    fn resolve(&mut self, model: &VaultModel, cite: &mut Cite, namespace: &str, citer: Citer, decl: DeclId) {
        cite.target = match cite.target {
            Target::Unknown => {
                let id = cite.refs.iter().find_map(|r| self.policies.get(&self.scope.referred(decl, r)?).copied());
                if let Some(name) = id.and_then(|id| model.policy(id)).and_then(|policy| policy.name.clone()) {
                    cite.name = name;
                }
                id.map_or(Target::Unknown, Target::Policy)
            }
            _ if cite.name == "root" => Target::Root,
            _ => {
                let named = model.policies_named(&cite.name).iter();
                let named = named.filter_map(|id| Some((*id, model.policy(*id)?)));
                let here = named.filter(|(_, policy)| policy.namespace == namespace).map(|(id, p)| (id, p.decl));
                match self.scope.nearest(decl, here) {
                    Some(id) => Target::Policy(id),
                    None if cite.name == "default" => Target::Default,
                    None => Target::Dangling,
                }
            }
        };
        match cite.target {
            Target::Policy(id) => {
                self.links.push((id, citer));
                // What is declared in its place is cited as well.
                let Some(policy) = model.policy(id) else { return };
                let Some(own) = self.declarations.get(policy.decl.index()).filter(|d| d.condition.is_some()) else {
                    return;
                };
                for other in model.policies_named(&cite.name).iter().filter(|other| **other != id) {
                    let decl = model.policy(*other).and_then(|other| self.declarations.get(other.decl.index()));
                    if decl.is_some_and(|decl| decl.address == own.address && decl.span == own.span) {
                        self.links.push((*other, citer));
                    }
                }
            }
            Target::Dangling => {
                self.dangling.push(Dangling { kind: "policy", name: cite.name.clone(), span: cite.span, by: decl });
            }
            _ => {}
        }
    }
}
