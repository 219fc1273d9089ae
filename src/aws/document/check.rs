//! What one kind of policy forbids and others allow (spec: aws-evaluation, sections 1.4,
//! 1.7, 1.10, 1.11, 1.14).

use rustc_hash::FxHashMap;

use super::{Document, Effect, Item, ListElement, PolicyKind, PrincipalElement, PrincipalKind, Problem, Statement};
use crate::source::Span;
use crate::syntax::Text;

/// What AWS refuses, or takes in vain, in a document of this kind, in addition to
/// [`Document::problems`], in source order.
#[must_use]
pub fn check(document: &Document, kind: PolicyKind) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_head(document, kind, &mut problems);
    check_sids(document, kind, &mut problems);
    for statement in &document.statements {
        check_statement(statement, kind, &mut problems);
    }
    problems.sort_by_key(|problem| problem.span);
    problems
}

/// Kinds whose grammar IAM itself checks; the other services check their own.
fn is_iam(kind: PolicyKind) -> bool {
    !matches!(kind, PolicyKind::Resource | PolicyKind::Endpoint)
}

fn check_head(document: &Document, kind: PolicyKind, problems: &mut Vec<Problem>) {
    let organization = matches!(kind, PolicyKind::Scp | PolicyKind::Rcp);
    match &document.version {
        None if organization && !document.unknown => {
            let message = "an organization policy must have the version `2012-10-17`";
            problems.push(Problem::refused("version-missing", message, document.span));
        }
        Some((version, span)) if organization && version.known() == Some("2008-10-17") => {
            let message = "an organization policy must have the version `2012-10-17`";
            problems.push(Problem::refused("rcp-version", message, *span));
        }
        _ => {}
    }
    if let Some((_, span)) = &document.id
        && matches!(kind, PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session)
    {
        let problem = Problem::refused("top-level-unknown-element", "only resource policies have an `Id`", *span);
        problems.push(problem.with_help("remove it; give statements a `Sid` instead"));
    }
    if document.statements.is_empty() && !document.statements_unknown {
        let listed = !document
            .problems
            .iter()
            .any(|p| matches!(p.rule, "statement-missing" | "root-not-object" | "element-wrong-type" | "element-null"));
        if listed {
            let message = "the policy has no statement";
            let problem =
                Problem { refused: is_iam(kind), ..Problem::refused("statement-empty", message, document.span) };
            problems.push(problem);
        }
    }
    if is_iam(kind) {
        check_characters(document, problems);
    }
}

/// IAM takes U+0009, U+000A, U+000D and U+0020 to U+00FF only (spec: aws-evaluation,
/// section 1.1). Escapes count as what they stand for.
fn check_characters(document: &Document, problems: &mut Vec<Problem>) {
    let mut check = |text: &Text, span: Span| {
        let raw = text.raw();
        // without a way out of the loop many bytes are looked at in one step
        if raw.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
            return;
        }
        let foreign = |c: char| c != crate::source::HOLE && !matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
        if let Some((at, char)) = raw.char_indices().find(|(_, c)| foreign(*c)) {
            let message = format!("IAM does not take the character U+{:04X}", u32::from(char));
            let place = text.span_of(span, at, at + char.len_utf8());
            problems.push(Problem::refused("document-charset", message, place));
        }
    };
    for statement in &document.statements {
        let lists = statement.action.iter().chain(&statement.resource).filter(|element| !element.plain);
        let items = lists.flat_map(|element| &element.items);
        let principals = statement.principal.iter().flat_map(|p| &p.entries).map(|e| &e.item);
        for Item { text, span } in items.chain(principals) {
            check(text, *span);
        }
        for condition in &statement.conditions {
            check(&condition.key, condition.key_span);
            for node in &condition.values {
                if let Some(text) = node.as_text() {
                    check(text, node.span);
                }
            }
        }
    }
}

fn check_sids(document: &Document, kind: PolicyKind, problems: &mut Vec<Problem>) {
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for (sid, span) in document.statements.iter().filter_map(|s| s.sid.as_ref()) {
        let Some(text) = sid.known() else { continue };
        if text.is_empty() {
            continue;
        }
        if seen.insert(text, *span).is_some() {
            let message = format!("the Sid `{text}` stands twice in this policy");
            // Some services take it; IAM does not.
            problems.push(Problem { refused: is_iam(kind), ..Problem::refused("sid-duplicate", message, *span) });
        }
        if is_iam(kind)
            && let Some((at, char)) = text.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric())
        {
            let message = format!("the Sid `{text}` holds `{}`", char.escape_debug());
            let place = sid.span_of(*span, at, at + char.len_utf8());
            let problem = Problem::refused("sid-charset", message, place);
            problems.push(problem.with_help("IAM takes letters and digits only"));
        }
    }
}

