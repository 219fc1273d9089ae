use super::condition_common::{report_form, texts, told};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys, in lower case, whose values have this form.
const KEYS: &[&str] = &["aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid", "aws:vpceorgid"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|condition| told(condition, KEYS)) {
        for (value, span) in texts(condition) {
            if !value.contains(['*', '?']) && !well_formed(&value) {
                report_form(&value, span, "organization id", sink);
            }
        }
    }
}

fn well_formed(value: &str) -> bool {
    value.strip_prefix("o-").is_some_and(|id| {
        (10..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    })
}
