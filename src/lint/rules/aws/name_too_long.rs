use crate::aws::document::PolicyKind;
use crate::carrier::declaration::{AwsPrincipalKind, Carrier, Item, Named};
use crate::lint::{Check, Inputs, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for declaration in inputs.model.declarations() {
        // a file's or an export's name is none that somebody wants to create
        if !matches!(declaration.carrier, Carrier::Terraform | Carrier::PulumiProgram | Carrier::CloudFormation) {
            continue;
        }
        let (named, what, most): (Option<&Named>, &str, usize) = match &declaration.item {
            Item::AwsPrincipal(principal) => match principal.kind {
                AwsPrincipalKind::Role => (principal.name.as_ref(), "a role", 64),
                AwsPrincipalKind::User => (principal.name.as_ref(), "a user", 64),
                AwsPrincipalKind::Group => (principal.name.as_ref(), "a group", 128),
            },
            Item::AwsPolicy(policy) if policy.kind == PolicyKind::Identity && !policy.kind_guessed => {
                (policy.name.as_ref(), "a policy", 128)
            }
            _ => continue,
        };
        let Some((text, span)) = named.and_then(|(text, span)| Some((text.known()?, *span))) else { continue };
        if text.starts_with("arn:") {
            continue;
        }
        let length = text.chars().count();
        let odd = text.chars().find(|c| !c.is_ascii_alphanumeric() && !"+=,.@_-".contains(*c));
        let message = if length > most {
            format!("the name is {length} characters long, and that of {what} may have {most}")
        } else if let Some(odd) = odd {
            format!("the name of {what} may not hold `{odd}`")
        } else {
            continue;
        };
        let finding = sink.report(span, message);
        finding.label("refused");
        finding.unit = declaration.span;
        finding.address = declaration.address.clone();
    }
}
