//! `overgrant version`

use std::io::{self, Write};

use clap::Args;

use super::Exit;

/// Print the version and the date of the embedded AWS service data
#[derive(Debug, Args)]
pub(super) struct VersionArgs {}

pub(super) fn run(_args: &VersionArgs) -> io::Result<Exit> {
    let mut out = io::stdout().lock();
    writeln!(out, "overgrant {}", env!("CARGO_PKG_VERSION"))?;
    Ok(Exit::Success)
}
