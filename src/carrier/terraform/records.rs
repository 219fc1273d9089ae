//! Blocks → resource records.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::arguments::misspelt;
use super::directory::{Resource, block_type};
use super::eval::{Each, Evaluator, Frame, Scope, reference};
use super::installed::not_read;
use super::value::{self, list, map, unknown};
use crate::carrier::cost;
use crate::carrier::declaration::Carrier;
use crate::carrier::deployment;
use crate::carrier::record::{Mode, Record};
use crate::source::{Span, Unknown};
use crate::syntax::hcl2::{Block, Body, Expr, ExprKind};
use crate::syntax::{Entry, Node, Text, Value};

/// Arguments that Terraform itself takes.
const META: &[&str] = &["count", "for_each", "provider", "depends_on"];
const META_BLOCKS: &[&str] = &["lifecycle", "provisioner", "connection", "timeouts"];
/// How many variants one resource may have, and how deep its blocks nest.
const VARIANTS: usize = 8;
const NESTING: usize = 16;
/// What a record costs beside its value.
const RECORD: usize = 8;

/// Whether an argument may hold a policy or name policies: its conditionals are followed
/// both ways.
fn is_policy_argument(name: &str) -> bool {
    name.contains("polic") || name == "statement" || name == "content" || name == "rule"
}

impl<'a> Evaluator<'a> {
    /// The records of the root module and of all modules it calls.
    pub(super) fn records(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        let mut noted: BTreeSet<&str> = BTreeSet::new();
        let mut next = 0;
        while let Some(instance) = self.instances.get(next) {
            let directory = instance.directory;
            for key in &directory.order {
                if self.budget.exhausted() {
                    return records;
                }
                let Some(resource) = directory.resources.get(key) else { continue };
                if !resource.data && crate::carrier::supports(resource.kind()) {
                    self.resource_records(next, key, resource, Mode::Managed, &mut records);
                }
            }
            for block in &directory.providers {
                self.provider(next, block, &mut records);
            }
            let mut unread = Vec::new();
            for (name, block) in &directory.calls {
                // Instances are appended; this loop reaches them in their turn.
                if let Some(children) = self.children(next, &SmolStr::new(name)) {
                    records.extend(self.installed(next, block, &children));
                } else if self
                    .called(next, name, block)
                    .is_none_or(|path| !self.project.directories.contains_key(path.as_str()))
                {
                    unread.push((*name, *block));
                }
            }
            if noted.insert(directory.path) {
                records.extend(not_read(&unread));
                records.extend(misspelt(directory));
            }
            next += 1;
        }
        self.unused_documents(&mut records);
        records
    }

    /// Documents that nothing here uses: an output, or another tool, may.
    fn unused_documents(&mut self, records: &mut Vec<Record>) {
        for instance in 0..self.instances.len() {
            let Some(directory) = self.instances.get(instance).map(|i| i.directory) else { return };
            for key in &directory.order {
                let Some(resource) = directory.resources.get(key) else { continue };
                // What is wrong with a Vault document shows in its arguments alone, used or not.
                let document = match resource.kind() {
                    "aws_iam_policy_document" => !self.used.contains(&(instance, key.clone())),
                    kind => kind == "vault_policy_document",
                };
                if resource.data && document && !self.budget.exhausted() {
                    self.resource_records(instance, key, resource, Mode::Data, records);
                }
            }
        }
    }

    fn resource_records(
        &mut self,
        instance: usize,
        key: &SmolStr,
        resource: &'a Resource<'a>,
        mode: Mode,
        records: &mut Vec<Record>,
    ) {
        let expansion = self.expansion(instance, key, |name| resource.attribute(name).map(|a| &a.value));
        let Some(expansion) = expansion else { return };
        let block = resource.block;
        for each in &expansion.each {
            let address = SmolStr::from(format!("{}{key}{}", self.prefix(instance), each.suffix()));
            for (body, condition) in self.variants(resource, instance, each) {
                // Without a statement it adds nothing to whatever it is merged into.
                let statements = body.get("json").and_then(|document| document.get("Statement"));
                if statements.and_then(Node::as_list).is_some_and(<[Node]>::is_empty) {
                    continue;
                }
                if !self.keep(&body, block.span) {
                    return;
                }
                let condition = expansion.condition.clone().or(condition);
                records.push(Record {
                    carrier: Carrier::Terraform,
                    address: address.clone(),
                    kind: SmolStr::new(resource.kind()),
                    kind_span: block.labels.first().map_or(block.kind_span, |(_, span)| *span),
                    mode,
                    label: block.labels.get(1).cloned(),
                    span: block.span,
                    body,
                    condition,
                    notes: Vec::new(),
                });
            }
        }
    }

