//! `overgrant access`

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use super::setup::ReadArgs;
use super::world::{AnswerFormat, World};
use super::{Exit, Global, Terminal};
use crate::report::table;
use crate::simulate::access::access;

/// Show everything a principal can do, compactly: one row a pattern
///
/// Rows are in the order in which the server prefers them: what a row says holds for what
/// no row above it is about.
///
/// Exit status: 0, or 2 for what cannot be answered.
#[derive(Debug, Args)]
pub(super) struct AccessArgs {
    /// auth/<mount>/role/<name>, entity:NAME, group:NAME, token-role:NAME, policy:NAME, a
    /// short name that only one has; for AWS an ARN, role/NAME, user/NAME, group/NAME
    #[arg(value_name = "PRINCIPAL")]
    principal: String,
    /// Where the principal and its policies are: files and directories
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The same as a PATH
    #[arg(short = 'C', long, value_name = "PATH")]
    model: Vec<PathBuf>,
    /// Format of the table
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: &AccessArgs, global: &Global) -> io::Result<Exit> {
    let mut paths: Vec<PathBuf> = args.paths.iter().chain(&args.model).cloned().collect();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let world = match World::load(global, &args.read, &paths)? {
        Ok(world) => world,
        Err(refusal) => return refusal.tell(),
    };
    let principal = match world.principal(&args.principal) {
        Ok(principal) => principal,
        Err(refusal) => return refusal.tell(),
    };
    let answer = access(&world.model, &world.sources, world.dialect, principal);
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        AnswerFormat::Human => {
            let terminal = Terminal::stdout(global.color);
            table::access_human(&answer, terminal.color, terminal.width, &mut out)?;
        }
        AnswerFormat::Json => table::versioned_json(&answer, &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Success)
}
