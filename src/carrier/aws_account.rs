//! A whole account as `aws iam get-account-authorization-details` prints it: users,
//! groups and roles with their inline and attached policies, and the default version of
//! each managed policy.

use smol_str::SmolStr;

use super::Carried;
use super::aws_cli::{document_of, named, snake_case_keys};
use super::declaration::{AwsPolicy, AwsPrincipal, AwsPrincipalKind, Carrier, Declaration, Item, Named};
use crate::aws::document::PolicyKind;
use crate::source::Span;
use crate::syntax::{Node, Value};

/// A list of the output: its member, the kind of identity, and the name and inline
/// policies of one.
const LISTS: &[(&str, AwsPrincipalKind, &str, &str)] = &[
    ("UserDetailList", AwsPrincipalKind::User, "UserName", "UserPolicyList"),
    ("GroupDetailList", AwsPrincipalKind::Group, "GroupName", "GroupPolicyList"),
    ("RoleDetailList", AwsPrincipalKind::Role, "RoleName", "RolePolicyList"),
];

/// Reads an account. Several pages of output may stand in one list.
#[must_use]
pub fn read(node: &Node) -> Carried {
    let mut carried = Carried::default();
    let pages = match &node.value {
        Value::List(pages) => pages.as_slice(),
        _ => std::slice::from_ref(node),
    };
    for page in pages {
        for policy in members(page, "Policies") {
            managed(policy, &mut carried);
        }
        for (list, kind, name, inline) in LISTS {
            for identity in members(page, list) {
                principal(identity, *kind, name, inline, &mut carried);
            }
        }
    }
    carried
}

fn members<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).and_then(Node::as_list).unwrap_or_default()
}

/// ARNs name things uniquely in an account; where one is missing, the name.
fn address(object: &Node, name: &str) -> SmolStr {
    let found = object.get("Arn").and_then(Node::as_str).or_else(|| object.get(name).and_then(Node::as_str));
    SmolStr::new(found.unwrap_or("unnamed"))
}

fn push(address: SmolStr, span: Span, item: Item, carried: &mut Carried) {
    let carrier = Carrier::AwsExport;
    carried.declarations.push(Declaration { carrier, address, span, condition: None, item });
}

/// A managed policy: of its versions the default one is in force. AWS's own policies are
/// told by their ARN, which the model and the rules go by.
fn managed(object: &Node, carried: &mut Carried) {
    let versions = members(object, "PolicyVersionList");
    let is_default =
        |version: &&Node| matches!(version.get("IsDefaultVersion").map(|n| &n.value), Some(Value::Bool(true)));
    let chosen = object.get("DefaultVersionId").and_then(Node::as_str);
    let by_id = |version: &&Node| chosen.is_some() && version.get("VersionId").and_then(Node::as_str) == chosen;
    let version = versions.iter().find(is_default).or_else(|| versions.iter().find(by_id)).or(match versions {
        [only] => Some(only),
        _ => None,
    });
    let Some(document) = version.and_then(|version| version.get("Document")) else { return };
    let name = named(object, &["Arn", "PolicyName"]);
    let parts = Parts { kind: PolicyKind::Identity, name, attached_to: Vec::new() };
    policy(address(object, "PolicyName"), document, parts, carried);
}

struct Parts {
    kind: PolicyKind,
    name: Option<Named>,
    attached_to: Vec<Named>,
}

fn policy(address: SmolStr, value: &Node, parts: Parts, carried: &mut Carried) {
    let Some(document) = document_of(value, &mut carried.diagnostics) else { return };
    let Parts { kind, name, attached_to } = parts;
    let service = (kind == PolicyKind::Trust).then(|| SmolStr::new_static("sts"));
    let item = AwsPolicy { kind, kind_guessed: false, service, name, id: None, attached_to, document };
    push(address, value.span, Item::AwsPolicy(item), carried);
}

