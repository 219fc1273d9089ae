use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let stanza = context.facts.stanza;
    for parameter in stanza.allowed_parameters.iter().chain(&stanza.denied_parameters) {
        // of the name `*` the values are ignored
        if parameter.name.raw() == "*" {
            continue;
        }
        for value in parameter.values.iter().filter(|value| value.as_str() == Some("*")) {
            sink.report(
                value.span,
                format!("`*` alone is a literal star: no real value of `{}` matches", parameter.name.display()),
            )
            .help("write `[]` for any value");
        }
    }
}
