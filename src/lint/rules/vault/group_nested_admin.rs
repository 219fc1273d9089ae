use crate::lint::{Check, Inputs, Sink};
use crate::model::{Group, GroupId, Target, VaultPrincipal};
use crate::source::Span;
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let (model, vault) = (inputs.model, &inputs.model.vault);
    if vault.groups.iter().all(|group| group.parents.is_empty()) {
        return;
    }
    let escalation = model.escalation_for(inputs.dialect);
    for (index, group) in vault.groups.iter().enumerate().filter(|(_, group)| !group.parents.is_empty()) {
        let id = VaultPrincipal::Group(GroupId::at(index));
        let Some(steps) = escalation.steps(id) else { continue };
        let used: Vec<_> = steps.iter().flat_map(|step| &step.requests).filter_map(|request| request.policy).collect();
        let own = group.cites.iter().any(|cite| match cite.target {
            Target::Policy(policy) => used.contains(&policy) || escalation.policy(policy).is_some(),
            _ => false,
        });
        let above = group.parents.iter().find(|parent| escalation.is_admin(VaultPrincipal::Group(**parent)));
        let Some(parent) = above.filter(|_| !own) else { continue };
        let Some(holder) = vault.group(*parent) else { continue };
        let Some(span) = member(inputs, holder, group) else { continue };
        let (inner, outer) = (model.principal_name(id), model.principal_name(VaultPrincipal::Group(*parent)));
        sink.report(
            span,
            format!("every member of `{inner}` can get every policy, because `{outer}` holds that group"),
        )
        .label("a group within a group of administrators")
        .help("name the people who are meant");
    }
}

/// Where a group names another as its member.
fn member(inputs: &Inputs<'_>, holder: &Group, group: &Group) -> Option<Span> {
    let declaration = inputs.model.declaration(holder.decl)?;
    let address = inputs.model.declaration(group.decl).map(|declaration| declaration.address.as_str())?;
    let members = field::string_list(inputs.model.vault_body(holder.decl)?, &["member_group_ids"]);
    let named = members.items.iter().find(|(text, _)| match text.known() {
        Some(id) => Some(id) == group.id.as_deref(),
        None => text
            .holes()
            .iter()
            .flat_map(|hole| &hole.unknown.refs)
            .any(|reference| reference.strip_prefix(address).is_some_and(|rest| rest.starts_with(['.', '[']))),
    });
    named.map(|(_, span)| *span).or(members.span).or(Some(declaration.span))
}
