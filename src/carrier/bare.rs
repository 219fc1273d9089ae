//! Policies that stand in files of their own, named after them.

use smol_str::SmolStr;

use super::declaration::{AwsPolicy, Carrier, Declaration, Item, Named, VaultPolicy};
use super::vault_api::route;
use super::vault_api::target::RouteTarget;
use super::{Carried, ReadOptions, cloudformation, declare};
use crate::aws::document::{self, Document, Library, PolicyKind, Reading, guess_kind};
use crate::source::{Fragment, SourceId, SourceMap, Span};
use crate::syntax::{Node, Text, Value, json};

/// A bare IAM policy document, or a list of them.
#[must_use]
pub fn iam(name: &str, node: &Node) -> Carried {
    documents(name, node, None)
}

/// The text of a bare IAM policy document, or of a list of them, among others of which some
/// statements are known.
#[must_use]
pub fn iam_text<'s>(sources: &'s SourceMap, source: SourceId, library: &Library<'s>) -> Carried {
    let (name, text) = (sources.name(source), sources.text(source));
    let fragment = Fragment::plain(source, 0, text);
    let mut reading = library.reading(source, text);
    let (mut node, diagnostics) = json::parse_but(&fragment, &mut |at| reading.skip(at));
    let functions = node.as_ref().is_some_and(cloudformation::has_functions);
    if functions && reading.skipped() {
        node = json::parse(&fragment).0;
    }
    let mut carried = match &node {
        Some(node) if functions => iam(name, cloudformation::filled(node).as_ref().unwrap_or(node)),
        Some(node) => documents(name, node, Some(&reading)),
        None => Carried::default(),
    };
    carried.diagnostics.splice(0..0, diagnostics);
    carried
}

fn documents(name: &str, node: &Node, among: Option<&Reading<'_, '_>>) -> Carried {
    let stem = stem(name);
    let mut carried = Carried::default();
    let documents = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    for (node, index) in documents.iter().zip(0u32..) {
        // A list may hold other things beside documents; they are not ours to judge.
        if documents.len() > 1 && node.get("Statement").is_none() {
            continue;
        }
        let name_text = if documents.len() > 1 { SmolStr::from(format!("{stem}[{index}]")) } else { stem.clone() };
        let document = among.map_or_else(|| document::parse(node), |reading| document::parse_among(node, reading));
        let kind = kind_by_name(name, &document);
        let item = Item::AwsPolicy(AwsPolicy {
            kind,
            kind_guessed: true,
            service: service_of(kind, &document),
            name: Some(at_start(name_text.clone(), node.span)),
            id: None,
            attached_to: Vec::new(),
            document,
        });
        let carrier = Carrier::AwsPolicyFile;
        carried.declarations.push(Declaration { carrier, address: name_text, span: node.span, condition: None, item });
    }
    carried
}

/// A bare Vault policy, HCL or JSON. Its name is the file's, or what follows
/// `sys/policies/acl/` where the file's path mirrors the API's.
#[must_use]
pub fn vault(name: &str, source: SourceId, text: &str, options: &ReadOptions) -> Carried {
    let routed = route::api_path(name).and_then(|path| route::route(&path, None));
    let routed = routed.filter(|route| route.target == RouteTarget::Policy).and_then(|route| route.name);
    let policy_name = routed.unwrap_or_else(|| stem(name));
    let (policy, diagnostics) = declare::vault_text(&Fragment::plain(source, 0, text), options);
    let span = Span::new(source, 0, text.len());
    let item =
        Item::VaultPolicy(VaultPolicy { name: Some(at_start(policy_name.clone(), span)), namespace: None, policy });
    let carrier = Carrier::VaultPolicyFile;
    let declarations = vec![Declaration { carrier, address: policy_name, span, condition: None, item }];
    Carried { declarations, diagnostics, ..Carried::default() }
}

/// A file's name without directories and extensions.
#[must_use]
pub fn stem(name: &str) -> SmolStr {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    SmolStr::new(if stem.is_empty() { file } else { stem })
}

/// The whole of a source, for a name that stands nowhere in it.
#[must_use]
pub fn at_start(name: SmolStr, span: Span) -> Named {
    let start = Span { end: span.start, ..span };
    (Text::atomic(name, start), start)
}

/// Where a source starts.
#[must_use]
pub fn start_of(source: SourceId) -> Span {
    Span::new(source, 0, 0)
}

/// Words of a file's name that say which resource's policy it holds.
const RESOURCES: [&str; 9] = [
    "bucket-polic",
    "function-polic",
    "gateway-polic",
    "key-polic",
    "queue-polic",
    "repository-polic",
    "secret-polic",
    "topic-polic",
    "vault-polic",
];

