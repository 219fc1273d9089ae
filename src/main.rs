//! The `overgrant` command.

fn main() {}
