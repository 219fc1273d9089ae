//! What the letters of compiled patterns stand for, and what kind of values condition keys
//! have.

use std::collections::BTreeMap;

use crate::aws::condition::domain::Values;
use crate::pattern::token::Letter;

/// What all documents asked about together have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// What each letter handed out stands for.
    letters: Vec<Name>,
    /// Values some condition compares the key with: they tell of what kind it is.
    kinds: BTreeMap<String, Values>,
}

/// What a letter stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// As the author wrote it, in `${…}`.
    pub(super) text: String,
    /// The condition key, lower-cased, if it is a policy variable.
    pub(super) key: Option<String>,
}

impl Names {
    /// The letter of a name, the same one each time.
    pub(super) fn letter(&mut self, name: Name) -> Letter {
        let known = self.letters.iter().position(|n| *n == name);
        let index = known.unwrap_or_else(|| {
            self.letters.push(name);
            self.letters.len() - 1
        });
        Letter::variable(u32::try_from(index).unwrap_or(u32::MAX / 2))
    }

    pub(super) fn get(&self, variable: u32) -> Option<&Name> {
        self.letters.get(variable as usize)
    }

    /// The condition keys that letters stand for.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.letters.iter().filter_map(|name| name.key.as_ref())
    }

    /// Notes values that some condition compares a key with.
    pub(super) fn tell(&mut self, key: &str, values: &Values) {
        if !self.kinds.contains_key(key) {
            self.kinds.insert(key.to_owned(), values.clone());
        }
    }

    /// A kind of values that a key has.
    pub(super) fn kind(&self, key: &str) -> Option<&Values> {
        self.kinds.get(key)
    }
}
