use super::mount_common;
use crate::lint::{Check, Sink, StanzaContext};
use crate::model::MountClass;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::endpoints::{Meaning, Mounted, engine};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.grants.is_empty()
        || facts.unknown
        || facts.template
        || facts.path.starts_with('+')
        || facts.path.starts_with('*')
    {
        return;
    }
    let Some(meaning) = meaning(context) else { return };
    if meaning.reached.is_empty() {
        return;
    }
    let dead = meaning.dead(facts.grants);
    // `create` beside a working `update`, and the reverse, is how people write both
    let pair = Capabilities::of(&[Capability::Create, Capability::Update, Capability::Patch]);
    let dead = if facts.grants.minus(dead).meets(pair) { dead.minus(pair) } else { dead };
    // `vault/list-only-wildcard` says of `list` on the data of version 2 where it belongs
    let told = engine_path(context).is_some_and(|below| below.starts_with("data/"));
    let dead = if told { dead.minus(Capabilities::of(&[Capability::List])) } else { dead };
    let Some(capability) = facts.first_of(dead) else { return };
    let useful: Vec<String> = meaning.useful.iter().map(|c| format!("`{c}`")).collect();
    sink.report(
        facts.span_of(capability),
        format!("no endpoint below `{}` serves `{capability}`", facts.stanza.path.display()),
    )
    .label("does nothing")
    .help(format!("it serves {}", useful.join(", ")));
}

/// The path below its mount, if that is KV of version 2.
fn engine_path<'a>(context: &StanzaContext<'a>) -> Option<&'a str> {
    let (_, version, below) = mount_common::below_kv(context)?;
    (version == 2).then_some(below)
}

/// What the path means where it is known what is mounted there.
fn meaning(context: &StanzaContext<'_>) -> Option<Meaning> {
    let facts = context.facts;
    let model = &context.inputs.model.vault;
    let mount = model.mount_of("", facts.path).and_then(|id| model.mount(id))?;
    let auth = mount.class == MountClass::Auth;
    let engine = engine(auth, mount.kind.as_deref()?, mount.kv_version)?;
    Some(Mounted::new(mount.path.as_deref()?, engine).meaning(&facts.lang))
}
