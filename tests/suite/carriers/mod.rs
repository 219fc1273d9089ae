//! The same policies in every carrier give the same findings and the same answers, and
//! each finding points at the text that it is about.

mod exports;
mod pulumi;
mod resources;
mod table;
mod terraform;

use std::collections::{BTreeMap, BTreeSet};

use overgrant::aws::context::Context;
use overgrant::aws::document::PolicyKind;
use overgrant::aws::evaluate::{Policies, PreparedPolicy, Request, explain};
use overgrant::carrier::declaration::Item;
use overgrant::carrier::{self, ReadOptions};
use overgrant::lint::{self, Finding, Inputs, Selection};
use overgrant::model::Model;
use overgrant::simulate::principal::{Principal, Session, VaultQuestion, resolve};
use overgrant::source::{Fragment, SourceId, SourceMap};
use overgrant::vault::capability::Capability;
use overgrant::vault::dialect::Dialect;

use resources::{Resource, mount_of, resources};
use table::{CASES, Case, Kind};

/// Files by name.
type Files = Vec<(String, String)>;
/// Writes a case; nothing where the carrier cannot express it.
type Write = fn(&Case, &[Resource]) -> Files;

fn file(name: &str, text: impl Into<String>) -> Files {
    vec![(name.to_owned(), text.into())]
}

/// A text with its lines moved to the right.
fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{}{line}\n", " ".repeat(by)) };
    text.lines().map(line).collect()
}

/// Every carrier; what the first one that has a case says, all must say.
const CARRIERS: &[(&str, Write)] = &[
    ("Terraform, heredoc", terraform::heredoc),
    ("Terraform, indented heredoc", terraform::indented_heredoc),
    ("Terraform, quoted", terraform::quoted),
    ("Terraform, jsonencode", terraform::jsonencode),
    ("Terraform, policy document", terraform::data_document),
    ("Terraform, JSON", terraform::json_source),
    ("plan", terraform::plan),
    ("state as shown", terraform::shown_state),
    ("raw state", terraform::raw_state),
    ("Python, triple quotes", pulumi::triple_quoted),
    ("Python, f-string", pulumi::f_string),
    ("Python, implicit concatenation", pulumi::implicit),
    ("Python, json.dumps", pulumi::dumped),
    ("Python, aws_native", exports::native),
    #[cfg(feature = "typescript")]
    ("TypeScript, template", pulumi::template),
    #[cfg(feature = "typescript")]
    ("TypeScript, interpolate", pulumi::interpolated),
    #[cfg(feature = "typescript")]
    ("TypeScript, concatenation", pulumi::added),
    #[cfg(feature = "typescript")]
    ("TypeScript, JSON.stringify", pulumi::stringified),
    ("Pulumi YAML, block", pulumi::yaml_block),
    ("Pulumi YAML, quoted", pulumi::yaml_quoted),
    ("Pulumi YAML, object", pulumi::yaml_object),
    ("stack export", pulumi::export),
    ("preview", pulumi::preview),
    ("CloudFormation, JSON", exports::template_json),
    ("CloudFormation, YAML", exports::template_yaml),
    ("AWS account", exports::account),
    ("bare file", exports::bare),
    ("Vault export", exports::vault_export),
    ("bank-vaults", exports::bank_vaults),
    ("vault-config-operator", exports::config_operator),
];

