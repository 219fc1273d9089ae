use super::mount_common;
use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::endpoints::Mounted;

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
    let Some((mount, engine)) = mount_common::serving(context) else { return };
    let meaning = Mounted::new(&mount, engine).meaning(&facts.lang);
    if meaning.reached.is_empty() {
        return;
    }
    let dead = meaning.dead(facts.grants);
    // `create` beside a working `update`, and the reverse, is how people write both
    let pair = Capabilities::of(&[Capability::Create, Capability::Update, Capability::Patch]);
    let dead = if facts.grants.minus(dead).meets(pair) { dead.minus(pair) } else { dead };
    // `vault/list-only-wildcard` says of `list` on the data of version 2 where it belongs
    let told =
        engine == "kv-v2" && facts.path.strip_prefix(mount.as_str()).is_some_and(|below| below.starts_with("/data/"));
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
