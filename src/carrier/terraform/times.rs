//! Times as RFC 3339 writes them. The present (`timestamp`, `plantimestamp`) is not known.

use std::fmt::Write as _;

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan as _};

use super::value::{known_string, number, string};
use crate::source::Span;
use crate::syntax::Node;

pub(super) fn call(name: &str, args: &[Node], span: Span) -> Option<Node> {
    match (name, args) {
        ("timeadd", [time, duration]) => {
            let (time, duration) = (Time::parse(&known_string(time)?)?, duration_of(&known_string(duration)?)?);
            let clock = time.clock.checked_add(duration).ok()?;
            Some(string(Time { clock, ..time }.written()?, span))
        }
        ("timecmp", [a, b]) => {
            let (a, b) = (Time::parse(&known_string(a)?)?.utc()?, Time::parse(&known_string(b)?)?.utc()?);
            Some(number(f64::from(a.cmp(&b) as i8), span))
        }
        ("formatdate", [format, time]) => {
            let time = Time::parse(&known_string(time)?)?;
            Some(string(time.format(&known_string(format)?)?, span))
        }
        _ => None,
    }
}

/// A time by the clock of its place.
#[derive(Debug, Clone, Copy)]
struct Time {
    clock: DateTime,
    /// How far that clock is ahead of UTC, in minutes.
    offset: i32,
}

impl Time {
    /// `2017-11-22T01:00:00+01:00`
    fn parse(text: &str) -> Option<Self> {
        let (clock, offset) = if let Some(clock) = text.strip_suffix('Z') {
            (clock, 0)
        } else {
            let (clock, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
            let sign = match zone.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            (clock, sign * (two(hours, 23)? * 60 + two(minutes, 59)?))
        };
        let shape = |at: usize, expected: u8| clock.as_bytes().get(at) == Some(&expected);
        let whole = shape(4, b'-') && shape(7, b'-') && shape(10, b'T') && shape(13, b':') && shape(16, b':');
        Some(Self { clock: clock.parse().ok().filter(|_| whole)?, offset })
    }

    fn utc(self) -> Option<DateTime> {
        self.clock.checked_sub(self.offset.minutes()).ok()
    }

    /// Without fractions of seconds, as Terraform's functions give times back.
    fn written(self) -> Option<String> {
        self.format("YYYY-MM-DD'T'hh:mm:ssZ")
    }

    /// By the letters of `formatdate`: a run of one letter is a part of the time, what
    /// stands in single quotes stays, and so does all that is no letter.
    fn format(self, format: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = format;
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                rest = quoted(rest.get(1..)?, &mut out)?;
                continue;
            }
            let after = rest.trim_start_matches(first);
            if first.is_ascii_alphabetic() {
                self.part(rest.get(..rest.len() - after.len())?, &mut out)?;
                rest = after;
            } else {
                out.push(first);
                rest = rest.get(first.len_utf8()..)?;
            }
        }
        Some(out)
    }

    fn part(self, letters: &str, out: &mut String) -> Option<()> {
        let clock = self.clock;
        let (year, month, day, hour) = (clock.year(), clock.month(), clock.day(), clock.hour());
        let half = if hour % 12 == 0 { 12 } else { hour % 12 };
        let noon = if hour < 12 { ["AM", "am"] } else { ["PM", "pm"] };
        let month_name = MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
        let weekday = WEEKDAYS.get(usize::try_from(clock.weekday().to_monday_zero_offset()).ok()?)?;
        let (hours, minutes) = (self.offset.abs() / 60, self.offset.abs() % 60);
        let sign = if self.offset < 0 { '-' } else { '+' };
        let written = match letters {
            "YYYY" => write!(out, "{year:04}"),
            "YY" => write!(out, "{:02}", year % 100),
            "MMMM" => write!(out, "{month_name}"),
            "MMM" => write!(out, "{}", month_name.get(..3)?),
            "MM" => write!(out, "{month:02}"),
            "M" => write!(out, "{month}"),
            "DD" => write!(out, "{day:02}"),
            "D" => write!(out, "{day}"),
            "EEEE" => write!(out, "{weekday}"),
            "EEE" => write!(out, "{}", weekday.get(..3)?),
            "hh" => write!(out, "{hour:02}"),
            "h" => write!(out, "{hour}"),
            "HH" => write!(out, "{half:02}"),
            "H" => write!(out, "{half}"),
            "AA" => write!(out, "{}", noon.first()?),
            "aa" => write!(out, "{}", noon.last()?),
            "mm" => write!(out, "{:02}", clock.minute()),
            "m" => write!(out, "{}", clock.minute()),
            "ss" => write!(out, "{:02}", clock.second()),
            "s" => write!(out, "{}", clock.second()),
            "Z" if self.offset == 0 => write!(out, "Z"),
            "ZZZ" if self.offset == 0 => write!(out, "UTC"),
            "Z" | "ZZZZZ" => write!(out, "{sign}{hours:02}:{minutes:02}"),
            "ZZZ" | "ZZZZ" => write!(out, "{sign}{hours:02}{minutes:02}"),
            _ => return None,
        };
        written.ok()
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Two digits up to a value.
fn two(text: &str, most: i32) -> Option<i32> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| digits && *value <= most)
}

/// Copies up to the closing quote, of which two stand for one, and gives what follows.
fn quoted<'t>(mut text: &'t str, out: &mut String) -> Option<&'t str> {
    loop {
        let (inner, after) = text.split_once('\'')?;
        out.push_str(inner);
        let Some(more) = after.strip_prefix('\'') else { return Some(after) };
        out.push('\'');
        text = more;
    }
}

/// A duration as Go writes it: `1h30m`, `-1.5h`, `10ms`.
fn duration_of(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut nanoseconds: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (amount, unit) = rest.split_at_checked(end)?;
        let length = unit.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(unit.len());
        let (unit, after) = unit.split_at_checked(length)?;
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.len() > 12 {
            return None;
        }
        let number = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok() };
        let tens = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
        nanoseconds = nanoseconds.checked_add(number(whole)?.checked_mul(scale)?)?;
        nanoseconds = nanoseconds.checked_add(number(fraction)?.checked_mul(scale)? / tens)?;
        rest = after;
    }
    let nanoseconds = if negative { -nanoseconds } else { nanoseconds };
    (!text.is_empty()).then_some(SignedDuration::from_nanos(i64::try_from(nanoseconds).ok()?))
}
