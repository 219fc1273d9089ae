//! Configuration of servers, agents and what asks of Vault in Kubernetes: what it is told
//! from, and what is found in it, by line.

use overgrant::carrier::{self, Format, ReadOptions};
use overgrant::lint::{self, Inputs, Selection, Severity};
use overgrant::model::Model;
use overgrant::source::SourceMap;
use overgrant::vault::dialect::Dialect;

/// Lines and rules of everything above info in one file that is read as `check` reads it.
fn findings(name: &str, text: &str) -> Option<Vec<(u32, String)>> {
    let mut sources = SourceMap::new();
    let source = sources.add(name, text);
    let format = carrier::recognise(name, text)?;
    let mut carried = carrier::read_all(&sources, &[(source, format)], &ReadOptions::default());
    let model = Model::build(std::mem::take(&mut carried.declarations), &sources);
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let report = lint::run(&inputs, lint::builtin(), &Selection::default());
    let found = report.findings.iter().filter(|finding| finding.severity > Severity::Info);
    Some(found.map(|f| (sources.positions(f.span).unwrap().0.line, f.rule.to_string())).collect())
}

/// Name, text and what is found: none where the text is not Vault's at all.
type Case = (&'static str, &'static str, Option<&'static [(u32, &'static str)]>);

const CASES: &[Case] = &[
    (
        "vault.hcl",
        "ui = true\ndisable_mlock = true\napi_addr = \"https://vault-0:8200\"\nstorage \"raft\" {\n  path = \"/d\"\n  retry_join { leader_api_addr = \"https://a:8200\" }\n  retry_join { leader_api_addr = \"https://b:8200\" }\n}\nlistener \"tcp\" {\n  address = \"0.0.0.0:8200\"\n  tls_cert_file = \"/c\"\n  tls_key_file = \"/k\"\n}\nseal \"awskms\" { kms_key_id = \"alias/vault\" }\ntelemetry {\n  prometheus_retention_time = \"30s\",\n  disable_hostname = true\n}\n",
        Some(&[]),
    ),
    (
        "vault.hcl",
        "listener \"tcp\" {\n  address = \"0.0.0.0:8200\"\n  tls_disable = 1\n}\nstorage \"mysql\" {\n  username = \"vault\"\n  password = \"kettle-Gv7-Q2\"\n}\nraw_storage_endpoint = true\n",
        Some(&[(3, "vault/server-tls-disable"), (7, "vault/server-secret-literal"), (9, "vault/server-raw-endpoint")]),
    ),
    (
        "config.json",
        "{\n\"backend\": {\"etcd\": {\"address\": \"https://etcd:2379\", \"password\": \"${ETCD}\"}},\n\"listener\": [\n{\"tcp\": {\"address\": \"127.0.0.1:8200\", \"tls_disable\": true}},\n{\"tcp\": {\"address\": \":8300\", \"tls_disable\": \"true\"}}\n]}",
        Some(&[(5, "vault/server-tls-disable")]),
    ),
    // A listener alone is enough, if nothing beside it is another program's.
    (
        "listener.hcl",
        "listener \"tcp\" {\n  address = \"0.0.0.0:8200\"\n  tls_disable = 1\n}\n",
        Some(&[(3, "vault/server-tls-disable")]),
    ),
    (
        "vault.hcl",
        "# for the purpose = of tests\nui = true\napi_addr = \"http://x:8200\"\ndisable_mlock = true\nlog_level = \"info\"\nlistener \"tcp\" {\n  address = \"0.0.0.0:8200\"\n  tls_disable = \"true\"\n}\n",
        Some(&[(8, "vault/server-tls-disable")]),
    ),
    (
        "listener.json",
        "{\"listener\": [{\"tcp\": {\"address\": \"0.0.0.0:8200\", \"tls_disable\": true}}]}",
        Some(&[(1, "vault/server-tls-disable")]),
    ),
    ("app.json", "{\"listener\": {\"tcp\": {\"address\": \"0.0.0.0:80\"}}}", None),
    ("app.hcl", "listener \"tcp\" {\n  tls_disable = 1\n}\nroute \"a\" {}\n", None),
    (
        "boundary.hcl",
        "disable_mlock = true\nlistener \"tcp\" {\n  purpose = \"api\"\n  address = \"0.0.0.0:9200\"\n  tls_disable = true\n}\n",
        None,
    ),
    ("consul.hcl", "ui = true\nencrypt = \"x\"\ntelemetry {}\nlog_level = \"info\"\n", None),
    ("nomad.hcl", "log_level = \"info\"\nui {\n  enabled = true\n}\nvault {\n  enabled = true\n}\ntls {}\n", None),
    // A template of a deployment tool that does not parse says nothing.
    (
        "vault.hcl",
        "ui = {{ ui }}\nlistener \"tcp\" {\n  address = \"0.0.0.0:8200\"\n  tls_disable = 1\n}\nstorage \"file\" {}\n",
        Some(&[]),
    ),
    (
        "openbao.hcl",
        "storage \"raft\" { path = \"/d\" }\naudit \"file\" \"a\" {\n  options {\n    log_raw = \"true\"\n  }\n}\ninitialize \"first\" {\n  request \"policy\" {\n    operation = \"update\"\n    path = \"sys/policies/acl/ops\"\n    data = {\n      policy = <<-EOT\n        path \"sys/raw/*\" {\n          capabilities = [\"read\", \"sudo\"]\n        }\n      EOT\n    }\n  }\n  request \"look\" {\n    operation = \"read\"\n    path = \"sys/policies/acl/other\"\n    data = { policy = \"path \\\"*\\\" { capabilities = [\\\"sudo\\\"] }\" }\n  }\n}\n",
        Some(&[(4, "vault/audit-log-raw"), (14, "vault/sys-raw")]),
    ),
    (
        "agent.hcl",
        "auto_auth {\n  method {\n    type = \"aws\"\n    config = { type = \"iam\" role = \"app\" }\n  }\n  sink {\n    type = \"file\"\n    config = { path = \"/t\" mode = \"0666\" }\n  }\n}\ncache { use_auto_auth_token = true }\nlistener \"tcp\" {\n  address = \"0.0.0.0:8007\"\n  tls_cert_file = \"/c\"\n  tls_key_file = \"/k\"\n}\nvault { address = \"http://vault.internal:8200\" }\n",
        Some(&[(8, "vault/agent-sink-mode"), (13, "vault/agent-auto-auth-token"), (17, "vault/provider-http")]),
    ),
    (
        "agent.json",
        "{\"auto_auth\": {\"method\": [{\"type\": \"kubernetes\", \"config\": {\"role\": \"app\"}}],\n\"sink\": [{\"type\": \"file\", \"config\": {\"path\": \"/t\", \"mode\": 420}}]}}",
        Some(&[(2, "vault/agent-sink-mode")]),
    ),
    (
        "values.yaml",
        "server:\n  ha:\n    config: |\n      listener \"tcp\" {\n        address = \"[::]:8200\"\n        tls_disable = 1\n      }\n      storage \"consul\" {\n        path = \"vault\"\n      }\n",
        Some(&[(6, "vault/server-tls-disable")]),
    ),
    (
        "compose.yml",
        "services:\n  vault:\n    environment:\n      - 'BAO_LOCAL_CONFIG={\"storage\": {\"inmem\": {}}, \"listener\": {\"tcp\": {\"address\": \"0.0.0.0:8200\", \"tls_disable\": true}}}'\n",
        Some(&[(4, "vault/server-tls-disable")]),
    ),
    // What only looks like a policy, and what a chart fills in, is none.
    (
        "config-map.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  notes: |\n    to read a secret:\n    path \"*\" { capabilities = [\"sudo\"] }\n  chart.hcl: |\n    path \"{{ .Values.path }}/*\" { capabilities = [\"sudo\"] }\n  ops.hcl: |\n    path \"sys/raw/*\" {\n      capabilities = [\"read\", \"sudo\"]\n    }\n",
        Some(&[(11, "vault/sys-raw")]),
    ),
    // Lists of the same names in another chart's values are no bank-vaults configuration.
    (
        "values.yaml",
        "groups:\n  - name: a\n    policies: x\nsecrets:\n  - type: Opaque\nauth:\n  - type: basic\npolicies:\n  - name: y\npodAnnotations:\n  vault.hashicorp.com/agent-inject: \"true\"\n  vault.hashicorp.com/role: x\n",
        Some(&[]),
    ),
    (
        "nomad.hcl",
        "server { enabled = true }\nvault { address = \"http://vault:8200\" }\nui { enabled = true }\n",
        None,
    ),
    ("consul.hcl", "datacenter = \"dc1\"\nserver = true\nui = true\nports { grpc = 8502 }\n", None),
    ("boundary.hcl", "disable_mlock = true\nlistener \"tcp\" { tls_disable = true }\nworker { name = \"w\" }\n", None),
    ("template.hcl", "vault { address = \"http://vault:8200\" }\ntemplate { source = \"a\" }\n", None),
    ("terragrunt.hcl", "remote_state { backend = \"s3\" }\ninputs = { listener = \"x\" }\n", None),
];

#[test]
fn configurations_are_told_apart_and_judged() {
    for (name, text, expected) in CASES {
        let found = findings(name, text);
        let found: Option<Vec<(u32, &str)>> =
            found.as_ref().map(|found| found.iter().map(|(line, rule)| (*line, rule.as_str())).collect());
        assert_eq!(found.as_deref(), *expected, "{name}:\n{text}");
    }
}

#[test]
fn configurations_of_other_shapes_of_json_say_nothing() {
    for text in [
        r#"{"listener": {"http": {"port": 80}}, "storage": {"disk": {"path": "/x"}}}"#,
        r#"{"listener": [], "storage": null}"#,
        r#"{"auto_auth": 1}"#,
        r#"{"auto_auth": {"method": []}, "listener": {"tcp": []}}"#,
    ] {
        assert_eq!(findings("config.json", text), Some(Vec::new()), "{text}");
        assert_eq!(carrier::recognise("config.json", text), Some(Format::VaultConfig), "{text}");
    }
}