fn check_statement(statement: &Statement, kind: PolicyKind, problems: &mut Vec<Problem>) {
    match kind {
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session => {
            // One of which nothing is known may well be null.
            let told = |principal: &&PrincipalElement| principal.star || !principal.entries.is_empty();
            if let Some(principal) = statement.principal.as_ref().filter(told) {
                let name = principal.name();
                let message = format!("a policy attached to an identity has no `{name}`");
                let problem = Problem::refused("principal-in-identity", message, principal.key_span);
                problems.push(problem.with_help("remove it: the policy is about whoever it is attached to"));
            }
        }
        PolicyKind::Scp => {
            if let Some(principal) = &statement.principal {
                let message = format!("a service control policy has no `{}`", principal.name());
                problems.push(Problem::refused("scp-principal", message, principal.key_span));
            }
        }
        PolicyKind::Rcp => check_rcp(statement, problems),
        PolicyKind::Trust => check_trust(statement, problems),
        PolicyKind::Resource | PolicyKind::Endpoint => {}
    }
    let names_principal = matches!(kind, PolicyKind::Resource | PolicyKind::Trust | PolicyKind::Endpoint);
    if names_principal {
        match &statement.principal {
            None if !statement.unknown => {
                let message = "the statement has neither `Principal` nor `NotPrincipal`";
                problems.push(Problem::refused("principal-missing", message, statement.span));
            }
            Some(principal) => check_principals(principal, kind, problems),
            None => {}
        }
        if let Some(principal) = statement.principal.as_ref().filter(|p| p.negated)
            && statement.effect == Some(Effect::Allow)
        {
            let message = "`NotPrincipal` with `Allow` is not supported: it would allow everybody else";
            let problem = Problem::refused("notprincipal-allow", message, principal.key_span);
            problems.push(problem.with_help("list who is allowed in `Principal`"));
        }
    }
    let needs_resource = !matches!(kind, PolicyKind::Trust | PolicyKind::Resource | PolicyKind::Endpoint);
    if needs_resource && statement.resource.is_none() && !statement.unknown {
        let rule = if kind == PolicyKind::Rcp { "rcp-resource-missing" } else { "resource-missing" };
        let message = "the statement has neither `Resource` nor `NotResource`";
        problems.push(Problem::refused(rule, message, statement.span));
    }
}

/// spec: aws-evaluation, section 1.14. The one Allow there is, AWS's own
/// `RCPFullAWSAccess`, is listed with the others.
fn check_rcp(statement: &Statement, problems: &mut Vec<Problem>) {
    let all = |element: Option<&ListElement>| matches!(element, Some(ListElement { negated: false, items, .. }) if matches!(items.as_slice(), [only] if only.text.known() == Some("*")));
    let full = statement.effect == Some(Effect::Allow)
        && all(statement.action.as_ref())
        && all(statement.resource.as_ref())
        && statement.principal.as_ref().is_some_and(|principal| principal.star && !principal.negated)
        && statement.conditions.is_empty();
    if full {
        return;
    }
    if statement.effect == Some(Effect::Allow) {
        let message = "a resource control policy may only deny";
        problems.push(Problem::refused("rcp-effect", message, statement.effect_span.unwrap_or(statement.span)));
    }
    match &statement.principal {
        None if !statement.unknown => {
            let message = "a resource control policy must have the principal `*`";
            problems.push(Problem::refused("rcp-principal", message, statement.span));
        }
        Some(principal) if principal.negated || (!principal.star && !principal.unknown) => {
            let message = "a resource control policy must have the principal `*`";
            let problem = Problem::refused("rcp-principal", message, principal.span);
            problems.push(problem.with_help("write `\"Principal\": \"*\"`, and name principals in the condition"));
        }
        _ => {}
    }
    if let Some(action) = &statement.action {
        if action.negated {
            let message = "a resource control policy has no `NotAction`";
            problems.push(Problem::refused("rcp-notaction", message, action.key_span));
        }
        for item in action.items.iter().filter(|item| item.text.known() == Some("*")) {
            let message = "a resource control policy may not name `*` alone as its action";
            let problem = Problem::refused("rcp-action-service", message, item.span);
            problems.push(problem.with_help("name services, such as `s3:*`"));
        }
    }
}

