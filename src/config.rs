//! `overgrant.toml`: every value with its place, every mistake a diagnostic.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::lint::{Ignore, Severity};
use crate::source::{SourceId, Span};
use crate::suggest::closest;
use crate::vault::dialect::{Dialect, Version};

/// The file's name.
pub const FILE_NAME: &str = "overgrant.toml";

/// What a configuration file may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `[vault] dialect` and `version`.
    pub dialect: Option<Dialect>,
    /// `[check] fail-on`.
    pub fail_on: Option<Severity>,
    /// `[check] min-severity`.
    pub min_severity: Option<Severity>,
    /// `[check] select`, each with its place.
    pub select: Vec<(String, Span)>,
    /// `[check] ignore` and the rules that `[rules]` turns off, each with its place.
    pub ignore: Vec<(String, Span)>,
    /// The severities of `[rules]`, in the order of the file.
    pub severity: Vec<(String, Severity, Span)>,
    /// The `[[ignore]]` entries.
    pub ignores: Vec<Ignore>,
    /// `[limits] max-policy-size` in bytes.
    pub max_policy_size: u64,
    /// `[limits] max-file-size` in bytes.
    pub max_file_size: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dialect: None,
            fail_on: None,
            min_severity: None,
            select: Vec::new(),
            ignore: Vec::new(),
            severity: Vec::new(),
            ignores: Vec::new(),
            max_policy_size: 1 << 20,
            max_file_size: 256 << 20,
        }
    }
}

/// The nearest configuration file in a directory or one above it.
#[must_use]
pub fn find(from: &Path) -> Option<PathBuf> {
    from.ancestors().map(|dir| dir.join(FILE_NAME)).find(|path| path.is_file())
}

/// Reads a configuration. What it understands it takes; each mistake is a diagnostic.
#[must_use]
pub fn parse(text: &str, source: SourceId) -> (Config, Vec<Diagnostic>) {
    let mut reader = Reader { source, config: Config::default(), diagnostics: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => reader.root(table.get_ref()),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().lines().next().unwrap_or("it is not TOML").to_owned();
            let message = format!("the configuration is not valid TOML: {message}");
            reader.diagnostics.push(Diagnostic::error("config/syntax", message, reader.span(span)));
        }
    }
    (reader.config, reader.diagnostics)
}

