//! What deploys Vault and those who ask it, from infrastructure code: Helm releases and
//! Kubernetes objects, and the start scripts of machines. Each holds what would else be a
//! file of its own, and is read as that file would be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smol_str::SmolStr;

use super::declaration::Carrier;
use super::record::{Mode, Record};
use super::{Carried, Format, ReadOptions, kubernetes, recognise, service};
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value, yaml};

/// Resources whose arguments are those of a Kubernetes object, and the object's kind. Kinds
/// of which only annotations and texts matter have none.
const OBJECTS: &[(&str, &str)] = &[
    ("kubernetes_config_map", "ConfigMap"),
    ("kubernetes_config_map_v1", "ConfigMap"),
    ("kubernetes_config_map_v1_data", "ConfigMap"),
    ("kubernetes_cron_job", ""),
    ("kubernetes_cron_job_v1", ""),
    ("kubernetes_daemonset", ""),
    ("kubernetes_daemon_set_v1", ""),
    ("kubernetes_deployment", ""),
    ("kubernetes_deployment_v1", ""),
    ("kubernetes_job", ""),
    ("kubernetes_job_v1", ""),
    ("kubernetes_pod", ""),
    ("kubernetes_pod_v1", ""),
    ("kubernetes_secret", "Secret"),
    ("kubernetes_secret_v1", "Secret"),
    ("kubernetes_stateful_set", ""),
    ("kubernetes_stateful_set_v1", ""),
];

/// Resources with an argument that is a whole manifest, or the YAML of some.
const MANIFESTS: &[(&str, &str)] = &[("kubectl_manifest", "yaml_body"), ("kubernetes_manifest", "manifest")];

/// Arguments of machines that are run when one starts.
const SCRIPTS: &[(&str, &[&str])] = &[
    ("aws_instance", &["user_data", "user_data_base64"]),
    ("aws_launch_configuration", &["user_data", "user_data_base64"]),
    ("aws_launch_template", &["user_data"]),
    ("aws_spot_instance_request", &["user_data", "user_data_base64"]),
    ("google_compute_instance", &["metadata_startup_script", "metadata"]),
    ("google_compute_instance_template", &["metadata_startup_script", "metadata"]),
];

/// Whether resources of that type may hold what is read here.
pub(super) fn supports(kind: &str) -> bool {
    kind == "helm_release" || object(kind).is_some() || manifest(kind).is_some() || !scripts(kind).is_empty()
}

/// The arguments of that type that are run when a machine starts. They may be encoded,
/// which is no part of what they say.
pub(super) fn scripts(kind: &str) -> &'static [&'static str] {
    SCRIPTS.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, arguments)| arguments)
}

/// Whether a machine has no start script, by the text of its resource.
pub(super) fn starts_nothing(kind: &str, text: &str) -> bool {
    let scripts = scripts(kind);
    !scripts.is_empty() && !scripts.iter().any(|name| mentions(text, name))
}

/// Whether a machine of a plan is started with nothing that may write a configuration, by the
/// JSON of its resource: most plans have many machines, and few scripts with here-documents.
/// What is encoded begins as a script or a file of cloud-init has to. Source: cloud-init,
/// user-data formats.
pub(super) fn writes_nothing(kind: &str, json: &str) -> bool {
    const WRITES: [&str; 5] = ["<<", r"\u003c\u003c", "#cloud-config", "\"IyE", "\"I2Nsb3VkLWNvbmZpZ"];
    !scripts(kind).is_empty() && (starts_nothing(kind, json) || !WRITES.iter().any(|part| mentions(json, part)))
}

fn mentions(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

fn object(kind: &str) -> Option<&'static str> {
    OBJECTS.iter().find(|(known, _)| *known == kind).map(|(_, object)| *object)
}

fn manifest(kind: &str) -> Option<&'static str> {
    MANIFESTS.iter().find(|(known, _)| *known == kind).map(|(_, argument)| *argument)
}

/// What a resource's arguments hold of another carrier.
pub(super) fn read(record: &Record, options: &ReadOptions) -> Option<Carried> {
    let kind = record.kind.as_str();
    if record.mode == Mode::Data || !supports(kind) {
        return None;
    }
    let body = &record.body;
    let argument = |name: &str| body.get(name).map_or(&[][..], Node::each);
    let documents: Vec<Node> = match (object(kind), manifest(kind)) {
        (Some(""), _) => vec![body.clone()],
        (Some(object), _) => vec![with_kind(body, object)],
        (_, Some(name)) => argument(name).iter().flat_map(documents).collect(),
        _ if kind == "helm_release" => {
            let set = ["set", "set_sensitive"].iter().flat_map(|name| argument(name)).filter_map(setting);
            argument("values").iter().flat_map(documents).chain(set).collect()
        }
        _ => {
            let mut out = Carried::default();
            for node in scripts(kind).iter().filter_map(|name| body.get(name)) {
                started(node, options, &mut out);
            }
            return Some(out);
        }
    };
    // What does not parse is told by what deploys it.
    Some(Carried { diagnostics: Vec::new(), ..kubernetes::read(&documents, options) })
}

/// The documents of an argument: an object, or a text of YAML that would be read as a file.
fn documents(node: &Node) -> Vec<Node> {
    match &node.value {
        Value::Map(_) => vec![node.clone()],
        Value::String(text) if recognise("values.yaml", text.raw()) == Some(Format::KubernetesYaml) => {
            yaml::parse(&text.fragment(node.span)).0
        }
        _ => Vec::new(),
    }
}

fn entry(key: impl Into<SmolStr>, value: Node, span: Span) -> Entry {
    Entry { key: Text::atomic(key, span), key_span: span, value }
}

