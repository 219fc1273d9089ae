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
