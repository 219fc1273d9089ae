//! Durations and points in time as policies write them.
//! spec: vault-acl a.7

use super::decode::Any;

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// A duration of a stanza in nanoseconds: numbers and strings of digits are seconds, `Nd`
/// days, else Go's syntax; the empty string is zero.
pub(super) fn duration(value: &Any) -> Result<i64, String> {
    match value {
        Any::String(text) => parse_duration(text.raw()),
        Any::Int(seconds) => Ok(seconds.wrapping_mul(SECOND)),
        #[allow(clippy::cast_possible_truncation, reason = "the server cuts the fraction and saturates too")]
        Any::Float(seconds) => Ok((*seconds as i64).wrapping_mul(SECOND)),
        Any::Other => Err("could not parse duration from input".to_owned()),
    }
}

/// The same for a string, as headers and flags give it.
///
/// # Errors
/// The server's words about a text that is no duration.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(seconds.wrapping_mul(SECOND));
    }
    if let Some(days) = text.strip_suffix('d') {
        return match days.parse::<i64>() {
            Ok(days) => Ok(days.wrapping_mul(24 * 3600).wrapping_mul(SECOND)),
            Err(_) => Err(format!("strconv.ParseInt: parsing {}: invalid syntax", super::quote(days))),
        };
    }
    go_duration(text)
}

/// Go's `time.ParseDuration`: `1h30m`, `-1.5s`, `100ms`.
pub(crate) fn go_duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", super::quote(text));
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let after = rest.get(digits..).unwrap_or("");
        let fraction = match after.strip_prefix('.') {
            Some(tail) => tail.bytes().take_while(u8::is_ascii_digit).count() + 1,
            None => 0,
        };
        if digits == 0 && fraction < 2 {
            return Err(invalid());
        }
        let number = rest.get(..digits + fraction).unwrap_or("");
        let tail = rest.get(digits + fraction..).unwrap_or("");
        let unit_len = tail.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(tail.len());
        let unit = tail.get(..unit_len).unwrap_or("");
        let scale: i64 = match unit {
            "" => return Err(format!("time: missing unit in duration {}", super::quote(text))),
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => SECOND,
            "m" => 60 * SECOND,
            "h" => 3600 * SECOND,
            _ => {
                let (unit, text) = (super::quote(unit), super::quote(text));
                return Err(format!("time: unknown unit {unit} in duration {text}"));
            }
        };
        let whole: i64 =
            if digits == 0 { 0 } else { rest.get(..digits).unwrap_or("").parse().map_err(|_| invalid())? };
        let part = number
            .get(digits..)
            .filter(|part| part.len() > 1)
            .map_or(0.0, |part| format!("0{part}").parse::<f64>().unwrap_or(0.0));
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a fraction of one unit")]
        let part = (part * scale as f64) as i64;
        total = whole
            .checked_mul(scale)
            .and_then(|value| value.checked_add(part))
            .and_then(|value| total.checked_add(value))
            .ok_or_else(invalid)?;
        rest = tail.get(unit_len..).unwrap_or("");
    }
    Ok(if negative { -total } else { total })
}

/// A point in time in seconds since 1970: RFC 3339 or a number of seconds.
pub(super) fn absolute(text: &str) -> Result<i64, String> {
    if text.contains(['T', 't'])
        && let Ok(time) = text.parse::<jiff::Timestamp>()
    {
        return Ok(time.as_second());
    }
    text.parse::<i64>().map_err(|_| "could not parse string as date and time".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations_as_the_server_does() {
        let table = [
            ("", Ok(0)),
            ("60", Ok(60 * SECOND)),
            ("2d", Ok(48 * 3600 * SECOND)),
            ("1h30m", Ok(5400 * SECOND)),
            ("1.5s", Ok(1_500_000_000)),
            ("-1m", Ok(-60 * SECOND)),
            (".5s", Ok(500_000_000)),
            ("abc", Err("time: invalid duration \"abc\"")),
            ("1.5", Err("time: missing unit in duration \"1.5\"")),
            ("1x", Err("time: unknown unit \"x\" in duration \"1x\"")),
            ("xd", Err("strconv.ParseInt: parsing \"x\": invalid syntax")),
        ];
        for (text, expected) in table {
            assert_eq!(parse_duration(text), expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn reads_points_in_time() {
        assert_eq!(absolute("2001-01-01T00:00:00Z"), Ok(978_307_200));
        assert_eq!(absolute("2001-01-01T01:00:00.5+01:00"), Ok(978_307_200));
        assert_eq!(absolute("978307200"), Ok(978_307_200));
        assert!(absolute("2001-01-01").is_err());
    }
}
