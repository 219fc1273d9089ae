//! Which kinds of credential a text speaks of, found in one search for the rules of all.

use std::sync::LazyLock;

use regex::Regex;

/// What every credential is called by or begins with, or the most part of it. One search for
/// the words of all rules.
static WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("AKIA|ASIA|ecret|ECRET|nseal|NSEAL|ecovery|ECOVERY").ok());

/// Which kinds of credential a text has words of; for others it is not looked into further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a kind of its own")]
pub(super) struct Mentions {
    /// How AWS access key ids begin.
    pub(super) access_key_ids: bool,
    /// What secret access keys are called.
    pub(super) secret_keys: bool,
    /// What secret ids are called.
    pub(super) secret_ids: bool,
    /// What unseal and recovery keys are called.
    pub(super) unseal_keys: bool,
}

impl Mentions {
    const ALL: Self = Self { access_key_ids: true, secret_keys: true, secret_ids: true, unseal_keys: true };

    /// Looks through a text for the words.
    pub(super) fn of(text: &str) -> Self {
        let Some(words) = WORDS.as_ref() else { return Self::ALL };
        let mut all = Self::default();
        for word in words.find_iter(text) {
            let mut rest = text.as_bytes().get(word.end()..).unwrap_or_default();
            if let [b'_' | b'-' | b' ', after @ ..] = rest {
                rest = after;
            }
            let next = rest.first().map(u8::to_ascii_lowercase);
            match (word.as_str(), next) {
                ("AKIA" | "ASIA", _) => all.access_key_ids = true,
                // `secret_key`, `SecretAccessKey`, `secretId`, and not `secretsmanager`
                ("ecret" | "ECRET", Some(b'a' | b'k')) => all.secret_keys = true,
                ("ecret" | "ECRET", Some(b'i')) => all.secret_ids = true,
                ("ecret" | "ECRET", _) => {}
                (_, next) => all.unseal_keys |= next == Some(b'k'),
            }
            if all == Self::ALL {
                break;
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Mentions;

    #[test]
    fn words_of_keys_are_told_from_names_of_services() {
        let of = |access_key_ids, secret_keys, secret_ids, unseal_keys| Mentions {
            access_key_ids,
            secret_keys,
            secret_ids,
            unseal_keys,
        };
        let table = [
            ("AKIAIOSFODNN7", of(true, false, false, false)),
            ("secretsmanager:GetSecretValue", of(false, false, false, false)),
            ("AWS_SECRET_ACCESS_KEY=", of(false, true, false, false)),
            ("secretKey: x", of(false, true, false, false)),
            ("secret_string", of(false, false, false, false)),
            ("SecretID", of(false, false, true, false)),
            ("Recovery Key 1:", of(false, false, false, true)),
            ("recovery_window_in_days", of(false, false, false, false)),
            ("unseal_key", of(false, false, false, true)),
            ("DisasterRecovery", of(false, false, false, false)),
            ("ASIA secret-id secret-key UNSEAL KEY", Mentions::ALL),
            ("", Mentions::default()),
        ];
        for (text, expected) in table {
            assert_eq!(Mentions::of(text), expected, "{text}");
        }
    }
}
