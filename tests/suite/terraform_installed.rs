//! Modules that `terraform init` installed below `.terraform`.

use overgrant::lint::{self, Finding, Inputs, Selection};
use overgrant::model::Model;
use overgrant::vault::dialect::Dialect;

use crate::cli::{directory, overgrant};
use crate::terraform_model::read;

const MANIFEST: &str = r#"{"Modules":[
  {"Key":"","Source":"","Dir":"."},
  {"Key":"team","Source":"../../modules/team","Dir":"../../modules/team"},
  {"Key":"role","Source":"registry.terraform.io/acme/iam/aws//modules/role","Version":"5.1.0","Dir":".terraform/modules/role/modules/role"},
  {"Key":"role.inner","Source":"../inner","Dir":".terraform/modules/role/modules/inner"},
  {"Key":"team.role","Source":"git::https://example.com/role.git?ref=v1","Dir":".terraform/modules/team.role"},
  {"Key":"old","Source":"registry.terraform.io/acme/old/aws","Version":"1.0.0","Dir":".terraform/modules/old"},
  {"Key":"moved","Source":"registry.terraform.io/acme/before/aws","Version":"1.0.0","Dir":".terraform/modules/old"}
]}"#;

const ROLE: &str = r#"
variable "actions" { default = ["s3:GetObject"] }
resource "aws_iam_policy" "asked" {
  name   = "asked"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.actions, Resource = "*" }]
  })
}
module "inner" {
  source = "../inner"
}
output "arn" { value = aws_iam_policy.asked.arn }
"#;

const TREE: &[(&str, &str)] = &[
    (
        "live/app/main.tf",
        r#"
module "role" {
  source  = "acme/iam/aws//modules/role"
  version = "~> 5.0"
  actions = ["iam:PutUserPolicy"]
}
module "team" {
  source = "../../modules/team"
}
module "old" {
  source  = "acme/old/aws"
  version = "2.0.0"
}
module "moved" {
  source = "acme/after/aws"
}
module "gone" {
  source = "acme/gone/aws"
}
"#,
    ),
    ("live/app/.terraform/modules/modules.json", MANIFEST),
    ("live/app/.terraform/modules/role/modules/role/main.tf", ROLE),
    (
        "live/app/.terraform/modules/role/modules/inner/main.tf",
        r#"
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"#,
    ),
    (
        "live/app/.terraform/modules/team.role/main.tf",
        "resource \"vault_policy\" \"p\" {\n  name   = \"p\"\n  policy = \"path \\\"sys/*\\\" { capabilities = [\\\"sudo\\\", \\\"update\\\"] }\"\n}\n",
    ),
    (
        "live/app/.terraform/modules/old/main.tf",
        "resource \"vault_policy\" \"old\" {\n  name = \"old\"\n  policy = \"\"\n}\n",
    ),
    (
        "modules/team/main.tf",
        "module \"role\" {\n  for_each = toset([\"a\", \"b\"])\n  source   = \"git::https://example.com/role.git?ref=v1\"\n}\n",
    ),
];

fn found() -> (Vec<String>, Vec<(String, String, Finding)>) {
    let (sources, mut carried) = read(TREE, |name| !name.contains(".terraform"));
    assert_eq!(carried.diagnostics, []);
    let mut addresses: Vec<String> = carried.declarations.iter().map(|d| d.address.to_string()).collect();
    addresses.sort_unstable();
    let model = Model::build(std::mem::take(&mut carried.declarations), &sources);
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let report = lint::run(&inputs, lint::builtin(), &Selection::default());
    let place = |f: Finding| (sources.name(f.span.source).to_owned(), sources.slice(f.span).to_owned(), f);
    (addresses, report.findings.into_iter().map(place).collect())
}

#[test]
fn installed_modules_are_read_through_their_calls() {
    let (addresses, _) = found();
    assert_eq!(
        addresses,
        [
            "module.role.aws_iam_policy.asked",
            "module.role.module.inner.aws_iam_user.u",
            "module.role.module.inner.aws_iam_user_policy_attachment.u",
            "module.team.module.role[\"a\"].vault_policy.p",
            "module.team.module.role[\"b\"].vault_policy.p",
        ]
    );
}

#[test]
fn what_is_found_in_installed_modules_is_told_where_it_can_be_mended() {
    let (_, findings) = found();
    let told: Vec<(&str, &str, &str)> =
        findings.iter().map(|(file, text, f)| (f.rule.as_str(), file.as_str(), text.as_str())).collect();
    assert_eq!(
        told,
        [
            ("aws/managed-policy-admin-attached", "live/app/main.tf", "\"acme/iam/aws//modules/role\""),
            ("aws/privesc-self", "live/app/main.tf", "\"iam:PutUserPolicy\""),
            ("cross/module-not-read", "live/app/main.tf", "\"acme/old/aws\""),
            ("vault/sys-star", "modules/team/main.tf", "\"git::https://example.com/role.git?ref=v1\""),
        ]
    );
    assert!(findings.iter().all(|(_, _, f)| f.fix.is_none()));
    let unread = &findings[2].2.message;
    assert_eq!(unread, "module `old` and 2 others of this file are not read: what they declare is not checked");
}

#[test]
fn installed_modules_are_neither_found_by_walking_nor_read_from_elsewhere() {
    let outside = directory(&[("main.tf", ROLE.as_bytes())]);
    let calls = "module \"role\" {\n  source  = \"acme/iam/aws\"\n  actions = [\"iam:PutUserPolicy\"]\n}\n";
    let manifest = r#"{"Modules":[{"Key":"role","Source":"acme/iam/aws","Dir":".terraform/modules/role"}]}"#;
    let dir = directory(&[
        ("main.tf", calls.as_bytes()),
        (".terraform/modules/modules.json", manifest.as_bytes()),
        (".terraform/modules/other/main.tf", b"resource \"aws_iam_policy\" \"p\" {\n  policy = \"{\"\n}\n"),
    ]);
    let check = || overgrant(dir.path(), &["check", "--format", "json"]).stdout;
    assert!(!check().contains("aws_iam_policy.p"));
    std::os::unix::fs::symlink(outside.path(), dir.path().join(".terraform/modules/role")).unwrap();
    let linked = check();
    assert!(linked.contains("cross/module-not-read") && !linked.contains("aws/privesc-self"), "{linked}");
    std::fs::remove_file(dir.path().join(".terraform/modules/role")).unwrap();
    std::fs::create_dir(dir.path().join(".terraform/modules/role")).unwrap();
    std::fs::write(dir.path().join(".terraform/modules/role/main.tf"), ROLE.replace("../inner", "../../../../../x"))
        .unwrap();
    let copied = check();
    assert!(copied.contains("aws/privesc-self"), "{copied}");
}
