use crate::carrier::declaration::{AwsPolicy, AwsPrincipalKind, Item};
use crate::lint::{Check, Inputs, Sink, StatementFacts};
use crate::model::AwsIdentity;

pub(super) const CHECK: Check = Check::Model(check);

/// Actions whose calls name a role, which the caller must be allowed to pass, in lower case.
const PASS: &[&str] = &[
    "apprunner:createservice",
    "batch:createcomputeenvironment",
    "codebuild:createproject",
    "codepipeline:createpipeline",
    "datasync:createlocations3",
    "dms:createendpoint",
    "ecs:createservice",
    "eks:createcluster",
    "eks:createnodegroup",
    "emr-serverless:startjobrun",
    "firehose:createdeliverystream",
    "glue:createcrawler",
    "glue:createjob",
    "lambda:createfunction",
    "pipes:createpipe",
    "sagemaker:createmodel",
    "sagemaker:createnotebookinstance",
    "sagemaker:createprocessingjob",
    "sagemaker:createtrainingjob",
    "scheduler:createschedule",
    "states:createstatemachine",
];

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    for identity in model.identities().filter_map(|id| model.identity(id)) {
        let Some(policies) = all_policies(inputs, identity) else { continue };
        let statements: Vec<StatementFacts<'_>> = policies
            .iter()
            .flat_map(|policy| &policy.document.statements)
            .map(|statement| StatementFacts::new(statement))
            .collect();
        if statements.iter().any(|facts| facts.allow && facts.applies_to("iam:passrole").is_some()) {
            continue;
        }
        let found = statements.iter().filter(|facts| facts.allow && !facts.not_action).find_map(|facts| {
            facts.actions.iter().find(|action| PASS.contains(&action.lower.as_str())).map(|action| (facts, action))
        });
        let Some((facts, action)) = found else { continue };
        let shown = action.known().map_or_else(
            || action.item.text.display(),
            |(service, known)| format!("{}:{}", service.prefix, known.name),
        );
        let finding = sink.report(
            action.item.span,
            format!(
                "`{shown}` needs `iam:PassRole` for the role it is given, which no policy of `{}` allows",
                identity.address
            ),
        );
        finding.label("fails without it").help("allow `iam:PassRole` on that role, with `iam:PassedToService`");
        finding.unit = facts.statement.span;
    }
}

/// All policies of a role, or of a user outside groups, if every one of them is seen whole.
fn all_policies<'a>(inputs: &Inputs<'a>, identity: &AwsIdentity) -> Option<Vec<&'a AwsPolicy>> {
    if identity.kind == AwsPrincipalKind::Group || !identity.groups.is_empty() || !identity.missing.is_empty() {
        return None;
    }
    let mut policies = Vec::new();
    for id in &identity.policies {
        let Some(Item::AwsPolicy(policy)) = inputs.model.declaration(*id).map(|d| &d.item) else { return None };
        let document = &policy.document;
        let hidden = |statement: &crate::aws::document::Statement| {
            statement.unknown || statement.action.as_ref().is_some_and(|list| list.unknown)
        };
        if document.unknown
            || document.statements_unknown
            || document.statements.iter().any(|statement| hidden(statement))
        {
            return None;
        }
        policies.push(policy);
    }
    Some(policies)
}
