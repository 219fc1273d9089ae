//! What runs with a role of the model, and how policies name it.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::{AwsIdentityId, AwsModel, Linker, Mention};
use crate::carrier::declaration::{AwsCompute, AwsComputeKind, AwsPrincipalKind, Item, Named};
use crate::model::ids::DeclId;
use crate::pattern::glob;
use crate::source::{HOLE, SourceMap, Span};
use crate::syntax::Text;

use AwsComputeKind::{Cluster, InstanceProfile, LaunchTemplate, TaskDefinition};

/// Names an [`AwsRunner`]: position in [`AwsModel::runners`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwsRunnerId(pub u32);

/// Something that runs with a role of the model.
#[derive(Debug, Clone)]
pub struct AwsRunner {
    /// What it is.
    pub kind: AwsComputeKind,
    /// Where it is declared.
    pub decl: DeclId,
    /// Its name if that is known, else how its author refers to it.
    pub name: SmolStr,
    /// The role.
    pub role: AwsIdentityId,
    /// The account of its ARN or its role's, if known.
    account: Option<SmolStr>,
    /// The end of its ARN; [`ANY_ID`] stands for a part that is generated.
    tail: SmolStr,
    /// Its tags, those whose key and value are known.
    pub tags: Vec<(SmolStr, SmolStr)>,
}

impl AwsRunner {
    /// A pattern of its ARN; what is not known is anything.
    #[must_use]
    pub fn arn_pattern(&self) -> String {
        let service = form(self.kind).map_or("*", |(service, _)| service);
        let account = self.account.as_deref().unwrap_or("*");
        let mut tail = String::new();
        for (at, part) in self.tail.split(UNKNOWN).enumerate() {
            if at % 2 == 0 {
                tail.extend(part.chars().map(|c| if c == ANY_ID { '*' } else { c }));
            } else {
                tail.push('*');
            }
        }
        format!("arn:aws:{service}:*:{account}:{tail}")
    }
}

/// Stands for a generated part of an ARN, which no pattern names but by a wildcard.
const ANY_ID: char = '\u{1}';
/// Stands around what an unknown part of a name refers to.
const UNKNOWN: char = '\u{2}';
/// How far roles are looked for: a template's profile's role.
const LENDERS: usize = 4;

/// Attributes that are a whole ARN.
pub(super) const ARN: &[&str] = &[".arn", ".Arn", ".ARN"];
/// Attributes that end one.
const NAME: &[&str] = &["", ".id", ".name", ".function_name", ".service_name"];

/// What runs with a role, for texts that name it.
#[derive(Debug, Default)]
pub(super) struct Index {
    places: FxHashMap<DeclId, AwsRunnerId>,
    tails: FxHashMap<(&'static str, SmolStr), Vec<(AwsRunnerId, DeclId)>>,
}

impl Index {
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// The service of the ARN of such a thing, and what stands before its name; what lends a role
/// is named by none.
fn form(kind: AwsComputeKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        AwsComputeKind::Function => ("lambda", "function:"),
        AwsComputeKind::Instance => ("ec2", "instance/"),
        AwsComputeKind::BuildProject => ("codebuild", "project/"),
        AwsComputeKind::DevEndpoint => ("glue", "devEndpoint/"),
        AwsComputeKind::Notebook => ("sagemaker", "notebook-instance/"),
        AwsComputeKind::Task => ("ecs", "task/"),
        AwsComputeKind::Stack => ("cloudformation", "stack/"),
        AwsComputeKind::WebService => ("apprunner", "service/"),
        AwsComputeKind::CodeInterpreter => ("bedrock-agentcore", "code-interpreter-custom/"),
        AwsComputeKind::StateMachine => ("states", "stateMachine:"),
        InstanceProfile | TaskDefinition | LaunchTemplate | Cluster => return None,
    })
}

/// Whether the ARN goes on after the name, with a generated id.
fn has_id(kind: AwsComputeKind) -> bool {
    matches!(kind, AwsComputeKind::Task | AwsComputeKind::Stack | AwsComputeKind::WebService)
}

/// A text in which unknown parts are equal if they refer to the same.
fn keyed(text: &Text) -> String {
    let mut holes = text.holes().iter();
    let mut out = String::with_capacity(text.raw().len());
    for character in text.raw().chars() {
        if character != HOLE {
            out.push(character);
            continue;
        }
        out.push(UNKNOWN);
        for reference in holes.next().map_or(&[][..], |hole| &hole.unknown.refs) {
            let plain = |c: char| if c.is_alphanumeric() || "._-[]\"".contains(c) { c } else { '~' };
            out.extend(reference.chars().map(plain));
            out.push(' ');
        }
        out.push(UNKNOWN);
    }
    out
}

