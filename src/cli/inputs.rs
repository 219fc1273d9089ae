//! From paths to declarations: find, read, recognise, carry.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use crate::carrier::path::directory;
use crate::carrier::{self, Carried, Format, ReadOptions};
use crate::diagnostic::Diagnostic;
use crate::report::escape;
use crate::source::decode::{NotText, Undecoded, decode};
use crate::source::discovery::{self, Discovery, Found, Skipped};
use crate::source::{SourceId, SourceMap, Span};

/// Why most files are left out.
const NOTHING: &str = "it declares no access control";

/// How inputs are read.
#[derive(Debug, Clone)]
pub(super) struct LoadOptions {
    /// What carriers have to know.
    pub(super) read: ReadOptions,
    /// Files larger than this are refused, in bytes.
    pub(super) file_limit: u64,
    /// What standard input is called where a path is `-`.
    pub(super) stdin_name: String,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The texts.
    pub(super) sources: SourceMap,
    /// The texts that declare something, with their formats, in order of name.
    pub(super) texts: Vec<(SourceId, Format)>,
    /// What they declare. Its diagnostics have moved to [`Inputs::diagnostics`].
    pub(super) carried: Carried,
    /// What went wrong, in order of place.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What was left out.
    pub(super) skipped: Vec<Skipped>,
}

/// Reads what the paths stand for; `-` is standard input.
pub(super) fn load(sources: SourceMap, paths: &[PathBuf], options: &LoadOptions) -> Inputs {
    let (stdin, paths): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|path| path.as_os_str() == "-");
    let Discovery { files, skipped, diagnostics } = discovery::discover(&paths);
    let mut loaded = Inputs { sources, diagnostics, skipped, ..Inputs::default() };

    let mut texts: Vec<Outcome> = files.par_iter().map(|file| read_file(file, options)).collect();
    if !stdin.is_empty() {
        let file = Found { name: options.stdin_name.clone(), path: PathBuf::from("-"), explicit: true };
        let bytes = discovery::read_stdin(&file.name, options.file_limit);
        texts.push(take(&file, bytes, options));
    }
    let mut unrecognised = Vec::new();
    let mut helpers = Vec::new();
    for text in texts {
        match text {
            Outcome::Helper { name, text } => helpers.push((name, text)),
            Outcome::Input { name, text, format } => {
                let source = loaded.sources.add(name, text);
                loaded.texts.push((source, format));
            }
            Outcome::Skipped(skip) => loaded.skipped.push(skip),
            Outcome::Unrecognised(diagnostic) => unrecognised.push(diagnostic),
            Outcome::Failed { diagnostic, name, text } => loaded.fail(diagnostic, name, text),
        }
    }
    // Hooks pass every changed file by name, so one that is not ours is no error, unless
    // nothing else was there to check.
    let nothing_else = loaded.texts.is_empty() && loaded.diagnostics.is_empty();
    loaded
        .diagnostics
        .extend(unrecognised.into_iter().map(|d: Diagnostic| if nothing_else { d } else { d.as_warning() }));

    loaded.add_helpers(helpers);
    let roots = allowed_roots(&paths);
    let mut files = Files { roots: &roots, options };
    loaded.carried = carrier::read_with(&mut loaded.sources, &loaded.texts, &options.read, &mut files);
    loaded.diagnostics.append(&mut loaded.carried.diagnostics);
    let sources = &loaded.sources;
    loaded.diagnostics.sort_by_key(|d| {
        let place = d.span.map(|s| (sources.name(s.source).to_owned(), s.start));
        let (name, start) = place.unwrap_or_else(|| (d.path.clone().unwrap_or_default(), 0));
        (name, start, d.message.clone())
    });
    loaded.diagnostics.dedup();
    loaded.skipped.sort();
    loaded
}