fn principal(object: &Node, kind: AwsPrincipalKind, name: &str, inline: &str, carried: &mut Carried) {
    let list = |key: &str, names: &[&str]| -> Vec<Named> {
        members(object, key).iter().filter_map(|member| named(member, names)).collect()
    };
    let groups = members(object, "GroupList");
    let item = AwsPrincipal {
        kind,
        name: named(object, &[name]),
        arn: named(object, &["Arn"]),
        groups: groups.iter().filter_map(|node| Some((node.as_text()?.clone(), node.span))).collect(),
        managed_policies: list("AttachedManagedPolicies", &["PolicyArn", "PolicyName"]),
        boundary: object.get("PermissionsBoundary").and_then(|b| named(b, &["PermissionsBoundaryArn"])),
        body: snake_case_keys(object),
    };
    let address = address(object, name);
    push(address.clone(), object.span, Item::AwsPrincipal(item), carried);
    let own: Vec<Named> = named(object, &["Arn", name]).into_iter().collect();
    if let Some(trust) = object.get("AssumeRolePolicyDocument") {
        policy(
            address.clone(),
            trust,
            Parts { kind: PolicyKind::Trust, name: None, attached_to: own.clone() },
            carried,
        );
    }
    for member in members(object, inline) {
        if let Some(document) = member.get("PolicyDocument") {
            let name = named(member, &["PolicyName"]);
            policy(
                address.clone(),
                document,
                Parts { kind: PolicyKind::Identity, name, attached_to: own.clone() },
                carried,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Fragment, SourceId};
    use crate::syntax::json;

    const ACCOUNT: &str = r#"{
      "UserDetailList": [{"UserName": "ann", "Arn": "arn:aws:iam::111122223333:user/ann", "GroupList": ["devs"],
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}],
        "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": "arn:aws:iam::111122223333:policy/p"}],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b"}}],
      "GroupDetailList": [{"GroupName": "devs", "Arn": "arn:aws:iam::111122223333:group/devs", "GroupPolicyList": []}],
      "RoleDetailList": [{"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app",
        "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D", "RolePolicyList": []}],
      "Policies": [{"PolicyName": "p", "Arn": "arn:aws:iam::111122223333:policy/p", "DefaultVersionId": "v2", "PolicyVersionList": [
        {"Document": {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}, "VersionId": "v2", "IsDefaultVersion": true},
        {"Document": {"Statement": []}, "VersionId": "v1", "IsDefaultVersion": false}]}]
    }"#;

    #[test]
    fn an_account_is_read_whole() {
        let node = json::parse(&Fragment::plain(SourceId(0), 0, ACCOUNT)).0.unwrap();
        let carried = read(&node);
        assert_eq!(carried.diagnostics, []);
        let mut principals = Vec::new();
        let mut policies = Vec::new();
        for declaration in &carried.declarations {
            match &declaration.item {
                Item::AwsPrincipal(p) => principals.push((
                    p.kind,
                    p.name.as_ref().unwrap().0.raw(),
                    p.groups.len(),
                    p.managed_policies.len(),
                    p.boundary.is_some(),
                )),
                Item::AwsPolicy(p) => {
                    policies.push((p.kind, declaration.address.as_str(), p.document.statements.len()));
                }
                _ => {}
            }
        }
        assert_eq!(
            principals,
            [
                (AwsPrincipalKind::User, "ann", 1, 1, true),
                (AwsPrincipalKind::Group, "devs", 0, 0, false),
                (AwsPrincipalKind::Role, "app", 0, 0, false)
            ]
        );
        assert_eq!(
            policies,
            [
                (PolicyKind::Identity, "arn:aws:iam::111122223333:policy/p", 1),
                (PolicyKind::Identity, "arn:aws:iam::111122223333:user/ann", 1),
                (PolicyKind::Trust, "arn:aws:iam::111122223333:role/app", 0)
            ]
        );
    }
}
