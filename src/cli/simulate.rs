//! `overgrant simulate`

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::inputs;
use super::setup::{ReadArgs, setup};
use super::{Exit, Global, Terminal, requests};
use crate::aws::context::{Context, ContextValue};
use crate::aws::document::PolicyKind;
use crate::aws::evaluate::{self, PreparedPolicy};
use crate::carrier::declaration::{AwsPolicy, Item};
use crate::decision::Decision;
use crate::diagnostic::Level;
use crate::model::{Model, Target};
use crate::report::answer::Answer;
use crate::report::escape;
use crate::source::{Fragment, SourceId, SourceMap};
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
    #[arg(long, value_name = "FILE", exclusive = true)]
    requests: Option<PathBuf>,
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
    /// AWS: the action, such as s3:GetObject
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// AWS: the resource's ARN
    #[arg(long, value_name = "ARN", requires = "action", default_value = "*")]
    resource: String,
    /// AWS: the account that the resource belongs to, where its ARN does not tell
    #[arg(long, value_name = "ACCOUNT", requires = "action")]
    resource_account: Option<String>,
    /// AWS: a condition key of the request, as KEY=VALUE; repeat it for several values
    #[arg(long, value_name = "KEY=VALUE", requires = "action", value_parser = parse_pair)]
    context: Vec<(String, String)>,
    /// AWS: keys that are not given are absent from the request, rather than unknown
    #[arg(long, requires = "action")]
    context_complete: bool,
    /// Format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    read: ReadArgs,
}

/// Values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AnswerFormat {
    /// For people
    Human,
    /// JSON, version 1
    Json,
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    if key.is_empty() { Err("the key is empty".to_owned()) } else { Ok((key.to_owned(), value.to_owned())) }
}

pub(super) fn run(args: &SimulateArgs, global: &Global) -> io::Result<Exit> {
    if let Some(file) = &args.requests {
        return requests::run(file);
    }
    let setup = setup(global, &args.read);
    let (files, names): (Vec<&String>, Vec<&String>) = args.policy.iter().partition(|name| Path::new(name).is_file());
    let mut paths: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
    let asks_model = !names.is_empty() || args.policy.is_empty();
    if asks_model {
        paths.extend(args.model.iter().cloned());
    }
    let options = setup.load_options("<stdin>");
    let loaded = inputs::load(setup.sources, &paths, &options);
    if global.verbose {
        loaded.tell(&mut io::stderr().lock())?;
    }
    // A policy that was asked for and cannot be read must not count as one that grants nothing.
    let errors: Vec<_> = setup
        .diagnostics
        .iter()
        .chain(&loaded.diagnostics)
        .filter(|d| d.level == Level::Error)
        .map(|d| {
            let place =
                d.span.and_then(|span| Some((loaded.sources.name(span.source), loaded.sources.positions(span)?.0)));
            match place {
                Some((name, at)) => format!("{name}:{}:{}: {}", at.line, at.column, d.message),
                None => d.message.clone(),
            }
        })
        .collect();
    if !errors.is_empty() {
        return refuse(&errors.join("\nerror: "));
    }
    let sources = loaded.sources;
    let model = Model::build(loaded.carried.declarations, &sources);
    let chosen =
        Chosen { args, model: &model, sources: &sources, files: &files, names: &names, dialect: setup.dialect };
    let answer = match (&args.capability, &args.path, &args.action) {
        (Some(capability), Some(path), _) => vault(&chosen, capability, path),
        (_, _, Some(action)) => aws(&chosen, action),
        _ => Err("give `--capability` and `--path` for Vault, `--action` and `--resource` for AWS".to_owned()),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(message) => return refuse(&message),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        AnswerFormat::Human => {
            let terminal = Terminal::stdout(global.color);
            answer.write_human(&sources, terminal.color, terminal.width, &mut out)?;
        }
        AnswerFormat::Json => answer.write_json(&sources, &mut out)?,
    }
    out.flush()?;
    Ok(match answer.decision {
        Decision::Allowed => Exit::Success,
        Decision::Denied => Exit::Negative,
        Decision::Undetermined => Exit::Undetermined,
    })
}

fn refuse(message: &str) -> io::Result<Exit> {
    for line in message.split('\n') {
        let line = line.strip_prefix("error: ").unwrap_or(line);
        writeln!(io::stderr(), "error: {}", escape::line(line))?;
    }
    Ok(Exit::Error)
}

/// What was asked for, and where to find it.
struct Chosen<'a> {
    args: &'a SimulateArgs,
    model: &'a Model,
    sources: &'a SourceMap,
    files: &'a [&'a String],
    names: &'a [&'a String],
    dialect: Dialect,
}

