//! AWS region rules: actions on resources.

use rustc_hash::FxHashMap;

use super::vault::cover;
use super::{Cover, message};
use crate::aws::catalog::catalog;
use crate::aws::document::PolicyKind;
use crate::lint::Services;
use crate::lint::check::{Sink, StatementContext};
use crate::lint::facts::{ActionFact, ActionPattern, ResourceFact, StatementFacts};
use crate::lint::holding::Holding;
use crate::lint::page::{Field, PageError};
use crate::model::Wanted;
use crate::source::Span;

/// One `aws:` line of a page: any of these actions on any of these resources.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    actions: Vec<ActionPattern>,
    resources: Vec<String>,
}

/// A resource of a statement as written, where, and the pattern of a page that it reaches.
type Reached<'l> = (String, Option<Span>, &'l str);

/// The dangerous requests of a rule.
#[derive(Debug, Clone)]
pub(in crate::lint) struct AwsRegion {
    lines: Vec<Line>,
    cover: Cover,
    /// Lower case; `*` for any condition at all.
    unless_conditions: Vec<String>,
    kinds: Vec<PolicyKind>,
    message: Option<String>,
}

impl Default for AwsRegion {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            cover: Cover::default(),
            unless_conditions: Vec::new(),
            kinds: vec![PolicyKind::Identity],
            message: None,
        }
    }
}

impl AwsRegion {
    /// Takes a field of the front matter; false if it is none of an AWS region's.
    pub(in crate::lint) fn field(&mut self, field: &Field<'_>) -> Result<bool, PageError> {
        match field.key {
            "aws" => {
                let (text, at) = field.joined();
                self.lines.push(line(&text).map_err(|message| PageError { message, at: at..at + text.len() })?);
            }
            "cover" => self.cover = cover(field)?,
            "unless-conditions" => {
                self.unless_conditions = field.values.iter().map(|v| v.0.to_ascii_lowercase()).collect();
            }
            "policy-kinds" => {
                let kinds = field.values.iter().map(|(name, at)| {
                    PolicyKind::from_name(name).ok_or_else(|| PageError {
                        message: format!("`{name}` is no policy kind"),
                        at: *at..at + name.len(),
                    })
                });
                self.kinds = kinds.collect::<Result<_, _>>()?;
            }
            "message" => self.message = Some(field.joined().0),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether the page names any request at all.
    pub(in crate::lint) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The region ready to be asked.
    pub(in crate::lint) fn plan(&self) -> AwsPlan<'_> {
        let actions = self.lines.iter().flat_map(|line| &line.actions);
        let services = actions.fold(Services::NONE, |all, action| all.union(action.services));
        AwsPlan { region: self, services }
    }
}

/// A region ready to be asked.
#[derive(Debug)]
pub(in crate::lint) struct AwsPlan<'a> {
    region: &'a AwsRegion,
    /// Services of its actions.
    services: Services,
}

impl<'a> AwsPlan<'a> {
    /// Its actions and action patterns.
    pub(super) fn actions(&self) -> impl Iterator<Item = &'a ActionPattern> {
        self.region.lines.iter().flat_map(|line| &line.actions)
    }

    /// Services of its actions.
    pub(super) fn services(&self) -> Services {
        self.services
    }

    /// Reports a statement of a document that grants a request of the region, once for each
    /// item of `Action` that does.
    pub(in crate::lint) fn check(&self, context: &StatementContext<'_>, sink: &mut Sink<'_>) {
        let (region, facts) = (self.region, context.facts);
        if !facts.allow || !region.kinds.contains(&context.kind()) || self.excused(facts) {
            return;
        }
        if facts.not_action {
            for line in &region.lines {
                let open = |action: &&ActionPattern| !facts.actions.iter().any(|item| item.covers(&action.lower));
                let Some(action) = line.actions.iter().find(open) else { continue };
                let key = facts.statement.action.as_ref().map(|list| list.key_span);
                if let (Some(span), Some(reached)) = (key, self.reaches(facts, line)) {
                    self.report(context, (span, "NotAction"), &action.lower, reached, sink);
                    return;
                }
            }
            return;
        }
        // whatever the action is, so that it is asked once for each line
        let mut reached: Vec<Option<Option<Reached<'_>>>> = Vec::new();
        let mut said = Said::default();
        for item in facts.actions.iter().filter(|item| item.services.meet(self.services)) {
            let met = |(at, line): (usize, &'a Line)| {
                Some((at, line, line.actions.iter().find(|action| item.meets_pattern(action))?))
            };
            let mut lines = region.lines.iter().enumerate().filter_map(met).peekable();
            if lines.peek().is_none() || (facts.actions.len() > MANY && said.often(item)) {
                continue;
            }
            for (at, line, action) in lines {
                reached.resize(region.lines.len(), None);
                let Some(known) = reached.get_mut(at) else { continue };
                if let Some(reached) = known.get_or_insert_with(|| self.reaches(facts, line)) {
                    let written = item.item.text.display();
                    self.report(context, (item.item.span, &written), &action.lower, reached.clone(), sink);
                    break;
                }
            }
        }
    }

    fn excused(&self, facts: &StatementFacts<'_>) -> bool {
        self.region.unless_conditions.iter().any(|key| match key.as_str() {
            "*" => facts.conditional,
            key => facts.pinned_by(&[key]),
        })
    }

    /// The first resource of the statement that reaches one of the line's: what is
    /// written, where, and the pattern it reaches.
    fn reaches<'l>(&self, facts: &StatementFacts<'_>, line: &'l Line) -> Option<Reached<'l>> {
        let reaches = |item: &ResourceFact<'_>, pattern: &str| match self.region.cover {
            Cover::Some => item.meets(pattern),
            Cover::All | Cover::Last => item.covers(pattern),
        };
        for pattern in &line.resources {
            if facts.not_resource {
                if !facts.resources.iter().any(|item| item.covers(pattern)) {
                    let span = facts.statement.resource.as_ref().map(|list| list.key_span);
                    return Some(("NotResource".to_owned(), span, pattern));
                }
            } else if let Some(item) = facts.resources.iter().find(|item| reaches(item, pattern)) {
                return Some((item.item.text.display(), Some(item.item.span), pattern));
            }
        }
        None
    }

    fn report(
        &self,
        context: &StatementContext<'_>,
        (span, written): (Span, &str),
        action: &str,
        (resource, resource_span, pattern): Reached<'_>,
        sink: &mut Sink<'_>,
    ) {
        let facts = context.facts;
        let all = self.region.cover != Cover::Some;
        let wanted = Wanted { action, resource: pattern, all, surely: true, services: &[] };
        let Some(capped) = Holding::of(context.document()).left(wanted).some() else { return };
        let action = documented(action);
        // a pattern says little by itself: name what in it is meant
        let pattern_written = written == "NotAction" || written.contains(['*', '?']);
        let named = pattern_written && !action.contains(['*', '?']);
        let granted = if named { format!("`{written}` (so `{action}`)") } else { written.to_owned() };
        let values = [("action", granted.as_str()), ("resource", resource.as_str()), ("witness", action.as_str())];
        let message = message(self.region.message.as_deref(), "{action} on {resource}: ", sink, &values);
        let shown = if pattern == "*" { resource.as_str() } else { pattern };
        let finding = sink.report(span, message);
        finding.label("granted here").witness(format!("{action} on {shown}")).granted_by(span);
        if let Some(place) = resource_span {
            finding.related(place, "on this resource");
        }
        if facts.conditional
            && let Some(place) = facts.statement.condition_span
        {
            finding.related(place, "this condition does not limit it");
        }
        finding.capped(capped);
    }
}

