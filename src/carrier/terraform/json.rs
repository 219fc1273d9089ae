//! `.tf.json` and `.tfvars.json`: the same configuration with JSON objects for blocks
//! and strings as templates.

use smol_str::SmolStr;

use crate::source::Span;
use crate::syntax::hcl2::{Attribute, Block, Body, Expr, ExprKind, Piece, parse_template};
use crate::syntax::{Entry, Node, Text, Value};

const DEPTH: usize = 64;

/// How many labels a top-level block has.
fn labels(kind: &str) -> usize {
    match kind {
        "resource" | "data" | "ephemeral" => 2,
        "variable" | "output" | "module" | "provider" => 1,
        _ => 0,
    }
}

/// A configuration file.
pub(super) fn configuration(root: &Node) -> Body {
    let mut body = Body::default();
    for entry in objects(root) {
        let count = labels(entry.key.raw());
        blocks(entry.key.raw_smol(), entry.key_span, &entry.value, count, &mut Vec::new(), &mut body.blocks);
    }
    body
}

/// A file of values for variables: strings are plain there.
pub(super) fn variables(root: &Node) -> Body {
    let attributes = objects(root)
        .map(|entry| Attribute {
            key: entry.key.raw_smol().clone(),
            key_span: entry.key_span,
            value: expr(&entry.value, false, DEPTH),
        })
        .collect();
    Body { attributes, blocks: Vec::new() }
}

/// The members of an object, or of each object of a list.
fn objects(node: &Node) -> impl Iterator<Item = &Entry> {
    let single = node.as_map().unwrap_or_default().iter();
    let several = node.as_list().unwrap_or_default().iter().flat_map(|n| n.as_map().unwrap_or_default());
    single.chain(several).filter(|entry| entry.key.raw() != "//")
}

fn blocks(
    kind: &SmolStr,
    kind_span: Span,
    node: &Node,
    missing: usize,
    found: &mut Vec<(Text, Span)>,
    out: &mut Vec<Block>,
) {
    if missing > 0 {
        for entry in objects(node) {
            found.push((entry.key.clone(), entry.key_span));
            blocks(kind, kind_span, &entry.value, missing - 1, found, out);
            found.pop();
        }
        return;
    }
    let bodies: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    for node in bodies {
        out.push(Block {
            kind: kind.clone(),
            kind_span,
            labels: found.clone(),
            body: block_body(kind, node),
            span: found.first().map_or(kind_span, |(_, span)| *span).to(node.span),
        });
    }
}

fn block_body(kind: &str, node: &Node) -> Body {
    let mut body = Body::default();
    for entry in objects(node) {
        if entry.key.raw() == "dynamic" && matches!(kind, "resource" | "data") {
            blocks(&SmolStr::new_static("dynamic"), entry.key_span, &entry.value, 1, &mut Vec::new(), &mut body.blocks);
            for block in &mut body.blocks {
                contents(block);
            }
            continue;
        }
        // A module's source and a variable's type are no expressions.
        let templates = !(kind == "module" && entry.key.raw() == "source");
        body.attributes.push(Attribute {
            key: entry.key.raw_smol().clone(),
            key_span: entry.key_span,
            value: expr(&entry.value, templates, DEPTH),
        });
    }
    body
}

/// The `content` of a dynamic block is a block of its own.
fn contents(block: &mut Block) {
    let at = block.body.attributes.iter().position(|a| a.key == "content");
    let Some(content) = at.map(|at| block.body.attributes.remove(at)) else { return };
    let ExprKind::Object(members) = content.value.kind else { return };
    let attributes = members
        .into_iter()
        .filter_map(|(key, value)| match key.kind {
            ExprKind::String(text) => Some(Attribute { key: text.raw_smol().clone(), key_span: key.span, value }),
            _ => None,
        })
        .collect();
    block.body.blocks.push(Block {
        kind: content.key,
        kind_span: content.key_span,
        labels: Vec::new(),
        body: Body { attributes, blocks: Vec::new() },
        span: content.value.span,
    });
}

fn expr(node: &Node, templates: bool, depth: usize) -> Expr {
    let span = node.span;
    let kind = match &node.value {
        Value::Bool(value) => ExprKind::Bool(*value),
        Value::Number(number) => ExprKind::Number(number.clone()),
        Value::String(text) if templates => return template(text, span),
        Value::String(text) => ExprKind::String(text.clone()),
        Value::List(items) if depth > 0 => {
            ExprKind::List(items.iter().map(|item| expr(item, templates, depth - 1)).collect())
        }
        Value::Map(entries) if depth > 0 => ExprKind::Object(
            entries
                .iter()
                .map(|entry| {
                    let key = if templates {
                        template(&entry.key, entry.key_span)
                    } else {
                        Expr { span: entry.key_span, kind: ExprKind::String(entry.key.clone()) }
                    };
                    (key, expr(&entry.value, templates, depth - 1))
                })
                .collect(),
        ),
        _ => ExprKind::Null,
    };
    Expr { span, kind }
}

/// A string: a template where it interpolates, itself where that does not parse.
fn template(text: &Text, span: Span) -> Expr {
    if !text.raw().contains("${") && !text.raw().contains("%{") {
        return Expr { span, kind: ExprKind::String(text.clone()) };
    }
    match parse_template(&text.fragment(span)) {
        Ok(pieces) => match pieces.as_slice() {
            [Piece::Text(whole, _)] => Expr { span, kind: ExprKind::String(whole.clone()) },
            _ => Expr { span, kind: ExprKind::Template(pieces) },
        },
        Err(_) => Expr { span, kind: ExprKind::String(text.clone()) },
    }
}
