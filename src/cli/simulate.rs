//! `overgrant simulate`

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::asked::{self, VaultAsked};
use super::setup::ReadArgs;
use super::world::{AnswerFormat, ContextArgs, Refusal, World, no_principal, parse_pair};
use super::{Exit, Global, Terminal, requests};
use crate::aws::document::PolicyKind;
use crate::aws::evaluate::{self, Owner, PreparedPolicy};
use crate::carrier::declaration::{AwsPolicy, Item};
use crate::decision::Decision;
use crate::model::DeclId;
use crate::report::answer::Answer;
use crate::simulate::principal::{AwsQuestion, Principal, System, identity_of, resolve, resolve_for};
use crate::source::{Fragment, SourceId};
use crate::vault::acl::{self, Acl, Granted, Settings};
use crate::vault::builtin;
use crate::vault::capability::Capability;
use crate::vault::dialect::Dialect;
use crate::vault::identity::Identity;
use crate::vault::operation::Operation;
use crate::vault::policy::{self, Policy, parse_duration};

/// Answer requests: allowed, denied, or undetermined and on what it depends
///
/// One request is given by flags; `--requests` answers a file of them.
///
/// Exit status: 0 allowed, 1 denied, 3 undetermined, 2 for what cannot be answered. With
/// `--requests`: 0 if every line was answered, else 2.
#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// Answer the requests of a file, one JSON object a line; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "policy", "principal", "model", "capability", "path", "param", "wrap_ttl", "namespace", "entity", "action",
        "resource", "resource_account", "context", "context_complete", "dialect", "given", "at",
    ])]
    requests: Option<PathBuf>,
    /// With `--principal`: where it is looked up, files and directories. Without: the
    /// policies of the token or caller, as with `--policy`
    #[arg(value_name = "PATH")]
    given: Vec<String>,
    /// A policy of the token or caller: a file, or a name in the model; may be repeated
    #[arg(long, value_name = "FILE|NAME")]
    policy: Vec<String>,
    /// Who asks: auth/<mount>/role/<name>, entity:NAME, group:NAME, token-role:NAME,
    /// policy:NAME, a short name that only one has; for AWS an ARN
    #[arg(long, value_name = "PRINCIPAL")]
    principal: Option<String>,
    /// Where names are looked up: files and directories
    #[arg(short = 'C', long, value_name = "PATH", default_value = ".")]
    model: Vec<PathBuf>,
    /// Vault: the capability that the request needs, such as read
    #[arg(long, value_name = "CAPABILITY", requires = "path", conflicts_with = "action")]
    capability: Option<String>,
    /// Vault: the request's path
    #[arg(long, value_name = "PATH", requires = "capability")]
    path: Option<String>,
    /// Vault: a parameter of the request's body, as KEY=VALUE; may be repeated
    #[arg(long, value_name = "KEY=VALUE", requires = "capability", value_parser = parse_pair)]
    param: Vec<(String, String)>,
    /// Vault: the wrapping time asked for, such as 5m
    #[arg(long, value_name = "DURATION", requires = "capability")]
    wrap_ttl: Option<String>,
    /// Vault: the namespace of the request; without it the principal's own
    #[arg(long, value_name = "NAMESPACE", requires = "capability")]
    namespace: Option<String>,
    /// Vault: the entity of the model that holds the token, for templates in `--policy`
    #[arg(long, value_name = "NAME", requires = "capability")]
    entity: Option<String>,
    /// Vault: the moment of the request, for what expires; without it, now
    #[arg(long, value_name = "RFC3339", requires = "capability", value_parser = moment)]
    at: Option<i64>,
    /// AWS: the action, such as s3:GetObject
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// AWS: the resource's ARN
    #[arg(long, value_name = "ARN", requires = "action", default_value = "*")]
    resource: String,
    /// AWS: the account that the resource belongs to, where its ARN does not tell
    #[arg(long, value_name = "ACCOUNT", requires = "action")]
    resource_account: Option<String>,
    #[command(flatten)]
    context: ContextArgs,
    /// Format of the answer: human, unless it is that of `--requests`, which is JSON
    #[arg(long, value_name = "FORMAT")]
    format: Option<AnswerFormat>,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: &SimulateArgs, global: &Global) -> io::Result<Exit> {
    if let Some(file) = &args.requests {
        if args.format == Some(AnswerFormat::Human) {
            return Refusal::from("`--requests` answers in JSON; leave `--format human` out").tell();
        }
        return requests::run(file);
    }
    if args.capability.is_none() && args.action.is_none() {
        return Refusal::from(if args.context.is_given() {
            "give the `--action` that the context is of"
        } else {
            "give `--capability` and `--path` for Vault, `--action` and `--resource` for AWS, or a file of `--requests`"
        })
        .tell();
    }
    if args.capability.is_some() && args.context.is_given() {
        return Refusal::from("`--context` is for requests of AWS; for Vault give `--param KEY=VALUE`").tell();
    }
    // What is given by place alone is what is missing: the model of a principal that is
    // named, else the policies.
    let (models, more): (&[String], &[String]) = match &args.principal {
        Some(_) => (&args.given, &[]),
        None => (&[], &args.given),
    };
    let policies = args.policy.iter().chain(more);
    let (files, names): (Vec<&String>, Vec<&String>) = policies.partition(|name| Path::new(name).is_file());
    let mut paths: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
    let asks_model = !names.is_empty() || files.is_empty() || args.entity.is_some();
    if asks_model && models.is_empty() {
        paths.extend(args.model.iter().cloned());
    }
    paths.extend(models.iter().map(PathBuf::from));
    let world = match World::load(global, &args.read, &paths)? {
        Ok(world) => world,
        Err(refusal) => return refusal.tell(),
    };
    let chosen = Chosen { args, world: &world, files: &files, names: &names, dialect: world.dialect };
    let answer = match (&args.capability, &args.path, &args.action) {
        (Some(capability), Some(path), _) => vault(&chosen, capability, path),
        (_, _, Some(action)) => aws(&chosen, action),
        _ => Err("give the `--path` of the request".into()),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(refusal) => return refusal.tell(),
    };
    let sources = &world.sources;
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format.unwrap_or_default() {
        AnswerFormat::Human => {
            let terminal = Terminal::stdout(global.color);
            answer.write_human(sources, terminal.color, terminal.width, &mut out)?;
        }
        AnswerFormat::Json => answer.write_json(sources, &mut out)?,
    }
    out.flush()?;
    Ok(match answer.decision {
        Decision::Allowed => Exit::Success,
        Decision::Denied => Exit::Negative,
        Decision::Undetermined => Exit::Undetermined,
    })
}

