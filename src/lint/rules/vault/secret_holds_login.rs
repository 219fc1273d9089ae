use crate::lint::{Check, Inputs, Severity, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let stored = inputs.model.stored_logins();
    if stored.is_empty() {
        return;
    }
    let escalation = inputs.model.escalation_for(inputs.dialect);
    for login in stored {
        let (Some(path), Some(declaration)) = (login.reads.first(), inputs.model.declaration(login.decl)) else {
            continue;
        };
        let name = inputs.model.principal_name(login.principal);
        let admin = escalation.is_admin(login.principal);
        let more = if admin { ", which can get every policy" } else { "" };
        let finding = sink
            .report(declaration.span, format!("whoever reads `{path}` acts as `{name}`{more}"))
            .label("holds what it takes to log in");
        if admin {
            finding.severity(Severity::Medium);
        }
    }
}
