//! Paths and files that programs use.

use super::Reading;
use crate::source::Span;
use crate::syntax::{Node, Text, Value};

/// Directories around a program where its project may be.
#[cfg(feature = "typescript")]
const AROUND: usize = 6;

impl Reading<'_> {
    /// The text of a file that the program reads, if it is among the sources.
    pub(in crate::carrier) fn file(&mut self, path: &str) -> Option<Node> {
        let name = beside(self.sources.name(self.source), path);
        self.first_of(name.into_iter().collect())
    }

    /// The same for a path that starts where the program runs: in the directory of its own
    /// file, or one around where its project is.
    #[cfg(feature = "typescript")]
    pub(in crate::carrier) fn project_file(&mut self, path: &str) -> Option<Node> {
        let mut from = self.sources.name(self.root);
        let mut names = Vec::new();
        for _ in 0..AROUND {
            names.extend(beside(from, path));
            let Some((directory, _)) = from.rsplit_once('/') else { break };
            from = directory;
        }
        self.first_of(names)
    }

    /// The first of some files that is among the sources; all are asked for otherwise.
    fn first_of(&mut self, names: Vec<String>) -> Option<Node> {
        let Some(id) = names.iter().find_map(|name| self.sources.find(name)) else {
            self.wants.extend(names);
            return None;
        };
        let text = self.sources.text(id);
        let span = Span::new(id, 0, text.len());
        Some(Node::new(span, Value::String(Text::plain(text, 0))))
    }
}

/// Joins two parts of a path; an absolute second part stands alone.
pub(in crate::carrier) fn join_path(first: &str, second: &str) -> String {
    if first.is_empty() || second.starts_with('/') {
        return second.to_owned();
    }
    format!("{}/{second}", first.trim_end_matches('/'))
}

/// Directory, name, stem and suffix of a path.
pub(in crate::carrier) fn path_attribute(path: &str, name: &str) -> Option<String> {
    let (parent, file) = path.rsplit_once('/').unwrap_or((".", path));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem });
    match name {
        "parent" => Some(parent.to_owned()),
        "name" => Some(file.to_owned()),
        "stem" => Some(stem.to_owned()),
        "suffix" => Some(file.get(stem.len()..).unwrap_or("").to_owned()),
        _ => None,
    }
}

/// A path that a program uses, as the name of a source: relative to the program's
/// directory, where `pulumi` runs it. None for paths outside the tree that is read.
fn beside(program: &str, path: &str) -> Option<String> {
    let directory = program.rsplit_once('/').map_or("", |(directory, _)| directory);
    if path.starts_with('/') || path.contains('\\') || path.len() > 1024 {
        return None;
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    // `Path(__file__).parent / …` starts with the program's own directory.
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
