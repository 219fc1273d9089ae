//! HCL2, the syntax of Terraform and OpenTofu: text → a spanned tree of bodies, blocks
//! and expressions. Nothing is evaluated here.

mod convert;
mod limits;
mod literal;
pub mod outline;

use smol_str::SmolStr;

use super::Text;
use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, Span};

/// A file, or what stands between a block's braces.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Attributes in source order.
    pub attributes: Vec<Attribute>,
    /// Blocks in source order.
    pub blocks: Vec<Block>,
}

impl Body {
    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.key == key)
    }

    /// The blocks of that type.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| b.kind == kind)
    }
}

/// `key = value`
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The key.
    pub key: SmolStr,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Expr,
}

/// `kind "label" { … }`
#[derive(Debug, Clone)]
pub struct Block {
    /// The block type.
    pub kind: SmolStr,
    /// Where the type stands.
    pub kind_span: Span,
    /// The labels, each with its place (quotes included).
    pub labels: Vec<(Text, Span)>,
    /// What stands between the braces.
    pub body: Body,
    /// The whole block.
    pub span: Span,
}

impl Block {
    /// The n-th label's text.
    #[must_use]
    pub fn label(&self, index: usize) -> Option<&str> {
        self.labels.get(index).map(|(text, _)| text.raw())
    }
}

/// An expression with its place.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The whole expression; for parentheses, what stands inside.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an [`Expr`] is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as written.
    Number(SmolStr),
    /// A string without interpolation.
    String(Text),
    /// A quoted string or heredoc with interpolation.
    Template(Vec<Piece>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ k = v }`; a bare identifier as key is a string.
    Object(Vec<(Expr, Expr)>),
    /// A name that stands alone: a root such as `var`, or an iteration variable.
    Variable(SmolStr),
    /// `a.b[c].*.d`
    Get(Box<Expr>, Vec<Step>),
    /// `f(a, b...)`
    Call(Call),
    /// `c ? a : b`
    Conditional(Box<[Expr; 3]>),
    /// `!a`
    Not(Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a + b`
    Binary(Operator, Box<[Expr; 2]>),
    /// `[for k, v in c : v if x]`, `{for k, v in c : k => v...}`
    For(Box<For>),
}

/// One step of a traversal.
#[derive(Debug, Clone)]
pub enum Step {
    /// `.name`
    Attr(SmolStr),
    /// `[expr]`, `.0`
    Index(Expr),
    /// `[*]`, `.*`
    Splat,
}

/// A function call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Function name with its namespace, if any.
    pub name: SmolStr,
    /// Arguments.
    pub args: Vec<Expr>,
    /// Whether the last argument is a list to spread.
    pub expand: bool,
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as it is written")]
pub enum Operator {
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    And,
    Or,
}

/// A `for` expression.
#[derive(Debug, Clone)]
pub struct For {
    /// Name bound to the key or index.
    pub key_var: Option<SmolStr>,
    /// Name bound to the value.
    pub value_var: SmolStr,
    /// What is iterated.
    pub collection: Expr,
    /// The key of each member, where the result is an object.
    pub key: Option<Expr>,
    /// The value of each member.
    pub value: Expr,
    /// Whether values with equal keys are grouped (`...`).
    pub grouping: bool,
    /// The `if` clause.
    pub condition: Option<Expr>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Literal text, decoded.
    Text(Text, Span),
    /// `${ … }`
    Value {
        /// The expression.
        expr: Expr,
        /// The whole interpolation, `${` and `}` included.
        span: Span,
    },
    /// `%{ if … }`
    If {
        /// The condition.
        condition: Expr,
        /// Pieces up to `else` or `endif`.
        then: Vec<Piece>,
        /// Pieces after `else`.
        otherwise: Vec<Piece>,
        /// The whole directive.
        span: Span,
    },
    /// `%{ for … }`
    For {
        /// Name bound to the key or index.
        key_var: Option<SmolStr>,
        /// Name bound to the value.
        value_var: SmolStr,
        /// What is iterated.
        collection: Expr,
        /// Pieces up to `endfor`.
        body: Vec<Piece>,
        /// The whole directive.
        span: Span,
    },
}

