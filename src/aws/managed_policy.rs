//! Policies that AWS manages: which of them have a path in their ARN.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Names of AWS managed policies whose ARN has a path, with that path.
static PATHS: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/aws/managed-policy-paths.txt").lines();
    lines.filter_map(|line| line.rsplit_once('/')).map(|(path, name)| (name, path)).collect()
});

/// The path in the ARN of a policy that AWS manages, if it has one.
#[must_use]
pub fn path(name: &str) -> Option<&'static str> {
    PATHS.get(name).copied()
}

/// The ARN of a policy that AWS manages.
#[must_use]
pub fn arn(name: &str) -> String {
    match path(name) {
        Some(path) => format!("arn:aws:iam::aws:policy/{path}/{name}"),
        None => format!("arn:aws:iam::aws:policy/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_path() {
        let lines = include_str!("../../data/aws/managed-policy-paths.txt").lines();
        assert_eq!(lines.clone().count(), PATHS.len());
        assert!(lines.is_sorted());
        assert_eq!(path("AWSLambdaBasicExecutionRole"), Some("service-role"));
        assert_eq!(arn("AdministratorAccess"), "arn:aws:iam::aws:policy/AdministratorAccess");
    }
}
