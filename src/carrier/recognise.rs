//! Which format a text is in: by content first, by name where the content could be
//! several. Looks at names of members and blocks at the top level only, without building
//! anything, so that a large repository costs little.

use memchr::memmem;

use super::format::Format;
use super::service::Service;
use super::vault_export::guess;

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
    match body.trim_start().as_bytes().first() {
        None => None,
        Some(b'{' | b'[') => recognise_json(name, body),
        Some(_) => {
            // `pulumi preview --json` of old versions prints a line or two before the object.
            if extension(".json")
                && let Some((_, json)) = body.split_once("\n{")
                && keys_after_brace(json).0.iter().any(|k| k == "steps")
            {
                return Some(Format::PulumiPreview);
            }
            if extension(".yaml") || extension(".yml") || extension(".template") {
                return recognise_yaml(body);
            }
            if is_vault_hcl(body) {
                return Some(Format::VaultHcl);
            }
            if service(body).is_some() {
                return Some(Format::VaultConfig);
            }
            // JSON has no comments: a policy that begins with one is to be told, not passed over
            if extension(".json") && body.trim_start().starts_with(['/', '#']) && mentions_statement(body) {
                return Some(Format::IamDocument);
            }
            if extension(".hcl") || extension(".json") { None } else { recognise_yaml(body) }
        }
    }
}

/// How files with programs for Node.js end.
pub(crate) const NODE_SOURCES: &[&str] = &[".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs"];

fn recognise_json(name: &str, text: &str) -> Option<Format> {
    let text = text.trim_start();
    if text.starts_with('[') {
        let inner = text.strip_prefix('[').unwrap_or(text).trim_start();
        if inner.starts_with('{') && top_level_keys(inner).0.iter().any(|key| guess::is_telling_key(key)) {
            return Some(Format::VaultApi);
        }
        return is_document_list(text).then_some(Format::IamDocument);
    }
    let (keys, closed) = top_level_keys(text);
    let has = |key: &str| keys.iter().any(|k| k == key);
    let has_any = |list: &[&str]| list.iter().any(|key| has(key));
    let mentions = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();

    if has_any(&["UserDetailList", "RoleDetailList", "GroupDetailList"]) {
        return Some(Format::AwsAccount);
    }
    if has("AWSTemplateFormatVersion") || (has("Resources") && mentions("\"AWS::")) {
        return Some(Format::CloudFormationJson);
    }
    if has("format_version") && has_any(&["resource_changes", "planned_values", "values", "terraform_version"]) {
        return Some(Format::TerraformPlan);
    }
    if has("serial") && has("lineage") || (has("terraform_version") && has("resources")) {
        return Some(Format::TerraformState);
    }
    if has("deployment") && has("version") {
        return Some(Format::PulumiState);
    }
    if has("steps") && has_any(&["changeSummary", "config", "diagnostics", "duration"]) && mentions("\"urn:pulumi:") {
        return Some(Format::PulumiPreview);
    }
    if has("path") && keys.iter().all(|key| key == "path" || key == "name") {
        return Some(Format::VaultJson);
    }
    if service_of(keys.iter().map(|key| Word::Block(key)), text).is_some() {
        return Some(Format::VaultConfig);
    }
    if has_any(&["request_id", "lease_id", "renewable"]) && has("data") {
        return Some(Format::VaultApi);
    }
    if keys.iter().any(|key| key.eq_ignore_ascii_case("statement")) || mentions_policy_version(text) && has("Version") {
        return Some(Format::IamDocument);
    }
    if AWS_WRAPPERS.iter().any(|key| has(key))
        && (mentions("\"Statement\"") || mentions("\\\"Statement\\\"") || mentions("%22Statement%22"))
    {
        return Some(Format::AwsCli);
    }
    // A slip early in a document can hide the names of its members; it is still to be told.
    if (!closed || keys.is_empty()) && mentions_statement(text) {
        return Some(Format::IamDocument);
    }
    // A table of mounts, or a body whose members only Vault has.
    let mounts = !keys.is_empty() && keys.iter().all(|key| key.ends_with('/')) && mentions("\"type\"");
    let telling = mounts || keys.iter().any(|key| guess::is_telling_key(key));
    let telling = telling || is_engine_name(name) && has_any(ENGINE_KEYS);
    (telling || is_vault_api_name(name)).then_some(Format::VaultApi)
}

