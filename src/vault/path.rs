//! Path labels as the server understands them: exact, prefix (`secret/*`), or with `+`
//! segments. The one place that takes a label apart.
//! spec: vault-acl a.6, c.2, c.3

use std::cmp::{Ordering, Reverse};

use smol_str::SmolStr;

/// A path label after templating, normalised as the server stores it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathPattern {
    kind: PatternKind,
    text: SmolStr,
}

/// How a pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PatternKind {
    /// Equal paths only.
    Exact,
    /// Paths that start with the text; the final `*` is cut off.
    Prefix,
    /// Segment by segment, `+` standing for any one; a final `*` is kept in the text.
    Segments,
}

/// A label that the server refuses: it holds `+*`. Carries the text it complains about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlusStar(pub String);

impl PathPattern {
    /// Takes a label (templates already rendered) of a policy in `namespace` (empty, or
    /// with its final slash) apart.
    ///
    /// # Errors
    /// The label with its namespace, where it holds `+*`.
    pub fn new(label: &str, namespace: &str) -> Result<Self, PlusStar> {
        let label = label.strip_prefix('/').unwrap_or(label);
        let path: SmolStr = if namespace.is_empty() { label.into() } else { format!("{namespace}{label}").into() };
        if path.contains("+*") {
            return Err(PlusStar(path.to_string()));
        }
        if path == "+" || path.contains("/+") || path.starts_with("+/") {
            return Ok(Self { kind: PatternKind::Segments, text: path });
        }
        Ok(match path.strip_suffix('*') {
            Some(prefix) => Self { kind: PatternKind::Prefix, text: prefix.into() },
            None => Self { kind: PatternKind::Exact, text: path },
        })
    }

    /// How it matches.
    #[must_use]
    pub fn kind(&self) -> PatternKind {
        self.kind
    }

    /// The text as stored: without the `*` of a prefix, with the `*` of segments.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.text
    }

    /// The text without a final `*` that stands for anything.
    #[must_use]
    pub fn stem(&self) -> &str {
        match self.kind {
            PatternKind::Segments => self.text.strip_suffix('*').unwrap_or(&self.text),
            _ => &self.text,
        }
    }

    /// The pattern as a label writes it, without leading slash.
    #[must_use]
    pub fn label(&self) -> String {
        match self.kind {
            PatternKind::Prefix => format!("{}*", self.text),
            _ => self.text.to_string(),
        }
    }

    /// Whether it goes on with anything: a label that ends in `*`.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.kind {
            PatternKind::Exact => false,
            PatternKind::Prefix => true,
            PatternKind::Segments => self.text.ends_with('*'),
        }
    }

    /// Whether the pattern covers a path (no leading slash).
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        match self.kind {
            PatternKind::Exact => path == self.text,
            PatternKind::Prefix => path.starts_with(self.text.as_str()),
            PatternKind::Segments => match_segments(self.stem(), self.is_open(), path),
        }
    }

    /// The literal text before the first `+` character, or all of it: what a path must
    /// start with. Its length is the first thing that ranks patterns.
    #[must_use]
    pub fn head(&self) -> &str {
        match self.kind {
            PatternKind::Segments => self.text.split('+').next().unwrap_or(""),
            _ => &self.text,
        }
    }

    /// What decides between patterns that are not exact: greater wins.
    #[must_use]
    pub fn rank(&self) -> Rank<'_> {
        let stem = self.stem();
        let plus = match self.kind {
            PatternKind::Segments => stem.split('/').filter(|part| *part == "+").count(),
            _ => 0,
        };
        Rank {
            position: self.head().len(),
            closed: !self.is_open(),
            fewer_plus: Reverse(plus),
            length: stem.len(),
            text: stem,
        }
    }

    /// Compares two patterns that are not exact: the greater one decides.
    #[must_use]
    pub fn cmp_rank(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// The server's order among patterns that match the same path; fields in the order in
/// which they decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank<'a> {
    /// Where the first wildcard stands.
    pub position: usize,
    /// Whether the pattern does not end in `*`.
    pub closed: bool,
    /// Fewer `+` segments win.
    pub fewer_plus: Reverse<usize>,
    /// Length without the final `*`.
    pub length: usize,
    /// The text without the final `*`.
    pub text: &'a str,
}

/// Whether a path has the segments of `stem` (and any rest where `open`). A `+` segment
/// stands for any one segment, the empty one too.
#[must_use]
pub fn match_segments(stem: &str, open: bool, path: &str) -> bool {
    let mut parts = path.split('/');
    let mut rule = stem.split('/').peekable();
    while let Some(part) = rule.next() {
        let Some(actual) = parts.next() else { return false };
        let last = rule.peek().is_none();
        if part == "+" || part == actual || (open && last && actual.starts_with(part)) {
            continue;
        }
        return false;
    }
    open || parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(label: &str) -> PathPattern {
        PathPattern::new(label, "").unwrap()
    }

    #[test]
    fn takes_labels_apart_as_the_server_does() {
        use PatternKind::{Exact, Prefix, Segments};
        let table = [
            ("secret/a", Exact, "secret/a"),
            ("/secret/a", Exact, "secret/a"),
            ("//secret", Exact, "/secret"),
            ("secret/*", Prefix, "secret/"),
            ("a/**", Prefix, "a/*"),
            ("a/*/b", Exact, "a/*/b"),
            ("*", Prefix, ""),
            ("", Exact, ""),
            ("/", Exact, ""),
            ("+", Segments, "+"),
            ("+/a*", Segments, "+/a*"),
            ("a/+b/c", Segments, "a/+b/c"),
            ("+a/b", Exact, "+a/b"),
            ("a/b+/c", Exact, "a/b+/c"),
            ("a+b*", Prefix, "a+b"),
        ];
        for (label, kind, stored) in table {
            let pattern = pattern(label);
            assert_eq!((pattern.kind(), pattern.stored()), (kind, stored), "{label}");
        }
        assert_eq!(PathPattern::new("a/b+*", ""), Err(PlusStar("a/b+*".to_owned())));
        assert_eq!(PathPattern::new("+a/b", "ns/").unwrap().kind(), Segments);
    }

    #[test]
    fn matches_segment_by_segment() {
        let table = [
            ("+", "a", true),
            ("+", "", true),
            ("+", "a/", false),
            ("a/+", "a/", true),
            ("a/+/*", "a/x/", true),
            ("a/+/*", "a/x", false),
            ("a/+/b*", "a/x/b/y/z", true),
            ("a/+/b*", "a/x/c", false),
            ("a/+b/c", "a/+b/c", true),
            ("a/+b/c", "a/xb/c", false),
            ("secret/*", "secret", false),
            ("secret/*", "secret/", true),
        ];
        for (label, path, expected) in table {
            assert_eq!(pattern(label).matches(path), expected, "{label} on {path}");
        }
    }

    #[test]
    fn ranks_as_the_server_does() {
        // (loser, winner), from the table of spec c.2
        let table = [
            ("a/*", "a/+"),
            ("a/+", "a/b*"),
            ("foo/+/secret/config", "foo/b*"),
            ("+/*", "*"),
            ("+/*", "foo/+/*"),
            ("a/+/c/d", "a/b/+/d"),
            ("a/+/c*", "a/+/+/d"),
            ("a/+/+/d", "a/+/c/d"),
            ("x/+/b*", "x/+/ba*"),
            ("a+b/+/c", "a+b/*"),
        ];
        for (loser, winner) in table {
            assert_eq!(pattern(loser).cmp_rank(&pattern(winner)), Ordering::Less, "{loser} against {winner}");
        }
    }
}
