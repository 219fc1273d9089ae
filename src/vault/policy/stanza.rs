//! One `path` item → [`Stanza`], checked in the server's order so that the first problem
//! is the one the server reports.
//! spec: vault-acl a.3 to a.7

use rustc_hash::FxHashMap;

use super::decode::{Any, Decoded, Decoder, Seen, object_of};
use super::refuse::{refuse, refuse_all, wrong_keys};
use super::{CapabilityItem, Policy, Problem, Stanza, quote, time};
use crate::source::{Span, Unknown};
use crate::suggest::closest;
use crate::syntax::hcl1::{Expr, Item, Object};
use crate::syntax::{Text, Value};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::dialect::{Dialect, Product};
use crate::vault::path::PathPattern;
use crate::vault::template;

/// Stanza keys of every server.
const COMMON_KEYS: [&str; 9] = [
    "comment",
    "policy",
    "capabilities",
    "allowed_parameters",
    "denied_parameters",
    "required_parameters",
    "min_wrapping_ttl",
    "max_wrapping_ttl",
    "mfa_methods",
];

/// A key, whether that server takes it, and who takes it in words.
type OtherKey = (&'static str, fn(Dialect) -> bool, &'static str);

/// Keys of some servers only, with who takes them (spec: vault-acl, a.4).
const OTHER_KEYS: [OtherKey; 5] = [
    ("control_group", has_control_group, "Vault Enterprise and the development branch of OpenBao"),
    ("subscribe_event_types", |d| d.vault_since(1, 16, 0), "Vault 1.16 and later"),
    ("pagination_limit", |d| d.openbao_since(2, 2, 0), "OpenBao 2.2 and later"),
    ("expiration", |d| d.openbao_since(2, 3, 0), "OpenBao 2.3 and later"),
    ("list_scan_response_keys_filter_path", |d| d.openbao_since(2, 4, 0), "OpenBao 2.4 and later"),
];

fn has_control_group(dialect: Dialect) -> bool {
    dialect.product == Product::Vault || dialect.openbao_since(2, 6, 3)
}

/// The keys that a stanza may have for that server.
#[must_use]
pub fn stanza_keys(dialect: Dialect) -> Vec<&'static str> {
    let others = OTHER_KEYS.iter().filter(|(_, takes, _)| takes(dialect)).map(|(key, _, _)| *key);
    COMMON_KEYS.into_iter().chain(others).collect()
}

/// Who takes a stanza key that not every server takes.
#[must_use]
pub fn used_elsewhere(key: &str) -> Option<&'static str> {
    OTHER_KEYS.iter().find(|(name, _, _)| *name == key).map(|(_, _, who)| *who)
}

/// Reads one `path` item.
pub(super) struct Reader<'a> {
    pub(super) dialect: Dialect,
    pub(super) text: &'a str,
    pub(super) item: &'a Item,
    /// The keys that a stanza may have.
    pub(super) valid: &'a [&'static str],
}

