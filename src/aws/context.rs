//! The context of a request: condition keys and their values (spec: aws-evaluation,
//! section 4).

use smol_str::{SmolStr, StrExt};

/// What a key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// Known not to be in the request.
    Absent,
    /// One value.
    One(SmolStr),
    /// A key of several values, perhaps of none.
    Many(Vec<SmolStr>),
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// The request does not carry it.
    Absent,
    /// One value.
    One(&'a SmolStr),
    /// A key of several values, perhaps of none.
    Many(&'a [SmolStr]),
    /// Nothing is known.
    Unknown,
}

/// The condition keys of a request. Names compare without case, the tag part of
/// `aws:PrincipalTag/Team` included.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Lower-cased keys, sorted.
    entries: Vec<(SmolStr, ContextValue)>,
    complete: bool,
    /// Nothing is known, not even that every request carries some keys.
    free: bool,
}

impl Context {
    /// An empty context. In a complete one a key that is not given is absent from the
    /// request; in others it is unknown.
    #[must_use]
    pub fn new(complete: bool) -> Self {
        Self { entries: Vec::new(), complete, free: false }
    }

    /// A context of which nothing at all is known: what holds in it holds in any.
    pub(super) fn free() -> Self {
        Self { entries: Vec::new(), complete: false, free: true }
    }

    /// Whether a key, given in lower case, is there although nothing is told of it.
    pub(super) fn always_has(&self, lower_key: &str) -> bool {
        !self.free && is_always_present(lower_key)
    }

    /// Whether keys that are not given are absent from the request.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Sets a key; the last one of several wins.
    pub fn set(&mut self, key: &str, value: ContextValue) {
        let key = lower(key);
        match self.entries.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.1 = value;
                }
            }
            Err(at) => self.entries.insert(at, (key, value)),
        }
    }

    /// Sets a key unless it is set already.
    pub fn set_default(&mut self, key: &str, value: ContextValue) {
        let key = lower(key);
        if let Err(at) = self.entries.binary_search_by(|(known, _)| known.cmp(&key)) {
            self.entries.insert(at, (key, value));
        }
    }

    /// What is known of a key, given in lower case.
    #[must_use]
    pub fn get(&self, lower_key: &str) -> Lookup<'_> {
        let found = self.entries.binary_search_by(|(known, _)| known.as_str().cmp(lower_key)).ok();
        match found.and_then(|at| self.entries.get(at)) {
            Some((_, ContextValue::Absent)) => Lookup::Absent,
            Some((_, ContextValue::One(value))) => Lookup::One(value),
            Some((_, ContextValue::Many(values))) => Lookup::Many(values),
            None if self.complete => Lookup::Absent,
            None => Lookup::Unknown,
        }
    }
}

/// Keys that every request carries, whatever its caller (spec: aws-evaluation, section
/// 4.2): of these one knows that they exist without knowing their value.
#[must_use]
fn is_always_present(lower_key: &str) -> bool {
    matches!(
        lower_key,
        "aws:currenttime"
            | "aws:epochtime"
            | "aws:securetransport"
            | "aws:principaltype"
            | "aws:userid"
            | "aws:requestedregion"
            | "aws:viaawsservice"
    )
}

/// A key in the form it is compared in.
#[must_use]
pub fn lower(key: &str) -> SmolStr {
    key.to_ascii_lowercase_smolstr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_without_case_and_the_last_wins() {
        let mut context = Context::new(false);
        context.set("aws:PrincipalTag/Team", ContextValue::One("a".into()));
        context.set("AWS:principaltag/TEAM", ContextValue::One("b".into()));
        context.set("aws:username", ContextValue::Absent);
        context.set_default("aws:UserName", ContextValue::One("x".into()));
        assert_eq!(context.get("aws:principaltag/team"), Lookup::One(&"b".into()));
        assert_eq!(context.get("aws:username"), Lookup::Absent);
        assert_eq!(context.get("aws:sourceip"), Lookup::Unknown);
        assert_eq!(Context::new(true).get("aws:sourceip"), Lookup::Absent);
    }
}
