//! The native checks: `<system>/<slug with _>.rs`, each with a page of the same name in
//! `rules/`. The tables are made by the build script from the files there are.

mod aws;
mod cross;
mod record_common;
mod secret_common;
mod vault;

use super::check::Check;

/// Id and text of every page.
pub(super) static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_pages.rs"));

/// Id and function of every native check, by system.
pub(super) static CHECKS: &[&[(&str, Check)]] = &[aws::CHECKS, cross::CHECKS, vault::CHECKS];
