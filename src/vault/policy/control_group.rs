//! `control_group`: which shapes Vault Enterprise takes, and which OpenBao.
//! spec: vault-acl a.7

use smol_str::SmolStr;

use super::decode::object_of;
use super::decode::{Decoder, Refusal, Seen, SeenItem};
use super::refuse::{refuse, several, wrong_keys};
use super::stanza::Reader;
use super::{ControlGroup, Factor, Policy, Problem, Stanza, quote, time};
use crate::source::Span;
use crate::syntax::hcl1::{Item, Object};

/// Operations that OpenBao lets a factor control.
const OPERATIONS: [&str; 14] = [
    "create",
    "read",
    "update",
    "patch",
    "delete",
    "list",
    "scan",
    "help",
    "alias-lookahead",
    "resolve-role",
    "revoke",
    "renew",
    "rollback",
    "header",
];

impl Reader<'_> {
    /// Vault decodes the block with the stanza's other keys.
    pub(super) fn control_group_types(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        let decoder = Decoder { text: self.text, fallback: stanza.span };
        for value in Seen::of_key(object, "control_group") {
            if let Seen::Unknown(unknown) = &value {
                stanza.constraints_unknown = true;
                stanza.unknown.push((*unknown).clone());
                continue;
            }
            let span = object.filter("control_group").next().map_or(stanza.span, |item| item.span);
            match read_group(decoder, &value, span) {
                Ok(group) => match &mut stanza.control_group {
                    Some(first) => first.factors.extend(group.factors),
                    None => stanza.control_group = Some(group),
                },
                Err(refusal) => {
                    let server_message = format!("path {}: {}", quote(stanza.path.raw()), refusal.message);
                    refuse(policy, problem(server_message, "`control_group` has a wrong shape", refusal.span));
                }
            }
        }
    }

    /// What Vault asks of the factors.
    pub(super) fn control_group_vault(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        let Some(group) = &stanza.control_group else { return };
        for value in Seen::of_key(object, "control_group") {
            for ttl in value.members().map(|members| Seen::select(&members, "ttl")).unwrap_or_default() {
                let decoder = Decoder { text: self.text, fallback: stanza.span };
                if let Ok(any) = decoder.any("ttl", &ttl, false)
                    && let Err(message) = time::duration(&any)
                {
                    let words = format!("error parsing control group max ttl: {message}");
                    refuse(policy, problem(words, "the `ttl` of `control_group` is not a duration", group.span));
                }
            }
        }
        let wrong = if group.factors.is_empty() {
            Some(("no control group factors provided", "`control_group` has no `factor`"))
        } else if group.factors.iter().any(|factor| factor.groups.is_empty() || factor.approvals == 0) {
            let words = "must provide more than one identity group and approvals > 0";
            Some((words, "a factor needs `identity` with at least one group and `approvals` above zero"))
        } else if group.factors.iter().flat_map(|factor| &factor.controlled).any(|name| !grants(stanza, name)) {
            let words = "control group factor capabilities must be a subset of the policy's capabilities";
            Some((words, "a factor controls a capability that the stanza does not grant"))
        } else {
            None
        };
        if let Some((words, message)) = wrong {
            refuse(policy, problem(words.to_owned(), message, group.span));
        }
    }

    /// OpenBao checks the keys of the block and decodes it before the stanza.
    pub(super) fn control_group_openbao(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        for item in object.filter("control_group") {
            match self.openbao_group(item) {
                Ok(group) => stanza.control_group = Some(group),
                Err((messages, span)) => {
                    let words = format!("error handling control_group: {}", several(&messages));
                    refuse(policy, problem(words, "`control_group` has a wrong shape", span));
                }
            }
        }
    }

    fn openbao_group(&self, item: &Item) -> Result<ControlGroup, Refusals> {
        let object = self.checked(item, &["ttl", "self_auth_allowed", "factor"], "path control_group:")?;
        let mut wrong = Vec::new();
        let mut at = item.span;
        for factor in object.filter("factor") {
            let prefix = "path control_group factor:";
            if let Err((messages, span)) = self.checked(factor, &["controlled_capabilities", "identity"], prefix) {
                wrong.extend(messages);
                at = span;
            } else if factor.keys.len() < 2 {
                wrong.push(format!("{prefix} require name key"));
                at = factor.span;
            }
        }
        if !wrong.is_empty() {
            return Err((vec![format!("error handling control_group factor: {}", several(&wrong))], at));
        }
        let decoder = Decoder { text: self.text, fallback: item.span };
        let seen = Seen::Items(object.items.iter().map(SeenItem::whole).collect());
        let one = |refusal: Refusal| (vec![format!("path control_group: {}", refusal.message)], refusal.span);
        let group = read_group(decoder, &seen, item.span).map_err(one)?;
        for ttl in Seen::of_key(object, "ttl") {
            let any = decoder.any("root.ttl", &ttl, false).map_err(one)?;
            time::duration(&any)
                .map_err(|message| (vec![format!("path control_group: invalid ttl: {message}")], item.span))?;
        }
        let unknown = |name: &&SmolStr| !OPERATIONS.contains(&name.as_str());
        if let Some(name) = group.factors.iter().flat_map(|factor| &factor.controlled).find(unknown) {
            return Err((vec![format!("path control_group unknown operation {}", quote(name))], item.span));
        }
        Ok(group)
    }

    fn checked<'i>(&self, item: &'i Item, valid: &[&str], prefix: &str) -> Result<&'i Object, Refusals> {
        let object = object_of(&item.value).map_err(|kind| {
            let kind = kind.unwrap_or("*ast.LiteralType");
            (vec![format!("{prefix} cannot check HCL keys of type {kind}")], item.span)
        })?;
        let wrong = wrong_keys(self.text, object, valid, "invalid-control-group", |_, _| None);
        match wrong.first() {
            Some(first) => {
                let span = first.span;
                Err((wrong.iter().map(|problem| format!("{prefix} {}", problem.server_message)).collect(), span))
            }
            None => Ok(object),
        }
    }
}

