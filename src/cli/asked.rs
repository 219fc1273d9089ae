//! `overgrant simulate` for a principal of the model.

use serde_json::{Map, Value};

use super::world::{Refusal, World};
use crate::aws::catalog::catalog;
use crate::decision::Decision;
use crate::model::VaultPrincipal;
use crate::report::answer::Answer;
use crate::simulate::bridge;
use crate::simulate::principal::{
    AwsQuestion, ChainLink, Place, Principal, Session, VaultAnswer, VaultQuestion, decide_aws,
};
use crate::suggest::closest;
use crate::vault::capability::Capability;

/// A request to Vault as flags give it.
pub(super) struct VaultAsked<'a> {
    pub(super) capability: &'a str,
    pub(super) path: &'a str,
    pub(super) namespace: Option<&'a str>,
    pub(super) parameters: Option<&'a Map<String, Value>>,
    pub(super) wrap_ttl: Option<i64>,
    /// The moment of the request, in seconds since 1970.
    pub(super) now: i64,
}

/// What to give where it depends on the account of the resource.
pub(super) const ACCOUNT: &str = "say whose the resource is with `--resource-account`";

impl VaultAsked<'_> {
    /// The refusal of a word that names no capability.
    pub(super) fn no_capability(&self) -> String {
        let word = self.capability;
        format!(
            "`{word}` is no capability that a request can need: use `create`, `read`, `update`, `patch`, `delete` or `list`"
        )
    }
}

/// Answers a request of a Vault principal.
pub(super) fn vault(world: &World, principal: VaultPrincipal, asked: &VaultAsked<'_>) -> Result<Answer, Refusal> {
    let capability = Capability::from_name(asked.capability)
        .filter(|capability| !matches!(capability, Capability::Deny | Capability::Subscribe))
        .ok_or_else(|| asked.no_capability())?;
    let session = Session::at(&world.model, principal, world.dialect, Some(asked.now));
    let answer = session.ask(
        &world.model,
        &world.sources,
        &VaultQuestion {
            capability,
            path: asked.path,
            namespace: asked.namespace,
            parameters: asked.parameters,
            wrap_ttl: asked.wrap_ttl,
        },
    );
    Ok(shown(answer))
}

fn shown(answer: VaultAnswer) -> Answer {
    let mut shown = Answer::new(answer.decision, answer.reason, format!("{} {}", answer.capability, answer.path));
    shown.fact("principal", &answer.principal);
    for chain in &answer.chains {
        let (stanza, way) = chain.split_last().map_or((None, &[][..]), |(last, way)| (Some(last), way));
        let held = way.last().map_or("", |link| link.name.as_str());
        let policy = held.strip_prefix("policy ").unwrap_or(held);
        match stanza.and_then(|link| link.place.as_ref()) {
            Some(place) => shown.decided(place.span, format!("decides, of policy `{policy}`")),
            None => shown.fact("decided by", &format!("the built-in policy `{policy}`")),
        }
        shown.fact("chain", &names(way));
    }
    for near in &answer.near {
        came_close(&mut shown, near.place.as_ref(), format!("`{}`: {}", near.pattern, near.reason));
    }
    for need in &answer.needs {
        shown.fact("needs", need);
    }
    for note in &answer.notes {
        shown.fact("note", note);
    }
    if answer.decision == Decision::Undetermined {
        shown.depends_on = answer.depends_on;
    }
    shown.more("capabilities", Value::from(answer.capabilities));
    shown.more("sudo", Value::from(answer.sudo));
    shown.more("root_protected", Value::from(answer.root_protected));
    shown
}

fn names(chain: &[ChainLink]) -> String {
    chain.iter().map(|link| link.name.as_str()).collect::<Vec<_>>().join(" → ")
}

