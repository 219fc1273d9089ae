//! `overgrant check`

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::inputs::{self, LoadOptions};
use super::{Exit, Global, Terminal};
use crate::carrier::ReadOptions;
use crate::diagnostic::{Diagnostic, Level};
use crate::lint::{self, Selection, Severity};
use crate::model::Model;
use crate::report::{self, Reporter, Run};

/// Lint Vault and AWS access control
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Files, directories and globs; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Format of the report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutputFormat,
    /// Write a report to a file as well; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    output: Vec<(OutputFormat, PathBuf)>,
    /// Exit with status 1 if there is a finding of this severity or worse
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = parse_severity)]
    fail_on: Severity,
    /// What standard input is called, which also helps to tell what it is
    #[arg(long, value_name = "NAME", default_value = "<stdin>", hide_default_value = true)]
    stdin_filename: String,
}

/// Values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For people.
    Human,
    /// JSON, version 1.
    Json,
    /// SARIF 2.1.0, for GitHub code scanning and others.
    Sarif,
    /// GitHub workflow commands.
    Github,
    /// GitLab code quality.
    Gitlab,
    /// JUnit XML.
    Junit,
}

fn parse_output(value: &str) -> Result<(OutputFormat, PathBuf), String> {
    let (format, file) = value.split_once('=').ok_or("expected FORMAT=FILE, such as json=report.json")?;
    if file.is_empty() {
        return Err("the file name is empty".to_owned());
    }
    Ok((OutputFormat::from_str(format, false)?, PathBuf::from(file)))
}

fn parse_severity(value: &str) -> Result<Severity, String> {
    Severity::from_name(value).ok_or_else(|| {
        let names: Vec<_> = Severity::ALL.iter().map(|s| s.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub(super) fn run(args: &CheckArgs, global: &Global) -> io::Result<Exit> {
    let options =
        LoadOptions { read: ReadOptions::default(), file_limit: 256 << 20, stdin_name: args.stdin_filename.clone() };
    let mut loaded = inputs::load(&args.paths, &options);
    if global.verbose {
        let mut err = io::stderr().lock();
        for skipped in &loaded.skipped {
            writeln!(err, "skipped {}: {}", report::escape::line(&skipped.name), skipped.reason)?;
        }
        for (source, format) in &loaded.texts {
            writeln!(err, "read {}: {}", report::escape::line(loaded.sources.name(*source)), format.name())?;
        }
    }
    let model = Model::build(std::mem::take(&mut loaded.carried.declarations), &loaded.sources);
    let rules = lint::builtin();
    let report = lint::run(
        &lint::Inputs {
            sources: &loaded.sources,
            model: &model,
            records: &loaded.carried.records,
            dialect: options.read.dialect,
        },
        rules,
        &Selection::default(),
    );
    let mut diagnostics = loaded.diagnostics;
    if loaded.texts.is_empty() && diagnostics.is_empty() {
        diagnostics.push(Diagnostic {
            code: "input/nothing",
            level: Level::Warning,
            message: "nothing that declares access control was found".to_owned(),
            span: None,
            path: None,
            help: Some("run with `-v` to see what was skipped and why".to_owned()),
        });
    }
    let prefix = inputs::repository_prefix();
    let run = Run {
        sources: &loaded.sources,
        report: &report,
        diagnostics: &diagnostics,
        rules,
        files: loaded.texts.len(),
        prefix: &prefix,
    };
    for (format, file) in &args.output {
        let mut out = BufWriter::new(File::create(file).map_err(|error| at(file, &error))?);
        reporter(*format, Terminal::plain(), global).write(&run, &mut out)?;
        out.flush().map_err(|error| at(file, &error))?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    reporter(args.format, Terminal::stdout(global.color), global).write(&run, &mut out)?;
    out.flush()?;

    Ok(if run.errors() > 0 {
        Exit::Error
    } else if report.findings.iter().any(|finding| finding.severity >= args.fail_on) {
        Exit::Negative
    } else {
        Exit::Success
    })
}

fn at(file: &std::path::Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write `{}`: {error}", file.display()))
}

fn reporter(format: OutputFormat, terminal: Terminal, global: &Global) -> Box<dyn Reporter> {
    match format {
        OutputFormat::Human => Box::new(report::human::Human {
            color: terminal.color,
            links: terminal.links,
            width: terminal.width,
            quiet: global.quiet,
        }),
        OutputFormat::Json => Box::new(report::json::Json),
        OutputFormat::Sarif => Box::new(report::sarif::Sarif),
        OutputFormat::Github => Box::new(report::github::GitHub),
        OutputFormat::Gitlab => Box::new(report::gitlab::GitLab),
        OutputFormat::Junit => Box::new(report::junit::JUnit),
    }
}
