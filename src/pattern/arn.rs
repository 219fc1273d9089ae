//! ARN patterns, as the Resource element and as the ARN condition operators read them.
//!
//! Both compare segment by segment. A wildcard in the first five segments (`arn`,
//! partition, service, region, account) stays in its segment; in the resource part,
//! everything after the fifth colon, it covers `/` and `:` freely. They differ in a `*`
//! that ends a segment: in Resource it may run past the following colons, so that
//! `arn:aws:sns:*` is every topic (spec: aws-evaluation, sections 2.3 and 5.3).

use super::glob::{self, Builder, Glob, Trailing};
use super::relate::meet;
use crate::decision::Truth;

/// A pattern of the Resource element.
#[must_use]
pub fn resource(pattern: &str) -> Glob {
    Builder::new().pattern(pattern).resource()
}

/// A value of `ArnLike` and its kin. None if the pattern does not have six components, so
/// that it matches no ARN; a lone `*` is taken as any ARN, as its authors mean it.
#[must_use]
pub fn arn_like(pattern: &str) -> Option<Glob> {
    Builder::new().pattern(pattern).arn_like()
}

/// Whether there is an ARN that both patterns of Resource elements match.
#[must_use]
pub fn resources_meet(a: &str, b: &str) -> bool {
    if !glob::is_pattern(a) && !glob::is_pattern(b) {
        return a == b;
    }
    if is_all(a) || is_all(b) {
        return true;
    }
    if glob::apart(a, b) {
        return false;
    }
    if !confines(a) && !confines(b) {
        return glob::meet(a, b);
    }
    meet(&resource(a).tokens(false), &resource(b).tokens(false))
}

/// Whether every ARN that `inner` matches is matched by `outer`, both patterns of Resource
/// elements; false where that is too hard to tell, which takes several `?`.
#[must_use]
pub fn resource_covers(outer: &str, inner: &str) -> bool {
    if !glob::is_pattern(outer) {
        return outer == inner;
    }
    if is_all(outer) || is_all(inner) {
        return is_all(outer);
    }
    // confined wildcards match less than free ones, and `inner` as it stands is like one of
    // its texts to all but wildcards
    if !glob::matches(outer, inner) {
        return false;
    }
    if !confines(outer) && !confines(inner) {
        return glob::covers(outer, inner);
    }
    resource(outer).contains(&resource(inner)) == Truth::True
}

/// Whether a pattern is `*`, perhaps several times.
fn is_all(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*')
}

/// Whether a wildcard of the first five segments stays in its own. A `*` that ends a segment
/// does not, and without others the pattern is like any.
fn confines(pattern: &str) -> bool {
    let mut colons = 0;
    let mut bytes = pattern.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b':' if colons == 4 => return false,
            b':' => colons += 1,
            b'*' if bytes.peek().is_none_or(|next| *next == b':') => {}
            b'*' | b'?' => return true,
            _ => {}
        }
    }
    false
}

impl Builder {
    /// The pattern of a Resource element.
    #[must_use]
    pub fn resource(self) -> Glob {
        self.confined(Some(Trailing::RunsOn))
    }

