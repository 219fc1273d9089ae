use super::mount_common::{self as mounts, literal};
use crate::lint::{Check, Confidence, Sink, StanzaContext};
use crate::pattern::path::PathLang;
use crate::suggest::closest;
use crate::vault::endpoints::{self, Endpoint, Mounted};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.unknown || facts.template {
        return;
    }
    let first = facts.path.split('/').next().unwrap_or("");
    let (mount, engine) = match first {
        "sys" | "identity" => (first.to_owned(), if first == "sys" { "sys" } else { "identity" }),
        _ => match mounts::serving(context) {
            Some((path, engine)) => (path, engine),
            None => return,
        },
    };
    // Version 2 of `kv` has a rule of its own, version 1 serves every path.
    if engine.starts_with("kv") {
        return;
    }
    let Some(rest) = facts.path.strip_prefix(mount.as_str()).and_then(|rest| rest.strip_prefix('/')) else { return };
    let own: Vec<&Endpoint> = endpoints::all().iter().filter(|endpoint| endpoint.engine == engine).collect();
    if rest.is_empty() || !own.iter().any(|endpoint| endpoint.whole) {
        return;
    }
    let meaning = Mounted::new(&mount, engine).meaning(&facts.lang);
    // A directory above endpoints may be asked for a list, on one server or another.
    let below = PathLang::parse(&format!("{}/*", facts.path.trim_end_matches(['/', '*'])));
    if !meaning.reached.is_empty() || !Mounted::new(&mount, engine).meaning(&below).reached.is_empty() {
        return;
    }
    let effect = if facts.denies { "denies" } else { "grants" };
    let message = format!("Vault serves nothing at `{}`: this {effect} nothing", facts.stanza.path.display());
    let typed = literal(rest);
    let known = own.iter().filter_map(|endpoint| endpoint.path.split(['/', '*', '+']).next());
    let meant = closest(typed.split('/').next().unwrap_or(typed), known.filter(|word| !word.is_empty()));
    let finding = sink.report(facts.stanza.path_span, message);
    finding.label("no such endpoint");
    match meant {
        Some(word) if !typed.starts_with(word) => finding.help(format!("did you mean `{mount}/{word}`?")),
        _ => finding.confidence(Confidence::Medium),
    };
}
