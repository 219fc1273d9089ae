//! overgrant reads Vault (and OpenBao) policies, roles and identity, and AWS IAM
//! policies, from wherever people keep them; lints them for over-broad, dead, invalid
//! and dangerous grants; and simulates who can do what.
//!
//! Data flows one way, top to bottom, and nothing imports upward:
//!
//! | room | what happens there |
//! | --- | --- |
//! | [`source`] | texts, spans, line tables, discovery of files |
//! | [`syntax`] | text → spanned [`syntax::Node`] tree, one file per format |
//! | [`pattern`] | globs and paths as languages: match, overlap, contain, witness |
//! | [`vault`], [`aws`] | typed policies and the two evaluators |
//! | [`carrier`] | node → declarations, one file per carrier |
//! | [`region`] | sets of requests: reach, difference, dead and shadowed grants |
//! | [`model`] | declarations linked: the effective permission model |
//! | [`simulate`] | request → decision and trace, both systems |
//! | [`lint`] | rule pages, checks, findings |
//! | [`report`] | findings and decisions as people and programs read them |
//! | [`cli`] | one file per command |
//!
//! Everything above `lint` knows no terminal, no configuration file and no report format.

pub mod aws;
pub mod carrier;
pub mod cli;
pub mod config;
pub mod decision;
pub mod diagnostic;
pub mod lint;
pub mod model;
pub mod pattern;
mod recurring;
pub mod region;
pub mod report;
pub mod simulate;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod vault;
