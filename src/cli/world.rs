//! What commands that answer questions start from: the linked model of some paths.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::setup::{ReadArgs, setup};
use super::{Exit, Global, inputs};
use crate::aws::context::{Context, ContextValue};
use crate::diagnostic::{Diagnostic, Level};
use crate::model::Model;
use crate::report::escape;
use crate::simulate::principal::{NoPrincipal, Principal, System, resolve, resolve_for};
use crate::source::SourceMap;
use crate::vault::dialect::Dialect;

/// Values of `--format` of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum AnswerFormat {
    /// For people
    #[default]
    Human,
    /// JSON, version 1
    Json,
}

/// Condition keys of a request.
#[derive(Debug, Args)]
pub(super) struct ContextArgs {
    /// AWS: a condition key of the request, as KEY=VALUE; repeat it for several values
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_pair)]
    context: Vec<(String, String)>,
    /// AWS: keys that are not given are absent from the request, rather than unknown
    #[arg(long)]
    context_complete: bool,
}

impl ContextArgs {
    /// Whether any of it was given.
    pub(super) fn is_given(&self) -> bool {
        self.context_complete || !self.context.is_empty()
    }

    /// The keys as requests have them.
    pub(super) fn context(&self) -> Context {
        let mut context = Context::new(self.context_complete);
        let mut keys: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
        for (key, value) in &self.context {
            keys.entry(key).or_default().push(value);
        }
        for (key, values) in keys {
            let value = match values.as_slice() {
                [one] => ContextValue::One((*one).into()),
                several => ContextValue::Many(several.iter().map(|value| (*value).into()).collect()),
            };
            context.set(key, value);
        }
        context
    }
}

/// `KEY=VALUE` of a flag.
pub(super) fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    if key.is_empty() { Err("the key is empty".to_owned()) } else { Ok((key.to_owned(), value.to_owned())) }
}

/// A model with the texts it came from.
#[derive(Debug)]
pub(super) struct World {
    /// The texts.
    pub(super) sources: SourceMap,
    /// What they declare, linked.
    pub(super) model: Model,
    /// The server that is meant.
    pub(super) dialect: Dialect,
}

impl World {
    /// Reads and links what the paths hold. Where something cannot be read the answer is
    /// an error: a policy that is not there must not count as one that grants nothing.
    pub(super) fn load(global: &Global, read: &ReadArgs, paths: &[PathBuf]) -> io::Result<Result<Self, Refusal>> {
        let setup = setup(global, read);
        let options = setup.load_options("<stdin>");
        let loaded = inputs::load(setup.sources, paths, &options);
        if global.verbose {
            loaded.tell(&mut io::stderr().lock())?;
        }
        let tell = |d: &Diagnostic| {
            let place =
                d.span.and_then(|span| Some((loaded.sources.name(span.source), loaded.sources.positions(span)?.0)));
            match place {
                Some((name, at)) => format!("{name}:{}:{}: {}", at.line, at.column, d.message),
                None => d.message.clone(),
            }
        };
        let all = setup.diagnostics.iter().chain(&loaded.diagnostics);
        let errors: Vec<String> = all.filter(|d| d.level == Level::Error).map(tell).collect();
        if !errors.is_empty() {
            return Ok(Err(Refusal(errors)));
        }
        let model = Model::build(loaded.carried.declarations, &loaded.sources);
        Ok(Ok(Self { sources: loaded.sources, model, dialect: setup.dialect }))
    }

    /// The principal that a name means.
    pub(super) fn principal(&self, name: &str) -> Result<Principal, Refusal> {
        resolve(&self.model, name).map_err(|why| no_principal(&why))
    }

    /// The principal that a name means in a question for AWS.
    pub(super) fn principal_of_aws(&self, name: &str) -> Result<Principal, Refusal> {
        resolve_for(&self.model, name, System::Aws).map_err(|why| no_principal(&why))
    }
}

/// The sentence for a name that means no one principal.
pub(super) fn no_principal(why: &NoPrincipal) -> Refusal {
    let advice = if why.candidates.is_empty() {
        "look for it in other files with `-C PATH`; `overgrant model` lists all principals"
    } else {
        "give one of these names"
    };
    Refusal::from(format!("{why}; {advice}"))
}

/// Why a question is not answered, a sentence each.
#[derive(Debug)]
pub(super) struct Refusal(Vec<String>);

impl Refusal {
    /// Says it beside an answer.
    pub(super) fn warn(&self) {
        for line in &self.0 {
            // nobody reads what a closed standard error would have said
            let _ = writeln!(io::stderr(), "warning: {}", escape::line(line));
        }
    }

    /// Says it.
    pub(super) fn tell(&self) -> io::Result<Exit> {
        for line in &self.0 {
            writeln!(io::stderr(), "error: {}", escape::line(line))?;
        }
        Ok(Exit::Error)
    }
}

impl<T: Into<String>> From<T> for Refusal {
    fn from(message: T) -> Self {
        Self(vec![message.into()])
    }
}
