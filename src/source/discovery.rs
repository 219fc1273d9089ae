//! Which files the given paths stand for: files, directories, globs the shell left alone.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;

use crate::diagnostic::Diagnostic;

/// Extensions of the files that are looked at inside directories. A file named by the
/// user is looked at whatever it is called.
const EXTENSIONS: &[&str] = &[
    "cjs", "cts", "hcl", "js", "json", "mjs", "mts", "policy", "py", "template", "tf", "tfstate", "tfvars", "tofu",
    "ts", "tsx", "yaml", "yml",
];

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The name that reports show: relative to the working directory where it can be,
    /// with forward slashes and without `./`.
    pub name: String,
    /// Where to read it.
    pub path: PathBuf,
    /// Whether the user named it, rather than a directory or glob that holds it.
    pub explicit: bool,
}

/// A file or link that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The name that reports show.
    pub name: String,
    /// Why, in a few words.
    pub reason: &'static str,
}

/// What paths stand for.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Files to read, sorted by name, each once.
    pub files: Vec<Found>,
    /// What was left out, sorted by name.
    pub skipped: Vec<Skipped>,
    /// Paths that do not exist or cannot be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the files that paths stand for. Directories are walked as ripgrep walks them:
/// hidden files and what ignore files exclude are left out (`.overgrantignore` counts as
/// one), symbolic links are not followed.
#[must_use]
pub fn discover(paths: &[PathBuf]) -> Discovery {
    let base = std::env::current_dir().unwrap_or_default();
    let mut found = Discovery::default();
    for path in paths {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => walk(path, &base, None, &mut found),
            Ok(_) => {
                found.files.push(Found { name: display_name(path, &base), path: path.clone(), explicit: true });
            }
            Err(error) => match glob_root(path) {
                Some((root, pattern)) if error.kind() == io::ErrorKind::NotFound => {
                    let before = found.files.len();
                    let Ok(glob) = GlobBuilder::new(&pattern).literal_separator(true).build() else {
                        let message = format!("`{}` is not a valid glob", path.display());
                        found.diagnostics.push(Diagnostic::unreadable("input/not-found", message, pattern));
                        continue;
                    };
                    let matcher = glob.compile_matcher();
                    walk(&root, &base, Some(&matcher), &mut found);
                    if found.files.len() == before {
                        let message = format!("no file matches `{}`", path.display());
                        found.diagnostics.push(Diagnostic::unreadable("input/not-found", message, pattern));
                    }
                }
                _ => found.diagnostics.push(unreadable(&display_name(path, &base), &error)),
            },
        }
    }
    // A file that the user named and that a directory holds too is the user's.
    found.files.sort_by(|a, b| a.name.cmp(&b.name).then(b.explicit.cmp(&a.explicit)));
    found.files.dedup_by(|a, b| a.name == b.name);
    found.skipped.sort();
    found.skipped.dedup();
    found
}

/// Walks a directory for files that have one of our extensions, or that a glob matches.
fn walk(root: &Path, base: &Path, glob: Option<&GlobMatcher>, found: &mut Discovery) {
    let wanted = |path: &Path| glob.is_none_or(|glob| glob.is_match(clean(path)));
    let mut walker = WalkBuilder::new(root);
    walker.add_custom_ignore_filename(".overgrantignore").follow_links(false);
    // What is installed there is others' code, whatever the ignore files say.
    walker.filter_entry(|entry| entry.depth() == 0 || entry.file_name() != "node_modules");
    for entry in walker.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let name = error_path(&error).map_or_else(|| root.to_path_buf(), Path::to_path_buf);
                let name = display_name(&name, base);
                let reason = error.io_error().map_or_else(|| error.to_string(), describe);
                let message = format!("cannot read `{name}`: {reason}");
                found.diagnostics.push(Diagnostic::unreadable("input/unreadable", message, name));
                continue;
            }
        };
        let path = entry.path();
        let name = || display_name(path, base);
        match entry.file_type() {
            Some(kind) if kind.is_file() => {
                if !wanted(path) {
                    continue;
                }
                if glob.is_some() || has_our_extension(path) {
                    found.files.push(Found { name: name(), path: path.to_path_buf(), explicit: false });
                } else {
                    found.skipped.push(Skipped { name: name(), reason: "its extension is not one that is read" });
                }
            }
            Some(kind) if kind.is_symlink() && wanted(path) => {
                found.skipped.push(Skipped { name: name(), reason: "symbolic links in directories are not followed" });
            }
            _ => {}
        }
    }
}