/// Whether a text speaks of a statement and its effect, in either kind of quotes.
fn mentions_statement(text: &str) -> bool {
    let mentions = |needle: &[u8]| memmem::find(text.as_bytes(), needle).is_some();
    mentions(b"\"Statement\"") && mentions(b"\"Effect\"") || mentions(b"'Statement'") && mentions(b"'Effect'")
}

/// Members of what secrets engines keep below `config` and `keys`.
const ENGINE_KEYS: &[&str] = &[
    "allowed_roles",
    "connection_details",
    "deletion_allowed",
    "exportable",
    "min_decryption_version",
    "root_rotation_statements",
];

/// Whether a file's path mirrors that of a secrets engine's connection or key:
/// `database/config/pg.json`, `transit/keys/app.json`. Other programs have such paths too.
fn is_engine_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    parts.windows(3).any(|part| matches!(part, [_, "config" | "keys", _]))
}

/// Top-level members around policy documents in what the AWS CLI prints.
const AWS_WRAPPERS: &[&str] = &[
    "Attributes",
    "Document",
    "Group",
    "GroupPolicy",
    "Policies",
    "Policy",
    "PolicyDocument",
    "PolicyVersion",
    "ResourcePolicy",
    "Role",
    "RolePolicy",
    "Roles",
    "UserPolicy",
    "VpcEndpoints",
    "policy",
    "policyText",
    "resourcePolicy",
];

/// Whether a file's path mirrors an API path under which Vault keeps access control:
/// `auth/approle/role/ci.json`, `sys/policies/acl/app.json`, `identity/entity/name/x.json`.
fn is_vault_api_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let pairs = parts.windows(2).any(|pair| {
        matches!(
            pair,
            ["sys", "auth" | "mounts" | "policies" | "policy" | "audit" | "namespaces"]
                | ["identity", "entity" | "group" | "entity-alias" | "group-alias" | "oidc" | "mfa"]
                | ["roles" | "static-roles" | "roleset" | "static-account", _]
        )
    });
    // `auth/<mount>/…`, and `auth/<mount>.json` for the mount itself.
    pairs || parts.iter().rev().skip(1).take(4).any(|part| *part == "auth")
}

/// `"Version": "2012-10-17"` or the older one, near the start of the text.
fn mentions_policy_version(text: &str) -> bool {
    let head = text.as_bytes().get(..4096).unwrap_or(text.as_bytes());
    [&b"2012-10-17"[..], b"2008-10-17"].iter().any(|version| memmem::find(head, version).is_some())
}

/// A JSON list whose first element is a policy document.
fn is_document_list(text: &str) -> bool {
    let inner = text.strip_prefix('[').unwrap_or(text).trim_start();
    inner.starts_with('{') && top_level_keys(inner).0.iter().any(|key| key == "Statement")
}

/// Member names of the object that a text starts with, and whether the object ends in
/// what was looked at. Reads on past mistakes, and stops after [`HEAD`] bytes.
fn top_level_keys(text: &str) -> (Vec<String>, bool) {
    text.strip_prefix('{').map_or_else(Default::default, keys_after_brace)
}

fn keys_after_brace(text: &str) -> (Vec<String>, bool) {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    let mut keys = Vec::new();
    let mut depth = 1usize;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'"', b'{', b'}', rest)) {
        at += found;
        match bytes.get(at) {
            Some(b'{') => depth += 1,
            Some(b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (keys, true);
                }
            }
            _ => {
                let start = at + 1;
                at = end_of_string(bytes, start);
                // a member's name, not a string of a list
                let colon = || bytes.get(at + 1..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace());
                if depth == 1 && keys.len() < 256 && colon() == Some(&b':') {
                    let key = String::from_utf8_lossy(bytes.get(start..at).unwrap_or_default()).into_owned();
                    // nothing else begins like a policy document, most of which comes now
                    let document = key == "Statement" && keys.iter().all(|key| key == "Version" || key == "Id");
                    let versioned = document && !keys.is_empty() && mentions_policy_version(text);
                    keys.push(key);
                    if versioned {
                        return (keys, true);
                    }
                }
            }
        }
        at += 1;
    }
    (keys, false)
}

/// Index of the quote that ends the string whose first byte is at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if bytes.get(at + found) == Some(&b'"') {
            return at + found;
        }
        at += found + 2;
    }
    bytes.len()
}

