//! What a condition does to a grant that is open to everybody.

use crate::aws::document::PolicyKind;
use crate::lint::{ConditionFact, DocumentContext, StatementContext, StatementFacts};
use crate::source::Span;

/// How far a condition narrows who may use a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// To a fixed account, organization, network or the like.
    Fixed,
    /// It is about who calls, and lets anybody or strangers through.
    Wide,
    /// It is not about who calls, or about what every caller sets as they like.
    Weak,
    /// Not known.
    Other,
}

/// Keys that tell who or whence a caller is, in lower case.
const IDENTIFYING: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:sourceip",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Keys that do not, in lower case.
const WEAK: &[&str] = &[
    "aws:securetransport",
    "aws:requestedregion",
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:tokenissuetime",
    "aws:principaltype",
    "aws:tagkeys",
    "aws:viaawsservice",
    "sts:rolesessionname",
    "sts:externalid",
    "sts:sourceidentity",
    "sts:transitivetagkeys",
    "s3:prefix",
    "s3:delimiter",
    "s3:max-keys",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:tlsversion",
    "s3:signatureversion",
    "s3:signatureage",
    "s3:authtype",
    "s3:versionid",
    "s3:x-amz-storage-class",
    "kms:viaservice",
    "sns:protocol",
];

/// What a condition of an `Allow` does.
pub(super) fn guard(condition: &ConditionFact<'_>) -> Guard {
    let key = condition.key.as_str();
    if WEAK.contains(&key) || key.starts_with("aws:principaltag/") || key.starts_with("aws:requesttag/") {
        return Guard::Weak;
    }
    if !IDENTIFYING.contains(&key) {
        return Guard::Other;
    }
    if condition.condition.unknown {
        return Guard::Fixed;
    }
    if condition.operator == "null" || !condition.pins() {
        return Guard::Wide;
    }
    // an exact operator compares `*` as a letter: nobody passes
    let glob = condition.operator.contains("like") || condition.operator.starts_with("arn");
    let address = condition.operator == "ipaddress";
    let open = condition.values().any(|(value, _)| if address { wide_block(value) } else { glob && wide(key, value) });
    if open { Guard::Wide } else { Guard::Fixed }
}

/// Whether a pattern lets strangers through.
fn wide(key: &str, value: &str) -> bool {
    let fixed = value.find(['*', '?', '$']).map_or(value, |at| value.get(..at).unwrap_or(""));
    if fixed.len() == value.len() {
        return false;
    }
    if value.starts_with("arn:") || key.ends_with("arn") {
        let mut fields = value.splitn(6, ':').skip(2);
        let (service, _, account, rest) = (fields.next(), fields.next(), fields.next(), fields.next());
        return match (service, account) {
            // a bucket has no account: its name must be known
            (Some("s3"), Some("")) => rest.is_none_or(|name| name.starts_with(['*', '?'])),
            (Some(_), Some(account)) => account.contains(['*', '?']),
            _ => true,
        };
    }
    // an account, organization, endpoint or user id has at least this many letters of its own
    fixed.len() < 12 && !value.starts_with("o-") || fixed.len() < 6
}

/// Half of all addresses or more.
fn wide_block(value: &str) -> bool {
    value.split_once('/').is_some_and(|(_, prefix)| matches!(prefix, "0" | "1"))
}

/// Whether S3 counts an `Allow` as public: for everybody, and no condition fixes who.
pub(super) fn open_to_all(facts: &StatementFacts<'_>) -> bool {
    facts.anyone().is_some()
        && !facts.statement.conditions_unknown
        && !facts.conditions.iter().any(|c| matches!(guard(c), Guard::Fixed | Guard::Other))
}

/// Whether a public access block of the bucket keeps its policy from opening it.
pub(super) fn held_back(context: &DocumentContext<'_>) -> bool {
    let flags = ["block_public_policy", "restrict_public_buckets"];
    let at = context.document.span;
    flags.iter().any(|flag| super::bucket_common::blocked(context.inputs, context.policy, at, flag).is_some())
}

/// Where a resource policy names everybody, if no condition and no public access block is
/// known to hold strangers back.
pub(super) fn open_to_everybody(context: &StatementContext<'_>) -> Option<Span> {
    let facts = context.facts;
    if context.kind() != PolicyKind::Resource || !facts.allow || facts.statement.conditions_unknown {
        return None;
    }
    let everybody = facts.anyone().filter(|_| !held_back(context.document()))?;
    let guarded = facts.conditions.iter().any(|c| matches!(guard(c), Guard::Fixed | Guard::Other));
    (!guarded).then_some(everybody)
}
