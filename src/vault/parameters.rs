//! Parameter constraints: how policy values match what a request sends.
//! spec: vault-acl, section d.2

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::dialect::Dialect;
use super::policy::Parameter;
use crate::syntax::{Node, Value};

/// A value listed in a policy, as the server holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Listed {
    /// A string: at the top of a list it is a glob.
    Text(SmolStr),
    /// A boolean.
    Bool(bool),
    /// A list.
    List(Vec<Listed>),
    /// An object directly in a list.
    Map(Vec<(SmolStr, Listed)>),
    /// Something that no request value equals: numbers (a request's numbers are kept as
    /// text of another type), and objects inside objects (held as lists of objects).
    Never,
}

impl Listed {
    /// The value of a policy's node; `in_list` where it stands directly in a list.
    fn new(node: &Node, in_list: bool) -> Self {
        match &node.value {
            Value::String(text) => Self::Text(text.raw_smol().clone()),
            Value::Bool(value) => Self::Bool(*value),
            Value::List(items) => Self::List(items.iter().map(|item| Self::new(item, true)).collect()),
            Value::Map(entries) if in_list => Self::Map(
                entries.iter().map(|entry| (entry.key.raw_smol().clone(), Self::new(&entry.value, false))).collect(),
            ),
            Value::Null => Self::Text(SmolStr::default()),
            Value::Map(_) | Value::Number(_) | Value::Unknown(_) | Value::Secret => Self::Never,
        }
    }

    /// Deep equality, as between any two values that are not both strings.
    fn equals(&self, json: &Json) -> bool {
        match (self, json) {
            (Self::Text(text), Json::String(value)) => text == value,
            (Self::Bool(own), Json::Bool(value)) => own == value,
            (Self::List(items), Json::Array(values)) => {
                items.len() == values.len() && items.iter().zip(values).all(|(item, value)| item.equals(value))
            }
            (Self::Map(members), Json::Object(values)) => {
                members.len() == values.len()
                    && members
                        .iter()
                        .all(|(key, item)| values.get(key.as_str()).is_some_and(|value| item.equals(value)))
            }
            _ => false,
        }
    }

    /// Whether the value at the top of a list matches: strings as globs.
    fn matches(&self, json: &Json) -> bool {
        match (self, json) {
            (Self::Text(text), Json::String(value)) => glob(text, value),
            _ => self.equals(json),
        }
    }
}

/// A leading `*` matches any beginning, a trailing one any end; `*` alone is literal.
fn glob(pattern: &str, value: &str) -> bool {
    if pattern.len() < 2 {
        return pattern == value;
    }
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => value.contains(rest.strip_suffix('*').unwrap_or(rest)),
        (Some(rest), None) => value.ends_with(rest),
        (None, Some(rest)) => value.starts_with(rest),
        (None, None) => pattern == value,
    }
}

/// `allowed_parameters` or `denied_parameters` after merging: lower-cased names with
/// their values; no value means any.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Constraints {
    names: Vec<(SmolStr, Vec<Listed>)>,
    /// Where each name stands.
    places: FxHashMap<SmolStr, usize>,
}

impl Constraints {
    /// The constraints of one stanza. Of names that differ in case only the last counts:
    /// the server's choice among them is random.
    #[must_use]
    pub fn new(parameters: &[Parameter]) -> Self {
        let mut out = Self::default();
        for parameter in parameters {
            let name = lower(parameter.name.raw());
            let values = parameter.values.iter().map(|node| Listed::new(node, true)).collect();
            match out.own(&name) {
                Some(own) => *own = values,
                None => out.names.push((name, values)),
            }
        }
        out
    }

    /// Adds those of another stanza for the same path: names are united, the values of a
    /// name too, but no value (any) wins.
    pub fn merge(&mut self, other: &Self) {
        for (name, values) in &other.names {
            match self.own(name) {
                Some(own) if own.is_empty() || values.is_empty() => own.clear(),
                Some(own) => own.extend(values.iter().cloned()),
                None => self.names.push((name.clone(), values.clone())),
            }
        }
    }

    /// The values of a name. One that is new gets the next place.
    fn own(&mut self, name: &SmolStr) -> Option<&mut Vec<Listed>> {
        let place = *self.places.entry(name.clone()).or_insert(self.names.len());
        self.names.get_mut(place).map(|(_, values)| values)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.names.clear();
        self.places.clear();
    }

    fn get(&self, name: &str) -> Option<&[Listed]> {
        let place =
            if name.chars().any(char::is_uppercase) { self.places.get(&lower(name)) } else { self.places.get(name) };
        self.names.get(*place?).map(|(_, values)| values.as_slice())
    }
}

