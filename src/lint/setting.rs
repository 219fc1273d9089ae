//! Setting rules: the page names an object of Vault and what its fields say, no code is
//! needed.
//!
//! ```text
//! object: secrets-role pki
//! where: allow_any_name is true
//! where: max_ttl is absent
//! message: {name} issues certificates for any name
//! ```
//!
//! All `where` lines must certainly hold; a field that is an expression holds nothing.

use smol_str::SmolStr;

use super::check::{ObjectContext, Sink};
use super::page::{Field, PageError};
use super::region::message;
use crate::aws::condition::value::decode_base64;
use crate::carrier::declaration::VaultKind;
use crate::pattern::glob;
use crate::source::Span;
use crate::syntax::{Node, Value};
use crate::vault::roles::field::{self, Fact};

/// The settings that a rule is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    objects: Vec<Object>,
    conditions: Vec<Condition>,
    message: Option<String>,
}

/// A kind of object, and which methods or engines are meant; all if none is named.
#[derive(Debug, Clone)]
struct Object {
    kind: Kind,
    types: Vec<SmolStr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    AuthRole,
    AuthMapping,
    AuthConfig,
    AuthMount,
    SecretsRole,
    SecretsConfig,
    SecretsMount,
    TokenRole,
    Token,
    Entity,
    Group,
    Audit,
    Secret,
    Server,
    Agent,
    Other,
}

/// Every kind under its word in a page.
const KINDS: &[(&str, Kind)] = &[
    ("auth-role", Kind::AuthRole),
    ("auth-mapping", Kind::AuthMapping),
    ("auth-config", Kind::AuthConfig),
    ("auth-mount", Kind::AuthMount),
    ("secrets-role", Kind::SecretsRole),
    ("secrets-config", Kind::SecretsConfig),
    ("secrets-mount", Kind::SecretsMount),
    ("token-role", Kind::TokenRole),
    ("token", Kind::Token),
    ("entity", Kind::Entity),
    ("group", Kind::Group),
    ("audit", Kind::Audit),
    ("secret", Kind::Secret),
    ("server", Kind::Server),
    ("agent", Kind::Agent),
    ("other", Kind::Other),
];

/// One `where` line.
#[derive(Debug, Clone)]
struct Condition {
    /// The field under each of its names; a dot leads into a nested object.
    names: Vec<String>,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    /// A boolean of that value; the flag says whether an absent field has it too.
    Is(bool, bool),
    /// A text that is one of these.
    OneOf(Vec<String>),
    /// Not there, or empty.
    Absent,
    /// There, and not empty.
    Present,
    /// There, and not the text of a certificate that signs no others.
    NoLeaf,
    /// Not there, or zero: no limit.
    Unlimited,
    /// A member that is one of these.
    Has(Vec<String>),
    /// A member that one of these globs matches.
    Like(Vec<String>),
    /// A member that holds one of these texts, in any case.
    Contains(Vec<String>),
    /// There, and no member holds any of these texts, in any case.
    Lacks(Vec<String>),
    /// More than so many, or so many seconds.
    Above(i64),
    /// Less than so many, or so many seconds; zero and absent are not.
    Below(i64),
}

