//! Service principals: how they are written, which there are, which tell whom they act for.

use crate::aws::catalog::catalog;
use crate::aws::document::{PrincipalEntry, PrincipalKind};
use crate::lint::{Finding, Sink, StatementFacts};
use crate::suggest::{closest, distance_below};

/// Names of service principals without Region and domain that differ from the prefixes of
/// actions. The list is not whole: a name that is missing here is only ever called wrong
/// where it is close to one that is known.
/// Source: the services' guides, sections on service roles.
const NAMES: &[&str] = &[
    "agentless",
    "airflow-env",
    "build",
    "cognito",
    "config-conforms",
    "config-multiaccountsetup",
    "ec2fleet",
    "ec2fastlaunch",
    "ec2scheduled",
    "ecs-tasks",
    "edgelambda",
    "eks-fargate-pods",
    "eks-nodegroup",
    "emr",
    "export",
    "jellyfish",
    "lexv2",
    "logger",
    "macie",
    "migrationhub",
    "monitoring",
    "opensearchservice",
    "osis-pipelines",
    "pinpoint",
    "reporting",
    "spot",
    "spotfleet",
    "vmie",
    "vpc-flow-logs",
];

/// Services whose guide puts `aws:SourceArn` or `aws:SourceAccount` into the trust policy of
/// a role that they assume, and so send them. Not listed are those of which this is not
/// said (EC2, Lambda, EKS), with which the condition breaks the role.
/// Source: the services' guides, sections "cross-service confused deputy prevention".
const DEPUTIES: &[&str] = &[
    "airflow-env",
    "amplify",
    "appflow",
    "appsync",
    "bedrock",
    "bedrock-agentcore",
    "cloudtrail",
    "codebuild",
    "codepipeline",
    "comprehend",
    "config",
    "datasync",
    "dlm",
    "emr-serverless",
    "events",
    "firehose",
    "fis",
    "forecast",
    "gamelift",
    "grafana",
    "iot",
    "kafkaconnect",
    "kendra",
    "kinesisanalytics",
    "lexv2",
    "logs",
    "mediaconvert",
    "omics",
    "osis-pipelines",
    "personalize",
    "pipes",
    "qbusiness",
    "rekognition",
    "sagemaker",
    "scheduler",
    "ssm",
    "states",
    "textract",
    "transcribe",
    "transfer",
    "vpc-flow-logs",
];

/// What is wrong with the name of a service principal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The name that was meant.
    pub(super) meant: String,
}

/// The name of a service principal without Region and domain; none where the domain is not
/// one of AWS's.
pub(super) fn name(principal: &str) -> Option<String> {
    let principal = principal.to_ascii_lowercase();
    let head =
        [".amazonaws.com.cn", ".amazonaws.com", ".amazonaws.eu"].iter().find_map(|end| principal.strip_suffix(end))?;
    let labels: Vec<&str> = head.split('.').filter(|label| !is_region(label)).collect();
    Some(labels.join("."))
}

/// Whether a label is shaped like a Region.
pub(super) fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let letters = |part: &&str| part.len() >= 2 && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [area @ .., number] if area.len() >= 2 => {
            number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()) && area.iter().all(letters)
        }
        _ => false,
    }
}

/// What is certainly wrong with a service principal: it has another domain than services
/// have, or a name that no service has and that is close to one.
pub(super) fn fault(principal: &str) -> Option<Fault> {
    if principal.contains(['*', '?', '$', '{', '<']) || !principal.contains('.') {
        return None;
    }
    let lower = principal.to_ascii_lowercase();
    if let Some(name) = name(principal) {
        let near = meant(&name)?;
        return Some(Fault { meant: lower.replacen(&name, near, 1) });
    }
    let (label, domain) = lower.split_once('.')?;
    let close = ["amazon.com", "amazonaws.co", "amazonaws.org", "amazonaws.net", "aws.amazon.com", "aws.com"];
    let wrong = close.contains(&domain)
        || (domain != "amazonaws.com"
            && closest(domain, ["amazonaws.com"]).is_some()
            && !domain.starts_with("amazonaws.com"));
    let china = domain.strip_suffix(".cn").map_or("", |_| ".cn");
    (wrong && known(label)).then(|| Fault { meant: format!("{label}.amazonaws.com{china}") })
}

/// Whether there is a service of that name, as far as is known.
fn known(name: &str) -> bool {
    NAMES.contains(&name) || catalog().has_service(name)
}

