//! What a document is attached to, told from its content alone.

use super::{Document, Effect, PolicyKind, PrincipalKind, Statement};

/// The kind a document has if nothing else tells: a trust policy where it names
/// principals and only actions that assume roles, a resource policy where it names
/// principals otherwise, and else an identity policy. SCPs, boundaries and session
/// policies look like identity policies, and RCPs and endpoint policies like resource
/// policies; only a name or a setting can tell these.
#[must_use]
pub fn guess_kind(document: &Document) -> PolicyKind {
    let mut named = document.statements.iter().filter(|s| s.principal.is_some()).peekable();
    if named.peek().is_none() {
        return PolicyKind::Identity;
    }
    if document.statements.iter().all(|statement| is_trust(statement)) {
        PolicyKind::Trust
    } else {
        PolicyKind::Resource
    }
}

/// Whether a statement could stand in a trust policy: no resource, and every action one
/// that assumes a role. `*` counts where a service or provider is to assume the role.
fn is_trust(statement: &Statement) -> bool {
    let Some(action) = &statement.action else { return false };
    let sts = |text: &str| {
        let lower = text.to_ascii_lowercase();
        lower == "sts:*"
            || lower.starts_with("sts:assumerole")
            || lower.starts_with("sts:tagsession")
            || lower.starts_with("sts:setsource")
            || lower.starts_with("sts:setcontext")
    };
    let all_sts = !action.items.is_empty() && action.items.iter().all(|item| sts(item.text.raw()));
    let federated = statement.effect == Some(Effect::Allow)
        && statement.principal.iter().flat_map(|p| &p.entries).any(|e| e.kind == PrincipalKind::Federated);
    statement.resource.is_none() && (all_sts || federated)
}
