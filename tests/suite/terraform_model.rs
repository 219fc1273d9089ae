//! What is made only in some cases gives nothing for certain; what is made several times
//! is reported once and asked about each time.

use std::collections::BTreeMap;

use overgrant::aws::context::Context;
use overgrant::carrier::{self, Carried, Fetch, ReadOptions};
use overgrant::decision::Decision;
use overgrant::lint::{self, Inputs, Selection};
use overgrant::model::Model;
use overgrant::simulate::principal::{AwsQuestion, Principal, Session, VaultQuestion, decide_aws, resolve};
use overgrant::source::SourceMap;
use overgrant::vault::capability::Capability;
use overgrant::vault::dialect::Dialect;

use crate::model_vault::model_of;

/// The decision on `capability path` or `action arn`, and what it depends on.
fn ask(sources: &SourceMap, model: &Model, principal: &str, what: &str) -> (Decision, String) {
    let (first, second) = what.split_once(' ').unwrap();
    match resolve(model, principal).unwrap_or_else(|why| panic!("{why}")) {
        Principal::Vault(principal) => {
            let capability = Capability::from_name(first).unwrap();
            let session = Session::new(model, principal, Dialect::default());
            let answer = session.ask(model, sources, &VaultQuestion::new(capability, second));
            (answer.decision, answer.depends_on.join(" "))
        }
        Principal::Aws(id) => {
            let question =
                AwsQuestion { action: first, resource: second, context: Context::new(false), resource_account: None };
            let answer = decide_aws(model, sources, id, &question).unwrap();
            (answer.decision, answer.depends_on.join(" "))
        }
    }
}

const CONDITIONAL: &str = r#"
variable "admin" { type = bool }
variable "names" { type = set(string) }
locals {
  trust = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
  queue = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:*", Resource = "*" }] })
  topic = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sns:*", Resource = "*" }] })
  no    = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = "sqs:Purge*", Resource = "*" }] })
}
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = local.trust
}
resource "aws_iam_role" "maybe" {
  count              = var.admin ? 1 : 0
  name               = "maybe"
  assume_role_policy = local.trust
}
resource "aws_iam_role" "fixed" {
  name               = "fixed"
  assume_role_policy = local.trust
}
resource "aws_iam_role_policy" "inline" {
  count  = var.admin ? 1 : 0
  name   = "inline"
  role   = aws_iam_role.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kms:*", Resource = "*" }] })
}
resource "aws_iam_policy" "either" {
  name   = "either"
  policy = var.admin ? local.queue : local.topic
}
resource "aws_iam_policy" "queue" {
  name   = "queue"
  policy = local.queue
}
resource "aws_iam_policy" "no" {
  name   = "no"
  policy = local.no
}
resource "aws_iam_role_policy_attachment" "either" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.either.arn
}
resource "aws_iam_role_policy_attachment" "maybe" {
  role       = "maybe"
  policy_arn = aws_iam_policy.queue.arn
}
resource "aws_iam_role_policy_attachment" "fixed" {
  role       = aws_iam_role.fixed.name
  policy_arn = aws_iam_policy.queue.arn
}
resource "aws_iam_role_policy_attachment" "no" {
  for_each   = var.names
  role       = aws_iam_role.fixed.name
  policy_arn = aws_iam_policy.no.arn
}
resource "vault_policy" "base" {
  name   = "base"
  policy = "path \"base/*\" { capabilities = [\"read\"] }"
}
resource "vault_policy" "either" {
  name   = "either"
  policy = var.admin ? "path \"left/*\" { capabilities = [\"read\"] }" : "path \"right/*\" { capabilities = [\"read\"] }"
}
resource "vault_policy" "narrow" {
  count  = var.admin ? 1 : 0
  name   = "narrow"
  policy = "path \"base/secret\" { capabilities = [\"deny\"] }"
}
resource "vault_approle_auth_backend_role" "r" {
  role_name      = "r"
  token_policies = ["base", "either", "narrow"]
}
resource "vault_approle_auth_backend_role" "list" {
  role_name      = "list"
  token_policies = var.admin ? ["base"] : []
}
resource "vault_approle_auth_backend_role" "maybe" {
  count          = var.admin ? 1 : 0
  role_name      = "mayrole"
  token_policies = ["base"]
}
resource "vault_identity_group" "g" {
  name = "g"
  type = "internal"
}
resource "vault_identity_group_policies" "g" {
  count    = var.admin ? 1 : 0
  group_id = vault_identity_group.g.id
  policies = ["base"]
}
resource "vault_identity_entity" "bob" {
  name     = "bob"
}
resource "vault_identity_group" "fixed" {
  name     = "fixedgroup"
  policies = ["base"]
}
resource "vault_identity_group_member_entity_ids" "m" {
  for_each          = var.names
  group_id          = vault_identity_group.fixed.id
  member_entity_ids = [vault_identity_entity.bob.id]
}
"#;

