//! Decisions for AWS identities of a model.

use serde::Serialize;

use super::{Place, place};
use crate::aws::context::Context;
use crate::aws::document::Effect;
use crate::aws::document::PolicyKind;
use crate::aws::evaluate::{Explanation, Policies, PreparedPolicy, Request, StatementRef, explain};
use crate::carrier::declaration::{AwsPolicy, AwsPrincipalKind, Item};
use crate::decision::Decision;
use crate::model::{AwsIdentity, AwsIdentityId, DeclId, Model};
use crate::source::SourceMap;

/// Stands for an account that nothing in the model tells.
const NO_ACCOUNT: &str = "000000000000";

/// What is asked of an AWS identity.
#[derive(Debug, Clone)]
pub struct AwsQuestion<'a> {
    /// The action.
    pub action: &'a str,
    /// The resource; `*` for an action without one.
    pub resource: &'a str,
    /// Condition keys that are known. Keys that are not given are unknown.
    pub context: Context,
    /// The account that owns the resource, where its ARN does not tell.
    pub resource_account: Option<&'a str>,
}

/// The answer for an identity.
#[derive(Debug, Clone, Serialize)]
pub struct AwsDecision {
    /// The identity's name.
    pub principal: String,
    /// What was asked.
    pub action: String,
    /// Of which resource.
    pub resource: String,
    /// `allowed`, `denied`, `undetermined`.
    pub decision: Decision,
    /// `allowed`, `explicit_deny`, `implicit_deny`, `undetermined`.
    pub reason: &'static str,
    /// The layer that decided.
    pub layer: &'static str,
    /// The statements that decided, with the chain to each.
    pub decided_by: Vec<StatementPlace>,
    /// What an undetermined decision depends on.
    pub depends_on: Vec<String>,
    /// What would decide it, one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What the answer takes for granted.
    pub notes: Vec<String>,
}

/// A statement, and how the identity comes to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementPlace {
    /// The identity, group and policy on the way.
    pub chain: Vec<String>,
    /// The `Sid`, or `statement 2`.
    pub statement: String,
    /// The layer its policy is in.
    pub layer: &'static str,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Policies that bear on an identity, compiled.
struct Prepared {
    identity: Vec<PreparedPolicy>,
    boundary: Vec<PreparedPolicy>,
    resource: Vec<PreparedPolicy>,
    scps: Vec<PreparedPolicy>,
    rcps: Vec<PreparedPolicy>,
}

/// Decides a question for an identity: its policies, those of its groups, its boundary,
/// the organization's policies and the resource's, as far as the model has them.
///
/// What the model does not tell is taken so: every SCP and RCP of the model applies, on
/// one level; a level whose SCPs only deny has `FullAWSAccess` too, which AWS attaches; a
/// resource without a policy in the model has none. Notes say so.
///
/// # Errors
/// One sentence where the action or resource makes no sense.
pub fn decide_aws(
    model: &Model,
    sources: &SourceMap,
    id: AwsIdentityId,
    question: &AwsQuestion<'_>,
) -> Result<AwsDecision, String> {
    let Some(identity) = model.aws.identity(id) else { return Err("no such principal".to_owned()) };
    let mut notes = Vec::new();
    let mut request =
        Request::new(&caller_arn(model, identity), question.action, question.resource, question.context.clone())?;
    if let Some(account) = question.resource_account {
        request = request.owned_by(account);
    }
    let prepared = prepare(model, identity, question.resource, &mut notes);
    let mut policies = Policies {
        identity: prepared.identity.iter().collect(),
        boundary: prepared.boundary.iter().collect(),
        resource: prepared.resource.iter().collect(),
        ..Policies::default()
    };
    if !prepared.scps.is_empty() {
        policies.scps = vec![prepared.scps.iter().collect()];
    }
    if !prepared.rcps.is_empty() {
        policies.rcps = vec![prepared.rcps.iter().collect()];
    }
    let explanation = explain(&request, &policies);
    let missing = missing(model, identity);
    let mut decision = explanation.verdict.decision();
    let mut reason = explanation.verdict.reason.name();
    let mut depends_on: Vec<String> = explanation.depends_on.iter().map(|missing| missing.name().to_owned()).collect();
    // A policy that the model does not have may allow or deny; only an explicit Deny stands.
    if !missing.is_empty() && reason != "explicit_deny" {
        decision = Decision::Undetermined;
        reason = "undetermined";
        depends_on.extend(missing);
    }
    Ok(AwsDecision {
        principal: model.aws.name_of(id),
        action: question.action.to_owned(),
        resource: question.resource.to_owned(),
        decision,
        reason,
        layer: explanation.verdict.layer.name(),
        decided_by: statement_places(model, sources, id, &explanation),
        depends_on,
        condition: explanation.condition,
        notes,
    })
}

/// The statements that decided, each with the way from the identity to it.
#[must_use]
pub fn statement_places(
    model: &Model,
    sources: &SourceMap,
    id: AwsIdentityId,
    explanation: &Explanation,
) -> Vec<StatementPlace> {
    let name = model.aws.name_of(id);
    let of = |at: &StatementRef| StatementPlace {
        chain: vec![name.clone(), at.policy.to_string()],
        statement: at.sid.as_ref().map_or_else(|| format!("statement {}", at.index), ToString::to_string),
        layer: at.layer.name(),
        place: place(sources, at.span),
    };
    explanation.decided_by.iter().map(of).collect()
}

