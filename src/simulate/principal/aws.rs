//! Decisions for AWS identities of a model.

use serde::Serialize;

use super::{Place, place};
use crate::aws::context::Context;
use crate::aws::evaluate::{Explanation, Request, StatementRef, explain};
use crate::decision::Decision;
use crate::model::{AwsIdentityId, Model};
use crate::source::{SourceMap, Span};

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
    /// For what nothing allows: the statements that came close, closest first.
    pub near_misses: Vec<NearStatement>,
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

/// A statement that would have allowed what was asked but for one element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NearStatement {
    /// The statement, at the element that does not match.
    #[serde(flatten)]
    pub statement: StatementPlace,
    /// Which element: `principal`, `resource`, `condition`.
    pub element: &'static str,
    /// Why it does not match, in one sentence.
    pub why: String,
}

/// Decides a question for an identity: its policies, those of its groups, its boundary,
/// the organization's policies and the resource's, as far as the model has them.
///
/// What the model does not tell is taken so: SCPs and RCPs of which nothing tells what they are
/// attached to apply, on one level; a level whose SCPs only deny has `FullAWSAccess` too, which
/// AWS attaches; a resource without a policy in the model has none. Notes say so.
///
/// # Errors
/// One sentence where the action or resource makes no sense.
pub fn decide_aws(
    model: &Model,
    sources: &SourceMap,
    id: AwsIdentityId,
    question: &AwsQuestion<'_>,
) -> Result<AwsDecision, String> {
    if model.aws.identity(id).is_none() {
        return Err("no such principal".to_owned());
    }
    let bearing = model.bearing_on_owned(id, question.resource, question.resource_account);
    let mut request = Request::new(&bearing.caller, question.action, question.resource, question.context.clone())?;
    if let Some(account) = question.resource_account {
        request = request.owned_by(account);
    }
    let explanation = explain(&request, &bearing.policies());
    let mut decision = explanation.verdict.decision();
    let mut reason = explanation.verdict.reason.name();
    let mut depends_on: Vec<String> = explanation.depends_on.iter().map(|missing| missing.name().to_owned()).collect();
    // A policy that the model does not have may allow or deny; only an explicit Deny stands.
    if !bearing.missing.is_empty() && reason != "explicit_deny" {
        decision = Decision::Undetermined;
        reason = "undetermined";
        depends_on.extend(bearing.missing);
    }
    // Who may not be there can do nothing for certain.
    if decision == Decision::Allowed && !bearing.exists_if.is_empty() {
        decision = Decision::Undetermined;
        reason = "undetermined";
        depends_on.extend(bearing.exists_if.iter().map(ToString::to_string));
    }
    Ok(AwsDecision {
        principal: model.aws.name_of(id),
        action: question.action.to_owned(),
        resource: question.resource.to_owned(),
        decision,
        reason,
        layer: explanation.verdict.layer.name(),
        decided_by: statement_places(model, sources, id, &explanation),
        near_misses: if decision == Decision::Denied {
            near_statements(model, sources, id, &explanation)
        } else {
            Vec::new()
        },
        depends_on,
        condition: explanation.condition,
        notes: bearing.notes,
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
    explanation.decided_by.iter().map(|at| statement_place(sources, &name, at, at.span)).collect()
}

fn statement_place(sources: &SourceMap, name: &str, at: &StatementRef, span: Span) -> StatementPlace {
    StatementPlace {
        chain: vec![name.to_owned(), at.policy.to_string()],
        statement: at.sid.as_ref().map_or_else(|| format!("statement {}", at.index), ToString::to_string),
        layer: at.layer.name(),
        place: place(sources, span),
    }
}

fn near_statements(
    model: &Model,
    sources: &SourceMap,
    id: AwsIdentityId,
    explanation: &Explanation,
) -> Vec<NearStatement> {
    let name = model.aws.name_of(id);
    let near = explanation.near_misses.iter().map(|miss| NearStatement {
        statement: statement_place(sources, &name, &miss.statement, miss.span),
        element: miss.element.name(),
        why: miss.why.clone(),
    });
    near.collect()
}