impl Linker<'_> {
    /// Finds the role of everything that runs.
    pub(super) fn run_as(&mut self, model: &mut AwsModel, sources: &SourceMap) {
        let mut names: FxHashMap<(AwsComputeKind, SmolStr), Vec<(DeclId, DeclId)>> = FxHashMap::default();
        let mut all: Vec<DeclId> = Vec::new();
        for (index, declaration) in self.declarations.iter().enumerate() {
            let Item::AwsCompute(compute) = &declaration.item else { continue };
            let decl = DeclId::at(index);
            all.push(decl);
            if let Some(name) = compute.name.as_ref().and_then(|(name, _)| name.known()) {
                names.entry((compute.kind, name.into())).or_default().push((decl, decl));
            }
        }
        let mut found = Index::default();
        for decl in all {
            let Some(compute) = self.compute(decl) else { continue };
            let Some((service, before)) = form(compute.kind) else { continue };
            let Some(role) = self.role_of(decl, &names) else { continue };
            let id = AwsRunnerId(u32::try_from(model.runners.len()).unwrap_or(u32::MAX));
            let Some(declaration) = self.declarations.get(decl.index()) else { continue };
            let name = compute.name.as_ref().map(|name| match compute.kind {
                AwsComputeKind::Task => self.cluster(decl, name),
                _ => keyed(&name.0),
            });
            // The ARN of a notebook is in lower case.
            let name = name.map(|name| match compute.kind {
                AwsComputeKind::Notebook if !name.contains(UNKNOWN) => name.to_ascii_lowercase(),
                _ => name,
            });
            let known = name.as_ref().filter(|name| !name.contains(UNKNOWN));
            let shown = known.map_or_else(|| declaration.address.clone(), SmolStr::new);
            let generated = matches!(compute.kind, AwsComputeKind::CodeInterpreter)
                || (compute.kind == AwsComputeKind::Instance && known.is_none());
            let end = match &name {
                Some(name) if !generated => name.clone(),
                _ => ANY_ID.to_string(),
            };
            let key = format_smolstr!("{before}{end}");
            found.places.insert(decl, id);
            if !generated {
                found.tails.entry((service, key.clone())).or_default().push((id, decl));
            }
            let tail = if has_id(compute.kind) { format_smolstr!("{key}/{ANY_ID}") } else { key };
            let arn = compute.arn.as_ref().and_then(|(arn, _)| arn.known());
            let role_arn = model.identities.get(role.0 as usize).and_then(|role| role.arn.as_deref());
            let named = compute.role.as_ref().and_then(|(role, _)| role.known());
            let account = [arn, role_arn, named].into_iter().flatten().find_map(account_of);
            let tags = compute.tags.iter();
            let tags =
                tags.filter_map(|(key, (value, _))| Some((key.known()?.into(), value.known()?.into()))).collect();
            model.runners.push(AwsRunner {
                kind: compute.kind,
                decl,
                name: shown,
                role,
                account: account.map(SmolStr::new),
                tail,
                tags,
            });
        }
        if !model.runners.is_empty() {
            model.homes = homes(sources);
        }
        self.runners = found;
    }

    fn compute(&self, decl: DeclId) -> Option<&AwsCompute> {
        match &self.declarations.get(decl.index())?.item {
            Item::AwsCompute(compute) => Some(compute),
            _ => None,
        }
    }

    /// The role of something that runs, through what lends it one.
    fn role_of(
        &self,
        decl: DeclId,
        names: &FxHashMap<(AwsComputeKind, SmolStr), Vec<(DeclId, DeclId)>>,
    ) -> Option<AwsIdentityId> {
        let mut at = decl;
        for _ in 0..LENDERS {
            let compute = self.compute(at)?;
            let lenders: &[AwsComputeKind] = match compute.kind {
                AwsComputeKind::Instance => &[InstanceProfile, LaunchTemplate],
                LaunchTemplate => &[InstanceProfile],
                AwsComputeKind::Task => &[TaskDefinition],
                _ => return self.identity(at, AwsPrincipalKind::Role, compute.role.as_ref()?),
            };
            at = self.lender(at, lenders, compute.role.as_ref()?, names)?;
        }
        None
    }

    /// The name of the cluster that tasks are in.
    fn cluster(&self, from: DeclId, named: &Named) -> String {
        let cluster = self.referred(from, named, |id| self.compute(id).is_some_and(|c| c.kind == Cluster));
        let name = cluster.and_then(|decl| self.compute(decl)?.name.as_ref()?.0.known());
        name.map_or_else(|| last(&keyed(&named.0)).to_owned(), ToString::to_string)
    }

    fn lender(
        &self,
        from: DeclId,
        kinds: &[AwsComputeKind],
        named: &Named,
        names: &FxHashMap<(AwsComputeKind, SmolStr), Vec<(DeclId, DeclId)>>,
    ) -> Option<DeclId> {
        let Some(text) = named.0.known() else {
            return self.referred(from, named, |id| self.compute(id).is_some_and(|c| kinds.contains(&c.kind)));
        };
        let name = last(text);
        let found = kinds.iter().find_map(|kind| names.get(&(*kind, name.into())))?;
        self.scope.nearest(from, found.iter().copied().filter(|(decl, _)| self.scope.related(from, *decl)))
    }

    /// What a text with the parts of an ARN names.
    pub(super) fn runner(&self, from: DeclId, text: &Text) -> Option<AwsRunnerId> {
        if self.runners.is_empty() {
            return None;
        }
        let key = keyed(text);
        let mut fields = key.splitn(6, ':');
        let (service, tail) = (fields.nth(2)?, fields.nth(2)?);
        let (service, before) = AwsComputeKind::NAMED
            .iter()
            .filter_map(|kind| form(*kind))
            .find(|(of, before)| *of == service && tail.starts_with(before))?;
        // The rest of the ARN of what has an id.
        let tail = tail.strip_suffix("/*").unwrap_or(tail);
        if let Some(found) = self.runners.tails.get(&(service, SmolStr::new(tail))) {
            return self.scope.nearest(from, found.iter().copied().filter(|(_, decl)| self.scope.related(from, *decl)));
        }
        // `instance/${aws_instance.x.id}`
        let inner = tail.strip_prefix(before)?.strip_prefix(UNKNOWN)?.strip_suffix(UNKNOWN)?;
        if inner.contains(UNKNOWN) {
            return None;
        }
        let hole = text.holes().last()?;
        hole.unknown.refs.iter().find_map(|reference| self.runner_at(from, reference, NAME))
    }

    /// What a reference to one of these attributes means.
    pub(super) fn runner_at(&self, from: DeclId, reference: &SmolStr, attributes: &[&str]) -> Option<AwsRunnerId> {
        let decl = self.scope.referred_where(from, reference, |id| self.runners.places.contains_key(&id))?;
        let address = self.declarations.get(decl.index())?.address.as_str();
        let attribute = reference.strip_prefix(address)?;
        attributes.contains(&attribute).then(|| self.runners.places.get(&decl).copied())?
    }
}

