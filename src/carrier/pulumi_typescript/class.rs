//! Classes of the program: above all components, whose constructors make resources.

use std::rc::Rc;

use oxc_ast::ast::{Class as Written, ClassElement, MethodDefinitionKind};
use oxc_span::GetSpan;
use smol_str::SmolStr;

use super::Reader;
use super::call::Given;
use super::value::{Class, Function, Object, Val};
use crate::source::Span;

impl Class<'_> {
    /// Where the class or its constructor starts, as its identity.
    pub(super) fn start(&self) -> u32 {
        self.constructor.as_ref().map_or(self.first, |constructor| constructor.start)
    }
}

impl<'a> Reader<'a> {
    /// Binds a class by its name.
    pub(super) fn declare_class(&mut self, written: &'a Written<'a>) -> Val<'a> {
        let class = self.class(written);
        if let Some(id) = &written.id {
            self.scopes.bind(id.name.as_str(), class.clone());
        }
        class
    }

    pub(super) fn class(&mut self, written: &'a Written<'a>) -> Val<'a> {
        let parent = written.heritage.as_ref().map(|heritage| self.eval(&heritage.expression));
        let statics = self.scopes.add(None);
        let mut class = Class {
            source: self.reading.source,
            first: written.span.start,
            scope: self.scopes.current,
            parent,
            constructor: None,
            methods: Vec::new(),
            fields: Vec::new(),
            statics,
        };
        let mut blocks = Vec::new();
        for element in &written.body.body {
            match element {
                ClassElement::MethodDefinition(method) => {
                    let Some(function) = self.written_function(&method.value) else { continue };
                    let Some(name) = self.key(&method.key, method.computed) else { continue };
                    match method.kind {
                        MethodDefinitionKind::Constructor => class.constructor = Some(function),
                        MethodDefinitionKind::Method if method.r#static => {
                            let value = self.function(function);
                            self.scopes.set(statics, name, Some(value));
                        }
                        MethodDefinitionKind::Method => class.methods.push((name, function)),
                        // What a getter gives is not known; what it makes is read.
                        MethodDefinitionKind::Get | MethodDefinitionKind::Set => {
                            self.function(function);
                        }
                    }
                }
                ClassElement::PropertyDefinition(field) => {
                    let Some(name) = self.key(&field.key, field.computed) else { continue };
                    if !field.r#static {
                        class.fields.push((name, field));
                    } else if let Some(value) = &field.value {
                        let value = self.eval(value);
                        self.scopes.set(statics, name, Some(value));
                    }
                }
                ClassElement::StaticBlock(block) => blocks.push(block),
                _ => {}
            }
        }
        let class = Rc::new(class);
        if self.listed.insert((class.source, class.start())) {
            self.classes.push((Rc::clone(&class), None));
        }
        for block in blocks {
            let before = self.scopes.enter(self.scopes.current);
            self.scopes.bind("this", Val::Class(Rc::clone(&class)));
            let _ = self.block(&block.body);
            self.scopes.current = before;
        }
        Val::Class(class)
    }

    /// `new Class(…)`
    pub(super) fn make(&mut self, class: &Rc<Class<'a>>, given: Given<'a>, place: Span) -> Val<'a> {
        let object = Object { members: self.scopes.add(None), is_made: true };
        let known = self.classes.iter_mut().find(|(known, _)| Rc::ptr_eq(known, class));
        if let Some((_, instance)) = known {
            *instance = Some(object);
        }
        self.add_methods(class, object, 8);
        self.construct_as(class, object, given, place, 8);
        Val::Object(object)
    }

    /// Makes an instance of a class that nothing makes, and reads its methods.
    pub(super) fn make_unknown(&mut self, class: &Rc<Class<'a>>) {
        let place = Span { source: class.source, start: class.start(), end: class.start() };
        let given = Given { more: true, ..Given::default() };
        let Val::Object(object) = self.make(class, given, place) else { return };
        // Who makes one calls its methods in an order of his own: a list that one of them adds
        // to is not empty for the others.
        let text = self.reading.sources.text(class.source);
        for (name, field) in &class.fields {
            let grows =
                ["push", "unshift", "splice"].iter().any(|method| text.contains(&format!("this.{name}.{method}(")));
            if grows {
                let value = self.unknown(self.span(field.key.span()));
                self.scopes.set(object.members, SmolStr::clone(name), Some(value));
            }
        }
    }

    /// The methods of a class and of those that it extends.
    fn add_methods(&mut self, class: &Rc<Class<'a>>, object: Object, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(Val::Class(parent)) = &class.parent {
            self.add_methods(parent, object, depth);
        }
        for (name, method) in &class.methods {
            let method = Function { this: Some(object), ..method.clone() };
            let value = self.function(method);
            self.scopes.set(object.members, name.clone(), Some(value));
        }
    }

    /// Runs the constructor of a class for an object: its own, or that of what it extends.
    fn construct_as(&mut self, class: &Rc<Class<'a>>, object: Object, given: Given<'a>, place: Span, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let Some(constructor) = &class.constructor else {
            if let Some(Val::Class(parent)) = &class.parent {
                self.construct_as(parent, object, given, place, depth);
            }
            self.fields(class, object);
            return;
        };
        if class.parent.is_none() {
            self.fields(class, object);
        }
        let function = Rc::new(Function { this: Some(object), ..constructor.clone() });
        self.constructing.push((Rc::clone(class), object));
        self.enter(&function, given, place);
        self.constructing.pop();
    }

    /// `super(…)`: runs the constructor of what the class extends, then sets the fields.
    pub(super) fn call_super(&mut self, given: Given<'a>, place: Span) {
        let Some((class, object)) = self.constructing.last().cloned() else { return };
        if let Some(Val::Class(parent)) = &class.parent {
            let depth = u32::try_from(8usize.saturating_sub(self.constructing.len())).unwrap_or(0);
            self.construct_as(parent, object, given, place, depth);
        }
        self.fields(&class, object);
    }

    /// Sets the fields that are written in the class.
    fn fields(&mut self, class: &Rc<Class<'a>>, object: Object) {
        let scope = self.scopes.enter(class.scope);
        let reading = &mut self.reading;
        let caller = std::mem::replace(&mut reading.source, class.source);
        self.scopes.bind("this", Val::Object(object));
        for (name, field) in &class.fields {
            if let Some(value) = &field.value {
                let value = self.eval(value);
                self.scopes.set(object.members, SmolStr::clone(name), Some(value));
            } else if self.scopes.get(object.members, name).is_none() {
                let value = self.unknown(self.span(field.key.span()));
                self.scopes.set(object.members, SmolStr::clone(name), Some(value));
            }
        }
        self.reading.source = caller;
        self.scopes.current = scope;
    }
}