/// Lower-cased as the server does it.
#[must_use]
pub fn lower(name: &str) -> SmolStr {
    if name.chars().any(char::is_uppercase) { name.to_lowercase().into() } else { name.into() }
}

/// Why parameters make the server refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// A required parameter is missing.
    Missing(&'a str),
    /// `denied_parameters` names `*`, and the request has parameters.
    AllDenied,
    /// That parameter's value is denied.
    Denied(&'a str),
    /// That parameter is not among the allowed ones.
    NotAllowed(&'a str),
    /// That parameter's value is not among the allowed ones.
    ValueNotAllowed(&'a str),
}

/// Checks the parameters of a request.
///
/// # Errors
/// What the server refuses it for.
pub fn check<'a>(
    required: &'a [SmolStr],
    allowed: &Constraints,
    denied: &Constraints,
    sent: Option<&'a Map<String, Json>>,
    dialect: Dialect,
) -> Result<(), Refusal<'a>> {
    // The names are lower-cased, the request's are not: `Foo` does not give `foo`.
    let missing = |name: &&SmolStr| !sent.is_some_and(|sent| sent.contains_key(name.as_str()));
    if let Some(name) = required.iter().find(missing) {
        return Err(Refusal::Missing(name));
    }
    let Some(sent) = sent.filter(|sent| !sent.is_empty()) else { return Ok(()) };
    if !denied.is_empty() {
        if denied.get("*").is_some() {
            return Err(Refusal::AllDenied);
        }
        for (name, value) in sent {
            if denied.get(name).is_some_and(|listed| is_denied(name, value, listed, dialect)) {
                return Err(Refusal::Denied(name));
            }
        }
    }
    let any = allowed.get("*").is_some();
    if allowed.is_empty() || (any && allowed.names.len() == 1) {
        return Ok(());
    }
    for (name, value) in sent {
        match allowed.get(name) {
            None if any => {}
            None => return Err(Refusal::NotAllowed(name)),
            Some(listed) if is_allowed(name, value, listed, dialect) => {}
            Some(_) => return Err(Refusal::ValueNotAllowed(name)),
        }
    }
    Ok(())
}

fn is_allowed(name: &str, value: &Json, listed: &[Listed], dialect: Dialect) -> bool {
    let value = &folded(name, value, dialect);
    if listed.is_empty() || contains(listed, value) {
        return true;
    }
    dialect.matches_list_elements()
        && elements(value).is_some_and(|elements| elements.iter().all(|element| contains(listed, element)))
}

fn is_denied(name: &str, value: &Json, listed: &[Listed], dialect: Dialect) -> bool {
    let value = &folded(name, value, dialect);
    if listed.is_empty() || contains(listed, value) {
        return true;
    }
    dialect.matches_list_elements()
        && elements(value).is_some_and(|elements| elements.iter().any(|element| contains(listed, element)))
}

fn contains(listed: &[Listed], value: &Json) -> bool {
    listed.iter().any(|item| item.matches(value))
}

/// The elements of a list, or of a string at its commas; none for other values.
fn elements(value: &Json) -> Option<Vec<Json>> {
    match value {
        Json::Array(values) => Some(values.clone()),
        Json::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Json::String(text) => Some(text.split(',').map(|part| Json::String(part.trim().to_owned())).collect()),
        _ => None,
    }
}

/// The value as the server compares it: policy names lower-cased, where it does that.
fn folded<'a>(name: &str, value: &'a Json, dialect: Dialect) -> std::borrow::Cow<'a, Json> {
    use std::borrow::Cow;
    let names_policies = name.eq_ignore_ascii_case("policies") || name.eq_ignore_ascii_case("token_policies");
    if !names_policies || !dialect.lowers_policy_names() {
        return Cow::Borrowed(value);
    }
    match value {
        Json::String(text) => Cow::Owned(Json::String(text.to_lowercase())),
        Json::Array(values) => Cow::Owned(Json::Array(
            values
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.clone(), |text| Json::String(text.to_lowercase())))
                .collect(),
        )),
        _ => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_at_the_ends_only() {
        let table = [
            ("good", "good", true),
            ("bad*", "badly", true),
            ("*good3", "so good3", true),
            ("*mid*", "a mid b", true),
            ("a*c", "abc", false),
            ("*", "*", true),
            ("*", "x", false),
            ("", "", true),
            ("**", "x", true),
        ];
        for (pattern, value, expected) in table {
            assert_eq!(glob(pattern, value), expected, "{pattern} on {value}");
        }
    }
}
