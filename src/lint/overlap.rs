//! Overlap and containment of globs as texts, for the many quick questions of rules; the
//! compiled patterns of [`crate::pattern`] answer the hard ones.

/// Whether a text is matched by both globs (`*`, `?`); byte-wise, so compare lower-cased
/// texts where case does not matter.
#[must_use]
pub(super) fn globs_meet(a: &str, b: &str) -> bool {
    match (is_glob(a), is_glob(b)) {
        (false, false) => a == b,
        (true, false) => crate::pattern::glob::matches(a, b),
        (false, true) => crate::pattern::glob::matches(b, a),
        (true, true) => both_globs_meet(a.as_bytes(), b.as_bytes()),
    }
}

/// The pairs of positions that can be reached together, a row at a time.
fn both_globs_meet(a: &[u8], b: &[u8]) -> bool {
    let width = b.len() + 1;
    let mut row = vec![false; width];
    let mut next = vec![false; width];
    if let Some(first) = row.first_mut() {
        *first = true;
    }
    for at in 0..=a.len() {
        let left = a.get(at).copied();
        // within a row: steps that consume of `b` alone
        for to in 0..b.len() {
            let free = row.get(to) == Some(&true) && (left == Some(b'*') || b.get(to) == Some(&b'*'));
            if free && let Some(cell) = row.get_mut(to + 1) {
                *cell = true;
            }
        }
        let Some(left) = left else { break };
        next.fill(false);
        for to in 0..width {
            if row.get(to) != Some(&true) {
                continue;
            }
            let right = b.get(to).copied();
            // a step that consumes of `a` alone
            if (left == b'*' || right == Some(b'*'))
                && let Some(cell) = next.get_mut(to)
            {
                *cell = true;
            }
            let same = right.is_some_and(|r| r == left || left == b'?' || r == b'?');
            if same
                && left != b'*'
                && right != Some(b'*')
                && let Some(cell) = next.get_mut(to + 1)
            {
                *cell = true;
            }
        }
        std::mem::swap(&mut row, &mut next);
    }
    row.last() == Some(&true)
}

/// Whether every text that `inner` matches is matched by `outer`, both globs. May say no
/// where wildcards of both are entangled, never yes wrongly.
#[must_use]
pub(super) fn glob_covers(outer: &str, inner: &str) -> bool {
    // `?` of `outer` must not swallow a `*` of `inner`
    if inner.contains('*') && outer.contains('?') {
        return outer == inner;
    }
    crate::pattern::glob::matches(outer, inner)
}

/// Whether a text holds a glob wildcard.
#[must_use]
pub(super) fn is_glob(text: &str) -> bool {
    memchr::memchr2(b'*', b'?', text.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_that_meet_and_cover() {
        let table = [
            ("s3:get*", "s3:*object", true, false),
            ("s3:*", "s3:get*", true, true),
            ("s3:get?", "s3:get*", true, false),
            ("iam:*", "s3:*", false, false),
            ("a*b", "ac", false, false),
            ("a*b", "*bb", true, false),
            ("*", "", true, true),
            ("??", "?", false, false),
        ];
        for (a, b, meet, covers) in table {
            assert_eq!(globs_meet(a, b), meet, "{a} meets {b}");
            assert_eq!(globs_meet(b, a), meet, "{b} meets {a}");
            assert_eq!(glob_covers(a, b), covers, "{a} covers {b}");
        }
    }
}
