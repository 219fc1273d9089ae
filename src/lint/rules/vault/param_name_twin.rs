use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

const TWINS: &[&str] = &["policies", "ttl", "max_ttl", "period", "num_uses", "bound_cidrs"];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.path.starts_with("auth/") || facts.path.starts_with("auth/token/create") {
        return;
    }
    let denied = &facts.stanza.denied_parameters;
    let has = |name: &str| {
        denied.iter().any(|parameter| parameter.name.raw().eq_ignore_ascii_case(name) || parameter.name.raw() == "*")
    };
    for parameter in denied {
        let name = parameter.name.raw().to_lowercase();
        let short = name.strip_prefix("token_").unwrap_or(&name);
        if !TWINS.contains(&short) {
            continue;
        }
        let twin = if name == short { format!("token_{short}") } else { short.to_owned() };
        if !has(&twin) {
            sink.report(parameter.span, format!("`{twin}` says the same as `{name}` and is not denied"))
                .help(format!("deny `{twin}` as well, or list what is allowed"));
        }
    }
}
