//! What is wrong with a program as a program: names that nothing binds, classes and
//! arguments that do not exist. Each would stop the program when it runs.

use ruff_text_size::TextRange;
use smol_str::SmolStr;

use super::Reader;
use crate::carrier::pulumi_names::{Class, Package, snake_case};
use crate::carrier::record::RecordNote;
use crate::suggest::distance_below;
use crate::syntax::Entry;

/// The rule that reports a name that nothing binds.
pub(super) const UNBOUND: &str = "cross/pulumi-unbound-name";
/// The rule that reports a class that does not exist.
pub(super) const CLASS: &str = "cross/pulumi-unknown-class";
/// The rule that reports an argument that its class does not have.
pub(super) const ARGUMENT: &str = "cross/pulumi-unknown-argument";

impl Reader<'_> {
    pub(super) fn note(&mut self, rule: &'static str, range: TextRange, message: String, help: Option<String>) {
        // What is wrong in another file is said when that file is read.
        if self.source == self.root && self.noted.insert((range.start().to_u32(), rule)) {
            let span = self.span(range);
            self.notes.push(RecordNote { rule, message, span, help });
        }
    }

    /// Notes a name that is bound nowhere in the file and that Python does not have.
    pub(super) fn note_unbound(&mut self, name: &str, range: TextRange) {
        if self.binds_more || self.bound.contains(name) || is_builtin(name) {
            return;
        }
        let help = match module_to_import(name) {
            Some(import) => format!("add `{import}`"),
            None => "bind the name before it is used, or correct its spelling".to_owned(),
        };
        let message = format!("`{name}` is neither imported nor defined, so the program fails when it gets here");
        self.note(UNBOUND, range, message, Some(help));
    }

    /// Notes a class that the package does not have.
    pub(super) fn note_class(
        &mut self,
        written: &str,
        package: Package,
        path: &str,
        meant: Option<Class>,
        at: TextRange,
    ) {
        let help = meant.map(|class| {
            let module = written.strip_suffix(path).unwrap_or("");
            format!("did you mean `{module}{}`?", class.path)
        });
        let message = format!("`{}` has no class `{path}`", package.python());
        self.note(CLASS, at, message, help);
    }

    /// Notes an argument that the class does not have.
    pub(super) fn note_argument(&mut self, name: &str, class: &Class, meant: Option<&str>, at: TextRange) {
        let help = meant.map(|meant| format!("did you mean `{meant}`?"));
        let message = format!("`{}` takes no argument `{name}`, so the program stops with a TypeError", class.path);
        self.note(ARGUMENT, at, message, help);
    }
}

/// The argument that was meant, and whether there is no doubt.
pub(super) fn meant_argument(class: &Class, name: &str) -> Option<(&'static str, bool)> {
    let trimmed = name.trim_matches('_');
    if trimmed == "opts" {
        return Some(("opts", true));
    }
    let snake = snake_case(trimmed);
    let find = |wanted: &str| class.arguments().find(|argument| *argument == wanted);
    if let Some(found) = find(&snake).or_else(|| find(&format!("token_{snake}"))) {
        return Some((found, true));
    }
    let part = |argument: &&str| {
        argument.strip_suffix(snake.as_str()).is_some_and(|rest| rest.ends_with('_'))
            || argument.strip_prefix(snake.as_str()).is_some_and(|rest| rest.starts_with('_'))
    };
    let close = |argument: &&str| distance_below(argument, &snake, 2 + snake.len() / 6).is_some();
    let found = class.arguments().find(close).or_else(|| class.arguments().find(part))?;
    Some((found, false))
}

/// The class that was meant by one that does not exist: of the same name in another
/// module, or spelt much alike; the one that the arguments fit best.
pub(super) fn meant_class(package: Package, path: &str, body: &[Entry]) -> Option<Class> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let score = |class: &Class| {
        let mut score = 0i32;
        for entry in body {
            let argument = entry.key.known().unwrap_or("");
            score += if class.has(argument) { 2 } else { -1 };
            // `backend="token"` says which of the modules is meant.
            let module = class.path.split('.').next().unwrap_or("");
            if let Some(value) = entry.value.as_str()
                && value.len() > 2
                && matches!(argument, "backend" | "type" | "mount" | "path")
                && module.starts_with(&value.to_ascii_lowercase())
            {
                score += 8;
            }
        }
        score
    };
    let mut same: Vec<Class> = package
        .classes()
        .filter(|class| {
            let own = class.path.rsplit('.').next().unwrap_or("");
            own == name || own.eq_ignore_ascii_case(name)
        })
        .collect();
    if same.is_empty() {
        same = package.classes().filter(|class| distance_below(class.path, path, 3).is_some()).collect();
    }
    same.into_iter().rev().max_by_key(score)
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
