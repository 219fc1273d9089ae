use std::collections::BTreeMap;

use crate::carrier::declaration::{Carrier, Declaration, Item, VaultKind};
use crate::lint::rules::record_common::directory;
use crate::lint::{Check, Inputs, Severity, Sink};

pub(super) const CHECK: Check = Check::Model(check);

/// A program with fewer mounts sets up a part of a server, and others the rest.
const MOUNTS: usize = 4;

/// What one program declares.
#[derive(Default)]
struct Program<'a> {
    auth: usize,
    engines: usize,
    policies: usize,
    first: Option<&'a Declaration>,
}

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut programs: BTreeMap<(Carrier, &str), Program<'_>> = BTreeMap::new();
    let mut devices: Vec<&Declaration> = Vec::new();
    for declaration in inputs.model.declarations() {
        let program = || (declaration.carrier, directory(inputs, declaration.span));
        match &declaration.item {
            Item::VaultPolicy(_) => programs.entry(program()).or_default().policies += 1,
            Item::VaultObject(object) if object.kind == VaultKind::Audit => devices.push(declaration),
            // A namespace has no audit devices of its own.
            Item::VaultObject(object) if object.namespace.is_none() => {
                let auth = object.kind == VaultKind::AuthMount;
                if !auth && object.kind != VaultKind::SecretsMount {
                    continue;
                }
                let program = programs.entry(program()).or_default();
                if auth {
                    program.auth += 1;
                } else {
                    program.engines += 1;
                }
                program.first.get_or_insert(declaration);
            }
            _ => {}
        }
    }
    // Tables and objects that were exported are not the whole of a server.
    let makes = |carrier: Carrier| carrier != Carrier::VaultExport;
    let whole = |p: &Program<'_>| p.auth > 0 && p.engines > 0 && p.policies > 0 && p.auth + p.engines >= MOUNTS;
    let servers: Vec<_> = programs.iter().filter(|((carrier, _), program)| makes(*carrier) && whole(program)).collect();
    match devices.as_slice() {
        [] => {
            for (_, program) in servers {
                let Some(first) = program.first else { continue };
                sink.report(
                    start(first),
                    "the engines and auth methods of a server are set up here, and no audit device is: nobody can tell afterwards who read what",
                )
                .label("the first of them")
                .help("declare two audit devices, so that the server goes on when one fails");
            }
        }
        // The server answers no request when all its devices fail.
        [only] if only.condition.is_none() => {
            let beside = servers
                .iter()
                .any(|((carrier, at), _)| *carrier == only.carrier && *at == directory(inputs, only.span));
            if beside {
                sink.report(start(only), "the server answers nobody while its only audit device fails")
                    .label("one device")
                    .help("declare a second one of another kind")
                    .severity(Severity::Info);
            }
        }
        _ => {}
    }
}

/// The name, or where the declaration begins.
fn start(declaration: &Declaration) -> crate::source::Span {
    let name = match &declaration.item {
        Item::VaultObject(object) => object.name.as_ref().map(|(_, span)| *span),
        _ => None,
    };
    name.unwrap_or(declaration.span)
}
