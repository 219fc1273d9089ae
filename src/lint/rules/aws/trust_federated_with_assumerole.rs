use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow || facts.not_action {
        return;
    }
    let Some(principal) = facts.statement.principal.as_ref().filter(|p| !p.negated && !p.star && !p.unknown) else {
        return;
    };
    let federated = principal.entries.iter().all(|entry| entry.kind == PrincipalKind::Federated);
    let action = facts.actions.iter().find(|action| action.lower == "sts:assumerole");
    if let Some(action) = action.filter(|_| federated && !principal.entries.is_empty()) {
        let other =
            facts.actions.iter().any(|a| a.meets("sts:assumerolewithsaml") || a.meets("sts:assumerolewithwebidentity"));
        let effect = if other { "is not needed" } else { "lets nobody in" };
        sink.report(action.item.span, format!("`sts:AssumeRole` is not for identity providers: here it {effect}"))
            .related(principal.span, "an identity provider")
            .help("use `sts:AssumeRoleWithWebIdentity` for OIDC, `sts:AssumeRoleWithSAML` for SAML");
    }
}
