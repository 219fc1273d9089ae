//! How many cases the property tests try.

use proptest::test_runner::Config;

/// So many cases, or as many as `PROPTEST_CASES` says.
pub(crate) fn config(cases: u32) -> Config {
    let own = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { own } else { Config { cases, ..own } }
}
