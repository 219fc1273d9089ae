//! Identity templates in path labels.
//! spec: vault-acl, section e

use smol_str::SmolStr;

use super::dialect::Dialect;
use super::identity::{Entity, Group, Identity};
use super::policy::{SECOND, parse_duration};
use crate::source::HOLE;
use crate::syntax::Text;

/// Checks the braces of a label as the server does when a policy is written: each `{{`
/// needs exactly one `}}` before the next. True where the label is templated.
///
/// # Errors
/// The offset of the braces that are out of balance.
pub fn check(label: &str) -> Result<bool, usize> {
    let mut parts = label.split("{{");
    let first = parts.next().unwrap_or("");
    if let Some(at) = first.find("}}") {
        return Err(at);
    }
    let mut at = first.len();
    let mut templated = false;
    for part in parts {
        templated = true;
        let mut ends = part.match_indices("}}");
        match (ends.next(), ends.next()) {
            (Some(_), None) => {}
            (Some(_), Some((second, _))) => return Err(at + 2 + second),
            (None, _) => return Err(at),
        }
        at += 2 + part.len();
    }
    Ok(templated)
}

/// The directives of a label, trimmed, with the byte range of each, braces included.
pub fn directives(label: &str) -> impl Iterator<Item = (&str, std::ops::Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let open = at + label.get(at..)?.find("{{")?;
        let close = open + 2 + label.get(open + 2..)?.find("}}")?;
        at = close + 2;
        Some((label.get(open + 2..close)?.trim(), open..at))
    })
}

/// A part of a label after templating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Known text.
    Known(String),
    /// Any text: what it depends on.
    Unknown(Vec<SmolStr>),
}

/// A label after templating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rendered {
    /// All of it is known.
    Path(String),
    /// Parts depend on something that is not known.
    Partly(Vec<Piece>),
    /// The server drops the stanza; the reason.
    Dropped(String),
}

/// Who asks, and what the policy's server allows in values.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Whose values are substituted.
    pub identity: &'a Identity,
    /// The server.
    pub dialect: Dialect,
    /// The namespace of the policy: empty for the root namespace.
    pub namespace: &'a str,
    /// OpenBao's `allow_wildcards_in_identity_templates` of the policy.
    pub allow_wildcards: bool,
    /// OpenBao's `allow_slashes_in_identity_templates` of the policy. On Vault: that
    /// `deny_slash_in_templated_paths` is off, its default.
    pub allow_slashes: bool,
    /// Seconds since 1970, if known.
    pub now: Option<i64>,
}

enum Value<'a> {
    Known(std::borrow::Cow<'a, str>),
    Missing(String),
    Unknown,
}

/// Renders a label.
#[must_use]
pub fn render(label: &Text, context: Context<'_>) -> Rendered {
    let raw = label.raw();
    if label.is_known() && !raw.contains("{{") {
        return Rendered::Path(raw.to_owned());
    }
    let mut pieces = Vec::new();
    let mut from = 0;
    for (directive, range) in directives(raw) {
        literal(label, from, range.start, &mut pieces);
        from = range.end;
        let refs = refs_in(label, range.start, range.end);
        if !refs.is_empty() || directive.contains(HOLE) && !label.is_known() {
            pieces.push(Piece::Unknown(refs));
            continue;
        }
        match value(directive, context) {
            Value::Known(value) => match blocked(&value, context) {
                Some(ch) => {
                    return Rendered::Dropped(format!("the value of `{{{{{directive}}}}}` holds `{ch}`"));
                }
                None => pieces.push(Piece::Known(value.into_owned())),
            },
            Value::Missing(reason) => return Rendered::Dropped(reason),
            Value::Unknown => pieces.push(Piece::Unknown(vec![directive.into()])),
        }
    }
    literal(label, from, raw.len(), &mut pieces);
    if pieces.iter().any(|piece| matches!(piece, Piece::Unknown(_))) {
        return Rendered::Partly(pieces);
    }
    let known = pieces.into_iter().map(|piece| match piece {
        Piece::Known(text) => text,
        Piece::Unknown(_) => String::new(),
    });
    Rendered::Path(known.collect())
}

fn refs_in(label: &Text, start: usize, end: usize) -> Vec<SmolStr> {
    let inside = label.holes().iter().filter(|hole| (start..end).contains(&(hole.at as usize)));
    inside.flat_map(|hole| hole.unknown.refs.iter().cloned()).collect()
}

