//! A second evaluator, as plain as the rules it is written from, for complete contexts.
//! It knows nothing of the first.

use serde_json::{Map, Value};

/// A letter of a pattern after variables are filled in.
#[derive(Clone, Copy, PartialEq)]
enum P {
    Is(char),
    Star,
    One,
}

type Context = Map<String, Value>;

pub(crate) fn decide(case: &Value) -> &'static str {
    let world = World { case, request: &case["request"], policies: &case["policies"] };
    world.decide()
}

struct World<'a> {
    case: &'a Value,
    request: &'a Value,
    policies: &'a Value,
}

/// How a statement names the caller: not at all, by its account, by its role, by itself.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    No,
    Account,
    Source,
    Direct,
}

impl World<'_> {
    fn text(&self, key: &str) -> &str {
        self.request[key].as_str().unwrap_or("")
    }

    fn account(&self) -> Option<String> {
        let caller = self.text("principal");
        caller.starts_with("arn:").then(|| caller.split(':').nth(4).unwrap().to_owned())
    }

    fn context(&self) -> Context {
        self.request["context"].as_object().cloned().unwrap_or_default()
    }

    fn documents(&self, layer: &str) -> Vec<Value> {
        match &self.policies[layer] {
            Value::Array(list) => list.clone(),
            Value::Null => Vec::new(),
            one => vec![one.clone()],
        }
    }

    fn levels(&self, layer: &str) -> Vec<Vec<Value>> {
        let lists = self.policies[layer].as_array().cloned().unwrap_or_default();
        lists.into_iter().map(|level| level.as_array().unwrap().clone()).collect()
    }

    /// The best level of the statements of an effect that apply.
    fn applies(&self, documents: &[Value], effect: &str, named: bool) -> Level {
        let mut best = Level::No;
        for document in documents {
            for statement in document["Statement"].as_array().unwrap() {
                if statement["Effect"] != effect || !self.statement(statement) {
                    continue;
                }
                let level = if named { self.principal(&statement["Principal"]) } else { Level::Direct };
                if level > best {
                    best = level;
                }
            }
        }
        best
    }

    fn all_levels(&self, documents: &[Value], effect: &str) -> Vec<Level> {
        let mut found = Vec::new();
        for document in documents {
            for statement in document["Statement"].as_array().unwrap() {
                let mut single = document.clone();
                single["Statement"] = Value::Array(vec![statement.clone()]);
                // every entry of the principal by itself, so that no better one hides it
                for principal in entries(&statement["Principal"]) {
                    single["Statement"][0]["Principal"] = principal;
                    found.push(self.applies(std::slice::from_ref(&single), effect, true));
                }
            }
        }
        found
    }

    fn decide(&self) -> &'static str {
        assert!(self.case.is_object());
        let account = self.account();
        let caller = self.text("principal");
        let root = caller.ends_with(":root");
        let own = |layer: &str| if account.is_some() { self.documents(layer) } else { Vec::new() };
        let identity = if root { Vec::new() } else { own("identity") };
        let boundary = if root { Vec::new() } else { own("boundary") };
        let session = own("session");
        let resource = self.documents("resource");
        let endpoint = self.documents("vpce");
        let scps = if account.is_some() { self.levels("scps") } else { Vec::new() };
        let service = self.text("action").split(':').next().unwrap().to_owned();
        let rcps =
            if ["s3", "sqs", "kms", "sts"].contains(&service.as_str()) { self.levels("rcps") } else { Vec::new() };

        let denies = |documents: &[Value], named| self.applies(documents, "Deny", named) != Level::No;
        if scps.iter().any(|level| denies(level, false))
            || rcps.iter().any(|level| denies(level, true))
            || denies(&endpoint, true)
            || denies(&resource, true)
            || denies(&identity, false)
            || denies(&boundary, false)
            || denies(&session, false)
        {
            return "explicit_deny";
        }
        let allows = |documents: &[Value]| self.applies(documents, "Allow", false) != Level::No;
        let mut granted = scps.iter().all(|level| allows(level));
        granted &= endpoint.is_empty() || self.applies(&endpoint, "Allow", true) != Level::No;
        let levels = self.all_levels(&resource, "Allow");
        let named = |level| levels.contains(&level);
        let any = levels.iter().any(|level| *level != Level::No);
        if account.is_none() {
            granted &= any;
        } else {
            let mut mine = root || allows(&identity);
            if caller.contains(":federated-user/") && session.is_empty() {
                mine = false;
            }
            let limits = (boundary.is_empty() || allows(&boundary)) && (session.is_empty() || allows(&session));
            granted &= if account.as_deref() != self.request["resourceAccount"].as_str() {
                mine && limits && any
            } else if service == "kms" || service == "sts" {
                named(Level::Direct) || (limits && (named(Level::Source) || (named(Level::Account) && mine)))
            } else {
                named(Level::Direct) || (limits && (named(Level::Source) || mine))
            };
        }
        if granted { "allowed" } else { "implicit_deny" }
    }

    fn principal(&self, principal: &Value) -> Level {
        let mut best = Level::No;
        for entry in entries(principal) {
            let level = self.entry(&entry);
            if level > best {
                best = level;
            }
        }
        best
    }

    fn entry(&self, entry: &Value) -> Level {
        let caller = self.text("principal");
        if entry == "*" {
            return Level::Direct;
        }
        let (kind, value) = entry.as_object().unwrap().iter().next().unwrap();
        let value = value.as_str().unwrap();
        if kind == "AWS" && value == "*" || value == caller && !value.ends_with(":root") && !value.contains(":role/") {
            return Level::Direct;
        }
        let Some(account) = self.account() else { return Level::No };
        if value == account || value == format!("arn:aws:iam::{account}:root") {
            return Level::Account;
        }
        let last = |text: &str, at: usize| text.split('/').nth(at).unwrap_or("").to_owned();
        let session_of =
            caller.contains(":assumed-role/") && value == format!("arn:aws:iam::{account}:role/{}", last(caller, 1));
        let federated =
            caller.contains(":federated-user/") && value == format!("arn:aws:iam::{account}:user/{}", last(caller, 1));
        if session_of || federated { Level::Source } else { Level::No }
    }

    fn statement(&self, statement: &Value) -> bool {
        let action = match (&statement["Action"], &statement["NotAction"]) {
            (Value::Null, not) => !self.action(not),
            (action, _) => self.action(action),
        };
        let resource = match (&statement["Resource"], &statement["NotResource"]) {
            (Value::Null, Value::Null) => true,
            (Value::Null, not) => !self.resource(not),
            (resource, _) => self.resource(resource),
        };
        action && resource && self.conditions(&statement["Condition"])
    }

    fn action(&self, patterns: &Value) -> bool {
        let action: Vec<char> = self.text("action").to_lowercase().chars().collect();
        list(patterns).iter().any(|p| glob(&letters(&p.to_lowercase()), &action))
    }

    fn resource(&self, patterns: &Value) -> bool {
        let resource: Vec<char> = self.text("resource").chars().collect();
        let context = self.context();
        list(patterns)
            .iter()
            .filter_map(|pattern| fill(pattern, &context, true))
            .any(|pattern| arn(&pattern, &resource, 0, true))
    }

    fn conditions(&self, block: &Value) -> bool {
        let Some(block) = block.as_object() else { return true };
        let context = self.context();
        block.iter().all(|(operator, keys)| {
            keys.as_object().unwrap().iter().all(|(key, values)| condition(operator, key, values, &context))
        })
    }
}