/// What the server says of one object, and where the first of it is.
type Refusals = (Vec<String>, Span);

fn problem(server_message: String, message: &str, span: Span) -> Problem {
    Problem {
        rule: "invalid-control-group",
        server_message,
        message: message.to_owned(),
        span,
        help: None,
        void_after: None,
    }
}

fn grants(stanza: &Stanza, name: &str) -> bool {
    stanza.granted.iter().any(|capability| capability.name() == name)
}

fn read_group(decoder: Decoder<'_>, value: &Seen<'_>, span: Span) -> Result<ControlGroup, Refusal> {
    let name = "root.control_group";
    let members = members_of(decoder, value, name)?;
    let mut factors = Vec::new();
    for factor in Seen::select(&members, "factor") {
        let Some(named) = factor.members() else {
            let message = format!("{name}.factor: not an object type for map ({})", factor.type_name());
            return Err(Refusal { message: format!("At -: {message}"), span });
        };
        for member in named {
            let Some((key, rest)) = member.keys.split_first() else { continue };
            let value = if rest.is_empty() {
                Seen::from(&member.item.value)
            } else {
                Seen::Items(vec![SeenItem { keys: rest, item: member.item }])
            };
            let name = format!("{name}.factor.{}", key.text.raw());
            factors.push(read_factor(decoder, &value, &name, key.text.raw())?);
        }
    }
    Ok(ControlGroup { span, factors })
}

fn read_factor(decoder: Decoder<'_>, value: &Seen<'_>, path: &str, name: &str) -> Result<Factor, Refusal> {
    let members = members_of(decoder, value, path)?;
    let mut factor = Factor { name: name.into(), controlled: Vec::new(), groups: Vec::new(), approvals: 0 };
    for identity in Seen::select(&members, "identity") {
        let path = format!("{path}.identity");
        let members = members_of(decoder, &identity, &path)?;
        for key in ["group_ids", "group_names"] {
            factor.groups.extend(strings(decoder, &members, &path, key)?);
        }
        for approvals in Seen::select(&members, "approvals") {
            factor.approvals = decoder.int(&format!("{path}.approvals"), &approvals)?;
        }
    }
    factor.controlled = strings(decoder, &members, path, "controlled_capabilities")?;
    Ok(factor)
}

fn strings(decoder: Decoder<'_>, members: &[SeenItem<'_>], path: &str, key: &str) -> Result<Vec<SmolStr>, Refusal> {
    let mut out = Vec::new();
    for value in Seen::select(members, key) {
        decoder.strings(&format!("{path}.{key}"), &value, &mut out, |_| {})?;
    }
    Ok(out.into_iter().map(|(text, _)| text.raw_smol().clone()).collect())
}

fn members_of<'a>(decoder: Decoder<'_>, value: &Seen<'a>, name: &str) -> Result<Vec<SeenItem<'a>>, Refusal> {
    match value.members() {
        Some(members) => Ok(members),
        None => decoder.refuse(value, &format!("{name}: not an object type for struct ({})", value.type_name())),
    }
}
