//! `overgrant init`

use std::fs::OpenOptions;
use std::io::{self, Write};

use clap::Args;

use super::Exit;
use crate::config::FILE_NAME;

/// Write a commented overgrant.toml into the working directory; one that is there stays
#[derive(Debug, Args)]
pub(super) struct InitArgs {}

/// Everything is a comment, so that the file changes nothing until somebody edits it.
const TEMPLATE: &str = r#"# Configuration of overgrant. Everything is optional; what stands here are the defaults
# or, where there is none, examples.

# [vault]
# dialect = "vault"              # or "openbao"
# version = "1.20"               # the newest, if absent

# [check]
# fail-on = "low"                # exit status 1 from this severity on
# min-severity = "info"          # findings below it are not shown
# select = ["vault/*", "aws/*"]  # only these: ids, patterns, tags, categories
# ignore = ["hygiene"]           # not these

# [rules]
# "aws/service-star" = "low"     # another severity, or "off"

# [limits]
# max-policy-size = "1 MiB"      # larger policies are refused
# max-file-size = "256 MiB"

# [[ignore]]
# rule = "aws/public-principal"
# path = "public-site/**"
# unit = "PublicRead"            # a Sid, a Vault path, a role's name
# reason = "the site is public"
# expires = "2027-06-30"
"#;

pub(super) fn run(_args: &InitArgs) -> io::Result<Exit> {
    match OpenOptions::new().write(true).create_new(true).open(FILE_NAME) {
        Ok(mut file) => file.write_all(TEMPLATE.as_bytes())?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            writeln!(io::stderr(), "error: `{FILE_NAME}` is there already; edit it, or remove it first")?;
            return Ok(Exit::Error);
        }
        Err(error) => {
            let why = error.to_string().to_lowercase();
            writeln!(io::stderr(), "error: cannot write `{FILE_NAME}`: {why}; choose a directory you may write to")?;
            return Ok(Exit::Error);
        }
    }
    writeln!(io::stdout(), "wrote {FILE_NAME}")?;
    Ok(Exit::Success)
}
