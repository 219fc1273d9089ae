use super::condition_common::{texts, told};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

const KEYS: &[&str] = &["aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|c| told(c, KEYS)) {
        for (value, span) in texts(condition) {
            let fault = if !value.starts_with(['*', '?']) && !value.starts_with("o-") {
                "does not begin with an organization"
            } else if !value.ends_with(['/', '*', '?']) {
                "has no slash at its end"
            } else {
                continue;
            };
            sink.report(span, format!("`{value}` is no path in an organization: it {fault}"))
                .label("matches nothing")
                .help("write `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`, with `*` behind it for what is below");
        }
    }
}