/// How many files are looked at in a directory that a text refers to as a whole.
const MAX_LISTED: usize = 20_000;

/// The Terraform files of one directory, by names that start with the directory's.
#[must_use]
pub fn terraform_files(directory: &str) -> Vec<String> {
    let ours = |name: &str| [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|end| name.ends_with(end));
    let found = listed(directory, 1, |name| !name.starts_with('.') && ours(name)).unwrap_or_default();
    let start = if directory.is_empty() { String::new() } else { format!("{}/", directory.trim_end_matches('/')) };
    found.into_iter().map(|name| format!("{start}{name}")).collect()
}

/// The paths, seen from a directory, of the files below it that a glob matches. Links are
/// not followed. None where there are too many.
#[must_use]
pub fn matching_files(directory: &str, pattern: &str) -> Option<Vec<String>> {
    let matcher = GlobBuilder::new(pattern).literal_separator(true).build().ok()?.compile_matcher();
    let depth = if pattern.contains("**") { usize::MAX } else { pattern.split('/').count() };
    listed(directory, depth, |name| matcher.is_match(name))
}

/// Files down to a depth whose path from the directory is wanted, sorted.
fn listed(directory: &str, depth: usize, wanted: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let root = if directory.is_empty() { Path::new(".") } else { Path::new(directory) };
    let walker = WalkBuilder::new(root).standard_filters(false).max_depth(Some(depth)).follow_links(false).build();
    let mut names = Vec::new();
    for (count, entry) in walker.filter_map(Result::ok).enumerate() {
        if count > MAX_LISTED {
            return None;
        }
        let Some(inside) = entry.path().strip_prefix(root).ok() else { continue };
        let inside: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let inside = inside.join("/");
        if entry.file_type().is_some_and(|kind| !kind.is_dir()) && wanted(&inside) {
            names.push(inside);
        }
    }
    names.sort();
    Some(names)
}

/// The file an error of the walk is about.
fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        _ => None,
    }
}

/// Whether a directory walk looks at a file of that name.
fn has_our_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// For a path with glob characters: the directory that its literal part names, and the
/// whole pattern.
fn glob_root(path: &Path) -> Option<(PathBuf, String)> {
    let pattern = clean(path).to_str()?.to_owned();
    if !pattern.contains(['*', '?', '[', '{']) {
        return None;
    }
    let literal: PathBuf = clean(path)
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']))
        .collect();
    let root = if literal.as_os_str().is_empty() { PathBuf::from(".") } else { literal };
    root.is_dir().then_some((root, pattern))
}

/// A path without `./` parts.
fn clean(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

/// The name reports show for a path.
#[must_use]
pub fn display_name(path: &Path, base: &Path) -> String {
    let path = clean(path);
    let relative = match path.strip_prefix(base) {
        Ok(inside) if path.is_absolute() && !inside.as_os_str().is_empty() => inside,
        _ => &path,
    };
    let name = relative.to_string_lossy();
    let name = if std::path::MAIN_SEPARATOR == '\\' { name.replace('\\', "/") } else { name.into_owned() };
    if name.is_empty() { ".".to_owned() } else { name }
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
///
/// A diagnostic if the file cannot be read or is larger.
pub fn read_bounded(file: &Found, limit: u64) -> Result<Vec<u8>, Diagnostic> {
    let open = || -> io::Result<Vec<u8>> {
        // A pipe that nobody writes to would never open. What a shell puts in place of a
        // command's output is one too, under a name of its own.
        let kind = fs::metadata(&file.path)?.file_type();
        let given = || ["/dev/fd/", "/dev/stdin", "/proc/"].iter().any(|start| file.path.starts_with(start));
        if !kind.is_file() && !kind.is_dir() && !given() {
            return Err(io::Error::other("it is no regular file; give what it holds on standard input, as `-`"));
        }
        let handle = File::open(&file.path)?;
        let expected = handle.metadata().map_or(0, |meta| meta.len());
        if expected > limit {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        read_all(handle, limit, expected)
    };
    open().map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(&file.name, limit),
        _ => unreadable(&file.name, &error),
    })
}

/// Reads standard input, bounded.
///
/// # Errors
///
/// A diagnostic if it cannot be read or is larger than `limit`.
pub fn read_stdin(name: &str, limit: u64) -> Result<Vec<u8>, Diagnostic> {
    read_all(io::stdin().lock(), limit, 0).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(name, limit),
        _ => unreadable(name, &error),
    })
}

