//! A rule page as text: front matter, prose, examples.
//!
//! The front matter is a small subset of YAML: `key: value` lines between two `---`
//! lines, where a value is a bare or quoted scalar, a list in brackets, or a list of
//! indented `- item` lines. `rules/README.md` says what each key means.

use std::ops::Range;

/// What is wrong with a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// One lower-case sentence.
    pub message: String,
    /// Byte range in the page.
    pub at: Range<usize>,
}

/// One `key: value` of the front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// The key.
    pub key: &'a str,
    /// Where the line starts.
    pub at: usize,
    /// The values with their places; one for a scalar.
    pub values: Vec<(&'a str, usize)>,
}

impl<'a> Field<'a> {
    /// The only value.
    ///
    /// # Errors
    ///
    /// Where there are several or none.
    pub fn single(&self) -> Result<(&'a str, usize), PageError> {
        match self.values.as_slice() {
            [value] => Ok(*value),
            _ => Err(self.error(format!("`{}` takes one value", self.key))),
        }
    }

    /// All values as one text, as lists read that are not in brackets, and where it starts.
    #[must_use]
    pub fn joined(&self) -> (String, usize) {
        let text = self.values.iter().map(|(value, _)| *value).collect::<Vec<_>>().join(", ");
        (text, self.values.first().map_or(self.at, |(_, at)| *at))
    }

    /// An error about this field.
    #[must_use]
    pub fn error(&self, message: impl Into<String>) -> PageError {
        let end = self.values.last().map_or(self.at + self.key.len(), |(value, at)| at + value.len());
        PageError { message: message.into(), at: self.at..end.max(self.at) }
    }
}

/// A page split into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<'a> {
    /// The front matter in source order; keys may repeat.
    pub fields: Vec<Field<'a>>,
    /// The Markdown after the front matter.
    pub body: &'a str,
    /// Where the body starts.
    pub body_at: usize,
}

/// A fenced example of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// True where the rule must fire.
    pub bad: bool,
    /// `hcl`, `json`, `terraform`, `python`, `typescript`, `yaml` …
    pub language: String,
    /// `key=value` words of the fence line.
    pub attributes: Vec<(String, String)>,
    /// The text without the marks.
    pub text: String,
    /// 1-based lines of the text that must be flagged.
    pub flagged: Vec<u32>,
    /// 1-based line of the page at which the fence opens.
    pub line: u32,
}

impl Example {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl<'a> Page<'a> {
    /// Splits a page.
    ///
    /// # Errors
    ///
    /// Where the front matter is missing or malformed.
    pub fn parse(text: &'a str) -> Result<Self, PageError> {
        let mut lines = Lines { text, at: 0 };
        if lines.next().is_none_or(|(_, line)| line.trim_end() != "---") {
            return Err(PageError { message: "a rule page starts with a line `---`".into(), at: 0..text.len().min(3) });
        }
        let mut fields: Vec<Field<'a>> = Vec::with_capacity(12);
        loop {
            let Some((at, line)) = lines.next() else {
                return Err(PageError { message: "the front matter is not closed by a line `---`".into(), at: 0..3 });
            };
            let trimmed = line.trim();
            if trimmed == "---" {
                break;
            }
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let lead = line.len() - line.trim_start().len();
            if let Some(item) = trimmed.strip_prefix("- ") {
                let Some(field) = fields.last_mut().filter(|_| lead > 0) else {
                    return Err(PageError { message: "a list item without a key".into(), at: at..at + line.len() });
                };
                let value = item.trim();
                field.values.push((unquote(value), offset_in(text, value)));
                continue;
            }
            let Some((key, value)) = line.split_once(':').filter(|_| lead == 0) else {
                return Err(PageError { message: "expected `key: value`".into(), at: at..at + line.len() });
            };
            let value = value.trim();
            let values = match value.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
                Some(Some(inner)) => inner
                    .split(',')
                    .map(str::trim)
                    .filter(|v| !v.is_empty())
                    .map(|v| (unquote(v), offset_in(text, v)))
                    .collect(),
                Some(None) => {
                    return Err(PageError { message: "the list is not closed by `]`".into(), at: at..at + line.len() });
                }
                None if value.is_empty() => Vec::new(),
                None => vec![(unquote(value), offset_in(text, value))],
            };
            fields.push(Field { key: key.trim(), at, values });
        }
        Ok(Self {
            fields,
            body: text.get(lines.at..).unwrap_or("").trim_start_matches(['\r', '\n']),
            body_at: lines.at,
        })
    }

