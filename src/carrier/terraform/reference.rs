//! What names mean: variables, locals, module outputs, resources and their attributes.

use std::rc::Rc;

use smol_str::SmolStr;

use super::directory::{Directory, Resource};
use super::eval::{Cached, Each, Evaluator, Expansion, Frame, Instance, Scope, members, reference, steps_text};
use super::value::{self, list, string, unknown};
use crate::carrier::cost;
use crate::source::{Span, Unknown};
use crate::syntax::hcl2::{Block, Expr, ExprKind, Step};
use crate::syntax::{Entry, Node, Text, Value};

/// How many instances a `count` or `for_each` is followed into.
const INSTANCES: usize = 10_000;
/// How many module instances one root is followed into, and how deep.
const MODULES: usize = 2000;
const MODULE_DEPTH: usize = 12;
/// How many instances of a resource are taken together as one value.
const WHOLE: usize = 200;
/// How deep types are followed.
const TYPES: usize = 16;

impl<'a> Evaluator<'a> {
    /// A name with the steps that follow it.
    pub(super) fn get(&mut self, base: &Expr, steps: &[Step], span: Span, scope: Scope<'_>) -> Node {
        let ExprKind::Variable(root) = &base.kind else {
            let node = self.eval(base, scope);
            return self.walk(&node, steps, &reference(base), span, scope);
        };
        if let Some(bound) = scope.lookup(root) {
            return self.walk(bound, steps, root, span, scope);
        }
        let written = || {
            let mut text = root.to_string();
            steps_text(steps, &mut text, 4);
            unknown(vec![text.into()], span)
        };
        if scope.isolated {
            return written();
        }
        match (root.as_str(), steps) {
            ("var", [Step::Attr(name), rest @ ..]) => match self.variable(scope.instance, name) {
                Some(node) => self.walk(&node, rest, &format!("var.{name}"), span, scope),
                None => written(),
            },
            ("local", [Step::Attr(name), rest @ ..]) => match self.local(scope.instance, name) {
                Some(node) => self.walk(&node, rest, &format!("local.{name}"), span, scope),
                None => written(),
            },
            ("module", [Step::Attr(name), rest @ ..]) => {
                self.module_output(name, rest, span, scope).unwrap_or_else(written)
            }
            ("path", [Step::Attr(which)]) => self.path(which, span, scope.instance).unwrap_or_else(written),
            ("data" | "ephemeral", [Step::Attr(kind), Step::Attr(name), rest @ ..]) => {
                let key = SmolStr::from(format!("{root}.{kind}.{name}"));
                self.resource(&key, rest, span, scope).unwrap_or_else(written)
            }
            ("each" | "count" | "self" | "terraform", _) => written(),
            (kind, [Step::Attr(name), rest @ ..]) => {
                let key = SmolStr::from(format!("{kind}.{name}"));
                self.resource(&key, rest, span, scope).unwrap_or_else(written)
            }
            _ => written(),
        }
    }

