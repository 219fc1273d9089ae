//! The values of one condition key: texts by patterns; numbers, dates, addresses and
//! booleans by the points at which anything can change.

use std::net::IpAddr;

use super::Order;
use super::value::{Cidr, Instant, Number, parse_bool};
use crate::pattern::relate::join;
use crate::pattern::search::{Effort, Found, find};
use crate::pattern::token::{Letter, Pattern};

/// The values an operator lists, ready to compare. What cannot be read matches nothing
/// (spec: aws-evaluation, section 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Values {
    Text(Vec<Pattern>),
    Number(Order, Vec<Number>, Vec<String>),
    Date(Order, Vec<Instant>, Vec<String>),
    Address(Vec<Cidr>, Vec<String>),
    Bool(Vec<bool>),
    /// Of a kind that is not reasoned about.
    Opaque,
}

impl Values {
    pub(crate) fn numbers<'t>(order: Order, texts: impl Iterator<Item = &'t str>) -> Self {
        let (values, texts) = texts.filter_map(|t| Some((Number::parse(t)?, t.to_owned()))).unzip();
        Self::Number(order, values, texts)
    }

    pub(crate) fn dates<'t>(order: Order, texts: impl Iterator<Item = &'t str>) -> Self {
        let (values, texts) = texts.filter_map(|t| Some((Instant::parse(t)?, t.to_owned()))).unzip();
        Self::Date(order, values, texts)
    }

    pub(crate) fn addresses<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let (values, texts) = texts.filter_map(|t| Some((Cidr::parse(t)?, t.to_owned()))).unzip();
        Self::Address(values, texts)
    }

    pub(crate) fn bools<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        Self::Bool(texts.filter_map(parse_bool).collect())
    }

    /// Whether the empty text is among them.
    pub(crate) fn hold_empty(&self) -> bool {
        matches!(self, Self::Text(patterns) if patterns.iter().any(|pattern| pattern.matches(&[])))
    }
}

pub(crate) fn variables(values: &Values) -> Vec<u32> {
    match values {
        Values::Text(patterns) => patterns.iter().flat_map(Pattern::variables).collect(),
        _ => Vec::new(),
    }
}

/// All that a question says about one key.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub(crate) multivalued: bool,
    domain: Domain,
    patterns: Vec<&'a Pattern>,
}

#[derive(Debug)]
enum Domain {
    Text,
    Bool,
    /// The constants, sorted, with their texts. A point is a place among them: even for
    /// the gap before the constant of half its number, odd for the constant itself.
    Numbers(Vec<(Number, String)>),
    Dates(Vec<(Instant, String)>),
    /// One address of every part that the ranges cut out.
    Addresses(Vec<(Cidr, String)>),
}

impl<'a> Site<'a> {
    /// None if the key is used as if it had values of several kinds.
    pub(crate) fn new(
        all: impl Iterator<Item = &'a Values>,
        kind: Option<&'a Values>,
        multivalued: bool,
    ) -> Option<Self> {
        let mut patterns = Vec::new();
        let mut domain: Option<Domain> = None;
        for values in all {
            match (values, domain.get_or_insert_with(|| Domain::of(values))) {
                (Values::Text(own), Domain::Text) => patterns.extend(own),
                (Values::Bool(_), Domain::Bool) => {}
                (Values::Number(_, values, texts), Domain::Numbers(points)) => {
                    points.extend(values.iter().cloned().zip(texts.iter().cloned()));
                }
                (Values::Date(_, values, texts), Domain::Dates(points)) => {
                    points.extend(values.iter().copied().zip(texts.iter().cloned()));
                }
                (Values::Address(_, texts), Domain::Addresses(points)) => {
                    points.extend(texts.iter().flat_map(|text| edges(text)));
                }
                _ => return None,
            }
        }
        let mut domain = domain.or(kind.map(Domain::of)).unwrap_or(Domain::Text);
        match &mut domain {
            Domain::Numbers(points) => {
                points.sort_by(|a, b| a.0.cmp(&b.0));
                points.dedup_by(|a, b| a.0 == b.0);
            }
            Domain::Dates(points) => {
                points.sort();
                points.dedup_by(|a, b| a.0 == b.0);
            }
            Domain::Addresses(points) => {
                points.sort_by(|a, b| a.1.cmp(&b.1));
                points.dedup_by(|a, b| a.1 == b.1);
            }
            Domain::Text | Domain::Bool => {}
        }
        Some(Self { multivalued, domain, patterns })
    }