/// Adds the label's part `start..end` with its holes.
fn literal(label: &Text, start: usize, end: usize, pieces: &mut Vec<Piece>) {
    let raw = label.raw();
    let mut from = start;
    for hole in label.holes() {
        let at = hole.at as usize;
        if !(start..end).contains(&at) {
            continue;
        }
        push(pieces, raw.get(from..at).unwrap_or(""));
        pieces.push(Piece::Unknown(hole.unknown.refs.clone()));
        from = at + HOLE.len_utf8();
    }
    push(pieces, raw.get(from..end).unwrap_or(""));
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Known(text.to_owned()));
    }
}

/// The character in a value for which the server drops the stanza.
fn blocked(value: &str, context: Context<'_>) -> Option<char> {
    let wildcards =
        context.dialect.refuses_wildcards_in_templates() && !(context.dialect.is_openbao() && context.allow_wildcards);
    let slashes = if context.dialect.is_openbao() {
        context.dialect.refuses_slashes_in_templates() && !context.allow_slashes
    } else {
        !context.allow_slashes
    };
    value.chars().find(|ch| match ch {
        '*' | '+' => wildcards,
        '/' => slashes,
        _ => false,
    })
}

fn value<'a>(directive: &str, context: Context<'a>) -> Value<'a> {
    if let Some(rest) = directive.strip_prefix("identity.entity.") {
        return match context.identity {
            Identity::None => Value::Missing("the token has no entity".to_owned()),
            Identity::Unknown => Value::Unknown,
            Identity::Known { entity, .. } => entity_value(rest, entity),
        };
    }
    if let Some(rest) = directive.strip_prefix("identity.groups.") {
        return match context.identity {
            Identity::None => Value::Missing("the token has no groups".to_owned()),
            Identity::Unknown => Value::Unknown,
            Identity::Known { groups, groups_complete, .. } => {
                group_value(rest, groups, *groups_complete, context.namespace)
            }
        };
    }
    if let Some(rest) = directive.strip_prefix("time.") {
        return time_value(rest, context.now);
    }
    Value::Missing(format!("`{{{{{directive}}}}}` names no value"))
}

fn missing<'a>(what: &str) -> Value<'a> {
    Value::Missing(format!("the token has no {what}"))
}

/// A string of the entity: empty counts as missing.
fn named<'a>(value: Option<&'a SmolStr>, what: &str) -> Value<'a> {
    match value {
        None => Value::Unknown,
        Some(value) if value.is_empty() => missing(what),
        Some(value) => Value::Known(value.as_str().into()),
    }
}

fn entity_value<'a>(selector: &str, entity: &'a Entity) -> Value<'a> {
    match selector {
        "id" => return named(entity.id.as_ref(), "entity id"),
        "name" => return named(entity.name.as_ref(), "entity name"),
        _ => {}
    }
    if let Some(key) = selector.strip_prefix("metadata.") {
        return entity.metadata.value(key).map_or_else(
            || if entity.metadata.complete { missing("such entity metadata") } else { Value::Unknown },
            |value| Value::Known(value.into()),
        );
    }
    let Some(rest) = selector.strip_prefix("aliases.") else {
        return Value::Missing(format!("`identity.entity.{selector}` names no value"));
    };
    let Some((accessor, field)) = rest.split_once('.') else {
        return Value::Missing(format!("`identity.entity.{selector}` names no value of the alias"));
    };
    let Some(alias) = entity.aliases.iter().find(|alias| alias.mount_accessor == accessor) else {
        return if entity.aliases_complete { missing("alias on that mount") } else { Value::Unknown };
    };
    match field {
        "id" => named(alias.id.as_ref(), "alias id"),
        "name" => named(alias.name.as_ref(), "alias name"),
        _ => {
            let (metadata, key) = match field.split_once('.') {
                Some(("metadata", key)) => (&alias.metadata, key),
                Some(("custom_metadata", key)) => (&alias.custom_metadata, key),
                _ => return Value::Missing(format!("`identity.entity.{selector}` names no value of the alias")),
            };
            metadata.value(key).map_or_else(
                || if metadata.complete { missing("such alias metadata") } else { Value::Unknown },
                |value| Value::Known(value.into()),
            )
        }
    }
}

