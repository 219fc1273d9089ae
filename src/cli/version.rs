//! `overgrant version`

use std::io::{self, Write};

use clap::Args;

use super::Exit;
use crate::aws::catalog;
use crate::lint;

/// Print the version, the date of the embedded AWS service data and the number of rules
#[derive(Debug, Args)]
pub(super) struct VersionArgs {}

pub(super) fn run(_args: &VersionArgs) -> io::Result<Exit> {
    let mut out = io::stdout().lock();
    writeln!(out, "overgrant {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "AWS service data of {}", catalog::catalog().date())?;
    writeln!(out, "{} rules", lint::builtin().iter().len())?;
    Ok(Exit::Success)
}