const BOM: &str = "\u{feff}";

/// Parses a file. A byte order mark at its start is skipped.
///
/// # Errors
/// The first syntax error, with its place.
pub fn parse(fragment: &Fragment<'_>) -> Result<Body, Diagnostic> {
    let skip = if fragment.text.starts_with(BOM) { BOM.len() } else { 0 };
    let text = fragment.text.get(skip..).unwrap_or("");
    bounded(text, fragment, skip)?;
    let body = parse_body(text).map_err(|error| refused(&error, fragment, skip))?;
    Ok(convert::Converter::new(fragment, text, skip).body(&body))
}

/// Parses a part of a file that stands for itself, such as one block.
///
/// # Errors
/// The first syntax error, with its place.
pub fn parse_part(fragment: &Fragment<'_>, range: std::ops::Range<usize>) -> Result<Body, Diagnostic> {
    let text = fragment.text.get(range.clone()).unwrap_or("");
    bounded(text, fragment, range.start)?;
    let body = parse_body(text).map_err(|error| refused(&error, fragment, range.start))?;
    Ok(convert::Converter::new(fragment, text, range.start).body(&body))
}

/// Parses a template, such as a file that `templatefile` reads or a string of a
/// `.tf.json` file.
///
/// # Errors
/// The first syntax error, with its place.
pub fn parse_template(fragment: &Fragment<'_>) -> Result<Vec<Piece>, Diagnostic> {
    let text = fragment.text.as_ref();
    if !text.contains("${") && !text.contains("%{") {
        let whole = Text::of_fragment(fragment);
        return Ok(vec![Piece::Text(whole, fragment.span(0, text.len()))]);
    }
    bounded(text, fragment, 0)?;
    let template = hcl_edit::parser::parse_template(text).map_err(|error| refused(&error, fragment, 0))?;
    Ok(convert::Converter::new(fragment, text, 0).template(&template, convert::Literals::Raw))
}

/// How many keys of one text may be given twice.
const TWICE: usize = 64;

/// Parses a body. Terraform takes an object that gives a key twice, and the parser does not:
/// the second is parsed under another name, and the conversion reads keys as written.
fn parse_body(text: &str) -> Result<hcl_edit::structure::Body, hcl_edit::parser::Error> {
    let mut renamed = std::borrow::Cow::Borrowed(text);
    let mut names = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".iter().cycle();
    for _ in 0..TWICE {
        let error = match hcl_edit::parser::parse_body(&renamed) {
            Err(error) if error.message().contains("redefined object key") => error,
            other => return other,
        };
        let at = error.location().offset();
        let at = if renamed.as_bytes().get(at) == Some(&b'"') { at + 1 } else { at };
        let letter = renamed.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
        let Some(name) = names.find(|name| Some(*name) != renamed.as_bytes().get(at)).filter(|_| letter) else {
            return Err(error);
        };
        renamed.to_mut().replace_range(at..=at, char::from(*name).encode_utf8(&mut [0; 4]));
    }
    hcl_edit::parser::parse_body(&renamed)
}

/// Refuses what would take too long to parse.
fn bounded(text: &str, fragment: &Fragment<'_>, skip: usize) -> Result<(), Diagnostic> {
    let Some((place, what)) = limits::exceeded(text) else { return Ok(()) };
    let place = fragment.span(place + skip, place + skip + 1);
    Err(Diagnostic::error("terraform/too-large", format!("{what} is not read"), place)
        .with_help("split it, or check the plan"))
}

fn refused(error: &hcl_edit::parser::Error, fragment: &Fragment<'_>, skip: usize) -> Diagnostic {
    // The parser may stop inside a character.
    let at = fragment.text.floor_char_boundary(error.location().offset() + skip);
    let end = fragment.text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
    let detail = error.message().replace('\n', " ");
    let detail = detail.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = if detail.is_empty() { "not valid HCL".to_owned() } else { format!("not valid HCL: {detail}") };
    Diagnostic::error("syntax/hcl", message, fragment.span(at, end))
        .with_help("run `terraform fmt` on the file, it names the same place")
}

#[cfg(test)]
mod tests;