/// A moment of `--at`, in seconds since 1970.
fn moment(text: &str) -> Result<i64, String> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(jiff::Timestamp::as_second).map_err(|_| "expected a moment such as 2030-01-31T12:00:00Z".to_owned())
}

/// What was asked for, and where to find it.
struct Chosen<'a> {
    args: &'a SimulateArgs,
    world: &'a World,
    files: &'a [&'a String],
    names: &'a [&'a String],
    dialect: Dialect,
}

impl Chosen<'_> {
    /// Whether a declaration's place is in one of the files that `--policy` names.
    fn in_files(&self, source: SourceId) -> bool {
        let name = Path::new(self.world.sources.name(source));
        let here = std::env::current_dir().unwrap_or_default();
        self.files.iter().any(|file| {
            let shown = crate::source::discovery::display_name(Path::new(file), &here);
            Path::new(&shown) == name
        })
    }

    /// The Vault policies of `--policy`.
    fn vault_policies(&self) -> Result<Vec<Given>, Refusal> {
        let mut found = Vec::new();
        for declaration in self.world.model.declarations() {
            let Item::VaultPolicy(declared) = &declaration.item else { continue };
            let name = declared.name.as_ref();
            let name = name.map_or_else(|| declaration.address.to_string(), |(text, _)| text.display());
            if self.in_files(declaration.span.source) || self.names.iter().any(|wanted| wanted.as_str() == name) {
                let namespace = declared.namespace.as_ref().and_then(|(text, _)| text.known());
                found.push(Given { name, policy: declared.policy.clone(), namespace: slashed(namespace) });
            }
        }
        for wanted in self.names {
            if found.iter().any(|given| given.name == **wanted) {
                continue;
            }
            found.push(self.built_in(wanted).ok_or_else(|| no_policy(wanted))?);
        }
        if found.is_empty() { Err("no Vault policy is in the given files".into()) } else { Ok(found) }
    }

    fn built_in(&self, name: &str) -> Option<Given> {
        let given = |policy| Given { name: name.to_owned(), policy, namespace: String::new() };
        if name == builtin::ROOT {
            return Some(given(Policy::default()));
        }
        let dialect = self.dialect;
        let text = builtin::text(name, dialect)?;
        policy::parse(&Fragment::plain(SourceId(u32::MAX), 0, &text), dialect).ok().map(given)
    }

    /// Who holds the token, where `--entity` says so.
    fn identity(&self) -> Result<Identity, Refusal> {
        let Some(name) = &self.args.entity else { return Ok(Identity::Unknown) };
        let full = if name.starts_with("entity:") { name.clone() } else { format!("entity:{name}") };
        match resolve(&self.world.model, &full).map_err(|why| no_principal(&why))? {
            Principal::Vault(principal) => Ok(identity_of(&self.world.model, principal)),
            Principal::Aws(_) => Ok(Identity::Unknown),
        }
    }
}

