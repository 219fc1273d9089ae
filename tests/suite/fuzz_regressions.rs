//! Every input that a fuzzer found to fail, run again.

use std::fs;
use std::path::Path;

use crate::fuzz_targets::target;

#[test]
fn inputs_that_once_failed_do_not_fail_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz");
    let mut ran = 0;
    for directory in fs::read_dir(&root).unwrap() {
        let directory = directory.unwrap().path();
        if !directory.is_dir() {
            continue;
        }
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        let run = target(&name).unwrap_or_else(|| panic!("no fuzz target is called {name}"));
        for input in fs::read_dir(&directory).unwrap() {
            run(&fs::read(input.unwrap().path()).unwrap());
            ran += 1;
        }
    }
    assert!(ran > 0, "there are no inputs under {}", root.display());
}
