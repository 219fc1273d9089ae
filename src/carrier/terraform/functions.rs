//! Function calls: those that need the module (files, templates, `try`), and the way to
//! all others.

use std::rc::Rc;

use smol_str::SmolStr;

use super::eval::{Evaluator, Frame, Scope, reference};
use super::reference::file_path;
use super::value::{self, boolean, list, string, unknown};
use super::{collections, hashes, numbers, pattern, strings, times};
use crate::carrier::Want;
use crate::carrier::cost;
use crate::source::{Fragment, SourceId, Span};
use crate::syntax::hcl2::{Call, Expr, ExprKind, parse_template};
use crate::syntax::{Node, Text, Value, json, yaml};

/// Functions that give a value for every known argument that Terraform takes: where they
/// give none the call is an error, which `try` and `can` ask about.
const FAILS: &[&str] = &[
    "base64decode",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "coalesce",
    "coalescelist",
    "csvdecode",
    "element",
    "formatdate",
    "index",
    "jsondecode",
    "lookup",
    "one",
    "parseint",
    "regex",
    "slice",
    "timeadd",
    "timecmp",
    "tobool",
    "tonumber",
    "yamldecode",
    "zipmap",
];

/// Functions that look for members among others.
const COMPARES: &[&str] = &["distinct", "matchkeys", "setintersection", "setsubtract", "setunion", "toset"];

