//! Decisions of AWS: fixtures/cases/aws-*.jsonl, line by line.

use overgrant::simulate::aws;
use serde_json::{Map, Value};

/// Lines of a table whose answer is not the one expected.
fn wrong_answers(table: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.trim().is_empty()) {
        let case: Map<String, Value> = serde_json::from_str(line).unwrap();
        assert!(aws::recognises(&case), "{line}");
        let answer = aws::answer(&case);
        assert_eq!(answer.get("id"), case.get("id"));
        let expected = case.get("expect").and_then(Value::as_str).unwrap();
        let got = match expected {
            "accept" | "reject" => answer["accepted"].as_bool().map(|a| if a { "accept" } else { "reject" }),
            "allowed" | "denied" => answer.get("decision").and_then(Value::as_str),
            _ => answer.get("reason").and_then(Value::as_str).map(|reason| match reason {
                "allowed" => "Allowed",
                "explicit_deny" => "ExplicitlyDenied",
                "implicit_deny" => "ImplicitlyDenied",
                other => other,
            }),
        };
        let condition = case.get("expect_condition");
        if got != Some(expected) || condition.is_some_and(|told| answer.get("condition") != Some(told)) {
            wrong.push(format!("{line}\n  -> {}", Value::Object(answer)));
        }
    }
    wrong
}

#[test]
fn cases_are_decided_as_aws_does() {
    let wrong = wrong_answers(include_str!("../../fixtures/cases/aws-evaluation.jsonl"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn documents_are_taken_as_aws_does() {
    let wrong = wrong_answers(include_str!("../../fixtures/cases/aws-syntax.jsonl"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where other simulators are known to answer otherwise than AWS's pages say.
#[test]
fn cases_that_others_decide_otherwise() {
    let wrong = wrong_answers(include_str!("../../fixtures/cases/aws-differential.jsonl"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// One case for each sentence of the specification, the layers, operators and grammar in turn.
#[test]
fn each_law_has_its_case() {
    for table in [
        include_str!("../../fixtures/cases/aws-evaluation-laws.jsonl"),
        include_str!("../../fixtures/cases/aws-syntax-laws.jsonl"),
    ] {
        let wrong = wrong_answers(table);
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Layers, kinds of principals, wildcard requests and incomplete contexts with one another; an
/// `expect_condition` is the sentence that an undetermined answer comes with.
#[test]
fn rules_hold_together() {
    let wrong = wrong_answers(include_str!("../../fixtures/cases/aws-evaluation-combined.jsonl"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Odd values, escapes, principals and layers, one at a time; documents at the edge of what is
/// taken.
#[test]
fn edges_are_where_the_pages_put_them() {
    for table in [
        include_str!("../../fixtures/cases/aws-evaluation-edges.jsonl"),
        include_str!("../../fixtures/cases/aws-syntax-edges.jsonl"),
    ] {
        let wrong = wrong_answers(table);
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// An operator, its negation, a value of the policy, one of the request that it meets and one
/// that it does not.
const OPERATORS: [(&str, Option<&str>, &str, &str, &str); 18] = [
    ("StringEquals", Some("StringNotEquals"), "a", "a", "A"),
    ("StringEqualsIgnoreCase", Some("StringNotEqualsIgnoreCase"), "aB", "Ab", "c"),
    ("StringLike", Some("StringNotLike"), "a*", "abc", "ba"),
    ("NumericEquals", Some("NumericNotEquals"), "10", "10.0", "11"),
    ("NumericLessThan", None, "10", "9.99", "10"),
    ("NumericLessThanEquals", None, "10", "10", "10.01"),
    ("NumericGreaterThan", None, "10", "10.5", "10"),
    ("NumericGreaterThanEquals", None, "10", "10", "9"),
    ("DateEquals", Some("DateNotEquals"), "2024-02-29T00:00:00Z", "2024-02-29", "2024-03-01"),
    ("DateLessThan", None, "2024-03-01", "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z"),
    ("DateLessThanEquals", None, "2024-03-01", "1709251200", "1709251201"),
    ("DateGreaterThan", None, "1709251200", "2024-03-01T00:00:01Z", "2024-03-01T00:00:00Z"),
    ("DateGreaterThanEquals", None, "2024-03-01T00:00:00+01:00", "2024-02-29T23:00:00Z", "2024-02-29T22:59:59Z"),
    ("Bool", None, "true", "true", "false"),
    ("BinaryEquals", None, "QmluYXJ5", "QmluYXJ5", "QmluYXJ6"),
    ("IpAddress", Some("NotIpAddress"), "10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
    (
        "ArnLike",
        Some("ArnNotLike"),
        "arn:aws:sns:*:111111111111:t?",
        "arn:aws:sns:us-east-1:111111111111:t1",
        "arn:aws:sns:us-east-1:111111111111:t12",
    ),
    (
        "ArnEquals",
        Some("ArnNotEquals"),
        "arn:aws:sns:*:111111111111:t*",
        "arn:aws:sns:us-east-1:111111111111:t12",
        "arn:aws:sns:us-east-1:111111111112:t1",
    ),
];

/// Every operator with every quantifier and suffix, on a key that is missing, empty, met, not
/// met and both.
#[test]
fn every_form_of_every_operator() {
    let mut lines = Vec::new();
    let mut case = |operator: &str, value: &str, context: &Value, allowed: bool| {
        let line = serde_json::json!({
            "id": operator,
            "request": {"principal": "arn:aws:iam::111111111111:user/alice", "action": "s3:GetObject",
                "resource": "arn:aws:s3:::bkt/k", "context": context},
            "policies": {"identity": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*",
                "Resource": "*", "Condition": {operator: {"k:v": value}}}}},
            "expect": if allowed { "Allowed" } else { "ImplicitlyDenied" },
        });
        lines.push(line.to_string());
    };
    for (positive, negative, value, met, other) in OPERATORS {
        for (name, is) in [(Some(positive), true), (negative, false)] {
            let Some(name) = name else { continue };
            let of = |value: &str| serde_json::json!({"k:v": value});
            let list = |values: &[&str]| serde_json::json!({"k:v": values});
            let missing = serde_json::json!({});
            for suffix in ["", "IfExists"] {
                let if_exists = !suffix.is_empty();
                let plain = format!("{name}{suffix}");
                case(&plain, value, &of(met), is);
                case(&plain, value, &of(other), !is);
                case(&plain, value, &missing, if_exists || !is);
                let all = format!("ForAllValues:{plain}");
                case(&all, value, &missing, true);
                case(&all, value, &list(&[]), true);
                case(&all, value, &list(&[met, met]), is);
                case(&all, value, &list(&[other]), !is);
                case(&all, value, &list(&[met, other]), false);
                let any = format!("ForAnyValue:{plain}");
                case(&any, value, &missing, if_exists);
                case(&any, value, &list(&[]), if_exists);
                case(&any, value, &list(&[met, met]), is);
                case(&any, value, &list(&[other]), !is);
                case(&any, value, &list(&[met, other]), true);
            }
        }
    }
    let wrong = wrong_answers(&lines.join("\n"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