/// Whether HCL text is meant as a Vault policy: `path` blocks at the root, and none that
/// another product's HCL has there. The text need not parse.
pub(super) fn is_vault_hcl(text: &str) -> bool {
    let text = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let mut paths = 0;
    for word in RootWords::new(text) {
        match word {
            Word::Block("path") => paths += 1,
            Word::Block(other) if OTHER_BLOCKS.contains(&other) => return false,
            Word::Attribute("path") => return false,
            _ => {}
        }
    }
    paths > 0
}

/// Root blocks of HCL that is not a Vault policy: Terraform, Terragrunt, Packer, Nomad,
/// Consul, Boundary, Waypoint, Sentinel and the servers' own configuration.
const OTHER_BLOCKS: &[&str] = &[
    "acl",
    "agent",
    "agent_prefix",
    "api_proxy",
    "auto_auth",
    "build",
    "cache",
    "client",
    "cluster",
    "consul",
    "controller",
    "data",
    "dependencies",
    "dependency",
    "event",
    "event_prefix",
    "feature",
    "generate",
    "import",
    "include",
    "initialize",
    "inputs",
    "job",
    "kms",
    "key",
    "key_prefix",
    "listener",
    "locals",
    "module",
    "moved",
    "mesh",
    "node",
    "node_prefix",
    "operator",
    "output",
    "packer",
    "plugin",
    "policy",
    "project",
    "provider",
    "query",
    "query_prefix",
    "remote_state",
    "removed",
    "resource",
    "seal",
    "server",
    "service",
    "service_prefix",
    "session",
    "session_prefix",
    "source",
    "storage",
    "target",
    "task",
    "telemetry",
    "template",
    "terraform",
    "variable",
    "vault",
    "worker",
];

/// Which of Vault's own programs a text configures, HCL or JSON. The text need not parse.
pub(super) fn service(text: &str) -> Option<Service> {
    let text = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text).trim_start();
    if text.starts_with('{') {
        let (keys, _) = top_level_keys(text);
        return service_of(keys.iter().map(|key| Word::Block(key)), text);
    }
    service_of(RootWords::new(text), text)
}

/// Goes by what only these programs have at the root, beside nothing that others have there.
fn service_of<'a>(words: impl Iterator<Item = Word<'a>>, text: &str) -> Option<Service> {
    let (mut listener, mut storage, mut login, mut own, mut cache, mut start) =
        (false, false, false, false, false, false);
    let mut foreign = false;
    for word in words {
        let (Word::Block(name) | Word::Attribute(name)) = &word;
        foreign |= !SERVER_SETTINGS.contains(name) && !OWN_SETTINGS.contains(name);
        match word {
            Word::Block(name) if OTHER_PROGRAMS.contains(&name) => return None,
            Word::Block("listener") => listener = true,
            Word::Block("storage" | "backend" | "ha_storage" | "ha_backend") => storage = true,
            Word::Block("auto_auth" | "api_proxy") => login = true,
            Word::Block("cache") => cache = true,
            Word::Block("initialize") => start = true,
            Word::Block("seal" | "service_registration" | "user_lockout") => own = true,
            Word::Block(name) | Word::Attribute(name) if OWN_SETTINGS.contains(&name) => own = true,
            _ => {}
        }
    }
    let mentions = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    // Each of Boundary's listeners says what it is for.
    if listener && assigns(text, "purpose") {
        return None;
    }
    match () {
        () if login || (cache && listener && !storage) => Some(Service::Agent),
        // Nobody else's HCL has listeners at the root; other programs' JSON may.
        () if listener && !foreign && (!text.starts_with('{') || LISTENER_SETTINGS.iter().any(|key| mentions(key))) => {
            Some(Service::Server)
        }
        () if start || u8::from(listener) + u8::from(storage) + u8::from(own) > 1 => Some(Service::Server),
        () => None,
    }
}

/// Whether a text gives an argument of that name a value anywhere, as HCL or JSON does.
fn assigns(text: &str, name: &str) -> bool {
    memmem::find_iter(text.as_bytes(), name.as_bytes()).any(|at| {
        let before = text.get(..at).unwrap_or("").trim_end_matches('"');
        let after = text.get(at + name.len()..).unwrap_or("").trim_start_matches('"').trim_start_matches([' ', '\t']);
        before.trim_end_matches([' ', '\t']).ends_with(['\n', '{', ',']) && after.starts_with(['=', ':'])
    })
}