fn check_trust(statement: &Statement, problems: &mut Vec<Problem>) {
    if let Some(resource) = &statement.resource {
        let name = if resource.negated { "NotResource" } else { "Resource" };
        let message = format!("a role trust policy has no `{name}`: it is about its role");
        problems.push(Problem::refused("trust-resource-element", message, resource.key_span).with_help("remove it"));
    }
    if let Some(principal) = statement.principal.as_ref().filter(|p| p.negated) {
        let message = "a role trust policy has no `NotPrincipal`";
        problems.push(Problem::refused("trust-notprincipal", message, principal.key_span));
    }
    // `sts:*`, `*` and globs are for a lint rule to judge; another service's action is refused.
    for item in statement.action.iter().filter(|a| !a.negated).flat_map(|a| &a.items) {
        let Some(text) = item.text.known() else { continue };
        let foreign = text
            .split_once(':')
            .is_some_and(|(service, _)| !service.eq_ignore_ascii_case("sts") && !service.contains(['*', '?', '$']));
        if foreign {
            let message = format!("a role trust policy is about `sts` actions, not `{text}`");
            problems.push(Problem::refused("action-in-trust-not-sts", message, item.span));
        }
    }
}

fn check_principals(principal: &PrincipalElement, kind: PolicyKind, problems: &mut Vec<Problem>) {
    for entry in &principal.entries {
        let Some(text) = entry.item.text.known().filter(|text| !text.is_empty() && !text.contains("${")) else {
            continue;
        };
        match entry.kind {
            PrincipalKind::Aws if has_empty_part(&entry.item) => {}
            PrincipalKind::Aws => check_aws_principal(text, kind, entry.item.span, problems),
            PrincipalKind::Service if text != "*" => {
                let host = text.contains('.')
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
                    && text.split('.').all(|label| !label.is_empty());
                if !host {
                    let message = format!("`{text}` is no service principal");
                    let problem = Problem::refused("service-principal-format", message, entry.item.span);
                    let simple = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                    problems.push(if simple {
                        problem.with_help(format!("did you mean `{text}.amazonaws.com`?"))
                    } else {
                        problem.with_help("service principals look like `ec2.amazonaws.com`")
                    });
                }
            }
            _ => {}
        }
    }
}

/// Whether something empty stands for the account of an ARN: a variable whose default is
/// empty is still to be set, which the text `::` is not.
fn has_empty_part(item: &Item) -> bool {
    let Some(at) = item.text.raw().find(":::").map(|at| at + 1) else { return false };
    let (before, after) = (item.text.span_of(item.span, at, at + 1), item.text.span_of(item.span, at + 1, at + 2));
    before.source != after.source || before.end < after.start
}

/// `*`, an account, an ARN of IAM or STS, or the id that AWS leaves behind for a deleted
/// principal.
fn check_aws_principal(text: &str, kind: PolicyKind, span: Span, problems: &mut Vec<Problem>) {
    let trust = kind == PolicyKind::Trust;
    if text == "*" || (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())) {
        return;
    }
    if text.contains(['*', '?']) {
        let rule = if trust { "trust-wildcard-in-arn" } else { "principal-wildcard-in-arn" };
        let message = format!("the principal `{text}` holds a wildcard: AWS matches principals exactly");
        let problem = Problem::refused(rule, message, span);
        problems.push(problem.with_help("name the account, and compare `aws:PrincipalArn` with `ArnLike`"));
        return;
    }
    let id =
        text.len() >= 16 && text.starts_with('A') && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let arn = matches!(fields.as_slice(), ["arn", _, "iam" | "sts", "", account, resource]
        if may_be_account(account) && !resource.is_empty());
    if !id && !arn {
        let rule = if trust { "trust-principal-format" } else { "principal-format" };
        let message = match fields.as_slice() {
            ["arn", _, "iam" | "sts", "", "", _] => format!("`{text}` has no account, so it is no AWS principal"),
            _ => format!("`{text}` is no AWS principal"),
        };
        let problem = Problem::refused(rule, message, span).about(text);
        let trimmed = text.trim();
        problems.push(if trimmed != text && (trimmed == "*" || trimmed.starts_with("arn:")) {
            problem.with_help(format!("white space is part of it: write `{trimmed}`"))
        } else {
            problem.with_help("write `*`, a 12-digit account, or the ARN of a user, role or session")
        });
    }
}

/// Twelve digits, or a placeholder such as `ACCOUNT_ID`, which is text still to be replaced.
fn may_be_account(text: &str) -> bool {
    let number = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if number { text.len() == 12 && !text.contains('-') } else { true }
}