/// A policy of the token.
struct Given {
    name: String,
    policy: Policy,
    namespace: String,
}

/// A namespace as the evaluator has it: with a slash at its end, empty for the root.
fn slashed(namespace: Option<&str>) -> String {
    let namespace = namespace.unwrap_or("").trim_matches('/');
    if namespace.is_empty() { String::new() } else { format!("{namespace}/") }
}

fn no_policy(name: &str) -> String {
    format!("`{name}` is neither a file nor the name of a policy of the model; look for it with `-C PATH`")
}

fn vault(chosen: &Chosen<'_>, capability: &str, path: &str) -> Result<Answer, Refusal> {
    let args = chosen.args;
    let parameters: Option<Map<String, Value>> = (!args.param.is_empty()).then(|| {
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        args.param.iter().map(|(key, text)| (key.clone(), value(text))).collect()
    });
    let wrap_ttl = match &args.wrap_ttl {
        None => None,
        Some(text) => Some(parse_duration(text).map_err(|_| format!("`{text}` is no duration such as `5m`"))?),
    };
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("v1/").unwrap_or(path);
    let namespace = args.namespace.as_deref();
    let now = args.at.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    let asked = VaultAsked { capability, path, namespace, parameters: parameters.as_ref(), wrap_ttl, now };
    let no_policy = chosen.files.is_empty() && chosen.names.is_empty();
    let policies = match (&args.principal, no_policy) {
        (Some(wanted), true) => match resolve_for(&chosen.world.model, wanted, System::Vault) {
            Ok(Principal::Vault(principal)) => return asked::vault(chosen.world, principal, &asked),
            Ok(Principal::Aws(_)) => {
                return Err(format!("`{wanted}` is a principal of AWS; ask with `--action` and `--resource`").into());
            }
            // The server's own policies are in no model.
            Err(why) => match wanted.strip_prefix("policy:").and_then(|name| chosen.built_in(name)) {
                Some(policy) => vec![policy],
                None => return Err(no_principal(&why)),
            },
        },
        (None, false) => chosen.vault_policies()?,
        (Some(_), false) => return Err("give either `--principal` or `--policy` for Vault".into()),
        (None, true) => return Err("give `--principal`, or the token's policies: files, or names in the model".into()),
    };
    given(chosen, &policies, &asked)
}

/// Answers a request of a token with these policies.
fn given(chosen: &Chosen<'_>, policies: &[Given], asked: &VaultAsked<'_>) -> Result<Answer, Refusal> {
    let operation = Capability::from_name(asked.capability)
        .and_then(Operation::of_capability)
        .or_else(|| Operation::from_name(asked.capability))
        .ok_or_else(|| asked.no_capability())?;
    let namespace = slashed(asked.namespace);
    let granted: Vec<Granted<'_>> = policies
        .iter()
        .map(|given| {
            let granted = Granted::new(&given.name, &given.policy);
            // Without a namespace the policies and the request are taken to be of one.
            if asked.namespace.is_some() { granted.in_namespace(&given.namespace) } else { granted }
        })
        .collect();
    let settings = Settings { dialect: chosen.dialect, identity: chosen.identity()?, now: Some(asked.now) };
    let acl = Acl::new(&granted, &settings);
    let answer = acl.answer(&acl::Request {
        namespace: &namespace,
        parameters: asked.parameters,
        wrap_ttl: asked.wrap_ttl,
        ..acl::Request::new(operation, asked.path)
    });

    let known = |source: SourceId| source != SourceId(u32::MAX);
    let mut shown = Answer::new(answer.decision, answer.reason.clone(), format!("{operation} {}", asked.path));
    for stanza in &answer.stanzas {
        let name = policies.get(stanza.policy).map_or("", |given| given.name.as_str());
        if known(stanza.span.source) {
            shown.decided(stanza.path_span, format!("decides, of policy `{name}`"));
        } else {
            shown.fact("decided by", &format!("the built-in policy `{name}`"));
        }
    }
    for near in &answer.near {
        match near.stanzas.first().filter(|stanza| known(stanza.span.source)) {
            Some(stanza) => shown.near(stanza.path_span, format!("`{}`: {}", near.pattern, near.reason)),
            None => shown.fact("near", &format!("`{}`: {}", near.pattern, near.reason)),
        }
    }
    for need in &answer.needs {
        shown.fact("needs", need);
    }
    for note in &answer.notes {
        shown.fact("note", note);
    }
    if answer.decision == Decision::Undetermined {
        shown.depends_on = answer.depends_on.iter().map(ToString::to_string).collect();
    }
    shown.more("capabilities", Value::from(answer.capabilities.clone()));
    shown.more("sudo", Value::from(answer.sudo));
    shown.more("root_protected", Value::from(answer.root_protected));
    Ok(shown)
}

