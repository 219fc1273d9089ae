use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::syntax::{Node, Value};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::SecretsRole(&["database"], check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let Fact::Known(user, span) = field::string(context.body(), &["username"]) else { return };
    let Fact::Known(connection, _) = field::string(context.body(), &["db_name"]) else { return };
    let Some(mount) = context.object.mount.as_ref().and_then(|(mount, _)| mount.known()) else { return };
    let model = context.inputs.model;
    let objects = model.vault.objects.iter();
    let configs = objects.filter(|object| {
        object.kind == VaultKind::SecretsConfig("database".into())
            && object.mount.as_deref() == Some(mount.trim_matches('/'))
            && object.name.as_deref() == Some(connection.as_str())
    });
    for config in configs {
        let Some(own) = model.vault_body(config.decl).and_then(|body| username(body, 2)) else { continue };
        if own.as_str().is_some_and(|own| own == user) {
            sink.report(
                span,
                format!("`{user}` is the account that the connection `{connection}` itself logs in with"),
            )
            .label("its password is rotated here")
            .related(own.span, "the connection's account")
            .help("use another account for the role; the connection's own password is rotated by `rotate-root`");
            return;
        }
    }
}

/// The account of a connection, or of the block of its database's kind.
fn username(node: &Node, depth: u32) -> Option<&Node> {
    match &node.value {
        Value::List(items) => items.iter().find_map(|item| username(item, depth)),
        Value::Map(entries) => node
            .get("username")
            .or_else(|| entries.iter().filter(|_| depth > 0).find_map(|entry| username(&entry.value, depth - 1))),
        _ => None,
    }
}
