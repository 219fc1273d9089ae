//! All rules of a run: the built-in pages joined with their native checks, and the user's
//! own pages.

use std::borrow::Cow;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::check::Check;
use super::page::{Field, Page, PageError};
use super::region::{AwsRegion, VaultRegion};
use super::rule::Breadth;
use super::rules::{CHECKS, PAGES};
use super::setting::Settings;
use super::{Category, Confidence, Rule, Severity};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use crate::suggest::Name;

/// What makes a rule fire.
#[derive(Debug, Clone)]
pub(super) enum Engine {
    /// A function.
    Native(Check),
    /// Vault requests named by the page.
    Vault(Box<VaultRegion>),
    /// AWS requests named by the page.
    Aws(Box<AwsRegion>),
    /// Settings of an object of Vault named by the page.
    Setting(Box<Settings>),
    /// The parsers: the page of a slug that a policy's or document's problems carry.
    Parser,
    /// The ignores themselves: unused, unknown, expired.
    Ignores,
}

/// A rule with what makes it fire.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) rule: Rule,
    pub(super) engine: Engine,
}

/// Rules, sorted by id.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(super) entries: Vec<Entry>,
    /// Where each id stands.
    places: FxHashMap<SmolStr, usize>,
}

/// The built-in rules.
#[must_use]
pub fn builtin() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| {
        let mut entries = Vec::with_capacity(PAGES.len());
        for (id, text) in PAGES {
            // a page that does not parse is caught by the tests of the pages
            if let Ok(entry) = entry(id, text, check_of(id), Cow::Borrowed) {
                entries.push(entry);
            }
        }
        Rules::of(entries)
    })
}

/// Id and text of every built-in page, as they are in `rules/`.
#[must_use]
pub fn builtin_pages() -> &'static [(&'static str, &'static str)] {
    PAGES
}

/// Ids of all native checks.
pub fn native_ids() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().flat_map(|list| list.iter()).map(|(id, _)| *id)
}

/// What is wrong with a built-in page, for the test that reads them all.
#[must_use]
pub fn page_error(id: &str, text: &str) -> Option<PageError> {
    entry(id, text, check_of(id), |s: &str| Cow::Owned(s.to_owned())).err()
}

fn check_of(id: &str) -> Option<Check> {
    CHECKS.iter().flat_map(|list| list.iter()).find(|(name, _)| *name == id).map(|(_, check)| *check)
}

impl Rules {
    fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
        let places = entries.iter().enumerate().map(|(at, entry)| (entry.rule.id.clone(), at)).collect();
        Self { entries, places }
    }

    /// All rules in the order of their ids.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.entries.iter().map(|entry| &entry.rule)
    }

    /// The rule of exactly that id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Rule> {
        self.entries.get(*self.places.get(id)?).map(|entry| &entry.rule)
    }

    /// The rule of an id, or of a slug that only one rule has.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Rule> {
        if let Some(rule) = self.by_id(name) {
            return Some(rule);
        }
        let mut found = self.iter().filter(|rule| rule.slug() == name);
        let first = found.next();
        first.filter(|_| found.next().is_none())
    }

    /// Ids that resemble a name, best first, for "did you mean".
    #[must_use]
    pub fn similar(&self, name: &str) -> Vec<&Rule> {
        let slug = name.rsplit('/').next().unwrap_or(name);
        let mut wanted = Name::new(slug);
        let mut ranked: Vec<(usize, &Rule)> = self
            .iter()
            .filter_map(|rule| {
                let near = wanted.distance_below(rule.slug(), 3 + rule.slug().len() / 8);
                let part = || rule.slug().contains(slug).then(|| rule.slug().len() - slug.len());
                Some((near.or_else(part)?, rule))
            })
            .collect();
        ranked.sort_by_key(|(distance, _)| *distance);
        ranked.into_iter().take(3).map(|(_, rule)| rule).collect()
    }

    /// These rules and the user's own. Each page is given with its source and file stem;
    /// its id is `custom/<stem>`. A page that cannot be used gives a diagnostic instead.
    #[must_use]
    pub fn with_custom<'t>(
        &self,
        pages: impl IntoIterator<Item = (SourceId, &'t str, &'t str)>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut entries = self.entries.clone();
        let mut diagnostics = Vec::new();
        for (source, stem, text) in pages {
            match entry(&format!("custom/{stem}"), text, None, |s: &str| Cow::Owned(s.to_owned())) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    let span = Span::new(source, error.at.start, error.at.end);
                    diagnostics.push(Diagnostic::error("rule/page", error.message, span));
                }
            }
        }
        (Self::of(entries), diagnostics)
    }
}

