//! From Vault to AWS and back: the credentials that a Vault principal can get from an `aws`
//! secrets engine, and what they may do; the Vault roles that an IAM principal logs in by.

use super::principal::{AwsDecision, AwsQuestion, ChainLink, Principal, Session, VaultQuestion, decide_aws, name_of};
use crate::decision::Decision;
use crate::model::{AwsIdentityId, Model, VaultPrincipal};
use crate::source::SourceMap;
use crate::vault::capability::Capability;
use crate::vault::dialect::Dialect;

/// Credentials that a Vault principal can get, or perhaps can.
#[derive(Debug, Clone)]
pub struct Handed {
    /// Whose they are.
    pub identity: AwsIdentityId,
    /// Whether the request for them is allowed; never denied.
    pub decision: Decision,
    /// From the principal to the request that gives them: the last link is the request.
    pub chain: Vec<ChainLink>,
    /// What an undetermined decision depends on.
    pub depends_on: Vec<String>,
}

/// The AWS credentials that a token can get.
#[must_use]
pub fn handed_to(model: &Model, sources: &SourceMap, session: &Session) -> Vec<Handed> {
    model.aws.issued().filter_map(|id| handed(model, sources, session, id)).collect()
}

fn handed(model: &Model, sources: &SourceMap, session: &Session, id: AwsIdentityId) -> Option<Handed> {
    let requests = model.requests_for(id);
    let asked = |(capability, path): &(Capability, String)| {
        let question = VaultQuestion::new(*capability, path);
        (session.decide(model, &question), *capability, path.clone())
    };
    let answers: Vec<_> = requests.iter().map(asked).collect();
    let of = |wanted: Decision| answers.iter().find(|(decision, ..)| *decision == wanted);
    let (decision, capability, path) = of(Decision::Allowed).or_else(|| of(Decision::Undetermined))?;
    let answer = session.ask(model, sources, &VaultQuestion::new(*capability, path));
    let mut chain = answer.chains.into_iter().next().unwrap_or_default();
    chain.push(ChainLink { name: format!("{capability} {path}"), place: None });
    let depends_on = if *decision == Decision::Allowed { Vec::new() } else { answer.depends_on };
    Some(Handed { identity: id, decision: *decision, chain, depends_on })
}

/// What a Vault principal may do in AWS with the credentials that it can get. Where it can
/// get several the answer is that of the one that may do most.
///
/// # Errors
/// One sentence where the action or resource makes no sense.
pub fn decide_through(
    model: &Model,
    sources: &SourceMap,
    dialect: Dialect,
    principal: VaultPrincipal,
    question: &AwsQuestion<'_>,
) -> Result<Option<AwsDecision>, String> {
    let session = Session::new(model, principal, dialect);
    let mut best: Option<AwsDecision> = None;
    for handed in handed_to(model, sources, &session) {
        let answer = with(model, sources, principal, &handed, question)?;
        let rank = |answer: &AwsDecision| match answer.decision {
            Decision::Allowed => 2,
            Decision::Undetermined => 1,
            Decision::Denied => 0,
        };
        if best.as_ref().is_none_or(|known| rank(&answer) > rank(known)) {
            best = Some(answer);
        }
    }
    Ok(best)
}

/// What a Vault principal may do with credentials that it can get.
///
/// # Errors
/// One sentence where the action or resource makes no sense.
pub fn with(
    model: &Model,
    sources: &SourceMap,
    principal: VaultPrincipal,
    handed: &Handed,
    question: &AwsQuestion<'_>,
) -> Result<AwsDecision, String> {
    let mut answer = decide_aws(model, sources, handed.identity, question)?;
    answer.principal = name_of(model, Principal::Vault(principal));
    if handed.decision == Decision::Undetermined && answer.decision == Decision::Allowed {
        answer.decision = Decision::Undetermined;
        answer.reason = "undetermined";
    }
    if answer.decision == Decision::Undetermined {
        answer.depends_on.extend(handed.depends_on.iter().cloned());
    }
    let way: Vec<String> = handed.chain.iter().map(|link| link.name.clone()).collect();
    for statement in &mut answer.decided_by {
        statement.chain.splice(0..1, way.iter().cloned().chain([model.aws.name_of(handed.identity)]));
    }
    answer.notes.push(format!("with the credentials of `{}`", model.aws.name_of(handed.identity)));
    Ok(answer)
}
