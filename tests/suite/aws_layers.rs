//! Ways to gain privileges, after what service control policies, permissions boundaries and
//! other policies of the holder leave of them.

use serde_json::Value;

use crate::cli::{directory, overgrant};

const RULES: [&str; 10] = [
    "aws/privesc-self",
    "aws/privesc-other-principal",
    "aws/privesc-passrole-compute",
    "aws/privesc-existing-compute",
    "aws/privesc-assume-chain",
    "aws/privesc-boundary",
    "aws/privesc-sso",
    "aws/privesc-named",
    "aws/privesc-across-policies",
    "aws/passrole-compute-service",
];

/// Rule and severity of each finding that is a way to gain privileges.
fn ways(files: &[(&str, &str)]) -> Vec<String> {
    told(files, &RULES)
}

/// Rule and severity of each finding of some rules.
fn told(files: &[(&str, &str)], rules: &[&str]) -> Vec<String> {
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let dir = directory(&bytes);
    let out = overgrant(dir.path(), &["check", "--format", "json", "--select", &rules.join(",")]).stdout;
    let report: Value = serde_json::from_str(&out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let told = findings.iter().filter(|finding| finding["unit"]["address"] != "aws_iam_policy.cap");
    let mut found: Vec<String> = told
        .map(|finding| {
            let rule = finding["rule"].as_str().unwrap().trim_start_matches("aws/");
            format!("{rule} {}", finding["severity"].as_str().unwrap())
        })
        .collect();
    found.sort();
    found
}

fn statements(list: &[&str]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, list.join(","))
}

const DENY_IAM: &str = r#"{"Effect":"Deny","Action":"iam:*","Resource":"*"}"#;
const ALLOW_ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
const ALLOW_S3: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
const SELF: &str = r#"{"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"*"}"#;

/// A user `dev` with an inline policy, and more of its arguments.
fn user(statement: &str, arguments: &str) -> String {
    format!(
        r#"
resource "aws_iam_user" "dev" {{
  name = "dev"
  {arguments}
}}
resource "aws_iam_user_policy" "dev" {{
  name   = "dev"
  user   = aws_iam_user.dev.name
  policy = jsonencode({})
}}
"#,
        statements(&[statement])
    )
}

