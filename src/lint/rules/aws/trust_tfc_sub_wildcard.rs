use super::federation_common::{providers, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !providers(context).iter().any(|p| p.issuer == "app.terraform.io") {
        return;
    }
    for (value, span, globs) in values(context.facts, "app.terraform.io", "sub") {
        let organization = value.strip_prefix("organization:").and_then(|rest| rest.split(':').next()).unwrap_or("*");
        if globs && (wild(organization) || organization.is_empty()) {
            sink.report(span, format!("`{value}` matches workspaces of strangers on Terraform Cloud"))
                .label("the organization is a wildcard")
                .help("start with `organization:NAME:project:…`");
        }
    }
}
