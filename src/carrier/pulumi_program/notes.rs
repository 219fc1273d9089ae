//! What is wrong with a program as a program: classes and arguments that do not exist.
//! Each would stop the program when it runs, or before.

use smol_str::SmolStr;

use super::{Language, Reading};
use crate::carrier::pulumi_names::{Class, Package, snake_case};
use crate::carrier::record::RecordNote;
use crate::source::Span;
use crate::suggest::distance_below;
use crate::syntax::Entry;

/// The rule that reports a class that does not exist.
const CLASS: &str = "cross/pulumi-unknown-class";
/// The rule that reports an argument that its class does not have.
const ARGUMENT: &str = "cross/pulumi-unknown-argument";

impl Reading<'_> {
    pub(in crate::carrier) fn note(&mut self, rule: &'static str, span: Span, message: String, help: Option<String>) {
        // What is wrong in another file is said when that file is read.
        if self.source == self.root && self.noted.insert((span.start, rule)) {
            self.notes.push(RecordNote { rule, message, span, help });
        }
    }

    /// Notes a class that the package does not have.
    pub(super) fn note_class(&mut self, package: Package, path: &str, meant: Option<Class>, at: Span) {
        let written = self.excerpt(at);
        let own = |path: &str| self.language.path(path);
        let help = meant.map(|class| {
            let module = written.strip_suffix(own(path).as_str()).unwrap_or("");
            format!("did you mean `{module}{}`?", own(class.path))
        });
        let message = format!("`{}` has no class `{}`", self.language.package(package), own(path));
        self.note(CLASS, at, message, help);
    }

    /// Notes an argument that the class does not have.
    pub(super) fn note_argument(&mut self, name: &str, class: &Class, meant: Option<&str>, at: Span) {
        let help = meant.map(|meant| format!("did you mean `{}`?", self.language.argument(meant)));
        let then = match self.language {
            Language::Python => "the program stops with a TypeError",
            #[cfg(feature = "typescript")]
            Language::TypeScript if self.is_checked() => "the program does not compile",
            #[cfg(feature = "typescript")]
            Language::TypeScript => "it has no effect",
        };
        let name = match self.language {
            Language::Python => SmolStr::new(name),
            #[cfg(feature = "typescript")]
            Language::TypeScript => SmolStr::new(self.excerpt(at).trim_matches(['"', '\''])),
        };
        let message = format!("`{}` takes no argument `{name}`, so {then}", self.language.path(class.path));
        self.note(ARGUMENT, at, message, help);
    }

    /// Whether a compiler looks at the types of the file.
    #[cfg(feature = "typescript")]
    fn is_checked(&self) -> bool {
        [".ts", ".mts", ".cts", ".tsx"].iter().any(|end| self.sources.name(self.source).ends_with(end))
    }
}

impl Language {
    /// The name of a package.
    fn package(self, package: Package) -> &'static str {
        match self {
            Self::Python => package.python(),
            #[cfg(feature = "typescript")]
            Self::TypeScript => package.node(),
        }
    }

    /// A class path of the tables as it is written.
    fn path(self, path: &str) -> SmolStr {
        match self {
            Self::Python => SmolStr::new(path),
            #[cfg(feature = "typescript")]
            Self::TypeScript => crate::carrier::pulumi_names::node_path(path),
        }
    }

    /// An argument of the tables as it is written.
    fn argument(self, name: &str) -> SmolStr {
        match self {
            Self::Python => SmolStr::new(name),
            #[cfg(feature = "typescript")]
            Self::TypeScript => crate::carrier::pulumi_names::camel_case(name),
        }
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