/// A user who may take over an administrator that it names.
fn named() -> String {
    let admin = r#"
resource "aws_iam_user" "admin" { name = "admin" }
resource "aws_iam_user_policy_attachment" "admin" {
  user       = aws_iam_user.admin.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"#;
    let statement =
        r#"{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"arn:aws:iam::111122223333:user/admin"}"#;
    user(statement, "") + admin
}

fn scp_resource(list: &[&str]) -> String {
    format!("resource \"aws_organizations_policy\" \"it\" {{\n  content = jsonencode({})\n}}\n", statements(list))
}

#[test]
fn what_an_organization_denies_is_no_way() {
    let exempt = |arn: &str, operator: &str| {
        format!(
            r#"{{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{{"{operator}":{{"aws:PrincipalArn":"{arn}"}}}}}}"#
        )
    };
    let mfa = r#"{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}"#;
    let table: [(&str, &[&str], &str, &str); 12] = [
        ("nothing", &[ALLOW_ALL], "high", "critical"),
        ("a deny", &[ALLOW_ALL, DENY_IAM], "", ""),
        ("a deny alone, beside full access", &[DENY_IAM], "", ""),
        ("no allow", &[ALLOW_S3], "", ""),
        ("a deny of something else", &[r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#], "high", "critical"),
        ("a deny of all but", &[r#"{"Effect":"Deny","NotAction":["s3:*","ec2:*"],"Resource":"*"}"#], "", ""),
        ("a deny by the type", &[r#"{"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::*:user/*"}"#], "", ""),
        (
            "a deny of another type",
            &[r#"{"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::*:role/*"}"#],
            "high",
            "critical",
        ),
        ("a deny with other principals spared", &[&exempt("arn:aws:iam::*:role/break-glass", "ArnNotLike")], "", ""),
        ("a deny that spares this one", &[&exempt("arn:aws:iam::*:user/dev", "ArnNotLike")], "high", "critical"),
        ("a deny for this one alone", &[&exempt("arn:aws:iam::*:user/dev", "ArnLike")], "", ""),
        ("a deny in some circumstances", &[mfa], "medium", "high"),
    ];
    for (what, scp, named_severity, self_severity) in table {
        let expect = |rule: &str, severity: &str| match severity {
            "" => Vec::new(),
            severity => vec![format!("{rule} {severity}")],
        };
        let content = statements(scp);
        let resource = scp_resource(scp);
        let (by_name, on_all) = (named(), user(SELF, ""));
        for (carrier, file) in [("scp/org.json", &content), ("org.tf", &resource)] {
            let found = ways(&[("main.tf", &by_name), (carrier, file)]);
            assert_eq!(found, expect("privesc-named", named_severity), "{what}, by name, {carrier}");
            let found = ways(&[("main.tf", &on_all), (carrier, file)]);
            assert_eq!(found, expect("privesc-self", self_severity), "{what}, on all, {carrier}");
        }
    }
}

#[test]
fn an_account_that_nothing_tells_may_be_the_spared_one() {
    let scp = |account: &str| {
        statements(&[&format!(
            r#"{{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{{"ArnNotLike":{{"aws:PrincipalArn":"arn:aws:iam::{account}:user/dev"}}}}}}"#
        )])
    };
    let tf = user(SELF, "");
    assert_eq!(ways(&[("main.tf", &tf), ("scp/a.json", &scp("444455556666"))]), ["privesc-self high"]);
    let other = scp("444455556666").replace("user/dev", "user/ops");
    assert_eq!(ways(&[("main.tf", &tf), ("scp/a.json", &other)]), [""; 0]);
}

#[test]
fn policies_for_other_accounts_of_the_organization_are_not_held_against_anybody() {
    let tf = user(SELF, "");
    let suspended = statements(&[r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#]);
    assert_eq!(ways(&[("main.tf", &tf), ("scp/suspended.json", &suspended)]), ["privesc-self critical"]);
    let guard = statements(&[r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#]);
    let little = statements(&[ALLOW_S3]);
    assert_eq!(ways(&[("main.tf", &tf), ("scp/little.json", &little)]), [""; 0]);
    let both = [("main.tf", tf.as_str()), ("scp/little.json", &little), ("scp/guard.json", &guard)];
    assert_eq!(ways(&both), ["privesc-self critical"]);
    let denied = statements(&[DENY_IAM]);
    let all = [("main.tf", tf.as_str()), ("scp/suspended.json", &suspended), ("scp/iam.json", &denied)];
    assert_eq!(ways(&all), [""; 0]);
}

#[test]
fn a_policy_that_nobody_holds_is_bound_by_what_binds_everybody() {
    let policy = statements(&[SELF]);
    assert_eq!(ways(&[("policy.json", &policy)]), ["privesc-self critical"]);
    assert_eq!(ways(&[("policy.json", &policy), ("scp/a.json", &statements(&[DENY_IAM]))]), [""; 0]);
    let spared = r#"{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ops"}}}"#;
    assert_eq!(ways(&[("policy.json", &policy), ("scp/a.json", &statements(&[spared]))]), ["privesc-self high"]);
}

#[test]
fn service_control_policies_do_not_bind_service_linked_roles() {
    let role = |path: &str| {
        format!(
            r#"
resource "aws_iam_role" "linked" {{
  name               = "linked"
  path               = "{path}"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "ec2.amazonaws.com" }} }}] }})
}}
resource "aws_iam_role_policy" "linked" {{
  role   = aws_iam_role.linked.id
  policy = jsonencode({})
}}
"#,
            statements(&[r#"{"Effect":"Allow","Action":"iam:PutRolePolicy","Resource":"*"}"#])
        )
    };
    let scp = statements(&[DENY_IAM]);
    let linked = role("/aws-service-role/x.amazonaws.com/");
    assert_eq!(ways(&[("main.tf", &linked), ("scp/a.json", &scp)]), ["privesc-self critical"]);
    assert_eq!(ways(&[("main.tf", &role("/")), ("scp/a.json", &scp)]), [""; 0]);
}

#[test]
fn a_boundary_of_the_model_leaves_what_it_and_the_policies_allow() {
    let boundary = |list: &[&str]| {
        format!(
            "resource \"aws_iam_policy\" \"cap\" {{\n  name = \"cap\"\n  policy = jsonencode({})\n}}\n",
            statements(list)
        )
    };
    let argument = "permissions_boundary = aws_iam_policy.cap.arn";
    let iam = r#"{"Effect":"Allow","Action":"iam:*","Resource":"*"}"#;
    let table: [(&str, &[&str], &str, &str); 9] = [
        ("all", &[ALLOW_ALL], "high", "critical"),
        ("the service", &[iam], "high", "critical"),
        ("another service", &[ALLOW_S3], "", ""),
        ("all but the service", &[ALLOW_ALL, DENY_IAM], "", ""),
        (
            "under a boundary of its own",
            &[
                r#"{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/cap"}}}"#,
            ],
            "",
            "",
        ),
        (
            "with MFA",
            &[
                r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#,
            ],
            "medium",
            "high",
        ),
        ("somebody else", &[r#"{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/other"}"#], "", ""),
        (
            "the one named",
            &[r#"{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111122223333:user/admin"}"#],
            "high",
            "",
        ),
        (
            "all but the one named",
            &[ALLOW_ALL, r#"{"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::*:user/admin"}"#],
            "",
            "critical",
        ),
    ];
    for (what, cap, named_severity, self_severity) in table {
        let expect = |rule: &str, severity: &str| match severity {
            "" => Vec::new(),
            severity => vec![format!("{rule} {severity}")],
        };
        let by_name =
            named().replacen("name = \"dev\"\n", &format!("name = \"dev\"\n  {argument}\n"), 1) + &boundary(cap);
        assert_eq!(ways(&[("main.tf", &by_name)]), expect("privesc-named", named_severity), "{what}, by name");
        let on_all = user(SELF, argument) + &boundary(cap);
        assert_eq!(ways(&[("main.tf", &on_all)]), expect("privesc-self", self_severity), "{what}, on all");
    }
    for chosen in ["var.on ? aws_iam_policy.cap.arn : null", "var.on == \"x\" ? null : aws_iam_policy.cap.arn"] {
        let files = user(SELF, &format!("permissions_boundary = {chosen}")) + &boundary(&[ALLOW_S3]);
        assert_eq!(ways(&[("main.tf", &(files + "variable \"on\" {}\n"))]), ["privesc-self high"], "{chosen}");
    }
    let unknown = "permissions_boundary = \"arn:aws:iam::111122223333:policy/elsewhere\"";
    let by_name = named().replacen("name = \"dev\"\n", &format!("name = \"dev\"\n  {unknown}\n"), 1);
    assert_eq!(ways(&[("main.tf", &by_name)]), [""; 0], "a boundary that is not known");
    assert_eq!(ways(&[("main.tf", &user(SELF, unknown))]), ["privesc-self critical"], "of which nothing is known");
}

#[test]
fn a_policy_of_two_holders_is_a_way_for_the_one_that_is_free() {
    let tf = |second: &str| {
        format!(
            r#"
resource "aws_iam_policy" "cap" {{
  name   = "cap"
  policy = jsonencode({})
}}
resource "aws_iam_policy" "raise" {{
  name   = "raise"
  policy = jsonencode({})
}}
resource "aws_iam_user" "a" {{
  name                 = "a"
  permissions_boundary = aws_iam_policy.cap.arn
}}
resource "aws_iam_user" "b" {{
  name = "b"
  {second}
}}
resource "aws_iam_user_policy_attachment" "a" {{
  user       = aws_iam_user.a.name
  policy_arn = aws_iam_policy.raise.arn
}}
resource "aws_iam_user_policy_attachment" "b" {{
  user       = aws_iam_user.b.name
  policy_arn = aws_iam_policy.raise.arn
}}
"#,
            statements(&[ALLOW_S3]),
            statements(&[SELF])
        )
    };
    assert_eq!(ways(&[("main.tf", &tf(""))]), ["privesc-self critical"]);
    assert_eq!(ways(&[("main.tf", &tf("permissions_boundary = aws_iam_policy.cap.arn"))]), [""; 0]);
}

#[test]
fn another_policy_of_the_only_holder_may_deny() {
    let other = |statement: &str| {
        format!(
            "resource \"aws_iam_user_policy\" \"more\" {{\n  user = aws_iam_user.dev.name\n  policy = jsonencode({})\n}}\n",
            statements(&[statement])
        )
    };
    assert_eq!(ways(&[("main.tf", &(user(SELF, "") + &other(DENY_IAM)))]), [""; 0]);
    assert_eq!(ways(&[("main.tf", &(user(SELF, "") + &other(ALLOW_S3)))]), ["privesc-self critical"]);
}

#[test]
fn roles_are_passed_only_to_what_all_layers_let() {
    let pass = r#"{"Effect":"Allow","Action":["iam:PassRole","lambda:CreateFunction"],"Resource":"*"}"#;
    let to = |service: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}}}"#
        )
    };
    let lambda = r#"{"Effect":"Allow","Action":"lambda:*","Resource":"*"}"#;
    let deny = r#"{"Effect":"Deny","Action":"iam:PassRole","Resource":"*","Condition":{"StringNotEquals":{"iam:PassedToService":["ec2.amazonaws.com"]}}}"#;
    let table: [(&str, Vec<String>, &[&str]); 5] = [
        ("full", vec![ALLOW_ALL.into()], &["privesc-passrole-compute high"]),
        ("to the service", vec![lambda.into(), to("lambda.amazonaws.com")], &["privesc-passrole-compute high"]),
        ("to another", vec![lambda.into(), to("ec2.amazonaws.com")], &[]),
        ("denied to all but another", vec![ALLOW_ALL.into(), deny.into()], &[]),
        ("passed and not created", vec![to("lambda.amazonaws.com")], &[]),
    ];
    for (what, scp, expected) in table {
        let list: Vec<&str> = scp.iter().map(String::as_str).collect();
        assert_eq!(ways(&[("main.tf", &user(pass, "")), ("scp/a.json", &statements(&list))]), expected, "{what}");
    }
}

/// Nearly every organization has such a policy, and made everything a grant of some circumstances.
#[test]
fn what_root_users_are_denied_takes_nothing_from_others() {
    let root = |operator: &str| {
        let condition = format!(r#"{{"{operator}":{{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}}"#);
        statements(&[&format!(r#"{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{condition}}}"#)])
    };
    let policy = statements(&[SELF]);
    let ways = |scp: &str| ways(&[("policy.json", &policy), ("scp/a.json", scp)]);
    assert_eq!(ways(&root("StringLike")), ["privesc-self critical"]);
    assert_eq!(ways(&root("ArnEquals")), ["privesc-self critical"]);
    assert_eq!(ways(&root("ArnNotLike")), ["privesc-self high"]);
}

/// Each of these said "can" of what only the document allows, or at full severity of what is
/// refused in most circumstances.
#[test]
fn what_a_rule_says_the_holder_can_do_is_what_all_layers_leave() {
    const ROLES: &str = r#""arn:aws:iam::111122223333:role/*""#;
    let allow = |what: &str, resource: &str| format!(r#"{{"Effect":"Allow",{what},"Resource":{resource}}}"#);
    let tagged = r#"{"Effect":"Allow","Action":"ec2:StartInstances","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"data"}}}"#;
    let bounded = r#"{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/edge"}}}"#;
    // the rule, what is allowed, what to refuse, how bad it is in full, milder and refused
    let table: [(&str, String, &str, [&str; 3]); 15] = [
        ("passrole-star", allow(r#""Action":"iam:PassRole""#, r#""*""#), "iam:*", ["high", "medium", ""]),
        ("s3-data-star", allow(r#""Action":"s3:GetObject""#, r#""*""#), "s3:Get*", ["medium", "low", ""]),
        ("kms-decrypt-star", allow(r#""NotAction":"iam:*""#, r#""*""#), "kms:*", ["high", "medium", ""]),
        ("passrole-any-role", allow(r#""Action":"iam:PassRole""#, ROLES), "iam:PassRole", ["high", "medium", ""]),
        ("iam-star", allow(r#""Action":"iam:*""#, r#""*""#), "iam:*", ["critical", "high", ""]),
        ("iam-star", allow(r#""Action":"iam:*""#, ROLES), "iam:*", ["critical", "high", ""]),
        ("admin-star-star", allow(r#""Action":"*""#, r#""*""#), "iam:*", ["critical", "high", "high"]),
        (
            "permissions-management-star",
            allow(r#""Action":"s3:PutBucketPolicy""#, r#""*""#),
            "s3:PutBucketPolicy",
            ["high", "medium", ""],
        ),
        ("notaction-allow-misses-iam", allow(r#""NotAction":"ec2:*""#, r#""*""#), "iam:*", ["critical", "high", ""]),
        ("bedrock-full", allow(r#""Action":"bedrock:*""#, r#""*""#), "bedrock:*", ["low", "info", ""]),
        (
            "boundary-removable",
            format!("{bounded},{}", allow(r#""Action":"iam:DeleteUserPermissionsBoundary""#, r#""*""#)),
            "iam:DeleteUserPermissionsBoundary",
            ["high", "medium", ""],
        ),
        (
            "boundary-not-enforced",
            format!("{bounded},{}", allow(r#""Action":"iam:CreateRole""#, r#""*""#)),
            "iam:CreateRole",
            ["high", "medium", ""],
        ),
        (
            "abac-tagging-open",
            format!("{tagged},{}", allow(r#""Action":"ec2:CreateTags""#, r#""*""#)),
            "ec2:CreateTags",
            ["medium", "low", ""],
        ),
        (
            "abac-tagging-open",
            format!("{tagged},{}", allow(r#""Action":"ec2:CreateTags""#, r#""*""#)),
            "ec2:StartInstances",
            ["medium", "low", ""],
        ),
        ("privesc-self", SELF.to_owned(), "iam:PutUserPolicy", ["critical", "high", ""]),
    ];
    for (rule, allowed, refused, [full, milder, nothing]) in table {
        let file = user(&allowed, "permissions_boundary = aws_iam_policy.cap.arn");
        let boundary = |list: &[&str]| {
            let cap = "resource \"aws_iam_policy\" \"cap\" {\n  name = \"cap\"\n  policy = ";
            format!("{file}{cap}jsonencode({})\n}}\n", statements(list))
        };
        let free = user(&allowed, "");
        let more = |statement: &str| {
            let more = "resource \"aws_iam_user_policy\" \"more\" {\n  user = aws_iam_user.dev.name\n  policy = ";
            format!("{free}{more}jsonencode({})\n}}\n", statements(&[statement]))
        };
        let expect = |severity: &str| match severity {
            "" => Vec::new(),
            severity => vec![format!("{rule} {severity}")],
        };
        let mfa = format!(
            r#"{{"Effect":"Deny","Action":"{refused}","Resource":"*","Condition":{{"BoolIfExists":{{"aws:MultiFactorAuthPresent":"false"}}}}}}"#
        );
        let deny = format!(r#"{{"Effect":"Deny","Action":"{refused}","Resource":"*"}}"#);
        let spared = r#"{"Effect":"Deny","Action":"*","NotResource":"*"}"#;
        let rules = [format!("aws/{rule}")];
        let told = |files: &[(&str, &str)]| told(files, &rules.each_ref().map(String::as_str));
        let beside = |statement: &str| user(&format!("{allowed},{statement}"), "");
        assert_eq!(told(&[("main.tf", &free)]), expect(full), "{rule}");
        // a Deny beside it that is about the action at all is taken for the guard by these
        let cautious = rule.starts_with("boundary") || rule == "abac-tagging-open";
        if !cautious {
            assert_eq!(told(&[("main.tf", &beside(spared))]), expect(full), "{rule}, a denial of nothing");
        }
        for (statement, severity) in [(&mfa, milder), (&deny, nothing)] {
            let scp = statements(&[ALLOW_ALL, statement]);
            assert_eq!(told(&[("main.tf", &free), ("scp/a.json", &scp)]), expect(severity), "{rule}, {scp}");
            let cap = boundary(&[ALLOW_ALL, statement]);
            assert_eq!(told(&[("main.tf", &cap)]), expect(severity), "{rule}, a boundary {statement}");
            if !cautious {
                let here = beside(statement);
                assert_eq!(told(&[("main.tf", &here)]), expect(severity), "{rule}, beside {statement}");
            }
            let other = more(statement);
            assert_eq!(told(&[("main.tf", &other)]), expect(severity), "{rule}, by another policy {statement}");
        }
    }
}