/// An object as a manifest writes it.
fn with_kind(body: &Node, kind: &str) -> Node {
    let mut entries = body.as_map().unwrap_or_default().to_vec();
    for (key, value) in [("apiVersion", "v1"), ("kind", kind)] {
        entries.push(entry(key, Node::new(body.span, Value::String(Text::atomic(value, body.span))), body.span));
    }
    Node::new(body.span, Value::Map(entries))
}

/// `set { name = "server.standalone.config", value = "…" }`: one of a chart's values.
fn setting(set: &Node) -> Option<Node> {
    let (name, value) = (set.get("name")?, set.get("value")?);
    let key = name.as_str()?.rsplit('.').next()?;
    Some(Node::new(set.span, Value::Map(vec![entry(key, value.clone(), name.span)])))
}

/// What a machine is started with: a text, or a map of texts.
fn started(node: &Node, options: &ReadOptions, out: &mut Carried) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries.iter().filter(|entry| entry.value.as_text().is_some()) {
                started(&entry.value, options, out);
            }
        }
        Value::String(text) => match decoded(text, node.span) {
            Some(plain) => script(&plain, node.span, options, out),
            None => script(text, node.span, options, out),
        },
        _ => {}
    }
}

/// The text that stands there encoded, as a plan shows it: with no places in it.
fn decoded(text: &Text, span: Span) -> Option<Text> {
    let raw = text.known()?.trim();
    let encoded = raw.len() > 64 && !raw.contains(char::is_whitespace);
    let bytes = STANDARD.decode(encoded.then_some(raw)?).ok()?;
    Some(Text::atomic(String::from_utf8(bytes).ok()?, span))
}

/// Configurations that a start script writes: here-documents of a shell, or files of
/// cloud-init.
fn script(text: &Text, span: Span, options: &ReadOptions, out: &mut Carried) {
    let raw = text.raw();
    if raw.trim_start().starts_with("#cloud-config") {
        let (files, _) = yaml::parse(&text.fragment(span));
        out.append(Carried { diagnostics: Vec::new(), ..kubernetes::read(&files, options) });
        return;
    }
    for (start, end) in here_documents(raw) {
        let (inner, place) = (text.sub(span, start, end), text.span_of(span, start, end));
        if let Some(carried) = service::embedded(&inner, place, Carrier::VaultConfig, options) {
            // The shell fills in some of it first.
            out.append(Carried { diagnostics: Vec::new(), ..carried });
        }
    }
}

/// The bodies of here-documents that go to files of configuration:
/// `cat > /etc/vault.d/vault.hcl <<EOF`.
fn here_documents(script: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut open: Option<(&str, usize)> = None;
    for line in script.split_inclusive('\n') {
        let start = at;
        at += line.len();
        match open {
            Some((marker, from)) if line.trim() == marker => {
                found.push((from, start));
                open = None;
            }
            Some(_) => {}
            None => open = opening(line).map(|marker| (marker, at)),
        }
    }
    found
}

/// The marker of a here-document that a line begins, if it goes to such a file.
fn opening(line: &str) -> Option<&str> {
    let (_, after) = line.split_once("<<")?;
    let after = after.strip_prefix('-').unwrap_or(after).trim_start_matches([' ', '"', '\'', '\\']);
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
    let marker = after.get(..end).filter(|marker| !marker.is_empty())?;
    let word = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | '<' | ';' | '|' | ')');
    let file = line.split(word).any(|word| [".hcl", ".json"].iter().any(|end| word.ends_with(end)));
    file.then_some(marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_without_a_script_that_may_write_are_told_by_their_text() {
        let encoded = |script: &str| format!("{{\"user_data\": \"{}\"}}", STANDARD.encode(script));
        let table = [
            ("aws_instance", r##"{"user_data": "#!/bin/sh\ncat > a.hcl <<EOF"}"##.to_owned(), false),
            ("aws_instance", r##"{"user_data": "#!/bin/sh\ncat > a.hcl \u003c\u003cEOF"}"##.to_owned(), false),
            ("aws_instance", encoded("#!/bin/bash\ncat > a.hcl <<EOF\n"), false),
            ("aws_launch_template", encoded("#cloud-config\nwrite_files: []\n"), false),
            ("aws_instance", r#"{"user_data": "0f7c1d0e2c2a3f6b1d9f0c8e7a6b5c4d3e2f1a0b"}"#.to_owned(), true),
            ("aws_instance", r#"{"ami": "<<"}"#.to_owned(), true),
            ("aws_iam_role", "{}".to_owned(), false),
        ];
        for (kind, text, expected) in table {
            assert_eq!(writes_nothing(kind, &text), expected, "{kind} {text}");
        }
    }

    #[test]
    fn here_documents_of_configuration_files_are_found() {
        let table = [
            ("cat > /etc/vault.d/vault.hcl <<EOF\na\nb\nEOF\n", Some("a\nb\n")),
            ("cat <<-'END' | sudo tee /etc/vault.hcl >/dev/null\na\n\tEND\n", Some("a\n")),
            ("tee \"$dir/config.json\" << \"E_1\"\n{}\nE_1", Some("{}\n")),
            ("cat <<EOF >/etc/motd\na\nEOF\n", None),
            ("cat > a.hcl <<EOF\na\n", None),
            ("cat > a.hcl <<< x\n", None),
            ("cat <<", None),
        ];
        for (script, expected) in table {
            let found = here_documents(script);
            assert_eq!(found.first().and_then(|(start, end)| script.get(*start..*end)), expected, "{script}");
        }
    }
}
