use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Actions on objects alone, in lower case.
const OBJECT: &[&str] = &[
    "s3:getobject",
    "s3:putobject",
    "s3:deleteobject",
    "s3:getobjectacl",
    "s3:putobjectacl",
    "s3:getobjectversion",
    "s3:deleteobjectversion",
    "s3:getobjecttagging",
    "s3:putobjecttagging",
    "s3:restoreobject",
    "s3:abortmultipartupload",
    "s3:listmultipartuploadparts",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let object = |action: &ActionFact<'_>| OBJECT.contains(&action.lower.as_str());
    if !facts.allow
        || facts.not_action
        || facts.not_resource
        || facts.actions.is_empty()
        || !facts.actions.iter().all(object)
    {
        return;
    }
    let bucket =
        |text: &str| text.starts_with("arn:") && text.contains(":s3:::") && !text.contains(['/', '*', '?', '$']);
    let all = facts.resources.iter().all(|resource| resource.item.text.is_known() && bucket(resource.text));
    let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
    for resource in facts.resources.iter().filter(|_| all && listed) {
        let text = resource.text;
        sink.report(
            resource.item.span,
            format!("`{text}` is the bucket, and these actions are about objects: nothing is granted"),
        )
        .help(format!("write `{text}/*`"));
    }
}
