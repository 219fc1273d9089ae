//! What names a finding from one run to the next.

use rustc_hash::FxHashMap;

use super::Run;
use crate::lint::{Category, Finding};

/// One fingerprint per finding, in order: 32 hexadecimal digits over the rule, the file,
/// the declaration and unit, and the marked text. Line numbers and white space do not
/// count, so that a finding keeps its name when the text around it moves. Equal findings
/// of one file are told apart by their order.
#[must_use]
pub fn fingerprints(run: &Run<'_>, findings: &[Finding]) -> Vec<String> {
    let mut seen: FxHashMap<u128, u32> = FxHashMap::default();
    findings
        .iter()
        .map(|finding| {
            let mut hash = Fnv::new();
            hash.part(&finding.rule);
            hash.part(&run.repository_path(run.sources.name(finding.span.source)));
            hash.part(&finding.address);
            hash.part(&finding.unit_name);
            // A hash of a short secret can be guessed back.
            let secret = run.rule(&finding.rule).is_none_or(|rule| rule.category == Category::Secret);
            if !secret {
                for word in run.sources.slice(finding.span).split_whitespace() {
                    hash.part(word);
                }
            }
            let count = seen.entry(hash.0).or_default();
            let n = *count;
            *count += 1;
            if n > 0 {
                hash.part(&n.to_string());
            }
            format!("{:032x}", hash.0)
        })
        .collect()
}

/// FNV-1a, 128 bits: defined for ever, unlike the standard library's hashers.
struct Fnv(u128);

impl Fnv {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }

    /// Parts are ended by a byte that UTF-8 never has, so that `ab`, `c` and `a`, `bc` differ.
    fn part(&mut self, text: &str) {
        for byte in text.bytes() {
            self.byte(byte);
        }
        self.byte(0xff);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_the_standard_says() {
        // Test vector of the FNV reference: 128-bit FNV-1a of "foobar".
        let mut hash = Fnv::new();
        for byte in b"foobar" {
            hash.byte(*byte);
        }
        assert_eq!(hash.0, 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }
}
