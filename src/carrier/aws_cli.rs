//! What the AWS CLI prints around policy documents: `iam get-policy-version`,
//! `iam get-role`, `s3api get-bucket-policy`, `organizations describe-policy` and their
//! like. The commands are told apart by the members that only they have.

use smol_str::SmolStr;

use super::Carried;
use super::bare::{at_start, kind_by_name, service_of, stem};
use super::declaration::{
    AwsOrganizationPart, AwsOrganizationPartKind, AwsPolicy, AwsPrincipal, AwsPrincipalKind, Carrier, Declaration,
    Item, Named, management_account,
};
use crate::aws::document::{self, Document, PolicyKind};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value, json, percent};

/// Deepest member that holds a document: `Attributes.Policy`, `VpcEndpoints[].PolicyDocument`.
const MAX_DEPTH: usize = 6;

/// Reads what a command printed.
#[must_use]
pub fn read(name: &str, node: &Node) -> Carried {
    let mut reader = Reader { file: name, stem: stem(name), carried: Carried::default() };
    reader.value(node, None, 0);
    reader.carried
}

struct Reader<'a> {
    file: &'a str,
    stem: SmolStr,
    carried: Carried,
}

impl Reader<'_> {
    /// Looks for documents in a value; `outer` is the object around it.
    fn value(&mut self, node: &Node, outer: Option<&Node>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.value(item, outer, depth + 1)),
            Value::Map(entries) => {
                if node.get("AssumeRolePolicyDocument").is_some() {
                    self.role(node);
                }
                for entry in entries {
                    self.member(entry, node, outer, depth);
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, entry: &Entry, object: &Node, outer: Option<&Node>, depth: usize) {
        let value = &entry.value;
        match entry.key.known() {
            Some("AssumeRolePolicyDocument") => {
                let to = attached(object, &["RoleName", "Arn"]);
                self.policy(value, Some(PolicyKind::Trust), (None, None), to, None);
            }
            Some("PolicyDocument" | "Document") => {
                let kind = match object {
                    o if o.get("VpcEndpointId").is_some() => Some(PolicyKind::Endpoint),
                    o if ["UserName", "GroupName", "RoleName"].iter().any(|key| o.get(key).is_some()) => {
                        Some(PolicyKind::Identity)
                    }
                    _ => None,
                };
                let name = named(object, &["PolicyName", "PolicyArn", "Arn"])
                    .or_else(|| outer.and_then(|o| named(o, &["PolicyName", "PolicyArn", "Arn"])));
                let to = attached(object, &["UserName", "GroupName", "RoleName", "VpcEndpointId"]);
                self.policy(value, kind, (name, None), to, None);
            }
            Some("Content") => {
                let summary = object.get("PolicySummary");
                let kind = match summary.and_then(|s| s.get("Type")).and_then(Node::as_str) {
                    Some("SERVICE_CONTROL_POLICY") => PolicyKind::Scp,
                    Some("RESOURCE_CONTROL_POLICY") => PolicyKind::Rcp,
                    // Tag, backup and AI opt-out policies are no access control.
                    _ => return,
                };
                let name = summary.and_then(|s| named(s, &["Name", "Arn", "Id"]));
                let id = summary.and_then(|s| named(s, &["Id"]));
                // what `organizations list-targets-for-policy` prints, joined to the policy
                let targets = [Some(object), outer].into_iter().flatten().find_map(|o| o.get("Targets")?.as_list());
                let to = targets.unwrap_or_default().iter().filter_map(|target| named(target, &["TargetId"])).collect();
                self.policy(value, Some(kind), (name, id), to, None);
                let arn = summary.and_then(|s| s.get("Arn")).and_then(Node::as_str);
                if let Some(management) = arn.and_then(management_account) {
                    let kind = AwsOrganizationPartKind::Organization;
                    let part = AwsOrganizationPart { kind, id: None, parent: None, management: Some(management) };
                    self.push(self.stem.clone(), object.span, Item::AwsOrganizationPart(part));
                }
            }
            Some("Policy" | "policy" | "policyText" | "ResourcePolicy" | "resourcePolicy")
                if value.as_text().is_some() || value.get("Statement").is_some() =>
            {
                let service = service_by_members(object);
                let keys = ["QueueArn", "TopicArn", "ARN", "repositoryName", "resourceArn", "Name"];
                self.policy(value, None, (None, None), attached(object, &keys), service);
            }
            _ => self.value(value, Some(object), depth + 1),
        }
    }

    fn policy(
        &mut self,
        value: &Node,
        kind: Option<PolicyKind>,
        (name, id): (Option<Named>, Option<Named>),
        attached_to: Vec<Named>,
        service: Option<&'static str>,
    ) {
        let Some(document) = self.document(value) else { return };
        let guessed = kind_by_name(self.file, &document);
        let (kind, kind_guessed) = kind.map_or((guessed, true), |kind| (kind, false));
        let service = service.map(SmolStr::new_static).or_else(|| service_of(kind, &document));
        let own = name.as_ref().or(attached_to.first()).and_then(|(text, _)| text.known());
        let address = own.map_or_else(|| self.stem.clone(), SmolStr::new);
        let name = name.or_else(|| Some(at_start(self.stem.clone(), value.span)));
        let item = Item::AwsPolicy(AwsPolicy { kind, kind_guessed, service, name, id, attached_to, document });
        self.push(address, value.span, item);
    }

    /// The document a member holds: as an object, as text, or as URL-encoded text.
    fn document(&mut self, value: &Node) -> Option<Document> {
        document_of(value, &mut self.carried.diagnostics)
    }

    fn role(&mut self, object: &Node) {
        let boundary = object.get("PermissionsBoundary").and_then(|b| named(b, &["PermissionsBoundaryArn"]));
        let managed_policies = object
            .get("AttachedManagedPolicies")
            .and_then(Node::as_list)
            .into_iter()
            .flatten()
            .filter_map(|policy| named(policy, &["PolicyArn", "PolicyName"]))
            .collect();
        let name = named(object, &["RoleName"]);
        let address = name.as_ref().and_then(|(text, _)| text.known()).map_or_else(|| self.stem.clone(), SmolStr::new);
        let item = Item::AwsPrincipal(AwsPrincipal {
            kind: AwsPrincipalKind::Role,
            name,
            arn: named(object, &["Arn"]),
            groups: Vec::new(),
            managed_policies,
            boundary,
            body: snake_case_keys(object),
        });
        self.push(address, object.span, item);
    }

    fn push(&mut self, address: SmolStr, span: Span, item: Item) {
        let carrier = Carrier::AwsExport;
        self.carried.declarations.push(Declaration { carrier, address, span, condition: None, item });
    }
}

