//! "Did you mean": the known name closest to one that is not known.

/// The candidate closest to `name` without regard to case, if one is close enough to be
/// what was meant: at most a third of the name's letters, and at most three, differ.
/// Ties go to the candidate that comes first.
#[must_use]
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = letters(name);
    let limit = (name.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let bound = best.map_or(limit + 1, |(distance, _)| distance);
        if candidate.len().abs_diff(name.len()) >= bound + 8 {
            continue;
        }
        if let Some(distance) = letters_below(&name, candidate, bound) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters differ between two names without regard to case (optimal string
/// alignment: insert, delete, replace, swap neighbours), if it is fewer than `bound`.
#[must_use]
pub fn distance_below(a: &str, b: &str, bound: usize) -> Option<usize> {
    letters_below(&letters(a), b, bound)
}

/// Letters that are compared. Longer names are compared by their start.
fn letters(name: &str) -> Vec<char> {
    name.chars().map(|c| c.to_ascii_lowercase()).take(200).collect()
}

fn letters_below(name: &[char], candidate: &str, bound: usize) -> Option<usize> {
    let other = letters(candidate);
    if other.len().abs_diff(name.len()) >= bound {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=other.len()).collect();
    for (i, &a) in name.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in other.iter().enumerate() {
            let up = previous.get(j + 1).copied().unwrap_or(usize::MAX - 1) + 1;
            let left = row.get(j).copied().unwrap_or(usize::MAX - 1) + 1;
            let diagonal = previous.get(j).copied().unwrap_or(usize::MAX - 1) + usize::from(a != b);
            let mut cost = up.min(left).min(diagonal);
            let swapped = i > 0 && j > 0 && name.get(i - 1) == Some(&b) && other.get(j - 1) == Some(&a);
            if swapped && let Some(&earlier) = before.get(j - 1) {
                cost = cost.min(earlier + 1);
            }
            row.push(cost);
        }
        if row.iter().min().is_none_or(|&least| least >= bound) {
            return None;
        }
        before = std::mem::replace(&mut previous, row);
    }
    previous.last().copied().filter(|&distance| distance < bound)
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