    /// The fenced examples marked `bad` or `good`, in order. Other fences are prose.
    #[must_use]
    pub fn examples(&self) -> Vec<Example> {
        let mut found = Vec::new();
        let mut open: Option<(Example, String, bool)> = None;
        for (line, number) in self.body.lines().zip(1u32..) {
            if let Some((example, fence, marked)) = &mut open {
                if line.trim_start().starts_with(fence.as_str()) && line.trim().chars().all(|c| c == '`') {
                    if *marked {
                        found.push(example.clone());
                    }
                    open = None;
                } else {
                    let at = u32::try_from(example.text.lines().count()).unwrap_or(u32::MAX).saturating_add(1);
                    let (kept, flagged) = unmark(line);
                    if flagged {
                        example.flagged.push(at);
                    }
                    example.text.push_str(kept);
                    example.text.push('\n');
                }
                continue;
            }
            let trimmed = line.trim_start();
            let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
            if ticks < 3 {
                continue;
            }
            let mut words = trimmed.trim_start_matches('`').split_whitespace();
            let mut example = Example {
                bad: false,
                language: words.next().unwrap_or("").to_owned(),
                attributes: Vec::new(),
                text: String::new(),
                flagged: Vec::new(),
                line: number,
            };
            let mut marked = false;
            for word in words {
                match word.split_once('=') {
                    Some((key, value)) => example.attributes.push((key.to_owned(), value.to_owned())),
                    None if word == "bad" || word == "good" => {
                        marked = true;
                        example.bad = word == "bad";
                    }
                    None => example.attributes.push((word.to_owned(), String::new())),
                }
            }
            if let Some(lines) = example.attribute("lines") {
                example.flagged = lines.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            }
            open = Some((example, "`".repeat(ticks), marked));
        }
        found
    }

    /// The titles of the `## ` sections, in order.
    #[must_use]
    pub fn sections(&self) -> Vec<&'a str> {
        self.body.lines().filter_map(|line| line.strip_prefix("## ")).map(str::trim).collect()
    }
}

/// A line without the mark that says it must be flagged, and whether it had one.
fn unmark(line: &str) -> (&str, bool) {
    for mark in ["# <-- flagged", "// <-- flagged"] {
        if let Some((kept, _)) = line.split_once(mark) {
            return (kept.trim_end(), true);
        }
    }
    (line, false)
}

fn unquote(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}

/// Byte offset of a part in the text it was cut from.
fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

/// Lines with their offsets.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        self.at += line.len();
        Some((start, line.trim_end_matches(['\n', '\r'])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\ntitle: A: title\ntags: [a, \"b\"]\nreferences:\n  - https://x/y\n  - z\n---\n# Head\n\n## One\n\n```hcl bad file=a.hcl\npath \"*\" {} # <-- flagged\n```\n\n````json good kind=trust\n{}\n````\n```sh\nls\n```\n";

    #[test]
    fn splits_front_matter_prose_and_examples() {
        let page = Page::parse(PAGE).unwrap();
        let fields: Vec<_> = page.fields.iter().map(|f| (f.key, f.values.iter().map(|v| v.0).collect())).collect();
        assert_eq!(
            fields,
            [("title", vec!["A: title"]), ("tags", vec!["a", "b"]), ("references", vec!["https://x/y", "z"])]
        );
        for (value, at) in page.fields.iter().flat_map(|f| &f.values) {
            let found = PAGE.get(*at..).unwrap().trim_start_matches('"');
            assert!(found.starts_with(value), "{value} at {at}");
        }
        assert_eq!(page.sections(), ["One"]);
        let examples = page.examples();
        assert_eq!(examples.len(), 2, "the shell fence is prose");
        assert!(examples[0].bad);
        assert_eq!(examples[0].flagged, [1]);
        assert_eq!(examples[0].text, "path \"*\" {}\n");
        assert_eq!(examples[0].attribute("file"), Some("a.hcl"));
        assert_eq!(examples[1].attribute("kind"), Some("trust"));
        assert!(!examples[1].bad);
    }

    #[test]
    fn malformed_front_matter_is_an_error_with_a_place() {
        let table = [
            ("title: x\n", 0..3),
            ("---\ntitle: x\n", 0..3),
            ("---\ntitle\n---\n", 4..9),
            ("---\ntags: [a\n---\n", 4..12),
            ("---\n- a\n---\n", 4..7),
        ];
        for (text, at) in table {
            assert_eq!(Page::parse(text).unwrap_err().at, at, "{text:?}");
        }
    }
}