impl Inputs {
    /// Says what was read and what was skipped, for `-v`.
    pub(super) fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        for (source, format) in &self.texts {
            writeln!(out, "read {}: {}", escape::line(self.sources.name(*source)), format.name())?;
        }
        for skipped in &self.skipped {
            writeln!(out, "skipped {}: {}", escape::line(&skipped.name), skipped.reason)?;
        }
        Ok(())
    }

    /// Adds the Python files that a program may import: those in its directory and below.
    fn add_helpers(&mut self, helpers: Vec<(String, String)>) {
        let programs: BTreeSet<&str> = self
            .texts
            .iter()
            .filter(|(_, format)| *format == Format::PulumiPython)
            .map(|(source, _)| directory(self.sources.name(*source)))
            .collect();
        let near = |name: &str| {
            let mut at = directory(name);
            while !programs.contains(at) && !at.is_empty() {
                at = directory(at);
            }
            programs.contains(at)
        };
        let (near, far): (Vec<_>, Vec<_>) = helpers.into_iter().partition(|(name, _)| near(name));
        for (name, text) in near {
            self.sources.add(name, text);
        }
        self.skipped.extend(far.into_iter().map(|(name, _)| Skipped { name, reason: NOTHING }));
    }

    /// Records a failure about a text that was read but is not handed to any carrier.
    fn fail(&mut self, mut diagnostic: Diagnostic, name: String, text: Option<(String, usize)>) {
        if let Some((text, at)) = text {
            let source = self.sources.add(name, text);
            diagnostic.span = Some(Span::new(source, at, at));
        }
        self.diagnostics.push(diagnostic);
    }
}

/// What became of one file.
enum Outcome {
    /// A Python file that declares nothing itself but may be imported by one that does.
    Helper {
        name: String,
        text: String,
    },
    Input {
        name: String,
        text: String,
        format: Format,
    },
    Skipped(Skipped),
    Unrecognised(Diagnostic),
    Failed {
        diagnostic: Diagnostic,
        name: String,
        text: Option<(String, usize)>,
    },
}

fn read_file(file: &Found, options: &LoadOptions) -> Outcome {
    take(file, discovery::read_bounded(file, options.file_limit), options)
}

fn take(file: &Found, bytes: Result<Vec<u8>, Diagnostic>, options: &LoadOptions) -> Outcome {
    let name = file.name.clone();
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(diagnostic) => return Outcome::Failed { diagnostic, name, text: None },
    };
    let skip = |reason| Outcome::Skipped(Skipped { name: file.name.clone(), reason });
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(Undecoded { reason, bytes }) => {
            // A broken policy is told from a foreign binary file.
            let head = bytes.get(..64 * 1024).unwrap_or(&bytes);
            if head.starts_with(GIT_CRYPT) {
                let message = format!("`{name}` is encrypted by git-crypt, so it is not read");
                let help = "unlock the repository to have it checked";
                let diagnostic = Diagnostic::unreadable("input/encrypted", message, name).with_help(help).as_warning();
                return Outcome::Unrecognised(diagnostic);
            }
            let ours = carrier::recognise(&name, &String::from_utf8_lossy(head)).is_some();
            if !file.explicit && !ours {
                return skip(match reason {
                    NotText::Nul(_) => "it is a binary file",
                    _ => "it is not a UTF-8 text",
                });
            }
            return broken_text(&name, head, &reason);
        }
    };
    let Some(format) = carrier::recognise(&name, &text) else {
        #[cfg(not(feature = "typescript"))]
        if is_node_program(&name, &text) {
            let message = format!(
                "`{name}` belongs to a Pulumi program in TypeScript or JavaScript, which is not read: \
                 this overgrant was built without the feature `typescript`"
            );
            let help = "build it with the feature, or check what `pulumi preview --json` prints for the program";
            let diagnostic = Diagnostic::unreadable("input/unread-language", message, name).with_help(help);
            return Outcome::Unrecognised(diagnostic);
        }
        if !file.explicit || text.trim().is_empty() {
            if Path::new(&name).extension().is_some_and(|e| e.eq_ignore_ascii_case("py")) && !text.trim().is_empty() {
                return Outcome::Helper { name, text };
            }
            return skip(if text.trim().is_empty() { "it is empty" } else { NOTHING });
        }
        // Hooks pass whole front ends by name; their files are not worth a word each.
        if carrier::recognise::NODE_SOURCES.iter().any(|end| name.ends_with(end)) {
            return skip(NOTHING);
        }
        let message = format!("`{name}` holds nothing that overgrant reads");
        let diagnostic = Diagnostic::unreadable("input/unrecognised", message, name).with_help(
            "overgrant reads Vault policies, IAM policy documents and what carries them; `overgrant check --help` lists the formats",
        );
        return Outcome::Unrecognised(diagnostic);
    };
    let limit = options.read.policy_limit;
    if format.is_bare_policy() && text.len() > limit {
        let diagnostic = discovery::too_large(&name, limit as u64);
        return Outcome::Failed { diagnostic, name, text: None };
    }
    Outcome::Input { name, text, format }
}