/// A table's entries: key, place of the key, value.
type Entry<'a, 'i> = (&'a str, Span, &'a Spanned<DeValue<'i>>);

struct Reader {
    source: SourceId,
    config: Config,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source, range.start, range.end)
    }

    fn error(&mut self, code: &'static str, message: String, span: Span, help: Option<String>) {
        let mut diagnostic = Diagnostic::error(code, message, span);
        diagnostic.help = help;
        self.diagnostics.push(diagnostic);
    }

    /// The entries in the order of the file.
    fn entries<'a, 'i>(&self, table: &'a DeTable<'i>) -> Vec<Entry<'a, 'i>> {
        let mut entries: Vec<_> =
            table.iter().map(|(key, value)| (key.get_ref().as_ref(), self.span(key.span()), value)).collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    fn unknown_key(&mut self, key: &str, span: Span, place: &str, known: &[&str]) {
        let help = match closest(key, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known keys are {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")),
        };
        self.error("config/unknown-key", format!("unknown key `{key}` in {place}"), span, Some(help));
    }

    fn wrong(&mut self, what: &str, expected: &str, value: &Spanned<DeValue<'_>>) {
        let span = self.span(value.span());
        let found = value.get_ref().type_str();
        let article = if found.starts_with(['a', 'i']) { "an" } else { "a" };
        self.error("config/wrong-type", format!("`{what}` must be {expected}, not {article} {found}"), span, None);
    }

    fn table<'a, 'i>(&mut self, what: &str, value: &'a Spanned<DeValue<'i>>) -> Option<&'a DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.wrong(what, "a table", value);
        None
    }

    fn array<'a, 'i>(&mut self, what: &str, value: &'a Spanned<DeValue<'i>>) -> Option<&'a DeArray<'i>> {
        if let DeValue::Array(array) = value.get_ref() {
            return Some(array);
        }
        self.wrong(what, "an array", value);
        None
    }

    fn string(&mut self, what: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.wrong(what, "a string", value);
        None
    }

    fn severity(&mut self, what: &str, value: &Spanned<DeValue<'_>>) -> Option<Severity> {
        let name = self.string(what, value)?;
        let severity = Severity::from_name(&name);
        if severity.is_none() {
            self.bad_choice(what, &name, value, &Severity::ALL.map(Severity::name));
        }
        severity
    }

    fn bad_choice(&mut self, what: &str, name: &str, value: &Spanned<DeValue<'_>>, known: &[&str]) {
        let span = self.span(value.span());
        let help = match closest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it can be {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")),
        };
        self.error("config/wrong-value", format!("`{name}` is not a value of `{what}`"), span, Some(help));
    }

    fn root(&mut self, table: &DeTable<'_>) {
        for (key, span, value) in self.entries(table) {
            match key {
                "vault" => self.vault(value),
                "check" => self.check(value),
                "rules" => self.rules(value),
                "limits" => self.limits(value),
                "ignore" => self.ignores(value),
                _ => {
                    self.unknown_key(key, span, "the configuration", &["check", "ignore", "limits", "rules", "vault"]);
                }
            }
        }
    }

    fn vault(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.table("vault", value) else { return };
        let mut openbao = None;
        let mut version = None;
        for (key, span, value) in self.entries(table) {
            match key {
                "dialect" => match self.string("dialect", value).as_deref() {
                    Some("vault") => openbao = Some(false),
                    Some("openbao") => openbao = Some(true),
                    Some(other) => self.bad_choice("dialect", other, value, &["vault", "openbao"]),
                    None => {}
                },
                "version" => {
                    let Some(text) = self.string("version", value) else { continue };
                    version = text.parse::<Version>().ok();
                    if version.is_none() {
                        let span = self.span(value.span());
                        let message = format!("`{text}` is not a version");
                        let help = Some("write it as a string such as \"1.21\"".to_owned());
                        self.error("config/wrong-value", message, span, help);
                    }
                }
                _ => self.unknown_key(key, span, "`[vault]`", &["dialect", "version"]),
            }
        }
        let product = if openbao == Some(true) { Dialect::OPENBAO } else { Dialect::VAULT };
        self.config.dialect = match (openbao, version) {
            (None, None) => None,
            (_, version) => Some(Dialect { version: version.unwrap_or(product.version), ..product }),
        };
    }

    fn check(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.table("check", value) else { return };
        for (key, span, value) in self.entries(table) {
            match key {
                "fail-on" => self.config.fail_on = self.severity(key, value),
                "min-severity" => self.config.min_severity = self.severity(key, value),
                "select" | "ignore" => {
                    let names = self.names(key, value);
                    let list = if key == "select" { &mut self.config.select } else { &mut self.config.ignore };
                    list.extend(names);
                }
                _ => self.unknown_key(key, span, "`[check]`", &["fail-on", "ignore", "min-severity", "select"]),
            }
        }
    }

    fn names(&mut self, what: &str, value: &Spanned<DeValue<'_>>) -> Vec<(String, Span)> {
        let Some(array) = self.array(what, value) else { return Vec::new() };
        array
            .iter()
            .filter_map(|item| {
                let span = self.span(item.span());
                self.string(what, item).map(|name| (name, span))
            })
            .collect()
    }

    fn rules(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.table("rules", value) else { return };
        for (key, span, value) in self.entries(table) {
            let Some(said) = self.string(key, value) else { continue };
            if said == "off" {
                self.config.ignore.push((key.to_owned(), span));
            } else if let Some(severity) = Severity::from_name(&said) {
                self.config.severity.push((key.to_owned(), severity, span));
            } else {
                let known = ["off", "info", "low", "medium", "high", "critical"];
                self.bad_choice(key, &said, value, &known);
            }
        }
    }

    fn limits(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.table("limits", value) else { return };
        for (key, span, value) in self.entries(table) {
            match key {
                "max-policy-size" | "max-file-size" => {
                    let size = match value.get_ref() {
                        DeValue::Integer(number) => number.to_string().parse().ok(),
                        DeValue::String(text) => parse_size(text),
                        _ => None,
                    };
                    let Some(size) = size.filter(|size| u32::try_from(*size).is_ok()) else {
                        let span = self.span(value.span());
                        let message = format!("`{key}` must be a number of bytes or a size below 4 GiB");
                        let help = Some("write it as `1048576` or \"1 MiB\"".to_owned());
                        self.error("config/wrong-value", message, span, help);
                        continue;
                    };
                    if key == "max-policy-size" {
                        self.config.max_policy_size = size;
                    } else {
                        self.config.max_file_size = size;
                    }
                }
                _ => self.unknown_key(key, span, "`[limits]`", &["max-file-size", "max-policy-size"]),
            }
        }
    }

    fn ignores(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(array) = self.array("ignore", value) else { return };
        for item in array {
            let Some(table) = self.table("ignore", item) else { continue };
            let mut ignore = Ignore { span: Some(self.span(item.span())), ..Ignore::default() };
            for (key, span, value) in self.entries(table) {
                let Some(text) = self.string(key, value) else { continue };
                match key {
                    "rule" => {
                        ignore.span = Some(self.span(value.span()));
                        ignore.rule = text;
                    }
                    "path" => ignore.path = text,
                    "unit" => ignore.unit = text,
                    "reason" => ignore.reason = text,
                    "expires" => {
                        if text.parse::<jiff::civil::Date>().is_err() {
                            let span = self.span(value.span());
                            let help = Some("write it as \"2026-12-31\"".to_owned());
                            self.error("config/wrong-value", format!("`{text}` is not a date"), span, help);
                        } else {
                            ignore.expires = Some(text);
                        }
                    }
                    _ => self.unknown_key(key, span, "`[[ignore]]`", &["expires", "path", "reason", "rule", "unit"]),
                }
            }
            if ignore.rule.is_empty() && ignore.path.is_empty() && ignore.unit.is_empty() {
                let span = self.span(item.span());
                let help = Some("give it a `rule`, a `path` or a `unit`".to_owned());
                self.error(
                    "config/ignores-everything",
                    "an entry of `[[ignore]]` ignores everything".into(),
                    span,
                    help,
                );
                continue;
            }
            self.config.ignores.push(ignore);
        }
    }
}

