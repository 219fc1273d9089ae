//! Other files of the program: what `import`, `require` and `export … from` bring in.
//!
//! Found are files beside the one that imports, by a path relative to it, as Node.js and
//! TypeScript look for them; a package installed elsewhere stays a name. A file runs once,
//! when it is first imported. What it makes by being imported belongs to its own reading.

use std::collections::{BTreeSet, VecDeque};

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, Expression, ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind, ModuleExportName,
    Statement, TSModuleReference,
};
use smol_str::SmolStr;

use super::Reader;
use super::value::{Object, Val, parse_json, unknown_named, value_at};
use crate::carrier::path;
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::{Text, Value, typescript};

/// Files that one program may import, directly or not.
const FILES: usize = 64;
/// How large such a file may be, in bytes.
const SIZE: usize = 256 << 10;

/// A file of the program while the program is read.
pub(super) struct Module<'a> {
    source: SourceId,
    statements: &'a [Statement<'a>],
    /// What `module` stands for in it, once it was imported.
    own: Option<Object>,
}

/// The files that a program imports, found by following its imports; and the names of
/// those that are not among the sources.
pub(super) fn collect<'a>(
    sources: &'a SourceMap,
    source: SourceId,
    statements: &[Statement<'a>],
    allocator: &'a Allocator,
) -> (Vec<Module<'a>>, Vec<String>) {
    let (mut found, mut wants) = (Vec::new(), BTreeSet::new());
    let mut seen = BTreeSet::from([source]);
    let mut queue: VecDeque<Vec<String>> = asked(statements, sources.name(source));
    while let Some(names) = queue.pop_front() {
        let Some(at) = names.iter().find_map(|name| sources.find(name)) else {
            wants.extend(names);
            continue;
        };
        let text = sources.text(at);
        if found.len() >= FILES || text.len() > SIZE || is_data(sources.name(at)) || !seen.insert(at) {
            continue;
        }
        let parsed = typescript::parse(allocator, sources.name(at), text, at);
        queue.extend(asked(parsed.statements, sources.name(at)));
        found.push(Module { source: at, statements: parsed.statements, own: None });
    }
    (found, wants.into_iter().take(FILES * 8).collect())
}

/// The files that each import of a file may mean.
fn asked(statements: &[Statement<'_>], file: &str) -> VecDeque<Vec<String>> {
    statements.iter().flat_map(specifiers).filter_map(|name| places(file, name)).collect()
}

/// What a statement imports.
fn specifiers<'a>(statement: &Statement<'a>) -> Vec<&'a str> {
    match statement {
        Statement::ImportDeclaration(import) if is_value(import.import_kind) => vec![import.source.value.as_str()],
        Statement::ExportAllDeclaration(export) => vec![export.source.value.as_str()],
        Statement::ExportFromDeclaration(export) => vec![export.source.value.as_str()],
        Statement::TSImportEqualsDeclaration(import) => match &import.module_reference {
            TSModuleReference::ExternalModuleReference(external) => vec![external.expression.value.as_str()],
            _ => Vec::new(),
        },
        Statement::VariableDeclaration(variables) => {
            variables.declarations.iter().filter_map(|variable| required(variable.init.as_ref()?)).collect()
        }
        Statement::ExpressionStatement(statement) => required(&statement.expression).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The argument of `require("…")`, also where a member of the result is used at once.
fn required<'a>(expression: &Expression<'a>) -> Option<&'a str> {
    let mut at = expression;
    for _ in 0..8 {
        match at {
            Expression::CallExpression(call) => {
                let Expression::Identifier(name) = &call.callee else {
                    at = &call.callee;
                    continue;
                };
                return match (name.name.as_str(), call.arguments.first()) {
                    ("require", Some(Argument::StringLiteral(path))) => Some(path.value.as_str()),
                    _ => None,
                };
            }
            Expression::StaticMemberExpression(member) => at = &member.object,
            Expression::AwaitExpression(inner) => at = &inner.argument,
            _ => return None,
        }
    }
    None
}

fn is_value(kind: ImportOrExportKind) -> bool {
    kind == ImportOrExportKind::Value
}

fn is_data(name: &str) -> bool {
    name.rsplit('.').next() == Some("json")
}

