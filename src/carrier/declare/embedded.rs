//! Documents that stand inside other declarations: the IAM policy that a role of Vault's
//! `aws` secrets engine gives to the credentials it hands out
//! (spec: vault-roles, section 2.1).

use super::document::aws_document;
use crate::aws::document::PolicyKind;
use crate::carrier::Carried;
use crate::carrier::declaration::{AwsPolicy, Declaration, Item, VaultKind};
use crate::syntax::{Node, Value};
use crate::vault::roles::field;

/// Takes a declaration, and after it the policy document inside it, if there is one, as a
/// declaration of its own under the same address.
pub(in crate::carrier) fn push(out: &mut Carried, declaration: Declaration) {
    let inner = match &declaration.item {
        Item::VaultObject(object) if object.kind == VaultKind::SecretsRole("aws".into()) => given(&object.body),
        _ => None,
    };
    let inner = inner.map(|(policy, diagnostics)| {
        out.diagnostics.extend(diagnostics);
        let span = policy.document.span;
        Declaration { item: Item::AwsPolicy(policy), span, ..declaration.clone() }
    });
    out.declarations.push(declaration);
    out.declarations.extend(inner);
}

/// The document of a role: `policy_document`, or `policy` of old, which may be an ARN.
fn given(body: &Node) -> Option<(AwsPolicy, Vec<crate::diagnostic::Diagnostic>)> {
    let of_old = || {
        body.get("policy").filter(|node| match &node.value {
            Value::String(text) => text.raw().trim_start().starts_with('{'),
            Value::Map(_) => true,
            _ => false,
        })
    };
    let node = body.get("policy_document").or_else(of_old)?;
    if matches!(&node.value, Value::Null) || node.as_str().is_some_and(|text| text.trim().is_empty()) {
        return None;
    }
    // An assumed role has its own policies, and the document can only take from them. A
    // federated user has what the document and the engine's own user both allow; that
    // user has to hold whatever any role hands out, so that the document decides.
    let kinds = field::string_list(body, &["credential_type", "credential_types"]);
    let assumed = kinds.is_known() && !kinds.is_empty() && kinds.known().all(|(kind, _)| kind == "assumed_role");
    let (document, diagnostics) = aws_document(node);
    let policy = AwsPolicy {
        kind: if assumed { PolicyKind::Session } else { PolicyKind::Identity },
        kind_guessed: false,
        service: None,
        name: None,
        id: None,
        attached_to: Vec::new(),
        document,
    };
    Some((policy, diagnostics))
}
