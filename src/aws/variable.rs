//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}` and the
//! escapes `${*}`, `${?}`, `${$}` (spec: aws-evaluation, section 3).

/// A piece of a text that may hold variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text that stands for itself (or, where the place allows it, is a pattern).
    Text(&'a str),
    /// `${key}` or `${key, 'default'}`.
    Variable {
        /// The condition key.
        key: &'a str,
        /// What stands in for a key that is absent from the request.
        default: Option<&'a str>,
    },
    /// `${*}`, `${?}`, `${$}`: the character itself.
    Escape(char),
}

/// What is wrong with a variable, as Access Analyzer names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `${` without `}`.
    MissingBrace,
    /// A default that is not in single quotes.
    MissingQuote,
    /// `${}`.
    Empty,
    /// White space around the key.
    Space,
}

impl Fault {
    /// One lower-case sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::MissingBrace => "the policy variable has no closing `}`",
            Self::MissingQuote => "the default of the policy variable is not in single quotes",
            Self::Empty => "the policy variable `${}` names no key",
            Self::Space => "the policy variable has white space around its key",
        }
    }
}

/// Splits a text at its variables. Something that starts like a variable and is none
/// stays text; what is wrong with it is given with its byte range.
#[must_use]
pub fn parts(text: &str) -> (Vec<Part<'_>>, Vec<(Fault, std::ops::Range<usize>)>) {
    let mut parts = Vec::new();
    let mut faults = Vec::new();
    let mut from = 0;
    let mut at = 0;
    let mut braces = Braces { text, next: Some(0) };
    while let Some(start) = opening(text, at) {
        match variable(text.get(start + 2..).unwrap_or_default(), || braces.first(start + 2)) {
            Ok((part, len)) => {
                if let Some(before) = text.get(from..start).filter(|before| !before.is_empty()) {
                    parts.push(Part::Text(before));
                }
                parts.push(part);
                at = start + 2 + len;
                from = at;
            }
            Err((fault, len)) => {
                faults.push((fault, start..start + 2 + len));
                at = start + 2;
            }
        }
    }
    if let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        parts.push(Part::Text(rest));
    }
    (parts, faults)
}

/// Where the first `${` from a place on is. Most texts have no `$` at all, and one character
/// is looked for faster than two.
fn opening(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut signs = memchr::memchr_iter(b'$', bytes.get(from..)?).map(|at| from + at);
    signs.find(|at| bytes.get(at + 1) == Some(&b'{'))
}

/// Whether the text holds anything that [`parts`] would not give back as one text.
#[must_use]
pub fn has_variables(text: &str) -> bool {
    text.contains("${") && parts(text).0.iter().any(|part| !matches!(part, Part::Text(_)))
}

/// Closing braces of a text, looked for from left to right. What one search found stands for
/// all places before it: many openings may have one far brace, or none at all.
struct Braces<'a> {
    text: &'a str,
    next: Option<usize>,
}

impl Braces<'_> {
    /// How far the first brace from a place on is away, itself included.
    fn first(&mut self, from: usize) -> Option<usize> {
        if self.next? < from || self.text.as_bytes().get(self.next?) != Some(&b'}') {
            self.next = memchr::memchr(b'}', self.text.as_bytes().get(from..)?).map(|at| from + at);
        }
        Some(self.next? - from + 1)
    }
}

/// Reads a variable after its `${`; gives it with its length, closing brace included, or
/// what is wrong and how far that reaches. `brace` tells how far the first `}` is away.
fn variable(rest: &str, brace: impl FnOnce() -> Option<usize>) -> Result<(Part<'_>, usize), (Fault, usize)> {
    for escape in ['*', '?', '$'] {
        if rest.strip_prefix(escape).is_some_and(|rest| rest.starts_with('}')) {
            return Ok((Part::Escape(escape), 2));
        }
    }
    let Some(end) = rest.find(['}', ',', '{']) else { return Err((Fault::MissingBrace, rest.len())) };
    let (key, after) = rest.split_at(end);
    let (default, len) = match after.as_bytes().first() {
        Some(b'}') => (None, end + 1),
        Some(b',') => {
            let value = after.trim_start_matches([',']).trim_start();
            let skipped = after.len() - value.len();
            // the key has no brace, so that the first one is behind it
            let fault = || brace().map_or((Fault::MissingBrace, rest.len()), |len| (Fault::MissingQuote, len));
            let quoted = value.strip_prefix('\'').and_then(|text| text.split_once('\''));
            let Some((default, tail)) = quoted else { return Err(fault()) };
            let blank = tail.len() - tail.trim_start().len();
            if !tail.trim_start().starts_with('}') {
                return Err(fault());
            }
            (Some(default), end + skipped + default.len() + 2 + blank + 1)
        }
        _ => return Err((Fault::MissingBrace, end)),
    };
    if key.is_empty() {
        return Err((Fault::Empty, len));
    }
    if key.trim() != key {
        return Err((Fault::Space, len));
    }
    Ok((Part::Variable { key, default }, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let show = |part: &Part<'_>| match part {
            Part::Text(text) => format!("[{text}]"),
            Part::Variable { key, default: None } => format!("<{key}>"),
            Part::Variable { key, default: Some(default) } => format!("<{key}|{default}>"),
            Part::Escape(char) => format!("\\{char}"),
        };
        parts(text).0.iter().map(show).collect()
    }

    #[test]
    fn splits_at_variables() {
        let table = [
            ("", ""),
            ("abc$", "[abc$]"),
            ("a${aws:username}b", "[a]<aws:username>[b]"),
            ("${aws:PrincipalTag/team, 'company-wide'}/*", "<aws:PrincipalTag/team|company-wide>[/*]"),
            ("${k,'x}y'}", "<k|x}y>"),
            ("${k, ''}", "<k|>"),
            ("a${*}b${?}${$}", "[a]\\*[b]\\?\\$"),
            ("$${aws:userid}", "[$]<aws:userid>"),
            ("${**}", "<**>"),
            ("${a", "[${a]"),
            ("${}x", "[${}x]"),
            ("${ a }", "[${ a }]"),
            ("${a${b}", "[${a]<b>"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "`{text}`");
        }
    }

    /// The brace was once looked for from each opening to the end of the text.
    #[test]
    fn many_openings_with_one_far_brace_are_read_in_one_go() {
        for end in ["", "}"] {
            let text = "${a,".repeat(300_000) + end;
            let faults = parts(&text).1;
            let fault = if end.is_empty() { Fault::MissingBrace } else { Fault::MissingQuote };
            assert_eq!(faults.len(), 300_000);
            assert!(faults.iter().all(|(found, range)| *found == fault && range.end == text.len()));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let table = [
            ("x${aws:username", Fault::MissingBrace, 1..15),
            ("${aws:PrincipalTag/x, 'd}", Fault::MissingQuote, 0..25),
            ("${aws:PrincipalTag/x, d}", Fault::MissingQuote, 0..24),
            ("${aws:PrincipalTag/x, 'd' e}", Fault::MissingQuote, 0..28),
            ("${}", Fault::Empty, 0..3),
            ("${ aws:username }", Fault::Space, 0..17),
            ("${k, 'd", Fault::MissingBrace, 0..7),
        ];
        for (text, fault, range) in table {
            assert_eq!(parts(text).1, [(fault, range)], "`{text}`");
        }
    }
}
