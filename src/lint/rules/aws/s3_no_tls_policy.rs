use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::bucket_common::{in_modules, is_bucket, program, programs};
use crate::carrier::declaration::{Declaration, Item};
use crate::carrier::record::Record;
use crate::lint::rules::record_common::{is_absent, refs};
use crate::lint::{Check, Inputs, Severity, Sink};
use crate::syntax::Node;

pub(super) const CHECK: Check = Check::Model(check);

/// Says so once for each program: it is one habit, not a mistake for each bucket. Where
/// other buckets of the program refuse plain HTTP, each that does not was forgotten.
fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let careful = refusing_http(inputs);
    for ((carrier, of), records) in programs(inputs) {
        let policed = Policed::of(&records);
        let mine = |record: &&&Record| is_bucket(record) && is_absent(&record.body, "policy");
        let buckets = records.iter().filter(mine).copied();
        let open: Vec<&Record> = buckets.filter(|bucket| !policed.holds(bucket)).collect();
        if open.is_empty() || in_modules(inputs, carrier, of, &open) {
            continue;
        }
        if careful.contains(of) {
            for bucket in open {
                let message = format!("`{}` takes plain HTTP, other buckets here refuse it", bucket.address);
                report(bucket, message, Severity::Low, sink);
            }
        } else if let [first, others @ ..] = open.as_slice() {
            let more = match others.len() {
                0 => String::new(),
                1 => " (nor does another bucket here)".to_owned(),
                n => format!(" (nor do {n} other buckets here)"),
            };
            let message = format!("`{}` has no bucket policy that refuses plain HTTP{more}", first.address);
            report(first, message, Severity::Info, sink);
        }
    }
}

fn report(bucket: &Record, message: String, severity: Severity, sink: &mut Sink<'_>) {
    let finding = sink.report(bucket.kind_span, message);
    finding
        .label("no policy")
        .severity(severity)
        .help("deny `s3:*` to everybody where `aws:SecureTransport` is `false`");
    finding.unit = bucket.span;
    finding.unit_name = bucket.address.clone();
}

/// Which buckets of a program have a policy, or may have one.
#[derive(Default)]
struct Policed<'r> {
    /// All may: a policy is for a bucket that is not known.
    all: bool,
    /// The names of buckets that policies are for.
    names: FxHashSet<&'r str>,
    /// The addresses of the buckets that policies refer to, and modules and components, which
    /// may give a bucket a policy.
    addresses: FxHashSet<&'r str>,
}

impl<'r> Policed<'r> {
    fn of(records: &[&'r Record]) -> Self {
        let buckets = records.iter().filter(|record| is_bucket(record)).map(|record| record.address.as_str());
        let buckets: FxHashSet<&str> = buckets.collect();
        let referred = |node: &'r Node| refs(node).into_iter().filter_map(|reference| among(&buckets, reference));
        let mut policed = Self::default();
        for record in records {
            if record.kind == "aws_s3_bucket_policy" {
                let Some(bucket) = record.body.get("bucket") else { continue };
                let found: FxHashSet<&str> = referred(bucket).collect();
                policed.all |= bucket.as_str().is_none() && found.is_empty();
                policed.names.extend(bucket.as_str());
                if found.len() == 1 {
                    policed.addresses.extend(found);
                }
            } else if !record.kind.starts_with("aws_") {
                let entries = record.body.as_map().unwrap_or(&[]);
                policed.addresses.extend(entries.iter().flat_map(|entry| referred(&entry.value)));
            }
        }
        policed
    }

    fn holds(&self, bucket: &Record) -> bool {
        // a policy for a name may be for a bucket whose name is not known
        let named = match bucket.body.get("bucket").and_then(Node::as_str) {
            Some(name) => self.names.contains(name),
            None => !self.names.is_empty(),
        };
        self.all || named || self.addresses.contains(bucket.address.as_str())
    }
}

/// The address among some that a reference is to: `aws_s3_bucket.logs` of
/// `aws_s3_bucket.logs.id`.
fn among<'r>(addresses: &FxHashSet<&str>, reference: &'r str) -> Option<&'r str> {
    let ends = reference.match_indices(['.', '[']).map(|(at, _)| at).chain([reference.len()]);
    ends.filter_map(|end| reference.get(..end)).find(|start| addresses.contains(start))
}

/// The programs in which a bucket policy refuses plain HTTP.
fn refusing_http<'a>(inputs: &Inputs<'a>) -> BTreeSet<&'a str> {
    let policies = inputs.model.aws.resource_policies.iter().filter_map(|id| inputs.model.declaration(*id));
    let refuses = |policy: &&Declaration| match &policy.item {
        Item::AwsPolicy(policy) => {
            policy.service.as_deref() == Some("s3") && {
                let conditions = policy.document.statements.iter().flat_map(|statement| &statement.conditions);
                conditions.into_iter().any(|c| c.key.raw().eq_ignore_ascii_case("aws:SecureTransport"))
            }
        }
        _ => false,
    };
    policies.filter(refuses).map(|policy| program(inputs, policy.carrier, policy.span)).collect()
}
