//! Which documents AWS takes: fixtures/cases/aws-syntax.jsonl.

use overgrant::aws::document::{self, PolicyKind};
use overgrant::source::{Fragment, SourceId, Unknown};
use overgrant::syntax::{Node, Value as Tree, json};
use serde_json::Value;

/// Messages of what AWS refuses in a text.
fn refusals(text: &str, kind: PolicyKind) -> Vec<String> {
    let (node, diagnostics) = json::parse(&Fragment::plain(SourceId(0), 0, text));
    let mut refusals: Vec<String> = diagnostics.into_iter().map(|d| d.message).collect();
    if let Some(node) = node {
        let document = document::parse(&node);
        let problems = document.problems.iter().cloned().chain(document::check(&document, kind));
        refusals.extend(problems.filter(|p| p.refused).map(|p| format!("{}: {}", p.rule, p.message)));
    }
    refusals
}

#[test]
fn documents_are_taken_as_aws_takes_them() {
    let cases = include_str!("../../fixtures/cases/aws-syntax.jsonl");
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let kind = PolicyKind::from_name(case["kind"].as_str().unwrap()).unwrap();
        let refusals = refusals(case["text"].as_str().unwrap(), kind);
        if refusals.is_empty() != (case["expect"] == "accept") {
            wrong.push(format!("{}: {} but {refusals:?}", case["id"], case["expect"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One document each that a kind of policy refuses, and the rule that says so.
#[test]
fn each_fault_has_its_rule() {
    let statement = |text: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{{{text}}}]}}"#);
    let identity = |rest: &str| statement(&format!(r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*"{rest}"#));
    let condition = |text: &str| identity(&format!(r#","Condition":{{{text}}}"#));
    let resource = |principal: &str| {
        statement(&format!(r#""Effect":"Allow",{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*""#))
    };
    let trust = |rest: &str| statement(&format!(r#""Effect":"Allow","Action":"sts:AssumeRole",{rest}"#));
    let table = [
        ("identity", "[]".to_owned(), "root-not-object"),
        ("identity", r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(), "statement-empty"),
        ("identity", r#"{"Version":"2012-10-17","Statement":"x"}"#.to_owned(), "element-wrong-type"),
        ("identity", r#"{"Version":"2012-10-17","Statement":["x"]}"#.to_owned(), "element-wrong-type"),
        ("identity", identity("").replace("2012-10-17", "2012-10-18"), "version-invalid"),
        ("identity", identity("").replace("\"2012-10-17\"", "20121017"), "element-wrong-type"),
        ("identity", identity("").replace("\"Allow\"", "\"allow\""), "effect-invalid"),
        ("identity", identity("").replace("\"Allow\"", "null"), "element-null"),
        ("identity", statement(r#""Effect":"Allow","Resource":"*""#), "action-missing"),
        ("identity", identity(r#","NotAction":"s3:*""#), "action-and-notaction"),
        ("identity", identity(r#","Effect":"Allow""#), "json-duplicate-key"),
        ("identity", identity(r#","Sid":1"#), "element-wrong-type"),
        ("identity", identity("").replace("s3:GetObject", "s3:"), "action-format"),
        ("identity", identity("").replace("s3:GetObject", "s3:Get:Object"), "action-format"),
        ("identity", identity("").replace("s3:GetObject", " s3:GetObject"), "action-whitespace"),
        ("identity", identity("").replace("\"s3:GetObject\"", "[\"s3:GetObject\",1]"), "element-wrong-type"),
        ("identity", identity("").replace("\"s3:GetObject\"", "{\"a\":1}"), "element-wrong-type"),
        ("identity", identity("").replace("s3:GetObject", "s3:${aws:username}"), "variable-wrong-element"),
        ("identity", identity("").replace("\"*\"", "\"arn:aws:s3:::${}\""), "variable-syntax"),
        ("identity", identity("").replace("\"*\"", "\"bucket/*\""), "arn-prefix"),
        ("identity", identity("").replace("\"*\"", "\"\""), "resource-empty"),
        ("identity", identity("").replace("\"*\"", "\"arn:awss:s3:::b/*\""), "arn-partition"),
        ("resource", resource(r#""Principal":{"AWS":"arn:aws:iam::1111:root"}"#), "principal-format"),
        ("identity", condition(r#""StringEqual":{"aws:username":"a"}"#), "operator-unknown"),
        ("identity", condition(r#""ForAllValue:StringEquals":{"aws:TagKeys":"a"}"#), "set-operator-unknown"),
        ("identity", condition(r#""StringEquals":{"aws:RequestTag":"a"}"#), "tag-key-missing"),
        ("identity", condition(r#""StringEquals":{"aws:username":["a",1]}"#), "condition-mixed-types"),
        ("identity", condition(r#""Bool":{"aws:SecureTransport":["true","false"]}"#), "bool-multi"),
        ("identity", condition(r#""NumericEquals":{"s3:max-keys":"${aws:username}"}"#), "variable-wrong-operator"),
        ("identity", identity(r#","Condition":[]"#), "element-wrong-type"),
        ("identity", condition(r#""StringEquals":{"aws:username":"\u4e2d"}"#), "document-charset"),
        ("resource", resource(r#""Principal":"111111111111""#), "principal-shape"),
        ("resource", resource(r#""Principal":["*"]"#), "principal-shape"),
        ("resource", resource(r#""Principal":{"AWS":"alice"}"#), "principal-format"),
        ("resource", resource(r#""Principal":{"AWS":["arn:aws:iam::1:role/*"]}"#), "principal-wildcard-in-arn"),
        ("resource", resource(r#""Principal":{"Service":"ec2"}"#), "service-principal-format"),
        ("trust", trust(r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/a*"}"#), "trust-wildcard-in-arn"),
        ("trust", trust(r#""Principal":{"AWS":"*"},"Resource":"*""#), "trust-resource-element"),
        (
            "trust",
            trust(r#""Principal":{"AWS":"*"}"#).replace("sts:AssumeRole", "s3:GetObject"),
            "action-in-trust-not-sts",
        ),
        ("scp", identity(r#","Principal":"*""#), "scp-principal"),
        ("scp", identity("").replace("2012-10-17", "2008-10-17"), "rcp-version"),
        ("rcp", identity(r#","NotPrincipal":"*""#).replace("Allow", "Deny"), "rcp-principal"),
        ("rcp", statement(r#""Effect":"Deny","Principal":"*","NotAction":"s3:*","Resource":"*""#), "rcp-notaction"),
        ("boundary", identity(r#","Principal":"*""#), "principal-in-identity"),
        ("session", statement(r#""Effect":"Allow","Action":"s3:*""#), "resource-missing"),
    ];
    for (kind, text, rule) in table {
        let refusals = refusals(&text, PolicyKind::from_name(kind).unwrap());
        let rules: Vec<&str> = refusals.iter().filter_map(|r| r.split(':').next()).collect();
        assert_eq!(rules, [rule], "{kind} {text}: {refusals:?}");
    }
}

/// Documents that look odd and that AWS takes.
#[test]
fn odd_documents_are_not_refused() {
    let identity = |text: &str| format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{text}}}}}"#);
    let table = [
        ("identity", identity(r#""Action":"*","Resource":"**""#)),
        ("identity", identity(r#""Action":["s3:*","S3:get*"],"Resource":"arn:aws:sns:*""#)),
        ("identity", identity(r#""Action":"*:*","Resource":[]"#)),
        ("identity", identity(r#""NotAction":[],"NotResource":"arn:*:s3:::b/${aws:PrincipalTag/a b, 'x'}""#)),
        ("identity", identity(r#""Action":"s3:*","Resource":"arn:aws:sqs:us-east-2:*:${aws:username}-queue""#)),
        ("identity", identity(r#""Action":"s3:*","Resource":"*","Condition":{}"#)),
        ("identity", identity(r#""Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}"#)),
        (
            "identity",
            identity(
                r#""Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":["a*"]}}"#,
            ),
        ),
        (
            "identity",
            identity(
                r#""Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"oidc.eks.x.amazonaws.com/id/A:sub":"a"}}"#,
            ),
        ),
        ("identity", identity(r#""Action":"s3:*","Resource":"*","Condition":{"NumericEquals":{"s3:max-keys":"ten"}}"#)),
        ("resource", identity(r#""Sid":"__owner statement","Principal":{"AWS":["*"]},"Action":"sqs:*""#)),
        ("resource", identity(r#""Principal":{"AWS":"AIDACKCEVSQ6C2EXAMPLE"},"Action":"s3:*","Resource":"*""#)),
        (
            "resource",
            identity(
                r#""Principal":{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"},"Action":"s3:*","Resource":"*""#,
            ),
        ),
        (
            "trust",
            identity(
                r#""Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity""#,
            ),
        ),
        ("trust", identity(r#""Principal":{"AWS":"111111111111"},"Action":"*""#)),
        ("endpoint", identity(r#""Principal":"*","Action":"*","Resource":"*""#)),
    ];
    for (kind, text) in table {
        assert_eq!(refusals(&text, PolicyKind::from_name(kind).unwrap()), [""; 0], "{kind} {text}");
    }
}

/// Every way to replace one value of a tree by an unknown expression.
fn with_unknowns(node: &Node) -> Vec<Node> {
    let unknown = Tree::Unknown(Unknown::new(vec!["var.x".into()], node.span));
    let mut all = vec![Node::new(node.span, unknown)];
    match &node.value {
        Tree::List(items) => {
            for (at, item) in items.iter().enumerate() {
                all.extend(with_unknowns(item).into_iter().map(|changed| {
                    let mut items = items.clone();
                    items[at] = changed;
                    Node::new(node.span, Tree::List(items))
                }));
            }
        }
        Tree::Map(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                all.extend(with_unknowns(&entry.value).into_iter().map(|changed| {
                    let mut entries = entries.clone();
                    entries[at].value = changed;
                    Node::new(node.span, Tree::Map(entries))
                }));
            }
        }
        _ => {}
    }
    all
}

#[test]
fn nothing_unknown_is_called_missing_or_invalid() {
    let resource = r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"A","Effect":"Deny","Principal":{"AWS":["111111111111"]},
        "Action":["s3:*"],"Resource":["arn:aws:s3:::b/${aws:username}"],"Condition":{"Bool":{"aws:SecureTransport":["true"]}}}]}"#;
    let identity = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"s3:*","Resource":"*","Condition":{"StringLike":{"aws:userid":"a"}}}}"#;
    for (text, kind) in
        [(resource, PolicyKind::Resource), (identity, PolicyKind::Identity), (identity, PolicyKind::Scp)]
    {
        let (node, _) = json::parse(&Fragment::plain(SourceId(0), 0, text));
        let changed = with_unknowns(&node.unwrap());
        assert!(changed.len() > 8);
        for node in changed {
            let document = document::parse(&node);
            assert_eq!(document.problems, [], "{node:?}");
            assert_eq!(document::check(&document, kind), [], "{node:?}");
        }
    }
}