/// What a carrier says of cases, each with its files in a directory of its own.
struct World {
    sources: SourceMap,
    model: Model,
    findings: Vec<Finding>,
    cases: Vec<(&'static Case, BTreeSet<SourceId>)>,
}

fn read(carrier: &str, write: Write, wanted: impl Fn(&Case) -> bool) -> World {
    let (mut sources, mut inputs, mut cases) = (SourceMap::new(), Vec::new(), Vec::new());
    for case in CASES.iter().filter(|case| wanted(case)) {
        let files = write(case, &resources(case));
        if files.is_empty() {
            continue;
        }
        let mut own = BTreeSet::new();
        for (name, text) in files {
            let name = format!("{}/{name}", case.name);
            let format = carrier::recognise(&name, &text);
            let format = format.unwrap_or_else(|| panic!("{carrier}: {name} is not recognised\n{text}"));
            let source = sources.add(name, text);
            own.insert(source);
            inputs.push((source, format));
        }
        cases.push((case, own));
    }
    let carried = carrier::read_all(&sources, &inputs, &ReadOptions::default());
    assert_eq!(carried.diagnostics, [], "{carrier}");
    let model = Model::build(carried.declarations, &sources);
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let findings = lint::run(&inputs, lint::builtin(), &Selection::default()).findings;
    World { sources, model, findings, cases }
}

/// Words of a text, whatever the quotes, escapes and punctuation around them, in order of
/// the alphabet. Names that carriers write each in their own way are left out.
fn words(text: &str) -> BTreeSet<String> {
    const KEYS: &[&str] = &[
        "action",
        "actions",
        "condition",
        "effect",
        "identifiers",
        "notaction",
        "notactions",
        "policyid",
        "id",
        "principal",
        "principals",
        "resource",
        "resources",
        "sid",
        "statement",
        "test",
        "type",
        "values",
        "variable",
        "version",
    ];
    let text = text.replace("\\u0026", "&").replace("\\u003c", "<").replace("\\u003e", ">");
    let text = text.replace("\\\"", "\"").replace("\\n", " ").replace("\\t", " ");
    let kept = |c: char| c.is_alphanumeric() || !c.is_ascii() || "*:/.+-@".contains(c);
    text.replace('_', "")
        .split(|c: char| !kept(c))
        .map(|word| word.trim_matches(':').to_lowercase())
        .filter(|word| !word.is_empty() && !KEYS.contains(&word.as_str()) && !word.trim_matches('-').is_empty())
        .collect()
}

/// A finding: its rule and those it speaks for, the unit's name, the words pointed at.
type Told = (String, String, Vec<String>);

/// What is found in a case's files.
fn said(case: &Case, files: &BTreeSet<SourceId>, world: &World) -> BTreeSet<Told> {
    let vocabulary = words(case.text);
    let told = |finding: &Finding| {
        let slice = words(world.sources.slice(finding.span));
        // What is about the whole points at words of the carrier's own.
        let inside = !slice.is_empty() && slice.is_subset(&vocabulary) && slice != vocabulary;
        let place = if inside { slice.into_iter().collect() } else { vec!["<whole>".to_owned()] };
        let rules: Vec<&str> = std::iter::once(&finding.rule).chain(&finding.also).map(AsRef::as_ref).collect();
        (rules.join(" "), finding.unit_name.to_string(), place)
    };
    world.findings.iter().filter(|finding| files.contains(&finding.span.source)).map(told).collect()
}

/// The decision of each question.
fn answered(case: &Case, files: &BTreeSet<SourceId>, world: &World) -> Vec<(String, String)> {
    let ask = |(what, on, _): &(&str, &str, &str)| {
        let decision = match case.kind {
            Kind::Policy => vault_decision(world, &format!("policy:{}", case.name), what, on),
            Kind::Role(kind) => vault_decision(world, &format!("auth/{}/role/{}", mount_of(kind), case.name), what, on),
            _ => aws_decision(case, files, world, what, on),
        };
        (format!("{what} {on}"), decision)
    };
    case.asks.iter().map(ask).collect()
}

fn vault_decision(world: &World, principal: &str, capability: &str, path: &str) -> String {
    let principal = match resolve(&world.model, principal) {
        Ok(Principal::Vault(principal)) => principal,
        other => return format!("{other:?}"),
    };
    let session = Session::new(&world.model, principal, Dialect::default());
    let capability = Capability::from_name(capability).expect("a capability");
    let answer = session.ask(&world.model, &world.sources, &VaultQuestion::new(capability, path));
    format!("{:?}", answer.decision).to_lowercase()
}

/// What the case's document, and nothing else, decides for a role of the account.
fn aws_decision(case: &Case, files: &BTreeSet<SourceId>, world: &World, action: &str, resource: &str) -> String {
    let wanted = match case.kind {
        Kind::Identity => PolicyKind::Identity,
        Kind::Trust => PolicyKind::Trust,
        Kind::Resource(_) => PolicyKind::Resource,
        _ => PolicyKind::Scp,
    };
    let own = world.model.declarations().iter().filter(|declaration| files.contains(&declaration.span.source));
    let of_kind = own.filter_map(|declaration| match &declaration.item {
        Item::AwsPolicy(policy) if policy.kind == wanted => Some(policy),
        _ => None,
    });
    let found: Vec<_> = of_kind.collect();
    let [policy] = found.as_slice() else { return format!("{} policies of kind {wanted:?}", found.len()) };
    let prepared = PreparedPolicy::new("p", policy.document.clone(), wanted);
    let all = full_access();
    let arn = "arn:aws:iam::111122223333:role/caller";
    let role = format!("arn:aws:iam::111122223333:role/{}", case.name);
    let resource = if resource.is_empty() { role.as_str() } else { resource };
    let request = Request::new(arn, action, resource, Context::new(false)).expect("a request").owned_by("111122223333");
    let mut policies = Policies::default();
    match wanted {
        PolicyKind::Identity => policies.identity = vec![&prepared],
        PolicyKind::Scp => {
            policies.identity = vec![&all];
            policies.scps = vec![vec![&all, &prepared]];
        }
        _ => policies.resource = vec![&prepared],
    }
    format!("{:?}", explain(&request, &policies).verdict.decision()).to_lowercase()
}

fn full_access() -> PreparedPolicy {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let fragment = Fragment::plain(SourceId(9999), 0, text);
    let node = overgrant::syntax::json::parse(&fragment).0.expect("JSON");
    PreparedPolicy::new("all", overgrant::aws::document::parse(&node), PolicyKind::Scp)
}

/// Findings that not every carrier can have: what they rest on is not in the others.
const RESERVED: &[(&str, &[&str])] = &[
    // Only an account's own output says whose the role is.
    ("aws/trust-cross-account-root", &["AWS account"]),
];
/// Findings that rest on what a document by itself does not say: that it is on a bucket or role,
/// that everything there is stands beside it.
const NEEDS_PLACE: &[&str] =
    &["aws/resource-variable-undefined-for-roles", "aws/s3-no-tls-deny", "vault/policy-unused"];
const PLACELESS: &[&str] = &["bare file", "AWS account"];

fn excused(rule: &str, carrier: &str, lacking: bool) -> bool {
    let rule = rule.split(' ').next().unwrap_or_default();
    let reserved = RESERVED.iter().any(|(id, carriers)| *id == rule && carriers.contains(&carrier));
    reserved || lacking && NEEDS_PLACE.contains(&rule) && PLACELESS.contains(&carrier)
}

/// The first carrier that a case was read in, and what was said of it there.
type Said<'a> = (&'a str, BTreeSet<Told>, Vec<(String, String)>);

