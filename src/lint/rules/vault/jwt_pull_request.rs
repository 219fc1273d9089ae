use super::jwt_common as jwt;
use crate::lint::{Check, RoleContext, Sink};
use crate::source::Span;

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let claims = jwt::claims(context.body).unwrap_or_default();
    // These say which branch or environment is meant.
    let narrowed = ["ref", "environment", "job_workflow_ref", "ref_protected"];
    if claims.iter().any(|claim| narrowed.contains(&claim.key)) {
        return;
    }
    let glob = jwt::globs(context.body) == Some(true);
    let subject = crate::vault::roles::field::string_list(context.body, &["bound_subject"]);
    let subjects = subject.known().map(|(text, span)| (text.to_owned(), span));
    let subs = claims.into_iter().filter(|claim| claim.key == "sub").flat_map(|claim| claim.values);
    let all: Vec<(String, Span)> = subjects.chain(subs).collect();
    for (value, span) in all.iter().filter(|(value, _)| value.starts_with("repo:")) {
        let any = glob && value.strip_suffix('*').is_some_and(|stem| stem.ends_with(':') || stem.ends_with('/'));
        if any || value.ends_with(":pull_request") {
            sink.report(*span, format!("`{value}` admits pull requests, whose code nobody has reviewed yet"))
                .label("admits `:pull_request`")
                .help("name the branch or the environment: `repo:org/name:ref:refs/heads/main`");
        }
    }
}