impl Chosen<'_> {
    /// Whether a declaration's place is in one of the files that `--policy` names.
    fn in_files(&self, source: SourceId) -> bool {
        let name = Path::new(self.sources.name(source));
        let here = std::env::current_dir().unwrap_or_default();
        self.files.iter().any(|file| {
            let shown = crate::source::discovery::display_name(Path::new(file), &here);
            Path::new(&shown) == name
        })
    }

    /// The Vault policies of `--policy`, by name.
    fn vault_policies(&self) -> Result<Vec<(String, Option<Policy>)>, String> {
        let mut found = Vec::new();
        let declared = self.model.declarations().iter().filter_map(|d| match &d.item {
            Item::VaultPolicy(policy) => {
                let name = policy.name.as_ref().map_or_else(|| d.address.to_string(), |(text, _)| text.display());
                Some((name, d.span.source, &policy.policy))
            }
            _ => None,
        });
        for (name, source, policy) in declared {
            if self.in_files(source) || self.names.iter().any(|wanted| wanted.as_str() == name) {
                found.push((name, Some(policy.clone())));
            }
        }
        for wanted in self.names {
            if found.iter().any(|(name, _)| name == *wanted) {
                continue;
            }
            found.push(self.built_in(wanted).ok_or_else(|| no_policy(wanted))?);
        }
        if found.is_empty() { Err("no Vault policy is in the given files".to_owned()) } else { Ok(found) }
    }

    fn built_in(&self, name: &str) -> Option<(String, Option<Policy>)> {
        if name == builtin::ROOT {
            return Some((name.to_owned(), Some(Policy::default())));
        }
        let dialect = self.dialect;
        let text = builtin::text(name, dialect)?;
        let policy = policy::parse(&Fragment::plain(SourceId(u32::MAX), 0, &text), dialect).ok()?;
        Some((name.to_owned(), Some(policy)))
    }

    /// The policies of a Vault principal of the model, and how it comes to them.
    fn principal_policies(&self, wanted: &str) -> Result<Held, String> {
        let principals: Vec<_> = self.model.vault_principals().collect();
        let named = |exact: bool| {
            principals
                .iter()
                .copied()
                .filter(|principal| {
                    let name = self.model.principal_name(*principal);
                    name == wanted || (!exact && name.rsplit(['/', ':']).next() == Some(wanted))
                })
                .collect::<Vec<_>>()
        };
        let mut found = named(true);
        if found.is_empty() {
            found = named(false);
        }
        if let Some(policy) = wanted.strip_prefix("policy:") {
            let policies = self.vault_policies_named(policy)?;
            return Ok((policies, Vec::new(), format!("policy:{policy}")));
        }
        let principal = match found.as_slice() {
            [one] => *one,
            [] => return Err(format!("no principal `{wanted}` is in the model; look for it with `-C PATH`")),
            several => {
                let names: Vec<_> = several.iter().map(|p| format!("`{}`", self.model.principal_name(*p))).collect();
                return Err(format!("`{wanted}` could be {}", names.join(", ")));
            }
        };
        let effective = self.model.effective(principal);
        let mut policies = Vec::new();
        let mut chains = Vec::new();
        for held in &effective.held {
            let entry = match held.target {
                Target::Policy(id) => (held.name.to_string(), self.model.policy_document(id).cloned()),
                Target::Root => (builtin::ROOT.to_owned(), Some(Policy::default())),
                Target::Default => self.built_in("default").unwrap_or_else(|| ("default".to_owned(), None)),
                Target::Dangling | Target::Unknown => (held.name.to_string(), None),
            };
            chains.push((entry.0.clone(), held.chain.iter().map(|link| link.name.clone()).collect::<Vec<_>>()));
            policies.push(entry);
        }
        for (why, _) in &effective.open {
            policies.push((why.clone(), None));
        }
        Ok((policies, chains, self.model.principal_name(principal)))
    }

    fn vault_policies_named(&self, name: &str) -> Result<Vec<(String, Option<Policy>)>, String> {
        let ids = self.model.vault.policies_named(name);
        let found: Vec<_> = ids.iter().map(|id| (name.to_owned(), self.model.policy_document(*id).cloned())).collect();
        if found.is_empty() {
            return self.built_in(name).map(|policy| vec![policy]).ok_or_else(|| no_policy(name));
        }
        Ok(found)
    }
}

/// Policies by name, the chain to each, and the principal's full name.
type Held = (Vec<(String, Option<Policy>)>, Vec<(String, Vec<String>)>, String);

fn no_policy(name: &str) -> String {
    format!("`{name}` is neither a file nor the name of a policy of the model; look for it with `-C PATH`")
}

