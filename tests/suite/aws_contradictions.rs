//! What no value of a key can make true: answers with the key unknown, against every value
//! of a pool.

use overgrant::simulate::aws;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Keys with values of each kind. The pool holds a value of every part that the tests' values
/// cut out, so that what depends on the key depends on it within the pool.
#[derive(Debug)]
struct Key {
    name: &'static str,
    operators: &'static [&'static str],
    values: &'static [&'static str],
    pool: &'static [&'static str],
    /// Whether the reference says that a request may hold several; none where it says nothing.
    several: Option<bool>,
    always: bool,
}

const TEXT: &[&str] = &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"];
const SETS: &[&str] = &[
    "ForAllValues:StringEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringEquals",
    "ForAnyValue:StringLike",
    "ForAnyValue:StringNotEquals",
];
const MIXED: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "ForAllValues:StringEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringLike",
    "ForAnyValue:StringNotEquals",
];
const TEXTS: &[&str] = &["a", "b", "*", "a*", "?", "A", "*b"];
const LETTERS: &[&str] =
    &["a", "b", "z", "A", "ab", "ba", "aa", "az", "zb", "zz", "B", "*", "a*", "A*", "?", "*b", "*B", ""];

const KEYS: &[Key] = &[
    Key {
        name: "aws:PrincipalTag/t",
        operators: TEXT,
        values: TEXTS,
        pool: LETTERS,
        several: Some(false),
        always: false,
    },
    Key { name: "aws:TagKeys", operators: SETS, values: TEXTS, pool: LETTERS, several: Some(true), always: false },
    Key { name: "own:key", operators: MIXED, values: TEXTS, pool: LETTERS, several: None, always: false },
    Key {
        name: "aws:RequestedRegion",
        operators: TEXT,
        values: TEXTS,
        pool: LETTERS,
        several: Some(false),
        always: true,
    },
    Key {
        name: "s3:max-keys",
        operators: &["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
        values: &["1", "2", "3.0", "2.0"],
        pool: &["0", "1", "1.5", "2", "2.5", "3", "4"],
        several: Some(false),
        always: false,
    },
    Key {
        name: "aws:TokenIssueTime",
        operators: &["DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThan"],
        values: &["2020-01-01T00:00:00Z", "2021-01-01", "1577836800"],
        pool: &["2019-01-01", "2020-01-01", "2020-06-01", "2021-01-01T00:00:00Z", "2022-01-01"],
        several: Some(false),
        always: false,
    },
    Key {
        name: "aws:SourceIp",
        operators: &["IpAddress", "NotIpAddress"],
        values: &["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "::/0", "9.0.0.0/8"],
        pool: &["9.0.0.1", "10.0.0.1", "10.1.0.1", "11.0.0.1", "::1"],
        several: Some(false),
        always: false,
    },
    Key {
        name: "aws:MultiFactorAuthPresent",
        operators: &["Bool"],
        values: &["true", "false"],
        pool: &["true", "false"],
        several: Some(false),
        always: false,
    },
    Key {
        name: "own:flag",
        operators: &["Bool", "ForAnyValue:Bool", "ForAllValues:Bool"],
        values: &["true", "false"],
        pool: &["true", "false", "neither", ""],
        several: None,
        always: false,
    },
];

/// What the key may hold: nothing, one of the pool, or some of it.
fn holdings(key: &Key) -> Vec<Value> {
    let mut all: Vec<Value> = if key.always { Vec::new() } else { vec![Value::Null] };
    if key.several != Some(true) {
        all.extend(key.pool.iter().map(|value| json!(value)));
    }
    if key.several != Some(false) {
        all.push(json!([]));
        all.extend(key.pool.iter().map(|value| json!([value])));
        all.extend(key.pool.iter().flat_map(|a| key.pool.iter().map(move |b| json!([a, b]))));
    }
    all
}

type Test = (String, Vec<String>);

fn test(key: &'static Key) -> impl Strategy<Value = Test> {
    let values = prop::collection::vec(prop::sample::select(key.values), 1..3);
    let value = prop::sample::select(key.operators);
    let plain =
        (value, prop::sample::select(vec!["", "", "IfExists"]), values).prop_map(|(operator, suffix, values)| {
            (format!("{operator}{suffix}"), values.into_iter().map(str::to_owned).collect())
        });
    let null = prop::sample::select(vec!["true", "false"]).prop_map(|v| ("Null".to_owned(), vec![v.to_owned()]));
    prop_oneof![6 => plain, 1 => null]
}

fn statement(key: &'static Key) -> impl Strategy<Value = Value> {
    (prop::bool::weighted(0.7), prop::collection::vec(test(key), 0..4)).prop_map(|(allow, tests)| {
        let mut block = Map::new();
        for (operator, values) in tests {
            block.insert(operator, json!({ key.name: values }));
        }
        let effect = if allow { "Allow" } else { "Deny" };
        json!({"Effect": effect, "Action": "s3:*", "Resource": "*", "Condition": block})
    })
}

fn world() -> impl Strategy<Value = (&'static Key, Vec<Value>)> {
    let key = prop::sample::select((0..KEYS.len()).collect::<Vec<_>>());
    key.prop_flat_map(|at| (Just(&KEYS[at]), prop::collection::vec(statement(&KEYS[at]), 1..4)))
}

fn answer(statements: &[Value], context: &Value, complete: bool) -> Map<String, Value> {
    let line = json!({
        "request": {
            "principal": "arn:aws:iam::111111111111:user/u",
            "action": "s3:ListBucket",
            "resource": "arn:aws:s3:::b",
            "resourceAccount": "111111111111",
            "context": context,
            "context_complete": complete,
        },
        "policies": {"identity": [{"Version": "2012-10-17", "Statement": statements}]},
    });
    let answer = aws::answer(line.as_object().unwrap());
    assert!(!answer.contains_key("error"), "{line}: {answer:?}");
    answer
}

fn decision(statements: &[Value], context: &Value, complete: bool) -> String {
    answer(statements, context, complete)["decision"].as_str().unwrap().to_owned()
}

proptest! {
    #![proptest_config(crate::property::config(120))]

    #[test]
    fn an_unknown_key_leaves_open_exactly_what_its_values_decide((key, statements) in world()) {
        let unknown = decision(&statements, &json!({}), false);
        let known: Vec<String> =
            holdings(key).iter().map(|value| decision(&statements, &json!({ key.name: value }), true)).collect();
        prop_assert!(known.iter().all(|decision| decision != "undetermined"));
        let same = known.iter().all(|decision| *decision == known[0]);
        let expected = if same { known[0].as_str() } else { "undetermined" };
        prop_assert_eq!(unknown, expected, "{} {}", key.name, json!(statements));
    }
}

#[test]
fn what_conditions_exclude_together_never_applies() {
    let table = [
        json!({"StringEquals": {"aws:PrincipalTag/t": "a"}, "StringLike": {"aws:PrincipalTag/t": "b*"}}),
        json!({"StringEquals": {"aws:PrincipalTag/t": ["a", "b"]}, "StringNotEquals": {"aws:principaltag/T": ["b", "a"]}}),
        json!({"StringEquals": {"aws:PrincipalTag/t": "a"}, "Null": {"aws:PrincipalTag/t": "true"}}),
        json!({"NumericLessThan": {"s3:max-keys": 5}, "NumericGreaterThan": {"s3:max-keys": "10"}}),
        json!({"Bool": {"aws:SecureTransport": "true"}, "ForAllValues:Bool": {"aws:SecureTransport": false}}),
        json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "NotIpAddressIfExists": {"aws:SourceIp": "0.0.0.0/0"}}),
        json!({"DateLessThan": {"aws:TokenIssueTime": "2020-01-01"}, "DateGreaterThan": {"aws:TokenIssueTime": "2021-01-01"}}),
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringEquals": {"aws:TagKeys": "b"}}),
        json!({
            "StringEquals": {"aws:PrincipalTag/t": ["a", "b"]},
            "StringNotEquals": {"aws:PrincipalTag/t": "a"},
            "StringNotLike": {"aws:PrincipalTag/t": "b"},
        }),
        json!({"StringEquals": {"aws:PrincipalTag/t": []}}),
        json!({"NumericLessThan": {"s3:max-keys": "many"}}),
    ];
    for condition in table {
        let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
        let answer = answer(&[allow], &json!({}), false);
        assert_eq!(
            (&answer["decision"], &answer["reason"]),
            (&json!("denied"), &json!("implicit_deny")),
            "{condition}"
        );
        assert_eq!(answer["near_misses"][0]["element"], "condition", "{condition}");
    }
}

