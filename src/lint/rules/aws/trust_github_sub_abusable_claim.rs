use super::federation_common::{GITHUB, pins, providers, values};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Parts of a customised subject that whoever starts the workflow chooses.
const CHOSEN: &[&str] =
    &["workflow:", "environment:", "ref:", "head_ref:", "base_ref:", "actor:", "run_id:", "run_number:", "event_name:"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let owners = ["repository", "repository_id", "repository_owner", "repository_owner_id"];
    if !providers(context).iter().any(|p| p.issuer == GITHUB) || pins(context.facts, GITHUB, &owners) {
        return;
    }
    for (value, span, _) in values(context.facts, GITHUB, "sub") {
        let names_owner = value.contains("repo:") || value.contains("repository");
        if let Some(claim) = CHOSEN.iter().find(|claim| value.starts_with(**claim)).filter(|_| !names_owner) {
            let claim = claim.trim_end_matches(':');
            sink.report(
                span,
                format!("`{value}` names no repository, and `{claim}` is chosen by whoever starts the workflow"),
            )
            .label("chosen by the caller")
            .help("put `repo:OWNER/REPOSITORY` first in the subject, or pin `repository_id`");
        }
    }
}
