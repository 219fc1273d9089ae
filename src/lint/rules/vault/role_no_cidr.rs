use super::admin_common::{self as admins, Admin};
use crate::lint::{Check, Inputs, Sink};
use crate::vault::roles::{Method, field};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for Admin { role, name, span, .. } in admins::roles(inputs) {
        // Secrets that can be carried off; other methods prove where the caller runs.
        if !matches!(role.method, Method::AppRole | Method::Userpass) || !role.token.bound_cidrs.is_empty() {
            continue;
        }
        let Some(body) = inputs.model.vault_body(role.decl) else { continue };
        if !field::string_list(body, &["secret_id_bound_cidrs", "bound_cidr_list"]).is_empty() {
            continue;
        }
        sink.report(
            span,
            format!("a stolen credential of `{name}` works from anywhere, and its tokens can get every policy"),
        )
        .label("no network bound")
        .help("set `token_bound_cidrs` to the networks it is used from");
    }
}
