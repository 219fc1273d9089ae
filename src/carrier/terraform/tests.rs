use super::*;
use crate::carrier::declaration::{AwsPolicy, Declaration, Item};
use crate::carrier::record::Record;
use crate::syntax::{Node, Value};

fn run(files: &[(&str, &str)]) -> (SourceMap, Carried) {
    let mut sources = SourceMap::new();
    let mut inputs = Vec::new();
    for (name, text) in files {
        let id = sources.add(*name, *text);
        let format = match *name {
            n if n.contains(".tfvars") => Format::TerraformVariables,
            n if n.contains(".tf.json") => Format::TerraformJson,
            n if n.contains(".tf") => Format::Terraform,
            _ => continue,
        };
        inputs.push((id, format));
    }
    let carried = read(&sources, &inputs, &ReadOptions::default());
    assert_eq!(carried.diagnostics, [], "no diagnostics expected");
    (sources, carried)
}

fn one(source: &str) -> (SourceMap, Carried) {
    run(&[("main.tf", source)])
}

fn record<'a>(carried: &'a Carried, address: &str) -> &'a Record {
    carried.records.iter().find(|r| r.address == address).unwrap_or_else(|| {
        panic!("no {address} among {:?}", carried.records.iter().map(|r| r.address.as_str()).collect::<Vec<_>>())
    })
}

