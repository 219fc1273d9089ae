//! What takes over something that runs already, and with it its role.

use super::grant_common::{Grant, Reach, grant};
use super::identity_common::{Account, Holder, Standing};
use crate::carrier::declaration::AwsComputeKind as Kind;
use crate::lint::holding::{both, refused};
use crate::lint::{ConditionFact, StatementFacts};
use crate::model::ids::DeclId;
use crate::model::{AwsMention, AwsRunner, AwsRunnerId, Left, Wanted, circumstance};
use crate::pattern::glob;
use crate::source::{HOLE, Span};

/// Actions that together have something run the caller's code, or hand out its session.
struct Takeover {
    /// Of what.
    kind: Kind,
    /// What must be allowed on it.
    on: &'static [&'static str],
    /// What must be allowed on anything.
    with: &'static [&'static str],
}

const fn takeover(kind: Kind, on: &'static [&'static str]) -> Takeover {
    Takeover { kind, on, with: &[] }
}

/// The sets that published catalogues of IAM privilege escalation agree on.
const TAKEOVERS: &[Takeover] = &[
    takeover(Kind::Function, &["lambda:updatefunctioncode"]),
    takeover(Kind::Instance, &["ssm:sendcommand"]),
    takeover(Kind::Instance, &["ssm:startsession"]),
    takeover(Kind::Instance, &["ec2-instance-connect:sendsshpublickey"]),
    takeover(Kind::Instance, &["ec2:modifyinstanceattribute", "ec2:stopinstances", "ec2:startinstances"]),
    takeover(Kind::BuildProject, &["codebuild:startbuild"]),
    takeover(Kind::BuildProject, &["codebuild:startbuildbatch"]),
    takeover(Kind::DevEndpoint, &["glue:updatedevendpoint"]),
    takeover(Kind::Notebook, &["sagemaker:createpresignednotebookinstanceurl"]),
    Takeover {
        kind: Kind::Notebook,
        on: &["sagemaker:updatenotebookinstance", "sagemaker:stopnotebookinstance", "sagemaker:startnotebookinstance"],
        with: &["sagemaker:createnotebookinstancelifecycleconfig"],
    },
    takeover(Kind::Task, &["ecs:executecommand"]),
    takeover(Kind::Stack, &["cloudformation:updatestack"]),
    takeover(Kind::Stack, &["cloudformation:createchangeset", "cloudformation:executechangeset"]),
    takeover(Kind::WebService, &["apprunner:updateservice"]),
    takeover(
        Kind::CodeInterpreter,
        &["bedrock-agentcore:startcodeinterpretersession", "bedrock-agentcore:invokecodeinterpreter"],
    ),
    takeover(Kind::StateMachine, &["states:updatestatemachine", "states:startexecution"]),
];

/// Documents of Systems Manager that run commands of the caller's.
const COMMANDS: [&str; 4] = [
    "document/AWS-RunShellScript",
    "document/AWS-RunPowerShellScript",
    "document/AWS-RunRemoteScript",
    "document/AWS-RunDocument",
];

/// Whether an action of that service may take something over.
pub(super) fn is_service(prefix: &str) -> bool {
    let of = |action: &str| action.split(':').next() == Some(prefix);
    TAKEOVERS.iter().flat_map(|set| set.on).any(|action| of(action))
}

/// What people call it.
pub(super) fn called(kind: Kind) -> &'static str {
    match kind {
        Kind::Function => "function",
        Kind::Instance => "instance",
        Kind::BuildProject => "build project",
        Kind::DevEndpoint => "development endpoint",
        Kind::Notebook => "notebook",
        Kind::Task => "tasks of the cluster",
        Kind::Stack => "stack",
        Kind::WebService => "service",
        Kind::CodeInterpreter => "code interpreter",
        Kind::StateMachine => "state machine",
        Kind::InstanceProfile => "instance profile",
        Kind::TaskDefinition => "task definition",
        Kind::LaunchTemplate => "launch template",
        Kind::Cluster => "cluster",
    }
}

/// Something that runs as an identity, with where it is declared.
#[derive(Clone, Copy)]
pub(super) struct Target<'m> {
    id: AwsRunnerId,
    pub(super) runner: &'m AwsRunner,
    at: Span,
}

/// What runs with more than its own policies say.
pub(super) fn targets<'m>(account: &Account<'m>) -> Vec<Target<'m>> {
    let model = account.inputs.model;
    let worth = model.aws.runners().filter(|(_, runner)| account.standing(runner.role) != Standing::Plain);
    worth.filter_map(|(id, runner)| Some(Target { id, runner, at: model.declaration(runner.decl)?.span })).collect()
}

