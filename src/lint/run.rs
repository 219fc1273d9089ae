//! Runs the selected rules over everything, once each document.

use std::cell::Cell;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::check::{
    Check, DocumentContext, Inputs, MountContext, ObjectContext, PrincipalContext, RecordContext, RoleContext, Sink,
    StanzaContext, StatementContext, TextContext, TokenRoleContext, VaultPolicyContext,
};
use super::facts::{DocumentFacts, StanzaFacts};
use super::ignore;
use super::installed;
use super::mentions::Mentions;
use super::needless;
use super::private;
use super::region::{AwsPlans, MountNames, VaultPlan};
use super::registry::{Engine, Rules};
use super::repeated::{Again, Repeated, Words};
use super::report::{Report, Selection, sort_findings};
use super::setting::Settings;
use super::silence::silence;
use super::{Category, Confidence, Finding, Rule, Severity};
use crate::aws::document::{self, Document, Problem as AwsProblem, Statement, statement_name};
use crate::carrier::declaration::{Carrier, Declaration, Item, VaultKind, VaultObject};
use crate::model::ids::DeclId;
use crate::source::Span;
use crate::vault::policy::Problem as VaultProblem;

/// A selected rule with one function of it.
type Listed<'r, F> = Vec<(&'r Rule, F)>;

/// Functions for some types of method, engine or mount; for all where none is listed.
type RoleCheck = (&'static [&'static str], fn(&RoleContext<'_>, &mut Sink<'_>));
type ObjectCheck = (&'static [&'static str], fn(&ObjectContext<'_>, &mut Sink<'_>));
type MountCheck = (&'static [&'static str], fn(&MountContext<'_>, &mut Sink<'_>));

/// The selected checks by level.
#[derive(Default)]
struct Plan<'r> {
    text: Listed<'r, fn(&TextContext<'_>, &mut Sink<'_>)>,
    record: Listed<'r, fn(&RecordContext<'_>, &mut Sink<'_>)>,
    vault_policy: Listed<'r, fn(&VaultPolicyContext<'_>, &mut Sink<'_>)>,
    vault_stanza: Listed<'r, fn(&StanzaContext<'_>, &mut Sink<'_>)>,
    vault_region: Listed<'r, VaultPlan<'r>>,
    auth_role: Listed<'r, RoleCheck>,
    token_role: Listed<'r, fn(&TokenRoleContext<'_>, &mut Sink<'_>)>,
    secrets_role: Listed<'r, ObjectCheck>,
    mount: Listed<'r, MountCheck>,
    vault_object: Listed<'r, fn(&ObjectContext<'_>, &mut Sink<'_>)>,
    aws_document: Listed<'r, fn(&DocumentContext<'_>, &mut Sink<'_>)>,
    aws_statement: Listed<'r, fn(&StatementContext<'_>, &mut Sink<'_>)>,
    aws_region: AwsPlans<'r>,
    aws_principal: Listed<'r, fn(&PrincipalContext<'_>, &mut Sink<'_>)>,
    model: Listed<'r, fn(&Inputs<'_>, &mut Sink<'_>)>,
    setting: Listed<'r, &'r Settings>,
    parser: Vec<&'r Rule>,
    all_problems: bool,
}

impl<'r> Plan<'r> {
    fn new(rules: &'r Rules, selection: &Selection, inputs: &Inputs<'_>) -> Self {
        let mut plan = Self { all_problems: selection.select.is_empty(), ..Self::default() };
        let mounts = MountNames::new(inputs);
        let runs = |rule: &Rule| rule.category == Category::Secret || selection.runs(rule);
        for entry in rules.entries.iter().filter(|entry| runs(&entry.rule)) {
            let rule = &entry.rule;
            match &entry.engine {
                Engine::Native(check) => match *check {
                    Check::Text(f) => plan.text.push((rule, f)),
                    Check::Record(f) => plan.record.push((rule, f)),
                    Check::VaultPolicy(f) => plan.vault_policy.push((rule, f)),
                    Check::VaultStanza(f) => plan.vault_stanza.push((rule, f)),
                    Check::AuthRole(methods, f) => plan.auth_role.push((rule, (methods, f))),
                    Check::TokenRole(f) => plan.token_role.push((rule, f)),
                    Check::SecretsRole(engines, f) => plan.secrets_role.push((rule, (engines, f))),
                    Check::Mount(kinds, f) => plan.mount.push((rule, (kinds, f))),
                    Check::VaultObject(f) => plan.vault_object.push((rule, f)),
                    Check::AwsDocument(f) => plan.aws_document.push((rule, f)),
                    Check::AwsStatement(f) => plan.aws_statement.push((rule, f)),
                    Check::AwsPrincipal(f) => plan.aws_principal.push((rule, f)),
                    Check::Model(f) => plan.model.push((rule, f)),
                },
                Engine::Vault(region) => plan.vault_region.push((rule, region.plan(&mounts))),
                Engine::Aws(region) => plan.aws_region.push(rule, region.plan()),
                Engine::Setting(settings) => plan.setting.push((rule, settings)),
                Engine::Parser => plan.parser.push(rule),
                Engine::Ignores => {}
            }
        }
        plan
    }
}

