//! Switches of a server's configuration that are each a finding.

use super::address_common::is_local;
use crate::carrier::declaration::VaultKind;
use crate::lint::{ObjectContext, Sink};
use crate::syntax::Node;
use crate::vault::roles::field::{self, Fact};

/// One switch: where it stands, its name, the value that is wrong, and what is wrong then.
pub(super) type Switch = (&'static str, &'static str, bool, &'static str);

/// Reports each switch of a part of the server's configuration that is set to what it is
/// not to be.
pub(super) fn report(part: &str, switches: &[Switch], context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if !matches!(&context.object.kind, VaultKind::Server(own) if own == part) {
        return;
    }
    for (block, name, wrong, message) in switches {
        let blocks =
            if block.is_empty() { std::slice::from_ref(context.body()) } else { context.body().each_of(block) };
        for body in blocks {
            if let Fact::Known(value, span) = field::boolean(body, &[name])
                && value == *wrong
            {
                sink.report(span, *message);
            }
        }
    }
}

/// Whether a listener is given an address that other machines may reach; without one it
/// listens at this machine alone.
pub(super) fn reached(listener: &Node) -> bool {
    field::string(listener, &["address"]).known().is_some_and(|address| !is_local(address))
}
