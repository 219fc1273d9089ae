//! Statements, in the order they would run.

use std::rc::Rc;

use oxc_ast::ast::{
    BindingPattern, Declaration, ExportDefaultDeclarationKind, Function as Written, IfStatement, Statement,
    SwitchStatement, TSEnumDeclaration, TSEnumMemberName, TSModuleReference, TSNamespaceDeclarationBody, TryStatement,
    VariableDeclaration,
};
use smol_str::SmolStr;

use super::Reader;
use super::value::{Body, Function, Object, Val, equal, value_at};
use crate::carrier::pulumi_program::DEPTH;
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value};

/// Whether the statement after this one runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// A `return`, `throw`, `break` or `continue` was met.
    Stop,
}

/// A block that may run, and on what that depends.
pub(super) type Side<'a> = (Option<Unknown>, &'a [Statement<'a>]);

impl<'a> Reader<'a> {
    /// Reads statements that have names of their own.
    pub(super) fn block(&mut self, statements: &'a [Statement<'a>]) -> Flow {
        let Some(first) = statements.first() else { return Flow::Next };
        if !self.reading.descend(self.span_of(first)) {
            return Flow::Next;
        }
        let scope = self.scopes.current;
        // What is declared here hides what is around, until the block ends.
        let hidden: Vec<(SmolStr, Val<'a>)> = statements
            .iter()
            .flat_map(declared)
            .filter_map(|name| Some((SmolStr::new(name), self.scopes.get(scope, name)?.clone())))
            .collect();
        self.hoist(statements);
        let mut flow = Flow::Next;
        for statement in statements {
            flow = self.statement(statement);
            if flow == Flow::Stop {
                break;
            }
        }
        for (name, value) in hidden {
            self.scopes.set(scope, name, Some(value));
        }
        self.reading.depth -= 1;
        flow
    }

    /// Binds the functions of a block, which are there before its first statement.
    pub(super) fn hoist(&mut self, statements: &'a [Statement<'a>]) {
        for statement in statements {
            match statement {
                Statement::FunctionDeclaration(function) => self.declare_function(function),
                Statement::ExportDeclaration(export) => {
                    if let Declaration::FunctionDeclaration(function) = &export.declaration {
                        let name = self.declare_function(function);
                        self.export_bound(name);
                        continue;
                    }
                    None
                }
                Statement::ExportDefaultDeclaration(export) => {
                    if let ExportDefaultDeclarationKind::FunctionDeclaration(function) = &export.declaration {
                        self.declare_function(function);
                        if let Some(value) = self.function_value(function) {
                            self.export("default", value);
                        }
                    }
                    None
                }
                _ => None,
            };
        }
    }

    fn declare_function(&mut self, function: &'a Written<'a>) -> Option<&'a str> {
        let value = self.function_value(function)?;
        let name = function.id.as_ref()?.name.as_str();
        self.scopes.bind(name, value);
        Some(name)
    }

    fn function_value(&mut self, function: &'a Written<'a>) -> Option<Val<'a>> {
        let made = self.written_function(function)?;
        Some(self.function(made))
    }

    /// A function as it is written; none for a mere signature.
    pub(super) fn written_function(&self, function: &'a Written<'a>) -> Option<Function<'a>> {
        Some(Function {
            source: self.reading.source,
            start: function.span.start,
            parameters: &function.params,
            body: Body::Statements(function.body.as_ref()?.statements.as_slice()),
            scope: self.scopes.current,
            this: None,
        })
    }

    /// A function as a value, which is read at the end if nothing calls it.
    pub(super) fn function(&mut self, function: Function<'a>) -> Val<'a> {
        let function = Rc::new(function);
        if self.listed.insert((function.source, function.start)) {
            self.functions.push(Rc::clone(&function));
        }
        Val::Function(function)
    }

    fn export_bound(&mut self, name: Option<&str>) {
        if let Some(name) = name
            && let Some(value) = self.scopes.lookup(name).cloned()
        {
            self.export(name, value);
        }
    }

    pub(super) fn statement(&mut self, statement: &'a Statement<'a>) -> Flow {
        match statement {
            Statement::ExpressionStatement(statement) => {
                self.eval(&statement.expression);
            }
            Statement::VariableDeclaration(variables) => self.variables(variables),
            Statement::ReturnStatement(statement) => {
                let value = match &statement.argument {
                    Some(value) => self.eval(value),
                    None => value_at(self.span(statement.span), Value::Null),
                };
                if let Some(returns) = self.returns.last_mut() {
                    returns.push(value);
                }
                return Flow::Stop;
            }
            Statement::ThrowStatement(statement) => {
                self.eval(&statement.argument);
                return Flow::Stop;
            }
            Statement::BreakStatement(_) | Statement::ContinueStatement(_) => return Flow::Stop,
            Statement::BlockStatement(block) => return self.block(&block.body),
            Statement::LabeledStatement(labeled) => return self.block(std::slice::from_ref(&labeled.body)),
            Statement::IfStatement(statement) => return self.conditional(statement),
            Statement::SwitchStatement(statement) => return self.switch(statement),
            Statement::TryStatement(statement) => return self.attempt(statement),
            Statement::ForOfStatement(statement) => return self.for_of(statement),
            Statement::ForInStatement(statement) => return self.for_in(statement),
            Statement::ForStatement(statement) => return self.counted(statement),
            Statement::WhileStatement(statement) => {
                self.eval(&statement.test);
                let condition = self.condition(self.span_of(&statement.test));
                return self.branches(&[(Some(condition), std::slice::from_ref(&statement.body))], false);
            }
            Statement::DoWhileStatement(statement) => return self.block(std::slice::from_ref(&statement.body)),
            Statement::WithStatement(statement) => return self.block(std::slice::from_ref(&statement.body)),
            Statement::ClassDeclaration(class) => {
                self.declare_class(class);
            }
            Statement::TSEnumDeclaration(declaration) => self.enumeration(declaration),
            Statement::TSNamespaceDeclaration(declaration) => {
                self.namespace(declaration.id.name.as_str(), &declaration.body, 8);
            }
            Statement::ImportDeclaration(import) => self.import(import),
            Statement::TSImportEqualsDeclaration(import) => {
                let value = match &import.module_reference {
                    TSModuleReference::ExternalModuleReference(external) => {
                        self.imported(external.expression.value.as_str(), self.span(external.span))
                    }
                    TSModuleReference::IdentifierReference(name) => self.name(name.name.as_str(), self.span(name.span)),
                    TSModuleReference::QualifiedName(name) => self.unknown(self.span(name.span)),
                };
                self.scopes.bind(import.id.name.as_str(), value);
            }
            Statement::ExportDeclaration(export) => self.exported_declaration(&export.declaration),
            Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(_)
                | ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => {}
                ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                    let value = self.declare_class(class);
                    self.export("default", value);
                }
                kind => {
                    if let Some(expression) = kind.as_expression() {
                        let value = self.eval(expression);
                        self.export("default", value);
                    }
                }
            },
            Statement::TSExportAssignment(export) => {
                let value = self.eval(&export.expression);
                self.export_all(value);
            }
            _ => {}
        }
        Flow::Next
    }

    fn exported_declaration(&mut self, declaration: &'a Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(variables) => {
                self.variables(variables);
                let names: Vec<&str> = variables.declarations.iter().flat_map(|variable| names(&variable.id)).collect();
                for name in names {
                    self.export_bound(Some(name));
                }
            }
            Declaration::ClassDeclaration(class) => {
                self.declare_class(class);
                self.export_bound(class.id.as_ref().map(|id| id.name.as_str()));
            }
            Declaration::TSEnumDeclaration(declaration) => {
                self.enumeration(declaration);
                self.export_bound(Some(declaration.id.name.as_str()));
            }
            Declaration::TSNamespaceDeclaration(declaration) => {
                self.namespace(declaration.id.name.as_str(), &declaration.body, 8);
                self.export_bound(Some(declaration.id.name.as_str()));
            }
            _ => {}
        }
    }

    pub(super) fn variables(&mut self, variables: &'a VariableDeclaration<'a>) {
        for variable in &variables.declarations {
            self.reading.naming = match &variable.id {
                BindingPattern::BindingIdentifier(name) => Some(SmolStr::new(name.name.as_str())),
                _ => None,
            };
            let value = match &variable.init {
                Some(init) => self.eval(init),
                None => value_at(self.span(variable.span), Value::Null),
            };
            self.reading.naming = None;
            self.bind(&variable.id, Some(value));
        }
    }

    /// An enumeration is a map of its members.
    fn enumeration(&mut self, declaration: &'a TSEnumDeclaration<'a>) {
        let mut entries = Vec::new();
        let mut next = Some(0u32);
        for member in &declaration.body.members {
            let (name, place) = match &member.id {
                TSEnumMemberName::Identifier(name) => (name.name.as_str(), name.span),
                TSEnumMemberName::String(name) | TSEnumMemberName::ComputedString(name) => {
                    (name.value.as_str(), name.span)
                }
                TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            let key_span = self.span(place);
            let value = match &member.initializer {
                Some(value) => self.eval_data(value),
                None => match next {
                    Some(number) => Node::new(key_span, Value::Number(smol_str::format_smolstr!("{number}"))),
                    None => self.reading.unknown(key_span),
                },
            };
            next = match &value.value {
                Value::Number(number) => number.parse::<u32>().ok().and_then(|number| number.checked_add(1)),
                _ => None,
            };
            entries.push(Entry { key: Text::atomic(name, key_span), key_span, value });
        }
        let value = value_at(self.span(declaration.span), Value::Map(entries));
        self.scopes.bind(declaration.id.name.as_str(), value);
    }

    /// A namespace is an object of what it exports.
    fn namespace(&mut self, name: &str, body: &'a TSNamespaceDeclarationBody<'a>, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let inside = Object { members: self.scopes.add(None), is_made: true };
        let scope = self.scopes.enter(self.scopes.current);
        self.scopes.bind("exports", Val::Object(inside));
        match body {
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                self.hoist(&block.body);
                for statement in &block.body {
                    let _ = self.statement(statement);
                }
            }
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                self.namespace(inner.id.name.as_str(), &inner.body, depth);
                self.export_bound(Some(inner.id.name.as_str()));
            }
        }
        self.scopes.current = scope;
        self.scopes.bind(name, Val::Object(inside));
    }

    /// Reads the functions and classes that nothing used, with unknown arguments.
    pub(super) fn enter_uncalled(&mut self) {
        let (mut function, mut class) = (0, 0);
        loop {
            let before = self.reading.records.len();
            if let Some((next, instance)) = self.classes.get(class).cloned() {
                class += 1;
                if next.source == self.reading.root && instance.is_none() {
                    self.make_unknown(&next);
                    self.reading.made_uncalled(before, next.start());
                }
            } else if let Some(next) = self.functions.get(function).map(Rc::clone) {
                function += 1;
                // A function of another file belongs to that file's own reading.
                let is_read = self.reading.entered.contains(&(next.source, next.start));
                if next.source == self.reading.root && !is_read {
                    self.enter_unknown(&next);
                    self.reading.made_uncalled(before, next.start);
                }
            } else {
                return;
            }
        }
    }

    pub(super) fn condition(&self, place: Span) -> Unknown {
        self.reading.condition(place)
    }

    fn conditional(&mut self, statement: &'a IfStatement<'a>) -> Flow {
        let mut sides: Vec<Side<'a>> = Vec::new();
        let mut exhaustive = false;
        let mut condition = None;
        let mut at = statement;
        for _ in 0..DEPTH {
            let test = self.eval(&at.test);
            match self.truth(&test) {
                Some(true) => {
                    sides.push((condition.clone(), std::slice::from_ref(&at.consequent)));
                    exhaustive = true;
                    break;
                }
                Some(false) => {}
                None => {
                    // What follows in the chain depends on this test as well.
                    condition = Some(self.condition(self.span_of(&at.test)));
                    sides.push((condition.clone(), std::slice::from_ref(&at.consequent)));
                }
            }
            match &at.alternate {
                Some(Statement::IfStatement(next)) => at = next,
                Some(last) => {
                    sides.push((condition.clone(), std::slice::from_ref(last)));
                    exhaustive = true;
                    break;
                }
                None => break,
            }
        }
        self.one_of(&sides, exhaustive)
    }

    /// Reads the side that is taken for sure, or all.
    fn one_of(&mut self, sides: &[Side<'a>], exhaustive: bool) -> Flow {
        match sides {
            [] => Flow::Next,
            [(None, only)] if exhaustive => self.block(only),
            _ => self.branches(sides, exhaustive),
        }
    }

    fn switch(&mut self, statement: &'a SwitchStatement<'a>) -> Flow {
        let subject = self.eval(&statement.discriminant);
        let condition = self.condition(self.span_of(&statement.discriminant));
        let mut sides: Vec<Side<'a>> = Vec::new();
        let mut decided = true;
        for case in &statement.cases {
            let test = case.test.as_ref().map(|test| self.eval(test));
            match test.map(|test| equal(&subject, &test)) {
                Some(Some(true)) if decided => return self.one_of(&[(None, case.consequent.as_slice())], true),
                Some(Some(false)) => {}
                // The last side, if all others are known not to be taken.
                None if decided => sides.push((None, case.consequent.as_slice())),
                _ => {
                    decided = false;
                    sides.push((Some(condition.clone()), case.consequent.as_slice()));
                }
            }
        }
        let exhaustive = statement.cases.iter().any(|case| case.test.is_none());
        let flow = self.one_of(&sides, exhaustive);
        // `break` ends the switch alone; a case that returns was joined without the others.
        let returns = sides.iter().all(|(_, body)| matches!(body.last(), Some(Statement::ReturnStatement(_))));
        if returns { flow } else { Flow::Next }
    }

    fn attempt(&mut self, statement: &'a TryStatement<'a>) -> Flow {
        let flow = self.block(&statement.block.body);
        if let Some(handler) = &statement.handler {
            if let Some(parameter) = &handler.param {
                self.bind(&parameter.pattern, None);
            }
            let start = statement.span.start;
            let condition = self.condition(Span { source: self.reading.source, start, end: start + 3 });
            // The handler may run or not; what follows runs either way.
            let _ = self.branches(&[(Some(condition), handler.body.body.as_slice())], false);
        }
        let last = statement.finalizer.as_ref().map_or(Flow::Next, |last| self.block(&last.body));
        if flow == Flow::Stop && statement.handler.is_none() { Flow::Stop } else { last }
    }

    /// Reads each of the blocks from the state before; what they leave different is
    /// unknown after. Unless they are exhaustive, none of them may run.
    pub(super) fn branches(&mut self, sides: &[Side<'a>], exhaustive: bool) -> Flow {
        let mut ends = Vec::new();
        for (condition, body) in sides {
            let begin = self.scopes.begin();
            self.reading.conditions.extend(condition.clone());
            let flow = self.block(body);
            let changes = self.scopes.take_back(begin);
            if flow == Flow::Next {
                ends.push(changes);
            }
            if condition.is_some() {
                self.reading.conditions.pop();
            }
        }
        if ends.is_empty() && exhaustive {
            return Flow::Stop;
        }
        self.scopes.join(&ends, !exhaustive);
        Flow::Next
    }
}

/// Names that a statement declares for its block.
fn declared<'s>(statement: &'s Statement<'_>) -> Vec<&'s str> {
    match statement {
        Statement::VariableDeclaration(variables) if !variables.kind.is_var() => {
            variables.declarations.iter().flat_map(|variable| names(&variable.id)).collect()
        }
        Statement::ClassDeclaration(class) => class.id.iter().map(|id| id.name.as_str()).collect(),
        Statement::FunctionDeclaration(function) => function.id.iter().map(|id| id.name.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// The names that a pattern binds.
fn names<'s>(pattern: &'s BindingPattern<'_>) -> Vec<&'s str> {
    match pattern {
        BindingPattern::BindingIdentifier(name) => vec![name.name.as_str()],
        BindingPattern::AssignmentPattern(inner) => names(&inner.left),
        BindingPattern::ObjectPattern(object) => {
            let rest = object.rest.iter().flat_map(|rest| names(&rest.argument));
            object.properties.iter().flat_map(|property| names(&property.value)).chain(rest).collect()
        }
        BindingPattern::ArrayPattern(array) => {
            let rest = array.rest.iter().flat_map(|rest| names(&rest.argument));
            array.elements.iter().flatten().flat_map(names).chain(rest).collect()
        }
    }
}