/// `1 MiB`, `512KiB`, `100000`.
fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Config, Vec<String>) {
        let (config, diagnostics) = parse(text, SourceId(0));
        let shown = diagnostics
            .iter()
            .map(|d| {
                let marked = d.span.and_then(|s| text.get(s.range())).unwrap_or("");
                format!("{} [{marked}] {}", d.message, d.help.as_deref().unwrap_or(""))
            })
            .collect();
        (config, shown)
    }

    #[test]
    fn reads_everything_it_knows() {
        let (config, errors) = read(
            r#"
            [vault]
            dialect = "vault"
            version = "1.20"
            [check]
            fail-on = "high"
            min-severity = "low"
            select = ["vault/*"]
            ignore = ["hygiene"]
            [rules]
            "vault/b" = "critical"
            "aws/a" = "off"
            [limits]
            max-policy-size = "2 MiB"
            max-file-size = 1000
            [[ignore]]
            rule = "aws/x"
            path = "policies/**"
            unit = "AdminAccess"
            reason = "break glass"
            expires = "2026-12-31"
            "#,
        );
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(config.dialect, "vault-1.20".parse().ok());
        assert_eq!((config.fail_on, config.min_severity), (Some(Severity::High), Some(Severity::Low)));
        assert_eq!(config.select.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["vault/*"]);
        assert_eq!(config.ignore.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["hygiene", "aws/a"]);
        assert_eq!(config.severity.first().map(|(n, s, _)| (n.as_str(), *s)), Some(("vault/b", Severity::Critical)));
        assert_eq!((config.max_policy_size, config.max_file_size), (2 << 20, 1000));
        let ignore = config.ignores.first().unwrap();
        assert_eq!((ignore.rule.as_str(), ignore.expires.as_deref()), ("aws/x", Some("2026-12-31")));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let table = [
            ("[check]\nfail-onn = \"low\"", "unknown key `fail-onn` in `[check]` [fail-onn] did you mean `fail-on`?"),
            ("[valt]\n", "unknown key `valt` in the configuration [valt] did you mean `vault`?"),
            ("[check]\nfail-on = \"hihg\"", "`hihg` is not a value of `fail-on` [\"hihg\"] did you mean `high`?"),
            ("[check]\nselect = \"x\"", "`select` must be an array, not a string [\"x\"] "),
            ("check = 1", "`check` must be a table, not an integer [1] "),
            ("[vault]\nversion = 1.2", "`version` must be a string, not a float [1.2] "),
            (
                "[limits]\nmax-file-size = \"9 TB\"",
                "`max-file-size` must be a number of bytes or a size below 4 GiB [\"9 TB\"] write it as `1048576` or \"1 MiB\"",
            ),
            (
                "[[ignore]]\nrule = \"x\"\nexpires = \"soon\"",
                "`soon` is not a date [\"soon\"] write it as \"2026-12-31\"",
            ),
            (
                "[[ignore]]\nreason = \"x\"",
                "an entry of `[[ignore]]` ignores everything [[[ignore]]] give it a `rule`, a `path` or a `unit`",
            ),
        ];
        for (text, expected) in table {
            let (_, errors) = read(text);
            assert_eq!(errors.len(), 1, "{text}: {errors:?}");
            assert_eq!(errors.first().map(String::as_str), Some(expected), "{text}");
        }
        let (_, errors) = read("[check\nx");
        assert!(errors.first().is_some_and(|e| e.starts_with("the configuration is not valid TOML")), "{errors:?}");
    }

    #[test]
    fn dialects_follow_product_and_version() {
        let table = [
            ("dialect = \"openbao\"", Some("openbao")),
            ("dialect = \"vault\"", Some("vault")),
            ("version = \"1.20\"", Some("vault-1.20")),
            ("version = \"v1.21.0\"", Some("vault-1.21")),
            ("dialect = \"openbao\"\nversion = \"2.4.1\"", Some("openbao-2.4.1")),
            ("version = \"2\"", Some("vault-2")),
            ("", None),
        ];
        for (text, dialect) in table {
            let dialect = dialect.map(|name| name.parse().unwrap());
            assert_eq!(read(&format!("[vault]\n{text}")).0.dialect, dialect, "{text}");
        }
    }
}