/// The document a value holds: as an object, as text, or as URL-encoded text.
pub(super) fn document_of(value: &Node, problems: &mut Vec<Diagnostic>) -> Option<Document> {
    let Some(text) = value.as_text() else {
        return matches!(value.value, Value::Map(_)).then(|| document::parse(value));
    };
    let decoded = percent::decode(text, value.span).filter(|fragment| fragment.text.trim_start().starts_with('{'));
    let fragment = decoded.unwrap_or_else(|| text.fragment(value.span));
    let (node, diagnostics) = json::parse(&fragment);
    problems.extend(diagnostics);
    node.map(|node| document::parse(&node))
}

/// The service a command belongs to, by members that only its output has beside a policy.
fn service_by_members(object: &Node) -> Option<&'static str> {
    let has = |key: &str| object.get(key).is_some();
    match () {
        () if has("QueueArn") => Some("sqs"),
        () if has("TopicArn") => Some("sns"),
        () if has("ResourcePolicy") && has("ARN") => Some("secretsmanager"),
        () if has("repositoryName") => Some("ecr"),
        () if has("PolicyName") && has("Policy") => Some("kms"),
        () => None,
    }
}

pub(super) fn named(object: &Node, keys: &[&str]) -> Option<Named> {
    keys.iter().find_map(|key| {
        let value = object.get(key)?;
        value.as_text().map(|text| (text.clone(), value.span))
    })
}

fn attached(object: &Node, keys: &[&str]) -> Vec<Named> {
    named(object, keys).into_iter().collect()
}

