//! Logins that can get every policy, or gain something else, for the rules about them.

use crate::lint::{Finding, Inputs};
use crate::model::escalation::{Power, Step};
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
    let escalation = inputs.model.escalation_for(inputs.dialect);
    let admin = |(id, role): (VaultPrincipal, &'a Role)| {
        let steps = escalation.steps(id).filter(|steps| !steps.is_empty())?;
        Some(Admin {
            role,
            name: inputs.model.principal_name(id),
            span: place(inputs, role, steps)?,
            steps: steps.to_vec(),
        })
    };
    logins(inputs).filter_map(admin).collect()
}

/// Roles whose logins gain something that is less than every policy, in order, with what
/// they gain. Those who can get every policy are not among them.
pub(super) fn powers<'a>(inputs: &Inputs<'a>, wanted: impl Fn(&Power) -> bool) -> Vec<(Admin<'a>, Power)> {
    let escalation = inputs.model.escalation_for(inputs.dialect);
    let mut out = Vec::new();
    for (id, role) in logins(inputs) {
        for power in escalation.powers(id).iter().filter(|power| wanted(power)) {
            let Some(span) = place(inputs, role, &power.steps) else { continue };
            let name = inputs.model.principal_name(id);
            out.push((Admin { role, name, span, steps: power.steps.clone() }, power.clone()));
        }
    }
    out
}

fn logins<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = (VaultPrincipal, &'a Role)> {
    let listed = inputs.model.vault.roles.iter().enumerate().filter(|(_, role)| role.subject != Subject::Config);
    listed.map(|(index, role)| (VaultPrincipal::Role(RoleId::at(index)), role))
}

/// The role's citation of the policy that the first step uses, or its name.
fn place(inputs: &Inputs<'_>, role: &Role, steps: &[Step]) -> Option<Span> {
    let used = steps.first().and_then(|step| step.requests.first()).and_then(|request| request.policy);
    let cite = role.cites.iter().find(|cite| match cite.target {
        crate::model::Target::Policy(id) => Some(id) == used,
        _ => false,
    });
    let declared = inputs.model.declaration(role.decl).map(|declaration| declaration.span);
    let named = role.named.as_ref().map(|(_, span)| *span);
    cite.map(|cite| cite.span).or(named).or(declared)
}

/// Completes a finding about steps: requests, the way, and where each is allowed.
pub(super) fn explain(inputs: &Inputs<'_>, admin: &Admin<'_>, end: &str, finding: &mut Finding) {
    finding.witness = Some(witness(&admin.steps));
    finding.chain = chain(inputs, &admin.name, &admin.steps, end);
    for request in admin.steps.iter().flat_map(|step| &step.requests) {
        if let Some(place) = request.span.filter(|place| !finding.related.iter().any(|(known, _)| known == place)) {
            finding.related(place, format!("allows `{}` on `{}`", request.capability, request.path));
        }
    }
}

/// The requests of all steps, in order.
fn witness(steps: &[Step]) -> String {
    let requests = steps.iter().flat_map(|step| &step.requests);
    requests.map(|request| format!("{} {}", request.capability, request.path)).collect::<Vec<_>>().join(", then ")
}

/// From the role to what it gets.
fn chain(inputs: &Inputs<'_>, name: &str, steps: &[Step], end: &str) -> Vec<String> {
    let mut chain = vec![name.to_owned()];
    for step in steps {
        chain.push(step.what.to_owned());
        if let Some(other) = step.becomes {
            chain.push(format!("acts as {}", inputs.model.principal_name(other)));
        }
    }
    chain.push(end.to_owned());
    chain
}
