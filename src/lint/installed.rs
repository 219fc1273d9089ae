//! Findings in modules that `terraform init` installed: told at the calls, as nobody edits
//! the copies.

use smol_str::SmolStr;

use super::{Category, Finding, Inputs, Rules, Severity};
use crate::source::Span;
use crate::syntax::Node;

/// A call from somebody's own module into an installed one.
struct Call<'a> {
    /// `module.iam`: what the addresses of all that it makes begin with.
    address: &'a str,
    name: &'a str,
    /// What all that is installed for its root module lies below.
    data: String,
    /// Where the called module itself lies.
    directory: &'a str,
    /// Where the call says what is called.
    place: Span,
    block: Span,
}

/// Brings findings in installed modules to the calls. What only their authors could mend,
/// style and all that is not dangerous, is left out.
pub(super) fn at_calls(inputs: &Inputs<'_>, rules: &Rules, findings: &mut Vec<Finding>) {
    let calls: Vec<Call<'_>> =
        inputs.records.iter().filter(|record| record.kind == "module").filter_map(call).collect();
    if calls.is_empty() {
        return;
    }
    findings.retain_mut(|finding| {
        let name = inputs.sources.name(finding.span.source);
        let below = |call: &&Call<'_>| name.starts_with(&call.data);
        let made_by = |call: &&Call<'_>| {
            finding.address.strip_prefix(call.address).is_some_and(|rest| rest.starts_with('.')) && below(call)
        };
        // What has no address is a text's, or the model's as a whole.
        let inside = |call: &&Call<'_>| below(call) && name.starts_with(call.directory);
        let Some(call) = calls.iter().find(made_by).or_else(|| calls.iter().find(inside)) else {
            return true;
        };
        let rule = rules.get(&finding.rule);
        let coverage = rule.is_some_and(|rule| rule.tags.iter().any(|tag| tag == "coverage"));
        let style = rule.is_some_and(|rule| rule.category == Category::Hygiene);
        if !coverage && (style || finding.severity < Severity::Medium) {
            return false;
        }
        let label = if finding.label.is_empty() { "in the module" } else { finding.label.as_str() };
        finding.related.insert(0, (finding.span, label.to_owned()));
        finding.label = format!("module `{}` has it", call.name);
        finding.span = call.place;
        finding.unit = call.block;
        finding.unit_name = SmolStr::new(call.name);
        finding.home = None;
        finding.fix = None;
        true
    });
}

fn call(record: &crate::carrier::record::Record) -> Option<Call<'_>> {
    let text = |key: &str| record.body.get(key).and_then(Node::as_str);
    let (root, directory) = (text("root")?, text("directory")?);
    Some(Call {
        address: &record.address,
        name: record.label.as_ref().map_or("", |(label, _)| label.raw()),
        data: if root.is_empty() { ".terraform/".to_owned() } else { format!("{root}/.terraform/") },
        directory,
        place: record.body.span,
        block: record.span,
    })
}
