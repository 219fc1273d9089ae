//! Values of a stanza as the server's decoder takes them: which types it accepts for
//! which key, what it makes of duplicates, and how it words a refusal.
//! spec: vault-acl a.4, a.8

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::source::{Span, Unknown};
use crate::syntax::hcl1::{Expr, Item, Key, List, Literal, LiteralKind, Object, Place};
use crate::syntax::{Node, Text};

/// A value as the decoder sees it: an expression, or the items that share a key.
#[derive(Debug, Clone)]
pub(super) enum Seen<'a> {
    Literal(&'a Literal),
    List(&'a List),
    Object(&'a Object),
    /// The items of an object, or those of several keys, with the keys that are left.
    Items(Vec<SeenItem<'a>>),
    /// One of such items.
    Item(SeenItem<'a>),
    Unknown(&'a Unknown),
}

/// An item with the keys that the look-up has not yet used.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenItem<'a> {
    pub(super) keys: &'a [Key],
    pub(super) item: &'a Item,
}

/// Why the decoder refuses a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The server's words.
    pub(super) message: String,
    pub(super) span: Span,
}

/// What a decoder makes of a value: the value, something unknown in it, or a refusal.
pub(super) type Decoded<T> = Result<T, Refusal>;

impl<'a> From<&'a Expr> for Seen<'a> {
    fn from(expr: &'a Expr) -> Self {
        match expr {
            Expr::Literal(literal) => Self::Literal(literal),
            Expr::List(list) => Self::List(list),
            Expr::Object(object) => Self::Object(object),
            Expr::Unknown(unknown) => Self::Unknown(unknown),
        }
    }
}

impl<'a> Seen<'a> {
    /// The values of a key: first the items that have labels after it, together, then
    /// each direct value, an object as its items.
    pub(super) fn of_key(object: &'a Object, key: &str) -> Vec<Self> {
        // Most keys are absent: nothing is allocated for them.
        if !object.items.iter().any(|item| item.is(key)) {
            return Vec::new();
        }
        let items: Vec<_> = object.items.iter().map(SeenItem::whole).collect();
        Self::select(&items, key)
    }

    /// The same among items whose keys are partly used.
    pub(super) fn select(items: &[SeenItem<'a>], key: &str) -> Vec<Self> {
        let mut labelled = Vec::new();
        let mut direct = Vec::new();
        for item in items {
            let Some((first, keys)) = item.keys.split_first() else { continue };
            if !first.text.known().is_some_and(|text| text.eq_ignore_ascii_case(key)) {
                continue;
            }
            if !keys.is_empty() {
                labelled.push(SeenItem { keys, item: item.item });
                continue;
            }
            direct.push(match &item.item.value {
                Expr::Object(object) => Self::Items(object.items.iter().map(SeenItem::whole).collect()),
                other => Self::from(other),
            });
        }
        let labelled = (!labelled.is_empty()).then_some(Self::Items(labelled));
        labelled.into_iter().chain(direct).collect()
    }

    /// The Go type that messages name.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Literal(_) | Self::Unknown(_) => "*ast.LiteralType",
            Self::List(_) => "*ast.ListType",
            Self::Object(_) => "*ast.ObjectType",
            Self::Items(_) => "*ast.ObjectList",
            Self::Item(_) => "*ast.ObjectItem",
        }
    }

    /// What is taken for a string: numbers are, booleans and fractions are not.
    fn as_string(&self) -> Option<&'a Literal> {
        match self {
            Self::Literal(literal)
                if matches!(literal.kind, LiteralKind::Number | LiteralKind::String | LiteralKind::Heredoc) =>
            {
                Some(literal)
            }
            _ => None,
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Literal(literal) => literal.place,
            Self::List(list) => list.place,
            Self::Object(object) => object.place,
            Self::Items(items) => items.first().and_then(SeenItem::place),
            Self::Item(item) => item.place(),
            Self::Unknown(_) => None,
        }
    }

    fn span(&self) -> Option<Span> {
        match self {
            Self::Literal(literal) => Some(literal.span),
            Self::List(list) => Some(list.span),
            Self::Object(object) => Some(object.span),
            Self::Items(items) => items.first().map(|item| item.item.span),
            Self::Item(item) => Some(item.item.span),
            Self::Unknown(unknown) => Some(unknown.span),
        }
    }

    /// The elements that a list takes from the value; none where it is no list.
    fn elements(&self) -> Option<Vec<Self>> {
        Some(match self {
            Self::Items(items) => items.iter().copied().map(Self::Item).collect(),
            Self::Object(object) => vec![Self::Object(object)],
            Self::List(list) => list.items.iter().map(Self::from).collect(),
            Self::Literal(_) | Self::Item(_) | Self::Unknown(_) => return None,
        })
    }

    /// The items that a map takes from the value; none where it is no map.
    pub(super) fn members(&self) -> Option<Vec<SeenItem<'a>>> {
        Some(match self {
            Self::Items(items) => items.clone(),
            Self::Item(item) => vec![*item],
            Self::Object(object) => object.items.iter().map(SeenItem::whole).collect(),
            Self::List(_) | Self::Literal(_) | Self::Unknown(_) => return None,
        })
    }
}

