use crate::lint::rules::record_common::{is_absent, is_made};
use crate::lint::{Check, RecordContext, Severity, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    let body = &record.body;
    let hidden = ["wrapping_ttl", "pgp_key"].iter().any(|name| !is_absent(body, name));
    if record.kind != "vault_token" || !is_made(record) || hidden {
        return;
    }
    let root = field::string_list(body, &["policies"]).find("root").is_some();
    let orphan = field::boolean(body, &["no_parent"]).known() == Some(&true);
    let endless = field::seconds(body, &["period"]).known().is_some_and(|period| *period > 0)
        && is_absent(body, "explicit_max_ttl");
    let message = if root {
        "the state holds a root token"
    } else if orphan && endless {
        "the state holds a token that never ends and goes with no other"
    } else {
        "whoever can read the state is this token until it ends"
    };
    let finding = sink.report(record.kind_span, message);
    finding.label("kept in the state");
    if root || (orphan && endless) {
        finding.severity(Severity::Critical);
    }
    finding.help("use an ephemeral `vault_token`, or let the consumer log in by itself");
}
