use crate::lint::{ActionFact, Check, ConditionFact, DocumentContext, Sink, StatementFacts};
use crate::source::HOLE;

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() {
        return;
    }
    for facts in context.statements.iter().filter(|facts| facts.allow && !facts.statement.conditions_unknown) {
        let Some(set) = facts.conditions.iter().find(|c| c.key.starts_with("aws:requesttag/") && c.pins()) else {
            continue;
        };
        if facts.conditions_on("aws:tagkeys").next().is_some() {
            continue;
        }
        // another tag by which the same policy gives access to what the service makes
        let fixed = |tag: &str| facts.conditions.iter().any(|own| own.key.strip_prefix("aws:requesttag/") == Some(tag));
        let related = |other: &&StatementFacts<'_>| {
            let service = |action: &ActionFact<'_>| facts.actions.iter().any(|own| own.service() == action.service());
            let asks = other.conditions.iter().any(|c| c.resource_tag().is_some_and(fixed));
            other.allow && other.services.meet(facts.services) && !asks && other.actions.iter().any(service)
        };
        let trusts = |c: &&ConditionFact<'_>| {
            let other = |tag: &str| !fixed(tag) && !tag.starts_with("aws:") && !tag.contains(HOLE);
            c.resource_tag().is_some_and(other) && c.pins()
        };
        let mut trusting =
            context.statements.iter().filter_map(|other| Some((other, other.conditions.iter().find(trusts)?)));
        let Some((_, trusted)) = trusting.find(|(other, _)| related(other)) else { continue };
        let (own, other) = (set.condition.key.display(), trusted.condition.key.display());
        sink.report(
            set.condition.key_span,
            format!("`{own}` limits one tag, and the caller may set the one that `{other}` trusts beside it"),
        )
        .label("other tags are free")
        .related(trusted.condition.key_span, "gives access")
        .help("list the tags that may be set: `ForAllValues:StringEquals` on `aws:TagKeys`");
        // once for a policy: the statements are made alike
        return;
    }
}