/// Principals one by one: `"*"`, or a map of one type and one value.
fn entries(principal: &Value) -> Vec<Value> {
    match principal {
        Value::Object(map) => map
            .iter()
            .flat_map(|(kind, values)| list(values).into_iter().map(|v| serde_json::json!({ kind.as_str(): v })))
            .collect(),
        other => vec![other.clone()],
    }
}

fn list(value: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

fn lookup<'c>(context: &'c Context, key: &str) -> Option<&'c Value> {
    context.iter().find(|(name, value)| name.eq_ignore_ascii_case(key) && !value.is_null()).map(|(_, value)| value)
}

fn letters(text: &str) -> Vec<P> {
    text.chars()
        .map(|c| match c {
            '*' => P::Star,
            '?' => P::One,
            c => P::Is(c),
        })
        .collect()
}

/// Fills in variables; none where one has no value.
fn fill(text: &str, context: &Context, wild: bool) -> Option<Vec<P>> {
    let literal = |text: &str| text.chars().map(P::Is).collect::<Vec<P>>();
    let plain = |text: &str| if wild { letters(text) } else { literal(text) };
    let Some(start) = text.find("${") else { return Some(plain(text)) };
    let end = start + text[start..].find('}').unwrap();
    let inside = &text[start + 2..end];
    let (key, default) = match inside.split_once(", ") {
        Some((key, default)) => (key, Some(default.trim_matches('\'').to_owned())),
        None => (inside, None),
    };
    let mut out = plain(&text[..start]);
    if key.len() == 1 {
        out.extend(literal(key));
    } else {
        match lookup(context, key) {
            Some(Value::Array(_)) => return None,
            Some(value) => out.extend(literal(value.as_str().unwrap())),
            None => out.extend(literal(&default?)),
        }
    }
    out.extend(fill(&text[end + 1..], context, wild)?);
    Some(out)
}

