//! How long tokens live (spec: vault-roles, section 1.3).

use std::fmt;

use super::field::Fact;
use super::token_fields::TokenFields;

/// The server's default and maximum lease TTL where nothing is tuned, in seconds: 768
/// hours. A server's own configuration may say otherwise.
pub const SYSTEM_LEASE: i64 = 768 * 3600;

/// What bounds the leases of a mount, in seconds; absent and zero mean the server's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuning {
    /// `default_lease_ttl`
    pub default: Fact<i64>,
    /// `max_lease_ttl`
    pub max: Fact<i64>,
}

impl Tuning {
    /// A mount that is not tuned.
    pub const NONE: Self = Self { default: Fact::Absent, max: Fact::Absent };

    /// The maximum in force: a mount's may be above the server's, and below it.
    #[must_use]
    pub fn max_lease(&self) -> Option<i64> {
        self.max.or_default(0).map(|max| if max > 0 { max } else { SYSTEM_LEASE })
    }

    /// The TTL that a token gets for which nothing else says one.
    #[must_use]
    pub fn default_lease(&self) -> Option<i64> {
        let default = self.default.or_default(0)?;
        let default = if default > 0 { default } else { SYSTEM_LEASE };
        Some(default.min(self.max_lease()?))
    }
}

/// When a token ends for good, however often it is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// So many seconds after it was issued.
    After(i64),
    /// Never, as long as somebody renews it.
    Never,
    /// That is not known.
    Unknown,
}

/// How long the tokens of a role live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Seconds until a token ends that nobody renews; none where that is not known.
    pub ttl: Option<i64>,
    /// When renewal ends.
    pub end: End,
    /// Whether each renewal starts the same time again.
    pub periodic: bool,
}

impl Lifetime {
    /// The lifetime of tokens with these fields on a mount so tuned.
    #[must_use]
    pub fn of(token: &TokenFields, mount: &Tuning) -> Self {
        let set = |fact: &Fact<i64>| fact.or_default(0);
        let (max, explicit) = (mount.max_lease(), set(&token.explicit_max_ttl));
        let batch = token.token_type.known().is_some_and(|kind| kind == "batch" || kind == "default-batch");
        // A period above the maximum is cut to it, and so is every renewal.
        let Some(period) = set(&token.period) else { return Self { ttl: None, end: End::Unknown, periodic: false } };
        if period > 0 {
            let end = match explicit {
                None => End::Unknown,
                Some(0) => End::Never,
                Some(explicit) => End::After(explicit),
            };
            let first = max.map(|max| period.min(max));
            let first = match end {
                End::After(explicit) => first.map(|first| first.min(explicit)),
                _ => first,
            };
            return Self { ttl: first, end, periodic: true };
        }
        let bounds = [max, set(&token.max_ttl), explicit];
        let known = bounds.iter().flatten().copied().filter(|bound| *bound > 0).min();
        let cap = known.filter(|_| bounds.iter().all(Option::is_some));
        let ttl = match set(&token.ttl) {
            Some(0) => mount.default_lease(),
            given => given,
        };
        // Where a bound is not known, a TTL at or below those that are may still be cut.
        let ttl = ttl.and_then(|ttl| Some(ttl.min(cap?)));
        let end = match (batch, ttl, cap) {
            (true, Some(ttl), _) | (false, _, Some(ttl)) => End::After(ttl),
            _ => End::Unknown,
        };
        Self { ttl, end, periodic: false }
    }
}

impl fmt::Display for Lifetime {
    /// `1h, renewable up to 24h`; what is not known is said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ttl) = self.ttl else { return f.write_str("not known") };
        f.write_str(&spelled(ttl))?;
        match self.end {
            End::After(end) if end == ttl => Ok(()),
            End::After(end) => write!(f, ", renewable up to {}", spelled(end)),
            End::Never => f.write_str(", renewable for ever"),
            End::Unknown => f.write_str(", renewable for a time that is not known"),
        }
    }
}

/// Seconds as people say them: `90s`, `20m`, `36h`, `32d`.
#[must_use]
pub fn spelled(seconds: i64) -> String {
    for (unit, name) in [(86400, "d"), (3600, "h"), (60, "m")] {
        if seconds > unit && seconds % unit == 0 || seconds == unit {
            return format!("{}{name}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};
    use crate::syntax::{Entry, Node, Text, Value};

    fn lifetime(fields: &[(&str, i64)], tuning: (i64, i64)) -> Lifetime {
        let span = Span::new(SourceId(0), 0, 1);
        let text = |value: i64| Text::atomic(value.to_string(), span);
        let node = |value: i64| Node::new(span, Value::String(text(value)));
        let entries = fields.iter().map(|(key, value)| {
            let key = Text::atomic(*key, span);
            Entry { key, key_span: span, value: node(*value) }
        });
        let body = Node::new(span, Value::Map(entries.collect()));
        let fact = |seconds: i64| if seconds == 0 { Fact::Absent } else { Fact::Known(seconds, span) };
        Lifetime::of(&TokenFields::read(&body), &Tuning { default: fact(tuning.0), max: fact(tuning.1) })
    }

    #[test]
    fn the_least_bound_counts_and_a_mount_may_raise_the_servers() {
        use End::{After, Never};
        const MONTH: i64 = SYSTEM_LEASE;
        type Case = (&'static [(&'static str, i64)], (i64, i64), i64, End);
        let table: &[Case] = &[
            (&[], (0, 0), MONTH, After(MONTH)),
            (&[("token_ttl", 600)], (0, 0), 600, After(MONTH)),
            (&[("token_ttl", 600), ("token_max_ttl", 3600)], (0, 0), 600, After(3600)),
            (&[("token_max_ttl", 3600)], (0, 0), 3600, After(3600)),
            (&[("token_ttl", 2 * MONTH)], (0, 0), MONTH, After(MONTH)),
            (&[("token_ttl", 2 * MONTH)], (0, 3 * MONTH), 2 * MONTH, After(3 * MONTH)),
            (&[], (900, 0), 900, After(MONTH)),
            (&[], (0, 7200), 7200, After(7200)),
            (&[("token_ttl", 600), ("token_explicit_max_ttl", 300)], (0, 0), 300, After(300)),
            (&[("token_period", 600)], (0, 0), 600, Never),
            (&[("token_period", 600), ("token_max_ttl", 60)], (0, 0), 600, Never),
            (&[("token_period", 7200)], (0, 3600), 3600, Never),
            (&[("token_period", 600), ("token_explicit_max_ttl", 6000)], (0, 0), 600, After(6000)),
        ];
        for (fields, tuning, ttl, end) in table {
            let found = lifetime(fields, *tuning);
            assert_eq!((found.ttl, found.end), (Some(*ttl), *end), "{fields:?} {tuning:?}");
            assert!(!found.to_string().contains("not known"));
            assert_eq!(found.periodic, fields.iter().any(|(key, _)| *key == "token_period"));
        }
    }

    #[test]
    fn durations_are_spelled_in_their_largest_whole_unit() {
        for (seconds, text) in
            [(90, "90s"), (60, "1m"), (1200, "20m"), (5400, "90m"), (3600, "1h"), (SYSTEM_LEASE, "32d")]
        {
            assert_eq!(spelled(seconds), text);
        }
    }
}
