//! `overgrant check`

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::inputs;
use super::setup::{ReadArgs, setup};
use super::{Exit, Global, Terminal};
use crate::diagnostic::{Diagnostic, Level};
use crate::lint::{self, Severity};
use crate::model::Model;
use crate::report::{self, Reporter, Run};

/// Lint Vault and AWS access control
///
/// Reads Vault policies (HCL or JSON), IAM policy documents, what the AWS and Vault command
/// lines print, Terraform, Pulumi and CloudFormation, told apart by content and name.
///
/// Exit status: 0 nothing at or above `--fail-on`, 1 findings, 2 something could not be
/// read or parsed (everything else is still checked and reported).
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
    /// Exit with status 1 if there is a finding of this severity or worse [default: low]
    #[arg(long, value_name = "SEVERITY", value_parser = parse_severity)]
    fail_on: Option<Severity>,
    /// Leave out findings below this severity
    #[arg(long, value_name = "SEVERITY", value_parser = parse_severity)]
    min_severity: Option<Severity>,
    /// Run only these rules: ids, patterns such as `vault/*`, tags, categories; may be
    /// repeated
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Report what comments ignore as well
    #[arg(long)]
    no_inline_ignores: bool,
    /// What standard input is called, which also helps to tell what it is
    #[arg(long, value_name = "NAME", default_value = "<stdin>", hide_default_value = true)]
    stdin_filename: String,
    #[command(flatten)]
    read: ReadArgs,
}

/// Values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For people
    Human,
    /// JSON, version 1
    Json,
    /// SARIF 2.1.0, for GitHub code scanning and others
    Sarif,
    /// GitHub workflow commands
    Github,
    /// GitLab code quality
    Gitlab,
    /// JUnit XML
    Junit,
}

fn parse_output(value: &str) -> Result<(OutputFormat, PathBuf), String> {
    let (format, file) = value.split_once('=').ok_or("expected FORMAT=FILE, such as json=report.json")?;
    if file.is_empty() {
        return Err("the file name is empty".to_owned());
    }
    let known = || {
        let names = OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        names.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let format = OutputFormat::from_str(format, false).map_err(|_| format!("expected a format of {}", known()))?;
    Ok((format, PathBuf::from(file)))
}

fn parse_severity(value: &str) -> Result<Severity, String> {
    Severity::from_name(value).ok_or_else(|| {
        let names: Vec<_> = Severity::ALL.iter().map(|s| s.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub(super) fn run(args: &CheckArgs, global: &Global) -> io::Result<Exit> {
    let mut setup = setup(global, &args.read);
    let mut selection = setup.selection(&args.select, &args.ignore);
    selection.min_severity = args.min_severity.or(selection.min_severity);
    selection.no_inline_ignores = args.no_inline_ignores;
    let fail_on = args.fail_on.or(setup.config.fail_on).unwrap_or(Severity::Low);
    let options = setup.load_options(&args.stdin_filename);

    let loaded = inputs::load(setup.sources, &args.paths, &options);
    if global.verbose {
        loaded.tell(&mut io::stderr().lock())?;
    }
    let files = loaded.texts.len();
    let mut diagnostics = setup.diagnostics;
    if files == 0 && loaded.diagnostics.is_empty() {
        diagnostics.push(nothing_found());
    }
    diagnostics.extend(loaded.diagnostics);
    let sources = loaded.sources;
    let model = Model::build(loaded.carried.declarations, &sources);
    let inputs =
        lint::Inputs { sources: &sources, model: &model, records: &loaded.carried.records, dialect: setup.dialect };
    let report = lint::run(&inputs, &setup.rules, &selection);

    let prefix = inputs::repository_prefix();
    let run = Run {
        sources: &sources,
        report: &report,
        diagnostics: &diagnostics,
        rules: &setup.rules,
        files,
        prefix: &prefix,
    };
    for (format, file) in &args.output {
        let mut out = BufWriter::new(File::create(file).map_err(|error| at(file, &error))?);
        reporter(*format, Terminal::plain(), global).write(&run, &mut out).map_err(|error| at(file, &error))?;
        out.flush().map_err(|error| at(file, &error))?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    reporter(args.format, Terminal::stdout(global.color), global).write(&run, &mut out)?;
    out.flush()?;

    let exit = if run.errors() > 0 {
        Exit::Error
    } else if report.findings.iter().any(|finding| finding.severity >= fail_on) {
        Exit::Negative
    } else {
        Exit::Success
    };
    // The process ends here; to take everything apart first would cost a good part of the run.
    std::mem::forget((sources, model, loaded.carried.records, report));
    Ok(exit)
}

fn nothing_found() -> Diagnostic {
    Diagnostic {
        code: "input/nothing",
        level: Level::Warning,
        message: "nothing that declares access control was found".to_owned(),
        span: None,
        path: None,
        help: Some("run with `-v` to see what was skipped and why".to_owned()),
    }
}

/// A failure to write a report, with the file's name. Never taken for a closed pipe.
fn at(file: &Path, error: &io::Error) -> io::Error {
    io::Error::other(format!("cannot write `{}`: {error}", file.display()))
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