/// What else a server has at the root, beside [`OWN_SETTINGS`].
const SERVER_SETTINGS: &[&str] = &[
    "administrative_namespace_path",
    "audit",
    "backend",
    "cache_size",
    "cluster_name",
    "default_max_request_duration",
    "detect_deadlocks",
    "disable_cache",
    "disable_clustering",
    "disable_performance_standby",
    "disable_printable_check",
    "disable_sealwrap",
    "disable_standby_reads",
    "enable_response_header_hostname",
    "enable_response_header_raft_node_id",
    "entropy",
    "experiments",
    "ha_backend",
    "ha_storage",
    "hsm",
    "imprecise_lease_role_tracking",
    "initialize",
    "license_path",
    "listener",
    "log_file",
    "log_format",
    "log_level",
    "log_requests_level",
    "log_rotate_bytes",
    "log_rotate_duration",
    "log_rotate_max_files",
    "pid_file",
    "plugin_file_permissions",
    "plugin_file_uid",
    "plugin_tmpdir",
    "post_unseal_trace_directory",
    "replication",
    "reporting",
    "seal",
    "sentinel",
    "service_registration",
    "storage",
    "telemetry",
    "user_lockout",
];

/// What shows that a listener written in JSON is one of Vault's.
const LISTENER_SETTINGS: &[&str] = &["\"cluster_address\"", "\"tls_cert_file\"", "\"tls_disable\""];

/// Arguments that only a server has at the root.
const OWN_SETTINGS: &[&str] = &[
    "allow_audit_log_prefixing",
    "api_addr",
    "cluster_addr",
    "default_lease_ttl",
    "disable_mlock",
    "enable_post_unseal_trace",
    "introspection_endpoint",
    "max_lease_ttl",
    "plugin_directory",
    "raw_storage_endpoint",
    "ui",
    "unsafe_allow_api_audit_creation",
    "unsafe_relative_paths",
];

/// Blocks and members at the root of Boundary, Consul, Nomad, Packer, Terraform and Vault
/// policies, none of which one of Vault's programs has.
const OTHER_PROGRAMS: &[&str] = &[
    "acl",
    "build",
    "client",
    "consul",
    "controller",
    "data",
    "datacenter",
    "events",
    "include",
    "inputs",
    "job",
    "kms",
    "locals",
    "module",
    "output",
    "packer",
    "path",
    "policy",
    "ports",
    "provider",
    "resource",
    "server",
    "source",
    "terraform",
    "variable",
    "worker",
];

/// A word at the root of an HCL text, by what follows it.
#[derive(Debug, PartialEq, Eq)]
enum Word<'a> {
    /// Followed by a label or a brace.
    Block(&'a str),
    /// Followed by `=`.
    Attribute(&'a str),
}

/// The words at the root of an HCL text. Strings end at the end of their line, so that one
/// missing quote does not hide the rest.
struct RootWords<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> RootWords<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_line(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_string(&mut self) -> &'a str {
        let start = self.at + 1;
        self.at = start;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' | b'\n' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let end = self.at.min(self.text.len());
        self.at += 1;
        self.text.get(start..end).unwrap_or("")
    }

    fn skip_heredoc(&mut self) {
        let start = self.at;
        self.skip_line();
        let header = self.text.get(start..self.at).unwrap_or("");
        let marker = header.trim_start_matches(['<', '-']).trim();
        if marker.is_empty() {
            return;
        }
        while self.byte().is_some() {
            self.at += 1;
            let line = self.at;
            self.skip_line();
            if self.text.get(line..self.at).is_some_and(|l| l.trim() == marker) {
                return;
            }
        }
    }

    /// What follows a word: skips blanks and line breaks.
    fn kind(&self, word: &'a str) -> Option<Word<'a>> {
        match self.text.get(self.at..)?.trim_start().as_bytes().first()? {
            b'"' | b'{' | b'a'..=b'z' | b'A'..=b'Z' => Some(Word::Block(word)),
            b'=' => Some(Word::Attribute(word)),
            _ => None,
        }
    }
}

impl<'a> Iterator for RootWords<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        while let Some(byte) = self.byte() {
            match byte {
                b'#' => self.skip_line(),
                b'/' if self.text.as_bytes().get(self.at + 1) == Some(&b'/') => self.skip_line(),
                b'/' if self.text.as_bytes().get(self.at + 1) == Some(&b'*') => {
                    let rest = self.text.as_bytes().get(self.at + 2..).unwrap_or_default();
                    self.at += memmem::find(rest, b"*/").map_or(rest.len() + 2, |end| end + 4);
                }
                b'<' if self.text.as_bytes().get(self.at + 1) == Some(&b'<') => self.skip_heredoc(),
                b'{' | b'[' | b'(' => {
                    self.depth += 1;
                    self.at += 1;
                }
                b'}' | b']' | b')' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                b'"' => {
                    let word = self.skip_string();
                    if self.depth == 0
                        && word == "path"
                        && let Some(found) = self.kind(word)
                    {
                        return Some(found);
                    }
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    let start = self.at;
                    while self.byte().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) {
                        self.at += 1;
                    }
                    if self.depth == 0
                        && let Some(word) = self.text.get(start..self.at)
                        && let Some(found) = self.kind(word)
                    {
                        return Some(found);
                    }
                }
                _ => self.at += 1,
            }
        }
        None
    }
}