/// Runs the selected rules. The answer is the same whatever the number of threads.
#[must_use]
pub fn run(inputs: &Inputs<'_>, rules: &Rules, selection: &Selection) -> Report {
    run_over(inputs, rules, selection, &Repeated::default())
}

/// The same, with what is known of statements.
pub(super) fn run_over<'s>(
    inputs: &Inputs<'s>,
    rules: &Rules,
    selection: &Selection,
    repeated: &Repeated<'s>,
) -> Report {
    let plan = Plan::new(rules, selection, inputs);
    let declarations = inputs.model.declarations();
    let mut findings: Vec<Finding> = declarations
        .par_iter()
        .with_min_len(8)
        .flat_map_iter(|declaration| {
            let mut found = Vec::new();
            plan.declaration(inputs, (declaration, repeated), rules, &mut found);
            // what is in order already is put in order with the rest at once
            found.sort_by(Finding::order);
            found
        })
        .collect();
    plan.linked(inputs, &mut findings);
    plan.records(inputs, rules, &mut findings);
    plan.texts(inputs, &mut findings);
    for (rule, check) in &plan.model {
        check(inputs, &mut sink(rule, None, "", "", &mut findings));
    }
    for finding in &mut findings {
        if let Some(rule) = rules.get(&finding.rule) {
            finding.severity = selection.severity_of(rule, finding.severity);
        }
    }
    let mut hidden = Report::default();
    private::note(inputs, rules, &findings, &mut hidden);
    // Rules about secrets run in any case, so that what they find is hidden.
    findings.retain(|finding| rules.get(&finding.rule).is_none_or(|rule| selection.runs(rule)));
    silence(rules, &mut findings);
    installed::at_calls(inputs, rules, &mut findings);
    sort_findings(&mut findings);
    let findings = fold(rules, findings);
    let report = ignore::apply(inputs, rules, selection, findings);
    let mut report = Report { findings: report.findings, suppressed: report.suppressed, ..hidden };
    report.findings.retain(|finding| {
        selection.min_severity.is_none_or(|least| finding.severity >= least)
            && selection.min_confidence.is_none_or(|least| finding.confidence >= least)
    });
    report
}

fn sink<'a>(
    rule: &'a Rule,
    unit: Option<Span>,
    unit_name: &'a str,
    address: &'a str,
    findings: &'a mut Vec<Finding>,
) -> Sink<'a> {
    Sink { rule, severity: rule.severity, unit, unit_name, address, findings }
}

