use super::template_common::alias_fields;
use crate::carrier::declaration::Carrier;
use crate::lint::{Check, Severity, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.template {
        return;
    }
    let mounts = &context.inputs.model.vault.mounts;
    let told = mounts.iter().any(|mount| mount.accessor.is_some());
    let program = matches!(context.policy.declaration.carrier, Carrier::Terraform | Carrier::PulumiProgram);
    for used in alias_fields(context.inputs, facts) {
        let Some(accessor) = used.accessor.filter(|accessor| accessor.starts_with("auth_")) else { continue };
        if told && used.mount.is_none() {
            sink.report(
                facts.stanza.path_span,
                format!("no auth method has the accessor `{accessor}`: the server leaves this stanza out"),
            )
            .label("no such accessor")
            .severity(Severity::Medium);
            return;
        }
        if !told && program {
            sink.report(
                facts.stanza.path_span,
                format!(
                    "`{accessor}` is written out: when the method is mounted anew, the server leaves this stanza out"
                ),
            )
            .label("changes with every mount")
            .help("refer to the `accessor` of the auth method");
            return;
        }
    }
}