impl Reader<'_> {
    /// Adds the stanza to the policy, and whatever is wrong with it.
    pub(super) fn read(&self, policy: &mut Policy) {
        let labels = self.item.keys.get(1..).unwrap_or(&[]);
        let (path, path_span) = match labels.first() {
            Some(label) => (label.text.clone(), label.span),
            None => (Text::atomic("path", self.item.span), self.item.span),
        };
        let mut stanza = Stanza::new(path, path_span, self.item.span);
        stanza.extra_labels = labels.iter().skip(1).map(|label| (label.text.clone(), label.span)).collect();
        Self::check_template(policy, &stanza);
        match object_of(&self.item.value) {
            Ok(object) => self.read_object(policy, &mut stanza, object),
            Err(None) => {
                stanza.capabilities_unknown = true;
                stanza.constraints_unknown = true;
                if let Expr::Unknown(unknown) = &self.item.value {
                    stanza.unknown.push(unknown.clone());
                }
            }
            Err(Some(kind)) => {
                let problem = Problem {
                    rule: "wrong-type",
                    server_message: prefixed(&stanza, &format!("cannot check HCL keys of type {kind}")),
                    message: "a path must hold a block of settings".to_owned(),
                    span: self.item.value.span(),
                    void_after: None,
                    help: Some("write `path \"…\" { capabilities = […] }`".to_owned()),
                };
                refuse(policy, problem);
            }
        }
        policy.stanzas.push(stanza);
    }

    fn check_template(policy: &mut Policy, stanza: &Stanza) {
        if let Err(at) = template::check(stanza.path.raw()) {
            let end = (at + 2).min(stanza.path.raw().len());
            let problem = Problem {
                rule: "template-syntax",
                server_message: "failed to validate policy templating: unbalanced templating characters".to_owned(),
                message: "unbalanced `{{` and `}}` in the path".to_owned(),
                span: stanza.path.span_of(stanza.path_span, at, end),
                void_after: None,
                help: Some("close each `{{` with one `}}` before the next".to_owned()),
            };
            refuse(policy, problem);
        }
    }

    fn read_object(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        let problems = wrong_keys(self.text, object, self.valid, "unknown-stanza-key", |key, _| {
            if let Some(who) = used_elsewhere(key) {
                return Some(format!(
                    "only {who} take it; this is checked for `{}`: say which server with `--dialect`",
                    self.dialect
                ));
            }
            closest(key, self.valid.iter().copied()).map(|known| format!("did you mean `{known}`?"))
        });
        if !problems.is_empty() {
            let prefix = format!("path {}:", quote(stanza.path.raw()));
            refuse_all(policy, problems, Some(&prefix));
        }
        Self::note_unknown_keys(stanza, object);
        if self.dialect.is_openbao() && has_control_group(self.dialect) {
            self.control_group_openbao(policy, stanza, object);
        }
        self.fields(policy, stanza, object);
        let before = policy.problems.len();
        Self::check_path(policy, stanza);
        self.capabilities(policy, stanza);
        if !stanza.granted.has(Capability::Deny) {
            self.limits(policy, stanza, object);
        }
        for problem in policy.problems.iter_mut().skip(before) {
            problem.void_after = stanza.expiration;
        }
        for item in &object.items {
            let known = ["policy", "capabilities", "allowed_parameters", "denied_parameters", "required_parameters"];
            let known = known.into_iter().chain(["min_wrapping_ttl", "max_wrapping_ttl"]);
            if let Some(key) = item.keys.first()
                && !known.clone().any(|name| name == key.text.raw())
            {
                stanza.others.push((key.text.raw_smol().clone(), key.span, item.value.to_node()));
            }
        }
    }

    /// Holes in place of keys or members may be anything.
    fn note_unknown_keys(stanza: &mut Stanza, object: &Object) {
        let keys = object.items.iter().filter_map(|item| item.keys.first());
        let holes = keys.flat_map(|key| key.text.holes()).map(|hole| &hole.unknown);
        let unknown: Vec<Unknown> = object.unknown.iter().chain(holes).cloned().collect();
        if !unknown.is_empty() {
            stanza.capabilities_unknown = true;
            stanza.constraints_unknown = true;
            stanza.unknown.extend(unknown);
        }
    }

    fn decoder<'t>(&'t self, stanza: &Stanza) -> Decoder<'t> {
        Decoder { text: self.text, fallback: stanza.span }
    }

    fn wrong_type<T>(policy: &mut Policy, stanza: &Stanza, key: &str, value: Decoded<T>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(refusal) => {
                let problem = Problem {
                    rule: "wrong-type",
                    server_message: prefixed(stanza, &refusal.message),
                    message: format!("`{key}` has a value of the wrong type"),
                    span: refusal.span,
                    void_after: None,
                    help: Some(expected(key).to_owned()),
                };
                refuse(policy, problem);
                None
            }
        }
    }

    /// Decodes the keys in the order of the server's struct, so that errors come in order.
    fn fields(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        for value in Seen::of_key(object, "policy") {
            if let Seen::Unknown(unknown) = &value {
                stanza.capabilities_unknown = true;
                stanza.unknown.push((*unknown).clone());
                continue;
            }
            let text = self.decoder(stanza).string("root.Policy", &value);
            if let Some((text, span)) = Self::wrong_type(policy, stanza, "policy", text) {
                stanza.shorthand = Some(crate::syntax::Node::new(span, Value::String(text)));
            }
        }
        self.capability_list(policy, stanza, object);
        if self.dialect.is_openbao() {
            self.expiration(policy, stanza, object);
        }
        // Durations are decoded again, with their own errors, in `limits`.
        for (key, name) in
            [("min_wrapping_ttl", "root.min_wrapping_ttl"), ("max_wrapping_ttl", "root.max_wrapping_ttl")]
        {
            for value in Seen::of_key(object, key) {
                let any = self.decoder(stanza).any(name, &value, false);
                Self::wrong_type(policy, stanza, key, any);
            }
        }
        for key in ["allowed_parameters", "denied_parameters"] {
            let mut out = Vec::new();
            let mut places = FxHashMap::default();
            let mut unknown = Vec::new();
            for value in Seen::of_key(object, key) {
                let name = format!("root.{key}");
                let into = (&mut out, &mut places);
                let result = self.decoder(stanza).parameters(&name, &value, into, |what| unknown.push(what.clone()));
                Self::wrong_type(policy, stanza, key, result);
            }
            let holes = out.iter().flat_map(|parameter| parameter.name.holes()).map(|hole| hole.unknown.clone());
            unknown.extend(holes);
            let values = out.iter().flat_map(|parameter| &parameter.values);
            values.for_each(|node| collect_unknown(node, &mut unknown, 0));
            stanza.constraints_unknown |= !unknown.is_empty();
            stanza.unknown.append(&mut unknown);
            match key {
                "allowed_parameters" => stanza.allowed_parameters = out,
                _ => stanza.denied_parameters = out,
            }
        }
        stanza.required_parameters = self.string_list(policy, stanza, object, "required_parameters");
        stanza.mfa_methods = self.string_list(policy, stanza, object, "mfa_methods");
        if self.dialect.is_openbao() {
            for value in Seen::of_key(object, "pagination_limit") {
                if let Seen::Unknown(unknown) = &value {
                    stanza.constraints_unknown = true;
                    stanza.unknown.push((*unknown).clone());
                    continue;
                }
                let limit = self.decoder(stanza).int("root.pagination_limit", &value);
                if let Some(limit) = Self::wrong_type(policy, stanza, "pagination_limit", limit) {
                    stanza.pagination_limit = limit;
                }
            }
            self.response_filter(policy, stanza, object);
        } else {
            self.control_group_types(policy, stanza, object);
            self.string_list(policy, stanza, object, "subscribe_event_types");
        }
    }

    fn string_list(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object, key: &str) -> Vec<(Text, Span)> {
        let mut out = Vec::new();
        let mut unknown = Vec::new();
        for value in Seen::of_key(object, key) {
            let name = format!("root.{key}");
            let result = self.decoder(stanza).strings(&name, &value, &mut out, |what| unknown.push(what.clone()));
            Self::wrong_type(policy, stanza, key, result);
        }
        unknown.extend(out.iter().flat_map(|(text, _)| text.holes()).map(|hole| hole.unknown.clone()));
        stanza.constraints_unknown |= !unknown.is_empty();
        stanza.unknown.append(&mut unknown);
        out
    }

    fn capability_list(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        let mut names = Vec::new();
        let mut unknown = Vec::new();
        for value in Seen::of_key(object, "capabilities") {
            let result = self.decoder(stanza).strings("root.Capabilities", &value, &mut names, |what| {
                unknown.push(what.clone());
            });
            Self::wrong_type(policy, stanza, "capabilities", result);
        }
        stanza.capabilities_span = object.filter("capabilities").map(|item| item.value.span()).reduce(Span::to);
        for (name, span) in names {
            let capability = name.known().and_then(Capability::from_name);
            unknown.extend(name.holes().iter().map(|hole| hole.unknown.clone()));
            stanza.capabilities.push(CapabilityItem { name, span, capability });
        }
        stanza.capabilities_unknown |= !unknown.is_empty();
        stanza.unknown.append(&mut unknown);
    }

    fn expiration(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        for value in Seen::of_key(object, "expiration") {
            if let Seen::Unknown(unknown) = &value {
                stanza.constraints_unknown = true;
                stanza.unknown.push((*unknown).clone());
                continue;
            }
            let text = self.decoder(stanza).string("root.expiration", &value);
            let Some((text, span)) = Self::wrong_type(policy, stanza, "expiration", text) else { continue };
            let Some(known) = text.known() else {
                stanza.constraints_unknown = true;
                stanza.unknown.extend(text.holes().iter().map(|hole| hole.unknown.clone()));
                continue;
            };
            if known.is_empty() {
                continue;
            }
            match time::absolute(known) {
                Ok(seconds) => stanza.expiration = Some(seconds),
                Err(message) => refuse(
                    policy,
                    Problem {
                        rule: "invalid-expiration",
                        server_message: prefixed(stanza, &format!("invalid expiration time: {message}")),
                        message: format!("`{known}` is not a point in time"),
                        span,
                        void_after: None,
                        help: Some("write it as in `2030-01-31T00:00:00Z`, or as seconds since 1970".to_owned()),
                    },
                ),
            }
        }
    }

    fn check_path(policy: &mut Policy, stanza: &Stanza) {
        let raw = stanza.path.raw();
        let Some(at) = raw.find("+*") else { return };
        let Err(error) = PathPattern::new(raw, "") else { return };
        let message = format!("path {}: invalid use of wildcards ('+*' is forbidden)", quote(&error.0));
        let problem = Problem {
            rule: "plus-star",
            server_message: message,
            message: "`+*` is not allowed in a path".to_owned(),
            span: stanza.path.span_of(stanza.path_span, at, at + 2),
            void_after: None,
            help: Some("use `+` for one segment, or `*` at the end for everything below".to_owned()),
        };
        refuse(policy, problem);
    }

    /// The shorthand, then the list from left to right up to a `deny`.
    fn capabilities(&self, policy: &mut Policy, stanza: &mut Stanza) {
        use Capability::{Create, Delete, Deny, List, Read, Sudo, Update};
        let deny = Capabilities::of(&[Deny]);
        let mut appended = Capabilities::NONE;
        let shorthand =
            stanza.shorthand.as_ref().and_then(|node| node.as_str().map(|text| (text.to_owned(), node.span)));
        match shorthand.as_ref().map(|(text, _)| text.as_str()) {
            None | Some("") => {}
            Some("deny") => {
                stanza.granted = deny;
                return;
            }
            Some("read") => appended = Capabilities::of(&[Read, List]),
            Some("write") => appended = Capabilities::of(&[Create, Read, Update, Delete, List]),
            Some("sudo") => appended = Capabilities::of(&[Create, Read, Update, Delete, List, Sudo]),
            Some(other) => {
                let span = shorthand.as_ref().map_or(stanza.span, |(_, span)| *span);
                let problem = Problem {
                    rule: "invalid-shorthand",
                    server_message: prefixed(stanza, &format!("invalid policy {}", quote(other))),
                    message: format!("`{other}` is not one of the old shorthands `read`, `write`, `sudo` and `deny`"),
                    span,
                    void_after: None,
                    help: Some("list `capabilities` instead".to_owned()),
                };
                refuse(policy, problem);
            }
        }
        let mut granted = Capabilities::NONE;
        for item in &stanza.capabilities {
            let Some(name) = item.name.known() else { continue };
            match item.capability.filter(|capability| capability.is_known_to(self.dialect)) {
                Some(Deny) => {
                    stanza.granted = deny;
                    return;
                }
                Some(capability) => granted.insert(capability),
                None => refuse(policy, self.unknown_capability(stanza, item, name)),
            }
        }
        stanza.granted = granted.union(appended);
    }

    fn unknown_capability(&self, stanza: &Stanza, item: &CapabilityItem, name: &str) -> Problem {
        let server_message = prefixed(stanza, &format!("invalid capability {}", quote(name)));
        if item.capability.is_some() {
            let other = if self.dialect.is_openbao() { "Vault" } else { "OpenBao" };
            return Problem {
                rule: "dialect-capability",
                server_message,
                message: format!("`{name}` is not a capability of `{}`", self.dialect),
                span: item.span,
                void_after: None,
                help: Some(format!("only {other} or a later release knows it: say which server with `--dialect`")),
            };
        }
        let known = Capability::ALL.into_iter().filter(|c| c.is_known_to(self.dialect)).map(Capability::name);
        let help = match name {
            "write" | "*" | "all" | "admin" => {
                Some("list what is meant: `create`, `read`, `update`, `delete`, `list`".to_owned())
            }
            "readonly" | "read-only" => Some("use `read` and `list`".to_owned()),
            "root" => Some("`root` is only ever an answer of the server; no policy can grant it".to_owned()),
            _ => closest(name.trim(), known).map(|known| format!("did you mean `{known}`?")),
        };
        Problem {
            rule: "unknown-capability",
            server_message,
            message: format!("`{name}` is not a capability"),
            span: item.span,
            help,
            void_after: None,
        }
    }

    /// What the server checks only where the stanza does not deny.
    fn limits(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        stanza.min_wrapping_ttl = self.ttl(policy, stanza, object, "min_wrapping_ttl");
        stanza.max_wrapping_ttl = self.ttl(policy, stanza, object, "max_wrapping_ttl");
        let (min, max) = (stanza.min_wrapping_ttl, stanza.max_wrapping_ttl);
        if min != 0 && max != 0 && max < min {
            let span = object.filter("max_wrapping_ttl").last().map_or(stanza.span, |item| item.span);
            let problem = Problem {
                rule: "wrapping-min-gt-max",
                server_message: "max_wrapping_ttl cannot be less than min_wrapping_ttl".to_owned(),
                message: "`max_wrapping_ttl` is less than `min_wrapping_ttl`".to_owned(),
                span,
                void_after: None,
                help: Some("swap them".to_owned()),
            };
            refuse(policy, problem);
        }
        if self.dialect.is_openbao() {
            Self::check_response_filter(policy, stanza);
        } else {
            self.control_group_vault(policy, stanza, object);
        }
    }

    fn ttl(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object, key: &str) -> i64 {
        let mut out = 0;
        for value in Seen::of_key(object, key) {
            if let Seen::Unknown(unknown) = &value {
                stanza.constraints_unknown = true;
                stanza.unknown.push((*unknown).clone());
                continue;
            }
            let Ok(any) = self.decoder(stanza).any(key, &value, false) else { continue };
            if let Any::String(text) = &any
                && !text.is_known()
            {
                stanza.constraints_unknown = true;
                stanza.unknown.extend(text.holes().iter().map(|hole| hole.unknown.clone()));
                continue;
            }
            match time::duration(&any) {
                Ok(nanoseconds) => out = nanoseconds,
                Err(message) => refuse(
                    policy,
                    Problem {
                        rule: "invalid-duration",
                        server_message: format!("error parsing {key}: {message}"),
                        message: format!("`{key}` is not a duration"),
                        span: object.filter(key).last().map_or(stanza.span, |item| item.value.span()),
                        void_after: None,
                        help: Some("write seconds, or a duration such as `\"1h30m\"`".to_owned()),
                    },
                ),
            }
        }
        out
    }

    fn response_filter(&self, policy: &mut Policy, stanza: &mut Stanza, object: &Object) {
        let key = "list_scan_response_keys_filter_path";
        for value in Seen::of_key(object, key) {
            if let Seen::Unknown(unknown) = &value {
                stanza.constraints_unknown = true;
                stanza.unknown.push((*unknown).clone());
                continue;
            }
            let text = self.decoder(stanza).string("root.list_scan_response_keys_filter_path", &value);
            if let Some((text, span)) = Self::wrong_type(policy, stanza, key, text) {
                stanza.response_filter = (!text.raw().is_empty()).then_some((text, span));
            }
        }
    }

    fn check_response_filter(policy: &mut Policy, stanza: &Stanza) {
        let key = "list_scan_response_keys_filter_path";
        let Some((text, span)) = &stanza.response_filter else { return };
        let (server_message, message) = if !stanza.granted.has(Capability::List) && !stanza.capabilities_unknown {
            let words = format!("{key} needs to be used on a path with the list capability");
            (words, format!("`{key}` needs the `list` capability in the same stanza"))
        } else if let Some(template) = text.known() {
            match template::check_go_template(template) {
                Ok(uses) if uses.contains(&".key") => return,
                Ok(_) => (
                    format!("{key} resulted in same path for two different keys"),
                    format!("`{key}` does not use `.key`"),
                ),
                Err(words) => {
                    (format!("unable to compile template for {key}: {words}"), format!("`{key}` is not a Go template"))
                }
            }
        } else {
            return;
        };
        refuse(
            policy,
            Problem {
                rule: "invalid-response-filter",
                server_message,
                message,
                span: *span,
                help: None,
                void_after: None,
            },
        );
    }
}

