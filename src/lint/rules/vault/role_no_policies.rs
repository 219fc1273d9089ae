use crate::lint::{Check, RoleContext, Sink};
use crate::model::Subject;
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

/// Fields by which a login joins groups, whose policies it has.
const GROUPS: &[&str] = &["groups_claim", "groups_attribute", "token_policies_template_claims", "groups"];

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let (role, vault) = (context.role, &context.inputs.model.vault);
    if role.cites_unknown || role.subject == Subject::Config || !role.cites.iter().all(|cite| cite.name == "default") {
        return;
    }
    // Entities, groups and configurations may give policies to whoever logs in here.
    let identity = vault.entities.iter().any(|entity| !entity.cites.is_empty() || entity.cites_unknown)
        || vault.groups.iter().any(|group| !group.cites.is_empty() || group.cites_unknown);
    let joins = GROUPS.iter().any(|key| field::first(context.body, &[key]).is_some());
    if identity || joins || vault.configs_of(role).next().is_some() || context.body.as_map().is_none_or(<[_]>::is_empty)
    {
        return;
    }
    let Some((name, span)) = &role.named else { return };
    let span = role.token.policies.span.unwrap_or(*span);
    sink.report(span, format!("whoever logs in through `{}` gets no policy but `default`", name.display()))
        .label("gives nothing")
        .help("give it the policy that is meant, or delete it");
}
