use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Actions on buckets alone, in lower case.
const BUCKET: &[&str] = &[
    "s3:listbucket",
    "s3:listbucketversions",
    "s3:listbucketmultipartuploads",
    "s3:getbucketlocation",
    "s3:getbucketpolicy",
    "s3:putbucketpolicy",
    "s3:deletebucket",
    "s3:createbucket",
    "s3:getbucketacl",
    "s3:putbucketacl",
    "s3:getbucketversioning",
    "s3:putbucketversioning",
    "s3:getencryptionconfiguration",
    "s3:putencryptionconfiguration",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let bucket = |action: &ActionFact<'_>| BUCKET.contains(&action.lower.as_str());
    if !facts.allow
        || facts.not_action
        || facts.not_resource
        || facts.actions.is_empty()
        || !facts.actions.iter().all(bucket)
    {
        return;
    }
    let object = |text: &str| {
        let name = text.split_once(":s3:::").map_or("", |(_, name)| name);
        bucket_of(name).is_some_and(|bucket| !bucket.contains('*'))
    };
    let all = facts.resources.iter().all(|resource| resource.item.text.is_known() && object(resource.text));
    let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
    for resource in facts.resources.iter().filter(|_| all && listed) {
        let text = resource.text;
        let whole = bucket_of(text).unwrap_or(text);
        sink.report(
            resource.item.span,
            format!("`{text}` is objects, and these actions are about the bucket: nothing is granted"),
        )
        .help(format!("write `{whole}`"));
    }
}

/// What stands before the first slash, if there is one outside of policy variables.
fn bucket_of(text: &str) -> Option<&str> {
    let mut inside = false;
    let at = text.char_indices().find_map(|(at, char)| {
        match char {
            '{' => inside = text.get(..at).is_some_and(|before| before.ends_with('$')),
            '}' => inside = false,
            '/' if !inside => return Some(at),
            _ => {}
        }
        None
    })?;
    text.get(..at)
}