    /// A value that is in each of these sets, or (false) outside it.
    pub(crate) fn find(&self, demands: &[(bool, &'a Values)], effort: &mut Effort) -> Option<String> {
        let fits = |holds: &dyn Fn(&Values) -> bool| demands.iter().all(|(inside, values)| holds(values) == *inside);
        match &self.domain {
            Domain::Text => self.text(demands, effort),
            Domain::Bool => [true, false]
                .into_iter()
                .find(|bool| fits(&|values| matches!(values, Values::Bool(own) if own.contains(bool))))
                .map(|bool| bool.to_string()),
            Domain::Numbers(points) => (0..=2 * points.len())
                .find(|at| {
                    fits(&|values| match values {
                        Values::Number(order, own, _) => own.iter().any(|n| place(points, n, *at, *order)),
                        _ => false,
                    })
                })
                .map(|at| number_at(points, at)),
            Domain::Dates(points) => (0..=2 * points.len())
                .find(|at| {
                    fits(&|values| match values {
                        Values::Date(order, own, _) => own.iter().any(|n| place(points, n, *at, *order)),
                        _ => false,
                    })
                })
                .map(|at| between(points, at)),
            Domain::Addresses(points) => points
                .iter()
                .find(|(address, _)| {
                    fits(&|values| match values {
                        Values::Address(own, _) => own.iter().any(|range| range.contains(address)),
                        _ => false,
                    })
                })
                .map(|(_, text)| text.clone()),
        }
    }

    /// A text in all positive sets, which are unions of patterns, and in no negative one.
    fn text(&self, demands: &[(bool, &Values)], effort: &mut Effort) -> Option<String> {
        let patterns = |wanted: bool| {
            demands.iter().filter(move |(inside, _)| *inside == wanted).filter_map(|(_, values)| match values {
                Values::Text(patterns) => Some(patterns),
                _ => None,
            })
        };
        // an empty text counts as no value among several (spec: aws-evaluation, 5.4)
        let empty = Pattern::literal("");
        let none = self.multivalued.then_some(&empty);
        let avoid: Vec<&Pattern> = patterns(false).flatten().chain(none).collect();
        let mut boxes: Vec<Vec<&Pattern>> = vec![Vec::new()];
        for list in patterns(true) {
            boxes = boxes.iter().flat_map(|conj| list.iter().filter_map(|p| join(conj, p))).collect();
            if boxes.len() > 1024 {
                effort.missed = true;
                boxes.truncate(1024);
            }
        }
        let all = Pattern::all();
        for mut conj in boxes {
            if conj.is_empty() {
                conj.push(&all);
            }
            if let [single] = &*conj
                && !single.folds()
            {
                let generic = single.generic();
                let mut hit = avoid.iter().filter(|p| p.matches(&generic)).peekable();
                if hit.peek().is_none() {
                    return Some(self.spell(&generic, single));
                }
                if single.is_exact() || hit.any(|p| p.is_plain()) {
                    continue;
                }
            }
            match find(&conj, &avoid, &mut effort.states) {
                Found::Text(text) => return Some(self.spell(&text, &all)),
                Found::Nothing if conj.len() > 1 && conj.iter().any(|p| p.has_variables()) => effort.missed = true,
                Found::Nothing => {}
                Found::Undecided => effort.missed = true,
            }
        }
        None
    }

    /// The text with fresh letters that no pattern on this key mentions; a readable word
    /// where every pattern agrees that it makes no difference.
    fn spell(&self, text: &[Letter], within: &Pattern) -> String {
        let letters = |word: &str| -> Vec<Letter> {
            let grow = |letter: &Letter| match *letter {
                Letter::FRESH => word.chars().map(Letter::of).collect(),
                other => vec![other],
            };
            text.iter().flat_map(grow).collect()
        };
        let same = |grown: &[Letter]| self.patterns.iter().all(|p| p.matches(grown) == p.matches(text));
        let word = ["example", "other"].map(letters).into_iter().find(|grown| within.matches(grown) && same(grown));
        let all: Vec<&Pattern> = self.patterns.clone();
        match word {
            Some(grown) => grown.iter().map(|l| l.char().unwrap_or('\u{2026}')).collect(),
            None => crate::pattern::relate::spell(text, &all),
        }
    }
}

impl Domain {
    fn of(values: &Values) -> Self {
        match values {
            Values::Text(_) | Values::Opaque => Self::Text,
            Values::Bool(_) => Self::Bool,
            Values::Number(..) => Self::Numbers(Vec::new()),
            Values::Date(..) => Self::Dates(Vec::new()),
            Values::Address(..) => {
                let any = ["0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"];
                Self::Addresses(any.iter().flat_map(|text| edges(text)).collect())
            }
        }
    }
}

/// Whether the point compares as asked with one of the constants it lies among.
fn place<T: Ord>(points: &[(T, String)], constant: &T, at: usize, order: Order) -> bool {
    let Ok(index) = points.binary_search_by(|(point, _)| point.cmp(constant)) else { return false };
    order.holds(at.cmp(&(2 * index + 1)))
}

/// A number at a point: in a gap, one that compares as the point does.
fn number_at(points: &[(Number, String)], at: usize) -> String {
    let float = |index: usize| points.get(index)?.1.parse::<f64>().ok();
    let guess = match (at % 2, at / 2) {
        (1, _) => None,
        (_, 0) => float(0).map(|first| (first - 1.0).floor()),
        (_, index) if index == points.len() => float(index - 1).map(|last| (last + 1.0).ceil()),
        (_, index) => float(index - 1).zip(float(index)).map(|(a, b)| a.midpoint(b)),
    };
    let text = guess.map(|guess| guess.to_string());
    let fits = |text: &String| {
        let Some(number) = Number::parse(text) else { return false };
        points.iter().filter(|(point, _)| *point < number).count() == at / 2 && points.iter().all(|(p, _)| *p != number)
    };
    text.filter(fits).unwrap_or_else(|| between(points, at))
}

/// A point in words, where it is not one of the constants.
fn between<T>(points: &[(T, String)], at: usize) -> String {
    let text = |index: usize| points.get(index).map_or("", |(_, text)| text.as_str());
    match (at % 2, at / 2) {
        (1, index) => text(index).to_owned(),
        (_, _) if points.is_empty() => "0".to_owned(),
        (_, 0) => format!("less than {}", text(0)),
        (_, index) if index == points.len() => format!("greater than {}", text(index - 1)),
        (_, index) => format!("between {} and {}", text(index - 1), text(index)),
    }
}

/// The first address of a range and the one after its last. Every combination of ranges
/// that is not empty holds such an address of one of them, or the family's first.
fn edges(range: &str) -> Vec<(Cidr, String)> {
    let (address, prefix) = range.split_once('/').unwrap_or((range, ""));
    let single = |address: String| Cidr::parse(&address).map(|cidr| (cidr, address));
    let found = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => {
            let host = u32::MAX.checked_shr(prefix.parse().unwrap_or(32)).unwrap_or(0);
            let first = v4.to_bits() & !host;
            let next = (first | host).checked_add(1);
            [Some(first), next].map(|bits| single(std::net::Ipv4Addr::from_bits(bits?).to_string()))
        }
        Ok(IpAddr::V6(v6)) => {
            let host = u128::MAX.checked_shr(prefix.parse().unwrap_or(128)).unwrap_or(0);
            let first = v6.to_bits() & !host;
            let next = (first | host).checked_add(1);
            [Some(first), next].map(|bits| single(std::net::Ipv6Addr::from_bits(bits?).to_string()))
        }
        Err(_) => [None, None],
    };
    found.into_iter().flatten().collect()
}
