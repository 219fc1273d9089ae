//! The parser's tree → ours: spans into the source, literals decoded with their places.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{BlockLabel, Structure};
use hcl_edit::template::{Directive, Element, HeredocTemplate, Strip, Template};
use smol_str::{SmolStr, ToSmolStr};

use super::literal::{self, Escapes};
use super::{Attribute, Block, Body, Call, Expr, ExprKind, For, Operator, Piece, Step};
use crate::source::{Fragment, Span};
use crate::syntax::{Text, TextBuilder};

/// How the literals of a template are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Literals {
    Quoted,
    Raw,
    /// A `<<-` heredoc whose lines lose that many characters.
    Indented(usize),
}

/// Converts one file or template.
pub(super) struct Converter<'a> {
    fragment: &'a Fragment<'a>,
    text: &'a str,
    skip: usize,
}

impl<'a> Converter<'a> {
    pub(super) fn new(fragment: &'a Fragment<'a>, text: &'a str, skip: usize) -> Self {
        Self { fragment, text, skip }
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        self.fragment.span(range.start + self.skip, range.end + self.skip)
    }

    pub(super) fn body(&self, body: &hcl_edit::structure::Body) -> Body {
        let mut out = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => out.attributes.push(Attribute {
                    key: SmolStr::new(attribute.key.as_str()),
                    key_span: self.span(attribute.key.span()),
                    value: self.expr(&attribute.value),
                }),
                Structure::Block(block) => out.blocks.push(Block {
                    kind: SmolStr::new(block.ident.as_str()),
                    kind_span: self.span(block.ident.span()),
                    labels: block.labels.iter().map(|label| self.label(label)).collect(),
                    body: self.body(&block.body),
                    span: self.span(block.span()),
                }),
            }
        }
        out
    }

    fn label(&self, label: &BlockLabel) -> (Text, Span) {
        match label {
            BlockLabel::Ident(ident) => {
                let span = self.span(ident.span());
                (Text::plain(ident.as_str(), span.start), span)
            }
            BlockLabel::String(string) => {
                let range = string.span().unwrap_or(0..0);
                (self.quoted(&range), self.span(Some(range)))
            }
        }
    }

    /// The literal between the quotes of `range`.
    fn quoted(&self, range: &Range<usize>) -> Text {
        let (start, end) = (range.start + self.skip + 1, (range.end + self.skip).saturating_sub(1));
        literal::decode(self.fragment, start, end.max(start), Escapes::Quoted)
    }

    fn expr(&self, expression: &Expression) -> Expr {
        let range = expression.span().unwrap_or(0..0);
        let span = self.span(Some(range.clone()));
        let kind = match expression {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(_) => {
                let raw = self.text.get(range).unwrap_or("");
                ExprKind::Number(raw.chars().filter(|c| !c.is_whitespace()).collect())
            }
            Expression::String(_) => ExprKind::String(self.quoted(&range)),
            Expression::Array(array) => ExprKind::List(array.iter().map(|e| self.expr(e)).collect()),
            Expression::Object(object) => {
                ExprKind::Object(object.iter().map(|(key, value)| (self.key(key), self.expr(value.expr()))).collect())
            }
            Expression::StringTemplate(template) => ExprKind::Template(self.template(template, Literals::Quoted)),
            Expression::HeredocTemplate(heredoc) => return Expr { span, kind: self.heredoc(heredoc, &range) },
            Expression::Parenthesis(inner) => return self.expr(inner.inner()),
            Expression::Variable(name) => ExprKind::Variable(SmolStr::new(name.as_str())),
            Expression::Conditional(c) => ExprKind::Conditional(Box::new([
                self.expr(&c.cond_expr),
                self.expr(&c.true_expr),
                self.expr(&c.false_expr),
            ])),
            Expression::FuncCall(call) => {
                let mut name = String::new();
                for part in &call.name.namespace {
                    name.push_str(part.as_str());
                    name.push_str("::");
                }
                name.push_str(call.name.name.as_str());
                ExprKind::Call(Call {
                    name: name.into(),
                    args: call.args.iter().map(|arg| self.expr(arg)).collect(),
                    expand: call.args.expand_final(),
                })
            }
            Expression::Traversal(traversal) => {
                let mut base = self.expr(&traversal.expr);
                let mut steps = Vec::new();
                let mut attributes = false;
                for operator in traversal.operators.iter().map(hcl_edit::repr::Decorated::value) {
                    // `a.*.b[0]` is the first of all `b`: only names belong to what `.*` does.
                    let ends = matches!(operator, TraversalOperator::Index(_) | TraversalOperator::FullSplat(_));
                    if attributes && ends {
                        base = Expr { span, kind: ExprKind::Get(Box::new(base), std::mem::take(&mut steps)) };
                        attributes = false;
                    }
                    attributes |= matches!(operator, TraversalOperator::AttrSplat(_));
                    steps.push(self.step(operator));
                }
                ExprKind::Get(Box::new(base), steps)
            }
            Expression::UnaryOp(op) => {
                let operand = Box::new(self.expr(&op.expr));
                match op.operator.value() {
                    UnaryOperator::Neg => ExprKind::Negate(operand),
                    UnaryOperator::Not => ExprKind::Not(operand),
                }
            }
            Expression::BinaryOp(op) => ExprKind::Binary(
                operator(*op.operator.value()),
                Box::new([self.expr(&op.lhs_expr), self.expr(&op.rhs_expr)]),
            ),
            Expression::ForExpr(for_expr) => ExprKind::For(Box::new(self.for_expr(for_expr))),
        };
        Expr { span, kind }
    }

    fn key(&self, key: &ObjectKey) -> Expr {
        match key {
            ObjectKey::Ident(ident) => {
                let span = self.span(ident.span());
                // As it is written: see `parse_body`.
                let written = ident.span().and_then(|range| self.text.get(range)).unwrap_or(ident.as_str());
                Expr { span, kind: ExprKind::String(Text::plain(written, span.start)) }
            }
            ObjectKey::Expression(expression) => match self.expr(expression) {
                Expr { span, kind: kind @ (ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null) } => {
                    let raw = match kind {
                        ExprKind::Number(number) => number,
                        ExprKind::Bool(value) => value.to_smolstr(),
                        _ => SmolStr::new_static("null"),
                    };
                    Expr { span, kind: ExprKind::String(Text::plain(raw, span.start)) }
                }
                other => other,
            },
        }
    }

    fn step(&self, operator: &TraversalOperator) -> Step {
        match operator {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
            TraversalOperator::GetAttr(ident) => Step::Attr(SmolStr::new(ident.as_str())),
            TraversalOperator::Index(expression) => Step::Index(self.expr(expression)),
            TraversalOperator::LegacyIndex(index) => {
                Step::Index(Expr { span: self.span(index.span()), kind: ExprKind::Number(index.value().to_smolstr()) })
            }
        }
    }

    fn for_expr(&self, for_expr: &ForExpr) -> For {
        For {
            key_var: for_expr.intro.key_var.as_ref().map(|v| SmolStr::new(v.as_str())),
            value_var: SmolStr::new(for_expr.intro.value_var.as_str()),
            collection: self.expr(&for_expr.intro.collection_expr),
            key: for_expr.key_expr.as_ref().map(|e| self.expr(e)),
            value: self.expr(&for_expr.value_expr),
            grouping: for_expr.grouping,
            condition: for_expr.cond.as_ref().map(|c| self.expr(&c.expr)),
        }
    }

    /// A heredoc: one string where it has no interpolation, else a template.
    fn heredoc(&self, heredoc: &HeredocTemplate, range: &Range<usize>) -> ExprKind {
        let raw = self.text.get(range.clone()).unwrap_or("");
        let indented = raw.starts_with("<<-");
        let mode = if indented { Literals::Indented(self.indentation(&heredoc.template)) } else { Literals::Raw };
        let mut pieces = self.template(&heredoc.template, mode);
        match pieces.as_mut_slice() {
            [] => {
                let after_intro = raw.find('\n').map_or(raw.len(), |at| at + 1);
                let at = self.span(Some(range.start + after_intro..range.start + after_intro));
                ExprKind::String(Text::plain("", at.start))
            }
            [Piece::Text(text, _)] => ExprKind::String(text.clone()),
            _ => ExprKind::Template(pieces),
        }
    }

    /// How many characters each line of a `<<-` heredoc loses: the least indentation of
    /// any line that is not blank. A line that starts with a sequence has none.
    fn indentation(&self, template: &Template) -> usize {
        let mut least = None;
        self.least_indentation(template, &mut true, &mut least);
        least.unwrap_or(0)
    }

    fn least_indentation(&self, template: &Template, line_start: &mut bool, least: &mut Option<usize>) {
        let mut count = |spaces: usize| *least = Some(least.map_or(spaces, |l: usize| l.min(spaces)));
        for element in template {
            if !matches!(element, Element::Literal(_)) && std::mem::take(line_start) {
                count(0);
            }
            match element {
                Element::Literal(literal) => {
                    let raw = self.text.get(literal.span().unwrap_or(0..0)).unwrap_or("");
                    for line in raw.split_inclusive('\n') {
                        let blank = line.trim().is_empty() && line.ends_with('\n');
                        if *line_start && !blank {
                            count(line.chars().take_while(|c| c.is_whitespace()).count());
                        }
                        *line_start = line.ends_with('\n');
                    }
                }
                Element::Interpolation(_) => {}
                Element::Directive(directive) => {
                    let inner: &[&Template] = match directive.as_ref() {
                        Directive::If(parts) => match &parts.else_expr {
                            Some(other) => &[&parts.if_expr.template, &other.template],
                            None => &[&parts.if_expr.template],
                        },
                        Directive::For(parts) => &[&parts.for_expr.template],
                    };
                    for template in inner {
                        let mut found = None;
                        self.least_indentation(template, line_start, &mut found);
                        found.into_iter().for_each(&mut count);
                        // The `else` and the end of the directive stand there.
                        if std::mem::take(line_start) {
                            count(0);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn template(&self, template: &Template, mode: Literals) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(template.len());
        let mut line_start = true;
        self.elements(template, mode, &mut line_start, &mut pieces);
        pieces
    }

    fn elements(&self, template: &Template, mode: Literals, line_start: &mut bool, pieces: &mut Vec<Piece>) {
        let mut trim_next = false;
        for element in template {
            let range = element.span().unwrap_or(0..0);
            match element {
                Element::Literal(_) => {
                    pieces.push(self.literal(&range, mode, *line_start, trim_next));
                    *line_start = self.text.get(range).is_some_and(|raw| raw.ends_with('\n'));
                    trim_next = false;
                }
                Element::Interpolation(interpolation) => {
                    *line_start = false;
                    trim_next = strip(interpolation.strip, pieces);
                    pieces.push(Piece::Value { expr: self.expr(&interpolation.expr), span: self.span(Some(range)) });
                }
                Element::Directive(directive) => {
                    *line_start = false;
                    trim_next = self.directive(directive, range, mode, line_start, pieces);
                    *line_start = false;
                }
            }
        }
    }

    fn directive(
        &self,
        directive: &Directive,
        range: Range<usize>,
        mode: Literals,
        line_start: &mut bool,
        pieces: &mut Vec<Piece>,
    ) -> bool {
        let span = self.span(Some(range));
        match directive {
            Directive::If(directive) => {
                strip(directive.if_expr.strip, pieces);
                let (mut then, mut otherwise) = (Vec::new(), Vec::new());
                self.elements(&directive.if_expr.template, mode, line_start, &mut then);
                trim_first(&mut then, trims_after(directive.if_expr.strip));
                if let Some(other) = &directive.else_expr {
                    strip(other.strip, &mut then);
                    self.elements(&other.template, mode, line_start, &mut otherwise);
                    trim_first(&mut otherwise, trims_after(other.strip));
                }
                let last = if directive.else_expr.is_some() { &mut otherwise } else { &mut then };
                let trim_next = strip(directive.endif_expr.strip, last);
                let condition = self.expr(&directive.if_expr.cond_expr);
                pieces.push(Piece::If { condition, then, otherwise, span });
                trim_next
            }
            Directive::For(directive) => {
                strip(directive.for_expr.strip, pieces);
                let mut body = Vec::new();
                self.elements(&directive.for_expr.template, mode, line_start, &mut body);
                trim_first(&mut body, trims_after(directive.for_expr.strip));
                let trim_next = strip(directive.endfor_expr.strip, &mut body);
                pieces.push(Piece::For {
                    key_var: directive.for_expr.key_var.as_ref().map(|v| SmolStr::new(v.as_str())),
                    value_var: SmolStr::new(directive.for_expr.value_var.as_str()),
                    collection: self.expr(&directive.for_expr.collection_expr),
                    body,
                    span,
                });
                trim_next
            }
        }
    }

    fn literal(&self, range: &Range<usize>, mode: Literals, line_start: bool, trim: bool) -> Piece {
        let (start, end) = (range.start + self.skip, range.end + self.skip);
        let span = self.fragment.span(start, end);
        let text = match mode {
            Literals::Quoted => literal::decode(self.fragment, start, end, Escapes::Quoted),
            Literals::Raw | Literals::Indented(0) => literal::decode(self.fragment, start, end, Escapes::Raw),
            Literals::Indented(count) => self.dedented(range, count, line_start),
        };
        let piece = Piece::Text(text, span);
        if trim { trimmed(piece, Side::Start) } else { piece }
    }

    fn dedented(&self, range: &Range<usize>, count: usize, mut line_start: bool) -> Text {
        let raw = self.text.get(range.clone()).unwrap_or("");
        let span = self.span(Some(range.clone()));
        let mut builder = TextBuilder::new(span.source);
        let mut at = range.start + self.skip;
        for line in raw.split_inclusive('\n') {
            let blank = line.trim().is_empty() && line.ends_with('\n');
            let cut = if line_start && !blank { line.chars().take(count).map(char::len_utf8).sum() } else { 0 };
            literal::decode_into(&mut builder, self.fragment, at + cut, at + line.len(), Escapes::Raw);
            at += line.len();
            line_start = line.ends_with('\n');
        }
        builder.finish(span)
    }
}

fn operator(operator: BinaryOperator) -> Operator {
    match operator {
        BinaryOperator::Eq => Operator::Eq,
        BinaryOperator::NotEq => Operator::NotEq,
        BinaryOperator::LessEq => Operator::LessEq,
        BinaryOperator::GreaterEq => Operator::GreaterEq,
        BinaryOperator::Less => Operator::Less,
        BinaryOperator::Greater => Operator::Greater,
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Sub,
        BinaryOperator::Mul => Operator::Mul,
        BinaryOperator::Div => Operator::Div,
        BinaryOperator::Mod => Operator::Mod,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

fn trims_after(strip: Strip) -> bool {
    matches!(strip, Strip::End | Strip::Both)
}

/// Applies the `~` of a sequence to the piece before it; tells whether it also strips what
/// follows.
fn strip(strip: Strip, before: &mut Vec<Piece>) -> bool {
    if matches!(strip, Strip::Start | Strip::Both)
        && let Some(last) = before.pop()
    {
        before.push(trimmed(last, Side::End));
    }
    trims_after(strip)
}

fn trim_first(pieces: &mut Vec<Piece>, trim: bool) {
    if trim && !pieces.is_empty() {
        let first = pieces.remove(0);
        pieces.insert(0, trimmed(first, Side::Start));
    }
}

/// A literal without the white space at one side; other pieces stay as they are.
fn trimmed(piece: Piece, side: Side) -> Piece {
    let Piece::Text(text, span) = piece else { return piece };
    let raw = text.raw();
    let (start, end) = match side {
        Side::Start => (raw.len() - raw.trim_start().len(), raw.len()),
        Side::End => (0, raw.trim_end().len()),
    };
    if start == 0 && end == raw.len() {
        return Piece::Text(text, span);
    }
    let kept = text.sub(span, start, end);
    Piece::Text(kept, span)
}
