//! What runs with a role of its own, and what lends one: functions, machines, build projects;
//! instance profiles, task definitions, launch templates.

use super::{Sink, named_list, own_reference, text_of};
use crate::carrier::declaration::{AwsCompute, AwsComputeKind, Item, Named};
use crate::carrier::record::Record;
use crate::syntax::{Node, Text, Value};

use AwsComputeKind::{
    BuildProject, Cluster, CodeInterpreter, DevEndpoint, Function, Instance, InstanceProfile, LaunchTemplate, Notebook,
    Stack, StateMachine, Task, TaskDefinition, WebService,
};

/// A resource type that has a role.
struct Runner {
    /// Resource type.
    kind: &'static str,
    /// What it is.
    compute: AwsComputeKind,
    /// The argument with the name that its ARN ends in; empty where that is generated.
    name: &'static str,
    /// Where its role stands, or what lends it one; the first that is given counts.
    role: &'static [&'static str],
}

const fn runner(
    kind: &'static str,
    compute: AwsComputeKind,
    name: &'static str,
    role: &'static [&'static str],
) -> Runner {
    Runner { kind, compute, name, role }
}

/// Sorted by type. Members of nested objects have CloudFormation's spelling too.
const RUNNERS: &[Runner] = &[
    runner("AWS::EC2::Instance", Instance, "", &["iam_instance_profile"]),
    runner(
        "aws_apprunner_service",
        WebService,
        "service_name",
        &["instance_configuration.instance_role_arn", "instance_configuration.InstanceRoleArn"],
    ),
    runner("aws_bedrockagentcore_code_interpreter", CodeInterpreter, "", &["execution_role_arn"]),
    runner("aws_cloudformation_stack", Stack, "name", &["iam_role_arn"]),
    runner("aws_codebuild_project", BuildProject, "name", &["service_role"]),
    runner("aws_ecs_cluster", Cluster, "name", &[]),
    runner("aws_ecs_service", Task, "cluster", &["task_definition"]),
    runner("aws_ecs_task_definition", TaskDefinition, "family", &["task_role_arn"]),
    runner("aws_glue_dev_endpoint", DevEndpoint, "name", &["role_arn"]),
    runner("aws_iam_instance_profile", InstanceProfile, "name", &["role"]),
    runner("aws_instance", Instance, "id", &["iam_instance_profile", "launch_template.id", "launch_template.name"]),
    runner("aws_lambda_function", Function, "function_name", &["role"]),
    runner("aws_launch_template", LaunchTemplate, "name", &["iam_instance_profile.name", "iam_instance_profile.arn"]),
    runner("aws_sagemaker_notebook_instance", Notebook, "name", &["role_arn"]),
    runner("aws_sfn_state_machine", StateMachine, "name", &["role_arn"]),
];

fn find(kind: &str) -> Option<&'static Runner> {
    RUNNERS.binary_search_by(|runner| runner.kind.cmp(kind)).ok().and_then(|at| RUNNERS.get(at))
}

/// Whether resources of that type have a role.
pub(in crate::carrier) fn supports(kind: &str) -> bool {
    find(kind).is_some()
}

/// Whether a resource has no role, by its text: most machines have none.
pub(in crate::carrier) fn names_no_role(kind: &str, text: &str) -> bool {
    let first = |path: &&'static str| path.split('.').next().unwrap_or(path);
    find(kind).is_none_or(|runner| {
        !runner.role.is_empty()
            && !runner
                .role
                .iter()
                .map(first)
                .any(|name| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some())
    })
}

/// Whether a resource of a plan has no role, by its JSON, which has every argument.
pub(in crate::carrier) fn plans_no_role(kind: &str, json: &str) -> bool {
    let given = |path: &&'static str| {
        let first = format!("\"{}\"", path.split('.').next().unwrap_or(path));
        memchr::memmem::find_iter(json.as_bytes(), first.as_bytes()).any(|at| {
            let value = json.as_bytes().get(at + first.len()..).unwrap_or_default();
            [":\"", ":true", ":[{", ": "].iter().any(|start| value.starts_with(start.as_bytes()))
        })
    };
    find(kind).is_none_or(|runner| !runner.role.iter().any(given))
}

/// Declares what a record has of it.
pub(super) fn declare(record: &Record, sink: &mut Sink<'_>) {
    let Some(runner) = find(&record.kind) else { return };
    let role = runner.role.iter().find_map(|path| given(record, path));
    if role.is_none() && !runner.role.is_empty() {
        return;
    }
    let reach = record.body.get("enable_execute_command");
    if runner.compute == Task && !reach.is_some_and(is_true) {
        return;
    }
    let name = (!runner.name.is_empty()).then(|| given(record, runner.name)).flatten();
    let item = AwsCompute {
        kind: runner.compute,
        name: name.or_else(|| (runner.compute != Task).then(|| own_reference(record, "name"))),
        arn: given(record, "arn"),
        role,
        tags: tags(&record.body),
    };
    sink.push(record, Item::AwsCompute(item));
}

/// An argument, or a member of a block, that is a text or the first of a list of texts.
fn given(record: &Record, path: &str) -> Option<Named> {
    match path.split_once('.') {
        None => named_list(record, path).into_iter().next(),
        Some((block, member)) => {
            record.body.each_of(block).iter().find_map(|block| block.get(member)).and_then(text_of)
        }
    }
}

fn is_true(node: &Node) -> bool {
    matches!(node.value, Value::Bool(true)) || node.as_str() == Some("true")
}

/// Tags whose key is known: a map, or a list of keys and values.
fn tags(body: &Node) -> Vec<(Text, Named)> {
    let map = |node: &Node| -> Vec<(Text, Named)> {
        let entries = node.as_map().unwrap_or_default().iter();
        entries.filter_map(|entry| Some((entry.key.clone(), text_of(&entry.value)?))).collect()
    };
    let mut all: Vec<(Text, Named)> = Vec::new();
    // Terraform's plans have those of the provider beside them.
    for node in ["tags", "tags_all"].iter().filter_map(|name| body.get(name)) {
        match &node.value {
            Value::List(items) => all.extend(items.iter().filter_map(|item| {
                let key = item.get("Key").or_else(|| item.get("key")).and_then(Node::as_text)?;
                let value = item.get("Value").or_else(|| item.get("value"))?;
                Some((key.clone(), text_of(value)?))
            })),
            _ => all.extend(map(node)),
        }
    }
    all.retain(|(key, _)| key.is_known());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_for_lookup() {
        assert!(RUNNERS.is_sorted_by(|a, b| a.kind < b.kind));
    }
}
