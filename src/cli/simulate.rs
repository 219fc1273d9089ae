//! `overgrant simulate`

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, requests};

/// Answer requests: allowed, denied, or undetermined and on what it depends
#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// Answer the requests of a file, one JSON object a line; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    requests: PathBuf,
}

pub(super) fn run(args: &SimulateArgs) -> io::Result<Exit> {
    requests::run(&args.requests)
}
