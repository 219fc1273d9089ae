use super::managed_common::attached;
use crate::lint::{Check, Inputs, Severity, Sink};

pub(super) const CHECK: Check = Check::Model(check);

/// AWS managed policies whose holder is administrator, or can become it by itself.
const ADMIN: [&str; 7] = [
    "AdministratorAccess",
    "AdministratorAccess-AWSElasticBeanstalk",
    "AdministratorAccess-Amplify",
    "AWSSSOMasterAccountAdministrator",
    "IAMFullAccess",
    "PowerUserAccess",
    "job-function/SystemAdministrator",
];

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for (declaration, name, span) in attached(inputs) {
        let (message, severity) = if ADMIN.contains(&name) {
            (format!("`{name}` makes whoever holds it administrator, or lets it become so"), sink.severity())
        } else if name == "AWSOrganizationsFullAccess" {
            // it has `organizations:*` and nothing that acts in a member account
            (
                format!("`{name}` lifts the service control policies of every account, and closes accounts"),
                Severity::Medium,
            )
        } else if name.ends_with("FullAccess") && !name.contains('/') {
            (format!("`{name}` grants all of a service on every resource"), Severity::Low)
        } else {
            continue;
        };
        let finding = sink.report(span, message);
        finding
            .label("an AWS managed policy")
            .severity(severity)
            .help("attach a policy of your own that lists the actions that are used");
        finding.unit = declaration.span;
        finding.address = declaration.address.clone();
    }
}
