//! Random worlds of policies: the evaluator against a naive one, and laws it has to keep.

use overgrant::simulate::aws;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::aws_naive;

const OWN: &str = "111111111111";

/// A stream of choices made from one number, so that a failing case is named by it.
struct Choice(u64);

impl Choice {
    fn next(&mut self, below: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.next(100) < percent
    }

    fn one<'a>(&mut self, pool: &[&'a str]) -> &'a str {
        pool[self.next(pool.len())]
    }

    fn some(&mut self, pool: &[&str]) -> Value {
        if self.chance(60) { json!(self.one(pool)) } else { json!([self.one(pool), self.one(pool)]) }
    }
}

const CALLERS: &[&str] = &[
    "arn:aws:iam::111111111111:user/alice",
    "arn:aws:iam::111111111111:user/alice",
    "arn:aws:sts::111111111111:assumed-role/app/s1",
    "arn:aws:sts::111111111111:assumed-role/app/s1",
    "arn:aws:iam::222222222222:user/xavier",
    "arn:aws:sts::222222222222:assumed-role/xr/s",
    "arn:aws:sts::111111111111:federated-user/alice",
    "arn:aws:iam::111111111111:root",
    "sns.amazonaws.com",
    "anonymous",
];
const TARGETS: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::bkt/k"),
    ("s3:PutObject", "arn:aws:s3:::bkt/alice/f"),
    ("s3:ListBucket", "arn:aws:s3:::bkt"),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111111111111:q"),
    ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111111111111:function:fn:prod"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/k1"),
    ("sts:AssumeRole", "arn:aws:iam::111111111111:role/target"),
];
const ACTIONS: &[&str] = &[
    "*",
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:?etObject",
    "s3:*Object",
    "sqs:Send*",
    "kms:*",
    "sts:*",
    "lambda:I*n",
    "ec2:*",
    "s3:GetObject?",
    "*:*Object",
    "s*:*",
];
const RESOURCES: &[&str] = &[
    "*",
    "*",
    "**",
    "arn:aws:s3:::bkt/*",
    "arn:aws:s3:::bkt",
    "arn:aws:s3:::*",
    "arn:aws:s3:::bkt/${aws:username}/*",
    "arn:aws:s3:::bkt/alice/?",
    "arn:aws:s3:::b?t/k",
    "arn:aws:sqs:*:111111111111:q",
    "arn:aws:sqs:*",
    "arn:aws:*:eu-*:q",
    "arn:aws:lambda:*:function:fn*",
    "arn:aws:lambda:eu?west-1:111111111111:function:*:prod",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:iam::*:role/target",
    "arn:aws-cn:s3:::bkt/*",
    "arn:aws:s3:::bkt/${aws:PrincipalTag/job, 'k'}",
    "arn:aws:s3:::${aws:PrincipalTag/job, 'bkt'}/${*}",
];
const PRINCIPALS: &[&str] = &[
    r#""*""#,
    r#"{"AWS":"*"}"#,
    r#"{"AWS":"111111111111"}"#,
    r#"{"AWS":"arn:aws:iam::111111111111:root"}"#,
    r#"{"AWS":"222222222222"}"#,
    r#"{"AWS":["arn:aws:iam::111111111111:user/alice","arn:aws:iam::222222222222:role/xr"]}"#,
    r#"{"AWS":["arn:aws:iam::111111111111:role/app","111111111111"]}"#,
    r#"{"AWS":"arn:aws:sts::111111111111:assumed-role/app/s1"}"#,
    r#"{"AWS":"arn:aws:sts::111111111111:federated-user/alice","Service":"sns.amazonaws.com"}"#,
];
const NUMBERS: &[&str] = &["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];

fn condition(choice: &mut Choice) -> (String, String, Value) {
    let tag = choice.one(&["aws:PrincipalTag/job", "aws:username", "aws:principaltag/JOB"]);
    let order = choice.one(NUMBERS);
    let (operator, key, values) = match choice.next(9) {
        0 => (
            choice.one(&["StringEquals", "StringNotEquals"]).to_owned(),
            tag,
            choice.some(&["admin", "dev", "alice", "adm*", "${aws:username}", "a${*}"]),
        ),
        1 => (
            choice.one(&["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]).to_owned(),
            tag,
            choice.some(&["ADMIN", "dev", "ALICE"]),
        ),
        2 => (
            choice.one(&["StringLike", "StringNotLike"]).to_owned(),
            tag,
            choice.some(&["ad*", "*", "d?v", "a${*}", "${aws:PrincipalTag/job, 'none'}*", "${aws:username}"]),
        ),
        3 => (format!("Numeric{order}"), "s3:max-keys", choice.some(&["10", "9.5", "5"])),
        4 => {
            (format!("Date{order}"), "aws:CurrentTime", choice.some(&["2020-01-01T00:00:00Z", "2020-06-01T00:00:00Z"]))
        }
        5 => ("Bool".to_owned(), "aws:SecureTransport", choice.some(&["true", "false"])),
        6 => (
            choice.one(&["IpAddress", "NotIpAddress"]).to_owned(),
            "aws:SourceIp",
            choice.some(&["203.0.113.0/24", "203.0.113.1/32", "0.0.0.0/0", "2001:db8::/32"]),
        ),
        7 => (
            choice.one(&["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"]).to_owned(),
            "aws:PrincipalArn",
            choice.some(&[
                "arn:aws:iam::111111111111:role/*",
                "arn:aws:iam::*:user/?lice",
                "arn:*:iam::1*:role/app",
                "arn:aws:iam::*",
            ]),
        ),
        _ => {
            let set = choice.one(&["ForAllValues", "ForAnyValue"]);
            let base = choice.one(&["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]);
            let key = choice.one(&["aws:TagKeys", "aws:TagKeys", "aws:PrincipalTag/job"]);
            (format!("{set}:{base}"), key, choice.some(&["a", "b", "a*", "c"]))
        }
    };
    match choice.next(10) {
        0 => ("Null".to_owned(), key.to_owned(), json!(choice.one(&["true", "false"]))),
        1 | 2 => (format!("{operator}IfExists"), key.to_owned(), values),
        _ => (operator, key.to_owned(), values),
    }
}

fn statement(choice: &mut Choice, named: bool, trust: bool) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".into(), json!(if choice.chance(75) { "Allow" } else { "Deny" }));
    if named {
        statement.insert("Principal".into(), serde_json::from_str(choice.one(PRINCIPALS)).unwrap());
    }
    let action = if choice.chance(12) { "NotAction" } else { "Action" };
    statement.insert(action.into(), choice.some(ACTIONS));
    if !trust {
        let resource = if choice.chance(10) { "NotResource" } else { "Resource" };
        statement.insert(resource.into(), choice.some(RESOURCES));
    }
    if choice.chance(45) {
        let mut block = json!({});
        for _ in 0..=choice.next(2) {
            let (operator, key, values) = condition(choice);
            block[operator][key] = values;
        }
        statement.insert("Condition".into(), block);
    }
    Value::Object(statement)
}

fn document(choice: &mut Choice, named: bool, trust: bool) -> Value {
    if !named && choice.chance(25) {
        return json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    }
    let statements: Vec<Value> = (0..=choice.next(3)).map(|_| statement(choice, named, trust)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A complete case: request and policies.
fn case(choice: &mut Choice) -> Value {
    let caller = choice.one(CALLERS);
    let (action, resource) = TARGETS[choice.next(TARGETS.len())];
    let trust = action.starts_with("sts:");
    let mut context = Map::new();
    let pools: [(&str, &[Value]); 8] = [
        ("aws:PrincipalTag/job", &[json!("admin"), json!("dev"), json!("k"), json!("a*"), json!("bkt")]),
        ("aws:username", &[json!("alice"), json!("bob")]),
        ("aws:SourceIp", &[json!("203.0.113.1"), json!("8.8.8.8"), json!("2001:db8::1")]),
        ("aws:SecureTransport", &[json!("true"), json!("false")]),
        ("s3:max-keys", &[json!("5"), json!("10"), json!("10.0"), json!("9")]),
        ("aws:CurrentTime", &[json!("2020-01-01T00:00:00Z"), json!("2021-06-01T00:00:00Z")]),
        ("aws:TagKeys", &[json!(["a"]), json!(["a", "b"]), json!(["c"]), json!([])]),
        (
            "aws:PrincipalArn",
            &[json!("arn:aws:iam::111111111111:role/app"), json!("arn:aws:iam::111111111111:user/alice")],
        ),
    ];
    for (key, values) in pools {
        if choice.chance(55) {
            context.insert(key.into(), values[choice.next(values.len())].clone());
        }
    }
    let mut policies = Map::new();
    let documents = |choice: &mut Choice, most: usize, named: bool| -> Value {
        (0..choice.next(most + 1)).map(|_| document(choice, named, trust && named)).collect()
    };
    policies.insert("identity".into(), documents(choice, 2, false));
    if choice.chance(60) {
        policies.insert("resource".into(), document(choice, true, trust));
    }
    if choice.chance(20) {
        policies.insert("boundary".into(), json!([document(choice, false, false)]));
    }
    if caller.contains(":sts:") && choice.chance(40) {
        policies.insert("session".into(), document(choice, false, false));
    }
    if choice.chance(25) {
        let levels: Vec<Value> = (0..=choice.next(2)).map(|_| documents(choice, 2, false)).collect();
        policies.insert("scps".into(), levels.into());
    }
    if choice.chance(20) {
        let mut rcp = document(choice, true, false);
        for statement in rcp["Statement"].as_array_mut().unwrap() {
            statement["Effect"] = json!("Deny");
        }
        policies.insert("rcps".into(), json!([[rcp]]));
    }
    if choice.chance(15) {
        policies.insert("vpce".into(), json!([document(choice, true, false)]));
    }
    json!({
        "request": {"principal": caller, "action": action, "resource": resource, "context": context, "resourceAccount": OWN},
        "policies": policies
    })
}

fn answer(case: &Value) -> Map<String, Value> {
    let answer = aws::answer(case.as_object().unwrap());
    assert!(!answer.contains_key("error"), "{case}: {answer:?}");
    answer
}

fn reason(case: &Value) -> String {
    answer(case)["reason"].as_str().unwrap().to_owned()
}

fn decision(case: &Value) -> String {
    answer(case)["decision"].as_str().unwrap().to_owned()
}

/// The case with an incomplete context: some keys are not told. Keys that a caller's
/// identity implies are always told, because random ones contradict it.
fn less_known(case: &Value, choice: &mut Choice, percent: usize) -> Value {
    let mut open = case.clone();
    open["request"]["context_complete"] = json!(false);
    let context = open["request"]["context"].as_object_mut().unwrap();
    for key in [
        "aws:PrincipalTag/job",
        "aws:username",
        "aws:SourceIp",
        "aws:SecureTransport",
        "s3:max-keys",
        "aws:CurrentTime",
        "aws:TagKeys",
        "aws:PrincipalArn",
    ] {
        let implied = ["aws:username", "aws:PrincipalArn", "aws:CurrentTime", "aws:SecureTransport"].contains(&key);
        if !implied && choice.chance(percent) {
            context.remove(key);
        } else if !context.contains_key(key) {
            context.insert(key.into(), Value::Null);
        }
    }
    open
}

fn statements(case: &mut Value) -> Vec<&mut Value> {
    fn collect<'v>(value: &'v mut Value, into: &mut Vec<&'v mut Value>) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| collect(item, into)),
            Value::Object(map) => {
                if let Some(Value::Array(items)) = map.get_mut("Statement") {
                    into.extend(items);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    case["policies"].as_object_mut().unwrap().values_mut().for_each(|layer| collect(layer, &mut found));
    found
}

proptest! {
    #![proptest_config(crate::property::config(1_000))]

    #[test]
    fn the_evaluator_agrees_with_a_naive_one(seed in 1u64..) {
        let case = case(&mut Choice(seed));
        prop_assert_eq!(reason(&case), aws_naive::decide(&case), "{}", case);
    }

    #[test]
    fn a_further_deny_never_allows_more(seed in 1u64..) {
        let mut choice = Choice(seed);
        let before = less_known(&case(&mut choice), &mut choice, 30);
        let mut after = before.clone();
        let mut all = statements(&mut after);
        prop_assume!(!all.is_empty());
        let at = choice.next(all.len());
        all[at]["Effect"] = json!("Deny");
        let (before_decision, after_decision) = (decision(&before), decision(&after));
        let rank = |decision: &str| ["denied", "undetermined", "allowed"].iter().position(|d| *d == decision);
        prop_assert!(rank(&after_decision) <= rank(&before_decision), "{} {}: {} {}", before_decision, after_decision, before, after);
    }

    #[test]
    fn a_wider_allow_never_allows_less(seed in 1u64..) {
        let mut choice = Choice(seed);
        let mut before = less_known(&case(&mut choice), &mut choice, 30);
        for statement in statements(&mut before) {
            statement["Effect"] = json!("Allow");
        }
        before["policies"].as_object_mut().unwrap().remove("rcps");
        let mut after = before.clone();
        let mut all = statements(&mut after);
        prop_assume!(!all.is_empty());
        let at = choice.next(all.len());
        let wide = all[at].as_object_mut().unwrap();
        for element in ["NotAction", "NotResource", "Condition"] {
            wide.remove(element);
        }
        wide.insert("Action".into(), json!("*"));
        wide.insert("Resource".into(), json!("*"));
        let (before_decision, after_decision) = (decision(&before), decision(&after));
        let rank = |decision: &str| ["denied", "undetermined", "allowed"].iter().position(|d| *d == decision);
        prop_assert!(rank(&after_decision) >= rank(&before_decision), "{} {}: {} {}", before_decision, after_decision, before, after);
    }

    #[test]
    fn what_is_told_later_never_contradicts(seed in 1u64..) {
        let mut choice = Choice(seed);
        let whole = case(&mut choice);
        let open = less_known(&whole, &mut choice, 50);
        let answer = answer(&open);
        match answer["decision"].as_str().unwrap() {
            "undetermined" => {
                prop_assert!(!answer["depends_on"].as_array().unwrap().is_empty(), "{}", open);
                prop_assert!(answer.contains_key("condition") || answer["depends_on"].as_array().unwrap().len() > 3, "{}", open);
            }
            certain => prop_assert_eq!(certain, decision(&whole), "{} {}", open, whole),
        }
    }
}
