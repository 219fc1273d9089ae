//! Names that nothing binds: each stops the program when it gets there.

use ruff_text_size::TextRange;
use smol_str::SmolStr;

use super::Reader;

/// How many places of one such name are told.
const PLACES: u32 = 16;

/// The rule that reports a name that nothing binds.
const UNBOUND: &str = "cross/pulumi-unbound-name";
impl Reader<'_> {
    /// Notes a name that is bound nowhere in the file and that Python does not have, where
    /// the program first gets to it.
    pub(super) fn note_unbound(&mut self, name: &str, range: TextRange) {
        if self.binds_more || self.bound.contains(name) || is_builtin(name) {
            return;
        }
        let told = self.unbound.entry(name.into()).or_default();
        *told += 1;
        if *told > PLACES {
            return;
        }
        let help = match module_to_import(name) {
            Some(import) => format!("add `{import}`"),
            None => "bind the name before it is used, or correct its spelling".to_owned(),
        };
        let message = format!("`{name}` is neither imported nor defined, so the program fails when it gets here");
        let span = self.span(range);
        self.reading.note(UNBOUND, span, message, Some(help));
    }
}

/// What a name that is often used without its import stands for.
pub(super) fn forgotten_import(name: &str) -> Option<&'static str> {
    Some(match name {
        "json" => "json",
        "os" => "os",
        "re" => "re",
        "base64" => "base64",
        "textwrap" => "textwrap",
        "sys" => "sys",
        "hashlib" => "hashlib",
        "yaml" => "yaml",
        "pulumi" => "pulumi",
        "pathlib" => "pathlib",
        "vault" => "pulumi_vault",
        "aws" => "pulumi_aws",
        "Path" => "pathlib.Path",
        "Output" => "pulumi.Output",
        "ResourceOptions" => "pulumi.ResourceOptions",
        "Config" => "pulumi.Config",
        "StackReference" => "pulumi.StackReference",
        _ => return None,
    })
}

/// How such a name is imported.
fn module_to_import(name: &str) -> Option<SmolStr> {
    let path = forgotten_import(name)?;
    Some(match path.rsplit_once('.') {
        Some((module, _)) => smol_str::format_smolstr!("from {module} import {name}"),
        None if path == name => smol_str::format_smolstr!("import {name}"),
        None => smol_str::format_smolstr!("import {path} as {name}"),
    })
}

/// Names that need no import (Python 3.13, `dir(builtins)`), and those of a module.
fn is_builtin(name: &str) -> bool {
    (name.starts_with("__") && name.ends_with("__")) || BUILTINS.contains(&name) || is_exception(name)
}

fn is_exception(name: &str) -> bool {
    let ends = ["Error", "Exception", "Warning", "Interrupt", "Exit", "Iteration", "Group"];
    name.starts_with(|c: char| c.is_ascii_uppercase()) && ends.iter().any(|end| name.ends_with(end))
}

const BUILTINS: &[&str] = &[
    "Ellipsis",
    "False",
    "None",
    "NotImplemented",
    "True",
    "WindowsError",
    "_",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "reveal_type",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];
