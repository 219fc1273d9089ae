use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

const WATCHED: &[&str] =
    &["policies", "token_policies", "allowed_policies", "ttl", "token_ttl", "explicit_max_ttl", "period"];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let stanza = context.facts.stanza;
    let required =
        |name: &str| stanza.required_parameters.iter().any(|(text, _)| text.raw().eq_ignore_ascii_case(name));
    for parameter in stanza.allowed_parameters.iter().filter(|parameter| !parameter.values.is_empty()) {
        let name = parameter.name.raw().to_lowercase();
        if WATCHED.contains(&name.as_str()) && !required(&name) {
            sink.report(parameter.span, format!("a request without `{name}` passes and gets the default"))
                .help(format!("add `required_parameters = [\"{name}\"]`"));
        }
    }
}
