//! `format` and `formatlist`.

use super::value::LONGEST;
use super::value::{is_known, known_string, list, numeric, text, truth};
use crate::carrier::render;
use crate::source::Span;
use crate::syntax::{Node, Text, TextBuilder, Value};

/// One `%` of a format.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "one for each flag of a format")]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// The argument it takes, counted from one, where it says.
    argument: Option<usize>,
    letter: u8,
    /// Bytes it takes up, the sign included.
    len: usize,
}

impl Verb {
    /// The verb at the start of `rest`, which begins after the sign.
    fn parse(rest: &[u8]) -> Option<Self> {
        let mut verb = Self::default();
        let mut at = 0;
        let number = |at: &mut usize| {
            let start = *at;
            while rest.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            std::str::from_utf8(rest.get(start..*at)?).ok()?.parse::<usize>().ok()
        };
        while let Some(flag) = rest.get(at) {
            match flag {
                b'-' => verb.minus = true,
                b'+' => verb.plus = true,
                b' ' => verb.space = true,
                b'0' => verb.zero = true,
                b'#' => verb.sharp = true,
                _ => break,
            }
            at += 1;
        }
        verb.width = number(&mut at);
        if rest.get(at) == Some(&b'.') {
            at += 1;
            verb.precision = Some(number(&mut at).unwrap_or(0));
        }
        if rest.get(at) == Some(&b'[') {
            at += 1;
            verb.argument = Some(number(&mut at)?);
            if rest.get(at) != Some(&b']') {
                return None;
            }
            at += 1;
        }
        verb.letter = *rest.get(at)?;
        verb.len = at + 2;
        let modest = |size: Option<usize>| size.is_none_or(|size| size <= 1000);
        (modest(verb.width) && modest(verb.precision)).then_some(verb)
    }

    fn is_plain(&self) -> bool {
        !self.sharp && self.width.is_none() && self.precision.is_none()
    }

    /// A known value as this verb writes it.
    fn write(&self, node: &Node) -> Option<String> {
        let whole = || numeric(node).filter(|value| value.fract() == 0.0 && value.abs() < 9e15);
        #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        let integer = || whole().map(|value| value as i64);
        let precision = self.precision.unwrap_or(6);
        let written = match self.letter {
            b's' => self.cut(known_string(node)?.as_str()),
            b'q' if node.as_text().is_some() || known_string(node).is_some() => {
                let text = Text::atomic(known_string(node)?, node.span);
                let mut out = TextBuilder::new(node.span.source);
                render::quoted(&mut out, &text, node.span, node.span);
                out.as_str().to_owned()
            }
            b'v' if !self.sharp => match &node.value {
                Value::String(text) => text.known()?.to_owned(),
                Value::Number(_) => shortest(numeric(node)?),
                _ => render::json(node).known()?.to_owned(),
            },
            b'v' => render::json(node).known()?.to_owned(),
            b't' => truth(node)?.to_string(),
            b'd' => self.signed(node, &integer()?.unsigned_abs().to_string()),
            b'b' => self.signed(node, &format!("{:b}", integer()?.unsigned_abs())),
            b'o' => self.signed(node, &format!("{:o}", integer()?.unsigned_abs())),
            b'x' => self.signed(node, &format!("{:x}", integer()?.unsigned_abs())),
            b'X' => self.signed(node, &format!("{:X}", integer()?.unsigned_abs())),
            b'f' | b'F' => self.signed(node, &format!("{:.precision$}", numeric(node)?.abs())),
            b'e' => self.signed(node, &exponent(&format!("{:.precision$e}", numeric(node)?.abs()))),
            b'E' => self.signed(node, &exponent(&format!("{:.precision$e}", numeric(node)?.abs())).to_uppercase()),
            b'g' if self.precision.is_none() => self.signed(node, &shortest(numeric(node)?.abs())),
            _ => return None,
        };
        Some(self.padded(&written))
    }