impl AwsModel {
    /// What runs with a role of the model, in declaration order.
    pub fn runners(&self) -> impl Iterator<Item = (AwsRunnerId, &AwsRunner)> {
        self.runners.iter().enumerate().map(|(at, runner)| (AwsRunnerId(u32::try_from(at).unwrap_or(u32::MAX)), runner))
    }

    /// One of them.
    #[must_use]
    pub fn runner(&self, id: AwsRunnerId) -> Option<&AwsRunner> {
        self.runners.get(id.0 as usize)
    }

    /// Whether a resource of a statement is that thing: it is named or referred to, or matched
    /// by wildcards in a document that is declared beside it.
    #[must_use]
    pub fn is_runner(
        &self,
        id: AwsRunnerId,
        runner: &AwsRunner,
        (document, home): (DeclId, Span),
        (place, text): (Span, &str),
        at: Span,
    ) -> bool {
        if let Some(mention) = self.mentioned(document, place) {
            return mention == Mention::Runner(id) && !other_account(runner, text);
        }
        let of = |span: Span| self.homes.get(span.source.0 as usize);
        if of(home) != of(at) {
            return false;
        }
        if !text.starts_with("arn:") {
            return !text.is_empty() && text.bytes().all(|byte| byte == b'*');
        }
        let Some((service, _)) = form(runner.kind) else { return false };
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        // Region and account are seldom written out.
        let known = |field: &str| !field.contains([HOLE, '$']);
        match fields.as_slice() {
            [_, _, own, _, _, tail] => {
                known(own)
                    && known(tail)
                    && glob::matches(own, service)
                    && !other_account(runner, text)
                    && glob::matches(tail, &runner.tail)
            }
            _ => text.bytes().all(|byte| b"arn:*".contains(&byte)),
        }
    }
}

/// Whether an ARN is of an account that is certainly not the thing's.
fn other_account(runner: &AwsRunner, arn: &str) -> bool {
    match (account_of(arn), &runner.account) {
        (Some(named), Some(own)) => named != own,
        _ => false,
    }
}

/// The account that an ARN names in digits.
fn account_of(arn: &str) -> Option<&str> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

fn last(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// Numbers for sources: one for the Terraform files of a directory, one for each other.
fn homes(sources: &SourceMap) -> Vec<u32> {
    let mut directories: FxHashMap<&str, u32> = FxHashMap::default();
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    sources
        .iter()
        .enumerate()
        .map(|(at, (_, source))| {
            let name = source.name();
            if !name.rsplit('.').take(2).any(|part| matches!(part, "tf" | "tofu")) {
                return number(at);
            }
            let directory = name.rfind('/').map_or("", |end| name.get(..end).unwrap_or_default());
            *directories.entry(directory).or_insert(number(at))
        })
        .collect()
}
