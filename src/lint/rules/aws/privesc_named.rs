use rustc_hash::FxHashSet;

use super::compute_common::{is_service, targets};
use super::grant_common::{Reach, grant};
use super::identity_common::{Account, Holder, Standing, is_free};
use super::way_common::Search;
use crate::aws::document::{Effect, Statement};
use crate::carrier::declaration::AwsPrincipalKind;
use crate::lint::{Check, Inputs, Sink};
use crate::model::AwsIdentityId;
use crate::source::Span;

pub(super) const CHECK: Check = Check::Model(check);

/// What on every role is enough for a role to have everything, and on every user for a user.
const ROLE: [&str; 2] = ["iam:attachrolepolicy", "iam:putrolepolicy"];
const USER: [&str; 2] = ["iam:attachuserpolicy", "iam:putuserpolicy"];
/// How many identities a way may lead through.
const ROUNDS: usize = 8;

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    let mut account = Account::new(inputs);
    let runs = model.runners().next().is_some();
    let free = model.identities().filter(|id| {
        account.standing(*id) != Standing::Admin && model.identity(*id).is_some_and(|one| is_free(inputs, one))
    });
    let mut waiting: Vec<Holder<'_>> =
        free.filter_map(|id| Holder::new(inputs, id, |statement| is_of_interest(statement, runs))).collect();
    for holder in &waiting {
        let raises = |action: &&'static str| grant(&holder.holding(), action, Reach::Every).is_some_and(|g| !g.lowered);
        let own = if holder.identity.kind == AwsPrincipalKind::Role { &ROLE } else { &USER };
        if own.iter().any(raises) {
            account.escalates(holder.id);
        }
    }
    assuming(&mut account, &waiting);
    let mut seen: FxHashSet<Span> = FxHashSet::default();
    let mut fresh: Option<FxHashSet<AwsIdentityId>> = None;
    for _ in 0..ROUNDS {
        let found = round(&account, &mut waiting, fresh.as_ref(), &mut seen, sink);
        if found.is_empty() {
            break;
        }
        for id in &found {
            account.escalates(*id);
        }
        fresh = Some(found.into_iter().collect());
    }
    for holder in &waiting {
        let search = Search { account: &account, holder, targets: &[] };
        if let Some(way) = search.other() {
            search.tell(&way, &mut seen, sink);
        }
    }
}

/// Notes who may assume an administrator, by way of others too.
fn assuming(account: &mut Account<'_>, waiting: &[Holder<'_>]) {
    let of = |holder| Search { account, holder, targets: &[] }.assumes();
    let edges: Vec<(AwsIdentityId, Vec<AwsIdentityId>)> = waiting.iter().map(|h| (h.id, of(h))).collect();
    for _ in 0..ROUNDS {
        let leads = |id: &AwsIdentityId| matches!(account.standing(*id), Standing::Admin | Standing::Assumes);
        let plain = |id: &AwsIdentityId| account.standing(*id) == Standing::Plain;
        let open = edges.iter().filter(|(id, to)| plain(id) && to.iter().any(leads));
        let found: Vec<AwsIdentityId> = open.map(|(id, _)| *id).collect();
        if found.is_empty() {
            break;
        }
        for id in found {
            account.rises(id, Standing::Assumes);
        }
    }
}

/// Looks for a way of each that waits, after the first time of those whom the newly found
/// concern; tells them, and gives back who surely has one.
fn round(
    account: &Account<'_>,
    waiting: &mut Vec<Holder<'_>>,
    fresh: Option<&FxHashSet<AwsIdentityId>>,
    seen: &mut FxHashSet<Span>,
    sink: &mut Sink<'_>,
) -> Vec<AwsIdentityId> {
    let mut targets = targets(account);
    targets.retain(|target| fresh.is_none_or(|fresh| fresh.contains(&target.runner.role)));
    let mut found = Vec::new();
    waiting.retain(|holder| {
        if fresh.is_some_and(|fresh| targets.is_empty() && !holder.speaks_of(account.inputs, fresh)) {
            return true;
        }
        let search = Search { account, holder, targets: &targets };
        let Some(way) = search.way() else { return true };
        if way.sure {
            found.push(holder.id);
        }
        search.tell(&way, seen, sink);
        false
    });
    found
}

/// Whether a statement may give a step of a way. Statements of services that run something
/// matter where something runs.
fn is_of_interest(statement: &Statement, runs: bool) -> bool {
    let named = |text: &str| match text.split_once(':') {
        Some((service, _)) if !service.contains(['*', '?']) => {
            let service = service.to_ascii_lowercase();
            service == "iam" || service == "sts" || runs && is_service(&service)
        }
        _ => true,
    };
    statement.effect == Some(Effect::Allow)
        && statement
            .action
            .as_ref()
            .is_some_and(|list| list.negated || list.items.iter().any(|item| named(item.text.raw())))
}
