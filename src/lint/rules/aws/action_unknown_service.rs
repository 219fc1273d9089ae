use crate::aws::catalog::catalog;
use crate::lint::{Check, Confidence, Severity, Sink, StatementContext};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Prefixes that existed, or exist and are not in the reference.
const RETIRED: &[&str] = &[
    "opsworks",
    "opsworks-cm",
    "aws-portal",
    "mobilehub",
    "mobileanalytics",
    "honeycode",
    "robomaker",
    "worklink",
    "datapipeline",
    "importexport",
    "mechanicalturk",
    "sumerian",
    "alexaforbusiness",
    "awsconnector",
    "kinesisanalytics",
    "cloudhsm",
    "codestar",
    "codestar-connections",
    "gamelift",
    "elastictranscoder",
    "lookoutmetrics",
    "lookoutvision",
    "nimble",
    "workdocs",
    "qldb",
    "private-networks",
    "iotevents",
    "iotanalytics",
    "iot1click",
    "iotfleethub",
    "dbqms",
    "a4b",
    "application-cost-profiler",
    "bugbust",
    "chatbot",
    "finspace-api",
    "fsx",
    "trustedadvisor",
    "wellarchitected",
    "zocalo",
    "wam",
    "arsenal",
    "apprunner",
    "evidently",
    "simspaceweaver",
    "ssm-contacts",
    "sdb",
    "inspector",
    "mediastore",
    "snow-device-management",
    "discovery",
    "iotthingsgraph",
    "macie",
    "wickr",
    "braket",
    "panorama",
    "proton",
    "thinclient",
    "elastic-inference",
    "sms",
    "sms-voice",
    "mgh",
    "migrationhub-strategy",
    "awsmigrationhub",
    "tax",
    "purchase-orders",
    "autoscaling-plans",
    "lex",
    "swf",
    "ses",
    "logs",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for action in &context.facts.actions {
        let prefix = action.service();
        let judged = action.item.text.is_known() && !prefix.is_empty() && !action.name().is_empty();
        if !judged
            || prefix.contains(['*', '?', '$', ' '])
            || catalog().has_service(prefix)
            || RETIRED.contains(&prefix)
        {
            continue;
        }
        let date = catalog().date();
        let near = closest(prefix, catalog().prefixes().iter().copied());
        let finding = sink.report(action.item.span, format!("`{prefix}` is no AWS service (as of {date})"));
        finding.label("matches nothing");
        match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.confidence(Confidence::Low).severity(Severity::Low),
        };
    }
}