impl<'a> SeenItem<'a> {
    pub(super) fn whole(item: &'a Item) -> Self {
        Self { keys: &item.keys, item }
    }

    fn place(&self) -> Option<Place> {
        self.keys.first().and_then(|key| key.place)
    }
}

/// Decodes values of one text: messages print places in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decoder<'t> {
    pub(super) text: &'t str,
    /// Blamed where a value has no place of its own.
    pub(super) fallback: Span,
}

/// A parameter map: names with their values.
pub(super) type ParameterMap = Vec<super::Parameter>;

impl Decoder<'_> {
    pub(super) fn refuse<T>(&self, seen: &Seen<'_>, message: &str) -> Decoded<T> {
        let place = seen.place().map_or_else(|| "-".to_owned(), |place| place.display(self.text));
        self.plain(seen, format!("At {place}: {message}"))
    }

    fn plain<T>(&self, seen: &Seen<'_>, message: String) -> Decoded<T> {
        Err(Refusal { message, span: seen.span().unwrap_or(self.fallback) })
    }

    /// A string: numbers are taken as written.
    pub(super) fn string(&self, name: &str, seen: &Seen<'_>) -> Decoded<(Text, Span)> {
        match seen.as_string() {
            Some(literal) => Ok((literal.text.clone(), literal.span)),
            None => self.refuse(seen, &format!("{name}: unknown type for string {}", seen.type_name())),
        }
    }

    /// A list of strings, appended to `out`. Unknown parts are passed to `unknown`.
    pub(super) fn strings(
        &self,
        name: &str,
        seen: &Seen<'_>,
        out: &mut Vec<(Text, Span)>,
        mut unknown: impl FnMut(&Unknown),
    ) -> Decoded<()> {
        if let Seen::Unknown(what) = seen {
            unknown(what);
            return Ok(());
        }
        let Some(elements) = seen.elements() else {
            return self.refuse(seen, &format!("unknown slice type: {}", seen.type_name()));
        };
        for (index, element) in elements.iter().enumerate() {
            if let Seen::Unknown(what) = element {
                unknown(what);
                continue;
            }
            // The name is made only where a message needs it.
            match element.as_string() {
                Some(literal) => out.push((literal.text.clone(), literal.span)),
                None => out.push(self.string(&format!("{name}[{index}]"), element)?),
            }
        }
        Ok(())
    }

    /// An integer; a string of one counts.
    pub(super) fn int(&self, name: &str, seen: &Seen<'_>) -> Decoded<i64> {
        match seen {
            Seen::Literal(literal) if matches!(literal.kind, LiteralKind::Number | LiteralKind::String) => {
                parse_int(literal.text.raw()).or_else(|message| self.plain(seen, message))
            }
            _ => self.refuse(seen, &format!("{name}: unknown type {}", seen.type_name())),
        }
    }

    /// A scalar of any type, as durations are written.
    pub(super) fn any(&self, name: &str, seen: &Seen<'_>, in_list: bool) -> Decoded<Any> {
        match seen {
            Seen::Literal(literal) => match literal.kind {
                LiteralKind::Bool => Ok(Any::Other),
                LiteralKind::Float => match literal.text.raw().parse::<f64>() {
                    Ok(value) => Ok(Any::Float(value)),
                    Err(_) => self.plain(
                        seen,
                        format!("strconv.ParseFloat: parsing {}: invalid syntax", super::quote(literal.text.raw())),
                    ),
                },
                LiteralKind::Number => {
                    parse_int(literal.text.raw()).map(Any::Int).or_else(|message| self.plain(seen, message))
                }
                LiteralKind::String | LiteralKind::Heredoc => Ok(Any::String(literal.text.clone())),
            },
            Seen::List(list) => {
                for (index, element) in list.items.iter().enumerate() {
                    self.any(&format!("{name}[{index}]"), &element.into(), true)?;
                }
                Ok(Any::Other)
            }
            Seen::Object(_) | Seen::Items(_) => {
                self.object(name, seen, in_list)?;
                Ok(Any::Other)
            }
            Seen::Item(_) => self.plain(seen, format!("{name}: cannot decode into interface: *ast.ObjectItem")),
            Seen::Unknown(_) => Ok(Any::Other),
        }
    }

    /// Checks an object that becomes a map, or a list of maps where it is a member's value.
    fn object(&self, name: &str, seen: &Seen<'_>, in_list: bool) -> Decoded<()> {
        for member in seen.members().unwrap_or_default() {
            let Some(key) = member.keys.first() else {
                return self.refuse(seen, &format!("{name}: map must have string keys"));
            };
            let name =
                if in_list { format!("{name}.{}", key.text.raw()) } else { format!("{name}[0].{}", key.text.raw()) };
            if member.keys.len() > 1 {
                let rest = SeenItem { keys: member.keys.get(1..).unwrap_or(&[]), item: member.item };
                self.object(&name, &Seen::Items(vec![rest]), false)?;
            } else {
                self.any(&name, &Seen::from(&member.item.value), false)?;
            }
        }
        Ok(())
    }

    /// A map of lists, such as `allowed_parameters`; lists of an equal key are joined.
    pub(super) fn parameters(
        &self,
        name: &str,
        seen: &Seen<'_>,
        (out, places): (&mut ParameterMap, &mut FxHashMap<SmolStr, usize>),
        mut unknown: impl FnMut(&Unknown),
    ) -> Decoded<()> {
        if let Seen::Unknown(what) = seen {
            unknown(what);
            return Ok(());
        }
        let Some(members) = seen.members() else {
            return self.refuse(seen, &format!("{name}: not an object type for map ({})", seen.type_name()));
        };
        for member in members {
            let Some(key) = member.keys.first() else {
                return self.refuse(seen, &format!("{name}: map must have string keys"));
            };
            let name = format!("{name}.{}", key.text.raw());
            if member.keys.len() > 1 {
                let rest = SeenItem { keys: member.keys.get(1..).unwrap_or(&[]), item: member.item };
                return self.any(&format!("{name}[0]"), &Seen::Item(rest), true).map(|_| ());
            }
            let value = Seen::from(&member.item.value);
            let mut values = Vec::new();
            if let Seen::Unknown(what) = value {
                unknown(what);
            } else {
                let Some(elements) = value.elements() else {
                    return self.refuse(&value, &format!("unknown slice type: {}", value.type_name()));
                };
                for (index, element) in elements.iter().enumerate() {
                    self.any(&format!("{name}[{index}]"), element, true)?;
                    values.extend(element.node());
                }
            }
            let place = *places.entry(key.text.raw_smol().clone()).or_insert(out.len());
            match out.get_mut(place) {
                Some(parameter) => parameter.values.extend(values),
                None => out.push(super::Parameter { name: key.text.clone(), span: key.span, values }),
            }
        }
        Ok(())
    }
}

