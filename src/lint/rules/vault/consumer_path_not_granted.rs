use smol_str::SmolStr;

use super::consumer_common::{Login, consumer, login, role};
use crate::carrier::declaration::VaultObject;
use crate::lint::{Check, Inputs, ObjectContext, Sink};
use crate::model::{RoleId, Target, VaultPrincipal};
use crate::pattern::path::PathLang;
use crate::region::vault::Rules;
use crate::source::Span;
use crate::syntax::{Node, Value};
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let Some(consumer) = consumer(context).filter(|_| !context.inputs.model.vault.roles.is_empty()) else { return };
    if ["reads", "writes", "keys"].iter().all(|list| consumer.body.get(list).is_none()) {
        return;
    }
    let Some(login) = login(context.inputs, consumer) else { return };
    let asked = asked(consumer, login);
    let Login::Role(id) = role(context.inputs, login) else { return };
    let Some((rules, policies)) = rules(context.inputs, id) else { return };
    let principal = context.inputs.model.principal_name(VaultPrincipal::Role(id));
    for (path, span, write) in asked {
        let capability = if write { Capability::Update } else { Capability::Read };
        let wanted = if write {
            Capabilities::of(&[Capability::Update, Capability::Create])
        } else {
            Capabilities::of(&[Capability::Read])
        };
        if rules.reach(&PathLang::exact(&path), wanted).is_some() {
            continue;
        }
        let finding = sink
            .report(span, format!("`{principal}` may not {capability} `{path}`: {policies}"))
            .label("refused")
            .witness(format!("{capability} {path}"));
        match versioned(context.inputs, &path) {
            Some(meant) => finding.help(format!("the mount is version 2: ask for `{meant}`")),
            None => finding.help(format!("grant `{capability}` on it, or mend the path")),
        };
    }
}

/// What the consumer asks for: path, place, and whether it writes. Keys lie in the engine that
/// its login names.
fn asked(consumer: &VaultObject, login: &VaultObject) -> Vec<(SmolStr, Span, bool)> {
    let body = &consumer.body;
    let mut out = Vec::new();
    for (list, write) in [("reads", false), ("writes", true)] {
        let items = body.each_of(list).iter();
        out.extend(items.filter_map(|node| Some((SmolStr::new(node.as_str()?), node.span, write))));
    }
    let keys = body.each_of("keys");
    if let Some(engine) = login.body.get("engine").and_then(Node::as_str) {
        let engine = engine.trim_matches('/');
        let versions = login.body.get("versions").is_some_and(|node| node.value == Value::Bool(true));
        for node in keys {
            let Some(key) = node.as_str() else { continue };
            // A key may begin with the mount, and with `data` behind it.
            let key = key.strip_prefix(engine).and_then(|rest| rest.strip_prefix('/')).unwrap_or(key);
            let key = if versions { key.strip_prefix("data/").unwrap_or(key) } else { key };
            let door = if versions { "data/" } else { "" };
            out.push((SmolStr::from(format!("{engine}/{door}{key}")), node.span, false));
        }
    }
    out
}

/// What a login through the role may do, where all of it is known.
fn rules(inputs: &Inputs<'_>, id: RoleId) -> Option<(Rules, String)> {
    let model = inputs.model;
    let held = model.effective(VaultPrincipal::Role(id));
    let role = model.vault.role(id)?;
    let sure = !role.cites_unknown && held.unknowns().next().is_none() && !held.is_root();
    if !sure || held.held.iter().any(|held| !held.given_if.is_empty()) {
        return None;
    }
    let mut ids: Vec<_> = held.policies().collect();
    // What the server's own `default` grants is no secret; another may say more.
    ids.extend(model.vault.policies_named("default"));
    let documents: Option<Vec<_>> = ids.iter().map(|id| model.policy_document(*id)).collect();
    let documents = documents?;
    if documents.iter().any(|document| !document.unknown.is_empty()) {
        return None;
    }
    let names: Vec<String> = held
        .held
        .iter()
        .filter(|held| matches!(held.target, Target::Policy(_)))
        .map(|held| format!("`{}`", held.name))
        .collect();
    let said = match names.as_slice() {
        [] => "it has no policy but `default`".to_owned(),
        [one] => format!("its policy {one} does not grant it"),
        _ => format!("none of its policies ({}) grants it", names.join(", ")),
    };
    let rules = Rules::new(documents, inputs.dialect);
    rules.rules().iter().all(|rule| rule.known).then_some((rules, said))
}

/// The path that is meant, where the mount keeps versions and the path leaves `data` out.
fn versioned(inputs: &Inputs<'_>, path: &str) -> Option<String> {
    let mount = inputs.model.vault.mount_of("", path).and_then(|id| inputs.model.vault.mount(id))?;
    let at = mount.path.as_deref()?;
    let rest = path.strip_prefix(at)?.strip_prefix('/')?;
    let bare = mount.kv_version == Some(2) && !rest.starts_with("data/") && !rest.starts_with("metadata/");
    bare.then(|| format!("{at}/data/{rest}"))
}
