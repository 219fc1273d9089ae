//! Which actions, with `iam:PassRole`, run the caller's code as the role that is passed.
//!
//! The sets are those that published catalogues of IAM privilege escalation agree on.

/// Actions that together run code as a role, with the services the role is passed to.
#[derive(Debug, Clone, Copy)]
pub struct PassSet {
    /// Any of these service principals takes the role.
    pub services: &'static [&'static str],
    /// What is needed besides `iam:PassRole`.
    pub actions: &'static [&'static str],
}

const fn set(services: &'static [&'static str], actions: &'static [&'static str]) -> PassSet {
    PassSet { services, actions }
}

const EC2: &[&str] = &["ec2.amazonaws.com", "ec2.amazonaws.com.cn"];
const ECS: &[&str] = &["ecs-tasks.amazonaws.com"];
const CFN: &[&str] = &["cloudformation.amazonaws.com"];
const GLUE: &[&str] = &["glue.amazonaws.com"];
const SAGEMAKER: &[&str] = &["sagemaker.amazonaws.com"];
const AGENTCORE: &[&str] = &["bedrock-agentcore.amazonaws.com"];

/// Sets that need a role to be passed. A set stands before those that need more.
pub const PASS_SETS: &[PassSet] = &[
    set(EC2, &["ec2:runinstances"]),
    set(EC2, &["ec2:requestspotinstances"]),
    set(&["lambda.amazonaws.com"], &["lambda:createfunction"]),
    set(CFN, &["cloudformation:createstack"]),
    set(CFN, &["cloudformation:createstackset", "cloudformation:createstackinstances"]),
    set(CFN, &["cloudformation:updatestackset"]),
    set(ECS, &["ecs:runtask"]),
    set(ECS, &["ecs:starttask"]),
    set(ECS, &["ecs:registertaskdefinition", "ecs:createservice"]),
    set(GLUE, &["glue:createdevendpoint"]),
    set(GLUE, &["glue:createjob", "glue:startjobrun"]),
    set(GLUE, &["glue:createjob", "glue:createtrigger"]),
    set(GLUE, &["glue:updatejob", "glue:startjobrun"]),
    set(GLUE, &["glue:updatejob", "glue:createtrigger"]),
    set(GLUE, &["glue:createsession", "glue:runstatement"]),
    set(SAGEMAKER, &["sagemaker:createnotebookinstance"]),
    set(SAGEMAKER, &["sagemaker:createprocessingjob"]),
    set(SAGEMAKER, &["sagemaker:createtrainingjob"]),
    set(&["codebuild.amazonaws.com"], &["codebuild:createproject", "codebuild:startbuild"]),
    set(&["codebuild.amazonaws.com"], &["codebuild:createproject", "codebuild:startbuildbatch"]),
    set(&["codebuild.amazonaws.com"], &["codebuild:updateproject", "codebuild:startbuild"]),
    set(&["codebuild.amazonaws.com"], &["codebuild:updateproject", "codebuild:startbuildbatch"]),
    set(&["states.amazonaws.com"], &["states:createstatemachine", "states:startexecution"]),
    set(&["scheduler.amazonaws.com"], &["scheduler:createschedule"]),
    set(&["ssm.amazonaws.com"], &["ssm:createdocument", "ssm:startautomationexecution"]),
    set(&["tasks.apprunner.amazonaws.com", "build.apprunner.amazonaws.com"], &["apprunner:createservice"]),
    set(EC2, &["autoscaling:createlaunchconfiguration", "autoscaling:createautoscalinggroup"]),
    set(EC2, &["autoscaling:createlaunchconfiguration", "autoscaling:updateautoscalinggroup"]),
    set(&["elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"], &["elasticmapreduce:runjobflow"]),
    set(&["emr-serverless.amazonaws.com"], &["emr-serverless:createapplication", "emr-serverless:startjobrun"]),
    set(ECS, &["batch:registerjobdefinition", "batch:submitjob"]),
    set(&["braket.amazonaws.com"], &["braket:createjob"]),
    set(&["datapipeline.amazonaws.com"], &["datapipeline:createpipeline", "datapipeline:putpipelinedefinition"]),
    set(&["cognito-identity.amazonaws.com"], &["cognito-identity:setidentitypoolroles"]),
    set(
        &["kinesisanalytics.amazonaws.com"],
        &["kinesisanalytics:createapplication", "kinesisanalytics:startapplication"],
    ),
    set(&["omics.amazonaws.com"], &["omics:createworkflow", "omics:startrun", "s3:getobject"]),
    set(
        &["gamelift.amazonaws.com"],
        &["gamelift:createbuild", "gamelift:createfleet", "gamelift:requestuploadcredentials"],
    ),
    set(
        EC2,
        &[
            "imagebuilder:createcomponent",
            "imagebuilder:createimage",
            "imagebuilder:createimagerecipe",
            "imagebuilder:createinfrastructureconfiguration",
        ],
    ),
    set(
        AGENTCORE,
        &[
            "bedrock-agentcore:createcodeinterpreter",
            "bedrock-agentcore:startcodeinterpretersession",
            "bedrock-agentcore:invokecodeinterpreter",
        ],
    ),
    set(
        AGENTCORE,
        &[
            "bedrock-agentcore:createagentruntime",
            "bedrock-agentcore:createagentruntimeendpoint",
            "bedrock-agentcore:createworkloadidentity",
            "bedrock-agentcore:invokeagentruntimecommand",
        ],
    ),
    set(
        AGENTCORE,
        &[
            "bedrock-agentcore:createbrowser",
            "bedrock-agentcore:startbrowsersession",
            "bedrock-agentcore:connectbrowserautomationstream",
        ],
    ),
];