    /// Follows steps into a value.
    pub(super) fn walk(&mut self, node: &Node, steps: &[Step], name: &str, span: Span, scope: Scope<'_>) -> Node {
        let mut at = node;
        for (index, step) in steps.iter().enumerate() {
            let rest = steps.get(index + 1..).unwrap_or(&[]);
            let missing = || {
                let mut text = name.to_owned();
                steps_text(steps, &mut text, 4);
                unknown(vec![text.into()], span)
            };
            if let Value::Unknown(what) = &at.value {
                let mut text = what.refs.first().map_or_else(|| name.to_owned(), ToString::to_string);
                steps_text(steps.get(index..).unwrap_or(&[]), &mut text, 4);
                let mut refs = vec![SmolStr::from(text)];
                refs.extend(what.refs.iter().skip(1).cloned());
                return Node::new(span, Value::Unknown(Unknown { refs, whole: what.whole, span }));
            }
            let next = match step {
                Step::Attr(key) => at.get(key),
                Step::Index(key) => {
                    let key = self.eval(key, scope);
                    match &at.value {
                        Value::List(items) => {
                            let count = items.len();
                            let complete = !items.iter().any(|item| matches!(item.value, Value::Unknown(_)));
                            value::index(&key).filter(|i| complete || *i < count).and_then(|i| items.get(i))
                        }
                        Value::Map(_) => value::known_string(&key).and_then(|key| at.get(&key)),
                        _ => None,
                    }
                }
                Step::Splat => {
                    let over = match &at.value {
                        Value::List(items) => items.clone(),
                        Value::Null => Vec::new(),
                        _ => vec![at.clone()],
                    };
                    let picked = over.iter().map(|item| self.walk(item, rest, name, span, scope)).collect();
                    return list(picked, at.span);
                }
            };
            match next {
                Some(next) => at = next,
                None => return missing(),
            }
        }
        let Some(mut found) = self.copy(at) else {
            let mut text = name.to_owned();
            steps_text(steps, &mut text, 4);
            return unknown(vec![text.into()], span);
        };
        if let Value::Unknown(what) = &mut found.value {
            what.span = span;
            found.span = span;
        }
        found
    }

    /// A value that is evaluated once, guarded against going in circles.
    fn cached(
        &mut self,
        instance: usize,
        key: SmolStr,
        compute: impl FnOnce(&mut Self) -> Option<Node>,
    ) -> Option<Rc<Node>> {
        let slot = (instance, self.choices.on, key.clone());
        if let Some(known) = self.cache.get(&slot) {
            self.choices.met.extend(&known.choices);
            self.uncertain.extend(&known.uncertain);
            return Some(Rc::clone(&known.node));
        }
        let guard = (instance, key);
        if !self.active.insert(guard.clone()) {
            return None;
        }
        let outer_met = std::mem::take(&mut self.choices.met);
        let outer_uncertain = std::mem::take(&mut self.uncertain);
        let node = compute(self);
        let choices = std::mem::replace(&mut self.choices.met, outer_met).into_list();
        let uncertain = std::mem::replace(&mut self.uncertain, outer_uncertain).into_list();
        self.choices.met.extend(&choices);
        self.uncertain.extend(&uncertain);
        self.active.remove(&guard);
        let node = Rc::new(node?);
        self.cache.insert(slot, Cached { node: Rc::clone(&node), choices, uncertain });
        Some(node)
    }

    fn directory(&self, instance: usize) -> Option<&'a Directory<'a>> {
        self.instances.get(instance).map(|i| i.directory)
    }

    pub(super) fn prefix(&self, instance: usize) -> SmolStr {
        self.instances.get(instance).map(|i| i.prefix.clone()).unwrap_or_default()
    }

    fn variable(&mut self, instance: usize, name: &SmolStr) -> Option<Rc<Node>> {
        self.cached(instance, SmolStr::from(format!("var.{name}")), |this| {
            let here = this.instances.get(instance)?;
            let directory = here.directory;
            let declared = directory.variables.get(name.as_str()).copied().unwrap_or_default();
            let value = match here.caller.clone() {
                None => {
                    let expr = directory.values.get(name.as_str()).copied().or(declared.default)?;
                    this.eval(expr, Scope::of(instance))
                }
                Some((caller, call, each)) => {
                    let block = *this.directory(caller)?.calls.get(call.as_str())?;
                    match block.body.attribute(name) {
                        Some(argument) => this.within(&argument.value, caller, &each),
                        None => this.eval(declared.default?, Scope::of(instance)),
                    }
                }
            };
            Some(match declared.kind {
                Some(kind) => this.typed(kind, value, Scope::of(instance), TYPES),
                None => value,
            })
        })
    }