impl Evaluator<'_> {
    /// Calls a function. One that is not known, or whose arguments are not, gives an
    /// unknown value that says what it depends on.
    pub(super) fn call(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Node {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        if matches!(name, "try" | "can") {
            return self.attempt(name, &call.args, span, scope);
        }
        let mut args: Vec<Node> = call.args.iter().map(|arg| self.eval(arg, scope)).collect();
        if let ("jsonencode", [expr], [value]) = (name, call.args.as_slice(), args.as_mut_slice()) {
            self.open(expr, value, scope.instance);
        }
        if call.expand
            && let Some(last) = args.pop()
        {
            match last.value {
                Value::List(items) => args.extend(items),
                _ => return unknown_call(call, &[last], span),
            }
        }
        if !self.affords(name, &args) {
            return unknown_call(call, &args, span);
        }
        let answer = match name {
            "file" => self.file(&args, span),
            "filebase64" => self.file(&args, span).and_then(|text| strings::call(name, &[text], span)),
            "templatefile" => self.template_file(&args, span, scope),
            "templatestring" => self.template_string(&args, span, scope),
            "fileset" => self.file_set(&args, span),
            "fileexists" => self.file_exists(&args, span),
            "jsondecode" => decode(&args),
            "yamldecode" | "provider::kubernetes::manifest_decode" => decode_yaml(&args),
            "csvdecode" => decode_csv(&args, span),
            "regex" | "regexall" => pattern::call(name, &args, span, &mut self.expressions),
            "replace" => strings::replace(&args, &mut self.expressions),
            _ => strings::call(name, &args, span)
                .or_else(|| collections::call(name, &args, span))
                .or_else(|| numbers::call(name, &args, span))
                .or_else(|| hashes::call(name, &args, span))
                .or_else(|| times::call(name, &args, span)),
        };
        let Some(answer) = answer else {
            self.failed |= FAILS.contains(&name) && args.iter().all(value::is_known);
            return unknown_call(call, &args, span);
        };
        match cost::of_value(&answer) {
            Some(weight) if self.budget.spend(weight) => answer,
            _ => unknown_call(call, &args, span),
        }
    }

    /// Whether there is enough work left for a function that may take more of it than its
    /// arguments and its answer hold.
    fn affords(&mut self, name: &str, args: &[Node]) -> bool {
        let text = |arg: &Node| arg.as_text().map_or(0, |text| text.raw().len());
        let searched = |expression: Option<&str>| {
            expression.map_or(0, |pattern| self.expressions.cost(pattern) + args.iter().map(text).sum::<usize>() / 16)
        };
        let work = match name {
            name if COMPARES.contains(&name) => {
                let compared = collections::compared(args);
                compared.saturating_mul(compared) / 64
            }
            "regex" | "regexall" => searched(args.first().and_then(Node::as_text).map(Text::raw)),
            "replace" => searched(args.get(1).and_then(|from| pattern::between_slashes(from.as_text()?.raw()))),
            _ => 0,
        };
        self.budget.affords(work) && self.budget.spend(work)
    }

    /// `try(a, b)` is the first that does not fail. A name that leads nowhere is unknown
    /// here; if what follows is known and the name is of this module, it was a failure. Of
    /// an instance that is not known `each` tells nothing.
    fn attempt(&mut self, name: &str, args: &[Expr], span: Span, scope: Scope<'_>) -> Node {
        let mut first = None;
        let outer = self.failed;
        let each = std::iter::successors(scope.frame, |frame| frame.up).any(|frame| frame.name == "each");
        for (index, arg) in args.iter().enumerate() {
            self.failed = false;
            let node = self.eval(arg, scope);
            let failed = std::mem::replace(&mut self.failed, outer);
            let Value::Unknown(what) = &node.value else {
                return match (name, first) {
                    ("can", _) => boolean(true, span),
                    (_, None) => node,
                    // An earlier alternative may or may not have failed.
                    (_, Some(earlier)) => earlier,
                };
            };
            let missing =
                failed || what.refs.iter().all(|r| r.starts_with("local.") || (each && r.starts_with("each.")));
            if name == "can" && failed {
                return boolean(false, span);
            }
            let last = index + 1 == args.len();
            if first.is_none() && (last || !missing) {
                // it, or the one behind it
                first = Some(Node::new(node.span, Value::Unknown(what.clone().part())));
            }
        }
        first.unwrap_or_else(|| unknown(vec![SmolStr::from(format!("{name}(…)"))], span))
    }

    /// The source that a path argument names; asked for where it was not read.
    fn source(&mut self, path: &Node) -> Option<SourceId> {
        let text = path.as_text()?;
        let root = self.instances.first()?.directory.path;
        let name = file_path(root, text)?;
        if let Some(id) = self.project.names.get(name.as_str()) {
            let source = *id;
            if self.allowed.insert(source) {
                self.budget.allow(self.project.sources.text(source).len());
            }
            Some(source)
        } else {
            self.wants.insert(Want::File(name));
            None
        }
    }

    fn file(&mut self, args: &[Node], span: Span) -> Option<Node> {
        let [path] = args else { return None };
        let Some(source) = self.source(path) else {
            let shown = path.as_text().map(Text::display)?;
            return path.as_str().map(|_| unknown(vec![SmolStr::from(format!("file({shown:?})"))], span));
        };
        let text = self.project.sources.text(source);
        let place = Span::new(source, 0, text.len());
        Some(Node::new(place, Value::String(Text::plain(text, 0))))
    }

    fn template_file(&mut self, args: &[Node], span: Span, scope: Scope<'_>) -> Option<Node> {
        let [path, variables] = args else { return None };
        let Some(source) = self.source(path) else {
            let shown = path.as_text().map(Text::display)?;
            return path.as_str().map(|_| unknown(vec![SmolStr::from(format!("templatefile({shown:?})"))], span));
        };
        let text = self.project.sources.text(source);
        let pieces = if let Some(known) = self.templates.get(&source) {
            known.clone()
        } else {
            let parsed = parse_template(&Fragment::plain(source, 0, text)).ok().map(Rc::new);
            self.templates.insert(source, parsed.clone());
            parsed
        }?;
        Some(self.with_variables(&pieces, variables, Span::new(source, 0, text.len()), scope))
    }

    pub(super) fn template_string(&mut self, args: &[Node], span: Span, scope: Scope<'_>) -> Option<Node> {
        let [template, variables] = args else { return None };
        let text = template.as_text().filter(|text| text.is_known())?;
        let pieces = parse_template(&text.fragment(template.span)).ok()?;
        Some(self.with_variables(&pieces, variables, if pieces.is_empty() { span } else { template.span }, scope))
    }

    fn with_variables(
        &mut self,
        pieces: &[crate::syntax::hcl2::Piece],
        variables: &Node,
        span: Span,
        scope: Scope<'_>,
    ) -> Node {
        let bound: Vec<(&str, &Node)> = variables
            .as_map()
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| Some((entry.key.known()?, &entry.value)))
            .collect();
        self.bind(&bound, None, pieces, span, Scope { isolated: true, frame: None, ..scope })
    }

    /// Binds variables one by one, each in a frame of its own, then fills the template.
    fn bind(
        &mut self,
        variables: &[(&str, &Node)],
        up: Option<&Frame<'_>>,
        pieces: &[crate::syntax::hcl2::Piece],
        span: Span,
        scope: Scope<'_>,
    ) -> Node {
        match variables {
            // A template with that many variables is not written by hand.
            [(name, value), rest @ ..] if rest.len() < 64 => {
                let frame = Frame { name, value, up };
                self.bind(rest, Some(&frame), pieces, span, scope)
            }
            _ => self.template(pieces, span, Scope { frame: up, ..scope }),
        }
    }

    fn file_exists(&mut self, args: &[Node], span: Span) -> Option<Node> {
        let [path] = args else { return None };
        self.source(path).map(|_| boolean(true, span))
    }

    /// `fileset(dir, pattern)`, once it has been told what that holds.
    fn file_set(&mut self, args: &[Node], span: Span) -> Option<Node> {
        let [directory, pattern] = args else { return None };
        let root = self.instances.first()?.directory.path;
        let base = file_path(root, directory.as_text()?)?;
        let set = (base, pattern.as_str()?.to_owned());
        let Some(found) = self.project.listed.get(&set) else {
            self.wants.insert(Want::Files { directory: set.0, pattern: set.1 });
            return None;
        };
        Some(list(found.iter().map(|name| string(name, span)).collect(), span))
    }
}