/// What a document is attached to: by its content, and where that leaves a choice by the
/// words in its path.
#[must_use]
pub fn kind_by_name(name: &str, document: &Document) -> PolicyKind {
    let guessed = guess_kind(document);
    let path = hyphenated(name);
    let words: Vec<&str> = path.split(['/', '-']).collect();
    let word = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let has = |wanted: &[&str]| wanted.iter().any(|phrase| path.contains(phrase));
    // a file that says whose policy it holds is believed before the directory it lies in
    let file = path.rsplit('/').next().unwrap_or(&path);
    let own = || RESOURCES.iter().any(|resource| file.contains(resource)) && !file.contains("rcp");
    match guessed {
        PolicyKind::Resource if own() => PolicyKind::Resource,
        PolicyKind::Identity if word(&["scp", "scps"]) || has(&["service-control"]) => PolicyKind::Scp,
        PolicyKind::Identity if word(&["boundary", "boundaries"]) => PolicyKind::Boundary,
        PolicyKind::Identity if has(&["session-polic"]) => PolicyKind::Session,
        PolicyKind::Resource if word(&["rcp", "rcps"]) || has(&["resource-control"]) => PolicyKind::Rcp,
        PolicyKind::Resource if word(&["vpce"]) || has(&["endpoint-polic", "vpc-endpoint"]) => PolicyKind::Endpoint,
        PolicyKind::Resource if word(&["trust"]) || has(&["assume-role", "assumerole"]) => PolicyKind::Trust,
        other => other,
    }
}

/// A path in lower case, its words set apart by hyphens: `AppPermissionsBoundary.json` and
/// `app_permissions_boundary.json` are the same words.
fn hyphenated(name: &str) -> String {
    let mut path = String::with_capacity(name.len() + 8);
    let mut before = '/';
    let mut chars = name.chars().peekable();
    while let Some(char) = chars.next() {
        // `SCPs` is one word
        let plural = || chars.clone().next() == Some('s') && !chars.clone().nth(1).is_some_and(char::is_alphanumeric);
        let starts = char.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase()
                    && chars.clone().next().is_some_and(|next| next.is_ascii_lowercase())
                    && !plural()));
        if starts {
            path.push('-');
        }
        path.push(if matches!(char, '_' | '.' | ' ') { '-' } else { char.to_ascii_lowercase() });
        before = char;
    }
    path
}

/// The service a resource policy belongs to, if all its actions are of one.
#[must_use]
pub fn service_of(kind: PolicyKind, document: &Document) -> Option<SmolStr> {
    match kind {
        PolicyKind::Resource => {}
        PolicyKind::Trust => return Some(SmolStr::new_static("sts")),
        _ => return None,
    }
    let mut services: Vec<SmolStr> = document
        .statements
        .iter()
        .filter_map(|statement| statement.action.as_ref())
        .flat_map(|action| &action.items)
        .filter_map(|item| item.text.known()?.split_once(':').map(|(service, _)| service.to_ascii_lowercase().into()))
        .collect();
    services.sort();
    services.dedup();
    match services.as_slice() {
        [one] if !one.contains(['*', '?']) => Some(one.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Fragment;
    use crate::syntax::json;

    fn read(name: &str, text: &str) -> Carried {
        iam(name, &json::parse(&Fragment::plain(SourceId(0), 0, text)).0.unwrap())
    }

    #[test]
    fn kinds_come_from_content_then_from_the_path() {
        let identity = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
        let resource = r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}"#;
        let trust = r#"{"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
        let table = [
            ("app.json", identity, PolicyKind::Identity),
            ("scps/deny-root.json", identity, PolicyKind::Scp),
            ("permissions_boundary.json", identity, PolicyKind::Boundary),
            ("AppRolePermissionsBoundary.json", identity, PolicyKind::Boundary),
            ("CIBoundaryV2.json", identity, PolicyKind::Boundary),
            ("BoundarylessApp.json", identity, PolicyKind::Identity),
            ("AppSessionPolicy.json", identity, PolicyKind::Session),
            ("OrgSCP.json", identity, PolicyKind::Scp),
            ("AssumeRolePolicy.json", resource, PolicyKind::Trust),
            ("service-control-policies/x.json", identity, PolicyKind::Scp),
            ("bucket.json", resource, PolicyKind::Resource),
            ("rcp/x.json", resource, PolicyKind::Rcp),
            ("resource_control_policies/sns_topic_policy.json", resource, PolicyKind::Resource),
            ("resource_control_policies/rcp_bucket_policy.json", resource, PolicyKind::Rcp),
            ("vpc-endpoint.json", resource, PolicyKind::Endpoint),
            ("scp/x.json", resource, PolicyKind::Resource),
            ("x.json", trust, PolicyKind::Trust),
        ];
        for (name, text, kind) in table {
            let carried = read(name, text);
            let Some(Item::AwsPolicy(policy)) = carried.declarations.first().map(|d| &d.item) else { panic!("{name}") };
            assert_eq!(policy.kind, kind, "{name}");
        }
    }

    #[test]
    fn a_list_holds_several_documents() {
        let carried = read("all.json", r#"[{"Statement": []}, 1, {"Statement": []}]"#);
        let names: Vec<_> = carried.declarations.iter().map(|d| d.address.as_str()).collect();
        assert_eq!(names, ["all[0]", "all[2]"]);
    }

    #[test]
    fn resource_policies_know_their_service() {
        let carried = read(
            "q.json",
            r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": ["sqs:SendMessage", "SQS:*"], "Resource": "*"}}"#,
        );
        let Some(Item::AwsPolicy(policy)) = carried.declarations.first().map(|d| &d.item) else { panic!() };
        assert_eq!(policy.service.as_deref(), Some("sqs"));
    }
}
