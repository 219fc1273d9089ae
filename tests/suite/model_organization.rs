//! Which policies of an organization bind a principal: what they are attached to, in the
//! formats that say so, and what is not known of it.

use overgrant::aws::context::Context;
use overgrant::decision::Decision;
use overgrant::simulate::access;
use overgrant::simulate::principal::{AwsDecision, AwsQuestion, Principal, decide_aws, resolve};
use overgrant::vault::dialect::Dialect;
use serde_json::Value;

use crate::cli::{directory, overgrant};
use crate::model_vault::model_of;

use Decision::{Allowed, Denied, Undetermined};

/// Three users of one name each in an account, who may do everything; `free` is of nowhere
/// that is known.
const PEOPLE: [(&str, &str); 2] = [
    (
        "people.json",
        r#"{"UserDetailList": [
  {"UserName": "ann", "Arn": "arn:aws:iam::111122223333:user/ann", "UserPolicyList": [
    {"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]},
  {"UserName": "bob", "Arn": "arn:aws:iam::444455556666:user/bob", "UserPolicyList": [
    {"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]}], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#,
    ),
    (
        "app/free.tf",
        r#"
resource "aws_iam_user" "free" { name = "free" }
resource "aws_iam_user_policy" "free" {
  name   = "all"
  user   = aws_iam_user.free.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
"#,
    ),
];

fn ask(files: &[(&str, &str)], who: &str, action: &str) -> AwsDecision {
    let all: Vec<(&str, &str)> = PEOPLE.iter().chain(files).copied().collect();
    let (sources, model, carried) = model_of(&all);
    assert_eq!(carried.diagnostics, []);
    let Principal::Aws(id) = resolve(&model, who).unwrap() else { panic!("{who}") };
    let account = match who {
        "user/bob" => "444455556666",
        _ => "111122223333",
    };
    let resource_account = Some(account);
    let question = AwsQuestion { action, resource: "*", context: Context::new(false), resource_account };
    decide_aws(&model, &sources, id, &question).unwrap()
}

fn policy(name: &str, statements: &str) -> String {
    format!(
        "resource \"aws_organizations_policy\" \"{name}\" {{\n  name = \"{name}\"\n  content = jsonencode({{ Version = \"2012-10-17\", Statement = [{statements}] }})\n}}\n"
    )
}

fn attach(policy: &str, target: &str) -> String {
    let label = target.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!(
        "resource \"aws_organizations_policy_attachment\" \"{policy}_{label}\" {{\n  policy_id = aws_organizations_policy.{policy}.id\n  target_id = {target}\n}}\n"
    )
}

const DENY: &str = r#"{ Effect = "Deny", Action = "iam:*", Resource = "*" }"#;
const ALLOW_S3: &str = r#"{ Effect = "Allow", Action = "s3:*", Resource = "*" }"#;
const ALLOW_IAM: &str = r#"{ Effect = "Allow", Action = ["s3:*", "iam:*"], Resource = "*" }"#;
const PARTS: &str = r#"
resource "aws_organizations_organization" "main" {}
resource "aws_organizations_organizational_unit" "work" {
  name      = "work"
  parent_id = aws_organizations_organization.main.roots[0].id
}
resource "aws_organizations_account" "prod" {
  name      = "prod"
  email     = "prod@example.com"
  parent_id = aws_organizations_organizational_unit.work.id
}
variable "target" {}
variable "targets" { type = set(string) }
variable "on" { type = bool }
"#;

#[test]
fn a_policy_binds_whom_its_target_holds() {
    // the target, and the answers for ann (111122223333), bob (444455556666) and free
    let table: [(&str, [Decision; 3]); 12] = [
        ("aws_organizations_organization.main.roots[0].id", [Denied, Denied, Denied]),
        ("\"${aws_organizations_organization.main.roots.0.id}\"", [Denied, Denied, Denied]),
        ("data.aws_organizations_organization.main.roots[0].id", [Denied, Denied, Denied]),
        ("\"r-ab12\"", [Denied, Denied, Denied]),
        ("\"111122223333\"", [Denied, Allowed, Undetermined]),
        ("\"444455556666\"", [Allowed, Denied, Undetermined]),
        ("\"ou-ab12-11111111\"", [Undetermined; 3]),
        ("aws_organizations_organizational_unit.work.id", [Undetermined; 3]),
        ("aws_organizations_account.prod.id", [Undetermined; 3]),
        ("data.aws_organizations_organizational_units.all.children[0].id", [Undetermined; 3]),
        ("var.target", [Undetermined; 3]),
        ("var.on ? \"r-ab12\" : \"111122223333\"", [Undetermined; 3]),
    ];
    for (target, expected) in table {
        let tf = format!("{PARTS}{}{}", policy("guard", DENY), attach("guard", target));
        let files = [("org/main.tf", tf.as_str())];
        for (who, decision) in ["user/ann", "user/bob", "user/free"].into_iter().zip(expected) {
            let answer = ask(&files, who, "iam:CreateUser");
            assert_eq!(answer.decision, decision, "{target} {who}: {answer:?}");
            // what is not denied stays allowed, whether the policy binds or not
            assert_eq!(ask(&files, who, "s3:ListAllMyBuckets").decision, Allowed, "{target} {who}");
        }
    }
}

#[test]
fn what_may_bind_is_told_with_its_target() {
    let tf = format!("{PARTS}{}{}", policy("guard", DENY), attach("guard", "\"ou-ab12-11111111\""));
    let answer = ask(&[("org/main.tf", &tf)], "user/ann", "iam:CreateUser");
    assert_eq!(answer.condition.as_deref(), Some("denied if the caller is in `ou-ab12-11111111`"));
    assert_eq!(answer.depends_on, ["whether the caller is in `ou-ab12-11111111`"]);
    let chain: Vec<_> = answer.decided_by.iter().map(|at| at.chain.join(" / ")).collect();
    assert!(chain.iter().any(|chain| chain.ends_with("ou-ab12-11111111 > guard")), "{chain:?}");

    let table = [
        ("aws_organizations_organizational_unit.work.id", "`aws_organizations_organizational_unit.work`"),
        ("aws_organizations_account.prod.id", "`aws_organizations_account.prod`"),
        ("var.target", "what `var.target` names"),
    ];
    for (target, place) in table {
        let tf = format!("{PARTS}{}{}", policy("guard", DENY), attach("guard", target));
        let answer = ask(&[("org/main.tf", &tf)], "user/ann", "iam:CreateUser");
        assert_eq!(answer.condition, Some(format!("denied if the caller is in {place}")), "{target}");
    }
    let each = "resource \"aws_organizations_policy_attachment\" \"each\" {\n  for_each = var.targets\n  policy_id = aws_organizations_policy.guard.id\n  target_id = each.value\n}\n";
    let answer =
        ask(&[("org/main.tf", &format!("{PARTS}{}{each}", policy("guard", DENY)))], "user/ann", "iam:CreateUser");
    assert_eq!(answer.condition.as_deref(), Some("denied if the caller is in what `var.targets` names"));
    let some = each.replace("var.targets", "toset(concat(tolist(var.targets), [\"111122223333\"]))");
    let answer =
        ask(&[("org/main.tf", &format!("{PARTS}{}{some}", policy("guard", DENY)))], "user/bob", "iam:CreateUser");
    assert_eq!(answer.decision, Undetermined);
    assert!(!answer.condition.unwrap().contains("``"));
    let counted = attach("guard", "\"r-ab12\"").replace("{\n", "{\n  count = var.on ? 1 : 0\n");
    let answer =
        ask(&[("org/main.tf", &format!("{PARTS}{}{counted}", policy("guard", DENY)))], "user/ann", "iam:CreateUser");
    assert_eq!(
        answer.condition.as_deref(),
        Some("denied if the policy `r-ab12 > guard` is there, which `var.on` decides")
    );
}

#[test]
fn every_level_has_to_allow() {
    let at = |levels: &[(&str, &str)]| {
        let mut tf = PARTS.to_owned();
        for (at, (statement, target)) in levels.iter().enumerate() {
            tf += &policy(&format!("p{at}"), statement);
            tf += &attach(&format!("p{at}"), target);
        }
        tf
    };
    let full = "resource \"aws_organizations_policy_attachment\" \"full\" {\n  policy_id = \"p-FullAWSAccess\"\n  target_id = \"111122223333\"\n}\n";
    let (root, own, other) = ("\"r-ab12\"", "\"111122223333\"", "\"444455556666\"");
    let referred = "aws_organizations_organization.main.roots[0].id";
    let table: [(String, [Decision; 3]); 8] = [
        // one level: what any of them allows
        (at(&[(ALLOW_S3, root), (ALLOW_IAM, root)]), [Allowed, Allowed, Denied]),
        (at(&[(ALLOW_S3, root), (ALLOW_IAM, referred)]), [Allowed, Allowed, Denied]),
        (at(&[(ALLOW_IAM, root), (ALLOW_S3, own)]), [Denied, Allowed, Denied]),
        (at(&[(ALLOW_IAM, root), (ALLOW_S3, own)]) + full, [Allowed, Allowed, Denied]),
        (at(&[(ALLOW_IAM, root), (ALLOW_S3, other)]), [Allowed, Allowed, Denied]),
        // where policies only deny, `FullAWSAccess` is beside them, at their own level alone
        (at(&[(ALLOW_S3, root), (DENY, own)]), [Denied, Allowed, Denied]),
        (at(&[(DENY, own)]), [Denied, Allowed, Allowed]),
        // another level may keep it from what this one allows
        (at(&[(ALLOW_S3, root), (ALLOW_IAM, "\"ou-ab12-11111111\"")]), [Denied, Allowed, Denied]),
    ];
    for (tf, expected) in table {
        for (action, decision) in ["iam:CreateUser", "s3:ListAllMyBuckets", "sqs:ListQueues"].into_iter().zip(expected)
        {
            let answer = ask(&[("org/main.tf", &tf)], "user/ann", action);
            assert_eq!(answer.decision, decision, "{action}: {tf}\n{answer:?}");
        }
    }
}

#[test]
fn a_policy_that_may_be_absent_leaves_a_level_to_the_others() {
    let counted = attach("queues", "\"r-ab12\"").replace("{\n", "{\n  count = var.on ? 1 : 0\n");
    let queues = policy("queues", r#"{ Effect = "Allow", Action = "sqs:*", Resource = "*" }"#);
    let alone = format!("{PARTS}{queues}{counted}");
    let beside = format!("{alone}{}{}", policy("files", ALLOW_S3), attach("files", "\"r-ab12\""));
    // without it nothing caps where it is alone, and the other does where it is not
    let table = [(&alone, [Allowed, Undetermined, Undetermined]), (&beside, [Undetermined, Allowed, Denied])];
    for (tf, expected) in table {
        for (action, decision) in ["sqs:ListQueues", "s3:ListAllMyBuckets", "iam:CreateUser"].into_iter().zip(expected)
        {
            let answer = ask(&[("org/main.tf", tf)], "user/ann", action);
            assert_eq!(answer.decision, decision, "{action}: {tf}\n{answer:?}");
        }
    }
}

#[test]
fn what_may_bind_at_many_places_and_allows_is_allowed() {
    let mut tf = policy("wide", ALLOW_IAM);
    for unit in 10..30 {
        tf += &attach("wide", &format!("\"ou-ab12-{unit}\""));
    }
    let table = [("iam:CreateUser", Allowed), ("sqs:ListQueues", Undetermined)];
    for (action, decision) in table {
        assert_eq!(ask(&[("org/main.tf", &tf)], "user/ann", action).decision, decision, "{action}");
    }
}

#[test]
fn an_unattached_policy_binds_unless_its_neighbours_are_attached() {
    let alone = policy("guard", DENY);
    assert_eq!(ask(&[("org/main.tf", &alone)], "user/ann", "iam:CreateUser").decision, Denied);
    let other = format!("{alone}{}{}", policy("other", ALLOW_IAM), attach("other", "\"r-ab12\""));
    let answer = ask(&[("org/main.tf", &other)], "user/ann", "iam:CreateUser");
    assert_eq!(answer.decision, Undetermined);
    assert_eq!(
        answer.condition.as_deref(),
        Some("denied if the caller is in what `aws_organizations_policy.guard` is attached to")
    );
    // attachments of another program say nothing of it
    let (elsewhere, attached) = (alone.as_str(), other.strip_prefix(&alone).unwrap());
    let files = [("a/main.tf", elsewhere), ("b/main.tf", attached)];
    assert_eq!(ask(&files, "user/ann", "iam:CreateUser").decision, Denied);
    // nor do those of other kinds of policies
    let tags = "resource \"aws_organizations_policy\" \"tags\" {\n  type = \"TAG_POLICY\"\n  content = \"{}\"\n}\n";
    let files = alone.clone() + tags + &attach("tags", "\"r-ab12\"");
    assert_eq!(ask(&[("org/main.tf", &files)], "user/ann", "iam:CreateUser").decision, Denied);
}

/// A state with a root, the units `work` and `lab` below it, and an account in each.
fn state(resources: &str) -> String {
    let resource = |kind: &str, name: &str, attributes: &str| {
        format!(
            r#"{{"mode": "managed", "type": "{kind}", "name": "{name}", "instances": [{{"attributes": {{{attributes}}}}}]}}"#
        )
    };
    let all = [
        resource("aws_organizations_organizational_unit", "work", r#""id": "ou-ab12-1", "parent_id": "r-ab12""#),
        resource("aws_organizations_organizational_unit", "lab", r#""id": "ou-ab12-2", "parent_id": "r-ab12""#),
        resource("aws_organizations_organizational_unit", "inner", r#""id": "ou-ab12-3", "parent_id": "ou-ab12-1""#),
        resource("aws_organizations_account", "a", r#""id": "111122223333", "parent_id": "ou-ab12-3""#),
        resource("aws_organizations_account", "b", r#""id": "444455556666", "parent_id": "ou-ab12-2""#),
        resource(
            "aws_organizations_policy",
            "guard",
            r#""id": "p-guard", "name": "guard", "type": "SERVICE_CONTROL_POLICY", "content": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"iam:*\",\"Resource\":\"*\"}]}""#,
        ),
    ];
    format!(
        r#"{{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": [{}{resources}]}}"#,
        all.join(",")
    )
}

#[test]
fn declared_parents_tell_which_accounts_a_unit_holds() {
    let attached = |target: &str| {
        state(&format!(
            r#", {{"mode": "managed", "type": "aws_organizations_policy_attachment", "name": "x", "instances": [{{"attributes": {{"policy_id": "p-guard", "target_id": "{target}"}}}}]}}"#
        ))
    };
    let table = [
        ("r-ab12", [Denied, Denied]),
        ("ou-ab12-1", [Denied, Allowed]),
        ("ou-ab12-3", [Denied, Allowed]),
        ("ou-ab12-2", [Allowed, Denied]),
        ("ou-ab12-9", [Allowed, Allowed]),
        ("111122223333", [Denied, Allowed]),
    ];
    for (target, expected) in table {
        let text = attached(target);
        for (who, decision) in ["user/ann", "user/bob"].into_iter().zip(expected) {
            let answer = ask(&[("terraform.tfstate", &text)], who, "iam:CreateUser");
            assert_eq!(answer.decision, decision, "{target} {who}: {answer:?}");
        }
    }
    let answer = ask(&[("terraform.tfstate", &attached("ou-ab12-1"))], "user/free", "iam:CreateUser");
    assert_eq!(answer.decision, Undetermined, "{answer:?}");
}

#[test]
fn roots_of_several_organizations_bind_their_own_accounts() {
    let text = state(
        r#", {"mode": "managed", "type": "aws_organizations_policy_attachment", "name": "x", "instances": [{"attributes": {"policy_id": "p-guard", "target_id": "r-ab12"}}]},
        {"mode": "managed", "type": "aws_organizations_account", "name": "far", "instances": [{"attributes": {"id": "444455556666", "parent_id": "r-cd34"}}]}"#,
    )
    .replace(r#""id": "444455556666", "parent_id": "ou-ab12-2""#, r#""id": "777788889999", "parent_id": "ou-ab12-2""#);
    for (who, decision) in [("user/ann", Denied), ("user/bob", Allowed), ("user/free", Undetermined)] {
        assert_eq!(ask(&[("terraform.tfstate", &text)], who, "iam:CreateUser").decision, decision, "{who}");
    }
    let moved = text.replace("r-cd34", "r-ab12").replace("777788889999", "444455556666");
    let unit = moved.replace(r#""target_id": "r-ab12""#, r#""target_id": "ou-ab12-2""#);
    let answer = ask(&[("terraform.tfstate", &unit)], "user/bob", "iam:CreateUser");
    assert_eq!(answer.decision, Undetermined, "two parents are told of one account");
}

#[test]
fn nothing_binds_the_account_that_manages_the_organization() {
    let managed = |account: &str| {
        state(&format!(
            r#", {{"mode": "managed", "type": "aws_organizations_organization", "name": "main", "instances": [{{"attributes": {{"master_account_id": "{account}"}}}}]}},
            {{"mode": "managed", "type": "aws_organizations_policy_attachment", "name": "x", "instances": [{{"attributes": {{"policy_id": "p-guard", "target_id": "r-ab12"}}}}]}}"#
        ))
    };
    let text = managed("111122223333");
    assert_eq!(ask(&[("terraform.tfstate", &text)], "user/ann", "iam:CreateUser").decision, Allowed);
    assert_eq!(ask(&[("terraform.tfstate", &text)], "user/bob", "iam:CreateUser").decision, Denied);
    let told = managed("777788889999").replace(
        r#""id": "p-guard", "#,
        r#""id": "p-guard", "arn": "arn:aws:organizations::444455556666:policy/o-x/service_control_policy/p-guard", "#,
    );
    assert_eq!(ask(&[("terraform.tfstate", &told)], "user/bob", "iam:CreateUser").decision, Allowed);
}

#[test]
fn plans_templates_programs_and_exports_say_what_policies_are_attached_to() {
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#;
    let quoted = serde_json::to_string(deny).unwrap();
    let plan = |target: &str, configured: &str| {
        let unknown = if target == "null" { r#""target_id": true, "# } else { "" };
        format!(
            r#"{{"format_version": "1.2", "terraform_version": "1.9.0",
"resource_changes": [
  {{"address": "aws_organizations_policy.guard", "mode": "managed", "type": "aws_organizations_policy", "name": "guard",
    "change": {{"actions": ["create"], "after": {{"name": "guard", "content": {quoted}}}, "after_unknown": {{"id": true}}}}}},
  {{"address": "aws_organizations_policy_attachment.guard", "mode": "managed", "type": "aws_organizations_policy_attachment", "name": "guard",
    "change": {{"actions": ["create"], "after": {{"target_id": {target}}}, "after_unknown": {{{unknown}"policy_id": true}}}}}}],
"configuration": {{"root_module": {{"resources": [
  {{"address": "aws_organizations_policy.guard", "mode": "managed", "type": "aws_organizations_policy", "name": "guard",
    "expressions": {{"name": {{"constant_value": "guard"}}, "content": {{}}}}}},
  {{"address": "aws_organizations_policy_attachment.guard", "mode": "managed", "type": "aws_organizations_policy_attachment", "name": "guard",
    "expressions": {{"policy_id": {{"references": ["aws_organizations_policy.guard.id", "aws_organizations_policy.guard"]}}, "target_id": {{{configured}}}}}}}]}}}}}}"#
        )
    };
    let stack = |target: &str| {
        format!(
            r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {{"Unit": {{"Type": "String"}}}}, "Resources": {{
  "Org": {{"Type": "AWS::Organizations::Organization", "Properties": {{}}}},
  "Work": {{"Type": "AWS::Organizations::OrganizationalUnit", "Properties": {{"Name": "work", "ParentId": {{"Fn::GetAtt": ["Org", "RootId"]}}}}}},
  "Guard": {{"Type": "AWS::Organizations::Policy", "Properties": {{"Name": "guard", "Type": "SERVICE_CONTROL_POLICY", "TargetIds": [{target}], "Content": {deny}}}}}}}}}"#
        )
    };
    let pulumi = |target: &str| {
        format!(
            "name: org\nruntime: yaml\nresources:\n  guard:\n    type: aws:organizations:Policy\n    properties:\n      content: '{deny}'\n  on:\n    type: aws:organizations:PolicyAttachment\n    properties:\n      policyId: ${{guard.id}}\n      targetId: {target}\n"
        )
    };
    let program = |target: &str| {
        format!(
            "import pulumi_aws as aws\norg = aws.organizations.Organization(\"org\")\nguard = aws.organizations.Policy(\"guard\", content='{deny}')\naws.organizations.PolicyAttachment(\"on\", policy_id=guard.id, target_id={target})\n"
        )
    };
    let export = |targets: &str| {
        format!(
            r#"{{"Policy": {{"PolicySummary": {{"Id": "p-guard", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY"}}, "Content": {quoted}}}, "Targets": [{targets}]}}"#
        )
    };
    let root = r#""references": ["aws_organizations_organization.main.roots[0].id", "aws_organizations_organization.main.roots[0]", "aws_organizations_organization.main.roots", "aws_organizations_organization.main"]"#;
    let unit = r#""references": ["aws_organizations_organizational_unit.work.id", "aws_organizations_organizational_unit.work"]"#;
    let table: [(&str, String, [Decision; 2]); 14] = [
        ("plan.json", plan("\"111122223333\"", ""), [Denied, Allowed]),
        ("plan.json", plan("\"r-ab12\"", ""), [Denied, Denied]),
        ("plan.json", plan("null", root), [Denied, Denied]),
        ("plan.json", plan("null", unit), [Undetermined, Undetermined]),
        ("stack.json", stack("\"111122223333\""), [Denied, Allowed]),
        ("stack.json", stack(r#"{"Fn::GetAtt": ["Org", "RootId"]}"#), [Denied, Denied]),
        ("stack.json", stack(r#"{"Ref": "Work"}"#), [Undetermined, Undetermined]),
        ("stack.json", stack(r#"{"Ref": "Unit"}, "444455556666""#), [Undetermined, Denied]),
        ("Pulumi.yaml", pulumi("'111122223333'"), [Denied, Allowed]),
        ("Pulumi.yaml", pulumi("ou-ab12-1"), [Undetermined, Undetermined]),
        ("__main__.py", program("\"111122223333\""), [Denied, Allowed]),
        ("__main__.py", program("org.roots[0].id"), [Denied, Denied]),
        ("guard.json", export(r#"{"TargetId": "111122223333", "Type": "ACCOUNT"}"#), [Denied, Allowed]),
        ("guard.json", export(r#"{"TargetId": "r-ab12", "Type": "ROOT"}"#), [Denied, Denied]),
    ];
    for (name, text, expected) in table {
        for (who, decision) in ["user/ann", "user/bob"].into_iter().zip(expected) {
            let answer = ask(&[(name, &text)], who, "iam:CreateUser");
            assert_eq!(answer.decision, decision, "{name} {who}: {text}\n{answer:?}");
        }
    }
}

#[test]
fn resource_control_policies_bind_by_the_account_of_the_resource() {
    let rcp = r#"
resource "aws_organizations_policy" "rcp" {
  type    = "RESOURCE_CONTROL_POLICY"
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Principal = "*", Action = "sqs:*", Resource = "*" }] })
}
"#;
    let table = [
        ("\"r-ab12\"", [Denied, Denied]),
        ("\"111122223333\"", [Denied, Allowed]),
        ("\"ou-ab12-1\"", [Undetermined, Undetermined]),
    ];
    for (target, expected) in table {
        let tf = format!("{rcp}{}", attach("rcp", target));
        for (who, decision) in ["user/ann", "user/bob"].into_iter().zip(expected) {
            let answer = ask(&[("org/main.tf", &tf)], who, "sqs:ListQueues");
            assert_eq!(answer.decision, decision, "{target} {who}: {answer:?}");
            if decision == Undetermined {
                assert_eq!(answer.depends_on, ["whether the resource is in `ou-ab12-1`"]);
            }
        }
    }
}

#[test]
fn a_document_in_a_file_binds_where_its_policy_is_attached() {
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#;
    let tf = format!(
        "resource \"aws_organizations_policy\" \"guard\" {{\n  name = \"guard\"\n  content = file(\"${{path.module}}/scp/guard.json\")\n}}\n{}",
        attach("guard", "\"444455556666\"")
    );
    let files = [("org/scp/guard.json", document), ("org/main.tf", tf.as_str())];
    assert_eq!(ask(&files, "user/ann", "iam:CreateUser").decision, Allowed);
    assert_eq!(ask(&files, "user/bob", "iam:CreateUser").decision, Denied);
}

#[test]
fn access_is_capped_by_what_certainly_binds() {
    let rows = |target: &str, who: &str| {
        let tf = format!("{PARTS}{}{}", policy("only", ALLOW_S3), attach("only", target));
        let user = format!(
            "{}resource \"aws_iam_user_policy\" \"more\" {{\n  user = \"free\"\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"sqs:SendMessage\", Resource = \"*\" }}] }})\n}}\n",
            PEOPLE[1].1.replace("Action = \"*\"", "Action = \"sqs:*\"")
        );
        let ann = PEOPLE[0].1.replace("\"Action\": \"*\"", "\"Action\": \"sqs:*\"");
        let (sources, model, _) = model_of(&[("people.json", &ann), ("app/free.tf", &user), ("org/main.tf", &tf)]);
        let access = access::access(&model, &sources, Dialect::default(), resolve(&model, who).unwrap());
        (access.rows.len(), access.notes.join("; "))
    };
    assert_eq!(rows("\"r-ab12\"", "user/ann").0, 0);
    assert_eq!(rows("\"111122223333\"", "user/ann").0, 0);
    assert_eq!(rows("\"111122223333\"", "user/bob").0, 1);
    assert_eq!(rows("\"r-ab12\"", "user/free").0, 0);
    let (count, notes) = rows("\"ou-ab12-1\"", "user/free");
    assert_eq!(count, 2);
    assert_eq!(notes, "the service control policies of `ou-ab12-1` cap all of this where it is in there");
}

/// Severity of what `aws/privesc-self` finds of `free`, and what it says beside it.
fn found(files: &[(&str, &str)]) -> (Vec<String>, String) {
    let free = PEOPLE[1].1.replace("Action = \"*\"", "Action = \"iam:PutUserPolicy\"");
    let bytes: Vec<(&str, &[u8])> =
        [("app/free.tf", free.as_str())].iter().chain(files).map(|(n, t)| (*n, t.as_bytes())).collect();
    let dir = directory(&bytes);
    let out = overgrant(dir.path(), &["check", "--format", "json", "--select", "aws/privesc-self"]).stdout;
    let report: Value = serde_json::from_str(&out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    (findings.iter().map(|finding| finding["severity"].as_str().unwrap().to_owned()).collect(), report.to_string())
}

#[test]
fn what_may_bind_lowers_a_finding_and_does_not_silence_it() {
    let table: [(&str, &[&str]); 6] = [
        ("aws_organizations_organization.main.roots[0].id", &[]),
        ("\"r-ab12\"", &[]),
        ("\"ou-ab12-11111111\"", &["high"]),
        ("aws_organizations_organizational_unit.work.id", &["high"]),
        ("\"111122223333\"", &["high"]),
        ("var.target", &["high"]),
    ];
    for (target, expected) in table {
        let tf = format!("{PARTS}{}{}", policy("guard", DENY), attach("guard", target));
        let (severities, report) = found(&[("org/main.tf", &tf)]);
        assert_eq!(severities, expected, "{target}");
        assert_eq!(
            report.contains("this service control policy takes it away in some circumstances"),
            !expected.is_empty(),
            "{report}"
        );
    }
    let beside = format!("{}{}{}", policy("guard", DENY), policy("other", ALLOW_IAM), attach("other", "\"r-ab12\""));
    assert_eq!(found(&[("org/main.tf", &beside)]).0, ["high"], "one that nothing attaches beside one that is");
    assert_eq!(found(&[("org/main.tf", &policy("guard", DENY))]).0, [""; 0], "no attachment at all");
}

#[test]
fn policies_of_files_bind_a_given_caller_as_they_are_attached() {
    let all = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let tf = format!("{}{}", policy("guard", DENY), attach("guard", "\"444455556666\""));
    let unit = tf.replace("444455556666", "ou-ab12-1");
    let dir = directory(&[("all.json", all.as_bytes()), ("org.tf", tf.as_bytes()), ("unit.tf", unit.as_bytes())]);
    let status = |policies: &[&str], who: &str, action: &str| {
        let mut args = vec!["simulate", "--principal", who, "--action", action, "--policy", "all.json"];
        args.extend(policies.iter().flat_map(|policy| ["--policy", policy]));
        overgrant(dir.path(), &args).status
    };
    let (ann, bob) = ("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::444455556666:user/bob");
    assert_eq!(status(&["org.tf"], ann, "iam:CreateUser"), 0);
    assert_eq!(status(&["org.tf"], bob, "iam:CreateUser"), 1);
    assert_eq!(status(&["org.tf"], bob, "s3:ListAllMyBuckets"), 0);
    assert_eq!(status(&["unit.tf"], ann, "iam:CreateUser"), 3);
}
