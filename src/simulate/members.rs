//! Members of a request line that nobody reads.
//!
//! Lines carry whatever notes their author likes, so a member that is not known is let be.
//! One that is spelt much like a known one, or that stands at the wrong level, would have
//! meant something: the answer without it is wrong, and so there is none.

use serde_json::{Map, Value};

use crate::suggest::closest;

/// An object of a line: what it is called, and the members that are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// For messages; empty for the line itself.
    pub(super) name: &'static str,
    pub(super) known: &'static [&'static str],
}

/// Shorter names are too easily like one another: only letters left out, doubled or swapped
/// count.
const SHORT: usize = 5;

impl Shape {
    /// Refuses an object with a member that is a known one misspelt. A known member that is
    /// there itself was not misspelt: `paths` may stand beside `path`.
    ///
    /// # Errors
    /// One sentence that names the member and the one that is meant.
    pub(super) fn check(&self, object: &Map<String, Value>) -> Result<(), String> {
        for name in object.keys().filter(|name| !self.known.contains(&name.as_str())) {
            if let Some(meant) = meant(name, self.known.iter().copied().filter(|known| !object.contains_key(*known))) {
                return Err(self.unknown(name, meant));
            }
        }
        Ok(())
    }

    /// Refuses members that belong into another object of the line.
    ///
    /// # Errors
    /// One sentence that names the member and its place.
    pub(super) fn misplaced(
        &self,
        object: &Map<String, Value>,
        other: &Self,
        at: &Map<String, Value>,
    ) -> Result<(), String> {
        let stray =
            |name: &&&str| object.contains_key(**name) && !self.known.contains(*name) && !at.contains_key(**name);
        match other.known.iter().find(stray) {
            Some(name) if other.name.is_empty() => Err(format!("`{name}` stands beside `{}`, not in it", self.name)),
            Some(name) => Err(format!("`{name}` stands in `{}`", other.name)),
            None => Ok(()),
        }
    }

    fn unknown(&self, name: &str, meant: &str) -> String {
        match self.name {
            "" => format!("unknown member `{name}`; did you mean `{meant}`?"),
            of => format!("unknown member `{name}` of `{of}`; did you mean `{meant}`?"),
        }
    }
}

/// The name that was meant by one that is not known.
pub(super) fn meant<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.to_ascii_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    let slipped = |meant: &str| {
        let shorter = name.len().min(meant.len());
        shorter >= SHORT || (name.len() != meant.len() && shorter > 2) || sorted(name) == sorted(meant)
    };
    closest(name, known).filter(|meant| slipped(meant))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::simulate::answer;

    fn error(line: &Value) -> Option<String> {
        let line = line.as_object().unwrap();
        Some(answer(line).get("error")?.as_str().unwrap().to_owned())
    }

    fn aws() -> Value {
        let allow = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let request = json!({"principal": "arn:aws:iam::111122223333:user/u", "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/k", "context": {}});
        json!({"id": 1, "request": request, "policies": {"identity": allow}})
    }

    fn vault() -> Value {
        json!({"id": 1, "request": {"path": "secret/a", "operation": "read"},
            "policies": {"app": "path \"secret/*\" { capabilities = [\"read\"] }"},
            "entity": {"ID": "1", "Name": "n", "Metadata": {}, "Aliases": [{"ID": "2", "Name": "a", "MountAccessor": "m"}]},
            "groups": [{"ID": "3", "Name": "g"}]})
    }

    /// The line with a member renamed: its path, and its new name.
    fn renamed(mut line: Value, path: &str, to: &str) -> Value {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let object = line.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        let value = object.remove(name).unwrap();
        object.insert(to.to_owned(), value);
        line
    }

    #[test]
    fn a_misspelt_member_is_an_error() {
        let table = [
            (aws(), "/request/context", "contxt", "unknown member `contxt` of `request`; did you mean `context`?"),
            (aws(), "/request/resource", "resouce", "unknown member `resouce` of `request`; did you mean `resource`?"),
            (
                aws(),
                "/request/principal",
                "Principal",
                "unknown member `Principal` of `request`; did you mean `principal`?",
            ),
            (aws(), "/request/action", "actoin", "unknown member `actoin` of `request`; did you mean `action`?"),
            (aws(), "/policies", "polices", "unknown member `polices`; did you mean `policies`?"),
            (aws(), "/id", "Id", "unknown member `Id`; did you mean `id`?"),
            (aws(), "/policies/identity", "idenity", "`policies` has no member `idenity`; did you mean `identity`?"),
            (vault(), "/request/path", "pth", "unknown member `pth` of `request`; did you mean `path`?"),
            (
                vault(),
                "/request/operation",
                "operaton",
                "unknown member `operaton` of `request`; did you mean `operation`?",
            ),
            (vault(), "/entity", "entitty", "unknown member `entitty`; did you mean `entity`?"),
            (vault(), "/entity/Name", "name", "unknown member `name` of `entity`; did you mean `Name`?"),
            (
                vault(),
                "/entity/Aliases/0/MountAccessor",
                "mount_accessor",
                "unknown member `mount_accessor` of `Aliases`; did you mean `MountAccessor`?",
            ),
            (vault(), "/groups/0/ID", "Id", "unknown member `Id` of `groups`; did you mean `ID`?"),
        ];
        for (line, path, to, expected) in table {
            assert_eq!(error(&line), None, "{line}");
            let line = renamed(line, path, to);
            assert_eq!(error(&line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn a_member_at_the_wrong_level_is_an_error() {
        let moved = |mut line: Value, name: &str, value: Value, inside: bool| {
            let at = if inside { &mut line["request"] } else { &mut line };
            at[name] = value;
            line
        };
        let mut without = aws();
        without["request"].as_object_mut().unwrap().remove("context");
        let table = [
            (moved(without, "context", json!({}), false), "`context` stands in `request`"),
            (moved(aws(), "resourceAccount", json!("111122223333"), false), "`resourceAccount` stands in `request`"),
            (moved(vault(), "wrap_ttl", json!("5m"), false), "`wrap_ttl` stands in `request`"),
            (moved(vault(), "namespace", json!("team"), true), "`namespace` stands beside `request`, not in it"),
            (
                moved(aws(), "context_complete", json!("false"), false),
                "`context_complete` is `true` or `false`, without quotes",
            ),
        ];
        for (line, expected) in table {
            assert_eq!(error(&line).as_deref(), Some(expected), "{line}");
        }
        assert_eq!(error(&moved(aws(), "context_complete", json!(false), true)), None);
    }

    #[test]
    fn notes_are_let_be() {
        let names = [
            "expect",
            "why",
            "note",
            "notes",
            "source",
            "basis",
            "products",
            "row",
            "test",
            "keys",
            "paths",
            "comment",
            "title",
            "owner",
            "labels",
            "tags",
            "expect_condition",
            "description",
            "ticket",
            "sources",
            "when",
            "x",
        ];
        for (line, name) in [aws(), vault()].iter().flat_map(|line| names.map(|name| (line.clone(), name))) {
            let mut line = line;
            line[name] = json!("a note");
            assert_eq!(error(&line), None, "{line}");
            line["request"][name] = json!("a note");
            assert_eq!(error(&line), None, "{line}");
        }
        for line in [
            json!({"text": "path \"a\" {}", "paths": 1, "keys": ["a"], "lenient": "x"}),
            json!({"path": "sys/x", "paths": []}),
            json!({"text": "{}", "kind": "identity", "expect": "reject", "kinds": 1}),
        ] {
            assert_eq!(error(&line), None, "{line}");
        }
    }
}