impl Plan<'_> {
    fn declaration<'s>(
        &self,
        inputs: &Inputs<'_>,
        (declaration, repeated): (&'s Declaration, &Repeated<'s>),
        rules: &Rules,
        out: &mut Vec<Finding>,
    ) {
        match &declaration.item {
            Item::VaultPolicy(policy) => {
                for problem in &policy.policy.problems {
                    self.problem(problem.into(), Some(declaration.span), &declaration.address, rules, out);
                }
                let stanzas: Vec<StanzaFacts<'_>> = policy.policy.stanzas.iter().map(StanzaFacts::new).collect();
                let context = VaultPolicyContext { inputs, declaration, policy, stanzas: &stanzas };
                self.policy(&context, out);
            }
            Item::AwsPolicy(policy) => {
                let document = &policy.document;
                let of_kind = document::check(document, policy.kind);
                // what has still to be filled in is no mistake yet (`aws/placeholder`)
                // nor is null where nobody knows whether it comes to that: the end of a chain of
                // choices says that one of them always fits
                let open = |rule: &str| rule == "element-null" && declaration.condition.is_some();
                let problems = document.problems.iter().chain(&of_kind);
                for problem in problems.filter(|problem| !problem.blank && !open(problem.rule)) {
                    let mut refusal: Refusal<'_> = problem.into();
                    // Some resource types are handed scalars as texts, others as they stand
                    // (aws-cloudformation/cloudformation-coverage-roadmap#251); AWS does not
                    // say which is true of policies.
                    if problem.scalar && declaration.carrier == Carrier::CloudFormation {
                        refusal.refused = false;
                        refusal.help = Some("quote it: nothing says whether CloudFormation makes it a string");
                    }
                    self.problem(refusal, Some(declaration.span), &declaration.address, rules, out);
                }
                let varies = needless::varies(inputs, declaration, document);
                let facts = DocumentFacts::new(document, varies, &repeated.answers);
                let (kind, statements) = (policy.kind, facts.statements.as_slice());
                let context =
                    DocumentContext { inputs, declaration, policy, document, kind, statements, facts: &facts };
                self.document(&context, (document, repeated), out);
            }
            Item::VaultObject(object) => self.object(inputs, declaration, object, out),
            Item::AwsPrincipal(principal) => {
                let context = PrincipalContext { inputs, declaration, principal };
                let name = principal.name.as_ref().and_then(|(name, _)| name.known()).unwrap_or("");
                for (rule, check) in &self.aws_principal {
                    check(&context, &mut sink(rule, Some(declaration.span), name, &declaration.address, out));
                }
            }
            Item::AwsAttachment(_) | Item::AwsTarget(_) | Item::AwsOrganizationPart(_) | Item::AwsCompute(_) => {}
        }
    }

    fn policy(&self, context: &VaultPolicyContext<'_>, out: &mut Vec<Finding>) {
        let declaration = context.declaration;
        let address = declaration.address.as_str();
        for (rule, check) in &self.vault_policy {
            let name = context.policy.name.as_ref().and_then(|(name, _)| name.known()).unwrap_or("");
            check(context, &mut sink(rule, Some(declaration.span), name, address, out));
        }
        let from = out.len();
        for (rule, region) in &self.vault_region {
            region.check(context, &mut sink(rule, None, "", address, out));
        }
        for (index, facts) in context.stanzas.iter().enumerate() {
            let context = StanzaContext { inputs: context.inputs, policy: context, index, facts };
            let unit = Some(facts.stanza.span);
            for (rule, check) in &self.vault_stanza {
                check(&context, &mut sink(rule, unit, facts.path, address, out));
            }
        }
        // region findings learn their stanza from the grant they name
        if out.len() == from {
            return;
        }
        let paths: FxHashMap<Span, &str> =
            context.stanzas.iter().rev().map(|facts| (facts.stanza.span, facts.path)).collect();
        for finding in out.iter_mut().skip(from) {
            let Some(grant) = finding.grant else { continue };
            if let Some(path) = paths.get(&grant) {
                finding.unit = grant;
                finding.unit_name = (*path).into();
            }
        }
    }

    fn document<'s>(
        &self,
        context: &DocumentContext<'_>,
        (document, repeated): (&'s Document, &Repeated<'s>),
        out: &mut Vec<Finding>,
    ) {
        let declaration = context.declaration;
        let address = declaration.address.as_str();
        for (rule, check) in &self.aws_document {
            check(context, &mut sink(rule, Some(context.document.span), "", address, out));
        }
        for (index, statement) in document.statements.iter().enumerate() {
            self.statement(context, index, (statement, repeated), out);
        }
    }

    /// Asks the rules about a statement: all of them, or, where the same words were seen
    /// before, those to which more than the words may matter.
    fn statement<'s>(
        &self,
        document: &DocumentContext<'_>,
        index: usize,
        (statement, repeated): (&'s Statement, &Repeated<'s>),
        out: &mut Vec<Finding>,
    ) {
        let looked_around = Cell::new(false);
        let Some(context) = StatementContext::new(document, index, &looked_around) else { return };
        let words = Words::of(statement, context.kind(), context.has_variables());
        let seen = words.and_then(|words| repeated.get(words));
        let all =
            || Again { regions: self.aws_region.about(context.facts), checks: (0..self.aws_statement.len()).collect() };
        let known = seen.is_some();
        let asked = seen.unwrap_or_else(|| Arc::new(all()));
        let name = statement_name(index, statement);
        let (unit, address) = (Some(statement.span), document.declaration.address.as_str());
        // whether more than the words may matter to a rule
        let mut matters = |rule: &Rule, check: &dyn Fn(&mut Sink<'_>)| {
            let before = out.len();
            looked_around.set(false);
            check(&mut sink(rule, unit, &name, address, out));
            looked_around.get() || out.len() > before
        };
        let mut again = Again::default();
        for place in &asked.regions {
            let Some((rule, region)) = self.aws_region.get(*place) else { continue };
            if matters(rule, &|sink| region.check(&context, sink)) {
                again.regions.push(*place);
            }
        }
        for place in &asked.checks {
            let Some((rule, check)) = self.aws_statement.get(*place) else { continue };
            if matters(rule, &|sink| check(&context, sink)) {
                again.checks.push(*place);
            }
        }
        if let Some(words) = words.filter(|_| !known) {
            repeated.put(words, again);
        }
    }

    fn object(&self, inputs: &Inputs<'_>, declaration: &Declaration, object: &VaultObject, out: &mut Vec<Finding>) {
        let context = ObjectContext { inputs, declaration, object };
        let name = object.name.as_ref().and_then(|(name, _)| name.known()).unwrap_or("");
        let unit = Some(declaration.span);
        for (rule, check) in &self.vault_object {
            check(&context, &mut sink(rule, unit, name, &declaration.address, out));
        }
        for (rule, settings) in &self.setting {
            settings.check(&context, &mut sink(rule, unit, name, &declaration.address, out));
        }
        if let VaultKind::SecretsRole(engine) = &object.kind {
            for (rule, (engines, check)) in &self.secrets_role {
                if engines.is_empty() || engines.contains(&engine.as_str()) {
                    check(&context, &mut sink(rule, unit, name, &declaration.address, out));
                }
            }
        }
    }

    /// Checks over what the model has linked.
    fn linked(&self, inputs: &Inputs<'_>, out: &mut Vec<Finding>) {
        let model = inputs.model;
        let found = |id: DeclId| model.declaration(id).zip(model.vault_body(id));
        for role in &model.vault.roles {
            let Some((declaration, body)) = found(role.decl) else { continue };
            let context = RoleContext { inputs, declaration, role, body };
            let name = role.name.as_deref().unwrap_or("");
            for (rule, (methods, check)) in &self.auth_role {
                if methods.is_empty() || methods.contains(&role.method.name()) {
                    check(&context, &mut sink(rule, Some(declaration.span), name, &declaration.address, out));
                }
            }
        }
        for role in &model.vault.token_roles {
            let Some((declaration, body)) = found(role.decl) else { continue };
            let context = TokenRoleContext { inputs, declaration, role, body };
            let name = role.name.as_deref().unwrap_or("");
            for (rule, check) in &self.token_role {
                check(&context, &mut sink(rule, Some(declaration.span), name, &declaration.address, out));
            }
        }
        for mount in &model.vault.mounts {
            let Some((declaration, body)) = found(mount.decl) else { continue };
            let context = MountContext { inputs, declaration, mount, body };
            let name = mount.path.as_deref().unwrap_or("");
            for (rule, (kinds, check)) in &self.mount {
                if kinds.is_empty() || mount.kind.as_deref().is_some_and(|kind| kinds.contains(&kind)) {
                    check(&context, &mut sink(rule, Some(declaration.span), name, &declaration.address, out));
                }
            }
        }
    }

    fn records(&self, inputs: &Inputs<'_>, rules: &Rules, out: &mut Vec<Finding>) {
        for record in inputs.records {
            let context = RecordContext { inputs, record };
            for (rule, check) in &self.record {
                check(&context, &mut sink(rule, Some(record.span), &record.address, &record.address, out));
            }
            for note in &record.notes {
                let refusal = Refusal {
                    system: "",
                    rule: note.rule,
                    message: &note.message,
                    span: note.span,
                    help: note.help.as_deref(),
                    refused: true,
                };
                self.problem(refusal, Some(record.span), &record.address, rules, out);
            }
        }
    }

    fn texts(&self, inputs: &Inputs<'_>, out: &mut Vec<Finding>) {
        if self.text.is_empty() {
            return;
        }
        let sources: Vec<_> = inputs.sources.iter().collect();
        let found: Vec<Finding> = sources
            .par_iter()
            .flat_map_iter(|(id, source)| {
                let (name, text) = (source.name(), source.text());
                let context = TextContext { inputs, source: *id, name, text, mentions: Mentions::of(text) };
                let mut found = Vec::new();
                for (rule, check) in &self.text {
                    check(&context, &mut sink(rule, None, "", "", &mut found));
                }
                found
            })
            .collect();
        out.extend(found);
    }

    /// What the server or a parser refuses, as a finding of the page of that id. One whose
    /// page is missing is still reported: it is never right to be silent about a refusal.
    fn problem(&self, problem: Refusal<'_>, unit: Option<Span>, address: &str, rules: &Rules, out: &mut Vec<Finding>) {
        let rule = self.parser.iter().find(|rule| match problem.rule.split_once('/') {
            Some(_) => rule.id == problem.rule,
            None => rule.slug() == problem.rule && rule.system() == problem.system,
        });
        if let Some(rule) = rule {
            let mut sink = sink(rule, unit, "", address, out);
            if !problem.refused {
                let most = if HARMLESS.contains(&problem.rule) { Severity::Low } else { Severity::Medium };
                sink.severity = sink.severity.min(most);
            }
            sink.report(problem.span, problem.message);
        } else {
            let id = match problem.rule.split_once('/') {
                Some(_) => problem.rule.to_owned(),
                None => format!("{}/{}", problem.system, problem.rule),
            };
            if !self.all_problems || rules.get(&id).is_some() {
                return;
            }
            out.push(Finding::new(id, Severity::High, problem.message, problem.span));
        }
        if let Some(finding) = out.last_mut() {
            finding.help = problem.help.map(str::to_owned);
        }
    }
}