fn group_value<'a>(selector: &str, groups: &'a [Group], complete: bool, namespace: &str) -> Value<'a> {
    if groups.is_empty() && complete {
        return missing("groups");
    }
    let Some((by, rest)) = selector.split_once('.') else {
        return Value::Missing(format!("`identity.groups.{selector}` names no group"));
    };
    let Some((wanted, field)) = rest.split_once('.') else {
        return Value::Missing(format!("`identity.groups.{selector}` names no value of the group"));
    };
    let found = groups.iter().find(|group| match by {
        "ids" => group.id.as_deref() == Some(wanted),
        "names" => group.name == wanted && group.is_in(namespace),
        _ => false,
    });
    if !matches!(by, "ids" | "names") {
        return Value::Missing(format!("`identity.groups.{selector}` names no group"));
    }
    let Some(group) = found else {
        let may_be = !complete || (by == "ids" && groups.iter().any(|group| group.id.is_none()));
        return if may_be { Value::Unknown } else { Value::Missing(format!("the entity is not in group `{wanted}`")) };
    };
    match field {
        "id" => group.id.as_ref().map_or(Value::Unknown, |id| Value::Known(id.as_str().into())),
        "name" => named(Some(&group.name), "group name"),
        _ => match field.strip_prefix("metadata.") {
            Some(key) => group.metadata.value(key).map_or_else(
                || if group.metadata.complete { missing("such group metadata") } else { Value::Unknown },
                |value| Value::Known(value.into()),
            ),
            None => Value::Missing(format!("`identity.groups.{selector}` names no value of the group")),
        },
    }
}

fn time_value<'a>(selector: &str, now: Option<i64>) -> Value<'a> {
    let mut parts = selector.splitn(3, '.');
    if parts.next() != Some("now") {
        return Value::Missing(format!("`time.{selector}` names no time"));
    }
    let shift = match (parts.next(), parts.next()) {
        (None, _) => Some(0),
        (Some(sign @ ("plus" | "minus")), Some(text)) => {
            parse_duration(text).ok().map(|shift| if sign == "plus" { shift / SECOND } else { -(shift / SECOND) })
        }
        _ => None,
    };
    match (shift, now) {
        (None, _) => Value::Missing(format!("`time.{selector}` names no time")),
        (Some(_), None) => Value::Unknown,
        (Some(shift), Some(now)) => Value::Known(now.saturating_add(shift).to_string().into()),
    }
}

/// Functions of Go templates, and the words of its control structures.
const GO_WORDS: [&str; 36] = [
    "and",
    "call",
    "html",
    "index",
    "slice",
    "js",
    "len",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "urlquery",
    "eq",
    "ge",
    "gt",
    "le",
    "lt",
    "ne",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "true",
    "false",
    "nil",
    "lowercase",
    "uppercase",
    "replace",
    "truncate",
];

/// Checks a Go template as far as policies need it: balanced actions of fields, strings,
/// numbers, variables and known functions. The fields it uses.
///
/// # Errors
/// What is wrong, in the server's words.
pub fn check_go_template(text: &str) -> Result<Vec<&str>, String> {
    let fail = |what: &str| Err(format!("unable to parse template: template: template:1: {what}"));
    let mut fields = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        let body = rest.get(open + 2..).unwrap_or("");
        let Some(close) = body.find("}}") else { return fail("unclosed action") };
        let action = body.get(..close).unwrap_or("").trim().trim_matches('-').trim();
        rest = body.get(close + 2..).unwrap_or("");
        if action.starts_with("/*") {
            continue;
        }
        if action.is_empty() {
            return fail("missing value for command");
        }
        // Strings may hold anything; what lies between them is words.
        for (index, part) in action.split('"').enumerate() {
            if index % 2 == 1 {
                continue;
            }
            for word in part.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | ',')) {
                if let Some(odd) =
                    word.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '$' | ':' | '=' | '-' | '`'))
                {
                    return fail(&format!("unexpected {} in operand", super::policy::quote(&odd.to_string())));
                }
                if word.starts_with('.') {
                    fields.push(word);
                } else if word.starts_with(|c: char| c.is_alphabetic() || c == '_') && !GO_WORDS.contains(&word) {
                    return fail(&format!("function {} not defined", super::policy::quote(word)));
                } else if word.starts_with(['=', ':']) && !part.contains('$') {
                    return fail(&format!("unexpected {} in operand", super::policy::quote(word)));
                }
            }
        }
    }
    Ok(fields)
}
