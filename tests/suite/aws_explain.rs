//! What answers say about why: conditions of undetermined answers, near misses, witnesses.

use overgrant::simulate::aws;
use serde_json::{Map, Value, json};

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";

fn ask(line: Value) -> Map<String, Value> {
    let Value::Object(line) = line else { panic!("a line is an object") };
    assert!(aws::recognises(&line));
    aws::answer(&line)
}

/// An incomplete request of alice to read an object, with one identity policy.
fn open_question(statements: &Value, context: &Value) -> Map<String, Value> {
    ask(json!({
        "context_complete": false,
        "request": {"principal": ALICE, "action": "s3:GetObject", "resource": "arn:aws:s3:::bkt/k",
            "resourceAccount": "111111111111", "context": context},
        "policies": {"identity": [{"Version": "2012-10-17", "Statement": statements}]}
    }))
}

fn allow(condition: &Value) -> Value {
    json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition})
}

fn deny(condition: &Value) -> Value {
    json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": condition})
}

#[test]
fn an_undetermined_answer_says_what_would_decide_it() {
    let always = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let table = [
        (
            json!([allow(&json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}))]),
            "allowed if `aws:MultiFactorAuthPresent` is `true`",
            vec!["aws:MultiFactorAuthPresent"],
        ),
        (
            json!([always, deny(&json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))]),
            "denied unless `aws:SourceIp` is in `10.0.0.0/8`",
            vec!["aws:SourceIp"],
        ),
        (
            json!([allow(&json!({"StringLike": {"s3:prefix": ["a*", "b*"]}, "Null": {"aws:TokenIssueTime": "true"}}))]),
            "allowed if `aws:TokenIssueTime` is absent and `s3:prefix` matches one of `a*`, `b*`",
            vec!["aws:TokenIssueTime", "s3:prefix"],
        ),
        (
            json!([allow(&json!({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}))]),
            "allowed if `aws:SourceVpc` is absent, or if `aws:SourceVpc` is `vpc-1`",
            vec!["aws:SourceVpc"],
        ),
        (
            json!([always, deny(&json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))]),
            "denied if `aws:MultiFactorAuthPresent` is absent, or if `aws:MultiFactorAuthPresent` is `false`",
            vec!["aws:MultiFactorAuthPresent"],
        ),
        (
            json!([always, deny(&json!({"Bool": {"aws:SecureTransport": "false"}}))]),
            "denied if `aws:SecureTransport` is `false`",
            vec!["aws:SecureTransport"],
        ),
        (
            json!([allow(&json!({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1/"}}))]),
            "allowed if some value of `aws:PrincipalOrgPaths` is `o-1/r-1/`",
            vec!["aws:PrincipalOrgPaths"],
        ),
        (
            json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bkt/${aws:PrincipalTag/team}*"}]),
            "allowed if `arn:aws:s3:::bkt/${aws:PrincipalTag/team}*` covers `arn:aws:s3:::bkt/k`",
            vec!["aws:PrincipalTag/team"],
        ),
    ];
    for (statements, condition, depends_on) in table {
        let answer = open_question(&statements, &json!({}));
        assert_eq!(answer["decision"], "undetermined", "{statements}");
        assert_eq!(answer["reason"], "undetermined", "{statements}");
        assert_eq!(answer["condition"], condition, "{statements}");
        assert_eq!(answer["depends_on"], json!(depends_on), "{statements}");
    }
}

#[test]
fn what_cannot_matter_is_not_asked_for() {
    let mfa = |value: &str| json!({"Bool": {"aws:MultiFactorAuthPresent": value}});
    let table = [
        // one allow is certain
        (json!([allow(&mfa("true")), allow(&json!({}))]), json!({}), "allowed"),
        // nothing can allow it
        (json!([deny(&mfa("true"))]), json!({}), "implicit_deny"),
        // whatever the tag is, one of the two allows it
        (
            json!([
                allow(&json!({"StringEquals": {"aws:PrincipalTag/team": "a"}})),
                allow(&json!({"StringNotEquals": {"aws:PrincipalTag/team": "a"}}))
            ]),
            json!({}),
            "allowed",
        ),
        // a key given as null is absent
        (json!([allow(&mfa("true"))]), json!({"aws:MultiFactorAuthPresent": null}), "implicit_deny"),
        // what the caller tells of itself
        (json!([allow(&json!({"StringEquals": {"aws:username": "alice"}}))]), json!({}), "allowed"),
        (json!([allow(&json!({"Bool": {"aws:PrincipalIsAWSService": "true"}}))]), json!({}), "implicit_deny"),
        (json!([allow(&json!({"Null": {"aws:SecureTransport": "false"}}))]), json!({}), "allowed"),
        // an absent key cannot be one of these
        (
            json!([allow(&json!({"StringEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:t"}}))]),
            json!({}),
            "implicit_deny",
        ),
    ];
    for (statements, context, reason) in table {
        let answer = open_question(&statements, &context);
        assert_eq!(answer["reason"], reason, "{statements} {context}: {answer:?}");
    }
}

#[test]
fn what_the_resource_needs_is_asked_for() {
    let full = json!([{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]);
    let table = [
        (
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:111111111111:key/1",
            "the policy of `arn:aws:kms:eu-west-1:111111111111:key/1`",
        ),
        ("s3:GetObject", "arn:aws:s3:::bkt/k", "the account of `arn:aws:s3:::bkt/k`"),
    ];
    for (action, resource, fact) in table {
        let answer = ask(json!({
            "context_complete": false,
            "request": {"principal": ALICE, "action": action, "resource": resource},
            "policies": {"identity": full}
        }));
        assert_eq!(answer["decision"], "undetermined", "{action}");
        assert_eq!(answer["depends_on"], json!([fact]), "{action}");
    }
}

#[test]
fn an_implicit_deny_shows_what_came_close() {
    let answer = ask(json!({
        "request": {"principal": ALICE, "action": "s3:GetObject", "resource": "arn:aws:s3:::bkt/k",
            "context": {"aws:SourceIp": "8.8.8.8"}},
        "policies": {"identity": [{"Version": "2012-10-17", "Statement": [
            {"Sid": "Other", "Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
            {"Sid": "Bucket", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bkt"},
            {"Sid": "Office", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*",
                "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
        ]}]}
    }));
    assert_eq!(answer["reason"], "implicit_deny");
    assert_eq!(answer["layer"], "identity");
    let misses = answer["near_misses"].as_array().unwrap();
    let shown: Vec<(&str, &str, &str)> = misses
        .iter()
        .map(|m| (m["sid"].as_str().unwrap(), m["element"].as_str().unwrap(), m["why"].as_str().unwrap()))
        .collect();
    assert_eq!(
        shown,
        [
            ("Office", "condition", "`aws:SourceIp` is `8.8.8.8`, and `IpAddress` asks for `10.0.0.0/8`"),
            ("Bucket", "resource", "its resource does not cover `arn:aws:s3:::bkt/k`"),
        ]
    );
}

#[test]
fn the_deciding_layer_and_statements_are_named() {
    let allow_all = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let ec2 = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}});
    let deny = json!({"Version": "2012-10-17", "Statement": {"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}});
    let table = [
        (json!({"identity": [allow_all]}), "allowed", "identity"),
        (json!({"identity": []}), "implicit_deny", "identity"),
        (json!({"identity": [allow_all], "boundary": [ec2]}), "implicit_deny", "boundary"),
        (json!({"identity": [allow_all], "session": ec2}), "implicit_deny", "session"),
        (json!({"identity": [allow_all], "scps": [[allow_all], [ec2]]}), "implicit_deny", "scp"),
        (json!({"identity": [allow_all], "vpce": [ec2]}), "implicit_deny", "endpoint"),
        (json!({"identity": [allow_all], "boundary": [deny]}), "explicit_deny", "boundary"),
        (json!({"identity": [allow_all, deny]}), "explicit_deny", "identity"),
    ];
    for (policies, reason, layer) in table {
        let answer = ask(json!({
            "request": {"principal": ALICE, "action": "s3:GetObject", "resource": "arn:aws:s3:::bkt/k"},
            "policies": policies
        }));
        assert_eq!((answer["reason"].as_str(), answer["layer"].as_str()), (Some(reason), Some(layer)), "{policies}");
        if reason == "explicit_deny" {
            assert_eq!(answer["decided_by"][0]["sid"], "No", "{policies}");
        }
    }
}

#[test]
fn wildcards_ask_for_each_any_or_all() {
    let identity = json!([{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::bkt/*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::bkt/secret/*"}
    ]}]);
    let table = [
        ("s3:GetObject", "arn:aws:s3:::bkt/a*", "each", "allowed"),
        ("s3:GetObject", "arn:aws:s3:::bkt/*", "each", "undetermined"),
        ("s3:GetObject", "arn:aws:s3:::bkt/*", "any", "allowed"),
        ("s3:GetObject", "arn:aws:s3:::bkt/*", "all", "denied"),
        ("s3:GetObject", "arn:aws:s3:::bkt/secret/*", "any", "denied"),
        ("s3:GetObject", "arn:aws:s3:::other/*", "any", "denied"),
        ("s3:*", "arn:aws:s3:::bkt/a", "each", "undetermined"),
        ("s3:*", "arn:aws:s3:::bkt/a", "any", "allowed"),
        ("s3:*", "arn:aws:s3:::bkt/a", "all", "denied"),
        ("s3:Put*", "arn:aws:s3:::bkt/a", "any", "denied"),
        ("s3:GetObject*", "arn:aws:s3:::bkt/a", "all", "allowed"),
    ];
    for (action, resource, wildcard, decision) in table {
        let answer = ask(json!({
            "request": {"principal": ALICE, "action": action, "resource": resource, "wildcard": wildcard},
            "policies": {"identity": identity}
        }));
        assert_eq!(answer["decision"], decision, "{wildcard} {action} {resource}: {answer:?}");
    }
}

#[test]
fn lines_that_make_no_sense_are_answered_by_errors() {
    let table = [
        (json!({"id": 1, "request": {"action": "s3:GetObject"}}), "no `principal`"),
        (json!({"id": 1, "request": {"principal": "alice", "action": "s3:GetObject"}}), "no principal"),
        (json!({"id": 1, "request": {"principal": ALICE, "action": "GetObject"}}), "no action"),
        (json!({"id": 1, "request": {"principal": ALICE, "action": 1}}), "`action` is a string"),
        (json!({"id": 1, "request": {"principal": ALICE, "action": "s3:*", "context": []}}), "`context`"),
        (json!({"id": 1, "request": {"principal": ALICE, "action": "s3:*", "context": {"a:b": {}}}}), "`a:b`"),
        (json!({"id": 1, "request": {"principal": ALICE, "action": "s3:*", "wildcard": "some"}}), "`wildcard`"),
        (json!({"id": 1, "request": {"principal": ALICE, "action": "s3:*"}, "policies": {"x": []}}), "`x`"),
        (
            json!({"id": 1, "request": {"principal": ALICE, "action": "s3:*"}, "policies": {"identity": ["{"]}}),
            "not JSON",
        ),
        (json!({"id": 1, "text": "{}", "kind": "x"}), "`x` is no kind"),
    ];
    for (line, message) in table {
        let answer = ask(line.clone());
        assert_eq!(answer["id"], 1);
        assert!(answer["error"].as_str().is_some_and(|e| e.contains(message)), "{line}: {answer:?}");
        assert_eq!(answer.len(), 2, "{answer:?}");
    }
}

#[test]
fn service_rules_of_their_own() {
    let allow_all =
        json!([{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]);
    let scp = json!([[{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}]]);
    let rcp = json!([[{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "ec2:*", "kms:*"], "Resource": "*"}}]]);
    let linked = "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
    let linked_session = "arn:aws:sts::111111111111:assumed-role/AWSServiceRoleForX/s";
    let bucket = "arn:aws:s3:::b/k";
    let table = [
        (linked, "s3:GetObject", bucket, json!({"identity": allow_all, "scps": scp}), json!({}), "allowed"),
        (linked_session, "s3:GetObject", bucket, json!({"identity": allow_all, "rcps": rcp}), json!({}), "allowed"),
        (ALICE, "s3:GetObject", bucket, json!({"identity": allow_all, "rcps": rcp}), json!({}), "explicit_deny"),
        // ec2 is not a service that RCPs apply to
        (
            ALICE,
            "ec2:StartInstances",
            "arn:aws:ec2:eu-west-1:111111111111:instance/i",
            json!({"identity": allow_all, "rcps": rcp}),
            json!({}),
            "allowed",
        ),
        (
            ALICE,
            "s3:GetObject",
            bucket,
            json!({"identity": allow_all, "scps": scp, "rcps": rcp}),
            json!({"managementAccount": "111111111111"}),
            "allowed",
        ),
        (
            ALICE,
            "iam:DeletePolicy",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            json!({"identity": allow_all}),
            json!({}),
            "implicit_deny",
        ),
        (
            ALICE,
            "iam:GetPolicy",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            json!({"identity": allow_all}),
            json!({}),
            "allowed",
        ),
        (
            ALICE,
            "iam:PutRolePolicy",
            "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/R",
            json!({"identity": allow_all}),
            json!({}),
            "implicit_deny",
        ),
        ("111111111111", "s3:GetObject", bucket, json!({"identity": []}), json!({}), "allowed"),
        ("111111111111", "s3:GetObject", bucket, json!({"identity": [], "scps": scp}), json!({}), "explicit_deny"),
        (ALICE, "kms:ListKeys", "*", json!({"identity": allow_all}), json!({}), "allowed"),
        (
            ALICE,
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:111111111111:key/1",
            json!({"identity": allow_all}),
            json!({}),
            "implicit_deny",
        ),
        (
            ALICE,
            "sts:AssumeRole",
            "arn:aws:iam::111111111111:role/r",
            json!({"identity": allow_all}),
            json!({}),
            "implicit_deny",
        ),
    ];
    for (principal, action, resource, policies, more, reason) in table {
        let mut request =
            json!({"principal": principal, "action": action, "resource": resource, "resourceAccount": "111111111111"});
        for (key, value) in more.as_object().unwrap() {
            request[key] = value.clone();
        }
        let answer = ask(json!({"request": request, "policies": policies}));
        assert_eq!(answer["reason"], reason, "{principal} {action} {policies}: {answer:?}");
    }
}