/// Problems that, where the server takes the document, change nothing of what it says.
const HARMLESS: [&str; 3] = ["arn-fields", "element-wrong-type", "sid-duplicate"];

/// A problem of either system.
#[derive(Clone, Copy)]
struct Refusal<'p> {
    system: &'static str,
    /// Slug, or id with its system.
    rule: &'p str,
    message: &'p str,
    span: Span,
    help: Option<&'p str>,
    /// False where the server takes it.
    refused: bool,
}

impl<'p> From<&'p VaultProblem> for Refusal<'p> {
    fn from(problem: &'p VaultProblem) -> Self {
        Self {
            system: "vault",
            rule: problem.rule,
            message: &problem.message,
            span: problem.span,
            help: problem.help.as_deref(),
            refused: true,
        }
    }
}

impl<'p> From<&'p AwsProblem> for Refusal<'p> {
    fn from(problem: &'p AwsProblem) -> Self {
        Self {
            system: "aws",
            rule: problem.rule,
            message: &problem.message,
            span: problem.span,
            help: problem.help.as_deref(),
            refused: problem.refused,
        }
    }
}

/// Keeps one finding of each grant, the broadest and worst. Sorted findings stay sorted.
fn fold(rules: &Rules, findings: Vec<Finding>) -> Vec<Finding> {
    let rule_of: Vec<Option<&Rule>> = findings.iter().map(|finding| rules.get(&finding.rule)).collect();
    let mut keep = vec![true; findings.len()];
    let mut order: Vec<usize> = (0..findings.len()).collect();
    let rank = |at: usize| {
        let (Some(finding), Some(rule)) = (findings.get(at), rule_of.get(at)) else { return Default::default() };
        let severity = Severity::ALL.iter().position(|s| *s == finding.severity).unwrap_or(0);
        (rule.map(|rule| rule.breadth).unwrap_or_default(), severity, finding.confidence == Confidence::High)
    };
    // the stable sort leaves the first in report order ahead among equals
    order.sort_by_key(|at| std::cmp::Reverse(rank(*at)));
    let mut winners: FxHashMap<Span, usize> = FxHashMap::default();
    let mut also: Vec<Vec<SmolStr>> = vec![Vec::new(); findings.len()];
    let mut worst: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
    for at in order {
        let Some(finding) = findings.get(at) else { continue };
        let Some(grant) = finding.grant else { continue };
        let winner = *winners.entry(grant).or_insert(at);
        if winner == at {
            continue;
        }
        if let Some(kept) = keep.get_mut(at) {
            *kept = false;
        }
        // a grant is as bad as the worst that is surely in it
        if finding.confidence == Confidence::High
            && let Some(severity) = worst.get_mut(winner)
        {
            *severity = finding.severity.max(*severity);
        }
        if let Some(list) = also.get_mut(winner)
            && !list.contains(&finding.rule)
            && findings.get(winner).is_some_and(|winner| winner.rule != finding.rule)
        {
            list.push(finding.rule.clone());
        }
    }
    let mut out = Vec::with_capacity(findings.len());
    for (((mut finding, keep), mut also), worst) in findings.into_iter().zip(keep).zip(also).zip(worst) {
        if keep {
            finding.severity = worst;
            also.sort();
            finding.also = also;
            out.push(finding);
        }
    }
    out
}