    /// A value as its variable's type completes it: attributes that are not given, or
    /// null, have the defaults of `optional`.
    fn typed(&mut self, kind: &Expr, mut value: Node, scope: Scope<'_>, depth: usize) -> Node {
        let ExprKind::Call(call) = &kind.kind else { return value };
        let (Some(inner), true) = (call.args.first(), depth > 0) else { return value };
        match (call.name.as_str(), &mut value.value) {
            ("map", Value::Map(entries)) => {
                for entry in entries {
                    let member = std::mem::replace(&mut entry.value, value::null(inner.span));
                    entry.value = self.typed(inner, member, scope, depth - 1);
                }
            }
            ("list" | "set", Value::List(items)) => {
                for item in items {
                    let member = std::mem::replace(item, value::null(inner.span));
                    *item = self.typed(inner, member, scope, depth - 1);
                }
            }
            ("object", Value::Map(entries)) => {
                let ExprKind::Object(members) = &inner.kind else { return value };
                let complete = entries.iter().all(|entry| entry.key.is_known());
                for (key, kind) in members {
                    let ExprKind::String(name) = &key.kind else { continue };
                    let (kind, default) = match &kind.kind {
                        ExprKind::Call(call) if call.name == "optional" => (call.args.first(), Some(call.args.get(1))),
                        _ => (Some(kind), None),
                    };
                    let Some(kind) = kind else { continue };
                    let at = entries.iter().rposition(|entry| entry.key.known() == name.known());
                    let given = at.and_then(|at| entries.get_mut(at));
                    match (given, default) {
                        (Some(entry), _) if !matches!(entry.value.value, Value::Null) => {
                            let member = std::mem::replace(&mut entry.value, value::null(kind.span));
                            entry.value = self.typed(kind, member, scope, depth - 1);
                        }
                        (given, Some(default)) if given.is_some() || complete => {
                            let made = default.map_or_else(|| value::null(kind.span), |expr| self.eval(expr, scope));
                            let made = self.typed(kind, made, scope, depth - 1);
                            match given {
                                Some(entry) => entry.value = made,
                                None => entries.push(Entry { key: name.clone(), key_span: key.span, value: made }),
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        value
    }

    /// Evaluates what stands in a block with `each` or `count` bound.
    pub(super) fn within(&mut self, expr: &Expr, instance: usize, each: &Each) -> Node {
        match each.binding() {
            None => self.eval(expr, Scope::of(instance)),
            Some((name, value)) => {
                self.budget.spend(cost::of_value(&value).unwrap_or(0));
                let frame = Frame { name, value: &value, up: None };
                self.eval(expr, Scope::of(instance).with(&frame))
            }
        }
    }

    fn local(&mut self, instance: usize, name: &SmolStr) -> Option<Rc<Node>> {
        let expr = *self.directory(instance)?.locals.get(name.as_str())?;
        self.cached(instance, SmolStr::from(format!("local.{name}")), |this| Some(this.eval(expr, Scope::of(instance))))
    }

    /// `path.module` and the like, relative to the root module, as `terraform` run there
    /// would give them.
    fn path(&self, which: &str, span: Span, instance: usize) -> Option<Node> {
        let path = match which {
            "module" => {
                let root = self.directory(0)?.path;
                let here = self.directory(instance)?.path;
                relative(root, here)
            }
            "root" | "cwd" => ".".to_owned(),
            _ => return None,
        };
        Some(string(path, span))
    }

    fn module_output(&mut self, name: &SmolStr, steps: &[Step], span: Span, scope: Scope<'_>) -> Option<Node> {
        let children = self.children(scope.instance, name)?;
        let (child, steps) = match steps {
            [Step::Index(key), rest @ ..] => {
                let key = self.eval(key, scope);
                let found = children.iter().find(|(each, _)| matches(each, &key) == Some(true))?;
                (found.1, rest)
            }
            [Step::Splat, rest @ ..] => {
                let ids: Vec<usize> = children.iter().map(|(_, id)| *id).collect();
                let items = ids.iter().filter_map(|id| self.output(*id, rest, span, scope)).collect();
                return Some(list(items, span));
            }
            rest => (children.first()?.1, rest),
        };
        self.output(child, steps, span, scope)
    }

    fn output(&mut self, child: usize, steps: &[Step], span: Span, scope: Scope<'_>) -> Option<Node> {
        let [Step::Attr(name), rest @ ..] = steps else { return None };
        let expr = *self.directory(child)?.outputs.get(name.as_str())?;
        let node = self
            .cached(child, SmolStr::from(format!("output.{name}")), |this| Some(this.eval(expr, Scope::of(child))))?;
        let prefix = self.prefix(child);
        Some(self.walk(&node, rest, &format!("{}.{name}", prefix.trim_end_matches('.')), span, scope))
    }

    /// The instances of a module call; none where its module was not read.
    pub(super) fn children(&mut self, instance: usize, name: &SmolStr) -> Option<Rc<Vec<(Each, usize)>>> {
        let slot = (instance, name.clone());
        if let Some(known) = self.children.get(&slot) {
            return Some(Rc::clone(known));
        }
        let directory = self.directory(instance)?;
        let block: &'a Block = directory.calls.get(name.as_str()).copied()?;
        let path = self.called(instance, name, block)?;
        let called = self.project.directories.get(path.as_str())?;
        if self.nesting(instance, called.path) {
            return None;
        }
        if self.instances.len() >= MODULES {
            self.budget.stop(block.span);
            return None;
        }
        let expansion = self.expansion(instance, &SmolStr::from(format!("module.{name}")), |argument| {
            block.body.attribute(argument).map(|a| &a.value)
        })?;
        let prefix = self.prefix(instance);
        let mut children = Vec::new();
        let room = MODULES.saturating_sub(self.instances.len());
        if expansion.each.len() > room {
            self.budget.stop(block.span);
        }
        for each in expansion.each.iter().take(room) {
            let id = self.instance(Instance {
                directory: called,
                prefix: SmolStr::from(format!("{prefix}module.{name}{}.", each.suffix())),
                caller: Some((instance, name.clone(), each.clone())),
            });
            children.push((each.clone(), id));
        }
        let children = Rc::new(children);
        self.children.insert(slot, Rc::clone(&children));
        Some(children)
    }

    /// Whether a module would be nested too deep, or in itself.
    fn nesting(&self, instance: usize, path: &str) -> bool {
        let mut at = Some(instance);
        let mut depth = 0;
        while let Some(current) = at.and_then(|id| self.instances.get(id)) {
            if current.directory.path == path || depth >= MODULE_DEPTH {
                return true;
            }
            at = current.caller.as_ref().map(|(caller, ..)| *caller);
            depth += 1;
        }
        false
    }

    /// The instances that `count` and `for_each` make of a block.
    pub(super) fn expansion<'b>(
        &mut self,
        instance: usize,
        key: &SmolStr,
        attribute: impl Fn(&str) -> Option<&'b Expr>,
    ) -> Option<Rc<Expansion>> {
        let slot = (instance, key.clone());
        if let Some(known) = self.expansions.get(&slot) {
            return Some(Rc::clone(known));
        }
        let guard = (instance, SmolStr::from(format!("{key}#each")));
        if !self.active.insert(guard.clone()) {
            return None;
        }
        let splitting = std::mem::replace(&mut self.choices.on, false);
        let expansion = if let Some(expr) = attribute("count") {
            let count = self.eval(expr, Scope::of(instance));
            self.counted(&count, expr)
        } else if let Some(expr) = attribute("for_each") {
            let over = self.eval(expr, Scope::of(instance));
            self.keyed(&over, expr)
        } else {
            Expansion { each: vec![Each::One], condition: None }
        };
        self.choices.on = splitting;
        self.active.remove(&guard);
        let expansion = Rc::new(expansion);
        self.expansions.insert(slot, Rc::clone(&expansion));
        Some(expansion)
    }

    fn counted(&mut self, count: &Node, expr: &Expr) -> Expansion {
        let Some(count) = value::index(count) else { return undetermined(count, expr) };
        let each = (0..self.followed(count, 1, expr)).map(|index| Each::Index(index, expr.span)).collect();
        Expansion { each, condition: None }
    }

    /// How many of so many instances are followed, each of which costs so much.
    fn followed(&mut self, count: usize, cost: usize, expr: &Expr) -> usize {
        if count > INSTANCES {
            self.budget.stop(expr.span);
        }
        let followed = count.min(INSTANCES);
        if self.budget.spend(followed.saturating_mul(cost)) { followed } else { 0 }
    }

    fn keyed(&mut self, over: &Node, expr: &Expr) -> Expansion {
        if matches!(over.value, Value::Null) {
            return Expansion { each: Vec::new(), condition: None };
        }
        let Some(members) = members(over) else { return undetermined(over, expr) };
        let is_map = over.as_map().is_some();
        let mut each = Vec::new();
        let mut condition = None;
        let followed = self.followed(members.len(), 2, expr);
        for (key, member) in members.into_iter().take(followed) {
            let key = if is_map { key } else { member.clone() };
            let known = value::text(&key).is_some_and(|text| text.is_known());
            if known {
                let member = if is_map { member } else { key.clone() };
                each.push(Each::Key(key, member));
            } else if is_map && !matches!(member.value, Value::Unknown(_)) {
                // One entry stands for any number of them.
                condition = Some(what_of(&key, expr));
                each.push(Each::Key(key, member));
            } else if each.is_empty() || condition.is_none() {
                let undetermined = undetermined(&key, expr);
                condition.clone_from(&undetermined.condition);
                each.extend(undetermined.each);
            }
        }
        // Certain members stay certain: only the unknown ones depend on anything.
        let condition =
            if each.iter().any(|e| matches!(e, Each::Key(key, _) if value::is_known(key))) { None } else { condition };
        Expansion { each, condition }
    }

    /// An attribute of a resource or data source.
    fn resource(&mut self, key: &SmolStr, steps: &[Step], span: Span, scope: Scope<'_>) -> Option<Node> {
        let directory = self.directory(scope.instance)?;
        let key = directory.meant(key, span.source);
        let resource = directory.resources.get(key)?;
        let expansion = self.expansion(scope.instance, key, |name| resource.attribute(name).map(|a| &a.value))?;
        let absolute = |this: &Self, each: &Each, rest: &[Step]| {
            let mut text = format!("{}{key}{}", this.prefix(scope.instance), each.suffix());
            steps_text(rest, &mut text, 4);
            unknown(vec![text.into()], span)
        };
        match steps {
            [Step::Index(index), rest @ ..] => {
                let index = self.eval(index, scope);
                let found = expansion.each.iter().find(|each| matches(each, &index) == Some(true)).cloned();
                let each = found.or_else(|| match expansion.each.as_slice() {
                    [one @ Each::Unknown] => Some(one.clone()),
                    _ => None,
                });
                if let Some(each) = each {
                    Some(self.attribute(key, resource, &each, rest, span, scope))
                } else {
                    let mut text = format!("{}{key}", self.prefix(scope.instance));
                    steps_text(steps, &mut text, 4);
                    Some(unknown(vec![text.into()], span))
                }
            }
            [Step::Splat, rest @ ..] => {
                let mut items = Vec::new();
                for each in &expansion.each {
                    items.push(self.attribute(key, resource, each, rest, span, scope));
                }
                if let Some(condition) = &expansion.condition {
                    items.push(Node::new(span, Value::Unknown(condition.clone())));
                }
                Some(list(items, span))
            }
            [] if expansion.condition.is_none() && expansion.each.len() <= WHOLE => {
                let mut members = Vec::new();
                for each in &expansion.each {
                    members.push((each, self.whole(key, resource, each, span, scope)?));
                }
                match members.as_slice() {
                    [(Each::One, node)] => Some(node.clone()),
                    [(Each::Key(..), _), ..] => {
                        let entry = |(each, value): (&Each, Node)| match each {
                            Each::Key(key, _) => Some(Entry { key: value::text(key)?, key_span: key.span, value }),
                            _ => None,
                        };
                        Some(value::map(members.into_iter().filter_map(entry).collect(), span))
                    }
                    _ => Some(list(members.into_iter().map(|(_, node)| node).collect(), span)),
                }
            }
            _ => match expansion.each.as_slice() {
                [only] => Some(self.attribute(key, resource, only, steps, span, scope)),
                _ => Some(absolute(self, &Each::One, steps)),
            },
        }
    }

    /// A resource as a value: its arguments, and what the provider makes of them.
    fn whole(
        &mut self,
        key: &SmolStr,
        resource: &'a Resource<'a>,
        each: &Each,
        span: Span,
        scope: Scope<'_>,
    ) -> Option<Node> {
        let instance = scope.instance;
        let address = format!("{key}{}", each.suffix());
        let node = self.cached(instance, SmolStr::from(format!("{address}#whole")), |this| {
            let mut node = this.body(resource, instance, each, |_| false);
            let Value::Map(entries) = &mut node.value else { return None };
            for attribute in ["id", "arn", "name", "path", "accessor", "unique_id", "bucket"] {
                if !entries.iter().any(|entry| entry.key.known() == Some(attribute)) {
                    let step = [Step::Attr(SmolStr::new_static(attribute))];
                    let value = this.attribute(key, resource, each, &step, span, Scope::of(instance));
                    entries.push(value::entry(attribute, value));
                }
            }
            Some(node)
        })?;
        self.copy(&node)
    }

    fn attribute(
        &mut self,
        key: &SmolStr,
        resource: &'a Resource<'a>,
        each: &Each,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Node {
        let instance = scope.instance;
        let address = format!("{key}{}", each.suffix());
        let computed = |this: &Self| {
            let mut text = format!("{}{address}", this.prefix(instance));
            steps_text(steps, &mut text, 4);
            value::computed(text.into(), span)
        };
        let [Step::Attr(name), rest @ ..] = steps else { return computed(self) };
        if let Some(document) = self.document(key, &address, resource, each, name, instance) {
            return self.copy(&document).unwrap_or_else(|| computed(self));
        }
        if let ("template_file", "rendered") = (resource.kind(), name.as_str())
            && let Some(rendered) = self.rendered(&address, resource, each, span, instance)
        {
            return self.copy(&rendered).unwrap_or_else(|| computed(self));
        }
        if let Some((argument, arn)) = arn_of(resource.kind(), name) {
            let step = [Step::Attr(SmolStr::new_static(argument))];
            let named = self.attribute(key, resource, each, &step, span, scope);
            let known = named.as_str().map(|named| Text::atomic(format!("{arn}{named}"), span));
            return known.map_or_else(|| computed(self), |text| Node::new(span, Value::String(text)));
        }
        let argument = resource.attribute(name).or_else(|| {
            let alias = alias(resource.kind(), name)?;
            resource.attribute(alias)
        });
        let Some(argument) = argument else { return computed(self) };
        let node = self.cached(instance, SmolStr::from(format!("{address}.{}", argument.key)), |this| {
            Some(this.within(&argument.value, instance, each))
        });
        match node {
            // What is not given is made up by the provider.
            Some(node) if !matches!(node.value, Value::Null) => self.walk(&node, rest, &address, span, scope),
            _ => computed(self),
        }
    }

    /// What the data source makes that `templatefile` replaced.
    fn rendered(
        &mut self,
        address: &str,
        resource: &'a Resource<'a>,
        each: &Each,
        span: Span,
        instance: usize,
    ) -> Option<Rc<Node>> {
        self.cached(instance, SmolStr::from(format!("{address}.rendered")), |this| {
            let template = this.within(&resource.attribute("template")?.value, instance, each);
            let variables = match resource.attribute("vars") {
                Some(given) => this.within(&given.value, instance, each),
                None => value::map(Vec::new(), span),
            };
            this.template_string(&[template, variables], span, Scope::of(instance))
        })
    }

    /// The document that a policy document data source makes.
    fn document(
        &mut self,
        key: &SmolStr,
        address: &str,
        resource: &'a Resource<'a>,
        each: &Each,
        name: &str,
        instance: usize,
    ) -> Option<Rc<Node>> {
        let aws = match (resource.data, resource.kind(), name) {
            (true, "aws_iam_policy_document", "json" | "minified_json") => true,
            (true, "vault_policy_document", "hcl") => false,
            _ => return None,
        };
        self.used.insert((instance, key.clone()));
        self.cached(instance, SmolStr::from(format!("{address}.document")), |this| {
            let body = this.body(resource, instance, each, |_| true);
            Some(if aws {
                crate::carrier::policy_document::aws(&body)
            } else {
                crate::carrier::policy_document::vault(&body)
            })
        })
    }
}

/// Whether an index names an instance, if that can be told.
fn matches(each: &Each, index: &Node) -> Option<bool> {
    match each {
        Each::Index(at, _) => value::index(index).map(|i| i == *at),
        Each::Key(key, _) => value::equal(key, index),
        Each::One => Some(false),
        Each::Unknown => None,
    }
}

fn what_of(node: &Node, expr: &Expr) -> Unknown {
    let mut refs = Vec::new();
    value::refs_of(node, &mut refs);
    if refs.is_empty() {
        refs.push(reference(expr));
    }
    Unknown::new(refs, expr.span)
}

fn undetermined(node: &Node, expr: &Expr) -> Expansion {
    let condition = Some(what_of(node, expr));
    let each = vec![Each::Unknown];
    Expansion { each, condition }
}

/// The argument that an attribute of another name gives back.
pub(in crate::carrier) fn alias(kind: &str, attribute: &str) -> Option<&'static str> {
    let argument = match (kind, attribute) {
        ("aws_iam_role" | "aws_iam_user" | "aws_iam_group" | "vault_policy", "id") => "name",
        ("aws_s3_bucket", "id") => "bucket",
        ("vault_mount" | "vault_auth_backend" | "vault_namespace", "id") => "path",
        // A mount without a path is mounted under its type's name.
        ("vault_auth_backend", "path") => "type",
        (kind, "id") if kind.starts_with("vault_") && kind.ends_with("_auth_backend") => "path",
        _ => return None,
    };
    Some(argument)
}

/// The argument that an ARN is made of and nothing besides, with what stands before it. The
/// partition is taken to be that of all regions but those of China and of governments: which
/// one it is, the provider's configuration and environment tell.
pub(in crate::carrier) fn arn_of(kind: &str, attribute: &str) -> Option<(&'static str, &'static str)> {
    matches!((kind, attribute), ("aws_s3_bucket", "arn")).then_some(("bucket", "arn:aws:s3:::"))
}

/// A directory as seen from another, as Terraform writes module paths.
fn relative(root: &str, here: &str) -> String {
    if root == here {
        return ".".to_owned();
    }
    let from: Vec<&str> = root.split('/').filter(|p| !p.is_empty()).collect();
    let to: Vec<&str> = here.split('/').filter(|p| !p.is_empty()).collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let ups = from.len() - common;
    let mut parts: Vec<&str> = std::iter::repeat_n("..", ups).collect();
    parts.extend(to.iter().skip(common));
    parts.join("/")
}

/// A text of the file-system path that a string argument means, seen from the root module.
pub(super) fn file_path(root: &str, argument: &Text) -> Option<String> {
    crate::carrier::path::join(root, argument.known()?)
}
