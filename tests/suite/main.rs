//! All integration tests, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic, its helpers included"
)]

mod aws_contradictions;
mod aws_escalation_sets;
mod aws_evaluation;
mod aws_explain;
mod aws_layers;
mod aws_naive;
mod aws_random;
mod aws_syntax;
mod carrier_pulumi;
mod carrier_spans;
mod carrier_terraform;
#[cfg(feature = "typescript")]
mod carrier_typescript;
mod carriers;
mod cli;
mod cli_hostile;
mod cli_model;
mod fuzz_mutations;
mod fuzz_regressions;
mod fuzz_targets;
mod lint;
mod model_aws;
mod model_aws_engine;
mod model_aws_runners;
mod model_escalation;
mod model_kubernetes;
mod model_organization;
mod model_powers;
mod model_simulate;
mod model_vault;
mod pattern_glob;
mod pattern_path;
mod property;
mod region_aws;
mod region_vault;
mod repeated_statements;
mod reports;
mod rules;
mod terraform_deployment;
mod terraform_installed;
mod terraform_model;
mod terraform_plan;
mod vault_cases;
mod vault_config;
mod vault_naive;
mod vault_policy;