fn glob(pattern: &[P], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((P::Star, rest)) => (0..=text.len()).any(|n| glob(rest, &text[n..])),
        Some((P::One, rest)) => !text.is_empty() && glob(rest, &text[1..]),
        Some((P::Is(c), rest)) => text.first() == Some(c) && glob(rest, &text[1..]),
    }
}

/// An ARN pattern from its n-th colon on. Before the fifth, wildcards stay in their
/// segment, but for a `*` that ends one where it may run on.
fn arn(pattern: &[P], text: &[char], colons: usize, runs_on: bool) -> bool {
    let inside = colons < 5;
    match pattern.split_first() {
        None => text.is_empty(),
        Some((P::Star, rest)) => {
            let ends = rest.is_empty() || rest[0] == P::Is(':');
            (0..=text.len()).any(|n| {
                let confined = inside && !(ends && runs_on);
                !(confined && text[..n].contains(&':')) && arn(rest, &text[n..], colons, runs_on)
            })
        }
        Some((P::One, rest)) => {
            text.first().is_some_and(|c| !(inside && *c == ':')) && arn(rest, &text[1..], colons, runs_on)
        }
        Some((P::Is(c), rest)) => {
            text.first() == Some(c) && arn(rest, &text[1..], colons + usize::from(*c == ':'), runs_on)
        }
    }
}

fn condition(operator: &str, key: &str, values: &Value, context: &Context) -> bool {
    let (set, rest) = operator.split_once(':').unwrap_or(("", operator));
    let if_exists = rest.ends_with("IfExists");
    let base = rest.trim_end_matches("IfExists");
    let negated = base.contains("Not");
    let value = lookup(context, key);
    if base == "Null" {
        let absent = value.is_none_or(|v| v.as_array().is_some_and(Vec::is_empty));
        return list(values).iter().any(|v| (v == "true") == absent);
    }
    let one = |value: &str| list(values).iter().any(|wanted| meets(base, value, wanted, context)) != negated;
    match (set, value) {
        ("ForAllValues", None) => true,
        ("ForAllValues", Some(value)) => list(value).iter().all(|v| one(v)),
        ("ForAnyValue", value) if value.is_none_or(|v| list(v).is_empty()) => if_exists,
        ("ForAnyValue", Some(value)) => list(value).iter().any(|v| one(v)),
        (_, None) => negated || if_exists,
        (_, Some(Value::Array(many))) => negated || (many.is_empty() && if_exists),
        (_, Some(value)) => one(value.as_str().unwrap()),
    }
}

/// The positive test of one value of the request and one of the policy.
fn meets(base: &str, value: &str, wanted: &str, context: &Context) -> bool {
    let chars: Vec<char> = value.chars().collect();
    let compare = |order: std::cmp::Ordering| {
        let operator = base.trim_start_matches("Numeric").trim_start_matches("Date");
        match operator {
            "Equals" | "NotEquals" => order.is_eq(),
            "LessThan" => order.is_lt(),
            "LessThanEquals" => order.is_le(),
            "GreaterThan" => order.is_gt(),
            _ => order.is_ge(),
        }
    };
    match base.replace("Not", "").as_str() {
        "StringEquals" => fill(wanted, context, false).is_some_and(|p| glob(&p, &chars)),
        "StringEqualsIgnoreCase" | "Bool" => value.eq_ignore_ascii_case(wanted),
        "StringLike" => fill(wanted, context, true).is_some_and(|p| glob(&p, &chars)),
        "ArnLike" | "ArnEquals" => fill(wanted, context, true)
            .is_some_and(|p| p.iter().filter(|l| **l == P::Is(':')).count() >= 5 && arn(&p, &chars, 0, false)),
        "IpAddress" => in_range(value, wanted),
        other if other.starts_with("Numeric") => {
            let (a, b): (f64, f64) = (value.parse().unwrap(), wanted.parse().unwrap());
            compare(a.partial_cmp(&b).unwrap())
        }
        // all dates of these tests are written alike
        _ => compare(value.cmp(wanted)),
    }
}

fn in_range(address: &str, range: &str) -> bool {
    let bits = |text: &str| match text.parse().unwrap() {
        std::net::IpAddr::V4(a) => format!("4{:032b}", a.to_bits()),
        std::net::IpAddr::V6(a) => format!("6{:0128b}", a.to_bits()),
    };
    let (start, len) = range.split_once('/').unwrap();
    let len: usize = len.parse().unwrap();
    bits(address)[..=len] == bits(start)[..=len]
}
