use super::variable_common::texts;
use crate::carrier::declaration::Carrier;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

/// Parameters that every template has. Source: CloudFormation reference, pseudo parameters.
const PSEUDO: [&str; 6] = [
    "${AWS::AccountId}",
    "${AWS::Partition}",
    "${AWS::Region}",
    "${AWS::StackId}",
    "${AWS::StackName}",
    "${AWS::URLSuffix}",
];

/// Variables of the Serverless Framework, whose plugins fill in what CloudFormation does not.
const FRAMEWORK: [&str; 4] = ["${self:", "${opt:", "${sls:", "${env:"];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if context.declaration.carrier != Carrier::CloudFormation {
        return;
    }
    let mut found = Vec::new();
    let all = context.statements.iter().flat_map(|facts| texts(facts).map(move |text| (facts, text)));
    for (facts, (text, span)) in all {
        let raw = text.raw();
        let first = PSEUDO.iter().filter_map(|name| Some((raw.find(name)?, *name))).min();
        if let Some((at, name)) = first {
            found.push((facts, text.span_of(span, at, at + name.len()), name));
        }
    }
    let Some((_, first, _)) = found.first() else { return };
    let template = context.inputs.sources.text(first.source);
    if FRAMEWORK.iter().any(|variable| template.contains(variable)) {
        return;
    }
    for (facts, place, name) in found {
        let finding =
            sink.report(place, format!("`{name}` stays as it is: CloudFormation fills it in within `Fn::Sub` alone"));
        finding.unit = facts.statement.span;
        finding.label("not filled in").help("write `!Sub` before the text, or `{\"Fn::Sub\": \"…\"}` around it");
    }
}
