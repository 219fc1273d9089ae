use super::session_common::{allowed, whole_trust};
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !whole_trust(context) {
        return;
    }
    for facts in context.statements.iter().filter(|facts| facts.allow) {
        for condition in facts.conditions.iter().filter(|condition| condition.pins()) {
            let key = condition.key.as_str();
            let needed = match key {
                "sts:sourceidentity" => "sts:SetSourceIdentity",
                "sts:transitivetagkeys" => "sts:TagSession",
                _ if key.starts_with("aws:requesttag/") => "sts:TagSession",
                _ => continue,
            };
            if !allowed(context, &needed.to_ascii_lowercase()) {
                let name = condition.condition.key.display();
                sink.report(
                    condition.condition.key_span,
                    format!("only requests that may `{needed}` hold `{name}`, and no statement allows it"),
                )
                .label("never in a request")
                .help(format!("allow `{needed}` to the same principals"));
            }
        }
    }
}