fn prefixed(stanza: &Stanza, message: &str) -> String {
    format!("path {}: {message}", quote(stanza.path.raw()))
}

/// What a key's value must be.
fn expected(key: &str) -> &'static str {
    match key {
        "capabilities" => "write a list of strings: `capabilities = [\"read\", \"list\"]`",
        "allowed_parameters" | "denied_parameters" => {
            "write a list of values for each parameter: `{ \"name\" = [\"value\"] }`, with `[]` for any value"
        }
        "required_parameters" | "mfa_methods" | "subscribe_event_types" => "write a list of strings",
        "pagination_limit" => "write a whole number",
        "control_group" => "write `factor` blocks with an `identity` block each",
        _ => "write a string",
    }
}

fn collect_unknown(node: &crate::syntax::Node, out: &mut Vec<Unknown>, depth: u32) {
    if depth > crate::syntax::hcl1::MAX_DEPTH {
        return;
    }
    match &node.value {
        Value::Unknown(unknown) => out.push(unknown.clone()),
        Value::String(text) => out.extend(text.holes().iter().map(|hole| hole.unknown.clone())),
        Value::List(items) => items.iter().for_each(|item| collect_unknown(item, out, depth + 1)),
        Value::Map(entries) => entries.iter().for_each(|entry| collect_unknown(&entry.value, out, depth + 1)),
        _ => {}
    }
}

impl Stanza {
    /// A stanza that grants nothing.
    #[must_use]
    pub fn new(path: Text, path_span: Span, span: Span) -> Self {
        Self {
            path,
            path_span,
            span,
            extra_labels: Vec::new(),
            capabilities: Vec::new(),
            capabilities_span: None,
            capabilities_unknown: false,
            unknown: Vec::new(),
            constraints_unknown: false,
            shorthand: None,
            granted: Capabilities::NONE,
            allowed_parameters: Vec::new(),
            denied_parameters: Vec::new(),
            required_parameters: Vec::new(),
            min_wrapping_ttl: 0,
            max_wrapping_ttl: 0,
            mfa_methods: Vec::new(),
            control_group: None,
            expiration: None,
            pagination_limit: 0,
            response_filter: None,
            others: Vec::new(),
        }
    }
}