/// The identity's ARN, or one made of its name and the model's account.
fn caller_arn(model: &Model, identity: &AwsIdentity) -> String {
    if let Some(arn) = identity.arn.as_ref().filter(|arn| !arn.contains(":group/")) {
        return arn.to_string();
    }
    let mut accounts = model.aws.identities().filter_map(|id| model.aws.identity(id)?.arn.clone());
    let account = accounts.find_map(|arn| arn.split(':').nth(4).map(str::to_owned));
    let account = account.unwrap_or_else(|| NO_ACCOUNT.to_owned());
    let name = identity.name.as_deref().unwrap_or(&identity.address);
    // What a group's policies give is what a user of it has.
    let kind = if identity.kind == AwsPrincipalKind::Role { "role" } else { "user" };
    format!("arn:aws:iam::{account}:{kind}/{name}")
}

fn policy(model: &Model, decl: DeclId) -> Option<&AwsPolicy> {
    match &model.declaration(decl)?.item {
        Item::AwsPolicy(policy) => Some(policy),
        _ => None,
    }
}

fn compiled(model: &Model, decl: DeclId, prefix: &str, kind: PolicyKind) -> Option<PreparedPolicy> {
    let policy = policy(model, decl)?;
    let name = policy.name.as_ref().map_or_else(
        || model.declaration(decl).map_or_else(String::new, |d| d.address.to_string()),
        |(text, _)| text.display(),
    );
    Some(PreparedPolicy::new(format!("{prefix}{name}"), policy.document.clone(), kind))
}

fn prepare(model: &Model, identity: &AwsIdentity, resource: &str, notes: &mut Vec<String>) -> Prepared {
    let mut own: Vec<PreparedPolicy> =
        identity.policies.iter().filter_map(|id| compiled(model, *id, "", PolicyKind::Identity)).collect();
    for group in &identity.groups {
        let prefix = format!("{} > ", model.aws.name_of(*group));
        let policies = model.aws.identity(*group).map(|group| group.policies.as_slice()).unwrap_or_default();
        own.extend(policies.iter().filter_map(|id| compiled(model, *id, &prefix, PolicyKind::Identity)));
    }
    let boundary = identity.boundary.iter().filter_map(|id| compiled(model, *id, "", PolicyKind::Boundary)).collect();
    let on_it = model.aws.resource_policies.iter().filter(|id| {
        policy(model, **id).is_some_and(|policy| {
            policy.attached_to.iter().any(|(text, _)| text.known().is_some_and(|on| is_on(on, resource)))
        })
    });
    let resource: Vec<PreparedPolicy> = on_it.filter_map(|id| compiled(model, *id, "", PolicyKind::Resource)).collect();
    let mut scps: Vec<PreparedPolicy> =
        model.aws.scps.iter().filter_map(|id| compiled(model, *id, "", PolicyKind::Scp)).collect();
    if !scps.is_empty() {
        notes.push("every SCP of the model is taken to apply".to_owned());
        let allows = model.aws.scps.iter().filter_map(|id| policy(model, *id));
        let mut allows = allows.flat_map(|policy| &policy.document.statements);
        if !allows.any(|statement| statement.effect != Some(Effect::Deny)) {
            notes.push("the SCPs only deny, so `FullAWSAccess` is taken to be attached beside them".to_owned());
            scps.extend(full_access());
        }
    }
    let rcps: Vec<PreparedPolicy> =
        model.aws.rcps.iter().filter_map(|id| compiled(model, *id, "", PolicyKind::Rcp)).collect();
    if !rcps.is_empty() {
        notes.push("every RCP of the model is taken to apply".to_owned());
    }
    Prepared { identity: own, boundary, resource, scps, rcps }
}

/// Whether a resource policy's place is the resource asked for: its ARN, a bucket's name,
/// a name that ends the ARN.
fn is_on(on: &str, resource: &str) -> bool {
    let bucket =
        |arn: &str| arn.strip_prefix("arn:aws:s3:::").map(|rest| rest.split('/').next().unwrap_or(rest).to_owned());
    on == resource
        || bucket(resource).is_some_and(|name| name == on || bucket(on).as_deref() == Some(&name))
        || (!on.contains(':') && resource.rsplit([':', '/']).next() == Some(on))
}

fn full_access() -> Option<PreparedPolicy> {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let fragment = crate::source::Fragment::plain(crate::source::SourceId(u32::MAX), 0, text);
    let node = crate::syntax::json::parse(&fragment).0?;
    Some(PreparedPolicy::new("FullAWSAccess", crate::aws::document::parse(&node), PolicyKind::Scp))
}

fn missing(model: &Model, identity: &AwsIdentity) -> Vec<String> {
    let groups = identity.groups.iter().filter_map(|id| model.aws.identity(*id));
    let all = identity.missing.iter().chain(groups.flat_map(|group| &group.missing));
    all.map(|what| format!("{what}, which is attached but not in the model")).collect()
}
