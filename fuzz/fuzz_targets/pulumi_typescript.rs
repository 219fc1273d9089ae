#![no_main]

#[path = "../../tests/suite/fuzz_targets.rs"]
#[allow(dead_code)]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::target("pulumi_typescript").expect("the target is built")(bytes));