/// The files that a relative import may mean, first those that are looked at first.
fn places(file: &str, specifier: &str) -> Option<Vec<String>> {
    const ENDS: [&str; 7] = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs"];
    if !(specifier.starts_with("./") || specifier.starts_with("../") || specifier == "." || specifier == "..") {
        return None;
    }
    let base = path::join(path::directory(file), specifier)?;
    if is_data(&base) {
        return Some(vec![base]);
    }
    let mut places = Vec::new();
    // `./x.js` in TypeScript means `./x.ts`.
    if let Some((stem, end @ ("js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "tsx"))) = base.rsplit_once('.') {
        if end.ends_with("js") {
            places.push(format!("{stem}.{}", end.replace("js", "ts")));
        }
        places.push(base.clone());
    }
    if !base.is_empty() {
        places.extend(ENDS.iter().map(|end| format!("{base}{end}")));
    }
    let inside = if base.is_empty() { String::new() } else { format!("{base}/") };
    places.extend([".ts", ".js", ".mjs", ".cjs"].iter().map(|end| format!("{inside}index{end}")));
    Some(places)
}

impl<'a> Reader<'a> {
    /// Reads the program's own file.
    pub(super) fn program(&mut self, statements: &'a [Statement<'a>]) {
        let own = self.bind_module(self.scopes.current);
        self.run_module(statements, own);
        // Pulumi calls what the program exports.
        let exported = self.scopes.get(own.members, "exports").cloned();
        let main = match exported {
            Some(Val::Object(exports)) => self.scopes.get(exports.members, "default").cloned(),
            other => other,
        };
        if let Some(Val::Function(main)) = main {
            let place = Span { source: main.source, start: main.start, end: main.start };
            self.enter(&main, super::call::Given::default(), place);
        }
        self.enter_uncalled();
    }

    /// Binds the names that every module has.
    fn bind_module(&mut self, scope: usize) -> Object {
        let own = Object { members: self.scopes.add(None), is_made: true };
        let exports = Object { members: self.scopes.add(None), is_made: true };
        self.scopes.set(own.members, SmolStr::new_static("exports"), Some(Val::Object(exports)));
        let place = Span::new(self.reading.source, 0, 0);
        let file = path_name(self.reading.sources.name(self.reading.source)).to_owned();
        let text = |value: &str| value_at(place, Value::String(Text::atomic(value, place)));
        let names = [
            ("module", Val::Object(own)),
            ("exports", Val::Object(exports)),
            ("__dirname", text(&self.directory())),
            ("__filename", text(&file)),
        ];
        for (name, value) in names {
            self.scopes.set(scope, SmolStr::new_static(name), Some(value));
        }
        own
    }

    /// The directory of the file that is read, seen from that of the program.
    fn directory(&self) -> String {
        let sources = self.reading.sources;
        let root = path::directory(sources.name(self.reading.root)).split('/').filter(|part| !part.is_empty());
        let here = path::directory(sources.name(self.reading.source)).split('/').filter(|part| !part.is_empty());
        let (root, here): (Vec<&str>, Vec<&str>) = (root.collect(), here.collect());
        let common = root.iter().zip(&here).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..", root.len() - common);
        let down = here.iter().skip(common).copied();
        let parts: Vec<&str> = up.chain(down).collect();
        if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
    }

    fn run_module(&mut self, statements: &'a [Statement<'a>], own: Object) {
        self.hoist(statements);
        for statement in statements {
            let _ = self.statement(statement);
        }
        let Some(Val::Object(exports)) = self.scopes.get(own.members, "exports").cloned() else { return };
        for statement in statements {
            self.export_names(statement, exports.members);
        }
    }

    /// `export { a, b as c }` and `export … from`, once all names are bound.
    fn export_names(&mut self, statement: &'a Statement<'a>, exports: usize) {
        match statement {
            Statement::ExportNamedDeclaration(export) => {
                for name in &export.specifiers {
                    let value = self.scopes.lookup(export_name(&name.local)).cloned();
                    self.scopes.set(exports, SmolStr::new(export_name(&name.exported)), value);
                }
            }
            Statement::ExportFromDeclaration(export) => {
                let from = self.imported(export.source.value.as_str(), self.span(export.source.span));
                for name in &export.specifiers {
                    let place = self.span(name.span);
                    let value = self.exported(&from, export_name(&name.local), place);
                    self.scopes.set(exports, SmolStr::new(export_name(&name.exported)), Some(value));
                }
            }
            Statement::ExportAllDeclaration(export) => {
                let from = self.imported(export.source.value.as_str(), self.span(export.source.span));
                if let Some(name) = &export.exported {
                    self.scopes.set(exports, SmolStr::new(export_name(name)), Some(from));
                } else if let Val::Object(object) = from {
                    let names = self.scopes.names(object.members).filter(|(name, _)| *name != "default");
                    let names: Vec<_> = names.map(|(name, value)| (name.clone(), value.clone())).collect();
                    for (name, value) in names {
                        self.scopes.set(exports, name, Some(value));
                    }
                }
            }
            _ => {}
        }
    }

    /// Sets what the file exports under a name.
    pub(super) fn export(&mut self, name: &str, value: Val<'a>) {
        if let Some(Val::Object(exports)) = self.scopes.lookup("exports").cloned() {
            self.scopes.set(exports.members, SmolStr::new(name), Some(value));
        }
    }

    /// `export = value`
    pub(super) fn export_all(&mut self, value: Val<'a>) {
        if let Some(Val::Object(own)) = self.scopes.lookup("module").cloned() {
            self.scopes.set(own.members, SmolStr::new_static("exports"), Some(value));
        }
    }

    /// What a module specifier brings in.
    pub(super) fn imported(&mut self, specifier: &str, place: Span) -> Val<'a> {
        let file = self.reading.sources.name(self.reading.source);
        let Some(names) = places(file, specifier) else { return Val::Import(package_name(specifier)) };
        let Some(source) = names.iter().find_map(|name| self.reading.sources.find(name)) else {
            return unknown_named(specifier, place);
        };
        if is_data(self.reading.sources.name(source)) {
            let text = self.reading.sources.text(source);
            let span = Span::new(source, 0, text.len());
            return parse_json(&Text::plain(text, 0), span).unwrap_or_else(|| self.unknown(place));
        }
        let Some(index) = self.modules.iter().position(|module| module.source == source) else {
            return unknown_named(specifier, place);
        };
        let known = self.modules.get(index).and_then(|module| module.own);
        let own = known.unwrap_or_else(|| self.run_imported(index, source));
        self.scopes.get(own.members, "exports").cloned().unwrap_or_else(|| self.unknown(place))
    }

    fn run_imported(&mut self, index: usize, source: SourceId) -> Object {
        let scope = self.scopes.add(None);
        let reading = &mut self.reading;
        let conditions = std::mem::take(&mut reading.conditions);
        let before = (reading.source, self.scopes.current, conditions, reading.naming.take());
        (reading.source, self.scopes.current) = (source, scope);
        reading.importing += 1;
        let own = self.bind_module(scope);
        if let Some(module) = self.modules.get_mut(index) {
            module.own = Some(own);
            let statements = module.statements;
            self.returns.push(Vec::new());
            self.run_module(statements, own);
            self.returns.pop();
        }
        let reading = &mut self.reading;
        reading.importing -= 1;
        (reading.source, self.scopes.current, reading.conditions, reading.naming) = before;
        own
    }

    /// A name that a module exports.
    pub(super) fn exported(&mut self, module: &Val<'a>, name: &str, place: Span) -> Val<'a> {
        if name != "default" {
            return self.member(module, name, place);
        }
        match module {
            Val::Object(object) => {
                self.scopes.get(object.members, "default").cloned().unwrap_or_else(|| module.clone())
            }
            other => other.clone(),
        }
    }

    pub(super) fn import(&mut self, import: &'a ImportDeclaration<'a>) {
        if !is_value(import.import_kind) {
            return;
        }
        let from = self.imported(import.source.value.as_str(), self.span(import.source.span));
        for specifier in import.specifiers.iter().flatten() {
            let (local, value) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(name) => {
                    if !is_value(name.import_kind) {
                        continue;
                    }
                    let place = self.span(name.span);
                    (&name.local, self.exported(&from, export_name(&name.imported), place))
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(name) => {
                    (&name.local, self.exported(&from, "default", self.span(name.span)))
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(name) => (&name.local, from.clone()),
            };
            self.scopes.bind(local.name.as_str(), value);
        }
    }
}

fn export_name<'n>(name: &'n ModuleExportName<'_>) -> &'n str {
    match name {
        ModuleExportName::IdentifierName(name) => name.name.as_str(),
        ModuleExportName::IdentifierReference(name) => name.name.as_str(),
        ModuleExportName::StringLiteral(name) => name.value.as_str(),
    }
}

fn path_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The dotted name of an installed module: packages of Pulumi by their Python names, then
/// the SDK's module where a file of the package is imported.
fn package_name(specifier: &str) -> SmolStr {
    let specifier = specifier.strip_prefix("node:").unwrap_or(specifier);
    let Some(package) = specifier.strip_prefix("@pulumi/") else { return SmolStr::from(specifier.replace('/', ".")) };
    let (package, inside) = package.split_once('/').unwrap_or((package, ""));
    let name = match package {
        "pulumi" => "pulumi",
        "vault" => "pulumi_vault",
        "aws" => "pulumi_aws",
        "aws-native" => "pulumi_aws_native",
        _ => return SmolStr::new(specifier),
    };
    match inside.split('/').next() {
        Some(module) if !module.is_empty() && module != "index" => smol_str::format_smolstr!("{name}.{module}"),
        _ => SmolStr::new_static(name),
    }
}