fn vault(chosen: &Chosen<'_>, capability: &str, path: &str) -> Result<Answer, String> {
    let (args, dialect) = (chosen.args, chosen.dialect);
    let operation = Capability::from_name(capability)
        .and_then(Operation::of_capability)
        .or_else(|| Operation::from_name(capability))
        .ok_or_else(|| format!("`{capability}` is no capability that a request can need"))?;
    let (policies, chains, principal) = match (&args.principal, args.policy.is_empty()) {
        (Some(principal), true) => chosen.principal_policies(principal)?,
        (None, false) => (chosen.vault_policies()?, Vec::new(), String::new()),
        (Some(_), false) => return Err("give either `--principal` or `--policy` for Vault".to_owned()),
        (None, true) => return Err("give `--principal`, or the token's policies with `--policy`".to_owned()),
    };
    let granted: Vec<Granted<'_>> = policies
        .iter()
        .map(|(name, policy)| policy.as_ref().map_or_else(|| Granted::unknown(name), |p| Granted::new(name, p)))
        .collect();
    let now = jiff::Timestamp::now().as_second();
    let acl = Acl::new(&granted, &Settings { dialect, identity: Identity::Unknown, now: Some(now) });
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
    let request = acl::Request { parameters: parameters.as_ref(), wrap_ttl, ..acl::Request::new(operation, path) };
    let answer = acl.answer(&request);

    let known = |source: SourceId| source != SourceId(u32::MAX);
    let name_of = |policy: usize| policies.get(policy).map_or("", |(name, _)| name.as_str());
    let mut shown = Answer::new(answer.decision, answer.reason.clone(), format!("{operation} {path}"));
    if !principal.is_empty() {
        shown.fact("principal", &principal);
    }
    for stanza in &answer.stanzas {
        let name = name_of(stanza.policy);
        if known(stanza.span.source) {
            shown.decided(stanza.path_span, format!("decides, of policy `{name}`"));
        } else {
            shown.fact("decided by", &format!("the built-in policy `{name}`"));
        }
        if let Some((_, chain)) = chains.iter().find(|(held, _)| held == name) {
            shown.fact("chain", &chain.join(" → "));
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

fn aws(chosen: &Chosen<'_>, action: &str) -> Result<Answer, String> {
    let args = chosen.args;
    let principal = args.principal.as_deref().ok_or("give the caller's ARN with `--principal`")?;
    if args.policy.is_empty() {
        return Err(
            "give the policies that bear on the request with `--policy`: files, or names in the model".to_owned()
        );
    }
    let mut context = Context::new(args.context_complete);
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, value) in &args.context {
        keys.entry(key).or_default().push(value);
    }
    for (key, values) in keys {
        let value = match values.as_slice() {
            [one] => ContextValue::One((*one).into()),
            several => ContextValue::Many(several.iter().map(|value| (*value).into()).collect()),
        };
        context.set(key, value);
    }
    let mut request = evaluate::Request::new(principal, action, &args.resource, context)?;
    if let Some(account) = &args.resource_account {
        request = request.owned_by(account.as_str());
    }

    let mut prepared: Vec<(PolicyKind, PreparedPolicy)> = Vec::new();
    let mut used: Vec<String> = Vec::new();
    for declaration in chosen.model.declarations() {
        let Item::AwsPolicy(AwsPolicy { kind, name, document, .. }) = &declaration.item else { continue };
        let name = name.as_ref().map_or_else(|| declaration.address.to_string(), |(text, _)| text.display());
        let short = name.rsplit('/').next().unwrap_or(&name);
        let asked = chosen.names.iter().any(|wanted| wanted.as_str() == name || wanted.as_str() == short);
        if asked || chosen.in_files(declaration.span.source) {
            used.push(name.clone());
            used.push(short.to_owned());
            prepared.push((*kind, PreparedPolicy::new(name, document.clone(), *kind)));
        }
    }
    if let Some(missing) = chosen.names.iter().find(|wanted| !used.contains(**wanted)) {
        return Err(no_policy(missing));
    }
    if prepared.is_empty() {
        return Err("no IAM policy is in the given files".to_owned());
    }
    let of = |wanted: &[PolicyKind]| -> Vec<&PreparedPolicy> {
        prepared.iter().filter(|(kind, _)| wanted.contains(kind)).map(|(_, policy)| policy).collect()
    };
    // All of one kind count as one level of the organization.
    let level = |policies: &[&PreparedPolicy]| usize::from(!policies.is_empty());
    let (scps, rcps) = (of(&[PolicyKind::Scp]), of(&[PolicyKind::Rcp]));
    let policies = evaluate::Policies {
        identity: of(&[PolicyKind::Identity]),
        resource: of(&[PolicyKind::Resource, PolicyKind::Trust]),
        resource_unknown: false,
        boundary: of(&[PolicyKind::Boundary]),
        session: of(&[PolicyKind::Session]),
        scps: vec![scps.clone(); level(&scps)],
        rcps: vec![rcps.clone(); level(&rcps)],
        endpoint: of(&[PolicyKind::Endpoint]),
    };
    let explanation = evaluate::explain(&request, &policies);
    let verdict = explanation.verdict;
    let reason = match (&explanation.condition, verdict.reason) {
        (Some(condition), _) => condition.clone(),
        (None, reason) => match reason {
            evaluate::Reason::Allowed => "a statement allows it and none denies it".to_owned(),
            evaluate::Reason::ExplicitDeny => format!("a statement of the {} layer denies it", verdict.layer.name()),
            evaluate::Reason::ImplicitDeny => format!("nothing in the {} layer allows it", verdict.layer.name()),
            evaluate::Reason::Undetermined => "it depends on what is not known".to_owned(),
        },
    };
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
    if verdict.decision() == Decision::Undetermined {
        shown.depends_on = explanation.depends_on.iter().map(|missing| missing.name().to_string()).collect();
    }
    shown.more("verdict", Value::from(verdict.reason.name()));
    shown.more("layer", Value::from(verdict.layer.name()));
    Ok(shown)
}
