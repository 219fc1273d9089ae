use crate::aws::managed_policy;
use crate::carrier::declaration::{Item, Named};
use crate::lint::{Check, Inputs, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for declaration in inputs.model.declarations() {
        let (policies, linked): (&[Named], bool) = match &declaration.item {
            Item::AwsPrincipal(principal) => {
                let path = principal.body.get("path").and_then(crate::syntax::Node::as_str);
                (&principal.managed_policies, path.is_some_and(|path| path.starts_with("/aws-service-role/")))
            }
            Item::AwsAttachment(attachment) => (std::slice::from_ref(&attachment.policy), false),
            _ => continue,
        };
        for (text, span) in policies {
            let Some((_, place)) = text.known().and_then(|text| text.split_once(":iam::aws:policy/")) else { continue };
            let (path, name) = place.rsplit_once('/').unwrap_or(("", place));
            let finding = if path == "aws-service-role" {
                // The export of an account shows those roles with their policies.
                if linked || declaration.carrier == crate::carrier::declaration::Carrier::AwsExport {
                    continue;
                }
                sink.report(*span, format!("`{name}` is for service-linked roles alone, which AWS makes itself"))
            } else {
                let Some(real) = managed_policy::path(name).filter(|real| *real != path) else { continue };
                let finding = sink.report(*span, format!("there is no `{place}`: the policy is `{real}/{name}`"));
                finding.help(format!("write `arn:aws:iam::aws:policy/{real}/{name}`"));
                finding
            };
            finding.label("IAM refuses this");
            finding.unit = declaration.span;
            finding.address = declaration.address.clone();
        }
    }
}