/// Whether a file shows a Pulumi program for Node.js that makes what is checked elsewhere:
/// its package, or a file of it that was given by name.
#[cfg(not(feature = "typescript"))]
fn is_node_program(name: &str, text: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let source = carrier::recognise::NODE_SOURCES.iter().any(|end| file.ends_with(end));
    (file == "package.json" || source) && ["@pulumi/vault", "@pulumi/aws"].iter().any(|package| text.contains(package))
}

/// How a file begins that git-crypt has encrypted. Source: git-crypt, `doc/` and `commands.cpp`.
const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";

/// The diagnostic for bytes that are no text, with a place in what of them is one.
fn broken_text(name: &str, head: &[u8], reason: &NotText) -> Outcome {
    let message = format!("`{name}` cannot be read: {reason}");
    let diagnostic = Diagnostic::unreadable(reason.code(), message, name).with_help(reason.help());
    let (NotText::Nul(at) | NotText::InvalidUtf8(at)) = *reason else {
        return Outcome::Failed { diagnostic, name: name.to_owned(), text: None };
    };
    let text = head.get(..at).map(|before| (String::from_utf8_lossy(before).into_owned(), at));
    Outcome::Failed { diagnostic, name: name.to_owned(), text }
}

/// Gets what texts refer to from where it may be read.
struct Files<'a> {
    roots: &'a [PathBuf],
    options: &'a LoadOptions,
}

impl carrier::Fetch for Files<'_> {
    fn file(&mut self, name: &str) -> Option<String> {
        read_wanted(name, self.roots, self.options)
    }

    fn module(&mut self, directory: &str) -> Vec<(String, String)> {
        if !may_read(Path::new(if directory.is_empty() { "." } else { directory }), self.roots) {
            return Vec::new();
        }
        let names = discovery::terraform_files(directory).into_iter();
        names
            .filter_map(|name| {
                let text = self.file(&name)?;
                Some((name, text))
            })
            .collect()
    }

    fn list(&mut self, directory: &str, pattern: &str) -> Option<Vec<String>> {
        let path = Path::new(if directory.is_empty() { "." } else { directory });
        may_read(path, self.roots).then(|| discovery::matching_files(directory, pattern)).flatten()
    }
}

/// Whether a file or directory lies where texts may refer to.
fn may_read(path: &Path, roots: &[PathBuf]) -> bool {
    path.canonicalize().is_ok_and(|real| roots.iter().any(|root| real.starts_with(root)))
}

/// Reads a file that a text refers to, if it lies in a directory that may be read: what is
/// checked must not be able to show files from elsewhere in a report.
fn read_wanted(name: &str, roots: &[PathBuf], options: &LoadOptions) -> Option<String> {
    let path = Path::new(name);
    let real = path.canonicalize().ok()?;
    if !real.is_file() || !roots.iter().any(|root| real.starts_with(root)) {
        return None;
    }
    let file = Found { name: name.to_owned(), path: real, explicit: true };
    let bytes = discovery::read_bounded(&file, options.file_limit).ok()?;
    decode(bytes).ok()
}

/// The repositories of the working directory and of the given paths: the directory that
/// holds `.git`, or else the directory itself.
fn allowed_roots(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = std::iter::once(Path::new("."))
        .chain(paths.iter().map(PathBuf::as_path))
        .filter_map(|path| path.canonicalize().ok())
        .filter_map(|path| if path.is_dir() { Some(path) } else { path.parent().map(Path::to_path_buf) })
        .map(|path| repository_of(&path).map_or(path.clone(), Path::to_path_buf))
        .collect();
    roots.sort();
    roots.dedup();
    // The root directory is no repository; allowing it would allow everything.
    roots.retain(|root| root.components().any(|part| matches!(part, Component::Normal(_))));
    roots
}

/// The nearest directory upward that holds `.git`.
pub(super) fn repository_of(path: &Path) -> Option<&Path> {
    path.ancestors().find(|dir| dir.join(".git").exists())
}

/// The working directory's path in its repository, with a slash at its end; empty at the
/// root or outside of any.
pub(super) fn repository_prefix() -> String {
    let Ok(here) = Path::new(".").canonicalize() else { return String::new() };
    let inside = repository_of(&here).and_then(|root| here.strip_prefix(root).ok()).unwrap_or(Path::new(""));
    let mut prefix = String::new();
    for part in inside.components() {
        prefix.push_str(&part.as_os_str().to_string_lossy());
        prefix.push('/');
    }
    prefix
}
