//! The `overgrant` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    overgrant::cli::run()
}