/// Checks a request to AWS before it is answered: what to say of an action that the service
/// does not have.
///
/// # Errors
/// Where the action or the resource is not written as one.
pub(super) fn checked(action: &str, resource: &str) -> Result<Option<String>, Refusal> {
    if resource != "*" && !resource.starts_with("arn:") {
        return Err(format!("`{resource}` is no ARN; write one such as `arn:aws:s3:::{resource}`, or `*`").into());
    }
    if action == "*" {
        return Ok(None);
    }
    let Some((prefix, name)) = action.split_once(':') else {
        return Err(format!("`{action}` is no action; write one such as `s3:GetObject`").into());
    };
    if name.contains(['*', '?']) || prefix.contains(['*', '?']) {
        return Ok(None);
    }
    let catalog = catalog();
    let Some(service) = catalog.service(prefix) else {
        let near = closest(prefix, catalog.prefixes().iter().copied());
        let meant = near.map_or_else(String::new, |near| format!("; did you mean `{near}:{name}`?"));
        return Ok(Some(format!("no service has the prefix `{prefix}` (as of {}){meant}", catalog.date())));
    };
    if service.action(name).is_some() {
        return Ok(None);
    }
    let near = closest(name, service.actions.iter().map(|known| known.name.as_str()));
    let meant = near.map_or_else(String::new, |near| format!("; did you mean `{prefix}:{near}`?"));
    Ok(Some(format!("`{prefix}` has no action `{name}` (as of {}){meant}", catalog.date())))
}

/// Why AWS decides as it does, in words.
pub(super) fn because(reason: &str, layer: &str) -> String {
    match reason {
        "allowed" => "a statement allows it and none denies it".to_owned(),
        "explicit_deny" => format!("a statement of the {layer} layer denies it"),
        "implicit_deny" => format!("nothing in the {layer} layer allows it"),
        _ => "it depends on what is not known".to_owned(),
    }
}

/// Shows what came close, where it stands if that is known.
fn came_close(shown: &mut Answer, place: Option<&Place>, text: String) {
    match place {
        Some(place) => shown.near(place.span, text),
        None => shown.fact("near", &text),
    }
}

/// Answers a request of an AWS principal of the model.
pub(super) fn aws(world: &World, wanted: &str, question: &AwsQuestion<'_>) -> Result<Answer, Refusal> {
    let answer = match world.principal_of_aws(wanted)? {
        Principal::Aws(id) => decide_aws(&world.model, &world.sources, id, question)?,
        // A Vault principal acts in AWS with what an engine hands out to it.
        Principal::Vault(principal) => {
            let (model, sources) = (&world.model, &world.sources);
            let through = bridge::decide_through(model, sources, world.dialect, principal, question)?;
            through.ok_or_else(|| {
                format!("`{wanted}` is a principal of Vault that can get no AWS credentials which the model knows of")
            })?
        }
    };
    let reason = answer.condition.unwrap_or_else(|| because(answer.reason, answer.layer));
    let mut shown = Answer::new(answer.decision, reason, format!("{} on {}", question.action, question.resource));
    shown.fact("principal", &answer.principal);
    for statement in &answer.decided_by {
        let policy = statement.chain.last().map_or("", String::as_str);
        match &statement.place {
            Some(place) => {
                shown.decided(place.span, format!("decides, of {} policy `{policy}`", statement.layer));
            }
            None => shown.fact("decided by", &format!("`{policy}`")),
        }
        shown.fact("chain", &format!("{} → {}", statement.chain.join(" → "), statement.statement));
    }
    for near in &answer.near_misses {
        let at = &near.statement;
        let policy = at.chain.last().map_or("", String::as_str);
        let text = format!("of {} policy `{policy}`, {}: {}", at.layer, at.statement, near.why);
        came_close(&mut shown, at.place.as_ref(), text);
    }
    for note in &answer.notes {
        shown.fact("note", note);
    }
    if answer.decision == Decision::Undetermined {
        if answer.depends_on.iter().any(|on| on.starts_with("the account of")) {
            shown.fact("note", ACCOUNT);
        }
        shown.depends_on = answer.depends_on;
    }
    shown.more("verdict", Value::from(answer.reason));
    shown.more("layer", Value::from(answer.layer));
    Ok(shown)
}