    fn cut(&self, text: &str) -> String {
        match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        }
    }

    fn signed(&self, node: &Node, digits: &str) -> String {
        let negative = numeric(node).is_some_and(|value| value < 0.0);
        let sign = match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        let wanted = self.width.unwrap_or(0).saturating_sub(sign.len());
        if self.zero && !self.minus { format!("{sign}{digits:0>wanted$}") } else { format!("{sign}{digits}") }
    }

    fn padded(&self, text: &str) -> String {
        let width = self.width.unwrap_or(0);
        if self.minus { format!("{text:<width$}") } else { format!("{text:>width$}") }
    }
}

/// A number in its shortest form, with an exponent from a million on, as Go writes it.
fn shortest(value: f64) -> String {
    let magnitude = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    if (-4.0..6.0).contains(&magnitude) { value.to_string() } else { exponent(&format!("{value:e}")) }
}

/// `1e6` with the sign and the two digits that Go gives an exponent.
fn exponent(written: &str) -> String {
    let Some((mantissa, power)) = written.split_once('e') else { return written.to_owned() };
    let (sign, digits) = power.strip_prefix('-').map_or(('+', power), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// `format`; values that are only put in keep their places and their unknown parts.
pub(super) fn format(format: &Node, values: &[Node], span: Span) -> Option<Node> {
    let format_text = format.as_text().filter(|f| f.is_known())?;
    let raw = format_text.raw();
    let same = format.span.source == span.source;
    let mut out = TextBuilder::new(span.source);
    let (mut next, mut at) = (0, 0);
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find('%')).map(|found| found + at) {
        literal(&mut out, format_text, format.span, at, found, same, span);
        let verb = Verb::parse(raw.as_bytes().get(found + 1..)?)?;
        at = found + verb.len;
        if verb.letter == b'%' {
            out.push("%", span);
            continue;
        }
        let index = verb.argument.map_or(Some(next), |argument| argument.checked_sub(1))?;
        let node = values.get(index)?;
        next = index + 1;
        let place = if node.span.source == span.source { node.span } else { span };
        match (&node.value, verb.letter) {
            (Value::Map(_) | Value::List(_), b's' | b'v') => out.splice(&render::json(node), node.span, place),
            // What is not known may have any width.
            (Value::String(_), b's' | b'v') if verb.is_plain() => out.splice(&text(node)?, node.span, place),
            _ if !is_known(node) => {
                let quote = if verb.letter == b'q' { "\"" } else { "" };
                out.push(quote, place);
                out.splice(&text(node)?, node.span, place);
                out.push(quote, place);
            }
            _ => out.push(&verb.write(node)?, place),
        }
        if out.len() > LONGEST {
            return None;
        }
    }
    literal(&mut out, format_text, format.span, at, raw.len(), same, span);
    Some(Node::new(span, Value::String(out.finish(span))))
}

fn literal(out: &mut TextBuilder, format: &Text, home: Span, from: usize, to: usize, same: bool, span: Span) {
    let piece = format.sub(home, from, to);
    if same { out.splice(&piece, home, span) } else { out.text(&piece, span) }
}

/// `formatlist`: a list for each list among the values, all of one length.
pub(super) fn format_list(format: &Node, values: &[Node], span: Span) -> Option<Node> {
    if values.iter().any(|v| matches!(v.value, Value::Unknown(_))) {
        return None;
    }
    let longest = values.iter().filter_map(Node::as_list).map(<[Node]>::len).max().unwrap_or(1);
    let mut items = Vec::new();
    let mut total = 0;
    for at in 0..longest {
        let row: Option<Vec<Node>> = values
            .iter()
            .map(|value| match &value.value {
                Value::List(items) => items.get(at).cloned(),
                _ => Some(value.clone()),
            })
            .collect();
        let item = self::format(format, &row?, span)?;
        total += item.as_text().map_or(0, |text| text.raw().len());
        if total > LONGEST {
            return None;
        }
        items.push(item);
    }
    Some(list(items, span))
}
