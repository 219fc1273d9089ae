//! Vault path patterns as languages: exact paths, prefixes, and `+` segments.
//!
//! In segment form every pattern is a list of segments, each a text or the beginning of
//! one, and perhaps open at the end. That form is closed under intersection, so every
//! question here is polynomial and exact (spec: symbolic, section 6).

use std::fmt;

/// The set of request paths a policy path stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathLang {
    segments: Vec<Segment>,
    /// The last segment is a beginning, and further segments may follow.
    open: bool,
}

/// How many segments of a path are made as short as they can be.
const SHORTENED: usize = 64;

/// One segment of a path pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Segment {
    /// This text.
    Text(String),
    /// Any slash-free text that begins so; `+` begins with nothing.
    Begins(String),
}

impl Segment {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Text(own) => own == text,
            Self::Begins(own) => text.starts_with(own.as_str()),
        }
    }

    fn contains(&self, inner: &Self) -> bool {
        match (self, inner) {
            (Self::Begins(own), _) if own.is_empty() => true,
            (_, Self::Text(text)) => self.matches(text),
            (Self::Begins(own), Self::Begins(text)) => text.starts_with(own.as_str()),
            (Self::Text(_), Self::Begins(_)) => false,
        }
    }

    fn meet(&self, other: &Self) -> Option<Self> {
        if self.contains(other) {
            Some(other.clone())
        } else if other.contains(self) {
            Some(self.clone())
        } else {
            None
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Begins(text) => text,
        }
    }
}

impl PathLang {
    /// All paths.
    #[must_use]
    pub fn all() -> Self {
        Self::prefix("")
    }

    /// Exactly this path; `+` and `*` are plain characters in it.
    #[must_use]
    pub fn exact(path: &str) -> Self {
        Self { segments: path.split('/').map(|s| Segment::Text(s.into())).collect(), open: false }
    }

    /// Every path that begins so; `+` and `*` are plain characters in it.
    #[must_use]
    pub fn prefix(path: &str) -> Self {
        let mut lang = Self::exact(path);
        if let Some(last) = lang.segments.last_mut() {
            *last = Segment::Begins(last.text().to_owned());
        }
        lang.open = true;
        lang
    }

    /// A path with `+` segments, its final `*` included (spec: vault-acl, section c.3).
    #[must_use]
    pub fn segments(path: &str) -> Self {
        let (body, open) = path.strip_suffix('*').map_or((path, false), |body| (body, true));
        let mut lang = if open { Self::prefix(body) } else { Self::exact(body) };
        for segment in &mut lang.segments {
            if *segment == Segment::Text("+".into()) {
                *segment = Segment::Begins(String::new());
            }
        }
        lang
    }

    /// What a policy's path text stands for, its one leading slash already removed: `+`
    /// counts as a wildcard only as a whole segment, a final `*` makes a prefix, any other
    /// `*` is a plain character (spec: vault-acl, section a.6).
    #[must_use]
    pub fn parse(path: &str) -> Self {
        if path == "+" || path.contains("/+") || path.starts_with("+/") {
            Self::segments(path)
        } else if let Some(prefix) = path.strip_suffix('*') {
            Self::prefix(prefix)
        } else {
            Self::exact(path)
        }
    }

