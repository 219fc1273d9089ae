//! Vault path patterns against brute force: every path over a small alphabet with the
//! separator, `+`, `*` and one letter that no pattern mentions.

use overgrant::pattern::path::PathLang;
use proptest::prelude::*;

use crate::property::config;

const ALPHABET: [char; 4] = ['a', 'b', '/', 'z'];

fn paths(longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|path| ALPHABET.iter().map(move |char| format!("{path}{char}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Vault's own way: split rule and path, walk the parts.
fn naive(rule: &str, path: &str) -> bool {
    let segments = rule == "+" || rule.contains("/+") || rule.starts_with("+/");
    if !segments {
        return match rule.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => rule == path,
        };
    }
    let (body, glob) = rule.strip_suffix('*').map_or((rule, false), |b| (b, true));
    let (rule, path): (Vec<_>, Vec<_>) = (body.split('/').collect(), path.split('/').collect());
    if path.len() < rule.len() || (!glob && path.len() != rule.len()) {
        return false;
    }
    let last = rule.len() - 1;
    rule.iter()
        .zip(&path)
        .enumerate()
        .all(|(index, (r, p))| *r == "+" || r == p || (index == last && glob && p.starts_with(r)))
}

fn rule() -> impl Strategy<Value = String> {
    let segment =
        prop_oneof![3 => Just("+".to_owned()), 4 => "[ab]{0,2}", 1 => Just("a+".into()), 1 => Just("*a".into())];
    (prop::collection::vec(segment, 1..4), any::<bool>()).prop_map(|(segments, glob)| {
        let mut rule = segments.join("/");
        // `+*` is refused by the parser
        if glob && !rule.ends_with('+') {
            rule.push('*');
        }
        rule
    })
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn matching_is_what_the_server_does(rule in rule(), path in "[ab+*/]{0,7}") {
        prop_assert_eq!(PathLang::parse(&rule).matches(&path), naive(&rule, &path), "{} on {}", rule, path);
    }

    #[test]
    fn overlap_intersection_and_containment_are_exact(a in rule(), b in rule()) {
        let (la, lb) = (PathLang::parse(&a), PathLang::parse(&b));
        let all = paths(6);
        let both: Vec<&String> = all.iter().filter(|p| naive(&a, p) && naive(&b, p)).collect();
        assert_eq!(la.meets(&lb), la.intersection(&lb).is_some());
        match la.intersection(&lb) {
            Some(meet) => {
                for path in &all {
                    prop_assert_eq!(meet.matches(path), naive(&a, path) && naive(&b, path), "{} ∩ {} on {}", a, b, path);
                }
                let text = la.overlaps(&lb).unwrap();
                prop_assert!(naive(&a, &text) && naive(&b, &text));
                if let Some(first) = both.first() {
                    prop_assert_eq!(text.len(), first.len());
                }
            }
            None => prop_assert!(both.is_empty(), "{} ∩ {}: {:?}", a, b, both),
        }
        let contained = all.iter().all(|p| !naive(&b, p) || naive(&a, p));
        // a rule of at most three segments of two letters shows itself within six letters
        // or not at all
        if la.contains(&lb) {
            prop_assert!(contained, "{} ⊇ {}", a, b);
        } else if let Some(text) = lb.escape([&la]) {
            prop_assert!(naive(&b, &text) && !naive(&a, &text));
        } else {
            prop_assert!(false, "{} ⊉ {} without a witness", a, b);
        }
        prop_assert_eq!(la.contains(&lb), lb.within_union([&la]));
    }

    #[test]
    fn union_containment_is_exact(inner in rule(), outer in prop::collection::vec(rule(), 0..5)) {
        let langs: Vec<PathLang> = outer.iter().map(|o| PathLang::parse(o)).collect();
        let covered = |p: &str| outer.iter().any(|o| naive(o, p));
        if let Some(text) = PathLang::parse(&inner).escape(&langs) {
            prop_assert!(naive(&inner, &text) && !covered(&text), "{} of {} in {:?}", text, inner, outer);
        } else {
            let escapes: Vec<String> = paths(7).into_iter().filter(|p| naive(&inner, p) && !covered(p)).collect();
            prop_assert!(escapes.is_empty(), "{} ⊆ {:?}: {:?}", inner, outer, escapes);
        }
    }

    #[test]
    fn paths_without_their_final_slash(rule in rule(), path in "[ab/]{0,6}") {
        let quotient = PathLang::parse(&rule).without_final_slash();
        let expected = naive(&rule, &format!("{path}/"));
        prop_assert_eq!(quotient.iter().any(|l| l.matches(&path)), expected, "{} on {}/", rule, path);
    }
}

#[test]
fn patterns_are_written_as_policies_write_them() {
    for text in ["a/b", "a/*", "*", "+", "a/+/b*", "+/a/+", "", "a/b*c", "a/+b/c"] {
        assert_eq!(PathLang::parse(text).to_string(), text);
    }
}
