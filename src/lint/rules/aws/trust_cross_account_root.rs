use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::carrier::declaration::Item;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow || facts.conditional {
        return;
    }
    for entry in facts.statement.principal.iter().filter(|p| !p.negated).flat_map(|p| &p.entries) {
        let Some(text) = entry.item.text.known().filter(|_| entry.kind == PrincipalKind::Aws) else { continue };
        let Some(account) = whole_account(text) else { continue };
        let Some(own) = own_account(context) else { return };
        if account != own {
            sink.report(entry.item.span, format!("account `{account}` decides alone who there assumes this role"))
                .label("another account")
                .help("name the role that is meant, or ask for an external id");
        }
    }
}

/// The account that a principal stands for as a whole.
fn whole_account(principal: &str) -> Option<&str> {
    let account = match principal.strip_suffix(":root") {
        Some(head) => head.rsplit(':').next()?,
        None => principal,
    };
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then_some(account)
}

/// The account of the roles that are declared with the trust policy, if all are of one.
fn own_account<'a>(context: &StatementContext<'a>) -> Option<&'a str> {
    let source = context.document().declaration.span.source;
    let mut own = None;
    for declaration in context.inputs().model.declarations().iter().filter(|d| d.span.source == source) {
        let Item::AwsPrincipal(principal) = &declaration.item else { continue };
        let Some(arn) = principal.arn.as_ref().and_then(|(arn, _)| arn.known()) else { continue };
        let account = arn.split(':').nth(4)?;
        if own.is_some_and(|own| own != account) {
            return None;
        }
        own = Some(account);
    }
    own
}