#[test]
fn what_may_not_be_there_is_undetermined() {
    let (sources, model, _) = model_of(&[("main.tf", CONDITIONAL)]);
    let queue = "arn:aws:sqs:us-east-1:000000000000:q";
    let table = [
        ("role/app", "kms:Decrypt *".to_owned(), Decision::Undetermined, "var.admin"),
        ("role/app", format!("sqs:SendMessage {queue}"), Decision::Undetermined, "var.admin"),
        (
            "role/app",
            "sns:Publish arn:aws:sns:us-east-1:000000000000:t".to_owned(),
            Decision::Undetermined,
            "var.admin",
        ),
        ("role/app", "s3:GetObject arn:aws:s3:::b/k".to_owned(), Decision::Denied, ""),
        ("role/maybe", format!("sqs:SendMessage {queue}"), Decision::Undetermined, "var.admin"),
        ("role/maybe", "sns:Publish arn:aws:sns:us-east-1:000000000000:t".to_owned(), Decision::Denied, ""),
        ("role/fixed", format!("sqs:SendMessage {queue}"), Decision::Allowed, ""),
        ("role/fixed", format!("sqs:PurgeQueue {queue}"), Decision::Undetermined, "var.names"),
        ("auth/approle/role/r", "read base/x".to_owned(), Decision::Allowed, ""),
        ("auth/approle/role/r", "read base/secret".to_owned(), Decision::Undetermined, "`var.admin`"),
        ("auth/approle/role/r", "read left/x".to_owned(), Decision::Undetermined, "`var.admin`"),
        ("auth/approle/role/r", "read right/x".to_owned(), Decision::Undetermined, "`var.admin`"),
        ("auth/approle/role/r", "read other/x".to_owned(), Decision::Denied, ""),
        ("auth/approle/role/list", "read base/x".to_owned(), Decision::Undetermined, "`var.admin`"),
        ("auth/approle/role/list", "read left/x".to_owned(), Decision::Denied, ""),
        ("auth/approle/role/mayrole", "read base/x".to_owned(), Decision::Undetermined, "`var.admin`"),
        ("auth/approle/role/mayrole", "read left/x".to_owned(), Decision::Denied, ""),
        ("group:g", "read base/x".to_owned(), Decision::Undetermined, "`var.admin`"),
        ("group:fixedgroup", "read base/x".to_owned(), Decision::Allowed, ""),
        ("entity:bob", "read base/x".to_owned(), Decision::Undetermined, "`var.names`"),
    ];
    for (principal, what, decision, depends) in table {
        let expected = (decision, depends.to_owned());
        assert_eq!(ask(&sources, &model, principal, &what), expected, "{principal}: {what}");
    }
}

/// A repository in memory, of which only some files are given to a run.
struct Tree(BTreeMap<&'static str, &'static str>);

impl Fetch for Tree {
    fn file(&mut self, name: &str) -> Option<String> {
        self.0.get(name).map(|text| (*text).to_owned())
    }

    fn module(&mut self, directory: &str) -> Vec<(String, String)> {
        let inside = |name: &str| {
            name.rsplit_once('/').is_some_and(|(dir, _)| dir == directory)
                && std::path::Path::new(name).extension().is_some_and(|end| end == "tf")
        };
        self.0.iter().filter(|(name, _)| inside(name)).map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect()
    }

    fn list(&mut self, directory: &str, pattern: &str) -> Option<Vec<String>> {
        let end = pattern.trim_start_matches('*').to_owned();
        let inside = |name: &&str| name.strip_prefix(directory)?.strip_prefix('/').map(str::to_owned);
        Some(self.0.keys().filter_map(inside).filter(|name| !name.contains('/') && name.ends_with(&end)).collect())
    }
}

pub(crate) fn read(tree: &[(&'static str, &'static str)], given: impl Fn(&str) -> bool) -> (SourceMap, Carried) {
    let mut sources = SourceMap::new();
    let given = tree.iter().filter(|(name, _)| given(name));
    let inputs: Vec<_> =
        given.filter_map(|(name, text)| Some((sources.add(*name, *text), carrier::recognise(name, text)?))).collect();
    let mut tree = Tree(tree.iter().copied().collect());
    let carried = carrier::read_with(&mut sources, &inputs, &ReadOptions::default(), &mut tree);
    (sources, carried)
}

