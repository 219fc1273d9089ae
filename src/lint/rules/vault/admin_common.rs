//! Logins that can get every policy, for the rules that are about them.

use crate::lint::Inputs;
use crate::model::escalation::Step;
use crate::model::{Role, RoleId, Subject, VaultPrincipal};
use crate::source::Span;

/// A role whose logins can get every policy.
pub(super) struct Admin<'a> {
    /// The role.
    pub(super) role: &'a Role,
    /// As reports name it.
    pub(super) name: String,
    /// The citation of the policy that the first step uses, or the role's name.
    pub(super) span: Span,
    /// The steps; none where it holds `root`.
    pub(super) steps: Vec<Step>,
}

/// The roles, in order. Those that hold `root` are refused by the server, and have a rule
/// of their own.
pub(super) fn roles<'a>(inputs: &Inputs<'a>) -> Vec<Admin<'a>> {
    let model = inputs.model;
    let escalation = model.escalation_for(inputs.dialect);
    let listed = model.vault.roles.iter().enumerate().filter(|(_, role)| role.subject != Subject::Config);
    listed
        .filter_map(|(index, role)| {
            let principal = VaultPrincipal::Role(RoleId::at(index));
            let steps = escalation.steps(principal).filter(|steps| !steps.is_empty())?;
            let used = steps.first().and_then(|step| step.requests.first()).and_then(|request| request.policy);
            let cite = role.cites.iter().find(|cite| match cite.target {
                crate::model::Target::Policy(id) => Some(id) == used,
                _ => false,
            });
            let declared = model.declaration(role.decl).map(|declaration| declaration.span);
            let named = role.named.as_ref().map(|(_, span)| *span);
            let span = cite.map(|cite| cite.span).or(named).or(declared)?;
            Some(Admin { role, name: model.principal_name(principal), span, steps: steps.to_vec() })
        })
        .collect()
}

/// The requests of all steps, in order.
pub(super) fn witness(steps: &[Step]) -> String {
    let requests = steps.iter().flat_map(|step| &step.requests);
    requests.map(|request| format!("{} {}", request.capability, request.path)).collect::<Vec<_>>().join(", then ")
}

/// From the role to everything.
pub(super) fn chain(inputs: &Inputs<'_>, name: &str, steps: &[Step]) -> Vec<String> {
    let mut chain = vec![name.to_owned()];
    for step in steps {
        chain.push(step.what.to_owned());
        if let Some(other) = step.becomes {
            chain.push(format!("acts as {}", inputs.model.principal_name(other)));
        }
    }
    chain.push("every policy".to_owned());
    chain
}
