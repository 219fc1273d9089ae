use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

/// What an upload needs that S3 encrypts with a key of KMS.
const ENCRYPTS: &str = "kms:generatedatakey";

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() || context.document.unknown || context.document.statements_unknown {
        return;
    }
    let statements = context.statements;
    let named = |name: &str| {
        let allows = statements.iter().filter(|facts| facts.allow && !facts.not_action);
        let mut actions = allows.flat_map(|facts| facts.actions.iter().map(move |action| (facts, action)));
        actions.find(|(_, action)| action.lower == name)
    };
    let Some((facts, decrypt)) = named("kms:decrypt") else { return };
    let span = decrypt.item.span;
    // The key is that of volumes, or it is used through another service: nothing is said of
    // the bucket's.
    let through_others = facts
        .conditions_on("kms:viaservice")
        .any(|condition| condition.values().all(|(value, _)| !value.starts_with("s3.") && !value.contains('*')));
    if named("kms:generatedatakeywithoutplaintext").is_some() || through_others {
        return;
    }
    let allows =
        |action: &str| statements.iter().filter(|facts| facts.allow).find_map(|facts| facts.applies_to(action));
    // A grant that is conditional or not known counts where it would be enough.
    let known = |facts: &crate::lint::StatementFacts<'_>| {
        !facts.statement.unknown
            && !facts.statement.effect_unknown
            && facts.actions.iter().all(|action| action.item.text.is_known())
            && !facts.statement.action.as_ref().is_some_and(|list| list.unknown)
    };
    if !statements.iter().all(known) || allows(ENCRYPTS).is_some() {
        return;
    }
    let Some(put) = allows("s3:putobject") else { return };
    sink.report(
        span,
        "`kms:Decrypt` lets the holder read what the key encrypts, but uploads need `kms:GenerateDataKey` too",
    )
    .label("no `kms:GenerateDataKey`")
    .related(put, "uploads are allowed here")
    .help("add `kms:GenerateDataKey` on the key that the bucket is encrypted with");
}
