use super::condition_common::{texts, told};
use super::service_common::fault;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

const KEYS: &[&str] = &[
    "iam:passedtoservice",
    "aws:principalservicename",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "iam:awsservicename",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|c| told(c, KEYS)) {
        for (value, span) in texts(condition).into_iter().filter(|(value, _)| !value.contains(['*', '?'])) {
            let simple =
                !value.is_empty() && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            let meant = if simple { Some(format!("{value}.amazonaws.com")) } else { fault(&value).map(|f| f.meant) };
            if let Some(meant) = meant {
                sink.report(span, format!("`{value}` is no service principal"))
                    .label("matches nothing")
                    .help(format!("did you mean `{meant}`?"));
            }
        }
    }
}
