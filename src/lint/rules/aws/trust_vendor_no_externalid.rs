use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Accounts from which services look into their customers' accounts, as their setup guides
/// publish them; all of these guides give an external id.
const VENDORS: &[(&str, &str)] = &[
    ("057012691312", "Aqua CloudSploit"),
    ("061190967865", "CloudZero"),
    ("081802104111", "Tenable Cloud Security"),
    ("165736516723", "Cloudability"),
    ("188619942792", "Prisma Cloud"),
    ("197857026523", "Microsoft Sentinel"),
    ("198361731867", "Snyk"),
    ("202279780353", "nOps"),
    ("269135526815", "Drata"),
    ("282028653949", "LogicMonitor"),
    ("292230061137", "CrowdStrike"),
    ("324880187172", "Spacelift"),
    ("336818582268", "Rapid7"),
    ("352813966189", "CloudCheckr"),
    ("414351767826", "Databricks"),
    ("434813966438", "Lacework"),
    ("454464851268", "CloudHealth"),
    ("464622532012", "Datadog"),
    ("509560245411", "Dynatrace"),
    ("612791702201", "JupiterOne"),
    ("634729597623", "Check Point CloudGuard"),
    ("717210094962", "Trend Micro Conformity"),
    ("754728514883", "New Relic"),
    ("834469178297", "Fivetran"),
    ("896126563706", "Threat Stack"),
    ("922761411349", "Spot"),
    ("926226587429", "Sumo Logic"),
    ("956993596390", "Vanta"),
    ("976280145156", "Orca Security"),
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let assumes = facts.applies_to("sts:assumerole").is_some();
    if context.kind() != PolicyKind::Trust || !facts.allow || !assumes || facts.statement.conditions_unknown {
        return;
    }
    if facts.conditions_on("sts:externalid").next().is_some() {
        return;
    }
    let Some(principal) = facts.statement.principal.as_ref().filter(|p| !p.negated) else { return };
    for entry in principal.entries.iter().filter(|entry| entry.kind == PrincipalKind::Aws) {
        let text = entry.item.text.raw();
        let account = if text.starts_with("arn:") { text.split(':').nth(4).unwrap_or("") } else { text };
        let Ok(at) = VENDORS.binary_search_by(|(id, _)| (*id).cmp(account)) else { continue };
        let Some((_, vendor)) = VENDORS.get(at) else { continue };
        sink.report(
            entry.item.span,
            format!("any customer of {vendor} who knows this role's ARN may have {vendor} use it: no `sts:ExternalId` is asked for"),
        )
        .label(format!("an account of {vendor}"))
        .help("add `StringEquals` on `sts:ExternalId` with the id that the vendor gave you");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted_for_lookup() {
        assert!(super::VENDORS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
