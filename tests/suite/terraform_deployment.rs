//! Vault's own configuration, and what asks Vault for something, inside Terraform: the
//! findings are those of the files that would else hold it.

use overgrant::lint::{self, Inputs, Selection, Severity};
use overgrant::model::Model;
use overgrant::vault::dialect::Dialect;

use crate::terraform_model::read;

/// Rule, file and text of everything above info.
fn found(tree: &[(&'static str, &'static str)], given: impl Fn(&str) -> bool) -> Vec<(String, String, String)> {
    let (sources, mut carried) = read(tree, given);
    assert_eq!(carried.diagnostics, []);
    let model = Model::build(std::mem::take(&mut carried.declarations), &sources);
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let report = lint::run(&inputs, lint::builtin(), &Selection::default());
    let above = report.findings.into_iter().filter(|finding| finding.severity > Severity::Info);
    above.map(|f| (f.rule.to_string(), sources.name(f.span.source).into(), sources.slice(f.span).to_owned())).collect()
}

fn told(text: &'static str) -> Vec<(String, String)> {
    found(&[("main.tf", text)], |_| true).into_iter().map(|(rule, _, text)| (rule, text)).collect()
}

fn check(table: &[(&'static str, &[(&str, &str)])]) {
    for (text, expected) in table {
        let found = told(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(rule, text)| (rule.as_str(), text.as_str())).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn values_of_a_helm_release_are_read_as_values_files_are() {
    check(&[
        (
            r#"
resource "helm_release" "vault" {
  values = [yamlencode({
    server = { ha = { raft = { config = <<-EOT
      listener "tcp" {
        address     = "[::]:8200"
        tls_disable = 1
      }
      storage "raft" { path = "/vault/data" }
      seal "awskms" { kms_key_id = "${aws_kms_key.vault.key_id}" }
    EOT
    } } }
  })]
}
"#,
            &[("vault/server-tls-disable", "1")],
        ),
        (
            r#"
variable "raw" { default = true }
resource "helm_release" "openbao" {
  values = [
    <<-YAML
    server:
      standalone:
        config: |
          listener "tcp" { address = "127.0.0.1:8200" }
          storage "file" { path = "/data" }
          raw_storage_endpoint = ${var.raw}
    YAML
  ]
}
"#,
            &[("vault/server-raw-endpoint", "${var.raw}")],
        ),
        (
            r#"
resource "helm_release" "vault" {
  set {
    name  = "server.standalone.config"
    value = "raw_storage_endpoint = true\nstorage \"file\" { path = \"/d\" }"
  }
  set {
    name  = "server.image.tag"
    value = "1.20.0"
  }
}
"#,
            &[("vault/server-raw-endpoint", "true")],
        ),
        // What is not known is not told, and a configuration with a gap that no grammar
        // allows is a template.
        (
            r#"
variable "config" {}
resource "helm_release" "vault" {
  values = [
    yamlencode({ server = { standalone = { config = var.config } } }),
    "server: ${var.config}",
    <<-YAML
    server:
      standalone:
        config: |
          storage "file" { path = "/data" } ${var.config} = = {
          listener "tcp" { tls_disable = 1 }
    YAML
  ]
}
"#,
            &[],
        ),
        (
            "resource \"helm_release\" \"other\" {\n  values = [yamlencode({ config = \"storage { x }\", secrets = [{ type = \"a\" }] })]\n}\n",
            &[],
        ),
    ]);
}

#[test]
fn objects_of_kubernetes_are_read_as_their_yaml_is() {
    check(&[
        (
            r#"
resource "kubernetes_config_map_v1" "vault" {
  metadata { name = "vault" }
  data = {
    "vault.hcl" = <<-EOT
      listener "tcp" {
        address     = "0.0.0.0:8200"
        tls_disable = true
      }
      storage "file" { path = "/d" }
    EOT
    "ops.hcl" = <<-EOT
      path "sys/*" {
        capabilities = ["update", "sudo"]
      }
    EOT
  }
}
"#,
            &[("vault/server-tls-disable", "true"), ("vault/sys-star", "\"update\"")],
        ),
        (
            r#"
resource "kubernetes_manifest" "store" {
  manifest = {
    apiVersion = "external-secrets.io/v1"
    kind       = "ClusterSecretStore"
    metadata   = { name = "vault" }
    spec       = { provider = { vault = { server = "http://vault.example.com:8200", path = "secret" } } }
  }
}
resource "kubernetes_manifest" "connection" {
  manifest = yamldecode(<<-YAML
    apiVersion: secrets.hashicorp.com/v1beta1
    kind: VaultConnection
    metadata: { name: main }
    spec:
      address: https://vault.example.com
      skipTLSVerify: true
  YAML
  )
}
"#,
            &[("vault/provider-http", "\"http://vault.example.com:8200\""), ("vault/provider-http", "true")],
        ),
        (
            r#"
resource "kubectl_manifest" "policy" {
  yaml_body = <<-YAML
    apiVersion: redhatcop.redhat.io/v1alpha1
    kind: Policy
    metadata: { name: ops }
    spec:
      policy: |
        path "sys/raw/*" {
          capabilities = ["read", "sudo"]
        }
  YAML
}
"#,
            &[("vault/sys-raw", "\"sudo\"")],
        ),
        (
            r#"
resource "kubernetes_deployment_v1" "app" {
  spec {
    template {
      metadata {
        annotations = {
          "vault.hashicorp.com/agent-inject"    = "true"
          "vault.hashicorp.com/tls-skip-verify" = "true"
        }
      }
    }
  }
}
"#,
            &[("vault/provider-http", "\"true\"")],
        ),
    ]);
}

#[test]
fn start_scripts_that_write_a_configuration_are_read() {
    check(&[
        (
            r#"
resource "aws_launch_template" "vault" {
  user_data = base64encode(<<-EOF
    #!/bin/bash
    cat > /etc/vault.d/vault.hcl <<'EOT'
    api_addr = "https://$(hostname):8200"
    listener "tcp" {
      address     = "0.0.0.0:8200"
      tls_disable = 1
    }
    storage "raft" { path = "/opt/vault" }
    EOT
    cat > /etc/motd <<EOT
    listener "tcp" { tls_disable = 1 }
    EOT
  EOF
  )
}
"#,
            &[("vault/server-tls-disable", "1")],
        ),
        (
            "resource \"aws_instance\" \"v\" {\n  user_data = <<-EOF\n    #cloud-config\n    write_files:\n      - path: /etc/vault.d/vault.hcl\n        content: |\n          storage \"file\" { path = \"/d\" }\n          api_addr = \"https://v:8200\"\n          raw_storage_endpoint = true\n  EOF\n}\n",
            &[("vault/server-raw-endpoint", "true")],
        ),
        // Another program's, and one that its shell makes.
        (
            "resource \"aws_instance\" \"v\" {\n  user_data = <<-EOF\n    cat > /etc/consul.d/consul.hcl <<E\n    datacenter = \"x\"\n    server = true\n    ui = true\n    E\n    cat > /etc/vault.hcl <<E\n    storage \"file\" { $(cat x) }\n    listener \"tcp\" { tls_disable = 1 }\n    E\n  EOF\n}\n",
            &[],
        ),
    ]);
}

/// Base64 of a script, as a plan has it.
#[test]
fn a_plan_shows_the_same_as_its_source() {
    let plan = r#"{"format_version":"1.2","resource_changes":[
{"address":"helm_release.vault","mode":"managed","type":"helm_release","name":"vault","change":{"actions":["create"],"after":{"values":["server:\n  standalone:\n    config: |\n      storage \"file\" {}\n      listener \"tcp\" {\n        tls_disable = 1\n        address = \"0.0.0.0:8200\"\n      }\n"]}}},
{"address":"aws_launch_template.v","mode":"managed","type":"aws_launch_template","name":"v","change":{"actions":["create"],"after":{"user_data":"IyEvYmluL3NoCmNhdCA+IC9ldGMvdmF1bHQuaGNsIDw8RQpzdG9yYWdlICJmaWxlIiB7fQp1aSA9IHRydWUKcmF3X3N0b3JhZ2VfZW5kcG9pbnQgPSB0cnVlCkUK"}}}
]}"#;
    let found: Vec<String> = found(&[("plan.json", plan)], |_| true).into_iter().map(|(rule, ..)| rule).collect();
    assert_eq!(found, ["vault/server-tls-disable", "vault/server-raw-endpoint"]);
}

const TREE: &[(&str, &str)] = &[
    (
        "main.tf",
        r#"
resource "helm_release" "vault" {
  values = [file("${path.module}/values.yaml"), templatefile("open.yaml", { raw = true })]
}
resource "aws_instance" "vault" {
  user_data = data.template_file.start.rendered
}
data "template_file" "start" {
  template = file("start.sh")
  vars     = { raw = "true" }
}
"#,
    ),
    (
        "values.yaml",
        "server:\n  standalone:\n    config: |\n      listener \"tcp\" { tls_disable = 1 }\n      storage \"file\" {}\n      raw_storage_endpoint = true\n",
    ),
    (
        "open.yaml",
        "server:\n  standalone:\n    config: |\n      listener \"tcp\" { address = \"127.0.0.1:8200\" }\n      storage \"file\" {}\n      raw_storage_endpoint = ${raw}\n",
    ),
    (
        "start.sh",
        "cat <<E | tee /etc/vault.d/vault.hcl\nstorage \"file\" { path = \"/d\" }\nui = true\nraw_storage_endpoint = ${raw}\nE\n",
    ),
];

#[test]
fn files_that_terraform_gives_on_are_read_once_and_filled_in() {
    let sorted = |mut found: Vec<(String, String, String)>| {
        found.sort();
        found
    };
    let all = sorted(found(TREE, |_| true));
    let rules: Vec<(&str, &str, &str)> =
        all.iter().map(|(rule, file, text)| (rule.as_str(), file.as_str(), text.as_str())).collect();
    assert_eq!(
        rules,
        [
            ("vault/server-raw-endpoint", "open.yaml", "${raw}"),
            ("vault/server-raw-endpoint", "start.sh", "${raw}"),
            ("vault/server-raw-endpoint", "values.yaml", "true"),
        ]
    );
    assert_eq!(sorted(found(TREE, |name| name == "main.tf")), all);
    let (_, carried) = read(TREE, |_| true);
    assert_eq!(carried.records.iter().filter(|record| record.kind == "vault_server_config").count(), 3);
}
