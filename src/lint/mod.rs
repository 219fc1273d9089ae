//! Rule pages, checks and findings.

mod finding;
mod report;
mod rule;

pub use finding::{Confidence, Edit, Finding, Fix, Safety, Severity};
pub use report::{Ignore, Report, Selection, Suppressed, sort_findings, unknown_names};
pub use rule::{Category, Rule};
