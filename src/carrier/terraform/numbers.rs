//! Functions over numbers and IP networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smol_str::{SmolStr, ToSmolStr};

use super::value::{boolean, known_string, list, number, numeric, string};
use crate::source::Span;
use crate::syntax::{Node, Value};

pub(super) fn call(name: &str, args: &[Node], span: Span) -> Option<Node> {
    let finite = |value: f64| value.is_finite().then(|| number(value, span));
    match (name, args) {
        ("abs", [value]) => Some(number(numeric(value)?.abs(), span)),
        ("ceil", [value]) => Some(number(numeric(value)?.ceil(), span)),
        ("floor", [value]) => Some(number(numeric(value)?.floor(), span)),
        ("min", values) => values.iter().map(numeric).reduce(|a, b| Some(a?.min(b?)))?.map(|v| number(v, span)),
        ("max", values) => values.iter().map(numeric).reduce(|a, b| Some(a?.max(b?)))?.map(|v| number(v, span)),
        ("sum", [values]) => {
            let all: Option<Vec<f64>> = values.as_list()?.iter().map(numeric).collect();
            finite(all.filter(|all| !all.is_empty())?.into_iter().sum())
        }
        ("log", [value, base]) => finite(numeric(value)?.ln() / numeric(base)?.ln()),
        ("pow", [value, power]) => finite(numeric(value)?.powf(numeric(power)?)),
        ("signum", [value]) => {
            let value = numeric(value)?;
            Some(number(if value == 0.0 { 0.0 } else { value.signum() }, span))
        }
        ("parseint", [text, base]) => {
            let base = whole(base).and_then(|base| u32::try_from(base).ok()).filter(|base| (2..=36).contains(base))?;
            let value = i128::from_str_radix(&known_string(text)?, base).ok()?;
            Some(Node::new(span, Value::Number(value.to_smolstr())))
        }
        ("cidrhost", [prefix, host]) => {
            let network = Network::parse(&known_string(prefix)?)?;
            Some(string(network.host(whole(host)?)?.to_smolstr(), span))
        }
        ("cidrnetmask", [prefix]) => {
            let network = Network::parse(&known_string(prefix)?)?;
            let mask = u32::try_from(network.mask()).ok().filter(|_| network.bits == 32)?;
            Some(string(Ipv4Addr::from(mask).to_smolstr(), span))
        }
        ("cidrsubnet", [prefix, more, number]) => {
            let network = Network::parse(&known_string(prefix)?)?;
            let subnet = network.subnet(u32::try_from(whole(more)?).ok()?, u128::try_from(whole(number)?).ok()?)?;
            Some(string(subnet.written(), span))
        }
        ("cidrsubnets", [prefix, more @ ..]) => {
            let network = Network::parse(&known_string(prefix)?)?;
            let lengths: Option<Vec<u32>> = more.iter().map(|m| u32::try_from(whole(m)?).ok()).collect();
            let made = network.subnets(&lengths?)?;
            Some(list(made.iter().map(|subnet| string(subnet.written(), span)).collect(), span))
        }
        ("cidrcontains", [prefix, inner]) => {
            let (outer, inner) = (Network::parse(&known_string(prefix)?)?, known_string(inner)?);
            let inner = Network::parse(&inner).or_else(|| Network::of(inner.parse().ok()?, None))?;
            let within = inner.bits == outer.bits && inner.length >= outer.length;
            Some(boolean(within && inner.address & outer.mask() == outer.address, span))
        }
        _ => None,
    }
}

/// A whole number.
fn whole(node: &Node) -> Option<i128> {
    let value = numeric(node)?;
    #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i128)
}

/// An IP network, its host part cleared.
#[derive(Debug, Clone, Copy)]
struct Network {
    address: u128,
    length: u32,
    /// 32 or 128.
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        Self::of(address.parse().ok()?, Some(length.parse().ok()?))
    }

    fn of(address: IpAddr, length: Option<u32>) -> Option<Self> {
        let (address, bits) = match address {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let length = length.unwrap_or(bits);
        let network = (length <= bits).then_some(Self { address, length, bits })?;
        Some(Self { address: address & network.mask(), ..network })
    }

    /// How many addresses it has, less one.
    fn hosts(self) -> u128 {
        let free = self.bits - self.length;
        1_u128.checked_shl(free).map_or(u128::MAX, |count| count - 1)
    }

    fn mask(self) -> u128 {
        let all = if self.bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
        all & !self.hosts()
    }

    fn show(self, address: u128) -> IpAddr {
        match u32::try_from(address) {
            Ok(address) if self.bits == 32 => IpAddr::V4(Ipv4Addr::from(address)),
            _ => IpAddr::V6(Ipv6Addr::from(address)),
        }
    }

    fn written(self) -> SmolStr {
        SmolStr::from(format!("{}/{}", self.show(self.address), self.length))
    }

    /// The address of that number; negative numbers count from the end.
    fn host(self, number: i128) -> Option<IpAddr> {
        let distance = number.unsigned_abs();
        let offset = if number < 0 {
            (distance - 1 <= self.hosts()).then(|| self.hosts() - (distance - 1))?
        } else {
            (distance <= self.hosts()).then_some(distance)?
        };
        Some(self.show(self.address | offset))
    }

    fn subnet(self, more: u32, number: u128) -> Option<Self> {
        let length = self.length.checked_add(more).filter(|length| *length <= self.bits)?;
        if more < 128 && number >= 1_u128.checked_shl(more)? {
            return None;
        }
        let shifted = number.checked_shl(self.bits - length).unwrap_or(0);
        Some(Self { address: self.address | shifted, length, bits: self.bits })
    }

    /// Networks of those lengths one after the other, each at the next place that fits it.
    fn subnets(self, more: &[u32]) -> Option<Vec<Self>> {
        let mut made: Vec<Self> = Vec::new();
        for more in more {
            let next = match made.last() {
                None => self.subnet(*more, 0)?,
                Some(before) => {
                    let length = self.length.checked_add(*more).filter(|length| *length <= self.bits)?;
                    let like = Self { length, ..*before };
                    let last = (before.address | before.hosts()) & like.mask() | like.hosts();
                    Self { address: last.checked_add(1)? & like.mask(), ..like }
                }
            };
            let inside = next.address & self.mask() == self.address && next.address <= self.address | self.hosts();
            made.push(inside.then_some(next)?);
        }
        Some(made)
    }
}
