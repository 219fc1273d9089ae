use super::db_config_plaintext::in_address;
use crate::carrier::declaration::VaultKind;
use crate::lint::rules::secret_common::stands_for;
use crate::lint::{Check, ObjectContext, Severity, Sink};
use crate::source::HOLE;
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::VaultObject(check);

/// Arguments of storage and seals that authenticate or are keys.
const SECRETS: &[&str] = &[
    "account_key",
    "accountKey",
    "client_secret",
    "current_key",
    "key",
    "password",
    "pin",
    "previous_key",
    "secret_key",
    "token",
];
/// Those that seal and unseal by themselves.
const KEYS: &[&str] = &["current_key", "previous_key", "key"];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let seal = match &context.object.kind {
        VaultKind::Server(part) if part == "seal" => true,
        VaultKind::Server(part) if part == "storage" => false,
        _ => return,
    };
    let body = context.body();
    for name in SECRETS {
        let Fact::Known(value, span) = field::string(body, &[name]) else { continue };
        let key = seal && KEYS.contains(name);
        // `key` names an object or a table everywhere but in the static seal.
        let meant = match *name {
            "key" => false,
            name if KEYS.contains(&name) => seal,
            _ => true,
        };
        if !meant || !is_written(&value) || (*name == "secret_key" && value.len() == 40) {
            continue;
        }
        let message = if key {
            "whoever reads this file unseals the server and decrypts its storage"
        } else {
            "whoever reads this file has what the server authenticates with"
        };
        let finding = sink.report(span, message).label("in the clear").help("take it from the environment or a file");
        if key {
            finding.severity(Severity::Critical);
        }
    }
    if let Some(span) = body.get("connection_url").and_then(in_address) {
        sink.report(span, "whoever reads this file has what the server authenticates with")
            .label("in the clear")
            .help("take it from the environment");
    }
}

/// Whether a value is one. What has the form of a token or an access key has a finding that
/// says more, wherever it stands.
fn is_written(value: &str) -> bool {
    let prefixes = ["hvs.", "hvb.", "hvr.", "s.", "b."];
    let token = value.len() > 24 && prefixes.iter().any(|prefix| value.starts_with(prefix));
    !stands_for(value) && !value.contains(HOLE) && !token
}