    /// Whether a record of that value may be kept.
    fn keep(&mut self, body: &Node, span: Span) -> bool {
        self.budget.keep(RECORD + cost::of_value(body).unwrap_or(0), span)
    }

    /// The body of a resource, once for each side of the unknown conditionals that decide
    /// what a policy in it says: all first sides, then each second side in turn.
    fn variants(&mut self, resource: &'a Resource<'a>, instance: usize, each: &Each) -> Vec<(Node, Option<Unknown>)> {
        let data = resource.data;
        let follow = move |name: &str| data || is_policy_argument(name);
        let mut variants: Vec<(Node, Option<Unknown>)> = Vec::new();
        let mut queue: Vec<Vec<SmolStr>> = vec![Vec::new()];
        let mut tried: Vec<SmolStr> = Vec::new();
        let mut at = 0;
        while let Some(assumed) = queue.get(at).cloned() {
            at += 1;
            self.choices.assumed.clone_from(&assumed);
            self.choices.seen.clear();
            self.choices.met.clear();
            self.uncertain.clear();
            let mut body = self.body(resource, instance, each, follow);
            if data && let Some(document) = finished(resource, &body) {
                body = document;
            }
            let stands = self.choices.seen.is_empty() || self.stands(resource, instance);
            let seen = std::mem::take(&mut self.choices.seen);
            let mut refs: Vec<SmolStr> = Vec::new();
            let mut place = None;
            for what in seen.iter().map(|(_, what)| what).chain(self.uncertain.as_slice()) {
                place.get_or_insert(what.span);
                refs.extend(what.refs.iter().filter(|r| !refs.contains(r)).cloned().collect::<Vec<_>>());
            }
            if !seen.is_empty() {
                self.cache.retain(|_, cached| cached.choices.is_empty());
            }
            for (key, _) in &seen {
                if !tried.contains(key) && queue.len() < VARIANTS {
                    tried.push(key.clone());
                    // what is met only on the other side of one before is met there again
                    queue.push(assumed.iter().chain([key]).cloned().collect());
                }
            }
            let condition = place.map(|span| Unknown::new(refs, span));
            if stands && !variants.iter().any(|(known, _)| *known == body) {
                variants.push((body, condition));
            }
        }
        self.choices.assumed.clear();
        self.uncertain.clear();
        variants
    }

