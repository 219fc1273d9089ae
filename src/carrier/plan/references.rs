//! What arguments of a plan refer to, followed through the modules of the configuration.

use std::collections::BTreeMap;
use std::ops::Range;

use smol_str::SmolStr;

use super::{MODULES, Parts, member, scan};

/// How far references are followed, and how many they may become.
const FOLLOWED: usize = 32;

/// What arguments refer to, from the plan's copy of the configuration: read only where a
/// value is unknown.
pub(super) struct References<'a> {
    text: &'a str,
    root: Option<Range<usize>>,
    known: Option<BTreeMap<String, Vec<SmolStr>>>,
}

impl<'a> References<'a> {
    pub(super) fn new(text: &'a str, root: Option<Range<usize>>) -> Self {
        Self { text, root, known: None }
    }

    fn known(&mut self) -> &BTreeMap<String, Vec<SmolStr>> {
        let (text, root) = (self.text, self.root.clone());
        self.known.get_or_insert_with(|| {
            let mut known = BTreeMap::new();
            if let Some(root) = root.and_then(|root| member(text, &root, "root_module")) {
                collect(text, &root, "", MODULES, &mut known);
            }
            known
        })
    }

    /// Whether the configuration gives the resource that attribute; none where it does not
    /// have the resource.
    pub(super) fn gives(&mut self, address: &str, attribute: &str) -> Option<bool> {
        let address = without_keys(address);
        let known = self.known();
        known.contains_key(&format!("{address}#")).then(|| known.contains_key(&format!("{address}#{attribute}")))
    }

    /// What an attribute of the resource refers to, as absolute addresses.
    pub(super) fn of(&mut self, address: &str, attribute: &str) -> Vec<SmolStr> {
        let key = format!("{}#{attribute}", without_keys(address));
        let found = self.known().get(&key).cloned().unwrap_or_default();
        if found.is_empty() {
            return vec![SmolStr::from(format!("{address}.{attribute}"))];
        }
        let known = self.known();
        let mut out = Vec::new();
        for reference in &found {
            follow(known, module_of(address), reference, FOLLOWED, &mut out);
        }
        out
    }
}

/// Follows a reference, as it is written in the module with that prefix, through the
/// module's variables to what the call gives them, and through outputs of modules to what
/// they give. References of a module's inside are seen from that module's instance.
fn follow(known: &BTreeMap<String, Vec<SmolStr>>, prefix: &str, reference: &str, depth: usize, out: &mut Vec<SmolStr>) {
    let mut add = |reference: String| {
        let reference = SmolStr::from(reference);
        if out.len() < FOLLOWED && !out.contains(&reference) {
            out.push(reference);
        }
    };
    let absolute = || format!("{prefix}{reference}");
    let Some(depth) = depth.checked_sub(1) else { return add(absolute()) };
    let given = if let Some(variable) = reference.strip_prefix("var.") {
        let name = variable.split(['.', '[']).next().unwrap_or(variable);
        known.get(&format!("{}#var.{name}", without_keys(prefix))).map(|given| (given, parent_of(prefix).to_owned()))
    } else if reference.starts_with("module.") {
        step(reference, 2).and_then(|length| {
            let (module, output) = reference.split_at_checked(length)?;
            let inner = format!("{prefix}{module}");
            let name = output.split(['.', '[']).next().unwrap_or(output);
            Some((known.get(&format!("{}#output.{name}", without_keys(&inner)))?, inner))
        })
    } else {
        None
    };
    match given {
        Some((given, scope)) if !given.is_empty() => {
            for reference in given {
                follow(known, &scope, reference, depth, out);
            }
        }
        _ => add(absolute()),
    }
}

/// The prefix of the module that calls the one with that prefix.
fn parent_of(prefix: &str) -> &str {
    let mut end = 0;
    let mut last = 0;
    while let Some(length) = prefix.get(end..).and_then(|rest| step(rest, 2)) {
        last = end;
        end += length;
    }
    prefix.get(..last).unwrap_or("")
}

/// The module part of an address, with its dot.
fn module_of(address: &str) -> &str {
    let mut end = 0;
    let mut rest = address;
    while rest.starts_with("module.") {
        let Some(length) = step(rest, 2) else { break };
        end += length;
        rest = address.get(end..).unwrap_or("");
    }
    address.get(..end).unwrap_or("")
}

/// Length of that many dotted parts, dots inside index keys apart.
fn step(text: &str, parts: usize) -> Option<usize> {
    let mut seen = 0;
    let mut inside = false;
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            '.' if !inside => {
                seen += 1;
                if seen == parts {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// An address without its index keys, as the configuration has it.
fn without_keys(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let (mut inside, mut quoted) = (false, false);
    for character in address.chars() {
        match character {
            '"' if inside => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    out
}

fn collect(
    text: &str,
    range: &Range<usize>,
    prefix: &str,
    depth: usize,
    known: &mut BTreeMap<String, Vec<SmolStr>>,
) -> Option<()> {
    if depth == 0 {
        return None;
    }
    let module = Parts::of(text, range)?;
    if let Some(resources) = module.range("resources") {
        for element in scan::elements(text, resources.start)? {
            let parts = Parts::of(text, &element)?;
            let Some(address) = parts.plain("address") else { continue };
            let Some(expressions) = parts.range("expressions") else { continue };
            known.insert(format!("{prefix}{address}#"), Vec::new());
            for (attribute, range) in scan::members(text, expressions.start)? {
                known.insert(format!("{prefix}{address}#{attribute}"), referred(text, &range));
            }
        }
    }
    if let Some(outputs) = module.range("outputs") {
        for (name, output) in scan::members(text, outputs.start)? {
            if let Some(expression) = member(text, &output, "expression") {
                known.insert(format!("{prefix}#output.{name}"), referred(text, &expression));
            }
        }
    }
    if let Some(calls) = module.range("module_calls") {
        for (name, call) in scan::members(text, calls.start)? {
            if let Some(expressions) = member(text, &call, "expressions") {
                for (argument, range) in scan::members(text, expressions.start)? {
                    known.insert(format!("{prefix}module.{name}.#var.{argument}"), referred(text, &range));
                }
            }
            if let Some(inner) = member(text, &call, "module") {
                collect(text, &inner, &format!("{prefix}module.{name}."), depth - 1, known);
            }
        }
    }
    Some(())
}

/// The references of one expression of the configuration. With "a.b.c" comes "a.b": only
/// the longest says what is meant.
fn referred(text: &str, expression: &Range<usize>) -> Vec<SmolStr> {
    let list = scan::members(text, expression.start)
        .and_then(|members| members.into_iter().find(|(key, _)| *key == "references"))
        .and_then(|(_, references)| scan::elements(text, references.start));
    let names: Vec<SmolStr> = list
        .unwrap_or_default()
        .iter()
        .filter_map(|range| match scan::plain(text, range) {
            Some(plain) => Some(SmolStr::new(plain)),
            None => serde_json::from_str::<String>(text.get(range.clone())?).ok().map(SmolStr::from),
        })
        .collect();
    let longer = |name: &str, other: &str| other.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '[']));
    names.iter().filter(|name| !names.iter().any(|other| longer(name, other))).cloned().collect()
}
