use super::federation_common::{pins, providers, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let shared = providers(context).iter().any(|p| p.issuer == "gitlab.com");
    if !shared || pins(facts, "gitlab.com", &["project_id", "namespace_id"]) {
        return;
    }
    for (value, span, globs) in values(facts, "gitlab.com", "sub") {
        let path = value.strip_prefix("project_path:").unwrap_or(value);
        let group = path.split_once('/').map_or(path, |(group, _)| group);
        if globs && wild(group) {
            sink.report(span, format!("`{value}` matches projects of strangers on gitlab.com"))
                .label("the group is a wildcard")
                .help("write the group out and end it with `/`: `project_path:GROUP/PROJECT:ref_type:branch:ref:main`");
        }
    }
}