    /// Whether a request path is in the set.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let mut own = self.segments.iter().peekable();
        let mut parts = path.split('/');
        while let Some(segment) = own.next() {
            let Some(part) = parts.next() else { return false };
            if !segment.matches(part) {
                return false;
            }
            if own.peek().is_none() && self.open {
                return true;
            }
        }
        parts.next().is_none()
    }

    /// The paths in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let (short, long) = if self.segments.len() <= other.segments.len() { (self, other) } else { (other, self) };
        let same_length = short.segments.len() == long.segments.len();
        if !same_length && !short.open {
            return None;
        }
        let mut segments = Vec::with_capacity(long.segments.len());
        let mut own = short.segments.iter();
        for segment in &long.segments {
            match own.next() {
                Some(mine) => segments.push(mine.meet(segment)?),
                None => segments.push(segment.clone()),
            }
        }
        Some(Self { segments, open: long.open && short.open })
    }

    /// Whether any path is in both sets.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let (short, long) = if self.segments.len() <= other.segments.len() { (self, other) } else { (other, self) };
        let same_length = short.segments.len() == long.segments.len();
        let meet = |(one, two): (&Segment, &Segment)| one.contains(two) || two.contains(one);
        (same_length || short.open) && short.segments.iter().zip(&long.segments).all(meet)
    }

    /// A shortest path in both sets.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> Option<String> {
        self.intersection(other).map(|both| both.shortest())
    }

    /// Whether every path of `inner` is in this set.
    #[must_use]
    pub fn contains(&self, inner: &Self) -> bool {
        let lengths = if self.open {
            self.segments.len() <= inner.segments.len()
        } else {
            self.segments.len() == inner.segments.len() && !inner.open
        };
        lengths && self.segments.iter().zip(&inner.segments).all(|(own, other)| own.contains(other))
    }

    /// A path of this set that is in none of the others; the shortest of its kind. None
    /// if the others together contain this set.
    #[must_use]
    pub fn escape<'o>(&self, others: impl IntoIterator<Item = &'o Self>) -> Option<String> {
        let others = self.near(others);
        let mut least = self.least(&others, false)?;
        // Longer ones nobody writes; each try takes as long as the path is.
        let tries = SHORTENED * SHORTENED / least.parts.len().max(SHORTENED);
        for index in 0..least.parts.len().min(tries) {
            let mut shorter = least.clone();
            if let Some(part) = shorter.parts.get_mut(index) {
                part.1 = false;
            }
            if !others.iter().any(|other| other.matches(&shorter.spell())) {
                least = shorter;
            }
        }
        Some(least.spell())
    }

    /// A path of this set that is in none of the others, with a name in every open place
    /// (`secret/data/example`). `writable`: not one that ends in `/`, which the server
    /// refuses to write to (spec: vault-acl, section d.1).
    #[must_use]
    pub fn example<'o>(&self, others: impl IntoIterator<Item = &'o Self>, writable: bool) -> Option<String> {
        Some(self.least(&self.near(others), writable)?.spell())
    }

    fn near<'o>(&self, others: impl IntoIterator<Item = &'o Self>) -> Vec<&'o Self> {
        others.into_iter().filter(|other| other.meets(self)).collect()
    }

    /// The first of this set's least paths that is in none of the others: a fresh text for
    /// every open segment, and every number of further segments that can make a difference
    /// (spec: symbolic, lemma 7).
    fn least(&self, others: &[&Self], writable: bool) -> Option<Least<'_>> {
        if writable && self.segments.last().is_none_or(|last| *last == Segment::Text(String::new())) {
            return None;
        }
        let longest = others.iter().map(|o| o.segments.len()).max().unwrap_or_default();
        let more = if self.open { (longest + 1).saturating_sub(self.segments.len()) } else { 0 };
        let parts = self.segments.iter().map(|s| (s.text(), matches!(s, Segment::Begins(_)))).collect();
        let mut least = Least { parts, fresh: fresh_text(others, self) };
        for _ in 0..=more {
            let path = least.spell();
            if !others.iter().any(|other| other.matches(&path)) {
                return Some(least);
            }
            least.parts.push(("", true));
        }
        None
    }

    /// Whether the others together contain this set.
    #[must_use]
    pub fn within_union<'o>(&self, others: impl IntoIterator<Item = &'o Self>) -> bool {
        self.escape(others).is_none()
    }

    /// A shortest path of the set.
    #[must_use]
    pub fn shortest(&self) -> String {
        self.segments.iter().map(Segment::text).collect::<Vec<_>>().join("/")
    }

    /// The one path of the set, if it is only one.
    #[must_use]
    pub fn as_exact(&self) -> Option<String> {
        self.segments.iter().all(|s| matches!(s, Segment::Text(_))).then(|| self.shortest())
    }

    /// The paths that with a slash added are in this set: what a request for `list` on
    /// `path/` asks of this set when it looks for the path without its final slash.
    #[must_use]
    pub fn without_final_slash(&self) -> Vec<Self> {
        let mut found = Vec::new();
        if let Some((last, rest)) = self.segments.split_last()
            && last.text().is_empty()
            && !rest.is_empty()
        {
            found.push(Self { segments: rest.to_vec(), open: false });
        }
        if self.open {
            found.push(self.clone());
        }
        found
    }
}

/// A least path of a set: its segments, each with or without the fresh text.
#[derive(Clone)]
struct Least<'l> {
    parts: Vec<(&'l str, bool)>,
    fresh: String,
}

impl Least<'_> {
    fn spell(&self) -> String {
        let mut path = String::new();
        for (index, (text, grown)) in self.parts.iter().enumerate() {
            if index > 0 {
                path.push('/');
            }
            path.push_str(text);
            if *grown {
                path.push_str(&self.fresh);
            }
        }
        path
    }
}

/// The pattern as a policy would write it where it can; a beginning in the middle, which
/// no policy can write, as `text…`.
impl fmt::Display for PathLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.segments.len().saturating_sub(1);
        for (index, segment) in self.segments.iter().enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            match segment {
                Segment::Text(text) => f.write_str(text)?,
                Segment::Begins(text) if index == last && self.open => write!(f, "{text}*")?,
                Segment::Begins(text) if text.is_empty() => f.write_str("+")?,
                Segment::Begins(text) => write!(f, "{text}…")?,
            }
        }
        Ok(())
    }
}

/// A text that no segment mentioned begins or goes on with.
fn fresh_text(others: &[&PathLang], own: &PathLang) -> String {
    let segments: Vec<&Segment> = others.iter().copied().chain([own]).flat_map(|l| &l.segments).collect();
    let mentioned = |text: &str| segments.iter().any(|s| s.text().contains(text));
    let letters = ('a'..='z').rev().map(String::from);
    let candidates = ["example", "x"].into_iter().map(String::from).chain(letters);
    let counted = (0_u32..).map(|n| format!("example-{n}"));
    candidates.chain(counted).find(|text| !mentioned(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_thousands_of_segments_is_not_shortened_segment_by_segment() {
        let wide = PathLang::parse(&format!("{}*", "+/".repeat(20_000)));
        let taken = PathLang::parse(&format!("{}b*", "+/".repeat(20_000)));
        for _ in 0..30 {
            let path = wide.escape([&taken]).unwrap();
            assert!(wide.matches(&path) && !taken.matches(&path));
        }
        let short = PathLang::parse("+/+/*").escape([&PathLang::parse("+/b/*")]).unwrap();
        assert_eq!(short, "//", "what is short is still made as short as it can be");
    }
}
