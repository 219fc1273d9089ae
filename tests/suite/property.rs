//! How many cases the property tests try.

use proptest::test_runner::{Config, RngSeed};

/// So many cases, always the same ones so that a run can be repeated; or as many fresh ones
/// as `PROPTEST_CASES` says.
pub(crate) fn config(cases: u32) -> Config {
    let own = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        // cases that say nothing are left out however many are tried
        Config { max_global_rejects: own.cases.max(own.max_global_rejects), ..own }
    } else {
        Config { cases, rng_seed: RngSeed::Fixed(1), ..own }
    }
}