/// What shows that a YAML text holds the configuration of a server or an agent: in a Helm
/// chart's values, a `ConfigMap`, or the environment of a container.
const CONFIG_TEXTS: &[&str] =
    &["listener \"tcp\"", "listener \"unix\"", "auto_auth {", "VAULT_LOCAL_CONFIG", "BAO_LOCAL_CONFIG"];

/// What shows that a YAML text holds a program that asks something of Vault.
const CONSUMERS: &[&str] = &[
    "apiVersion: external-secrets.io/",
    "apiVersion: secrets-store.csi.x-k8s.io/",
    "apiVersion: secrets.hashicorp.com/",
    "vault.hashicorp.com/agent-inject",
    "vault.security.banzaicloud.io/vault-",
];

fn recognise_yaml(text: &str) -> Option<Format> {
    let head = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let mentions = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    let mut keys = Vec::new();
    for line in head.lines() {
        if line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"' || c == '\'')
            && let Some((key, value)) = line.split_once(':')
        {
            keys.push((key.trim_matches(['"', '\'']).trim(), value.trim()));
        }
    }
    let has = |key: &str| keys.iter().any(|(k, _)| *k == key);
    if has("AWSTemplateFormatVersion") || (has("Resources") && mentions("AWS::")) {
        return Some(Format::CloudFormationYaml);
    }
    if keys.iter().any(|(key, value)| *key == "apiVersion" && value.contains("redhatcop.redhat.io"))
        || (has("apiVersion") && mentions("vault.banzaicloud.com"))
        || (has("policies") && mentions("rules:") && (mentions("path \"") || mentions("capabilities")))
        || (has("secrets") && mentions("configuration:") && mentions("- type: "))
        || has("externalConfig")
        || (has("apiVersion") && mentions("capabilities") && mentions("path \""))
        || CONFIG_TEXTS.iter().any(|text| mentions(text))
        || CONSUMERS.iter().any(|text| mentions(text))
        || (has("apiVersion") && mentions("cert-manager.io/") && mentions("vault:"))
    {
        return Some(Format::KubernetesYaml);
    }
    let runtime_yaml = keys.iter().any(|(key, value)| *key == "runtime" && value.trim_matches(['"', '\'']) == "yaml");
    if runtime_yaml || (has("resources") && (mentions("type: vault:") || mentions("type: aws:"))) {
        return Some(Format::PulumiYaml);
    }
    None
}

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
            ("p.json", "{\"version\": \"2012-10-17\", \"statement\": []}", Some(IamDocument)),
            ("p.json", "[{\"Version\": \"2012-10-17\", \"Statement\": []}]", Some(IamDocument)),
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

    #[test]
    fn top_level_keys_are_those_of_the_first_object() {
        let (keys, closed) = top_level_keys(r#"{"a": {"b": 1}, "c\"d": ["e", {"f": 2}], "g": "h"} {"i": 1}"#);
        assert_eq!((keys.join(" "), closed), ("a c\\\"d g".to_owned(), true));
        assert_eq!(top_level_keys("{\"a\": 1"), (vec!["a".to_owned()], false));
    }

    proptest::proptest! {
        #[test]
        fn survives_any_text(name in ".{0,12}", text in "(path|\"|\\{|\\}|<<|-|#|/\\*|\n|\\\\|[a-z ]|\\PC){0,60}") {
            let _ = recognise(&name, &text);
        }
    }
}
