//! The answer to one request, as people and programs read it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::drawing::Drawer;
use super::excerpt::{Mark, draw};
use super::human::Human;
use super::{Run, escape};
use crate::decision::Decision;
use crate::lint::{Report, Rules};
use crate::source::{SourceMap, Span};

/// Marked places shown of each sort.
const MAX_PLACES: usize = 5;

/// An answer with what explains it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The decision.
    pub decision: Decision,
    /// What an undetermined decision depends on.
    pub depends_on: Vec<String>,
    reason: String,
    request: String,
    decided: Vec<(Span, String)>,
    near: Vec<(Span, String)>,
    facts: Vec<(&'static str, String)>,
    more: Map<String, Value>,
}

impl Answer {
    /// An answer to a request, with its reason in one sentence.
    #[must_use]
    pub fn new(decision: Decision, reason: String, request: String) -> Self {
        Self {
            decision,
            depends_on: Vec::new(),
            reason,
            request,
            decided: Vec::new(),
            near: Vec::new(),
            facts: Vec::new(),
            more: Map::new(),
        }
    }

    /// Adds a place that decided.
    pub fn decided(&mut self, span: Span, label: String) {
        self.decided.push((span, label));
    }

    /// Adds a place that came close.
    pub fn near(&mut self, span: Span, why: String) {
        self.near.push((span, why));
    }

    /// Adds a line of text.
    pub fn fact(&mut self, name: &'static str, text: &str) {
        self.facts.push((name, text.to_owned()));
    }

    /// Adds a member to the JSON form.
    pub fn more(&mut self, name: &str, value: Value) {
        self.more.insert(name.to_owned(), value);
    }

    /// Writes the answer for people: the decision, why, the places, the rest.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn write_human(&self, sources: &SourceMap, color: bool, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let human = Human { color, links: false, width, quiet: false };
        let style = match self.decision {
            Decision::Allowed => "1;32",
            Decision::Denied => "1;31",
            Decision::Undetermined => "1;33",
        };
        let (report, rules) = (Report::default(), Rules::default());
        let run = Run { sources, report: &report, diagnostics: &[], rules: &rules, files: 0, prefix: "" };
        let mut drawer = Drawer::new(color, width);
        writeln!(
            out,
            "{}: {}: {}",
            human.paint(style, self.decision.name()),
            escape::line(&self.request),
            escape::line(&self.reason)
        )?;
        for (span, label) in self.decided.iter().chain(&self.near).take(2 * MAX_PLACES) {
            out.write_all(draw(&run, &mut drawer, &[Mark { span: *span, label }]).as_bytes())?;
        }
        for (name, text) in &self.facts {
            human.footer(out, name, &escape::line(text))?;
        }
        for missing in &self.depends_on {
            human.footer(out, "depends on", &escape::line(missing))?;
        }
        Ok(())
    }

    /// Writes the answer as JSON, version 1; its schema is `schemas/answer-v1.json`.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn write_json(&self, sources: &SourceMap, out: &mut dyn Write) -> io::Result<()> {
        let places = |list: &[(Span, String)]| -> Vec<Value> {
            list.iter()
                .map(|(span, text)| {
                    let start = sources.positions(*span).map_or((1, 1), |(start, _)| (start.line, start.column));
                    json!({
                        "message": text,
                        "path": sources.name(span.source),
                        "line": start.0,
                        "column": start.1,
                    })
                })
                .collect()
        };
        let facts: Vec<Value> = self.facts.iter().map(|(name, text)| json!({ "name": name, "text": text })).collect();
        let mut answer = json!({
            "version": 1,
            "request": self.request,
            "decision": self.decision.name(),
            "reason": self.reason,
            "decided_by": places(&self.decided),
            "near": places(&self.near),
            "facts": facts,
            "depends_on": self.depends_on,
        });
        if let Some(object) = answer.as_object_mut() {
            object.extend(self.more.clone());
        }
        escape::write_json(out, &answer)
    }
}
