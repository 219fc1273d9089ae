//! `overgrant who-can`

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use super::asked;
use super::setup::ReadArgs;
use super::world::{AnswerFormat, ContextArgs, Refusal, World};
use super::{Exit, Global, Terminal};
use crate::report::table;
use crate::simulate::principal::AwsQuestion;
use crate::simulate::who_can::{self, WhoCan};
use crate::vault::capability::Capability;

/// List every principal that can do one thing, with the chain that gives it
///
/// Of Vault: `who-can CAPABILITY PATH`. Of AWS: `who-can ACTION RESOURCE`.
///
/// Exit status: 0 somebody can, 1 nobody can, 3 nobody certainly can and of somebody it
/// depends on what the model does not tell, 2 for what cannot be answered.
#[derive(Debug, Args)]
pub(super) struct WhoCanArgs {
    /// A Vault capability such as read, or an AWS action such as s3:GetObject
    #[arg(value_name = "CAPABILITY|ACTION")]
    asked: String,
    /// A Vault path, or the resource's ARN; an action without a resource has `*`
    #[arg(value_name = "PATH|RESOURCE")]
    of: Option<String>,
    /// Where the principals and their policies are: files and directories
    #[arg(short = 'C', long, value_name = "PATH", default_value = ".")]
    model: Vec<PathBuf>,
    /// AWS: the account that the resource belongs to, where its ARN does not tell
    #[arg(long, value_name = "ACCOUNT")]
    resource_account: Option<String>,
    #[command(flatten)]
    context: ContextArgs,
    /// Format of the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: &WhoCanArgs, global: &Global) -> io::Result<Exit> {
    let world = match World::load(global, &args.read, &args.model)? {
        Ok(world) => world,
        Err(refusal) => return refusal.tell(),
    };
    let answer = match ask(args, &world) {
        Ok(answer) => answer,
        Err(refusal) => return refusal.tell(),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        AnswerFormat::Human => {
            let terminal = Terminal::stdout(global.color);
            table::who_can_human(&answer, terminal.color, terminal.width, &mut out)?;
        }
        AnswerFormat::Json => table::versioned_json(&answer, &mut out)?,
    }
    out.flush()?;
    Ok(if !answer.allowed.is_empty() {
        Exit::Success
    } else if !answer.undetermined.is_empty() {
        Exit::Undetermined
    } else {
        Exit::Negative
    })
}

fn ask(args: &WhoCanArgs, world: &World) -> Result<WhoCan, Refusal> {
    let (model, sources) = (&world.model, &world.sources);
    let wanted = args.asked.as_str();
    let answer = if wanted.contains(':') || wanted == "*" {
        let resource = args.of.as_deref().unwrap_or("*");
        let resource_account = args.resource_account.as_deref();
        // It may be one that AWS has added since: the answer stands.
        if let Some(note) = asked::checked(wanted, resource)? {
            Refusal::from(note).warn();
        }
        let question = AwsQuestion { action: wanted, resource, context: args.context.context(), resource_account };
        let mut answer = who_can::aws(model, sources, world.dialect, &question)?;
        let by_account = |on: &String| on.starts_with("the account of");
        if answer.undetermined.iter().any(|holder| holder.depends_on.iter().any(by_account)) {
            answer.notes.push(asked::ACCOUNT.to_owned());
        }
        if answer.checked == 0 {
            return Err("no IAM user or role is in the model; look for them with `-C PATH`".into());
        }
        answer
    } else {
        let capability = Capability::from_name(wanted)
            .filter(|capability| !matches!(capability, Capability::Deny | Capability::Subscribe))
            .ok_or_else(|| {
                format!("`{wanted}` is neither a capability such as `read` nor an AWS action such as `s3:GetObject`")
            })?;
        let path = args.of.as_deref().ok_or_else(|| format!("give the path that `{wanted}` is asked of"))?;
        if args.context.is_given() || args.resource_account.is_some() {
            return Err("`--context` and `--resource-account` are for AWS; leave them out of a Vault request".into());
        }
        let path = path.trim_start_matches('/');
        let path = path.strip_prefix("v1/").unwrap_or(path);
        let answer = who_can::vault(model, sources, world.dialect, capability, path);
        if answer.checked == 0 {
            return Err("no Vault role, entity, group or token is in the model; look for them with `-C PATH`".into());
        }
        answer
    };
    Ok(answer)
}