/// The rule a page describes. `keep` makes its texts last.
fn entry<'a>(
    id: &str,
    text: &'a str,
    check: Option<Check>,
    keep: impl Fn(&'a str) -> Cow<'static, str>,
) -> Result<Entry, PageError> {
    let page = Page::parse(text)?;
    let custom = id.starts_with("custom/");
    let mut rule = Rule {
        id: SmolStr::new(id),
        title: Cow::Borrowed(""),
        severity: Severity::Medium,
        confidence: Confidence::High,
        category: Category::OverBroad,
        since: Cow::Borrowed(if custom { "" } else { "0.1.0" }),
        tags: Vec::new(),
        references: Vec::new(),
        unless: Vec::new(),
        breadth: Breadth::default(),
        ignorable: true,
        custom,
        body: keep(page.body),
    };
    let mut vault = VaultRegion::default();
    let mut aws = AwsRegion::default();
    let mut setting = Settings::default();
    let mut source = None;
    let (mut has_severity, mut has_category) = (false, custom);
    for field in &page.fields {
        match field.key {
            "title" => rule.title = keep(field.single()?.0),
            "severity" => {
                rule.severity = named(field, "severity", Severity::from_name)?;
                has_severity = true;
            }
            "confidence" => rule.confidence = named(field, "confidence", Confidence::from_name)?,
            "category" => {
                rule.category = named(field, "category", Category::from_name)?;
                has_category = true;
            }
            "breadth" => rule.breadth = named(field, "breadth", Breadth::from_name)?,
            "since" => rule.since = keep(field.single()?.0),
            "tags" => {
                rule.tags = field.values.iter().map(|(tag, _)| keep(tag)).collect();
                rule.tags.sort();
            }
            "references" => rule.references = field.values.iter().map(|(address, _)| keep(address)).collect(),
            "unless" => rule.unless = field.values.iter().map(|(id, _)| SmolStr::new(id)).collect(),
            "ignorable" => rule.ignorable = field.single()?.0 != "false",
            "source" => {
                source = Some(match field.single()?.0 {
                    "parser" if !custom => Engine::Parser,
                    "ignores" if !custom => Engine::Ignores,
                    _ => return Err(field.error("`source` is `parser` or `ignores`")),
                });
            }
            // keys that several kinds have go to each
            _ => {
                let taken = [vault.field(field)?, aws.field(field)?, setting.field(field)?];
                if taken == [false; 3] {
                    return Err(field.error(format!("unknown key `{}`", field.key)));
                }
            }
        }
    }
    let missing = |what: &str| PageError { message: format!("the front matter has no `{what}`"), at: 0..3 };
    if rule.title.is_empty() {
        return Err(missing("title"));
    }
    if !has_severity {
        return Err(missing("severity"));
    }
    if !has_category {
        return Err(missing("category"));
    }
    let engine = match (check, source, vault.is_empty(), aws.is_empty(), setting.is_empty()) {
        (Some(check), None, true, true, true) => Engine::Native(check),
        (None, Some(source), true, true, true) => source,
        (None, None, false, true, true) => Engine::Vault(Box::new(vault)),
        (None, None, true, false, true) => Engine::Aws(Box::new(aws)),
        (None, None, true, true, false) => Engine::Setting(Box::new(setting)),
        (None, None, true, true, true) => {
            let message = if custom {
                "the page names no dangerous requests: give a `vault:`, an `aws:` or an `object:` line"
            } else {
                "the page has no region, no native check and no `source`"
            };
            return Err(PageError { message: message.to_owned(), at: 0..3 });
        }
        _ => {
            let message =
                "a rule is one thing: a `vault:` region, an `aws:` region, an `object:`, a native check or a `source`";
            return Err(PageError { message: message.to_owned(), at: 0..3 });
        }
    };
    Ok(Entry { rule, engine })
}

fn named<T>(field: &Field<'_>, what: &str, from: impl Fn(&str) -> Option<T>) -> Result<T, PageError> {
    let (name, _) = field.single()?;
    from(name).ok_or_else(|| field.error(format!("`{name}` is no {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_pages_are_checked_with_places() {
        let page = "---\ntitle: Nobody writes policies\nseverity: critical\nvault: write on sys/policies/acl/+\n---\n";
        let table = [
            (page.to_owned(), None),
            (page.replace("critical", "bad"), Some("`bad` is no severity")),
            (page.replace("write on", "wirte on"), Some("`wirte` is no capability")),
            (page.replace("vault:", "valut:"), Some("unknown key `valut`")),
            (page.replace("title", "# title"), Some("the front matter has no `title`")),
        ];
        for (text, expected) in table {
            let (rules, diagnostics) = Rules::default().with_custom([(SourceId(7), "mine", text.as_str())]);
            assert_eq!(diagnostics.first().map(|d| d.message.as_str()), expected, "{text}");
            assert_eq!(rules.get("custom/mine").is_some(), expected.is_none(), "{text}");
        }
    }
}
