use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

const LISTS: &[&str] =
    &["policies", "token_policies", "allowed_policies", "disallowed_policies", "allowed_policies_glob"];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    if context.inputs.dialect.matches_list_elements() {
        return;
    }
    for parameter in context.facts.stanza.denied_parameters.iter().filter(|parameter| !parameter.values.is_empty()) {
        let name = parameter.name.raw().to_lowercase();
        if LISTS.contains(&name.as_str()) {
            sink.report(parameter.span, format!("a list, another case or a comma in `{name}` passes this denial"))
                .help("list what is allowed instead");
        }
    }
}
