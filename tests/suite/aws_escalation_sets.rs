//! Every published set of actions that gains privileges: whole it is told, without any one of
//! its actions it is not.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::cli::{directory, overgrant};

const SETS: &str = include_str!("../../fixtures/cases/aws-privilege-escalation.txt");

/// What tells of a way to gain privileges.
const RULES: &str = "aws/privesc-self,aws/privesc-other-principal,aws/privesc-passrole-compute,\
    aws/privesc-existing-compute,aws/privesc-assume-chain,aws/privesc-boundary,aws/privesc-sso,aws/assumerole-star";

/// A set, what of it is needed, and whether it is told.
struct Set {
    actions: BTreeSet<&'static str>,
    needed: BTreeSet<&'static str>,
    told: bool,
}

fn sets() -> Vec<Set> {
    let lines = SETS.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (line, told) = line.strip_prefix("- ").map_or((line, true), |rest| (rest, false));
            let actions = || line.split(" # ").next().unwrap_or(line).split(' ');
            let needed = actions().filter(|action| !action.starts_with('?')).collect();
            Set { actions: actions().map(|action| action.trim_start_matches('?')).collect(), needed, told }
        })
        .collect()
}

fn allow(actions: &BTreeSet<&str>) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Users with one policy each, of which some are told.
#[derive(Default)]
struct Users {
    text: String,
    count: usize,
    scp: Vec<Value>,
    expected: Vec<(String, bool)>,
}

impl Users {
    fn add(&mut self, what: String, told: bool, statements: &[Value], boundary: Option<&Value>) -> String {
        let name = format!("u{}", self.count);
        self.count += 1;
        self.expected.push((what, told));
        let bounded =
            boundary.map_or("", |_| "\n  permissions_boundary = aws_iam_policy.cap_NAME.arn").replace("NAME", &name);
        let _ = write!(
            self.text,
            "resource \"aws_iam_user\" \"{name}\" {{\n  name = \"{name}\"{bounded}\n}}\nresource \"aws_iam_user_policy\" \"{name}\" {{\n  user = aws_iam_user.{name}.name\n  policy = jsonencode({})\n}}\n",
            document(statements)
        );
        if let Some(boundary) = boundary {
            let _ = write!(
                self.text,
                "resource \"aws_iam_policy\" \"cap_{name}\" {{\n  name = \"cap_{name}\"\n  policy = jsonencode({})\n}}\n",
                document(std::slice::from_ref(boundary))
            );
        }
        name
    }

    /// What is told otherwise than expected.
    fn wrong(&self) -> Vec<String> {
        let scp = document(&self.scp).to_string();
        let dir = directory(&[("main.tf", self.text.as_bytes()), ("scp/organization.json", scp.as_bytes())]);
        let out = overgrant(dir.path(), &["check", "--format", "json", "--select", RULES]).stdout;
        let report: Value = serde_json::from_str(&out).unwrap();
        let found: BTreeSet<&str> =
            report["findings"].as_array().unwrap().iter().filter_map(|f| f["unit"]["address"].as_str()).collect();
        let told = |at: usize| found.contains(format!("aws_iam_user_policy.u{at}").as_str());
        let each = self.expected.iter().enumerate();
        each.filter(|(at, (_, expected))| told(*at) != *expected)
            .map(|(_, (what, told))| format!("{what}: {told}"))
            .collect()
    }
}

#[test]
fn every_set_is_told_whole_and_not_without_any_one_of_its_actions() {
    let sets = sets();
    let told = |left: &BTreeSet<&str>| sets.iter().any(|set| set.told && set.needed.is_subset(left));
    let mut users = Users { scp: vec![json!({"Effect": "Allow", "Action": "*", "Resource": "*"})], ..Users::default() };
    for set in &sets {
        let all = &set.actions;
        let shown = all.iter().copied().collect::<Vec<_>>().join(" ");
        users.add(shown.clone(), told(all), &[allow(all)], None);
        for action in all {
            let mut left = all.clone();
            left.remove(action);
            let told = told(&left);
            if !left.is_empty() {
                users.add(format!("{shown} without {action}"), told, &[allow(&left)], None);
            }
            // each layer in turn
            match users.count % 3 {
                0 => {
                    let deny = json!({"Effect": "Deny", "Action": action, "Resource": "*"});
                    users.add(format!("{shown}, {action} denied"), told, &[allow(all), deny], None);
                }
                1 => {
                    let cap = json!({"Effect": "Allow", "NotAction": action, "Resource": "*"});
                    users.add(format!("{shown}, {action} out of bounds"), told, &[allow(all)], Some(&cap));
                }
                _ => {
                    let what = format!("{shown}, {action} denied by the organization");
                    let name = users.add(what, told, &[allow(all)], None);
                    users.scp.push(json!({
                        "Effect": "Deny", "Action": action, "Resource": "*",
                        "Condition": {"ArnLike": {"aws:PrincipalArn": format!("arn:aws:iam::*:user/{name}")}}
                    }));
                }
            }
        }
    }
    assert_eq!(users.wrong(), [""; 0], "of {}", users.count);
}
