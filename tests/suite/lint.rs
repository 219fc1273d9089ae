//! How findings are folded, ignored and selected, and how users' own pages join in.

use overgrant::carrier::{self, ReadOptions, recognise};
use overgrant::lint::{self, Finding, Ignore, Inputs, Report, Rules, Selection, Severity};
use overgrant::model::Model;
use overgrant::source::{SourceId, SourceMap};
use overgrant::vault::dialect::Dialect;

fn check(files: &[(&str, &str)], rules: &Rules, selection: &Selection) -> (SourceMap, Report) {
    let mut sources = SourceMap::new();
    let mut inputs = Vec::new();
    for (name, text) in files {
        let source = sources.add(*name, *text);
        inputs.push((source, recognise(name, text).expect("a format")));
    }
    let carried = carrier::read_all(&sources, &inputs, &ReadOptions::default());
    let model = Model::build(carried.declarations, &sources);
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let report = lint::run(&inputs, rules, selection);
    (sources, report)
}

fn policy(text: &str, selection: &Selection) -> Report {
    check(&[("app.hcl", text)], lint::builtin(), selection).1
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

const ADMIN: &str =
    "path \"*\" {\n  capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"sudo\"]\n}\n";

#[test]
fn one_grant_of_everything_is_one_finding() {
    let report = policy(ADMIN, &Selection::default());
    assert_eq!(ids(&report.findings), ["vault/path-star-all"]);
    let also = &report.findings[0].also;
    assert!(also.iter().any(|id| id == "vault/write-acl-policy"), "{also:?}");
    let document = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let (_, report) = check(&[("p.json", document)], lint::builtin(), &Selection::default());
    assert_eq!(ids(&report.findings), ["aws/admin-star-star"]);
}

#[test]
fn a_broad_finding_is_as_bad_as_the_worst_it_speaks_for() {
    let report = policy("path \"*\" {\n  capabilities = [\"read\"]\n}\n", &Selection::default());
    assert_eq!(ids(&report.findings), ["vault/path-star-read"]);
    assert_eq!(report.findings[0].severity, Severity::Critical, "it reads raft snapshots");
}

#[test]
fn without_the_broad_rule_the_narrow_ones_speak() {
    let selection =
        Selection { ignore: vec!["path-star-all".to_owned(), "sys-star".to_owned()], ..Selection::default() };
    let report = policy(ADMIN, &selection);
    assert_eq!(report.findings.len(), 1, "one grant is still one finding: {:?}", ids(&report.findings));
    assert_ne!(report.findings[0].rule, "vault/path-star-all");
}

#[test]
fn comments_ignore_on_the_line_above_it_and_at_the_head() {
    let stanza = |before: &str, head: &str, inner: &str, tail: &str| {
        format!("{before}path \"sys/policies/acl/*\" {{{head}\n{inner}  capabilities = [\"update\"]{tail}\n}}\n")
    };
    let ignore = "# overgrant: ignore[vault/write-acl-policy] break-glass";
    let table = [
        (stanza("", "", "", ""), false),
        (stanza("", "", "", &format!(" {ignore}")), true),
        (stanza("", "", &format!("  {ignore}\n"), ""), true),
        (stanza("", "", &format!("  {ignore}\n  # and why\n\n"), ""), true),
        (stanza(&format!("{ignore}\n"), "", "", ""), true),
        (stanza("", &format!(" {ignore}"), "", ""), true),
        (stanza("// overgrant: ignore[write-acl-policy]\n", "", "", ""), true),
        (stanza("# overgrant: ignore[vault/*, admin]\n", "", "", ""), true),
        (stanza("# overgrant: ignore because\n", "", "", ""), true),
        (stanza("# overgrant: ignore[vault/sudo-wide]\n", "", "", ""), false),
        (stanza(&format!("{ignore}\npath \"x\" {{ capabilities = [\"read\"] }}\n"), "", "", ""), false),
    ];
    for (text, silenced) in table {
        let report = policy(&text, &Selection::default());
        let found = report.findings.iter().any(|finding| finding.rule == "vault/write-acl-policy");
        assert_eq!(!found, silenced, "{text}");
        assert_eq!(report.suppressed.len(), usize::from(silenced), "{text}");
        let all = policy(&text, &Selection { no_inline_ignores: true, ..Selection::default() });
        assert!(all.findings.iter().any(|finding| finding.rule == "vault/write-acl-policy"), "{text}");
    }
}

#[test]
fn reasons_and_places_of_ignores_are_kept() {
    let text = format!("# overgrant: ignore[path-star-all] see RUNBOOK\n{ADMIN}");
    let (sources, report) = check(&[("app.hcl", &text)], lint::builtin(), &Selection::default());
    let [suppressed] = report.suppressed.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!(suppressed.reason, "see RUNBOOK");
    assert_eq!(sources.slice(suppressed.by.unwrap()), "overgrant: ignore[path-star-all] see RUNBOOK");
}

#[test]
fn configuration_ignores_by_rule_path_and_unit_until_a_day() {
    let document = r#"{"Version": "2012-10-17", "Statement": [
        {"Sid": "Admin", "Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let ignore = |rule: &str, path: &str, unit: &str, expires: Option<&str>| Ignore {
        rule: rule.to_owned(),
        path: path.to_owned(),
        unit: unit.to_owned(),
        expires: expires.map(str::to_owned),
        ..Ignore::default()
    };
    let table = [
        (ignore("aws/admin-star-star", "", "", None), true),
        (ignore("admin", "policies/**", "", None), true),
        (ignore("aws/*", "*.json", "Admin", None), true),
        (ignore("aws/*", "*.json", "Other", None), false),
        (ignore("aws/*", "other/*", "", None), false),
        (ignore("vault/*", "", "", None), false),
        (ignore("aws/*", "", "", Some("2030-01-01")), true),
        (ignore("aws/*", "", "", Some("2029-12-31")), false),
    ];
    for (ignore, silenced) in table {
        let selection =
            Selection { ignores: vec![ignore.clone()], today: Some("2030-01-01".to_owned()), ..Selection::default() };
        let (_, report) = check(&[("policies/admin.json", document)], lint::builtin(), &selection);
        assert_eq!(report.findings.is_empty(), silenced, "{ignore:?}");
    }
}

/// Each finding was held against each ignore, whose glob was read anew.
#[test]
fn thousands_of_ignores_are_read_once() {
    let stanzas: Vec<String> =
        (0..300).map(|at| format!("path \"*{at}\" {{\n  capabilities = [\"raed\"]\n}}\n")).collect();
    let stanzas = stanzas.concat();
    let ignore = |path: String| Ignore { rule: "vault/unknown-capability".to_owned(), path, ..Ignore::default() };
    let mut ignores: Vec<Ignore> = (0..2000).map(|at| ignore(format!("a{at}/**/*.hcl"))).collect();
    let open = Selection { ignores: ignores.clone(), ..Selection::default() };
    ignores.push(ignore("policies/*".to_owned()));
    let closed = Selection { ignores, ..Selection::default() };
    for (selection, suppressed) in [(open, 0), (closed, 300)] {
        let (_, report) = check(&[("policies/app.hcl", &stanzas)], lint::builtin(), &selection);
        assert_eq!(report.suppressed.len(), suppressed);
    }
}

/// What follows each comment of a long list of them, or stands before it on its line, was
/// looked through for each.
#[test]
fn thousands_of_comments_that_ignore_are_read_in_one_go() {
    let one = "# overgrant: ignore[vault/unknown-capability]\n";
    let stanza = "path \"a/b\" { capabilities = [\"raed\"] }\n";
    let line = "/* overgrant: ignore[vault/sudo-wide] */ ".repeat(5000);
    let table = [
        (format!("{}{stanza}", one.repeat(5000)), 1, 4999),
        (format!("{line}{stanza}"), 0, 5000),
        (format!("{stanza}{}", one.repeat(5000)), 0, 5000),
    ];
    for (text, suppressed, idle) in table {
        let report = policy(&text, &Selection::default());
        let found = report.findings.iter().filter(|finding| finding.rule == "cross/unused-ignore").count();
        assert_eq!((report.suppressed.len(), found), (suppressed, idle));
    }
}

#[test]
fn users_write_rules_for_both_systems() {
    let vault = "---\ntitle: Payroll is for payroll\nseverity: critical\nvault: read on secret/data/payroll/*\n---\n";
    let aws = "---\ntitle: Nobody touches the audit bucket\nseverity: high\naws: s3:Delete*, s3:Put* on arn:aws:s3:::audit/*\n---\n";
    let (rules, diagnostics) =
        lint::builtin().with_custom([(SourceId(0), "payroll", vault), (SourceId(1), "audit", aws)]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let files = [
        ("app.hcl", "path \"secret/data/+/+\" {\n  capabilities = [\"read\"]\n}\n"),
        (
            "app.json",
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*Object", "Resource": "arn:aws:s3:::a*"}}"#,
        ),
        (
            "deny.hcl",
            "path \"secret/data/*\" {\n  capabilities = [\"read\"]\n}\npath \"secret/data/payroll/*\" {\n  capabilities = [\"deny\"]\n}\n",
        ),
    ];
    let selection = Selection { select: vec!["custom/*".to_owned()], ..Selection::default() };
    let (_, report) = check(&files, &rules, &selection);
    assert_eq!(ids(&report.findings), ["custom/payroll", "custom/audit"]);
    let witnesses: Vec<_> = report.findings.iter().filter_map(|finding| finding.witness.as_deref()).collect();
    assert!(witnesses[0].starts_with("read secret/data/payroll/"), "{witnesses:?}");
}

#[test]
fn credentials_are_marked_for_the_reports() {
    let text = "provider \"vault\" {\n  token = \"hvs.Qm8ZkP2vXr5TnW9LcY3BdF7H\"\n}\n";
    let (sources, report) = check(&[("main.tf", text)], lint::builtin(), &Selection::default());
    let hidden: Vec<&str> = report.secrets.iter().map(|span| sources.slice(*span)).collect();
    assert_eq!(hidden, ["\"hvs.Qm8ZkP2vXr5TnW9LcY3BdF7H\""], "the literal, once, with its quotes");
    for finding in &report.findings {
        assert!(!finding.message.contains("Qm8ZkP2v"), "{}", finding.message);
    }
}

/// Members of one list, or statements of one document, were once compared each with each:
/// a policy of 1 MB took minutes.
#[test]
fn long_lists_of_one_kind_are_linted_in_one_go() {
    let list = |count: usize, member: &dyn Fn(usize) -> String| {
        let members: Vec<String> = (0..count).map(member).collect();
        members.join(",")
    };
    let statement = |rest: &str| format!(r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"{rest}}}"#);
    let account = |at: usize| format!("\"{at:012}\"");
    let cases = [
        (
            "aws/principal-duplicate",
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": {"AWS": ["#.to_owned()
                + &list(40_000, &account)
                + r#","000000000000"]}}"#,
        ),
        (
            "aws/resource-covered-by-other",
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::b","#.to_owned()
                + &list(60_000, &|_| r#""*""#.to_owned())
                + "]}",
        ),
        (
            "aws/resource-covered-by-other",
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::b0/a","#.to_owned()
                + &list(20_000, &|at| format!(r#""arn:aws:s3:::b{at}/*""#))
                + "]}",
        ),
        (
            "aws/action-covered-by-wildcard",
            r#"{"Effect": "Allow", "Resource": "*", "Action": ["#.to_owned()
                + &list(20_000, &|_| r#""*""#.to_owned())
                + r#", "s3:GetObject"]}"#,
        ),
        (
            "aws/condition-value-duplicate",
            statement(&format!(
                r#", "Condition": {{"StringEquals": {{"a:b": [{},"000000000000"]}}}}"#,
                list(40_000, &account)
            )),
        ),
        (
            "aws/condition-never-true",
            statement(&format!(
                r#", "Condition": {{"StringEquals": {{"aws:username": "a"}}, "StringNotEquals": {{"aws:username": "a"}}, {}}}"#,
                list(3_000, &|_| r#""StringEquals": {"aws:username": "a"}"#.to_owned())
            )),
        ),
        (
            "aws/condition-key-dup-case",
            statement(&format!(
                r#", "Condition": {{"StringEquals": {{{}, "AWS:k7": "a"}}}}"#,
                list(10_000, &|at| format!(r#""aws:k{at}": "a""#))
            )),
        ),
        (
            "aws/admin-star-star",
            list(2_000, &|_| r#"{"Effect": "Allow", "Action": "*:*", "Resource": "*"}"#.to_owned()),
        ),
        (
            "aws/notaction-allow-misses-iam",
            list(1_000, &|_| r#"{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}"#.to_owned()),
        ),
    ];
    for (rule, statements) in cases {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        let (_, report) = check(&[("p.json", &text)], lint::builtin(), &Selection::default());
        let told =
            report.findings.iter().any(|finding| finding.rule == rule || finding.also.iter().any(|id| id == rule));
        assert!(told, "{rule}");
    }
}

/// Each parameter was once looked for among all before it, when the policy is read and when
/// its stanzas are put together.
#[test]
fn a_stanza_of_many_parameters_is_linted_in_one_go() {
    let names = (0..40_000).map(|at| format!("\"k{at}\" = [\"a\"]\n")).collect::<Vec<_>>().concat();
    let text = format!(
        "path \"secret/*\" {{\n capabilities = [\"create\"]\n allowed_parameters = {{\n{names}}}\n}}\npath \"*\" {{\n capabilities = [\"sudo\"]\n}}\n"
    );
    assert!(!policy(&text, &Selection::default()).findings.is_empty());
}

/// For each bucket the bucket of each policy was once looked for among all buckets: a program of
/// 2,000 took ten seconds.
#[test]
fn many_buckets_are_asked_for_their_policies_in_one_go() {
    let bucket = |at: usize| format!("resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"app-{at}\"\n}}\n");
    let policy = |at: usize| {
        format!(
            "resource \"aws_s3_bucket_policy\" \"b{at}\" {{\n  bucket = aws_s3_bucket.b{at}.id\n  policy = \"\"\n}}\n"
        )
    };
    let text: String = (0..2_000).map(|at| bucket(at) + &policy(at)).collect::<String>() + &bucket(2_000);
    let selection = Selection { select: vec!["aws/s3-no-tls-policy".to_owned()], ..Selection::default() };
    let (_, report) = check(&[("main.tf", &text)], lint::builtin(), &selection);
    let told: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(told, ["`aws_s3_bucket.b2000` has no bucket policy that refuses plain HTTP"]);
}

/// Fixes for templates and programs once spoke of the arguments of Terraform.
#[test]
fn an_argument_is_named_as_its_author_writes_it() {
    let cases = [
        ("main.tf", "resource \"aws_kms_key\" \"data\" {\n}\n", "enable_key_rotation"),
        (
            "template.yaml",
            "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Key:\n    Type: AWS::KMS::Key\n",
            "EnableKeyRotation",
        ),
        ("__main__.py", "import pulumi_aws as aws\naws.kms.Key('data', description='x')\n", "enable_key_rotation"),
        (
            "Pulumi.yaml",
            "name: app\nruntime: yaml\nresources:\n  data:\n    type: aws:kms:Key\n    properties:\n      description: x\n",
            "enableKeyRotation",
        ),
    ];
    let selection = Selection { select: vec!["aws/kms-no-rotation".to_owned()], ..Selection::default() };
    for (name, text, argument) in cases {
        let (_, report) = check(&[(name, text)], lint::builtin(), &selection);
        let help: Vec<_> = report.findings.iter().filter_map(|finding| finding.help.as_deref()).collect();
        assert_eq!(help, [format!("set `{argument}` to true; what was encrypted before stays readable")], "{name}");
    }
}
