use crate::lint::{Check, Inputs, Sink};
use crate::model::{EntityId, VaultPrincipal};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = inputs.model;
    if model.vault.entities.iter().all(|entity| entity.aliases.len() < 2) {
        return;
    }
    let escalation = model.escalation_for(inputs.dialect);
    for (index, entity) in model.vault.entities.iter().enumerate() {
        let mut kinds: Vec<&str> = entity.aliases.iter().filter_map(|alias| alias.mount_type.as_deref()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.len() < 2 || !escalation.is_admin(VaultPrincipal::Entity(EntityId::at(index))) {
            continue;
        }
        let Some(span) = entity.aliases.last().map(|alias| alias.span) else { continue };
        let name = model.principal_name(VaultPrincipal::Entity(EntityId::at(index)));
        let list: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
        sink.report(
            span,
            format!(
                "`{name}` can get every policy, and logs in by {}: the weakest of them decides",
                list.join(" and ")
            ),
        )
        .label("one more way in");
    }
}