const REPOSITORY: &[(&str, &str)] = &[
    (
        "env/prod/main.tf",
        r#"
module "one" {
  source = "../../modules/access"
  env    = "one"
}
module "more" {
  for_each = toset(["two", "three"])
  source   = "../../modules/access"
  env      = each.key
}
"#,
    ),
    (
        "modules/access/main.tf",
        r#"
variable "env" {}
resource "vault_policy" "files" {
  for_each = fileset("${path.module}/policies", "*.hcl")
  name     = "${trimsuffix(each.value, ".hcl")}-${var.env}"
  policy   = file("${path.module}/policies/${each.value}")
}
resource "vault_policy" "template" {
  name   = "template-${var.env}"
  policy = templatefile("${path.module}/policies/app.tftpl", { env = var.env })
}
module "inner" {
  source = "./inner"
  env    = var.env
}
"#,
    ),
    (
        "modules/access/inner/main.tf",
        r#"
variable "env" {}
resource "vault_policy" "inner" {
  name   = "inner-${var.env}"
  policy = "path \"inner/${var.env}\" { capabilities = [\"read\"] }"
}
"#,
    ),
    ("modules/access/policies/admin.hcl", "path \"sys/*\" {\n  capabilities = [\"sudo\", \"update\"]\n}\n"),
    ("modules/access/policies/app.tftpl", "path \"secret/data/${env}/*\" {\n  capabilities = [\"raed\"]\n}\n"),
];

#[test]
fn modules_and_files_outside_the_given_paths_are_read() {
    let (sources, carried) = read(REPOSITORY, |name| name.starts_with("env/"));
    assert_eq!(carried.diagnostics, []);
    let mut addresses: Vec<&str> = carried.declarations.iter().map(|d| d.address.as_str()).collect();
    addresses.sort_unstable();
    assert_eq!(
        addresses,
        [
            "module.more[\"three\"].module.inner.vault_policy.inner",
            "module.more[\"three\"].vault_policy.files[\"admin.hcl\"]",
            "module.more[\"three\"].vault_policy.template",
            "module.more[\"two\"].module.inner.vault_policy.inner",
            "module.more[\"two\"].vault_policy.files[\"admin.hcl\"]",
            "module.more[\"two\"].vault_policy.template",
            "module.one.module.inner.vault_policy.inner",
            "module.one.vault_policy.files[\"admin.hcl\"]",
            "module.one.vault_policy.template",
        ]
    );
    let model = Model::build(carried.declarations, &sources);
    for (policy, what, decision) in [
        ("policy:admin-one", "update sys/mounts/x", Decision::Allowed),
        ("policy:admin-two", "update sys/mounts/x", Decision::Allowed),
        ("policy:inner-three", "read inner/three", Decision::Allowed),
        ("policy:inner-three", "read inner/two", Decision::Denied),
    ] {
        assert_eq!(ask(&sources, &model, policy, what).0, decision, "{policy}: {what}");
    }
}

#[test]
fn one_text_gives_one_finding_however_often_it_is_used() {
    let (sources, mut carried) = read(REPOSITORY, |_| true);
    let model = Model::build(std::mem::take(&mut carried.declarations), &sources);
    // The bare reading of `admin.hcl` gives way to what Terraform makes of it.
    assert!(!model.declarations().iter().any(|d| d.address == "admin"));
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let report = lint::run(&inputs, lint::builtin(), &Selection::default());
    let places: Vec<(&str, &str, &str)> = report
        .findings
        .iter()
        .filter(|f| f.severity > lint::Severity::Info)
        .map(|f| (f.rule.as_str(), sources.name(f.span.source), f.label.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (
                "vault/sys-star",
                "modules/access/policies/admin.hcl",
                "reaches sys/x; the same for `module.more[\"two\"].vault_policy.files[\"admin.hcl\"]` and 1 more"
            ),
            (
                "vault/unknown-capability",
                "modules/access/policies/app.tftpl",
                "the same for `module.more[\"two\"].vault_policy.template` and 1 more"
            ),
        ]
    );
}

#[test]
fn a_template_need_not_parse_before_it_is_filled_in() {
    let tree = &[
        (
            "main.tf",
            r#"
variable "key" {}
resource "aws_iam_policy" "p" {
  policy = templatefile("${path.module}/p.json", { arn = jsonencode("arn:aws:s3:::b/*"), key = var.key })
}
"#,
        ),
        (
            "p.json",
            "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": ${arn}}\n%{ if key != \"\" ~}\n, {}\n%{ endif ~}\n]}",
        ),
        ("q.json", "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": ${arn}}]}"),
    ];
    let (sources, carried) = read(tree, |_| true);
    let told: Vec<&str> =
        carried.diagnostics.iter().map(|d| d.span.map_or("", |span| sources.name(span.source))).collect();
    assert_eq!(told, ["q.json"]);
}
