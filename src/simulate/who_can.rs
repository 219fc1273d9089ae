//! Every principal of a model that can do one thing, with the chain that gives it.

use serde::Serialize;

use super::bridge;
use super::principal::{
    AwsDecision, AwsQuestion, ChainLink, Principal, Session, StatementPlace, VaultAnswer, VaultQuestion, decide_aws,
};
use crate::carrier::declaration::AwsPrincipalKind;
use crate::decision::Decision;
use crate::model::{Model, VaultPrincipal};
use crate::source::SourceMap;
use crate::vault::capability::Capability;
use crate::vault::dialect::Dialect;

/// Who can do one thing.
#[derive(Debug, Clone, Serialize)]
pub struct WhoCan {
    /// What is asked: a capability or an action.
    pub asked: String,
    /// Of what: a path or a resource.
    pub of: String,
    /// Principals that certainly can.
    pub allowed: Vec<Holder>,
    /// Principals of which it depends on something that the model does not tell.
    pub undetermined: Vec<Holder>,
    /// How many principals were asked.
    pub checked: usize,
    /// What the answer takes for granted, and what it leaves out.
    pub notes: Vec<String>,
}

/// One principal of the answer.
#[derive(Debug, Clone, Serialize)]
pub struct Holder {
    /// Its name.
    pub principal: String,
    /// Why, one sentence.
    pub reason: String,
    /// For Vault: from the principal to each stanza that decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chains: Vec<Vec<ChainLink>>,
    /// For AWS: the statements that decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<StatementPlace>,
    /// What else it needs: approvals, a second factor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// What it depends on, where undetermined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
}

/// Which Vault principals have a capability on a path.
#[must_use]
pub fn vault(model: &Model, sources: &SourceMap, dialect: Dialect, capability: Capability, path: &str) -> WhoCan {
    let mut out = WhoCan {
        asked: capability.name().to_owned(),
        of: path.to_owned(),
        allowed: Vec::new(),
        undetermined: Vec::new(),
        checked: 0,
        notes: Vec::new(),
    };
    let question = VaultQuestion { namespace: None, ..VaultQuestion::new(capability, path) };
    for principal in model.vault_principals() {
        out.checked += 1;
        let session = Session::new(model, principal, dialect);
        let decision = session.decide(model, &question);
        if decision == Decision::Denied {
            continue;
        }
        let holder = of_vault(session.ask(model, sources, &question));
        let list = if decision == Decision::Allowed { &mut out.allowed } else { &mut out.undetermined };
        let admitted = admitted(model, principal, &holder);
        out.checked += admitted.len();
        list.push(holder);
        list.extend(admitted);
    }
    if model.vault.roles.iter().any(|role| !role.namespace.is_empty()) {
        out.notes.push("each principal is asked in its own namespace".to_owned());
    }
    out
}

/// The IAM principals that log in by a role: what it may do they may do.
fn admitted(model: &Model, principal: VaultPrincipal, holder: &Holder) -> Vec<Holder> {
    let VaultPrincipal::Role(role) = principal else { return Vec::new() };
    let ids = model.aws.admitted_by(role);
    ids.map(|id| {
        let name = model.aws.name_of(id);
        let start = ChainLink { name: name.clone(), place: None };
        let before = |chain: &Vec<ChainLink>| std::iter::once(start.clone()).chain(chain.iter().cloned()).collect();
        Holder {
            reason: format!("logs in as `{}`: {}", holder.principal, holder.reason),
            chains: holder.chains.iter().map(before).collect(),
            principal: name,
            ..holder.clone()
        }
    })
    .collect()
}

fn of_vault(answer: VaultAnswer) -> Holder {
    Holder {
        principal: answer.principal,
        reason: answer.reason,
        chains: answer.chains,
        statements: Vec::new(),
        needs: answer.needs,
        depends_on: answer.depends_on,
    }
}

/// Which IAM users and roles may take an action on a resource, and which Vault principals
/// may with credentials that an `aws` engine gives them. Users have what their groups give;
/// groups are no principals.
///
/// # Errors
/// One sentence where the action or resource makes no sense.
pub fn aws(model: &Model, sources: &SourceMap, dialect: Dialect, question: &AwsQuestion<'_>) -> Result<WhoCan, String> {
    let mut out = WhoCan {
        asked: question.action.to_owned(),
        of: question.resource.to_owned(),
        allowed: Vec::new(),
        undetermined: Vec::new(),
        checked: 0,
        notes: Vec::new(),
    };
    for id in model.aws.identities() {
        if model.aws.identity(id).is_none_or(|identity| identity.kind == AwsPrincipalKind::Group) {
            continue;
        }
        out.checked += 1;
        let answer = decide_aws(model, sources, id, question)?;
        for note in &answer.notes {
            if !out.notes.contains(note) {
                out.notes.push(note.clone());
            }
        }
        match answer.decision {
            Decision::Denied => {}
            Decision::Allowed => out.allowed.push(of_aws(answer)),
            Decision::Undetermined => out.undetermined.push(of_aws(answer)),
        }
    }
    if model.aws.issued().next().is_none() {
        return Ok(out);
    }
    for principal in model.vault_principals() {
        out.checked += 1;
        let Some(answer) = bridge::decide_through(model, sources, dialect, principal, question)? else { continue };
        match answer.decision {
            Decision::Denied => {}
            Decision::Allowed => out.allowed.push(of_aws(answer)),
            Decision::Undetermined => out.undetermined.push(of_aws(answer)),
        }
    }
    Ok(out)
}

fn of_aws(answer: AwsDecision) -> Holder {
    Holder {
        reason: answer.condition.unwrap_or_else(|| answer.reason.to_owned()),
        principal: answer.principal,
        chains: Vec::new(),
        statements: answer.decided_by,
        needs: Vec::new(),
        depends_on: answer.depends_on,
    }
}

/// Whether a principal is among those that the command asks: a hint for completions.
#[must_use]
pub fn is_asked(model: &Model, principal: Principal) -> bool {
    match principal {
        Principal::Vault(_) => true,
        Principal::Aws(id) => model.aws.identity(id).is_some_and(|identity| identity.kind != AwsPrincipalKind::Group),
    }
}
