//! Every input that a fuzzer found to fail, run again, and those that it starts from.

use std::fs;
use std::path::Path;

use overgrant::carrier::{self, Format, ReadOptions};
use overgrant::source::SourceMap;

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

/// What a fuzzer starts from has to get past the door.
#[test]
fn seeds_of_carriers_are_what_they_are_meant_to_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz");
    let formats = [
        ("pulumi_preview", "preview.json", Format::PulumiPreview),
        ("pulumi_state", "stack.json", Format::PulumiState),
        ("terraform_json", "main.tf.json", Format::TerraformJson),
    ];
    for (target, name, format) in formats {
        let mut declared = 0;
        for input in fs::read_dir(root.join(target)).unwrap() {
            let input = input.unwrap().path();
            let text = fs::read_to_string(&input).unwrap();
            let nothing = input.ends_with("nothing");
            assert!(nothing || carrier::recognise(name, &text) == Some(format), "{}", input.display());
            let mut sources = SourceMap::new();
            let source = sources.add(name, text);
            declared += carrier::read(&sources, source, format, &ReadOptions::default()).declarations.len();
        }
        assert!(declared >= 6, "{target}: {declared}");
    }
}
