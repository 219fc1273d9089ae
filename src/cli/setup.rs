//! What every command that reads policies needs: configuration, rules, how to read.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Global;
use super::inputs::LoadOptions;
use crate::carrier::ReadOptions;
use crate::config::{self, Config};
use crate::diagnostic::Diagnostic;
use crate::lint::{self, Rules, Selection};
use crate::source::decode::{Undecoded, decode};
use crate::source::discovery::{Found, display_name, read_bounded};
use crate::source::{SourceId, SourceMap};
use crate::vault::dialect::Dialect;

/// Where users keep rules of their own, beside the configuration file.
const RULES_DIRECTORY: &str = ".overgrant/rules";
/// A configuration file or rule page is never larger.
const MAX_PAGE: u64 = 1 << 20;

/// Options of every command that reads policies.
#[derive(Debug, Default, Args)]
pub(super) struct ReadArgs {
    /// Server whose rules hold for Vault policies: vault, openbao or vault-old, perhaps
    /// with a version as in vault-1.18
    #[arg(long, value_name = "NAME", value_parser = parse_dialect)]
    dialect: Option<Dialect>,
}

fn parse_dialect(name: &str) -> Result<Dialect, String> {
    name.parse().map_err(|error: crate::vault::dialect::UnknownDialect| error.to_string())
}

/// What a run starts from.
#[derive(Debug)]
pub(super) struct Setup {
    /// The configuration file and the user's rule pages.
    pub(super) sources: SourceMap,
    /// What the configuration says.
    pub(super) config: Config,
    /// Built-in rules and the user's own.
    pub(super) rules: Cow<'static, Rules>,
    /// The server that is meant.
    pub(super) dialect: Dialect,
    /// What is wrong with the configuration or with a rule page.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the configuration and the user's rules.
pub(super) fn setup(global: &Global, args: &ReadArgs) -> Setup {
    let mut setup = Setup {
        sources: SourceMap::new(),
        config: Config::default(),
        rules: Cow::Borrowed(lint::builtin()),
        dialect: Dialect::default(),
        diagnostics: Vec::new(),
    };
    let here = std::env::current_dir().unwrap_or_default();
    let file = match &global.config {
        Some(file) => Some(file.clone()),
        None if global.no_config => None,
        None => config::find(&here),
    };
    let mut home = here.clone();
    if let Some(file) = file {
        if let Some(source) = setup.add(&file, &here) {
            let (config, diagnostics) = config::parse(setup.sources.text(source), source);
            setup.config = config;
            setup.diagnostics.extend(diagnostics);
        }
        home = file.parent().map_or(home, |dir| here.join(dir));
    }
    if !global.no_config {
        setup.custom_rules(&home.join(RULES_DIRECTORY), &here);
    }
    setup.dialect = args.dialect.or(setup.config.dialect).unwrap_or_default();
    setup
}

impl Setup {
    /// Reads a file of the tool's own into the sources.
    fn add(&mut self, path: &Path, here: &Path) -> Option<SourceId> {
        let name = display_name(path, here);
        let found = Found { name: name.clone(), path: path.to_path_buf(), explicit: true };
        let text = read_bounded(&found, MAX_PAGE).and_then(|bytes| {
            decode(bytes).map_err(|Undecoded { reason, .. }| {
                let message = format!("`{name}` cannot be read: {reason}");
                Diagnostic::unreadable(reason.code(), message, name.clone()).with_help(reason.help())
            })
        });
        match text {
            Ok(text) => Some(self.sources.add(name, text)),
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    fn custom_rules(&mut self, directory: &Path, here: &Path) {
        let Ok(entries) = fs::read_dir(directory) else { return };
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "md") && path.is_file())
            .collect();
        files.sort();
        let pages: Vec<(SourceId, String)> = files
            .iter()
            .filter_map(|file| {
                let stem = file.file_stem()?.to_string_lossy().into_owned();
                (stem != "README").then_some(())?;
                Some((self.add(file, here)?, stem))
            })
            .collect();
        if pages.is_empty() {
            return;
        }
        let texts = pages.iter().map(|(source, stem)| (*source, stem.as_str(), self.sources.text(*source)));
        let (rules, diagnostics) = self.rules.with_custom(texts);
        self.rules = Cow::Owned(rules);
        self.diagnostics.extend(diagnostics);
    }

    /// How inputs are read.
    pub(super) fn load_options(&self, stdin_name: &str) -> LoadOptions {
        LoadOptions {
            read: ReadOptions {
                dialect: self.dialect,
                policy_limit: usize::try_from(self.config.max_policy_size).unwrap_or(usize::MAX),
            },
            file_limit: self.config.max_file_size,
            stdin_name: stdin_name.to_owned(),
        }
    }

    /// Which rules run and what becomes of their findings: the configuration, with what
    /// flags add to it.
    pub(super) fn selection(&mut self, select: &[String], ignore: &[String]) -> Selection {
        for name in select.iter().chain(ignore) {
            if lint::unknown_names(&self.rules, [name.as_str()]).is_empty() {
                continue;
            }
            let message = format!("no rule is called `{name}`");
            let mut diagnostic = Diagnostic::unreadable("usage/unknown-rule", message, "");
            diagnostic.path = None;
            diagnostic.help = Some(self.similar(name));
            self.diagnostics.push(diagnostic);
        }
        let config = &self.config;
        let named = config.select.iter().chain(&config.ignore).map(|(name, span)| (name, *span));
        let severities = config.severity.iter().map(|(name, _, span)| (name, *span));
        let ignores =
            config.ignores.iter().filter_map(|i| Some((&i.rule, i.span?))).filter(|(name, _)| !name.is_empty());
        for (name, span) in named.chain(severities).chain(ignores) {
            if !lint::unknown_names(&self.rules, [name.as_str()]).is_empty() {
                let message = format!("no rule is called `{name}`");
                let help = self.similar(name);
                self.diagnostics.push(Diagnostic::error("config/unknown-rule", message, span).with_help(help));
            }
        }
        let names = |list: &[(String, _)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<String>>();
        Selection {
            // What is asked for on the command line takes the place of the configured set.
            select: if select.is_empty() { names(&config.select) } else { select.to_vec() },
            ignore: names(&config.ignore).into_iter().chain(ignore.iter().cloned()).collect(),
            min_severity: config.min_severity,
            severity: config.severity.iter().map(|(name, severity, _)| (name.clone(), *severity)).collect(),
            ignores: config.ignores.clone(),
            today: Some(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()),
            ..Selection::default()
        }
    }

    /// Advice for a name that no rule has.
    pub(super) fn similar(&self, name: &str) -> String {
        let similar: Vec<String> = self.rules.similar(name).iter().map(|rule| format!("`{}`", rule.id)).collect();
        if similar.is_empty() {
            "`overgrant rules` lists all rules, with their tags".to_owned()
        } else {
            format!("did you mean {}?", similar.join(" or "))
        }
    }
}