/// The service that a name which no service has is close to.
fn meant(name: &str) -> Option<&'static str> {
    if name.len() < 3 || name.contains('.') || known(name) {
        return None;
    }
    let near = closest(name, NAMES.iter().copied().chain(catalog().prefixes().iter().copied()))?;
    // services write their name with and without hyphens, and number later versions of them
    let letters = |text: &str| text.trim_end_matches("v2").replace('-', "");
    if letters(name) == letters(near) {
        return None;
    }
    let same_start = name.bytes().next() == near.bytes().next();
    let contained = name.len() > near.len() && near.len() >= 6 && name.contains(near);
    let close = match name.len() {
        3..=4 => same_start && near.len() == name.len(),
        5..=7 => same_start,
        _ => same_start || contained,
    };
    // three letters of difference are only believed where the whole name stands in it
    let few = contained || distance_below(name, near, 3).is_some();
    (close && few).then_some(near)
}

/// The service, if it says for whom it assumes a role; a name that is close to such a
/// service's counts.
pub(super) fn deputy(principal: &str) -> Option<&'static str> {
    let name = name(principal)?;
    let name = meant(&name).unwrap_or(&name);
    DEPUTIES.iter().copied().find(|known| *known == name)
}

/// The known service principals of a statement.
pub(super) fn services<'f>(facts: &'f StatementFacts<'_>) -> impl Iterator<Item = (&'f PrincipalEntry, &'f str)> {
    let entries = facts.statement.principal.iter().filter(|p| !p.negated).flat_map(|p| &p.entries);
    entries
        .filter(|entry| entry.kind == PrincipalKind::Service)
        .filter_map(|entry| Some((entry, entry.item.text.known()?)))
}

/// Keys that say for whom a service acts.
pub(super) const SOURCE: &[&str] =
    &["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"];

/// Whether any condition is about whom a service acts for, or might be.
pub(super) fn tells_source(facts: &StatementFacts<'_>) -> bool {
    facts.statement.conditions_unknown || facts.conditions.iter().any(|c| SOURCE.contains(&c.key.as_str()))
}

/// Reports at the first of some services of a statement that it may be made to do
/// something, with the others beside it.
pub(super) fn report_services<'f>(
    mut found: impl Iterator<Item = (&'f PrincipalEntry, &'f str)>,
    what: &str,
    sink: &mut Sink<'_>,
    complete: impl Fn(&mut Finding),
) {
    let Some((first, text)) = found.next() else { return };
    let others: Vec<_> = found.collect();
    let more = match others.len() {
        0 => String::new(),
        1 => " and one more service".to_owned(),
        n => format!(" and {n} more services"),
    };
    let finding = sink.report(first.item.span, format!("`{text}`{more} may be made to {what}"));
    for (entry, _) in others {
        finding.related(entry.item.span, "and this one");
    }
    complete(finding);
}

/// Reports the service principals of a statement that no service has.
pub(super) fn report_unknown(facts: &StatementFacts<'_>, sink: &mut Sink<'_>) {
    for (entry, text) in services(facts) {
        if let Some(fault) = fault(text) {
            sink.report(entry.item.span, format!("no service has the principal `{text}`"))
                .label("no such service")
                .help(format!("did you mean `{}`?", fault.meant));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{deputy, fault};

    #[test]
    fn only_near_misses_are_wrong() {
        let table = [
            ("aiforecasts.amazonaws.com", Some("forecast.amazonaws.com")),
            ("ec3.amazonaws.com", Some("ec2.amazonaws.com")),
            ("lamdba.amazonaws.com", Some("lambda.amazonaws.com")),
            ("ec2.amazon.com", Some("ec2.amazonaws.com")),
            ("lambda.amazonaws.co", Some("lambda.amazonaws.com")),
            ("lambda.amazonws.com", Some("lambda.amazonaws.com")),
            ("codebuilds.amazonaws.com", Some("codebuild.amazonaws.com")),
            ("ec2.amazonaws.com", None),
            ("ec2.amazonaws.com.cn", None),
            ("states.eu-west-1.amazonaws.com", None),
            ("logs.eu-isoe-west-1.amazonaws.com", None),
            ("ops.apigateway.amazonaws.com", None),
            ("delivery.logs.amazonaws.com", None),
            ("gamelift.aws.internal", None),
            ("brand-new-thing.amazonaws.com", None),
            ("alexa-appkit.amazon.com", None),
            ("*", None),
            ("${service}.amazonaws.com", None),
        ];
        for (principal, expected) in table {
            assert_eq!(fault(principal).map(|f| f.meant).as_deref(), expected, "{principal}");
        }
    }

    #[test]
    fn a_near_miss_counts_as_the_service_it_means() {
        assert_eq!(deputy("aiforecasts.amazonaws.com"), Some("forecast"));
        assert_eq!(deputy("states.eu-west-1.amazonaws.com"), Some("states"));
        assert_eq!(deputy("ec2.amazonaws.com"), None);
        assert_eq!(deputy("lambda.amazonaws.com"), None);
    }
}
