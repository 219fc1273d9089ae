//! `overgrant completions` and `overgrant man`

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Exit};

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Print the manual page
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The command whose page to print; without it the program's own
    command: Option<String>,
}

pub(super) fn run(args: &CompletionsArgs) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "overgrant", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Success)
}

pub(super) fn man(args: &ManArgs) -> io::Result<Exit> {
    let mut command = Cli::command();
    command.build();
    if let Some(name) = &args.command {
        let Some(found) = command.find_subcommand(name) else {
            writeln!(io::stderr(), "error: there is no command `{name}`")?;
            return Ok(Exit::Error);
        };
        command = found.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    io::stdout().lock().write_all(&page)?;
    Ok(Exit::Success)
}