fn aws(chosen: &Chosen<'_>, action: &str) -> Result<Answer, Refusal> {
    let args = chosen.args;
    let principal =
        args.principal.as_deref().ok_or("give the caller with `--principal`: an ARN, or a name in the model")?;
    let context = args.context.context();
    let note = asked::checked(action, &args.resource)?;
    if chosen.files.is_empty() && chosen.names.is_empty() {
        let resource_account = args.resource_account.as_deref();
        let question = AwsQuestion { action, resource: &args.resource, context, resource_account };
        let mut answer = asked::aws(chosen.world, principal, &question)?;
        if let Some(note) = &note {
            answer.fact("note", note);
        }
        return Ok(answer);
    }
    let mut request = evaluate::Request::new(principal, action, &args.resource, context)?;
    if let Some(account) = &args.resource_account {
        request = request.owned_by(account.as_str());
    }

    let mut prepared: Vec<(PolicyKind, PreparedPolicy)> = Vec::new();
    let mut used: Vec<String> = Vec::new();
    // Those of an organization that stand in files bind as they are attached.
    let mut in_files: BTreeSet<DeclId> = BTreeSet::new();
    for (index, declaration) in chosen.world.model.declarations().iter().enumerate() {
        let Item::AwsPolicy(AwsPolicy { kind, name, document, .. }) = &declaration.item else { continue };
        let name = name.as_ref().map_or_else(|| declaration.address.to_string(), |(text, _)| text.display());
        let short = name.rsplit('/').next().unwrap_or(&name);
        let asked = chosen.names.iter().any(|wanted| wanted.as_str() == name || wanted.as_str() == short);
        if asked || chosen.in_files(declaration.span.source) {
            used.push(name.clone());
            used.push(short.to_owned());
            if !asked && matches!(kind, PolicyKind::Scp | PolicyKind::Rcp) {
                in_files.insert(DeclId::at(index));
            } else {
                prepared.push((*kind, PreparedPolicy::new(name, document.clone(), *kind)));
            }
        }
    }
    if let Some(missing) = chosen.names.iter().find(|wanted| !used.contains(**wanted)) {
        return Err(no_policy(missing).into());
    }
    if prepared.is_empty() && in_files.is_empty() {
        return Err("no IAM policy is in the given files".into());
    }
    let of = |wanted: &[PolicyKind]| -> Vec<&PreparedPolicy> {
        prepared.iter().filter(|(kind, _)| wanted.contains(kind)).map(|(_, policy)| policy).collect()
    };
    let owner = match &request.resource_account {
        Owner::Account(account) => Some(account),
        Owner::Caller => request.caller.account.as_ref(),
        Owner::Unknown => None,
    };
    // Those given by name are one level.
    let levels = |kind: PolicyKind, account: Option<&SmolStr>| -> Vec<Vec<&PreparedPolicy>> {
        let binding = chosen.world.model.binding(kind, account.map(SmolStr::as_str));
        let levels = binding.map(|level| level.policies_among(|id| in_files.contains(&id))).chain([of(&[kind])]);
        levels.filter(|level| !level.is_empty()).collect()
    };
    let policies = evaluate::Policies {
        identity: of(&[PolicyKind::Identity]),
        resource: of(&[PolicyKind::Resource, PolicyKind::Trust]),
        resource_unknown: false,
        boundary: of(&[PolicyKind::Boundary]),
        session: of(&[PolicyKind::Session]),
        scps: levels(PolicyKind::Scp, request.caller.account.as_ref()),
        rcps: levels(PolicyKind::Rcp, owner),
        endpoint: of(&[PolicyKind::Endpoint]),
    };
    let explanation = evaluate::explain(&request, &policies);
    let verdict = explanation.verdict;
    let why = || asked::because(verdict.reason.name(), verdict.layer.name());
    let reason = explanation.condition.clone().unwrap_or_else(why);
    let asked = format!("{action} on {}", args.resource);
    let mut shown = Answer::new(verdict.decision(), reason, asked);
    shown.fact("principal", principal);
    for statement in &explanation.decided_by {
        shown.decided(statement.span, format!("decides, of {} policy `{}`", statement.layer.name(), statement.policy));
    }
    for miss in &explanation.near_misses {
        shown.near(miss.span, format!("of `{}`: {}", miss.statement.policy, miss.why));
    }
    if let Some((action, resource)) = &explanation.witness {
        shown.fact("witness", &format!("{action} on {resource}"));
    }
    if let Some(note) = &note {
        shown.fact("note", note);
    }
    if verdict.decision() == Decision::Undetermined {
        shown.depends_on = explanation.depends_on.iter().map(|missing| missing.name().to_string()).collect();
    }
    shown.more("verdict", Value::from(verdict.reason.name()));
    shown.more("layer", Value::from(verdict.layer.name()));
    Ok(shown)
}
