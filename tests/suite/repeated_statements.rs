//! Statements that stand in several texts word for word are read once; what is read is the
//! same as where each text is read alone.

use overgrant::aws::document::Problem;
use overgrant::carrier::declaration::Item;
use overgrant::carrier::{Format, ReadOptions, read, read_all};
use overgrant::source::SourceMap;
use proptest::prelude::*;

/// Statements: plain ones, with escapes, faults, functions, unknown elements, keys twice, and
/// some that begin alike.
const STATEMENTS: &[&str] = &[
    r#"{"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b/*"}"#,
    r#"{"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b/*", "Condition": {"Bool": {"aws:SecureTransport": true}}}"#,
    r#"{"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b/*", "Condition": {"StringLike": {"aws:userid": ["a", "${aws:username}"]}, "Null": {"a:b": "true"}}}"#,
    r#"{"Effect": "Deny", "NotAction": "iam:*", "NotResource": ["arn:aws:iam::111122223333:role/*", "*"], "Principal": {"AWS": ["111122223333", "*"]}}"#,
    r#"{"Effect": "Deny", "NotAction": "iam:*", "NotResource": ["arn:aws:iam::111122223333:role/*", "*"], "Principal": "*"}"#,
    r#"{"Sid": "Escaped", "Effect": "Allow", "Action": "s3:Get\u004fbject", "Resource": "arn:aws:s3:::b/*", "Sid2": 1}"#,
    r#"{"Sid": "Escaped", "Effect": "Allow", "Action": "s3:Get\u004fbject", "Resource": "arn:aws:s3:::b/\\*"}"#,
    r#"{"Sid": "Faulty", "Effect": "allow", "Action": ["s3:GetObject", "nothing"], "Resource": ["arn:aws:s3:::b/*", ""]}"#,
    r#"{"Sid": "Twice", "Effect": "Allow", "Action": "s3:*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::${aws:}"}"#,
    r#"{"Sid": "Function", "Effect": "Allow", "Action": "s3:*", "Resource": {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}}"#,
    r#"{"Sid": "Nested", "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"a:b": [["c"]]}}}"#,
    r#"{"Sid": "Numbers", "Effect": "Allow", "Action": ["s3:*", 7], "Resource": "*", "Condition": {"NumericLessThan": {"a:b": [1, 2.5]}}}"#,
    r#"{"Effect": "Allow"}"#,
    r"{}",
    r#""Allow""#,
];

fn document() -> impl Strategy<Value = String> {
    let member = (0..STATEMENTS.len(), prop::sample::select(vec!["", " ", "\n    ", "\r\n\t"]));
    let version = prop::sample::select(vec![
        "",
        r#""Version": "2012-10-17", "#,
        r#""Version": "2008-10-17", "Id": "x", "#,
        r#""Other": [{"Statement": [{"Sid": "Read"}]}], "#,
    ]);
    let end = prop::sample::select(vec!["]}", "] }\n", "],}", "], \"Statement\": []}", "]"]);
    (version, prop::collection::vec(member, 0..6), end, any::<bool>()).prop_map(|(version, members, end, listed)| {
        let list: Vec<String> =
            members.iter().map(|(at, space)| format!("{space}{}", STATEMENTS.get(*at).unwrap())).collect();
        let text = format!("{{{version}\"Statement\": [{}{end}", list.join(","));
        if listed { format!("[{text}, {text}]") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_text_is_read_among_others_as_it_is_alone(texts in prop::collection::vec(document(), 1..6)) {
        let mut sources = SourceMap::new();
        let inputs: Vec<_> = (0..)
            .zip(texts.iter().chain(&texts))
            .map(|(at, text)| (sources.add(format!("{at}.json"), text.clone()), Format::IamDocument))
            .collect();
        let options = ReadOptions::default();
        let together = read_all(&sources, &inputs, &options);
        let mut alone = overgrant::carrier::Carried::default();
        for (source, format) in &inputs {
            alone.append(read(&sources, *source, *format, &options));
        }
        prop_assert_eq!(format!("{:#?}", together.declarations), format!("{:#?}", alone.declarations));
        prop_assert_eq!(format!("{:#?}", together.diagnostics), format!("{:#?}", alone.diagnostics));
    }
}

/// What is wrong with the one policy of a text.
fn problems(text: String) -> Vec<Problem> {
    let mut sources = SourceMap::new();
    let source = sources.add("long.json", text);
    let carried = read_all(&sources, &[(source, Format::IamDocument)], &ReadOptions::default());
    match carried.declarations.into_iter().next().map(|declaration| declaration.item) {
        Some(Item::AwsPolicy(policy)) => policy.document.problems,
        other => panic!("{other:?}"),
    }
}

/// Faults of a text were once looked through anew for each of its statements, which took
/// minutes for a text of 900 kB.
#[test]
fn a_long_list_of_faulty_statements_is_read_in_one_go() {
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}{{}}]}}", "{},".repeat(149_999));
    // neither effect nor action
    assert_eq!(problems(text).len(), 300_000);
}

/// The problems of a text were once looked through anew for each empty list, which took
/// minutes for a text of 4 MB.
#[test]
fn a_long_list_of_statements_about_nothing_is_read_in_one_go() {
    let member = r#"{"Action":[],"Resource":[]},"#;
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}{{}}]}}", member.repeat(99_999));
    let problems = problems(text);
    let count = |rule: &str| problems.iter().filter(|problem| problem.rule == rule).count();
    assert_eq!((count("action-empty"), count("resource-empty")), (99_999, 99_999));
}
