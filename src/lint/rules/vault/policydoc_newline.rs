use crate::lint::{Check, RecordContext, Sink};
use crate::syntax::{Node, Value};

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    if context.record.kind != "vault_policy_document" {
        return;
    }
    for rule in context.record.body.each_of("rule") {
        if let Some(node) = rule.get("description").filter(|node| continues(node)) {
            sink.report(node.span, "what follows the line break is policy, and no longer part of the description")
                .label("written behind a `#`, as it is")
                .help("write the description in one line");
        }
        let mut quoted: Vec<(&str, &Node)> = rule.get("path").map(|node| ("path", node)).into_iter().collect();
        for name in ["allowed_parameter", "denied_parameter"] {
            for parameter in rule.each_of(name) {
                quoted.extend(parameter.get("key").map(|node| ("parameter", node)));
                quoted.extend(parameter.each_of("value").iter().map(|node| ("value", node)));
            }
        }
        for (what, node) in quoted {
            if node.as_str().is_some_and(|text| text.contains(['"', '\n'])) {
                sink.report(
                    node.span,
                    format!("what follows the quote or line break is policy, and no longer part of the {what}"),
                )
                .label("written between quotes, as it is")
                .help("leave quotes and line breaks out");
            }
        }
    }
}

/// Whether a text goes on after its first line with anything but comments.
fn continues(node: &Node) -> bool {
    let Value::String(text) = &node.value else { return false };
    let mut more = text.raw().lines().skip(1).map(str::trim_start);
    more.any(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("//"))
}
