//! Logins that share one entity, where a policy goes by the entity.

use crate::lint::Inputs;
use crate::model::{Role, Target};
use crate::source::Span;
use crate::vault::roles::{StringList, field};

/// The first policy of a role that goes by who the entity is, and where it is cited.
pub(super) fn goes_by_entity<'a>(inputs: &Inputs<'a>, role: &'a Role) -> Option<(&'a str, Span)> {
    role.cites.iter().find_map(|cite| {
        let Target::Policy(id) = cite.target else { return None };
        let policy = inputs.model.policy_document(id)?;
        let templated = policy.stanzas.iter().any(|stanza| stanza.path.raw().contains("identity.entity."));
        templated.then_some((cite.name.as_str(), cite.span))
    })
}

/// Whether a bound lets in exactly one caller.
pub(super) fn one(bound: &StringList) -> bool {
    let mut known = bound.known();
    bound.is_known() && known.next().is_some_and(|(value, _)| !value.contains('*')) && known.next().is_none()
}

/// What the method's configuration calls the entity's alias by; none where it does not say,
/// or what it says is not known, or the mount is of other files.
pub(super) fn alias_by(inputs: &Inputs<'_>, role: &Role, key: &str) -> Option<String> {
    role.mount_id?;
    let configs = inputs.model.vault.configs_at(role.mount.as_deref()?);
    let bodies = configs.filter(|config| config.namespace == role.namespace);
    for body in bodies.filter_map(|config| inputs.model.vault_body(config.decl)) {
        match field::string(body, &[key]) {
            field::Fact::Known(value, _) => return Some(value.to_string()),
            field::Fact::Unknown(_) => return None,
            field::Fact::Absent => {}
        }
    }
    Some("role_id".to_owned())
}
