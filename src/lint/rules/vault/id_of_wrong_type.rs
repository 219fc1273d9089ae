use crate::lint::rules::record_common::{refs, target};
use crate::lint::{Check, RecordContext, Sink};

pub(super) const CHECK: Check = Check::Record(check);

const ENTITY: &str = "vault_identity_entity";
const GROUP: &str = "vault_identity_group";

/// Arguments that take the id of one kind of thing.
const TAKES: &[(&str, &str, &str)] = &[
    ("vault_identity_entity_alias", "canonical_id", ENTITY),
    ("vault_identity_entity_policies", "entity_id", ENTITY),
    ("vault_identity_group", "member_entity_ids", ENTITY),
    ("vault_identity_group", "member_group_ids", GROUP),
    ("vault_identity_group_alias", "canonical_id", GROUP),
    ("vault_identity_group_member_entity_ids", "group_id", GROUP),
    ("vault_identity_group_member_entity_ids", "member_entity_ids", ENTITY),
    ("vault_identity_group_member_group_ids", "group_id", GROUP),
    ("vault_identity_group_member_group_ids", "member_group_ids", GROUP),
    ("vault_identity_group_policies", "group_id", GROUP),
];

/// What is certainly neither: the types whose ids are mistaken for each other.
const MISTAKEN: &[(&str, &str)] = &[
    (ENTITY, "an entity"),
    (GROUP, "a group"),
    ("vault_identity_entity_alias", "an entity alias"),
    ("vault_identity_group_alias", "a group alias"),
];

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    for (_, argument, wanted) in TAKES.iter().filter(|(kind, _, _)| *kind == record.kind) {
        let Some(node) = record.body.get(argument) else { continue };
        let found = refs(node);
        // An expression of several references may pick the right one.
        let [reference] = found.as_slice() else { continue };
        if !reference.ends_with(".id") {
            continue;
        }
        let Some(other) = target(context.inputs, reference, record) else { continue };
        let Some((_, what)) = MISTAKEN.iter().find(|(kind, _)| other.kind == *kind && kind != wanted) else { continue };
        let noun = if *wanted == GROUP { "a group" } else { "an entity" };
        sink.report(node.span, format!("`{argument}` takes the id of {noun}, but `{}` is {what}", other.address))
            .label(format!("the id of {what}"))
            .related(other.kind_span, "declared here");
    }
}
