//! The rows of what a principal can do, whichever system it is of.

use serde::Serialize;

use super::principal::{ChainLink, Place};

/// Everything a principal can do.
#[derive(Debug, Clone, Serialize)]
pub struct Access {
    /// The principal's name.
    pub principal: String,
    /// `vault` or `aws`.
    pub system: &'static str,
    /// The policies it has, by name.
    pub policies: Vec<String>,
    /// How long its tokens live, where it is a login or token: `1h, renewable up to 24h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What the table depends on that the model does not tell.
    pub depends_on: Vec<String>,
    /// What stands beside the table: stanzas that the server drops, what is taken for granted.
    pub notes: Vec<String>,
}

/// One row: what can be done on the paths or resources of a pattern, apart from those that
/// a row above it is about.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The Vault path pattern, or the AWS actions.
    pub pattern: String,
    /// The AWS resources; empty for Vault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Capabilities that certainly are granted and can be used; for AWS `allow` or `deny`.
    pub can: Vec<String>,
    /// Whether the row takes away what a row below it would give.
    pub denies: bool,
    /// Whether the row depends on something that is not known.
    pub undetermined: bool,
    /// Limits: parameters, wrapping, conditions.
    pub limits: Vec<String>,
    /// What holds behind the pattern, where the mount is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<&'static str>,
    /// How the principal comes to it.
    pub chain: Vec<ChainLink>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Row {
    pub(super) fn empty() -> Self {
        Self {
            pattern: String::new(),
            resources: Vec::new(),
            can: Vec::new(),
            denies: false,
            undetermined: false,
            limits: Vec::new(),
            gives: Vec::new(),
            chain: Vec::new(),
            place: None,
        }
    }
}
