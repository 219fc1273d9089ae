//! The command line: one file per command.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::escape;

mod access;
mod asked;
mod check;
mod completions;
mod explain;
mod init;
mod inputs;
mod model;
mod requests;
mod rules;
mod setup;
mod simulate;
mod version;
mod who_can;
mod world;

/// The exit statuses that scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing found; or, of a request, allowed.
    Success,
    /// Findings at or above `--fail-on`; or, of a request, denied.
    Negative,
    /// The tool could not do its work: usage, configuration, unreadable input.
    Error,
    /// Of a request: it depends on something the model does not tell.
    Undetermined,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Negative => 1,
            Exit::Error => 2,
            Exit::Undetermined => 3,
        })
    }
}

/// Lints Vault and AWS access control, and answers who can do what.
#[derive(Debug, Parser)]
#[command(name = "overgrant", version, about, max_term_width = 100)]
#[command(propagate_version = false, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::CheckArgs),
    Simulate(Box<simulate::SimulateArgs>),
    WhoCan(who_can::WhoCanArgs),
    Access(access::AccessArgs),
    Model(model::ModelArgs),
    Init(init::InitArgs),
    Explain(explain::ExplainArgs),
    Rules(rules::RulesArgs),
    Version(version::VersionArgs),
    Completions(completions::CompletionsArgs),
    Man(completions::ManArgs),
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Configuration file; without it the nearest overgrant.toml upward is read
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, global = true)]
    no_config: bool,
    /// When to colour; `NO_COLOR` in the environment turns `auto` off
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    color: ColorChoice,
    /// Print less: findings and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print more: what was read, what was skipped and why
    #[arg(short, long, global = true)]
    verbose: bool,
}

/// Values of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// If the output is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy)]
struct Terminal {
    color: bool,
    links: bool,
    width: usize,
}

impl Terminal {
    /// For text that goes to a file.
    fn plain() -> Self {
        Self { color: false, links: false, width: 100 }
    }

    /// For text that goes to standard output. Away from a terminal nothing depends on the
    /// environment.
    fn stdout(choice: ColorChoice) -> Self {
        let tty = io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
        let color = match choice {
            ColorChoice::Auto => tty && !no_color && !dumb,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        Self { color, links: tty && color, width: 100 }
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // What is told of the arguments repeats them, so they are told as text.
            let harmless = |arg: std::ffi::OsString| escape::line(&arg.to_string_lossy()).into_owned();
            let error = Cli::try_parse_from(std::env::args_os().map(harmless)).err().unwrap_or(error);
            // Help and version go to standard output with status 0, mistakes to standard
            // error with status 2; a closed pipe changes neither.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::Error } else { Exit::Success });
        }
    };
    let global = cli.global;
    let done = match cli.command {
        Command::Check(args) => check::run(&args, &global),
        Command::Simulate(args) => simulate::run(&args, &global),
        Command::WhoCan(args) => who_can::run(&args, &global),
        Command::Access(args) => access::run(&args, &global),
        Command::Model(args) => model::run(&args, &global),
        Command::Init(args) => init::run(&args),
        Command::Explain(args) => explain::run(&args, &global),
        Command::Rules(args) => rules::run(&args, &global),
        Command::Version(args) => version::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => completions::man(&args),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Success.into(),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {}", escape::line(&error.to_string()));
            Exit::Error.into()
        }
    }
}