impl Settings {
    /// Takes a field of the front matter; false if it is none of a setting rule's.
    pub(super) fn field(&mut self, field: &Field<'_>) -> Result<bool, PageError> {
        match field.key {
            "object" => self.objects.push(object(&field.joined().0).map_err(|message| field.error(message))?),
            "where" => self.conditions.push(condition(&field.joined().0).map_err(|message| field.error(message))?),
            "message" => self.message = Some(field.joined().0),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether the page names any object.
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Reports the object if all conditions hold, at the first field that is there.
    pub(super) fn check(&self, context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
        if !self.objects.iter().any(|object| object.is(context)) {
            return;
        }
        let body = context.body();
        let mut place: Option<(Span, String)> = None;
        for condition in &self.conditions {
            match condition.holds(body) {
                None => return,
                Some(Held::Present(span, value)) if place.is_none() => place = Some((span, value)),
                Some(_) => {}
            }
        }
        let name = context.object.name.as_ref();
        let shown = name.map_or_else(|| context.declaration.address.to_string(), |(text, _)| text.display());
        let (span, value) = match place {
            Some(place) => place,
            None => (name.map_or(context.declaration.span, |(_, span)| *span), String::new()),
        };
        let mount = context.object.mount.as_ref().map_or_else(String::new, |(text, _)| text.display());
        let values = [("name", shown.as_str()), ("value", value.as_str()), ("mount", mount.as_str())];
        let message = message(self.message.as_deref(), "{name}: ", sink, &values);
        sink.report(span, message);
    }
}

impl Object {
    fn is(&self, context: &ObjectContext<'_>) -> bool {
        let (kind, of) = match &context.object.kind {
            VaultKind::AuthRole(method) => (Kind::AuthRole, method.clone()),
            VaultKind::AuthMapping { method, subject } => {
                let whole = SmolStr::from(format!("{method}/{subject}"));
                let listed = self.types.contains(&whole);
                (Kind::AuthMapping, if listed { whole } else { method.clone() })
            }
            VaultKind::AuthConfig(method) => (Kind::AuthConfig, method.clone()),
            VaultKind::SecretsRole(engine) => (Kind::SecretsRole, engine.clone()),
            VaultKind::SecretsConfig(engine) => (Kind::SecretsConfig, engine.clone()),
            VaultKind::AuthMount => (Kind::AuthMount, mount_type(context.body())),
            VaultKind::SecretsMount => (Kind::SecretsMount, mount_type(context.body())),
            VaultKind::TokenRole => (Kind::TokenRole, SmolStr::default()),
            VaultKind::Token => (Kind::Token, SmolStr::default()),
            VaultKind::Entity => (Kind::Entity, SmolStr::default()),
            VaultKind::Group => (Kind::Group, SmolStr::default()),
            VaultKind::Audit => (Kind::Audit, SmolStr::default()),
            VaultKind::Secret => (Kind::Secret, SmolStr::default()),
            VaultKind::Server(part) => (Kind::Server, part.clone()),
            VaultKind::Agent(part) => (Kind::Agent, part.clone()),
            VaultKind::Other(path) => (Kind::Other, path.clone()),
            _ => return false,
        };
        self.kind == kind && (self.types.is_empty() || self.types.contains(&of))
    }
}

/// The type of a mount, if it is known.
fn mount_type(body: &Node) -> SmolStr {
    field::string(body, &["type"]).known().cloned().unwrap_or_default()
}

/// A condition that certainly holds.
#[derive(Debug)]
enum Held {
    /// Because the field is not there.
    Absent,
    /// By the field at this place, with this value.
    Present(Span, String),
}

impl Condition {
    /// How the condition holds, if it certainly does.
    fn holds(&self, body: &Node) -> Option<Held> {
        let Some(found) = self.names.iter().find_map(|name| find(body, name)) else {
            let absent = matches!(self.test, Test::Is(_, true) | Test::Absent | Test::Unlimited);
            return (absent && !body.is_open()).then_some(Held::Absent);
        };
        let shown = |span: Span| Held::Present(span, scalar(found).unwrap_or_default());
        match &self.test {
            Test::Is(value, _) => {
                let known = *boolean(found)?.known()?;
                (known == *value).then(|| shown(found.span))
            }
            Test::OneOf(values) => {
                let text = scalar(found)?;
                values.contains(&text).then(|| shown(found.span))
            }
            Test::Absent => is_empty(found)?.then(|| shown(found.span)),
            Test::Present => (!is_empty(found)?).then(|| shown(found.span)),
            Test::NoLeaf => {
                let text = found.as_text()?.known()?;
                (!text.is_empty() && !is_leaf(text)).then(|| shown(found.span))
            }
            Test::Unlimited => (seconds(found)? == 0).then(|| shown(found.span)),
            Test::Above(limit) => (seconds(found)? > *limit).then(|| shown(found.span)),
            Test::Below(limit) => {
                let value = seconds(found)?;
                (value > 0 && value < *limit).then(|| shown(found.span))
            }
            Test::Has(values) => member(found, |text| values.iter().any(|value| value == text)),
            Test::Like(globs) => member(found, |text| globs.iter().any(|pattern| glob::matches(pattern, text))),
            Test::Contains(texts) => member(found, |text| holds_any(text, texts)),
            Test::Lacks(texts) => {
                let list = field::string_list_of(found);
                let lacking =
                    list.is_known() && !list.is_empty() && !list.known().any(|(text, _)| holds_any(text, texts));
                lacking.then(|| shown(found.span))
            }
        }
    }
}

/// Whether a text is a PEM certificate, the first of it, whose basic constraints do not say that
/// it is an authority: Vault then takes that very certificate and no other. Source: X.509, RFC
/// 5280 4.2.1.9; Vault, auth methods, TLS certificates.
fn is_leaf(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("-----BEGIN CERTIFICATE-----") else { return false };
    let Some((inner, _)) = rest.split_once("-----END CERTIFICATE-----") else { return false };
    let packed: String = inner.split_whitespace().collect();
    let Some(der) = decode_base64(&packed).filter(|der| der.len() > 100 && der.first() == Some(&0x30)) else {
        return false;
    };
    // id-ce-basicConstraints, perhaps `critical`, a wrapped sequence that begins with `cA TRUE`
    let Some(at) = memchr::memmem::find(&der, &[0x55, 0x1d, 0x13]) else { return true };
    let after = der.get(at + 3..).unwrap_or_default();
    let value = after.strip_prefix(&[0x01, 0x01, 0xff]).unwrap_or(after);
    !matches!(value, [0x04, _, 0x30, _, 0x01, 0x01, 0xff, ..])
}

fn holds_any(text: &str, parts: &[String]) -> bool {
    let upper = text.to_uppercase();
    // SQL takes rights back with the same word: `NOSUPERUSER`
    let taken = |at: usize| {
        let before = upper.get(..at).and_then(|before| before.strip_suffix("NO"));
        before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric()))
    };
    parts.iter().any(|part| upper.match_indices(&part.to_uppercase()).any(|(at, _)| !taken(at)))
}

