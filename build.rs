//! Lists the rule pages and the native checks, so that a new rule is a new file and no
//! list has to be kept by hand.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=src/lint/rules");

    let mut pages = String::from("&[\n");
    for system in names(&root.join("rules"), "")? {
        for slug in names(&root.join("rules").join(&system), "md")? {
            let path = format!("/rules/{system}/{slug}.md");
            let text = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))");
            let _ = writeln!(pages, "    ({:?}, {text}),", format!("{system}/{slug}"));
        }
    }
    pages.push_str("]\n");
    fs::write(out.join("rule_pages.rs"), pages)?;

    for system in names(&root.join("src/lint/rules"), "")? {
        let mut checks = String::from("&[\n");
        for file in names(&root.join("src/lint/rules").join(&system), "rs")? {
            if file == "mod" || file.ends_with("_common") {
                continue;
            }
            let _ = writeln!(checks, "    ({:?}, {file}::CHECK),", format!("{system}/{}", file.replace('_', "-")));
        }
        checks.push_str("]\n");
        fs::write(out.join(format!("{system}_checks.rs")), checks)?;
    }
    Ok(())
}

/// Sorted names in a directory: of sub-directories for an empty extension, else the stems
/// of files of that extension.
fn names(directory: &Path, extension: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let fits =
            if extension.is_empty() { path.is_dir() } else { path.extension().is_some_and(|found| found == extension) };
        if let (true, Some(stem)) = (fits, path.file_stem().and_then(|stem| stem.to_str())) {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
