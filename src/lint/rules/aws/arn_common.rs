//! The forms that ARNs of a service have.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::resource_common::may_be;
use crate::aws::catalog::{ResourceType, Service, catalog};
use crate::lint::{ResourceFact, StatementContext};
use crate::source::HOLE;

/// Services all of whose resources belong to accounts and have the forms that the data has.
const SERVICES: &[&str] = &[
    "athena",
    "cloudformation",
    "codebuild",
    "codepipeline",
    "dynamodb",
    "ecr",
    "ecs",
    "eks",
    "elasticfilesystem",
    "firehose",
    "kinesis",
    "kms",
    "lambda",
    "rds",
    "secretsmanager",
    "sns",
    "sqs",
    "states",
];

/// An ARN that no resource of its service has.
pub(super) struct Misfit<'f, 'a> {
    pub(super) resource: &'f ResourceFact<'a>,
    pub(super) fault: Fault,
    /// A template of the service that it comes close to.
    pub(super) template: &'static str,
}

/// What keeps an ARN from being one of its service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The Region is empty where every such resource has one.
    Region,
    /// The account is empty where every such resource has one.
    Account,
    /// The part behind the account has none of the service's forms.
    Form,
}

/// The resources of a statement that cannot be any of their service's.
pub(super) fn misfits<'f, 'a>(context: &'f StatementContext<'a>) -> impl Iterator<Item = Misfit<'f, 'a>> {
    context.facts.resources.iter().filter_map(|resource| {
        if resource.all || !resource.text.starts_with("arn:") {
            return None;
        }
        let (fault, template) = remembered(resource.text)?;
        Some(Misfit { resource, fault, template })
    })
}

thread_local! {
    static FAULTS: RefCell<FxHashMap<SmolStr, Option<(Fault, &'static str)>>> = RefCell::default();
}

/// The fault of an ARN, looked for once: several rules ask for it, and policies repeat ARNs.
fn remembered(text: &str) -> Option<(Fault, &'static str)> {
    const MOST: usize = 1 << 12;
    FAULTS.with_borrow_mut(|faults| {
        if let Some(told) = faults.get(text) {
            return *told;
        }
        if faults.len() >= MOST {
            faults.clear();
        }
        let told = fault(text);
        faults.insert(text.into(), told);
        told
    })
}

/// What is wrong with an ARN, and the template that it comes close to.
fn fault(text: &str) -> Option<(Fault, &'static str)> {
    let mut fields = text.splitn(6, ':').skip(2);
    let (name, region, account, rest) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    if name.is_empty()
        || name.contains(['*', '?', '$', HOLE])
        || rest.is_empty()
        || rest.contains([HOLE, '<', '{', '['])
    {
        return None;
    }
    // of other services AWS owns some resources, or the data lacks some forms
    if SERVICES.binary_search(&name).is_err() {
        return None;
    }
    let service = catalog().service(name)?;
    let own = |kind: &ResourceType| kind.field(2) == name;
    if !service.resources.iter().any(own) || fits(service, text) {
        return None;
    }
    let with = |region: &str, account: &str| {
        let filled = format!("arn:*:{name}:{region}:{account}:{rest}");
        service.resources.iter().find(|kind| may_be(&filled, kind)).map(|kind| kind.arn.as_str())
    };
    let region_given = if region.is_empty() { "*" } else { region };
    let account_given = if account.is_empty() { "*" } else { account };
    let (fault, template) = if region.is_empty()
        && let Some(found) = with("*", account)
    {
        (Fault::Region, found)
    } else if account.is_empty()
        && let Some(found) = with(region, "*")
    {
        (Fault::Account, found)
    } else if let Some(found) = with(region_given, account_given) {
        (Fault::Region, found)
    } else if with("*", "*").is_none() {
        let near = service.resources.iter().filter(|kind| own(kind) && near(kind.field(5), rest));
        let kind = near.min_by_key(|kind| kind.arn.len())?;
        (Fault::Form, kind.arn.as_str())
    } else {
        return None;
    };
    Some((fault, template))
}

fn fits(service: &Service, text: &str) -> bool {
    service.resources.iter().any(|kind| may_be(text, kind))
}

/// Whether a text starts as a template's last field does but for what stands between.
fn near(field: &str, rest: &str) -> bool {
    let kind = |text: &str| text.split(['/', ':']).next().unwrap_or("").to_ascii_lowercase();
    !kind(field).contains('$') && kind(field) == kind(rest)
}