/// The first known member of a list, or the text itself, that passes.
fn member(node: &Node, test: impl Fn(&str) -> bool) -> Option<Held> {
    let whole = node.as_text().and_then(|text| text.known()).filter(|text| test(text));
    if let Some(text) = whole {
        return Some(Held::Present(node.span, text.to_owned()));
    }
    let list = field::string_list_of(node);
    let found = list.known().find(|(text, _)| test(text))?;
    Some(Held::Present(found.1, found.0.to_owned()))
}

/// The field of a dotted name; a block that stands once in a list counts as itself.
fn find<'n>(body: &'n Node, name: &str) -> Option<&'n Node> {
    let mut node = body;
    for part in name.split('.') {
        if let Some([only]) = node.as_list() {
            node = only;
        }
        node = node.get(part)?;
    }
    (!matches!(node.value, Value::Null)).then_some(node)
}

fn boolean(node: &Node) -> Option<Fact<bool>> {
    Some(match &node.value {
        Value::Bool(value) => Fact::Known(*value, node.span),
        Value::String(text) => match text.known()? {
            "true" | "1" => Fact::Known(true, node.span),
            "false" | "0" | "" => Fact::Known(false, node.span),
            _ => return None,
        },
        _ => return None,
    })
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => text.known().map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Whether a value says nothing: none if that cannot be known.
fn is_empty(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Unknown(_) => None,
        Value::Null => Some(true),
        Value::String(text) => Some(text.is_known() && text.raw().is_empty()),
        Value::List(items) => Some(items.is_empty()),
        Value::Map(entries) => Some(entries.is_empty()),
        Value::Bool(_) | Value::Number(_) | Value::Secret => Some(false),
    }
}

fn seconds(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Number(number) => number.parse().ok(),
        Value::String(text) => field::parse_seconds(text.known()?),
        _ => None,
    }
}