fn policy<'a>(carried: &'a Carried, address: &str) -> &'a AwsPolicy {
    let found = carried.declarations.iter().find_map(|d: &Declaration| match &d.item {
        Item::AwsPolicy(policy) if d.address == address => Some(policy),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no policy at {address}"))
}

/// The value of an attribute, as compact text.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => format!("{:?}", text.display()),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let members: Vec<String> =
                entries.iter().map(|e| format!("{}: {}", e.key.display(), show(&e.value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Unknown(what) => format!("?({})", what.refs.join(", ")),
        Value::Secret => "secret".into(),
    }
}

/// Evaluates one expression in a module with a few definitions.
pub(super) fn eval(expr: &str) -> String {
    let source = format!(
        r#"
        variable "name" {{ default = "app" }}
        variable "open" {{}}
        variable "list" {{ default = ["a", "b"] }}
        locals {{
          map = {{ x = 1, y = "two" }}
          circle = local.circle
        }}
        resource "vault_policy" "p" {{
          value = {expr}
        }}
        "#
    );
    let (_, carried) = one(&source);
    show(record(&carried, "vault_policy.p").body.get("value").unwrap())
}

#[test]
fn expressions_evaluate_as_terraform_does() {
    let table = [
        ("var.name", r#""app""#),
        ("var.open", "?(var.open)"),
        (r#""a-${var.name}-b""#, r#""a-app-b""#),
        (r#""a-${var.open}""#, r#""a-${var.open}""#),
        ("local.map.y", r#""two""#),
        (r#"local.map["x"]"#, "1"),
        ("local.circle", "?(local.circle)"),
        ("var.list[1]", r#""b""#),
        ("[for v in var.list : upper(v)]", r#"["A", "B"]"#),
        (r#"{for i, v in var.list : v => i if v != "a"}"#, "{b: 1}"),
        ("[for k, v in local.map : k]", r#"["x", "y"]"#),
        ("1 + 2 * 3", "7"),
        ("var.name == \"app\" ? 1 : 2", "1"),
        ("var.open ? 1 : 2", "?(var.open)"),
        ("!(1 > 2) && true", "true"),
        (r#"format("%s/%d%%", var.name, 5)"#, r#""app/5%""#),
        (r#"format("arn:%s", var.open)"#, r#""arn:${var.open}""#),
        (r#"join(",", concat(var.list, [var.open]))"#, r#""a,b,${var.open}""#),
        (r#"formatlist("%s/*", var.list)"#, r#"["a/*", "b/*"]"#),
        ("merge(local.map, {y = 3})", "{x: 1, y: 3}"),
        (r#"lookup(local.map, "z", "none")"#, r#""none""#),
        ("flatten([[1], [2, [3]]])", "[1, 2, 3]"),
        (r#"distinct(["a", "b", "a"])"#, r#"["a", "b"]"#),
        (r#"replace("a-b-c", "-", "/")"#, r#""a/b/c""#),
        (r#"split("/", "a/b")"#, r#"["a", "b"]"#),
        (r#"trimspace("  a ")"#, r#""a""#),
        ("keys(local.map)", r#"["x", "y"]"#),
        ("coalesce(null, \"\", \"x\")", r#""x""#),
        ("try(local.nothing, \"fallback\")", r#""fallback""#),
        (r#"jsondecode("{\"a\": [1]}").a"#, "[1]"),
        ("element(var.list, 3)", r#""b""#),
        ("length(var.list)", "2"),
        ("contains(var.list, \"b\")", "true"),
        ("var.list[*]", r#"["a", "b"]"#),
        ("path.module", r#"".""#),
        (r#""%{ for v in var.list }<${v}>%{ endfor }""#, r#""<a><b>""#),
        (r#""%{ if var.name == "app" }yes%{ else }no%{ endif }""#, r#""yes""#),
        // of which instance it is nobody knows here
        ("try(each.value.x, 5)", "?(each.value.x)"),
        ("aws_iam_role.gone.arn", "?(aws_iam_role.gone.arn)"),
        ("data.aws_caller_identity.me.account_id", "?(data.aws_caller_identity.me.account_id)"),
    ];
    for (expr, expected) in table {
        assert_eq!(eval(expr), expected, "{expr}");
    }
}

#[test]
fn a_heredoc_policy_maps_into_the_file() {
    let source = r#"
resource "aws_iam_policy" "p" {
  name   = "p"
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${var.bucket}/*"}]
    }
  EOT
}
"#;
    let (sources, carried) = one(source);
    let statement = &policy(&carried, "aws_iam_policy.p").document.statements[0];
    let action = &statement.action.as_ref().unwrap().items[0];
    assert_eq!(sources.slice(action.span), "\"s3:*\"");
    let resource = &statement.resource.as_ref().unwrap().items[0];
    assert_eq!(resource.text.display(), "arn:aws:s3:::${var.bucket}/*");
    assert_eq!(sources.slice(resource.span), "\"arn:aws:s3:::${var.bucket}/*\"");
}

#[test]
fn jsonencode_keeps_the_places_of_its_values() {
    let source = r#"
resource "aws_iam_role_policy" "p" {
  role = aws_iam_role.r.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = local.where }]
  })
}
locals { where = "*" }
resource "aws_iam_role" "r" {
  name_prefix = "x"
  assume_role_policy = "{}"
}
"#;
    let (sources, carried) = one(source);
    let found = policy(&carried, "aws_iam_role_policy.p");
    let statement = &found.document.statements[0];
    assert_eq!(sources.slice(statement.action.as_ref().unwrap().items[0].span), "\"s3:GetObject\"");
    assert_eq!(sources.slice(statement.resource.as_ref().unwrap().items[0].span), "\"*\"");
    assert_eq!(found.attached_to[0].0.display(), "${aws_iam_role.r.id}");
}

#[test]
fn a_policy_document_data_source_is_built_with_the_places_of_its_block() {
    let source = r#"
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "One"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
  statement {
    sid       = "Two"
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::b/&{aws:username}"]
  }
}
data "aws_iam_policy_document" "all" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid    = "One"
    effect = "Deny"
    not_actions = ["iam:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-1"]
    }
  }
  dynamic "statement" {
    for_each = ["x", "y"]
    content {
      actions   = ["sqs:${statement.value}"]
      resources = ["*"]
    }
  }
}
resource "aws_sqs_queue_policy" "q" {
  queue_url = "u"
  policy    = data.aws_iam_policy_document.all.json
}
"#;
    let (sources, carried) = one(source);
    let document = &policy(&carried, "aws_sqs_queue_policy.q").document;
    let sids: Vec<Option<&str>> =
        document.statements.iter().map(|s| s.sid.as_ref().and_then(|(t, _)| t.known())).collect();
    assert_eq!(sids, [Some("One"), Some("Two"), None, None]);
    let first = &document.statements[0];
    assert!(first.action.as_ref().unwrap().negated);
    assert_eq!(sources.slice(first.action.as_ref().unwrap().key_span), "not_actions");
    assert_eq!(sources.slice(first.principal.as_ref().unwrap().entries[0].item.span), "\"*\"");
    assert_eq!(first.conditions[0].operator.raw(), "StringEquals");
    assert_eq!(document.statements[1].resource.as_ref().unwrap().items[0].text.raw(), "arn:aws:s3:::b/${aws:username}");
    assert_eq!(document.statements[3].action.as_ref().unwrap().items[0].text.raw(), "sqs:y");
    assert!(document.problems.is_empty(), "{:?}", document.problems);
    assert!(!carried.declarations.iter().any(|d| d.address.starts_with("data.")));
}

#[test]
fn instances_and_module_calls_have_addresses_and_arguments() {
    let files = [
        (
            "main.tf",
            r#"
module "team" {
  source   = "./modules/team"
  for_each = toset(["red", "blue"])
  name     = each.key
}
resource "vault_policy" "all" {
  name   = "all"
  policy = join("\n", [for m in ["red"] : module.team[m].text])
}
resource "vault_policy" "n" {
  count  = 2
  name   = "n${count.index}"
  policy = ""
}
"#,
        ),
        (
            "modules/team/main.tf",
            r#"
variable "name" {}
resource "vault_policy" "p" {
  name   = var.name
  policy = templatefile("${path.module}/p.hcl", { team = var.name })
}
output "text" { value = vault_policy.p.policy }
"#,
        ),
        ("modules/team/p.hcl", "path \"kv/${team}/*\" {\n  capabilities = [\"read\"]\n}\n"),
    ];
    let (sources, carried) = run(&files);
    let addresses: Vec<&str> = carried.records.iter().map(|r| r.address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "vault_policy.all",
            "vault_policy.n[0]",
            "vault_policy.n[1]",
            "module.team[\"blue\"].vault_policy.p",
            "module.team[\"red\"].vault_policy.p"
        ]
    );
    let blue = record(&carried, "module.team[\"blue\"].vault_policy.p");
    assert_eq!(show(blue.body.get("name").unwrap()), "\"blue\"");
    let policy = blue.body.get("policy").unwrap();
    let text = policy.as_text().unwrap();
    assert!(text.raw().starts_with("path \"kv/blue/*\""));
    let at = text.raw().find("capabilities").unwrap();
    let place = text.span_of(policy.span, at, at + 12);
    assert_eq!((sources.name(place.source), sources.slice(place)), ("modules/team/p.hcl", "capabilities"));
    let all = record(&carried, "vault_policy.all").body.get("policy").unwrap().clone();
    assert!(show(&all).contains("kv/red/*"));
}

#[test]
fn both_sides_of_an_unknown_conditional_are_declared() {
    let source = r#"
variable "admin" { type = bool }
resource "vault_policy" "p" {
  name   = var.admin ? "a" : "b"
  policy = var.admin ? "path \"*\" {}" : "path \"x\" {}"
}
resource "vault_policy" "q" {
  count  = var.admin ? 1 : 0
  name   = "q"
  policy = ""
}
"#;
    let (_, carried) = one(source);
    let policies: Vec<String> = carried
        .records
        .iter()
        .filter(|r| r.address == "vault_policy.p")
        .map(|r| show(r.body.get("policy").unwrap()))
        .collect();
    assert_eq!(policies, [r#""path \"*\" {}""#, r#""path \"x\" {}""#]);
    assert!(carried.records.iter().all(|r| r.condition.as_ref().is_some_and(|c| c.refs == ["var.admin"])));
    assert_eq!(show(record(&carried, "vault_policy.p").body.get("name").unwrap()), "?(var.admin)");
}

#[test]
fn json_configuration_and_variable_files_are_read() {
    let files = [
        (
            "a.tf.json",
            r#"{"variable": {"env": {}}, "resource": {"vault_policy": {"p": {"name": "${var.env}-p", "policy": "path \"a/${var.env}\" {}"}}}}"#,
        ),
        ("terraform.tfvars", "env = \"prod\"\n"),
    ];
    let (sources, carried) = run(&files);
    let body = &record(&carried, "vault_policy.p").body;
    assert_eq!(show(body.get("name").unwrap()), "\"prod-p\"");
    let policy = body.get("policy").unwrap();
    let text = policy.as_text().unwrap();
    assert_eq!(text.raw(), "path \"a/prod\" {}");
    assert_eq!(sources.slice(text.span_of(policy.span, 5, 6)), "\\\"");
}

#[test]
fn a_file_that_was_not_read_is_wanted_and_unknown() {
    let mut sources = SourceMap::new();
    let id =
        sources.add("env/main.tf", "resource \"vault_policy\" \"p\" {\n  policy = file(\"${path.module}/p.hcl\")\n}\n");
    let carried = read(&sources, &[(id, Format::Terraform)], &ReadOptions::default());
    assert_eq!(carried.wants, [crate::carrier::Want::File("env/p.hcl".to_owned())]);
    assert_eq!(show(record(&carried, "vault_policy.p").body.get("policy").unwrap()), "?(file(\"./p.hcl\"))");
}

#[test]
fn a_vault_policy_document_becomes_text_with_the_places_of_its_rules() {
    let source = r#"
data "vault_policy_document" "d" {
  rule {
    path         = "kv/data/${var.team}/*"
    capabilities = ["read", "list"]
    allowed_parameter {
      key   = "a"
      value = ["x"]
    }
  }
}
resource "vault_policy" "p" {
  name   = "p"
  policy = data.vault_policy_document.d.hcl
}
"#;
    let (sources, carried) = one(source);
    let policy = record(&carried, "vault_policy.p").body.get("policy").unwrap();
    let text = policy.as_text().unwrap();
    assert_eq!(
        text.display(),
        "path \"kv/data/${var.team}/*\" {\n  capabilities = [\"read\", \"list\"]\n  allowed_parameters = {\n\"a\" = [\"x\"]\n  }\n}\n"
    );
    let at = text.raw().find("\"list\"").unwrap();
    assert_eq!(sources.slice(text.span_of(policy.span, at, at + 6)), "\"list\"");
    let whole = text.span_of(policy.span, 0, text.raw().len() - 1);
    assert!(sources.slice(whole).starts_with("rule {") && sources.slice(whole).ends_with('}'));
}

#[test]
fn names_of_other_resources_are_filled_in() {
    let source = r#"
resource "aws_iam_role" "r" {
  name = "app"
  assume_role_policy = jsonencode({})
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_policy" "p" {
  policy = jsonencode({})
}
"#;
    let (_, carried) = one(source);
    let body = &record(&carried, "aws_iam_role_policy_attachment.a").body;
    assert_eq!(show(body.get("role").unwrap()), "\"app\"");
    assert_eq!(show(body.get("policy_arn").unwrap()), "?(aws_iam_policy.p.arn)");
}

#[test]
fn a_vault_policy_in_an_indented_heredoc_points_at_its_capability() {
    let source = "
resource \"vault_policy\" \"p\" {
  name   = \"p\"
  policy = <<-EOT
    path \"secret/${var.x}/*\" {
      capabilities = [\"read\", \"sudo\"]
    }
  EOT
}
";
    let (sources, carried) = one(source);
    let Item::VaultPolicy(found) = &carried.declarations[0].item else { panic!() };
    let stanza = &found.policy.stanzas[0];
    assert_eq!(stanza.path.display(), "secret/${var.x}/*");
    assert_eq!(sources.slice(stanza.path_span), "\"secret/${var.x}/*\"");
    assert_eq!(sources.slice(stanza.capabilities[1].span), "\"sudo\"");
    assert!(found.policy.problems.is_empty());
}

#[test]
fn an_argument_that_may_be_null_gives_way_to_the_one_in_its_place() {
    let source = r#"
variable "statements" {}
resource "aws_iam_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
data "aws_iam_policy_document" "d" {
  statement {
    actions       = ["s3:GetObject"]
    not_actions   = var.statements.not_actions
    resources     = var.statements.resources
    not_resources = var.statements.not_resources
    dynamic "principals" {
      for_each = var.statements.principals
      content {
        type        = principals.value.type
        identifiers = principals.value.identifiers
      }
    }
  }
  dynamic "statement" {
    for_each = var.statements
    content {
      actions = statement.value.actions
    }
  }
}
"#;
    let (_, carried) = one(source);
    let document = &policy(&carried, "aws_iam_policy.p").document;
    assert_eq!(document.statements.len(), 1);
    assert!(document.statements_unknown);
    let action = document.statements[0].action.as_ref().unwrap();
    assert!(!action.negated && !action.unknown);
    let resource = document.statements[0].resource.as_ref().unwrap();
    assert!(!resource.negated && resource.unknown);
    assert!(document.problems.is_empty(), "{:?}", document.problems);
}

#[test]
fn a_side_on_which_count_makes_no_instance_says_nothing() {
    let table = [
        ("count = var.on ? 1 : 0", "[0]", "var.on ? var.arn : null"),
        ("count = var.on ? 0 : 1", "[0]", "var.on ? null : var.arn"),
        ("for_each = toset(var.on ? [\"x\"] : [])", "[\"x\"]", "var.on ? var.arn : null"),
        ("for_each = var.on ? { x = 1 } : {}", "[\"x\"]", "var.on ? var.arn : null"),
    ];
    for (instances, index, arn) in table {
        let source = format!(
            r#"
variable "on" {{}}
variable "arn" {{}}
locals {{ arn = {arn} }}
data "aws_iam_policy_document" "d" {{
  {instances}
  statement {{
    actions   = ["s3:GetObject"]
    resources = [local.arn]
  }}
}}
resource "aws_iam_policy" "p" {{
  {instances}
  policy = data.aws_iam_policy_document.d{index}.json
}}
resource "aws_iam_policy" "other" {{
  policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "s3:*", Resource = [local.arn] }}] }})
}}
"#
        );
        let (_, carried) = one(&source);
        let problems = |of_p: bool| {
            let declarations = carried.declarations.iter().filter(|d| d.address.contains(".p") == of_p);
            let documents = declarations.filter_map(|declaration| match &declaration.item {
                Item::AwsPolicy(policy) => Some(&policy.document),
                _ => None,
            });
            documents.map(|document| document.problems.len()).collect::<Vec<_>>()
        };
        assert_eq!(problems(true), [0], "{instances}");
        // one that is there on both sides has null in its list on one of them
        let other = problems(false);
        assert!(other.len() > 1 && other.iter().any(|count| *count > 0), "{instances}: {other:?}");
    }
}

#[test]
fn a_side_on_which_a_module_is_not_called_says_nothing() {
    let files = [
        (
            "main.tf",
            r#"
variable "on" {}
locals { arn = var.on ? "arn:aws:s3:::x" : null }
module "m" {
  count  = var.on ? 1 : 0
  source = "./m"
  arn    = local.arn
}
"#,
        ),
        (
            "m/main.tf",
            r#"
variable "arn" {}
resource "aws_iam_policy" "p" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "s3:*", Resource = [var.arn] }] })
}
"#,
        ),
    ];
    let (_, carried) = run(&files);
    let documents: Vec<_> = carried
        .declarations
        .iter()
        .filter_map(|declaration| match &declaration.item {
            Item::AwsPolicy(policy) => Some(&policy.document),
            _ => None,
        })
        .collect();
    assert_eq!(documents.len(), 1);
    assert!(documents[0].problems.is_empty(), "{:?}", documents[0].problems);
}

#[test]
fn an_index_after_an_attribute_splat_takes_from_the_list_it_makes() {
    let source = r#"
variable "on" {}
resource "aws_s3_bucket" "b" {
  count  = var.on ? 1 : 0
  bucket = "logs"
}
resource "aws_iam_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
data "aws_iam_policy_document" "d" {
  policy_id = var.on
  statement {
    actions   = ["s3:GetObject"]
    resources = [aws_s3_bucket.b.*.arn[0], "${aws_s3_bucket.b.*.arn[0]}/*", "arn:aws:s3:::${aws_s3_bucket.b.*.bucket[0]}"]
  }
}
"#;
    let (_, carried) = one(source);
    let document = &policy(&carried, "aws_iam_policy.p").document;
    assert!(document.problems.is_empty() && document.id.is_none(), "{:?}", document.problems);
    let resources = document.statements[0].resource.as_ref().unwrap();
    let resources: Vec<String> = resources.items.iter().map(|item| item.text.display()).collect();
    assert_eq!(resources, ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs"]);
}

/// What a text reads to, with the lines that are told to be where it stopped.
fn bounded(text: &str, roots: usize) -> (Carried, Vec<usize>) {
    let mut sources = SourceMap::new();
    let inputs: Vec<_> =
        (0..roots).map(|root| (sources.add(format!("{root}/main.tf"), text), Format::Terraform)).collect();
    let carried = read(&sources, &inputs, &ReadOptions::default());
    let told = carried.diagnostics.iter().filter(|told| told.code == "terraform/too-large");
    let line = |told: &Diagnostic| {
        let span = told.span.unwrap();
        sources.positions(span).unwrap().0.line as usize
    };
    let lines = told.map(line).collect();
    (carried, lines)
}

fn made(carried: &Carried) -> usize {
    carried.records.iter().map(|record| super::super::cost::of_value(&record.body).unwrap()).sum()
}

#[test]
fn few_lines_do_not_make_any_number_of_values() {
    let chain = |first: &str, next: fn(usize) -> String| {
        let links: String = (1..30).map(next).collect();
        format!("locals {{\n  a0 = {first}\n{links}}}\n")
    };
    let uses = (0..30)
        .map(|n| {
            format!(
                "resource \"aws_iam_policy\" \"p{n}\" {{\n  policy = jsonencode({{ Statement = local.a{n} }})\n}}\n"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let document = |n: usize| {
        format!(
            "data \"aws_iam_policy_document\" \"d{n}\" {{\n  source_policy_documents = [for x in range(40) : data.aws_iam_policy_document.d{}.json]\n  statement {{\n    actions = [\"s3:*\"]\n  }}\n}}\n",
            n.wrapping_sub(1)
        )
    };
    let dynamic = "dynamic \"statement\" {\n for_each = range(1000)\n content {\n".repeat(4) + &"}\n}\n".repeat(4);
    let table = [
        ("lists", chain("[\"s3:Get*\"]", |n| format!("  a{n} = concat(local.a{0}, local.a{0})\n", n - 1)) + &uses),
        ("pairs", chain("[\"s3:Get*\"]", |n| format!("  a{n} = [local.a{0}, local.a{0}]\n", n - 1)) + &uses),
        ("objects", chain("{}", |n| format!("  a{n} = {{ x = local.a{0}, y = local.a{0} }}\n", n - 1)) + &uses),
        ("texts", chain("\"s3:Get*\"", |n| format!("  a{n} = \"${{local.a{0}}}${{local.a{0}}}\"\n", n - 1)) + &uses),
        ("unknown texts", chain("var.x", |n| format!("  a{n} = \"${{local.a{0}}}${{local.a{0}}}\"\n", n - 1)) + &uses),
        ("counts", "resource \"aws_iam_policy\" \"p\" {\n  count = 9000\n  policy = jsonencode({ Statement = [{ Action = range(50) }] })\n}\n".into()),
        ("more counts", "resource \"aws_iam_policy\" \"p\" {\n  count = 900000\n  policy = \"{}\"\n}\n".into()),
        ("documents", (0..6).map(document).collect()),
        ("blocks", format!("data \"aws_iam_policy_document\" \"d\" {{\n{dynamic}}}\n")),
    ];
    for (what, text) in &table {
        // Many small roots have between them what a few have.
        let roots = if *what == "counts" { 40 } else { 1 };
        let (carried, stopped) = bounded(text, roots);
        assert_eq!(stopped.len(), roots, "{what}: it is told where each stopped");
        assert!(made(&carried) <= 1_000_000, "{what}: {}", made(&carried));
    }
}

#[test]
fn what_a_large_organization_writes_is_not_bounded() {
    let document = "data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [\"s3:Get*\"]\n    resources = [for x in range(20) : \"arn:aws:s3:::b${x}\"]\n  }\n}\n";
    let role = "resource \"aws_iam_policy\" \"p\" {\n  count = 1200\n  name = \"p${count.index}\"\n  policy = data.aws_iam_policy_document.d.json\n}\n";
    let (carried, stopped) = bounded(&format!("{document}{role}"), 1);
    assert_eq!((carried.records.len(), stopped), (1200, vec![]));
}

#[test]
fn a_member_of_a_set_is_its_own_key() {
    let source = |members: &str| {
        format!(
            r#"
variable "names" {{
  type    = set(string)
  default = ["role/a", "role/b"]
}}
locals {{
  listed = ["role/a", "role/b"]
  set    = toset(local.listed)
}}
data "aws_iam_policy_document" "d" {{
  dynamic "statement" {{
    for_each = {members}
    content {{
      actions   = ["s3:GetObject"]
      resources = ["arn:aws:s3:::x/${{statement.key}}"]
    }}
  }}
}}
resource "aws_iam_policy" "p" {{
  policy = data.aws_iam_policy_document.d.json
}}
resource "aws_iam_policy" "q" {{
  policy = jsonencode({{ Version = "2012-10-17", Statement = [for k, v in {members} : {{
    Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::x/${{k}}" }}] }})
}}
"#
        )
    };
    let table = [
        ("toset(local.listed)", "role/a"),
        ("local.set", "role/a"),
        ("var.names", "role/a"),
        ("setunion(local.set, [\"role/c\"])", "role/a"),
        ("true ? local.set : []", "role/a"),
        ("local.listed", "0"),
        ("concat(local.listed, [])", "0"),
    ];
    for (members, expected) in table {
        let (_, carried) = one(&source(members));
        for address in ["aws_iam_policy.p", "aws_iam_policy.q"] {
            let document = &policy(&carried, address).document;
            let resource = document.statements[0].resource.as_ref().unwrap();
            assert_eq!(resource.items[0].text.raw(), format!("arn:aws:s3:::x/{expected}"), "{address} of {members}");
        }
    }
}

#[test]
fn nothing_is_said_of_lists_that_are_empty_by_a_default_alone() {
    let module = r#"
variable "projects" {
  default = []
}
variable "on" {
  default = false
}
locals {
  projects = var.on ? ["one"] : []
}
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:GetObject"]
    resources = [for project in var.projects : "arn:aws:s3:::x/${project}"]
  }
}
data "aws_iam_policy_document" "none" {
  dynamic "statement" {
    for_each = local.projects
    content {
      actions   = ["s3:GetObject"]
      resources = ["arn:aws:s3:::x/${statement.value}"]
    }
  }
}
resource "aws_iam_policy" "d" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "none" {
  policy = data.aws_iam_policy_document.none.json
}
resource "aws_iam_policy" "encoded" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [for project in concat(var.projects, []) : {
    Effect = "Allow", Action = "s3:GetObject", Resource = project }] })
}
"#;
    let (_, carried) = one(module);
    for address in ["aws_iam_policy.d", "aws_iam_policy.none", "aws_iam_policy.encoded"] {
        let document = &policy(&carried, address).document;
        assert!(document.problems.is_empty(), "{address}: {:?}", document.problems);
        let open = document.statements_unknown
            || document.statements.iter().any(|statement| statement.resource.as_ref().is_some_and(|r| r.unknown));
        assert!(open, "{address}");
    }
    // What nothing here uses is merged into something else, where it may add nothing.
    let unused = r#"
data "aws_iam_policy_document" "one" {
  statement {
    actions = ["s3:GetObject"]
  }
}
data "aws_iam_policy_document" "none" {
  dynamic "statement" {
    for_each = []
    content {
      actions = ["s3:GetObject"]
    }
  }
}
"#;
    let (_, carried) = one(unused);
    let addresses: Vec<&str> = carried.records.iter().map(|record| record.address.as_str()).collect();
    assert_eq!(addresses, ["data.aws_iam_policy_document.one"]);
    // What is given here is what runs.
    let files = [("main.tf", module), ("terraform.tfvars", "projects = []\non = false\n")];
    let (_, carried) = run(&files);
    assert!(!policy(&carried, "aws_iam_policy.encoded").document.statements_unknown);
    let calls = [("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"), ("m/main.tf", module)];
    let (_, carried) = run(&calls);
    assert!(!policy(&carried, "module.m.aws_iam_policy.encoded").document.statements_unknown);
}

#[test]
fn a_file_that_repeats_addresses_of_another_means_its_own() {
    let file = |bucket: &str, holder: &str| {
        format!(
            r#"
data "aws_iam_policy_document" "d" {{
  statement {{
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::{bucket}/*"]
  }}
}}
resource "{holder}" "p" {{
  policy = data.aws_iam_policy_document.d.json
}}
"#
        )
    };
    let (one, two) = (file("one", "aws_iam_policy"), file("two", "aws_iam_policy"));
    let three = file("three", "aws_s3_bucket_policy");
    let (_, carried) = run(&[("a.tf", one.as_str()), ("b.tf", two.as_str()), ("c.tf", three.as_str())]);
    let bucket = |address: &str| {
        let document = &policy(&carried, address).document;
        document.statements[0].resource.as_ref().unwrap().items[0].text.raw().to_owned()
    };
    assert_eq!(bucket("aws_iam_policy.p"), "arn:aws:s3:::one/*");
    assert_eq!(bucket("aws_iam_policy.p@b"), "arn:aws:s3:::two/*");
    assert_eq!(bucket("aws_s3_bucket_policy.p"), "arn:aws:s3:::three/*");
}