/// What a call gives whose function or arguments are not known.
fn unknown_call(call: &Call, args: &[Node], span: Span) -> Node {
    let mut refs = Vec::new();
    for arg in args {
        value::refs_of(arg, &mut refs);
    }
    if refs.is_empty() {
        refs.push(reference(&Expr { span, kind: ExprKind::Call(call.clone()) }));
    }
    unknown(refs, span)
}

/// `jsondecode`: text that is an object already stays one.
fn decode(args: &[Node]) -> Option<Node> {
    let [node] = args else { return None };
    match &node.value {
        Value::Map(_) | Value::List(_) => Some(node.clone()),
        Value::String(text) => json::parse(&text.fragment(node.span)).0,
        _ => None,
    }
}

fn decode_yaml(args: &[Node]) -> Option<Node> {
    let [node] = args else { return None };
    match &node.value {
        Value::Map(_) | Value::List(_) => Some(node.clone()),
        Value::String(text) => match yaml::parse(&text.fragment(node.span)) {
            (documents, diagnostics) if diagnostics.is_empty() => match <[Node; 1]>::try_from(documents) {
                Ok([document]) => Some(document),
                Err(_) => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// `csvdecode`: a map for each line, with the names of the first.
fn decode_csv(args: &[Node], span: Span) -> Option<Node> {
    let [node] = args else { return None };
    let text = node.as_text()?.known()?;
    let mut rows = csv_rows(text)?.into_iter();
    let names = rows.next()?;
    let items: Option<Vec<Node>> = rows
        .map(|row| {
            let fields = row.into_iter().zip(&names).map(|(field, name)| value::entry(name, string(field, node.span)));
            let fields: Vec<_> = fields.collect();
            (fields.len() == names.len()).then(|| value::map(fields, span))
        })
        .collect();
    Some(list(items?, span))
}

/// The records of a CSV text; none where a quoted field does not end.
fn csv_rows(text: &str) -> Option<Vec<Vec<String>>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                let blank = row.len() == 1 && row.first().is_some_and(String::is_empty);
                let finished = std::mem::take(&mut row);
                if !blank {
                    rows.push(finished);
                }
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    (!quoted).then_some(rows)
}
