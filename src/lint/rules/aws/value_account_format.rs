use super::condition_common::{report_form, texts, told};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys, in lower case, whose values have this form.
const KEYS: &[&str] =
    &["aws:sourceaccount", "aws:principalaccount", "aws:resourceaccount", "kms:calleraccount", "s3:resourceaccount"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|condition| told(condition, KEYS)) {
        for (value, span) in texts(condition) {
            if !value.contains(['*', '?']) && !well_formed(&value) {
                report_form(&value, span, "account id of 12 digits", sink);
            }
        }
    }
}

fn well_formed(value: &str) -> bool {
    value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit())
}
