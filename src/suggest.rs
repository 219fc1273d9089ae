//! "Did you mean": the known name closest to one that is not known.

/// The candidate closest to `name` without regard to case, if one is close enough to be
/// what was meant: at most a third of the name's letters, and at most three, differ.
/// Ties go to the candidate that comes first.
#[must_use]
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = letters(name).collect();
    let limit = (name.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    let mut rows = Rows::default();
    let own = set(name.iter().copied());
    for candidate in candidates {
        let bound = best.map_or(limit + 1, |(distance, _)| distance);
        let most = candidate.len();
        // a character has four bytes at most
        if most + bound <= name.len() || most / 4 >= name.len() + bound {
            continue;
        }
        // every letter that only one of them has takes a step of its own
        let letters = set(letters(candidate));
        if (own & !letters).count_ones().max((letters & !own).count_ones()) as usize >= bound {
            continue;
        }
        if let Some(distance) = rows.distance_below(&name, candidate, bound) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether one name is the other in other letters' case, or with a letter missing, doubled or
/// swapped. A letter or digit in place of another may tell two names apart (`team-a`,
/// `team-b`).
#[must_use]
pub fn slipped(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let digits = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    (a.len() != b.len() && !digits(a) && !digits(b) && a.len().min(b.len()) > 3) || sorted(a) == sorted(b)
}

/// A name that others are compared with.
#[derive(Debug)]
pub struct Name {
    letters: Vec<char>,
    set: u64,
    rows: Rows,
}

impl Name {
    /// That name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let letters: Vec<char> = letters(name).collect();
        Self { set: set(letters.iter().copied()), letters, rows: Rows::default() }
    }

    /// [`distance_below`] of another name.
    #[must_use]
    pub fn distance_below(&mut self, other: &str, bound: usize) -> Option<usize> {
        // every letter that only one of them has takes a step of its own
        let theirs = set(letters(other));
        let own = (self.set & !theirs).count_ones().max((theirs & !self.set).count_ones());
        if own as usize >= bound {
            return None;
        }
        self.rows.distance_below(&self.letters, other, bound)
    }
}

/// How many letters differ between two names without regard to case (optimal string
/// alignment: insert, delete, replace, swap neighbours), if it is fewer than `bound`.
#[must_use]
pub fn distance_below(a: &str, b: &str, bound: usize) -> Option<usize> {
    Rows::default().distance_below(&letters(a).collect::<Vec<_>>(), b, bound)
}

/// Letters that are compared. Longer names are compared by their start.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|c| c.to_ascii_lowercase()).take(200)
}

/// A set of letters, of which some share a bit.
fn set(chars: impl Iterator<Item = char>) -> u64 {
    chars.fold(0, |set, char| set | 1 << (u32::from(char) & 63))
}

/// What comparing two names needs, kept from one to the next.
#[derive(Debug, Default)]
struct Rows {
    other: Vec<char>,
    before: Vec<usize>,
    previous: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    fn distance_below(&mut self, name: &[char], candidate: &str, bound: usize) -> Option<usize> {
        let Self { other, before, previous, row } = self;
        other.clear();
        other.extend(letters(candidate));
        if other.len().abs_diff(name.len()) >= bound {
            return None;
        }
        before.clear();
        previous.clear();
        previous.extend(0..=other.len());
        let mut earlier = '\0';
        for (i, &a) in name.iter().enumerate() {
            row.clear();
            row.push(i + 1);
            let (mut left, mut least, mut last) = (i + 1, i + 1, '\0');
            for (j, (&b, pair)) in other.iter().zip(previous.windows(2)).enumerate() {
                let &[diagonal, up] = pair else { break };
                let mut cost = (up + 1).min(left + 1).min(diagonal + usize::from(a != b));
                if i > 0
                    && j > 0
                    && earlier == b
                    && last == a
                    && let Some(swapped) = before.get(j - 1)
                {
                    cost = cost.min(swapped + 1);
                }
                row.push(cost);
                least = least.min(cost);
                (left, last) = (cost, b);
            }
            if least >= bound {
                return None;
            }
            earlier = a;
            std::mem::swap(before, previous);
            std::mem::swap(previous, row);
        }
        previous.last().copied().filter(|&distance| distance < bound)
    }
}

#[cfg(test)]
mod tests {
    use super::{closest, distance_below};

    #[test]
    fn distances() {
        let table = [
            ("", "", 0),
            ("abc", "ABC", 0),
            ("abc", "abd", 1),
            ("abc", "ab", 1),
            ("abc", "xabc", 1),
            ("a", "", 1),
            ("ab", "ba", 1),
        ];
        for (a, b, expected) in table {
            assert_eq!(distance_below(a, b, expected + 1), Some(expected), "{a} to {b}");
            assert_eq!(distance_below(a, b, expected), None, "{a} to {b}");
        }
    }

    #[test]
    fn finds_what_was_meant_and_nothing_far() {
        let known = ["GetObject", "GetObjectAcl", "PutObject", "DeleteObject", "read", "list"];
        let table = [
            ("GetObjct", Some("GetObject")),
            ("getobject", Some("GetObject")),
            ("GteObject", Some("GetObject")),
            ("GetObjectACLs", Some("GetObjectAcl")),
            ("raed", Some("read")),
            ("lst", Some("list")),
            ("Frobnicate", None),
            ("", None),
        ];
        for (name, expect) in table {
            assert_eq!(closest(name, known), expect, "{name}");
        }
    }
}
