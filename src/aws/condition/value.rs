//! Values of conditions: numbers, dates, addresses, booleans, binary data
//! (spec: aws-evaluation, section 5.3).

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A decimal number, compared exactly: `10` is `10.0`, and `9` is less than `10`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    negative: bool,
    /// Significant digits, without zeros at either end; empty for zero.
    digits: Box<[u8]>,
    /// The value is `0.digits × 10^exponent`.
    exponent: i64,
}

impl Number {
    /// Reads `-? digits (. digits)? ([eE] [+-]? digits)?`, as JSON does except that
    /// leading zeros and a leading `+` are taken. Nothing else is a number: `10abc` is
    /// none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !numeric(whole) || !numeric(fraction) {
            return None;
        }
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|b| **b == b'0').count();
        let trailing = all.iter().rev().take_while(|b| **b == b'0').count();
        let digits = all.get(leading..all.len().saturating_sub(trailing)).unwrap_or_default();
        if digits.is_empty() {
            return Some(Self { negative: false, digits: Box::default(), exponent: 0 });
        }
        let place = |count: usize| i64::try_from(count).unwrap_or(i64::MAX / 4);
        let exponent = place(whole.len()) - place(leading) + i64::from(power);
        Some(Self { negative, digits: digits.into(), exponent })
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |n: &Self| {
            if n.digits.is_empty() {
                0
            } else if n.negative {
                -1
            } else {
                1
            }
        };
        let magnitude = || (self.exponent, &self.digits).cmp(&(other.exponent, &other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => magnitude(),
            _ => magnitude().reverse(),
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A point in time: seconds since 1970 and nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// Reads the W3C profile of ISO 8601 (`2020`, `2020-01`, `2020-01-31`,
    /// `2020-01-31T12:00Z`, seconds, fractions and offsets), or seconds since 1970. Four
    /// digits are a year. A time without offset counts as UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        if unsigned.len() != 4 && !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Self::epoch(text);
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut fields = date.split('-');
        let year = number(fields.next()?, 4)?;
        let month = fields.next().map_or(Some(1), |f| number(f, 2))?;
        let day = fields.next().map_or(Some(1), |f| number(f, 2))?;
        if fields.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return None;
        }
        // a time belongs to a whole date
        if time.is_some() && date.len() != 10 {
            return None;
        }
        let days = days_from_epoch(year, month, day);
        let (seconds, nanos) = time.map_or(Some((0, 0)), time_of_day)?;
        Some(Self { seconds: days * 86_400 + seconds, nanos })
    }

    fn epoch(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if text.starts_with('-') && fraction.bytes().any(|b| b != b'0') {
            return None;
        }
        Some(Self { seconds: whole.parse().ok()?, nanos: nanos(fraction)? })
    }
}

/// Seconds into the day, offset taken off, and nanoseconds.
fn time_of_day(time: &str) -> Option<(i64, u32)> {
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        None => (time, 0),
        Some(at) => {
            let (clock, zone) = time.split_at_checked(at)?;
            (clock, offset(zone)?)
        }
    };
    let mut fields = clock.splitn(3, ':');
    let hour = number(fields.next()?, 2)?;
    let minute = number(fields.next()?, 2)?;
    let (second, fraction) = match fields.next() {
        None => (0, 0),
        Some(text) => {
            let (second, fraction) = text.split_once('.').unwrap_or((text, "0"));
            (number(second, 2)?, nanos(fraction)?)
        }
    };
    // 24:00:00 ends the day, and a leap second may be written
    if hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute > 0 || second > 0)) {
        return None;
    }
    Some((hour * 3600 + minute * 60 + second - offset, fraction))
}

/// `Z`, `+hh:mm`, `+hhmm` or `+hh`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let digits = rest.replacen(':', "", 1);
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits, 2)?, 0),
        4 => (number(digits.get(..2)?, 2)?, number(digits.get(2..)?, 2)?),
        _ => return None,
    };
    let seconds = hours * 3600 + minutes * 60;
    (hours <= 23 && minutes <= 59).then_some(if sign == "-" { -seconds } else { seconds })
}

fn number(text: &str, len: usize) -> Option<i64> {
    (text.len() == len && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Nanoseconds of a decimal fraction; digits past the ninth are cut.
fn nanos(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some(digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Years count from March, so
/// that the leap day ends the year.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// A range of addresses. Bits below the prefix are ignored (AWS is silent; spec:
/// aws-evaluation, section 5.3), and no prefix means one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Reads `203.0.113.0/24`, `203.0.113.5`, `2001:db8::/32` …
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => widest,
            Some(text) if text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok()?,
            Some(_) => return None,
        };
        (prefix <= widest).then_some(Self { address, prefix })
    }

    /// Whether the range holds all of the other one. Families never meet.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        if other.prefix < self.prefix {
            return false;
        }
        match (self.address, other.address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => v4(a, self.prefix) == v4(b, self.prefix),
            (IpAddr::V6(a), IpAddr::V6(b)) => v6(a, self.prefix) == v6(b, self.prefix),
            _ => false,
        }
    }
}