#[test]
fn explanations_leave_out_what_cannot_be() {
    let allow = |condition: Value| json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
    let deny = |condition: Value| json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition});
    let table = [
        (
            vec![
                allow(json!({"StringEquals": {"aws:PrincipalTag/t": "a"}})),
                deny(json!({"StringEquals": {"aws:PrincipalTag/t": "b"}})),
            ],
            "allowed if `aws:PrincipalTag/t` is `a`",
        ),
        (
            vec![
                allow(json!({"StringLike": {"aws:PrincipalTag/t": "team-*"}})),
                deny(json!({"StringLike": {"aws:PrincipalTag/t": "*-x"}})),
                deny(json!({"Null": {"aws:PrincipalTag/t": "true"}})),
            ],
            "allowed if `aws:PrincipalTag/t` matches `team-*` and `aws:PrincipalTag/t` does not match `*-x`",
        ),
    ];
    for (statements, expected) in table {
        assert_eq!(answer(&statements, &json!({}), false)["condition"], expected, "{statements:?}");
    }
    let never = [
        allow(json!({})),
        deny(json!({"StringEquals": {"aws:PrincipalTag/t": "b"}})),
        deny(json!({"StringNotEquals": {"aws:PrincipalTag/t": "b"}})),
    ];
    let answer = answer(&never, &json!({}), false);
    assert_eq!(answer["reason"], "explicit_deny");
    assert_eq!(answer["decided_by"].as_array().map(Vec::len), Some(2));
}

#[test]
fn tests_alike_only_in_what_is_shown_are_two_tests() {
    let condition = |operator: &str, last: &str| json!({operator: {"aws:PrincipalTag/t": ["a", "b", "c", last]}});
    let statements = [
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition("StringEquals", "d")}),
        json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition("StringEquals", "e")}),
    ];
    assert_eq!(decision(&statements, &json!({}), false), "undetermined");
}
