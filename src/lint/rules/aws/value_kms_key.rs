use super::condition_common::{texts, told};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys, in lower case, that hold the ARN of a KMS key.
const KEYS: &[&str] = &["s3:x-amz-server-side-encryption-aws-kms-key-id", "ec2:kmskeyid", "kms:requestalias-arn"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|c| told(c, KEYS)) {
        for (value, span) in texts(condition) {
            let id = value.len() == 36 && value.bytes().filter(|b| *b == b'-').count() == 4;
            if value.starts_with("alias/") || value.contains(":alias/") || id {
                let key = condition.condition.key.display();
                sink.report(span, format!("`{key}` holds the ARN of a key, and `{value}` is none"))
                    .label("never equal")
                    .help("write `arn:aws:kms:<region>:<account>:key/<id>`");
            }
        }
    }
}
