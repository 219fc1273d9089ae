#![no_main]

#[path = "../../tests/suite/fuzz_targets.rs"]
#[allow(dead_code)]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::target("terraform_json").expect("the target is built")(bytes));
