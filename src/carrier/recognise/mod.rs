//! Which format a text is in: by content first, by name where the content could be
//! several. Looks at names of members and blocks at the top level only, without building
//! anything, so that a large repository costs little.

pub(super) mod hcl;
mod json;
mod keys;
pub(super) mod program;
mod words;
mod yaml;

use memchr::memmem;

use super::format::Format;

pub use program::Service;

/// How much of a large text is looked at. A comment or a first member may be long; a
/// policy that was passed over in silence would be worse than the time.
const HEAD: usize = 4 << 20;

/// The format of a text, or none if it is nothing that declares access control.
#[must_use]
pub fn recognise(name: &str, text: &str) -> Option<Format> {
    let lower = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let extension = |suffix: &str| lower.ends_with(suffix);
    if extension(".tf") || extension(".tofu") {
        return Some(Format::Terraform);
    }
    if extension(".tf.json") || extension(".tofu.json") {
        return Some(Format::TerraformJson);
    }
    if extension(".tfvars") || extension(".tfvars.json") {
        return Some(Format::TerraformVariables);
    }
    if extension(".py") {
        return memmem::find(text.as_bytes(), b"pulumi").map(|_| Format::PulumiPython);
    }
    if NODE_SOURCES.iter().any(|end| extension(end)) {
        #[cfg(feature = "typescript")]
        if !extension(".d.ts") && super::pulumi_typescript::imports_package(text) {
            return Some(Format::PulumiTypeScript);
        }
        return None;
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    // a template of Go or Jinja: what it makes is not known
    if body.trim_start().starts_with("{{") || body.trim_start().starts_with("{%") {
        return None;
    }
    match body.trim_start().as_bytes().first() {
        None => None,
        Some(b'{' | b'[') => json::recognise(name, body),
        Some(_) => {
            // `pulumi preview --json` of old versions prints a line or two before the object.
            if extension(".json")
                && let Some((_, json)) = body.split_once("\n{")
                && keys::after_brace(json).0.iter().any(|k| k == "steps")
            {
                return Some(Format::PulumiPreview);
            }
            if extension(".yaml") || extension(".yml") || extension(".template") {
                return yaml::recognise(body);
            }
            if hcl::is_vault_policy(body) {
                return Some(Format::VaultHcl);
            }
            if program::service(body).is_some() {
                return Some(Format::VaultConfig);
            }
            // JSON has no comments: a policy that begins with one is to be told, not passed over
            if extension(".json") && body.trim_start().starts_with(['/', '#']) && json::mentions_statement(body) {
                return Some(Format::IamDocument);
            }
            if extension(".hcl") || extension(".json") { None } else { yaml::recognise(body) }
        }
    }
}

/// How files with programs for Node.js end.
pub(crate) const NODE_SOURCES: &[&str] = &[".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_formats_apart_by_content_and_name() {
        use Format::*;
        let table: &[(&str, &str, Option<Format>)] = &[
            ("app.hcl", "path \"secret/*\" { capabilities = [\"read\"] }", Some(VaultHcl)),
            ("app.hcl", "# c\nname = \"x\"\npath \"a\"\n{\n}\n", Some(VaultHcl)),
            ("policy", "path \"a\" { capabilities = [\"read\"", Some(VaultHcl)),
            ("app.hcl", "path \"a { capabilities = [\"read\"] }\n path \"b\" {}", Some(VaultHcl)),
            ("app.hcl", "\"path\" \"a\" {}", Some(VaultHcl)),
            ("app.hcl", "path {}", Some(VaultHcl)),
            ("app.hcl", "\u{feff}path \"a\" {}", Some(VaultHcl)),
            ("app.hcl", "/* path \"a\" {} */", None),
            ("terragrunt.hcl", "include { path = find_in_parent_folders() }\ninputs = {}", None),
            ("agent.hcl", "auto_auth { sink \"file\" { path = \"x\" } }", Some(VaultConfig)),
            ("vault.hcl", "listener \"tcp\" {}\nstorage \"raft\" { path = \"/x\" }", Some(VaultConfig)),
            ("vault.hcl", "ui = true\nlistener \"tcp\" { tls_disable = 1 }", Some(VaultConfig)),
            ("vault.json", "{\"listener\": {\"tcp\": {}}, \"storage\": {\"file\": {}}}", Some(VaultConfig)),
            ("proxy.hcl", "cache {}\nlistener \"unix\" {}\nvault { address = \"x\" }", Some(VaultConfig)),
            ("boundary.hcl", "listener \"tcp\" { purpose = \"api\" }\ncontroller {}\nkms \"aead\" {}", None),
            ("worker.hcl", "listener \"tcp\" { purpose = \"proxy\" }\nworker { name = \"x\" }", None),
            ("nomad.hcl", "server { enabled = true }\nui { enabled = true }\nvault { enabled = true }", None),
            ("template.hcl", "vault { address = \"x\" }\ntemplate { source = \"y\" }", None),
            ("app.json", "{\"listener\": 80, \"name\": \"x\"}", None),
            ("job.nomad.hcl", "job \"x\" { task \"y\" { template { path \"z\" {} } } }", None),
            ("consul.hcl", "key_prefix \"a\" { policy = \"read\" }", None),
            ("bao.hcl", "initialize \"x\" { request \"p\" { path = \"sys/policies/acl/a\" } }", Some(VaultConfig)),
            ("bao.hcl", "seal \"static\" {}\ninitialize \"x\" {}\nstorage \"raft\" {}", Some(VaultConfig)),
            ("x.hcl", "policy \"p\" {}\npath \"a\" {}", None),
            ("x.hcl", "locals { a = <<EOT\npath \"a\" {}\nEOT\n}", None),
            ("app.json", "{\"path\": {\"a\": {\"capabilities\": [\"read\"]}}}", Some(VaultJson)),
            ("app.hcl", "{\"path\": {\"a\": {", Some(VaultJson)),
            ("package.json", "{\"name\": \"x\", \"version\": \"1\"}", None),
            ("p.json", "{\"Version\": \"2012-10-17\", \"Statement\": []}", Some(IamDocument)),
            ("p.json", "\u{feff}{\"Statement\": {}}", Some(IamDocument)),
            ("p.json", "{\"Version\": \"2012-10-17\"}", Some(IamDocument)),
            // written alike: what an update of a stack may change, and a rule of a firewall
            (
                "p.json",
                "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"Update:*\", \"Principal\": \"*\", \"Resource\": \"*\"}]}",
                None,
            ),
            ("p.json", "{\"Name\": \"x\", \"Priority\": 1, \"Statement\": {\"GeoMatchStatement\": {}}}", None),
            ("p.json", "{\"version\": \"2012-10-17\", \"statement\": []}", Some(IamDocument)),
            ("p.json", "[{\"Version\": \"2012-10-17\", \"Statement\": []}]", Some(IamDocument)),
            ("roles/web/templates/daemon.json", "{\"log\": 1}", None),
            ("database/roles/web.json", "{\"log\": 1}", Some(VaultApi)),
            ("roles/web.yaml", "{{- if eq .On \"yes\" }}\nkind: ClusterRole\n{{- end }}", None),
            ("policy.json", "{% if on %}{\"Version\": \"2012-10-17\", \"Statement\": []}{% endif %}", None),
            ("list.json", "[1, {\"Statement\": 1}]", None),
            ("p.json", "{\"PolicyVersion\": {\"Document\": {\"Statement\": []}}}", Some(AwsCli)),
            ("p.json", "{\"Policy\": \"{\\\"Statement\\\": []}\"}", Some(AwsCli)),
            ("p.json", "{\"Role\": {\"AssumeRolePolicyDocument\": \"%7B%22Statement%22%3A\"}}", Some(AwsCli)),
            ("p.json", "{\"Role\": {\"RoleName\": \"x\"}}", None),
            ("a.json", "{\"UserDetailList\": []}", Some(AwsAccount)),
            ("t.json", "{\"AWSTemplateFormatVersion\": \"2010-09-09\"}", Some(CloudFormationJson)),
            ("t.template", "Resources:\n  R:\n    Type: AWS::IAM::Role\n", Some(CloudFormationYaml)),
            ("t.yaml", "---\nAWSTemplateFormatVersion: '2010-09-09'\n", Some(CloudFormationYaml)),
            ("values.yaml", "Resources: 1\n", None),
            ("vault.yml", "secrets:\n- type: aws\n  configuration:\n    roles: []\n", Some(KubernetesYaml)),
            ("compose.yml", "services: {}\nsecrets:\n  key:\n    file: x\n", None),
            ("Pulumi.yaml", "name: x\nruntime: yaml\n", Some(PulumiYaml)),
            ("Pulumi.yaml", "name: x\nruntime: python\n", None),
            ("k.yaml", "apiVersion: redhatcop.redhat.io/v1alpha1\nkind: Policy\n", Some(KubernetesYaml)),
            ("k.yaml", "apiVersion: apps/v1\nkind: Deployment\n", None),
            ("values.yaml", "server:\n  config: |\n    listener \"tcp\" {}\n", Some(KubernetesYaml)),
            ("main.tf", "", Some(Terraform)),
            ("main.tf.json", "{}", Some(TerraformJson)),
            ("x.auto.tfvars", "a = 1", Some(TerraformVariables)),
            ("plan.json", "{\"format_version\":\"1.2\",\"resource_changes\":[]}", Some(TerraformPlan)),
            (
                "terraform.tfstate",
                "{\"version\":4,\"serial\":1,\"lineage\":\"x\",\"resources\":[]}",
                Some(TerraformState),
            ),
            ("stack.json", "{\"version\":3,\"deployment\":{}}", Some(PulumiState)),
            ("main.py", "import pulumi_vault as vault", Some(PulumiPython)),
            ("main.py", "import os", None),
            ("auth/approle/role/ci.json", "{\"token_policies\": [\"x\"]}", Some(VaultApi)),
            ("database/config/pg.json", "{\"plugin_name\": \"x\", \"allowed_roles\": [\"*\"]}", Some(VaultApi)),
            ("database/config/pg.json", "{\"development\": {\"username\": \"x\"}}", None),
            ("transit/keys/app.json", "{\"type\": \"aes256-gcm96\", \"exportable\": true}", Some(VaultApi)),
            ("src/keys/app.json", "{\"list\": [\"exportable\"], \"type\": \"x\"}", None),
            ("x.json", "{\"request_id\": \"1\", \"data\": {}}", Some(VaultApi)),
            ("ci.json", "{\"bind_secret_id\": true}", Some(VaultApi)),
            ("roles.json", "[{\"user_claim\": \"sub\"}]", Some(VaultApi)),
            ("mounts.json", "{\"kv/\": {\"type\": \"kv\"}}", Some(VaultApi)),
            ("x.json", "{\"policies\": [\"a\"]}", None),
            ("x.json", "{\"a\": {\"Statement\": []}}", None),
            ("p.json", "{\"Version: \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\"}]}", Some(IamDocument)),
            ("p.json", "// ours\n{\"Statement\": [{\"Effect\": \"Allow\"}]}", Some(IamDocument)),
            ("p.json", "{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow'}]}", Some(IamDocument)),
            ("tsconfig.json", "// ours\n{\"compilerOptions\": {}}", None),
            ("x.json", "", None),
            ("x.json", "{\"a\": \"\\", None),
        ];
        for (name, text, expected) in table {
            assert_eq!(recognise(name, text), *expected, "{name}: {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn survives_any_text(name in ".{0,12}", text in "(path|\"|\\{|\\}|<<|-|#|/\\*|\n|\\\\|[a-z ]|\\PC){0,60}") {
            let _ = recognise(&name, &text);
        }
    }
}
