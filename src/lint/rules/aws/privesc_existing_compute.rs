use super::escalation_common::{listed, report};
use super::grant_common::{Reach, grants};
use crate::lint::holding::Holding;
use crate::lint::{Check, DocumentContext, Services, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

/// Sets that change or enter something that has a role already.
const SETS: &[&[&str]] = &[
    &["lambda:updatefunctioncode"],
    &["lambda:updatefunctionconfiguration"],
    &["cloudformation:updatestack"],
    &["cloudformation:createchangeset", "cloudformation:executechangeset"],
    &["ssm:sendcommand"],
    &["ssm:startsession"],
    &["ec2-instance-connect:sendsshpublickey"],
    &["ec2:modifyinstanceattribute", "ec2:stopinstances", "ec2:startinstances"],
    &["ec2:createlaunchtemplateversion", "ec2:modifylaunchtemplate"],
    &["ecs:executecommand"],
    &["glue:updatedevendpoint"],
    &["codebuild:startbuild"],
    &["codebuild:startbuildbatch"],
    &["batch:submitjob"],
    &["apprunner:updateservice"],
    &["states:updatestatemachine", "states:startexecution"],
    &["codedeploy:createdeployment", "codedeploy:registerapplicationrevision"],
    &["sagemaker:createpresignednotebookinstanceurl"],
    &[
        "sagemaker:createnotebookinstancelifecycleconfig",
        "sagemaker:updatenotebookinstance",
        "sagemaker:stopnotebookinstance",
        "sagemaker:startnotebookinstance",
    ],
    &["bedrock-agentcore:startcodeinterpretersession", "bedrock-agentcore:invokecodeinterpreter"],
    &["bedrock-agentcore:invokeagentruntimecommand"],
    &["bedrock-agentcore:startbrowsersession", "bedrock-agentcore:connectbrowserautomationstream"],
];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let wide = context.statements.iter().any(|facts| facts.allow && facts.any_resource().is_some());
    if !context.grants_to_identity() || !wide {
        return;
    }
    let holding = Holding::of(context);
    let allowed = context.facts.allowed;
    let mut held: Vec<_> = SETS
        .iter()
        .filter(|set| allowed.hold(Services::of_all(set)))
        .filter_map(|set| {
            let held = grants(&holding, set, Reach::Star)?;
            let at = held.iter().copied().min_by_key(|grant| grant.span.start)?;
            Some((at, held))
        })
        .collect();
    held.sort_by_key(|(at, held)| (held.iter().any(|grant| grant.lowered), at.span.start));
    let Some((at, set)) = held.first() else { return };
    let verb = if set.len() == 1 { "lets" } else { "together let" };
    let message = format!("{} on every resource {verb} the holder act with the role of what runs already", listed(set));
    let help = "name the functions, stacks and instances in `Resource`, or demand their tag";
    report(set, *at, (message, help), sink.severity(), sink);
}