    /// Whether `count` and `for_each`, of the resource and of the modules it is in, make any
    /// instance on the sides that this variant takes: `count = var.on ? 1 : 0` makes none
    /// where `var.on` is taken for false elsewhere.
    fn stands(&mut self, resource: &'a Resource<'a>, instance: usize) -> bool {
        let of = |name: &str| resource.attribute(name).map(|attribute| &attribute.value);
        let mut all: Vec<(&'a Expr, usize)> = Vec::new();
        all.extend(of("count").or_else(|| of("for_each")).map(|expr| (expr, instance)));
        let mut here = instance;
        for _ in 0..NESTING {
            let Some((caller, call, _)) = self.instances.get(here).and_then(|i| i.caller.clone()) else { break };
            let block = self.instances.get(caller).and_then(|i| i.directory.calls.get(call.as_str()).copied());
            let of = |name: &str| block.and_then(|block| block.body.attribute(name)).map(|attribute| &attribute.value);
            all.extend(of("count").or_else(|| of("for_each")).map(|expr| (expr, caller)));
            here = caller;
        }
        // what is told of the conditionals that were met alone is no value to keep
        let cache = std::mem::take(&mut self.cache);
        let (on, closed) = (self.choices.on, self.choices.closed);
        (self.choices.on, self.choices.closed) = (true, true);
        let stands = all.into_iter().all(|(expr, instance)| {
            let over = self.eval(expr, Scope::of(instance));
            value::index(&over) != Some(0)
                && !over.as_list().is_some_and(<[Node]>::is_empty)
                && over.as_map().is_none_or(|map| !map.is_empty())
        });
        (self.choices.on, self.choices.closed) = (on, closed);
        self.cache = cache;
        stands
    }

    /// The arguments and blocks of a resource as a map. `follow` says in which arguments
    /// unknown conditionals are followed both ways.
    pub(super) fn body(
        &mut self,
        resource: &'a Resource<'a>,
        instance: usize,
        each: &Each,
        follow: impl Fn(&str) -> bool,
    ) -> Node {
        let binding = each.binding();
        let frame = binding.as_ref().map(|(name, value)| Frame { name, value, up: None });
        let mut scope = Scope::of(instance);
        if let Some(frame) = &frame {
            self.budget.spend(cost::of_value(frame.value).unwrap_or(0));
            scope = scope.with(frame);
        }
        let mut entries: Vec<Entry> = Vec::new();
        let outer = self.choices.on;
        let sources = std::iter::once(resource.block).chain(resource.overrides.iter().copied());
        let mut attributes: Vec<&crate::syntax::hcl2::Attribute> = Vec::new();
        for attribute in sources.flat_map(|block| &block.body.attributes) {
            match attributes.iter_mut().find(|known| known.key == attribute.key) {
                Some(known) => *known = attribute,
                None => attributes.push(attribute),
            }
        }
        for attribute in attributes.into_iter().filter(|a| !META.contains(&a.key.as_str())) {
            self.choices.on = outer || follow(&attribute.key);
            let script = deployment::scripts(resource.kind()).contains(&attribute.key.as_str());
            let value = self.eval(if script { plain(&attribute.value) } else { &attribute.value }, scope);
            entries.push(Entry {
                key: Text::plain(attribute.key.clone(), attribute.key_span.start),
                key_span: attribute.key_span,
                value,
            });
        }
        for (name, span, blocks) in resource.block_types() {
            if META_BLOCKS.contains(&name) {
                continue;
            }
            self.choices.on = outer || follow(name);
            let value = self.blocks(&blocks, scope, NESTING);
            entries.push(Entry { key: Text::plain(name, span.start), key_span: span, value });
        }
        self.choices.on = outer;
        map(entries, resource.block.span)
    }

    /// Blocks of one type: a map, or a list of maps where there is not exactly one.
    fn blocks(&mut self, blocks: &[&Block], scope: Scope<'_>, depth: usize) -> Node {
        let span = blocks.iter().map(|b| b.span).reduce(Span::to).unwrap_or(Span {
            source: crate::source::SourceId(0),
            start: 0,
            end: 0,
        });
        let mut items = Vec::new();
        let mut dynamic = false;
        for block in blocks {
            if block.kind == "dynamic" {
                dynamic = true;
                self.dynamic(block, scope, depth, &mut items);
            } else {
                items.push(self.block(&block.body, block.span, scope, depth));
            }
        }
        if items.is_empty() {
            // Without any statement there is no policy: there is one where this runs.
            let statements = blocks.iter().filter(|block| block_type(block).0 == "statement");
            let mut over = statements.filter_map(|block| block.body.attribute("for_each"));
            let variable = over.find_map(|over| self.default(&over.value, scope.instance));
            items.extend(variable.map(|variable| unknown(vec![variable], span)));
        }
        match (items.len(), dynamic) {
            (1, false) => items.pop().unwrap_or_else(|| list(Vec::new(), span)),
            _ => list(items, span),
        }
    }

    /// What a nested block holds.
    fn block(&mut self, body: &Body, span: Span, scope: Scope<'_>, depth: usize) -> Node {
        if depth == 0 || !self.budget.spend(2) {
            return unknown(vec![SmolStr::new_static("nested blocks")], span);
        }
        let mut entries = Vec::new();
        for attribute in &body.attributes {
            let mut value = self.eval(&attribute.value, scope);
            self.open(&attribute.value, &mut value, scope.instance);
            entries.push(Entry {
                key: Text::plain(attribute.key.clone(), attribute.key_span.start),
                key_span: attribute.key_span,
                value,
            });
        }
        let mut types: Vec<(&str, Span, Vec<&Block>)> = Vec::new();
        for block in &body.blocks {
            let (name, name_span) = block_type(block);
            match types.iter_mut().find(|(known, ..)| *known == name) {
                Some((.., blocks)) => blocks.push(block),
                None => types.push((name, name_span, vec![block])),
            }
        }
        for (name, name_span, blocks) in types {
            let value = self.blocks(&blocks, scope, depth - 1);
            entries.push(Entry { key: Text::plain(name, name_span.start), key_span: name_span, value });
        }
        map(entries, span)
    }

    /// `dynamic "x" { for_each = …, content { … } }`
    fn dynamic(&mut self, block: &Block, scope: Scope<'_>, depth: usize, items: &mut Vec<Node>) {
        let Some(content) = block.body.blocks_of("content").next() else { return };
        let Some(over) = block.body.attribute("for_each") else { return };
        let iterator = match block.body.attribute("iterator").map(|a| &a.value) {
            Some(expr) => reference(expr),
            None => SmolStr::new(block.label(0).unwrap_or("")),
        };
        let collection = self.eval(&over.value, scope);
        if matches!(collection.value, Value::Null) {
            return;
        }
        let Some(members) = self.members(&over.value, &collection, scope.instance) else {
            let mut refs = Vec::new();
            value::refs_of(&collection, &mut refs);
            if refs.is_empty() {
                refs.push(reference(&over.value));
            }
            let what = unknown(refs.clone(), over.value.span);
            let bound = map(vec![value::entry("key", what.clone()), value::entry("value", what)], over.value.span);
            let frame = Frame { name: &iterator, value: &bound, up: scope.frame };
            let made = self.block(&content.body, content.span, scope.with(&frame), depth);
            let told = says_anything(&made, NESTING);
            items.push(if told { made } else { unknown(refs.clone(), content.span) });
            self.uncertain.push(Unknown::new(refs, over.value.span));
            return;
        };
        for (key, member) in members {
            if !self.budget.spend(1) {
                return;
            }
            if let Value::Unknown(what) = &member.value {
                self.uncertain.push(what.clone());
            }
            let bound = map(vec![value::entry("key", key), value::entry("value", member)], over.value.span);
            let frame = Frame { name: &iterator, value: &bound, up: scope.frame };
            items.push(self.block(&content.body, content.span, scope.with(&frame), depth));
        }
    }

    /// A provider's configuration, where it may hold credentials.
    fn provider(&mut self, instance: usize, block: &'a Block, records: &mut Vec<Record>) {
        let Some(name @ ("vault" | "aws")) = block.label(0) else { return };
        let body = self.block(&block.body, block.span, Scope::of(instance), 4);
        if !self.keep(&body, block.span) {
            return;
        }
        let alias = body.get("alias").and_then(Node::as_str).map(|alias| format!(".{alias}")).unwrap_or_default();
        records.push(Record {
            carrier: Carrier::Terraform,
            address: SmolStr::from(format!("{}provider.{name}{alias}", self.prefix(instance))),
            kind: SmolStr::from(format!("provider_{name}")),
            kind_span: block.labels.first().map_or(block.kind_span, |(_, span)| *span),
            mode: Mode::Managed,
            label: block.labels.first().cloned(),
            span: block.span,
            body,
            condition: None,
            notes: Vec::new(),
        });
    }
}

/// What an expression encodes.
fn plain(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Call(call) if matches!(call.name.as_str(), "base64encode" | "base64gzip") => {
            call.args.first().unwrap_or(expr)
        }
        _ => expr,
    }
}

/// Whether any of a value is known.
fn says_anything(node: &Node, depth: usize) -> bool {
    match &node.value {
        Value::Unknown(_) | Value::Null => false,
        Value::String(text) => text.raw().chars().count() > text.holes().len(),
        Value::List(items) => depth > 0 && items.iter().any(|item| says_anything(item, depth - 1)),
        Value::Map(entries) => depth > 0 && entries.iter().any(|entry| says_anything(&entry.value, depth - 1)),
        _ => true,
    }
}

/// A document data source as a record shows it: with its finished document.
fn finished(resource: &Resource<'_>, body: &Node) -> Option<Node> {
    (resource.kind() == "aws_iam_policy_document").then(|| {
        let document = crate::carrier::policy_document::aws(body);
        map(vec![value::entry("json", document)], body.span)
    })
}