/// How many items a list has before those that repeat others are counted.
const MANY: usize = 64;
/// How many items of a long list that say the same are reported: a `*` takes four bytes, and
/// is a finding of every rule.
const MOST: u32 = 4;

/// Items of a list by what they say.
#[derive(Default)]
struct Said<'a>(FxHashMap<&'a str, u32>);

impl<'a> Said<'a> {
    /// Counts an item; whether enough said the same before.
    fn often(&mut self, item: &'a ActionFact<'_>) -> bool {
        let count = self.0.entry(if item.is_all() { "*" } else { &item.lower }).or_default();
        *count += 1;
        *count > MOST
    }
}

/// `iam:PassRole, sts:AssumeRole on *`
fn line(text: &str) -> Result<Line, String> {
    let Some((actions, resources)) = text.split_once(" on ") else {
        return Err("expected `ACTIONS on RESOURCES`, as in `iam:PassRole on *`".to_owned());
    };
    let list = |text: &str| -> Vec<String> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    };
    let actions: Vec<ActionPattern> = list(actions).iter().map(|action| ActionPattern::new(action)).collect();
    let resources = list(resources);
    if actions.is_empty() || resources.is_empty() {
        return Err("a region needs at least one action and one resource".to_owned());
    }
    if let Some(action) =
        actions.iter().map(|action| &action.lower).find(|action| !action.contains(':') && *action != "*")
    {
        return Err(format!("`{action}` is no action: expected `service:Name` or `*`"));
    }
    Ok(Line { actions, resources })
}

/// An action as AWS spells it; a pattern, or one the catalogue does not have, as it is.
fn documented(action: &str) -> String {
    catalog()
        .action(action)
        .map_or_else(|| action.to_owned(), |(service, known)| format!("{}:{}", service.prefix, known.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::builtin_pages;

    #[test]
    fn lines_are_read() {
        let line = line("iam:PassRole, sts:* on *, arn:aws:iam::*:role/*").unwrap();
        let actions: Vec<_> = line.actions.iter().map(|action| action.lower.as_str()).collect();
        assert_eq!(actions, ["iam:passrole", "sts:*"]);
        assert_eq!(line.resources, ["*", "arn:aws:iam::*:role/*"]);
    }

    /// `redshift-data:GetStatementResult` was once to be limited, which is not possible.
    #[test]
    fn resources_are_to_be_named_only_for_actions_that_take_some() {
        let mut asked = 0;
        for (id, text) in builtin_pages().iter().filter(|(_, text)| text.contains("name the resources")) {
            let lines = text.lines().filter_map(|text| line(text.strip_prefix("aws: ")?).ok());
            for action in lines.flat_map(|line| line.actions) {
                let Some((_, known)) = catalog().action(&action.lower) else { continue };
                assert!(known.takes_resource(), "{id}: {}", action.lower);
                asked += 1;
            }
        }
        assert!(asked > 10, "{asked}");
    }

    #[test]
    fn lines_that_make_no_sense_are_refused() {
        for text in ["iam:PassRole", "PassRole on *", " on *"] {
            assert!(line(text).is_err(), "{text}");
        }
    }
}