impl Target<'_> {
    /// What lets a holder take it over: the grants of one set.
    pub(super) fn taken<'f>(&self, holder: &'f Holder<'_>, account: &Account<'_>) -> Option<Vec<Grant<'f>>> {
        let sets = TAKEOVERS.iter().filter(|set| set.kind == self.runner.kind);
        sets.filter_map(|set| {
            let on = set.on.iter().map(|action| self.granted(holder, account, action));
            let with = set.with.iter().map(|action| grant(&holder.holding(), action, Reach::Any));
            on.chain(with).collect::<Option<Vec<Grant<'f>>>>()
        })
        .find(|set| set.iter().all(|grant| grant.action != "ssm:sendcommand") || sends_any(&holder.statements))
    }

    fn granted<'f>(&self, holder: &'f Holder<'_>, account: &Account<'_>, action: &'static str) -> Option<Grant<'f>> {
        let mut found = None;
        for (facts, owner) in holder.each().filter(|(facts, _)| facts.allow && !facts.not_resource) {
            let Some(span) = facts.applies_to(action) else { continue };
            let Some(mut lowered) = self.fits(facts, action) else { continue };
            let model = account.inputs.model;
            let Some(home) = model.declaration(owner).map(|document| document.span) else { continue };
            let Some(place) = self.place(facts, owner, home, account) else { continue };
            let limits = || holder.left(action, "", AwsMention::Runner(self.id), &[]);
            let capped = both(self.denied(holder, account, action), limits).some()?;
            lowered |= capped.is_some();
            let grant = Grant { action, span, resource: Some(place), lowered, capped, facts };
            if !lowered {
                return Some(grant);
            }
            found = found.or(Some(grant));
        }
        found
    }

    /// The resource of a statement that it certainly is, of a document that stands there.
    fn place(&self, facts: &StatementFacts<'_>, owner: DeclId, home: Span, account: &Account<'_>) -> Option<Span> {
        let list = facts.statement.resource.as_ref()?;
        let items = list.items.iter().map(|item| (item.span, item.text.raw()));
        let mut all = items.chain(list.unknowns.iter().map(|what| (what.span, "")));
        let model = &account.inputs.model.aws;
        all.find(|named| model.is_runner(self.id, self.runner, (owner, home), *named, self.at)).map(|(place, _)| place)
    }

    /// Whether it may be a resource of a statement.
    fn may_be(&self, facts: &StatementFacts<'_>, owner: DeclId, account: &Account<'_>) -> bool {
        let unknown = facts.statement.resource.as_ref().is_some_and(|list| list.unknown)
            || facts.resources.iter().any(|item| item.text.contains([HOLE, '$']));
        unknown || self.place(facts, owner, self.at, account).is_some()
    }

    /// Whether the conditions of a statement let it be, and if so whether circumstances must be
    /// given too.
    fn fits(&self, facts: &StatementFacts<'_>, action: &str) -> Option<bool> {
        if facts.statement.conditions_unknown || facts.statement.unknown {
            return None;
        }
        let mut lowered = false;
        for condition in &facts.conditions {
            if self.is_tagged(condition, action) || condition.key == "ec2:osuser" {
                continue;
            }
            if !circumstance(&condition.key) {
                return None;
            }
            lowered = true;
        }
        Some(lowered)
    }

    /// Whether a condition demands a tag that it has.
    fn is_tagged(&self, condition: &ConditionFact<'_>, action: &str) -> bool {
        let service = action.split(':').next().unwrap_or("");
        let own = match condition.key.split_once(':').map(|(prefix, _)| prefix) {
            Some("aws") => true,
            Some("ssm") => service == "ssm",
            Some("ec2") => service.starts_with("ec2"),
            _ => false,
        };
        let Some(tag) = condition.resource_tag().filter(|_| own && condition.fails_without_key()) else { return false };
        let Some((_, value)) = self.runner.tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag)) else {
            return false;
        };
        condition.values().any(|(wanted, _)| match condition.operator.as_str() {
            "stringequals" => wanted == value,
            "stringequalsignorecase" => wanted.eq_ignore_ascii_case(value),
            "stringlike" => !wanted.contains('$') && glob::matches(wanted, value),
            _ => false,
        })
    }

    /// What Deny statements leave of it.
    fn denied(&self, holder: &Holder<'_>, account: &Account<'_>, action: &str) -> Left {
        let wanted = Wanted { action, resource: "", all: true, surely: false, services: &[] };
        let mut left = Left::Whole;
        for (facts, owner) in holder.each().filter(|(facts, _)| facts.deny) {
            let covered = facts.actions.iter().any(|item| item.covers(action));
            if covered == facts.not_action {
                continue;
            }
            let hit = match &facts.statement.resource {
                None => true,
                Some(_) if facts.not_resource => self.place(facts, owner, self.at, account).is_none(),
                Some(_) => self.may_be(facts, owner, account),
            };
            if hit {
                left = both(left, || refused(facts, wanted));
            }
        }
        left
    }
}

/// Whether statements let commands of the caller's be sent: documents are resources of the
/// request as well as instances. Those of AWS have no account in their ARN.
fn sends_any(statements: &[StatementFacts<'_>]) -> bool {
    let document = |text: &str| {
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        match fields.as_slice() {
            [_, _, service, _, account, rest] => {
                glob::matches(service, "ssm")
                    && account.bytes().all(|byte| byte == b'*')
                    && COMMANDS.iter().any(|name| glob::matches(rest, name))
            }
            _ => false,
        }
    };
    let allows = statements.iter().filter(|facts| facts.allow && facts.applies_to("ssm:sendcommand").is_some());
    let mut items = allows.flat_map(|facts| &facts.resources);
    items.any(|resource| resource.all || document(resource.text))
}
