//! `overgrant model`

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use super::setup::ReadArgs;
use super::world::{AnswerFormat, World};
use super::{Exit, Global};
use crate::report::model;

/// Show the linked model: principals, policies, mounts, and citations of what is missing
///
/// Exit status: 0, or 2 if something could not be read.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// Files and directories
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Format of the model
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: &ModelArgs, global: &Global) -> io::Result<Exit> {
    let world = match World::load(global, &args.read, &args.paths)? {
        Ok(world) => world,
        Err(refusal) => return refusal.tell(),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        AnswerFormat::Human => model::write_human(&world.model, &world.sources, &mut out)?,
        AnswerFormat::Json => model::write_json(&world.model, &world.sources, &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Success)
}