    /// The pattern of an ARN condition operator; see [`arn_like`].
    #[must_use]
    pub fn arn_like(self) -> Option<Glob> {
        let any = self.clone().build();
        if any.is_all() {
            return Some(Self::new().pattern("arn:*:*:*:*:*").confined(Some(Trailing::Stays)));
        }
        let components = any.to_string().bytes().filter(|b| *b == b':').count() + 1;
        (components >= 6 || any.has_holes()).then(|| self.confined(Some(Trailing::Stays)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::relate::common;
    use super::*;

    #[test]
    fn resource_wildcards_stay_in_their_segment_unless_they_end_it() {
        let table = [
            ("*", "arn:aws:s3:::b", true),
            ("*", "*", true),
            ("arn:aws:sns:*", "arn:aws:sns:us-east-1:1:t", true),
            ("arn:aws:s3:::b/*/t/*", "arn:aws:s3:::b/1/2/t/x", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a:c", true),
            ("arn:aws:ec2:us-*-1:1:i/x", "arn:aws:ec2:us-east-1:1:i/x", true),
            ("arn:aws:ec2:us-*-1:1:i/x", "arn:aws:ec2:us-east:2-1:1:i/x", false),
            ("arn:aws:ec2:us-*:1:i/x", "arn:aws:ec2:us-east:2:1:i/x", true),
            ("arn:aws:ec2:us?east:1:i", "arn:aws:ec2:us:east:1:i", false),
            ("arn:aws:ec2:us?east:1:i", "arn:aws:ec2:us-east:1:i", true),
            ("arn:aws:iam::1:role/a?b", "arn:aws:iam::1:role/a:b", true),
            ("arn:aws:iam::*:role/*b*", "arn:aws:iam::1:role/ab", true),
            ("arn:aws:s3:::b", "arn:aws:s3:eu:1:b", false),
            ("arn:*:x*y:*:z", "arn:aws:xay:xby:1:z", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(resource(pattern).matches(text), expected, "`{pattern}` on `{text}`");
        }
    }

    #[test]
    fn arn_operators_never_cross_colons_before_the_sixth_component() {
        let table = [
            ("*", "arn:aws:iam::1:user/x", Some(true)),
            ("*", "x", Some(false)),
            ("arn:aws:sns:*", "arn:aws:sns:us-east-1:1:t", None),
            ("arn:*:*:*:*:finance/*", "arn:aws:s:r:1:finance/a:b", Some(true)),
            ("arn:aws:s:*:1:finance/*", "arn:aws:s:r:r:1:finance/a", Some(false)),
            ("arn:aws:iam::*:role/x", "arn:aws:iam::1:2:role/x", Some(false)),
            ("arn:aws:iam::?:role/x", "arn:aws:iam::1:role/x", Some(true)),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(arn_like(pattern).map(|g| g.matches(text)), expected, "`{pattern}` on `{text}`");
        }
    }

    #[test]
    fn after_a_hole_nothing_is_certain() {
        let glob = Glob::builder().hole().pattern("/x*y").resource();
        assert!(glob.matches("arn:aws:s3:::b/xa:by"));
        assert!(glob.has_holes());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// The short ways to an answer against the one that takes segments into account.
        #[test]
        fn meeting_and_covering_are_told_as_by_segments(
            a in "(a|:|:\\*:|\\*|b\\*|\\?){1,9}", b in "(a|:|:\\*:|\\*|b|\\?){1,9}",
        ) {
            if is_all(&a) || is_all(&b) {
                return Ok(());
            }
            if !a.contains('?') {
                prop_assert_eq!(resource_covers(&a, &b), resource(&a).contains(&resource(&b)) == Truth::True);
            }
            let met = common(&resource(&a).tokens(false), &resource(&b).tokens(false)).is_some();
            prop_assert_eq!(resources_meet(&a, &b), met);
        }
    }

    #[test]
    fn resource_patterns_that_meet_and_cover() {
        let table = [
            ("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/app", true, true),
            ("arn:aws:iam::*:role/*", "arn:aws:iam::1:user/app", false, false),
            ("arn:aws:ec2:us-*-1:1:i/x", "arn:aws:ec2:us-east-*:1:i/x", true, false),
            ("arn:*:iam::*:role/*", "arn:aws:iam::1:role/*", true, true),
            ("arn:aws:s3:::a*", "arn:aws:s3:::*b", true, false),
            ("arn:aws:s3:::a/*", "arn:aws:s3:::b/*", false, false),
            ("*", "arn:aws:s3:::b/*", true, true),
            ("arn:aws:s3:*", "arn:aws:s3:::b/*", true, true),
            ("arn:aws:s?:::b", "arn:aws:s::::b", false, false),
            ("arn:aws:s3:::b?", "arn:aws:s3:::b*", true, false),
            ("arn:aws:s3:::b/x", "arn:aws:s3:::b/x", true, true),
        ];
        for (a, b, meet, covers) in table {
            assert_eq!(resources_meet(a, b), meet, "{a} meets {b}");
            assert_eq!(resources_meet(b, a), meet, "{b} meets {a}");
            assert_eq!(resource_covers(a, b), covers, "{a} covers {b}");
        }
    }
}
