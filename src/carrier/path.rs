//! Paths as one file names another: relative, with forward slashes.

/// A path without `.`, empty parts and resolvable `..`; none for one that starts at the
/// root of the file system.
#[must_use]
pub fn normalize(path: &str) -> Option<String> {
    if path.starts_with('/') || path.starts_with('\\') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// A path seen from a directory. A directory that starts at the root of the file system,
/// as one does that a run was given so, gives a path that does.
#[must_use]
pub fn join(directory: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let Some(inside) = directory.strip_prefix('/') else {
        return normalize(format!("{directory}/{path}").trim_start_matches('/'));
    };
    let joined = normalize(&format!("{inside}/{path}"))?;
    (joined != ".." && !joined.starts_with("../")).then(|| format!("/{joined}"))
}

/// The directory part of a path; empty for a bare file name.
#[must_use]
pub fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_brought_to_one_form() {
        let table = [
            ("a/./b//c", Some("a/b/c")),
            ("./a/../b", Some("b")),
            ("../x", Some("../x")),
            ("../../x", Some("../../x")),
            ("a/../../x", Some("../x")),
            ("/etc/passwd", None),
        ];
        for (path, expected) in table {
            assert_eq!(normalize(path).as_deref(), expected, "{path}");
        }
        assert_eq!(join("modules/a", "../b/p.json").as_deref(), Some("modules/b/p.json"));
        assert_eq!(join("", "p.json").as_deref(), Some("p.json"));
        assert_eq!(join("..", "../p.json").as_deref(), Some("../../p.json"));
        assert_eq!(join("/srv/a", "../b/p.json").as_deref(), Some("/srv/b/p.json"));
        assert_eq!(join("/srv", "../../p.json").as_deref(), None);
        assert_eq!(directory("a/b.tf"), "a");
        assert_eq!(directory("b.tf"), "");
    }
}
