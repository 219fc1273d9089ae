use crate::aws::catalog::catalog;
use crate::lint::{ActionFact, Check, Services, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Prefixes of services that AWS has shut down, and what to use instead if there is
/// something. Source: AWS's announcements of the end of each service.
pub(super) const RETIRED: &[(&str, &str)] = &[
    ("a4b", ""),
    ("aws-portal", "the actions of `billing`, `account`, `payments`, `tax` and `ce`"),
    ("codestar", ""),
    ("deepcomposer", ""),
    ("deeplens", ""),
    ("deepracer", ""),
    ("elastic-inference", ""),
    ("gamesparks", ""),
    ("honeycode", ""),
    ("iot1click", ""),
    ("iotroborunner", ""),
    ("mobilehub", ""),
    ("nimble", ""),
    ("opsworks", ""),
    ("opsworks-cm", ""),
    ("qldb", ""),
    ("robomaker", ""),
    ("sumerian", ""),
    ("wam", "the actions of `workspaces`"),
    ("worklink", ""),
    ("zocalo", "the actions of `workdocs`"),
];

const SERVICES: Services = {
    let (mut all, mut rest) = (Services::NONE, RETIRED);
    while let [(prefix, _), others @ ..] = rest {
        all = all.union(Services::of(prefix));
        rest = others;
    }
    all
};

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.not_action {
        return;
    }
    if !facts.services.meet(SERVICES) {
        return;
    }
    let retired = |service: &str| RETIRED.iter().find(|(prefix, _)| *prefix == service);
    let gone = |action: &&ActionFact<'_>| action.services.meet(SERVICES) && retired(action.service()).is_some();
    let mut found = facts.actions.iter().filter(gone).peekable();
    let Some(first) = found.peek().copied() else { return };
    let Some((prefix, instead)) = retired(first.service()) else { return };
    let count = found.filter(|action| action.service() == first.service()).count();
    let more = if count > 1 { format!(" (and {} more of `{prefix}`)", count - 1) } else { String::new() };
    let shown = first.item.text.display();
    let gone = if catalog().has_service(prefix) { "is of a service that AWS has closed" } else { "exists no more" };
    let finding = sink.report(first.item.span, format!("`{shown}`{more} {gone}: it grants nothing"));
    finding.label("nothing left to allow");
    if instead.is_empty() {
        finding.help("take it out");
    } else {
        finding.help(format!("use {instead}"));
    }
}
