//! Which services a list of actions is about, told quickly.

/// A set of services in which each is one of 128 bits: where two sets do not meet, no action
/// is in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Services(u128);

impl Services {
    /// No service.
    pub(crate) const NONE: Self = Self(0);
    /// Every service.
    pub(crate) const ALL: Self = Self(u128::MAX);

    /// The services of an action or action pattern in lower case.
    pub(crate) const fn of(action: &str) -> Self {
        let mut bytes = action.as_bytes();
        let mut hash: u64 = 0;
        while let [first, rest @ ..] = bytes {
            match *first {
                b':' => break,
                b'*' | b'?' => return Self::ALL,
                byte if !byte.is_ascii() => return Self::ALL,
                byte => hash = hash.wrapping_mul(31).wrapping_add(byte as u64),
            }
            bytes = rest;
        }
        Self(1 << (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57))
    }

    /// The services of several actions.
    pub(crate) const fn of_all(mut actions: &[&str]) -> Self {
        let mut all = Self::NONE;
        while let [first, rest @ ..] = actions {
            all = all.union(Self::of(first));
            actions = rest;
        }
        all
    }

    /// Those of both.
    #[must_use]
    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a service may be in both.
    #[inline]
    pub(crate) const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every service of the other set may be in this one.
    #[inline]
    pub(crate) const fn hold(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

#[cfg(test)]
mod tests {
    use super::Services;

    #[test]
    fn patterns_of_services_meet_every_service() {
        for pattern in ["*", "*:*", "s?:get", "\u{10FFFD}:x"] {
            assert!(Services::of(pattern).meet(Services::of("iam:passrole")), "{pattern}");
        }
        assert!(Services::of("iam:*").meet(Services::of("iam:passrole")));
        assert!(!Services::of("s3:*").meet(Services::of("iam:passrole")));
        let both = Services::of_all(&["s3:x", "iam:y"]);
        assert!(both.hold(Services::of("s3:y")) && !Services::of("s3:y").hold(both));
    }
}
