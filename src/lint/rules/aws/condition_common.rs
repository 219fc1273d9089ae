//! What the condition rules share: operator families, values as text, addresses.

use std::net::IpAddr;

use crate::aws::placeholder;
use crate::lint::{ConditionFact, Severity, Sink};
use crate::source::Span;
use crate::syntax::Value;

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    String,
    Numeric,
    Date,
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

impl Family {
    /// As messages name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Numeric => "numbers",
            Self::Date => "dates",
            Self::Bool => "`true` and `false`",
            Self::Binary => "binary data",
            Self::Ip => "addresses",
            Self::Arn => "ARNs",
            Self::Null => "presence",
        }
    }
}

/// The family of a condition's operator; none for one that AWS does not know.
pub(super) fn family(condition: &ConditionFact<'_>) -> Option<Family> {
    let operator = condition.operator.as_str();
    Some(match operator {
        _ if operator.starts_with("string") => Family::String,
        _ if operator.starts_with("numeric") => Family::Numeric,
        _ if operator.starts_with("date") => Family::Date,
        "bool" => Family::Bool,
        "binaryequals" => Family::Binary,
        "ipaddress" | "notipaddress" => Family::Ip,
        _ if operator.starts_with("arn") => Family::Arn,
        "null" => Family::Null,
        _ => return None,
    })
}

/// Whether a condition compares one of these keys (in lower case) with values: `Null` has
/// `true` or `false`, whatever the key is.
pub(super) fn told(condition: &ConditionFact<'_>, keys: &[&str]) -> bool {
    keys.contains(&condition.key.as_str()) && condition.operator != "null"
}

/// The values as text with their places; unknown ones, those with policy variables and
/// those still to be written (`aws/placeholder`) are left out.
pub(super) fn texts(condition: &ConditionFact<'_>) -> Vec<(String, Span)> {
    let known = condition.condition.values.iter().filter_map(|node| match &node.value {
        Value::String(text) => {
            let told = |text: &&str| !text.contains("${") && placeholder::find(text).is_none();
            text.known().filter(told).map(|text| (text.to_owned(), node.span))
        }
        Value::Number(number) => Some((number.to_string(), node.span)),
        Value::Bool(value) => Some((value.to_string(), node.span)),
        _ => None,
    });
    known.collect()
}

/// Reports a value that has not the form of its key: as a mistake, or as a blank that
/// somebody has to fill in yet.
pub(super) fn report_form(value: &str, span: Span, what: &str, sink: &mut Sink<'_>) {
    if is_blank(value) {
        sink.report(span, format!("`{value}` is a placeholder: fill in the {what}"))
            .label("matches nothing yet")
            .severity(Severity::Info);
    } else {
        sink.report(span, format!("`{value}` is no {what}, so this compares with nothing")).label("matches nothing");
    }
}

/// Whether a value is a blank in capitals: `YOUR_ORG_ID`. One in brackets is no value at all
/// (`aws/placeholder`).
fn is_blank(value: &str) -> bool {
    let capitals = |b: u8| b.is_ascii_uppercase() || b == b'_' || b == b'-';
    value.len() > 3 && value.bytes().all(capitals)
}

/// Whether every value is known and free of policy variables.
pub(super) fn all_known(condition: &ConditionFact<'_>) -> bool {
    !condition.condition.unknown && texts(condition).len() == condition.condition.values.len()
}

/// An address block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) address: IpAddr,
    pub(super) prefix: u8,
}

impl Block {
    /// Reads `10.0.0.0/8`, `10.0.0.1`, `2001:db8::/32`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(most), |p| p.parse().ok())?;
        (prefix <= most).then_some(Self { address, prefix })
    }

    /// The first address of the block.
    pub(super) fn network(self) -> IpAddr {
        match self.address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(u32::from(32 - self.prefix)).unwrap_or(0);
                IpAddr::V4((u32::from(v4) & mask).into())
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(u32::from(128 - self.prefix)).unwrap_or(0);
                IpAddr::V6((u128::from(v6) & mask).into())
            }
        }
    }

    /// Whether `other` lies wholly inside.
    pub(super) fn holds(self, other: Self) -> bool {
        self.prefix <= other.prefix
            && self.address.is_ipv4() == other.address.is_ipv4()
            && Self { prefix: self.prefix, ..other }.network() == self.network()
    }

    /// Whether all of it is private, shared, link-local or loopback address space
    /// (RFC 1918, 6598, 3927, 4193, 4291), from which no request reaches AWS as
    /// `aws:SourceIp`.
    pub(super) fn is_private(self) -> bool {
        const BLOCKS: [&str; 8] = [
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "127.0.0.0/8",
            "fc00::/7",
            "fe80::/10",
        ];
        BLOCKS.iter().filter_map(|block| Self::parse(block)).any(|block| block.holds(self))
    }
}