fn v4(address: Ipv4Addr, prefix: u8) -> u32 {
    address.to_bits().checked_shr(32 - u32::from(prefix)).unwrap_or(0)
}

fn v6(address: Ipv6Addr, prefix: u8) -> u128 {
    address.to_bits().checked_shr(128 - u32::from(prefix)).unwrap_or(0)
}

/// `true` or `false` in any case: AWS does not say whether the case matters (spec:
/// aws-evaluation, section 5.3).
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// The bytes that base64 text stands for; padding may be missing.
#[must_use]
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::DecodePaddingMode;
    use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let ascending = [
            "-1e3",
            "-10.5",
            "-10",
            "-0.001",
            "0",
            "1e-9",
            "0.25",
            "1.25",
            "1.5",
            "9",
            "10",
            "100",
            "9007199254740992",
            "9007199254740993",
            "1e300",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                let (x, y) = (Number::parse(a).unwrap(), Number::parse(b).unwrap());
                assert_eq!(x.cmp(&y), i.cmp(&j), "{a} and {b}");
            }
        }
        for (a, b) in [("10", "10.0"), ("0", "-0"), ("010", "1e1"), ("0.5", "5e-1"), ("+7", "7"), ("100", "1e2")] {
            assert_eq!(Number::parse(a), Number::parse(b), "{a} and {b}");
        }
        for text in ["", "10abc", "abc", ".5", "5.", "1e", "1e99999999999", "0x10", "1,000", " 1", "--1", "∞"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn dates_compare_as_instants() {
        let same = [
            ("2020-01-01", "2020-01-01T00:00:00Z"),
            ("2020", "2020-01-01"),
            ("2020-02", "2020-02-01T00:00Z"),
            ("1577836800", "2020-01-01T00:00:00Z"),
            ("2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00.000Z"),
            ("2019-12-31T19:00:00-05:00", "2020-01-01T00:00:00"),
            ("2019-12-31T24:00:00Z", "2020-01-01"),
            ("0", "1970-01-01"),
            ("-86400", "1969-12-31"),
            ("1600000000", "2020-09-13T12:26:40Z"),
            ("2000-02-29T00:00:00Z", "951782400"),
        ];
        for (a, b) in same {
            assert_eq!(Instant::parse(a).unwrap(), Instant::parse(b).unwrap(), "{a} and {b}");
        }
        let earlier = [
            ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5Z"),
            ("1577836799.9", "2020-01-01"),
            ("1899-01-01", "1900-01-01"),
        ];
        for (a, b) in earlier {
            assert!(Instant::parse(a).unwrap() < Instant::parse(b).unwrap(), "{a} and {b}");
        }
        for text in [
            "",
            "soon",
            "2020-13-01",
            "2021-02-29",
            "2020-01-01T25:00Z",
            "2020-01T00:00Z",
            "20-01-01",
            "2020-01-01T00:00:00+1",
            "1.2.3",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_counts() {
        let mut days = days_from_epoch(1800, 1, 1);
        for year in 1800..2201 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_from_epoch(year, month, day), days, "{year}-{month}-{day}");
                    days += 1;
                }
            }
        }
        assert_eq!(days_from_epoch(1970, 1, 1), 0);
    }

    #[test]
    fn ranges_hold_addresses_of_their_family() {
        let table = [
            ("203.0.113.0/24", "203.0.113.1", true),
            ("203.0.113.9/24", "203.0.113.1", true),
            ("203.0.113.0/24", "203.0.114.1", false),
            ("203.0.113.5", "203.0.113.5", true),
            ("203.0.113.5", "203.0.113.6", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "2001:db8::1", true),
            ("2001:DB8:1234:5678::/64", "2001:db8:1234:5678:abcd::1", true),
            ("2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", false),
            ("2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", true),
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.1.0.0/16", "10.0.0.0/8", false),
        ];
        for (range, address, expected) in table {
            let (range, address) = (Cidr::parse(range).unwrap(), Cidr::parse(address).unwrap());
            assert_eq!(range.contains(&address), expected, "{range:?} {address:?}");
        }
        for text in ["", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "::/129", "1.2.3.4/-1", "1.2.3.4/+8", "host", "010.1.1.1"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
