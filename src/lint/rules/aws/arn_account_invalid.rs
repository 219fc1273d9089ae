use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Owners that AWS writes in place of an account.
const OWNERS: &[&str] = &[
    "aws",
    "aws-marketplace",
    "aws-managed",
    "amazon",
    "cloudfront",
    "elasticbeanstalk",
    "third-party",
    "system",
    "imagebuilder",
    "aws-cn",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        let (Some(account), Some(_)) = (resource.field(4), resource.field(5)) else { continue };
        let odd = !account.is_empty() && !account.contains(['*', '?', '$', '{', '<']) && !OWNERS.contains(&account);
        // text with another shape (a template's `ACCOUNT_ID`) is a placeholder, not an account that is wrong
        let digits = account.bytes().filter(u8::is_ascii_digit).count();
        let number = account.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b' ');
        if odd && number && !resource.text.contains("${") && (digits != 12 || account.len() != 12) {
            sink.report(resource.item.span, format!("`{account}` is no account: 12 digits")).label("matches nothing");
        }
    }
}
