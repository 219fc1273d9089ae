//! `overgrant rules`

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::setup::{ReadArgs, setup};
use super::{Exit, Global};
use crate::lint::Rule;

/// List the rules
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// Only these: ids, patterns such as `vault/*`, tags, categories
    #[arg(value_name = "RULE")]
    names: Vec<String>,
    /// Format of the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: ListFormat,
}

/// Values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// A table
    Human,
    /// JSON, version 1
    Json,
}

pub(super) fn run(args: &RulesArgs, global: &Global) -> io::Result<Exit> {
    let setup = setup(global, &ReadArgs::default());
    let named = |rule: &&Rule| args.names.is_empty() || args.names.iter().any(|name| rule.is_named_by(name));
    let rules: Vec<&Rule> = setup.rules.iter().filter(named).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        ListFormat::Json => {
            let list: Vec<Value> = rules.iter().map(|rule| to_json(rule)).collect();
            serde_json::to_writer_pretty(&mut out, &json!({ "version": 1, "rules": list }))?;
            writeln!(out)?;
        }
        ListFormat::Human => {
            let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in &rules {
                writeln!(out, "{:width$}  {:8}  {}", rule.id, rule.severity.name(), rule.title)?;
            }
        }
    }
    out.flush()?;
    if let Some(name) = args.names.iter().find(|name| !rules.iter().any(|rule| rule.is_named_by(name))) {
        writeln!(io::stderr(), "error: no rule is called `{name}`; {}", setup.similar(name))?;
        return Ok(Exit::Error);
    }
    Ok(Exit::Success)
}

/// A rule as `rules` and `explain` give it to programs.
pub(super) fn to_json(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.name(),
        "confidence": rule.confidence.name(),
        "category": rule.category.name(),
        "since": rule.since,
        "tags": rule.tags,
        "references": rule.references,
        "ignorable": rule.ignorable,
        "custom": rule.custom,
    })
}