/// The object with its members' names as `max_session_duration` instead of
/// `MaxSessionDuration`, one level deep.
pub(super) fn snake_case_keys(object: &Node) -> Node {
    let entries = object.as_map().unwrap_or_default();
    let entries = entries
        .iter()
        .map(|entry| {
            let mut key = String::new();
            for c in entry.key.raw().chars() {
                if c.is_ascii_uppercase() && !key.is_empty() {
                    key.push('_');
                }
                key.push(c.to_ascii_lowercase());
            }
            Entry { key: Text::atomic(key, entry.key_span), key_span: entry.key_span, value: entry.value.clone() }
        })
        .collect();
    Node::new(object.span, Value::Map(entries))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Fragment, SourceId};

    fn policies(text: &str) -> Vec<(PolicyKind, String, String, Option<String>, usize)> {
        let node = json::parse(&Fragment::plain(SourceId(0), 0, text)).0.unwrap();
        read("out.json", &node)
            .declarations
            .into_iter()
            .filter_map(|declaration| match declaration.item {
                Item::AwsPolicy(policy) => Some((
                    policy.kind,
                    policy.name.map(|(text, _)| text.display()).unwrap_or_default(),
                    policy.attached_to.iter().map(|(text, _)| text.display()).collect::<Vec<_>>().join(","),
                    policy.service.map(|service| service.to_string()),
                    policy.document.statements.len(),
                )),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn reads_what_each_command_prints() {
        let doc = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
        let resource = r#"{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}]}"#;
        let trust = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22*%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
        let table: Vec<(String, PolicyKind, &str, &str, Option<&str>)> = vec![
            (
                format!(r#"{{"PolicyVersion": {{"Document": {doc}, "VersionId": "v1"}}}}"#),
                PolicyKind::Identity,
                "out",
                "",
                None,
            ),
            (
                format!(r#"{{"RoleName": "app", "PolicyName": "p", "PolicyDocument": {doc}}}"#),
                PolicyKind::Identity,
                "p",
                "app",
                None,
            ),
            (
                format!(r#"{{"Role": {{"RoleName": "app", "AssumeRolePolicyDocument": "{trust}"}}}}"#),
                PolicyKind::Trust,
                "out",
                "app",
                Some("sts"),
            ),
            (format!(r#"{{"Policy": "{resource}"}}"#), PolicyKind::Resource, "out", "", Some("s3")),
            (
                format!(r#"{{"Attributes": {{"Policy": "{resource}", "QueueArn": "arn:aws:sqs:::q"}}}}"#),
                PolicyKind::Resource,
                "out",
                "arn:aws:sqs:::q",
                Some("sqs"),
            ),
            (
                format!(
                    r#"{{"Policy": {{"PolicySummary": {{"Name": "deny", "Type": "SERVICE_CONTROL_POLICY"}}, "Content": "{resource}"}}}}"#
                ),
                PolicyKind::Scp,
                "deny",
                "",
                None,
            ),
            (
                format!(r#"{{"VpcEndpoints": [{{"VpcEndpointId": "vpce-1", "PolicyDocument": "{resource}"}}]}}"#),
                PolicyKind::Endpoint,
                "out",
                "vpce-1",
                None,
            ),
        ];
        for (text, kind, name, to, service) in table {
            let expected = (kind, name.to_owned(), to.to_owned(), service.map(str::to_owned), 1);
            assert_eq!(policies(&text), [expected], "{text}");
        }
    }

    #[test]
    fn a_role_is_a_principal_with_its_body() {
        let text = r#"{"Role": {"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": {"Statement": []}, "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:x"}}}"#;
        let node = json::parse(&Fragment::plain(SourceId(0), 0, text)).0.unwrap();
        let carried = read("role.json", &node);
        let Some(Item::AwsPrincipal(role)) = carried.declarations.first().map(|d| &d.item) else { panic!() };
        assert_eq!(role.boundary.as_ref().and_then(|(text, _)| text.known()), Some("arn:x"));
        assert!(role.body.get("max_session_duration").is_some());
    }

    #[test]
    fn documents_in_text_keep_their_places() {
        let text = r#"{"Policy": "{\"Statement\": [{\"Effect\": \"Alow\"}]}"}"#;
        let node = json::parse(&Fragment::plain(SourceId(0), 0, text)).0.unwrap();
        let carried = read("x.json", &node);
        let Some(Item::AwsPolicy(policy)) = carried.declarations.first().map(|d| &d.item) else { panic!() };
        let span = policy.document.statements.first().and_then(|s| s.effect_span).unwrap();
        assert_eq!(text.get(span.range()), Some(r#"\"Alow\""#));
    }
}