fn compare(vault: bool) {
    let mut faults = Vec::new();
    let mut compared = 0;
    let mut expected: BTreeMap<&str, Said<'_>> = BTreeMap::new();
    for (carrier, write) in CARRIERS {
        let world = read(carrier, *write, |case| matches!(case.kind, Kind::Policy | Kind::Role(_)) == vault);
        for (case, files) in &world.cases {
            let context = format!("{} in {carrier}", case.name);
            let (told, answers) = (said(case, files, &world), answered(case, files, &world));
            compared += 1;
            let Some((first, all, replies)) = expected.get(case.name) else {
                for (rule, place) in case.finds {
                    let place: Vec<String> = words(place).into_iter().collect();
                    if !told.iter().any(|(id, _, at)| id.split(' ').next() == Some(*rule) && *at == place) {
                        faults.push(format!("{context}: no {rule} at {place:?}"));
                    }
                }
                for ((what, on, expected), (_, answer)) in case.asks.iter().zip(&answers) {
                    if expected != answer {
                        faults.push(format!("{context}: {what} {on} is {answer}, not {expected}"));
                    }
                }
                expected.insert(case.name, (carrier, told, answers));
                continue;
            };
            let more = told.difference(all).filter(|told| !excused(&told.0, carrier, false));
            faults.extend(more.map(|told| format!("{context}, not in {first}: {told:?}")));
            let less = all.difference(&told).filter(|told| !excused(&told.0, carrier, true));
            faults.extend(less.map(|told| format!("{context} lacks, as in {first}: {told:?}")));
            if answers != *replies {
                faults.push(format!("{context}: {answers:?}, in {first}: {replies:?}"));
            }
        }
    }
    assert!(compared > 300, "{compared}");
    assert!(faults.is_empty(), "{} faults of {compared}:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_carrier_says_the_same_of_vault_policies_and_roles() {
    compare(true);
}

#[test]
fn every_carrier_says_the_same_of_aws_policies() {
    compare(false);
}

#[test]
fn forty_cases_with_known_findings_and_questions() {
    assert_eq!(CASES.len(), 40);
    let asked = CASES.iter().filter(|case| case.asks.len() >= 3).count();
    assert!(asked >= 38, "{asked}");
    assert!(CASES.iter().filter(|case| !case.finds.is_empty()).count() > 30);
}
