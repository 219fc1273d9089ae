use super::address_common::{is_local, is_open};
use crate::carrier::declaration::VaultKind;
use smol_str::SmolStr;

use crate::lint::{Check, ObjectContext, Severity, Sink};
use crate::source::Span;
use crate::syntax::Node;
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if !matches!(&context.object.kind, VaultKind::Agent(part) if part == "listener") {
        return;
    }
    let Some((used, config)) = configuration(context) else { return };
    let listener = context.body();
    let text = |name: &str| field::string(listener, &[name]);
    let only_metrics = text("role").known().is_some_and(|role| role == "metrics_only");
    if !config.contains(listener.span) || only_metrics {
        return;
    }
    let guarded = field::boolean(listener, &["require_request_header"]).known() == Some(&true);
    match (text("type").known().map(SmolStr::as_str), text("address")) {
        (Some("tcp"), Fact::Known(address, span)) if !is_local(&address) && !is_open(&address) => {
            sink.report(span, format!("whoever reaches `{address}` is the agent: its token is put on every request"))
                .label("open to the network")
                .related(used, "the agent's token is used for all")
                .help("listen at 127.0.0.1 or a socket, or leave `use_auto_auth_token` out");
        }
        (Some("unix"), _) => {
            let Fact::Known(mode, span) = text("socket_mode") else { return };
            if mode.chars().last().and_then(|c| c.to_digit(8)).is_some_and(|bits| bits & 2 != 0) {
                sink.report(span, "every user of the machine is the agent: its token is put on every request")
                    .label("open to all users")
                    .related(used, "the agent's token is used for all")
                    .help("give the socket to the one group that is meant");
            }
        }
        (Some("tcp"), Fact::Known(address, span)) if is_local(&address) && !guarded => {
            sink.report(
                span,
                "every program of the machine is the agent, and so is what a program is tricked into fetching",
            )
            .related(used, "the agent's token is used for all")
            .help("set `require_request_header`, which a forged request lacks, or use a socket")
            .severity(Severity::Info);
        }
        _ => {}
    }
}

/// Where the token is said to be used, and the span of the whole configuration.
fn configuration(context: &ObjectContext<'_>) -> Option<(Span, Span)> {
    let model = context.inputs.model;
    let configs = model.vault.objects.iter().filter(|o| matches!(&o.kind, VaultKind::Agent(part) if part == "config"));
    configs
        .filter_map(|object| model.vault_body(object.decl))
        .filter(|config| config.span.source == context.body().span.source)
        .find_map(|config| Some((used(config)?, config.span)))
}

fn used(config: &Node) -> Option<Span> {
    let blocks = ["api_proxy", "cache"].iter().flat_map(|name| config.each_of(name));
    blocks.filter_map(|block| block.get("use_auto_auth_token")).find_map(|node| {
        let on =
            matches!(&node.value, crate::syntax::Value::Bool(true)) || matches!(node.as_str(), Some("true" | "force"));
        on.then_some(node.span)
    })
}
