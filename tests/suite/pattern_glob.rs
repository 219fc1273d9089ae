//! Globs and ARN patterns against brute force: every text over a small alphabet with two
//! separators and one letter that no pattern mentions.

use std::collections::BTreeSet;

use overgrant::decision::Truth;
use overgrant::pattern::glob::{Glob, escape_text, matches, matches_ignoring_case, union_contains};
use overgrant::pattern::{arn, relate};
use proptest::prelude::*;

use crate::property::config;

/// Longest text tried. A least text of a pattern of at most four tokens is no longer.
const LONGEST: usize = 5;

fn texts(alphabet: &[char], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|text| alphabet.iter().map(move |char| format!("{text}{char}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// The definition, by recursion.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some(('*', rest)), None) => naive(rest, text),
        (Some(('*', rest)), Some((_, tail))) => naive(rest, text) || naive(pattern, tail),
        (Some(('?', rest)), Some((_, tail))) => naive(rest, tail),
        (Some((p, rest)), Some((t, tail))) => p == t && naive(rest, tail),
        (Some(_), None) => false,
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn pattern(longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['a', 'b', ':', '*', '*', '?']), 0..=longest)
        .prop_map(|v| v.into_iter().collect())
}

/// What a Resource pattern means, read segment by segment: the first five segments of the
/// pattern against the text, a `*` that ends one running on.
fn naive_resource(pattern: &str, text: &str) -> bool {
    fn go(pattern: &[char], colons: usize, text: &[char]) -> bool {
        let Some((first, rest)) = pattern.split_first() else { return text.is_empty() };
        let inside = colons < 5;
        let ends = rest.first().is_none_or(|c| *c == ':');
        match first {
            '*' => {
                let stop = |c: char| inside && !ends && c == ':';
                go(rest, colons, text)
                    || text.split_first().is_some_and(|(t, tail)| !stop(*t) && go(pattern, colons, tail))
            }
            '?' => text.split_first().is_some_and(|(t, tail)| !(inside && *t == ':') && go(rest, colons, tail)),
            literal => text
                .split_first()
                .is_some_and(|(t, tail)| t == literal && go(rest, colons + usize::from(*literal == ':'), tail)),
        }
    }
    // a run of `*` is one
    let mut tokens = chars(pattern);
    tokens.dedup_by(|a, b| *a == '*' && *b == '*');
    go(&tokens, 0, &chars(text))
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn matching_is_the_definition(p in "[ab:*?é€]{0,7}", t in "[abA:é€]{0,8}") {
        let expected = naive(&chars(&p), &chars(&t));
        prop_assert_eq!(matches(&p, &t), expected);
        prop_assert_eq!(Glob::new(&p).matches(&t), expected);
        let lower = naive(&chars(&p.to_ascii_lowercase()), &chars(&t.to_ascii_lowercase()));
        prop_assert_eq!(matches_ignoring_case(&p, &t), lower);
        prop_assert_eq!(Glob::ignoring_case(&p).matches(&t), lower);
    }

    #[test]
    fn matching_survives_any_pattern_and_text(p in any::<String>(), t in any::<String>()) {
        let glob = Glob::new(&p);
        prop_assert_eq!(glob.matches(&t), naive_linear(&p, &t));
        prop_assert!(Glob::literal(&t).matches(&t));
    }

    #[test]
    fn resource_matching_is_segment_by_segment(p in "[a:*?]{0,12}", t in "[ab:]{0,9}") {
        prop_assert_eq!(arn::resource(&p).matches(&t), naive_resource(&p, &t), "{} on {}", p, t);
    }

    #[test]
    fn a_resource_pattern_of_many_segments_matches_as_read(
        parts in prop::collection::vec("[ab*?]{0,3}", 1..8),
        text in prop::collection::vec("[ab]{0,2}", 1..8),
    ) {
        let (p, t) = (parts.join(":"), text.join(":"));
        prop_assert_eq!(arn::resource(&p).matches(&t), naive_resource(&p, &t), "{} on {}", p, t);
    }

    #[test]
    fn arn_operators_compare_components(
        parts in prop::collection::vec("[ab*?]{0,3}", 6..7),
        text in prop::collection::vec("[ab]{0,2}", 5..9),
    ) {
        let components = text.len() >= 6
            && parts.iter().take(5).zip(&text).all(|(p, t)| naive(&chars(p), &chars(t)))
            && naive(&chars(&parts[5]), &chars(&text[5..].join(":")));
        let (p, t) = (parts.join(":"), text.join(":"));
        prop_assert_eq!(arn::arn_like(&p).unwrap().matches(&t), components, "{} on {}", p, t);
    }

    #[test]
    fn overlap_is_exact_and_shortest(a in pattern(4), b in pattern(4)) {
        let both: Vec<String> = texts(&['a', 'b', ':', 'z'], LONGEST)
            .into_iter()
            .filter(|t| naive(&chars(&a), &chars(t)) && naive(&chars(&b), &chars(t)))
            .collect();
        let (a, b) = (Glob::new(&a), Glob::new(&b));
        if let Some(text) = a.overlaps(&b) {
            prop_assert!(a.matches(&text) && b.matches(&text));
            if let Some(first) = both.first() {
                prop_assert_eq!(text.chars().count(), first.chars().count());
            } else {
                prop_assert!(text.chars().count() > LONGEST);
            }
        } else { prop_assert_eq!(both, Vec::<String>::new()) }
    }

    #[test]
    fn union_containment_is_exact(
        inner in pattern(4),
        outer in prop::collection::vec(pattern(3), 0..5),
    ) {
        let covered = |t: &str| outer.iter().any(|o| naive(&chars(o), &chars(t)));
        let escapes: Vec<String> = texts(&['a', 'b', ':', 'z'], LONGEST)
            .into_iter()
            .filter(|t| naive(&chars(&inner), &chars(t)) && !covered(t))
            .collect();
        let globs: Vec<Glob> = outer.iter().map(|o| Glob::new(o)).collect();
        let inner_glob = Glob::new(&inner);
        if let Some(text) = escape_text(&globs, &inner_glob).unwrap() {
            prop_assert!(inner_glob.matches(&text), "{} not in {}", text, inner);
            prop_assert!(!covered(&text), "{} in {:?}", text, outer);
            prop_assert_eq!(union_contains(&globs, &inner_glob), Truth::False);
        } else {
            prop_assert_eq!(escapes, Vec::<String>::new());
            prop_assert_eq!(union_contains(&globs, &inner_glob), Truth::True);
        }
    }

    #[test]
    fn case_is_folded_in_containment(inner in "[aB*?]{0,4}", outer in prop::collection::vec("[Ab*?]{0,4}", 1..4)) {
        let covered = |t: &str| outer.iter().any(|o| matches_ignoring_case(o, t));
        // one side ignores case, the other does not
        let globs: Vec<Glob> = outer.iter().map(|o| Glob::ignoring_case(o)).collect();
        for inner_glob in [Glob::new(&inner), Glob::ignoring_case(&inner)] {
            let escapes: BTreeSet<String> = texts(&['a', 'A', 'b', 'B', 'z'], 4)
                .into_iter()
                .filter(|t| inner_glob.matches(t) && !covered(t))
                .collect();
            if let Some(text) = escape_text(&globs, &inner_glob).unwrap() {
                prop_assert!(inner_glob.matches(&text) && !covered(&text));
            } else {
                prop_assert_eq!(escapes, BTreeSet::new());
            }
        }
    }

    #[test]
    fn arn_containment_is_exact(
        inner in prop::collection::vec("[a*?]{0,2}", 1..4),
        outer in prop::collection::vec(prop::collection::vec("[a*?]{0,2}", 1..4), 1..4),
    ) {
        let join = |parts: &[String]| arn::resource(&parts.join(":"));
        let inner_glob = join(&inner);
        let globs: Vec<Glob> = outer.iter().map(|o| join(o)).collect();
        let covered = |t: &str| globs.iter().any(|o| o.matches(t));
        if let Some(text) = escape_text(&globs, &inner_glob).unwrap() {
            prop_assert!(inner_glob.matches(&text) && !covered(&text), "{}", text);
        } else {
            let escapes: Vec<String> = texts(&['a', ':', 'z'], 7)
                .into_iter()
                .filter(|t| inner_glob.matches(t) && !covered(t))
                .collect();
            prop_assert_eq!(escapes, Vec::<String>::new());
        }
        for other in &globs {
            let both = inner_glob.overlaps(other);
            if let Some(text) = &both {
                prop_assert!(inner_glob.matches(text) && other.matches(text));
            } else {
                prop_assert!(!texts(&['a', ':', 'z'], 7).iter().any(|t| inner_glob.matches(t) && other.matches(t)));
            }
        }
    }
}

/// The definition again, by sets of places, for texts on which recursion would not end.
fn naive_linear(pattern: &str, text: &str) -> bool {
    let pattern = chars(pattern);
    let close = |set: &mut BTreeSet<usize>| {
        for at in 0..pattern.len() {
            if pattern.get(at) == Some(&'*') && set.contains(&at) {
                set.insert(at + 1);
            }
        }
    };
    let mut set = BTreeSet::from([0]);
    close(&mut set);
    for char in text.chars() {
        let mut next = BTreeSet::new();
        for at in set {
            match pattern.get(at) {
                Some('*') => drop(next.insert(at)),
                Some(p) if *p == '?' || *p == char => drop(next.insert(at + 1)),
                _ => {}
            }
        }
        close(&mut next);
        set = next;
    }
    set.contains(&pattern.len())
}

#[test]
fn an_unknown_part_makes_containment_unknown_unless_it_does_not_matter() {
    let hole = |before: &str, after: &str| Glob::builder().pattern(before).hole().pattern(after).build();
    let table = [
        (vec![Glob::new("a/*")], hole("a/", "/x"), Truth::True),
        (vec![hole("a/", "/*")], Glob::new("a/b/c"), Truth::Unknown),
        (vec![hole("a/", "/*")], Glob::new("b/b/c"), Truth::False),
        (vec![hole("a/", "/*"), Glob::new("*")], Glob::new("b/b/c"), Truth::True),
        (vec![Glob::new("a/b")], hole("a/", ""), Truth::Unknown),
    ];
    for (outer, inner, expected) in table {
        assert_eq!(union_contains(&outer, &inner), expected, "{inner:?} in {outer:?}");
    }
}

#[test]
fn hard_questions_end() {
    // star lengths that code a satisfiability problem: must answer or give up, not hang
    let inner = Glob::new(&"*b".repeat(8));
    let outer: Vec<Glob> = (0..12).map(|n| Glob::new(&format!("*b{}b*", "?".repeat(n)))).collect();
    assert_ne!(union_contains(&outer, &inner), Truth::True);
    assert!(inner.overlaps(&Glob::new(&"b*".repeat(30))).is_some());
    let many_stars = Glob::new(&"*a".repeat(60));
    assert_eq!(Glob::new(&"*a".repeat(61)).contains(&many_stars), Truth::False);
    assert_eq!(Glob::new(&"*a".repeat(59)).contains(&many_stars), Truth::True);
}

#[test]
fn a_fresh_letter_is_written_as_one_that_no_pattern_mentions() {
    let (a, b) = (Glob::new("x*").tokens(false), Glob::new("xy*z*").tokens(false));
    let relate::Escape::Text(text) = relate::escape(&a, &[&b]) else { panic!("x* is wider") };
    let text = relate::spell(&text, &[&a, &b]);
    assert!(Glob::new("x*").matches(&text) && !Glob::new("xy*z*").matches(&text));
}