impl Seen<'_> {
    fn node(&self) -> Option<Node> {
        match self {
            Self::Literal(literal) => Some(Expr::Literal((*literal).clone()).to_node()),
            Self::List(list) => Some(Expr::List((*list).clone()).to_node()),
            Self::Object(object) => Some(object.to_node()),
            Self::Unknown(unknown) => Some(Expr::Unknown((*unknown).clone()).to_node()),
            Self::Items(_) | Self::Item(_) => None,
        }
    }
}

/// A decoded scalar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Any {
    String(Text),
    Int(i64),
    Float(f64),
    /// A boolean, list or map.
    Other,
}

/// Go's `ParseInt(text, 0, 64)`: sign, `0x`, `0o`, `0b`, a leading zero for octal, `_`
/// between digits where there is a prefix.
pub(super) fn parse_int(text: &str) -> Result<i64, String> {
    let invalid = |what: &str| format!("strconv.ParseInt: parsing {}: {what}", super::quote(text));
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, text.get(1..).unwrap_or("")),
        [b'+', ..] => (false, text.get(1..).unwrap_or("")),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, body) = if let Some(hex) = lower.strip_prefix("0x") {
        (16, hex)
    } else if let Some(octal) = lower.strip_prefix("0o") {
        (8, octal)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        (2, binary)
    } else if let Some(octal) = lower.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        (8, octal)
    } else {
        (10, lower.as_str())
    };
    let plain: String = body.chars().filter(|c| *c != '_').collect();
    if plain.is_empty() || !plain.chars().all(|c| c.is_digit(radix)) || (radix == 10 && body.contains('_')) {
        return Err(invalid("invalid syntax"));
    }
    let signed = if negative { format!("-{plain}") } else { plain };
    i64::from_str_radix(&signed, radix).map_err(|_| invalid("value out of range"))
}

/// The object that an item holds, or what the server says where it holds none.
pub(super) fn object_of(expr: &Expr) -> Result<&Object, Option<&'static str>> {
    match expr {
        Expr::Object(object) => Ok(object),
        Expr::Literal(_) => Err(Some("*ast.LiteralType")),
        Expr::List(_) => Err(Some("*ast.ListType")),
        Expr::Unknown(_) => Err(None),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_int;

    #[test]
    fn reads_integers_as_go_does() {
        let table =
            [("60", 60), ("010", 8), ("0x1F", 31), ("-5", -5), ("0", 0), ("0o17", 15), ("0b11", 3), ("0x_f", 15)];
        for (text, value) in table {
            assert_eq!(parse_int(text), Ok(value), "{text}");
        }
        for text in ["09", "x", "", "-", "0x", "1_0", "1.5"] {
            assert_eq!(parse_int(text), Err(format!("strconv.ParseInt: parsing \"{text}\": invalid syntax")), "{text}");
        }
    }
}