fn read_all(from: impl Read, limit: u64, expected: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).saturating_add(1));
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(bytes)
}

/// The diagnostic for an input above a size limit.
#[must_use]
pub fn too_large(name: &str, limit: u64) -> Diagnostic {
    let message = format!("`{name}` is larger than the limit of {}", size(limit));
    Diagnostic::unreadable("input/too-large", message, name)
        .with_help("raise `max-policy-size` or `max-file-size` under `[limits]` in overgrant.toml, or exclude the file")
}

fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    UNITS
        .into_iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit))
        .map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{} {name}", bytes / unit))
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let code = if error.kind() == io::ErrorKind::NotFound { "input/not-found" } else { "input/unreadable" };
    Diagnostic::unreadable(code, format!("cannot read `{name}`: {}", describe(error)), name)
}

/// An I/O error in words that do not depend on the platform, where it has a kind.
fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &Discovery) -> Vec<&str> {
        found.files.iter().map(|f| f.name.as_str()).collect()
    }

    #[test]
    fn walks_sorted_without_hidden_ignored_or_foreign_files() {
        let dir = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("b.hcl", ""),
            ("a/z.json", ""),
            ("a/.hidden.json", ""),
            ("a/readme.md", ""),
            ("out/x.json", ""),
            (".overgrantignore", "out/\n"),
        ] {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = discover(&[dir.path().to_path_buf(), dir.path().join("b.hcl")]);
        let shown: Vec<_> = names(&found).iter().map(|n| n.rsplit_once('/').unwrap().1).collect();
        assert_eq!(shown, ["z.json", "b.hcl"]);
        assert_eq!(found.files.iter().map(|f| f.explicit).collect::<Vec<_>>(), [false, true]);
        assert!(found.skipped.iter().any(|s| s.name.ends_with("a/readme.md")));
        assert!(found.diagnostics.is_empty());
    }

    #[test]
    fn expands_globs_that_the_shell_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a")).unwrap();
        for file in ["x.hcl", "a/y.hcl", "a/z.json"] {
            fs::write(dir.path().join(file), "").unwrap();
        }
        let count = |pattern: &str| discover(&[dir.path().join(pattern)]).files.len();
        assert_eq!((count("*.hcl"), count("**/*.hcl"), count("a/*"), count("a/{y,z}.*")), (1, 2, 2, 2));
        assert_eq!(discover(&[dir.path().join("*.tf")]).diagnostics.len(), 1);
        assert_eq!(discover(&[dir.path().join("none.hcl")]).diagnostics.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_link_loops_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        std::os::unix::fs::symlink("self.hcl", dir.path().join("self.hcl")).unwrap();
        let found = discover(&[dir.path().to_path_buf()]);
        assert!(found.files.is_empty());
        assert_eq!(found.skipped.len(), 2);
        let found = discover(&[dir.path().join("self.hcl")]);
        assert_eq!(found.diagnostics.len(), 1);
    }

    #[test]
    fn names_are_relative_with_forward_slashes() {
        let base = Path::new("/repo");
        for (path, name) in [("./a/./b.hcl", "a/b.hcl"), ("/repo/x.tf", "x.tf"), ("/other/x.tf", "/other/x.tf")] {
            assert_eq!(display_name(Path::new(path), base), name);
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.json");
        fs::write(&path, "12345").unwrap();
        let file = Found { name: "x.json".into(), path, explicit: true };
        assert_eq!(read_bounded(&file, 5).unwrap(), b"12345");
        let refused = read_bounded(&file, 4).unwrap_err();
        assert_eq!(refused.message, "`x.json` is larger than the limit of 4 bytes");
        assert_eq!(too_large("a", 1 << 20).message, "`a` is larger than the limit of 1 MiB");
    }
}
