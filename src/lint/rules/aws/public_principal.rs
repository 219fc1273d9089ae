use super::guard_common::held_back;
use super::search_common::{Domain, domain};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Confidence, ResourceFact, Severity, Sink, StatementContext, StatementFacts};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that answer requests which nobody has signed; the others ask for the credentials
/// of some account, a stranger's too. Source: the services' guides, of KMS and ECR for example:
/// every request is signed, or carries a token that a signed one gave.
const UNSIGNED: [&str; 7] = ["es", "execute-api", "lambda", "mediastore", "s3", "sns", "sqs"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Resource || !facts.allow || facts.conditional {
        return;
    }
    let Some(span) = facts.anyone().filter(|_| !held_back(context.document())) else { return };
    let domain = domain(context);
    if domain == Domain::Guarded {
        return;
    }
    let policy = context.document().policy;
    let everything = facts.actions.iter().any(|action| action.is_all()) && facts.any_resource().is_some();
    // what AWS has no action for is told as such
    let named = facts.actions.iter().find(|action| action.wildcard || action.known().is_some());
    let what = match named.or(facts.actions.first()) {
        Some(action) if !facts.not_action => format!("`{}`", action.item.text.display()),
        _ => "this".to_owned(),
    };
    let who = if domain == Domain::InVpc {
        "whoever reaches the domain in its VPC"
    } else if by_caller(facts) {
        "whoever has the right name or tag, in any AWS account,"
    } else if policy.service.as_deref().is_none_or(|service| UNSIGNED.contains(&service)) {
        "everybody, AWS account or not,"
    } else {
        "every principal of every AWS account"
    };
    let finding = sink.report(span, format!("{who} is allowed {what} on this resource"));
    if by_caller(facts) {
        finding.severity(Severity::High);
    }
    finding.label("everybody");
    if domain == Domain::Unclear {
        finding.severity(Severity::High).confidence(Confidence::Medium);
    }
    if domain == Domain::InVpc {
        finding
            .severity(Severity::Low)
            .help("let its security groups admit few, or turn fine-grained access control on");
    } else {
        finding.help("name the principals, or pin `aws:PrincipalOrgID` to your organization");
    }
    if let Some(action) = &facts.statement.action {
        finding.related(action.span, "may do this");
    }
    if everything && policy.kind_guessed && policy.service.is_none() {
        finding.confidence(Confidence::Low).severity(Severity::Medium);
    }
}

/// Whether every resource holds a variable that only a known caller has a value for, so that
/// nobody without an AWS account meets it.
fn by_caller(facts: &StatementFacts<'_>) -> bool {
    const OF_CALLERS: [&str; 4] = ["${aws:principal", "${aws:username}", "${aws:federatedprovider}", "${saml:"];
    let theirs = |resource: &ResourceFact<'_>| {
        let text = resource.text.to_ascii_lowercase();
        OF_CALLERS.iter().any(|key| text.contains(key))
    };
    !facts.not_resource && !facts.resources.is_empty() && facts.resources.iter().all(theirs)
}