/// `secrets-role pki, ssh`
fn object(text: &str) -> Result<Object, String> {
    let (word, types) = text.split_once(' ').unwrap_or((text, ""));
    let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == word) else {
        let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        return Err(format!("`{word}` is no kind of object; known are {}", known.join(", ")));
    };
    let types = types.split(',').map(str::trim).filter(|name| !name.is_empty()).map(SmolStr::new).collect();
    Ok(Object { kind: *kind, types })
}

/// `allow_any_name is true`, `ttl|token_ttl above 24h`
fn condition(text: &str) -> Result<Condition, String> {
    let mut words = text.splitn(3, ' ');
    let (Some(names), Some(verb)) = (words.next(), words.next()) else {
        return Err("expected `FIELD TEST`, as in `allow_any_name is true`".to_owned());
    };
    let rest = words.next().unwrap_or("").trim();
    let list = || -> Result<Vec<String>, String> {
        let values: Vec<String> = rest.split(',').map(|v| v.trim().trim_matches('"').to_owned()).collect();
        if rest.is_empty() { Err(format!("`{verb}` takes a value")) } else { Ok(values) }
    };
    let number =
        || field::parse_seconds(rest).filter(|_| !rest.is_empty()).ok_or(format!("`{rest}` is no number or duration"));
    let test = match (verb, rest) {
        ("is", "true") => Test::Is(true, false),
        ("is", "false") => Test::Is(false, false),
        ("is", "true by default") => Test::Is(true, true),
        ("is", "false by default") => Test::Is(false, true),
        ("is", "absent") => Test::Absent,
        ("is", "present") => Test::Present,
        ("is", "no leaf certificate") => Test::NoLeaf,
        ("is", "unlimited") => Test::Unlimited,
        ("is", _) => Test::OneOf(list()?),
        ("has", _) => Test::Has(list()?),
        ("like", _) => Test::Like(list()?),
        ("contains", _) => Test::Contains(list()?),
        ("lacks", _) => Test::Lacks(list()?),
        ("above", _) => Test::Above(number()?),
        ("below", _) => Test::Below(number()?),
        _ => return Err(format!("`{verb}` is no test; known are is, has, like, contains, lacks, above, below")),
    };
    Ok(Condition { names: names.split('|').map(str::to_owned).collect(), test })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Fragment, SourceId};
    use crate::syntax::json;

    #[test]
    fn conditions_hold_only_where_they_certainly_do() {
        let body = r#"{"a": true, "b": "false", "n": 90, "t": "2h", "l": ["x", "y*"], "e": [], "s": "GRANT ALL", "m": {"k": "v"}, "z": 0}"#;
        let body = json::parse(&Fragment::plain(SourceId(0), 0, body)).0.unwrap();
        let table = [
            ("a is true", true),
            ("a is false", false),
            ("b is false", true),
            ("q is true", false),
            ("q is true by default", true),
            ("b is true by default", false),
            ("n above 60", true),
            ("n above 90", false),
            ("n below 91", true),
            ("z below 91", false),
            ("q|t above 1h", true),
            ("q above 1h", false),
            ("l has x", true),
            ("l has y", false),
            ("l has y*", true),
            ("l like y*", true),
            ("l like z*", false),
            ("e is absent", true),
            ("q is absent", true),
            ("l is absent", false),
            ("l is present", true),
            ("z is unlimited", true),
            ("q is unlimited", true),
            ("t is unlimited", false),
            ("s contains grant all", true),
            ("s lacks valid until", true),
            ("q lacks valid until", false),
            ("m.k is v", true),
            ("m.k is w, v", true),
            ("m.q is v", false),
        ];
        for (text, expected) in table {
            assert_eq!(condition(text).unwrap().holds(&body).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn lines_that_make_no_sense_are_refused() {
        for text in ["a", "a frobs x", "a above soon", "a has"] {
            assert!(condition(text).is_err(), "{text}");
        }
        assert!(object("nonsense pki").is_err());
    }
}
