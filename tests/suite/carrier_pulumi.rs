//! Pulumi programs: what each way of writing a value comes to, and where it stands.

use std::fmt::Write as _;
use std::path::Path;

use overgrant::carrier::pulumi_program::Program;
use overgrant::carrier::pulumi_python;
use overgrant::carrier::{Format, ReadOptions, read_all};
use overgrant::lint::{self, Inputs, Selection};
use overgrant::model::Model;
use overgrant::source::{SourceMap, Span};
use overgrant::syntax::{Node, Value};
use overgrant::vault::dialect::Dialect;
use proptest::prelude::*;

fn program(text: &str) -> (SourceMap, Program) {
    let mut sources = SourceMap::new();
    let source = sources.add("app/__main__.py", text);
    sources.add("app/policies/app.hcl", "path \"kv/data/app\" { capabilities = [\"read\"] }\n");
    let program = pulumi_python::read(&sources, source);
    (sources, program)
}

/// A value as text: known parts as they are, unknown ones as `${reference}`.
pub(crate) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{:?}", text.display()),
        Value::Unknown(unknown) => format!("?{}", unknown.refs.join(",")),
        Value::Secret => "secret".to_owned(),
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let mut out = String::from("{");
            for entry in entries {
                let _ = write!(out, "{}: {}; ", entry.key.display(), shown(&entry.value));
            }
            out + "}"
        }
    }
}

/// The `policy` argument of the last record of a program whose last statement makes a
/// policy from `expression`.
fn policy(before: &str, expression: &str) -> String {
    let text = format!(
        "import json, os, textwrap\nfrom pathlib import Path\nimport pulumi\nfrom pulumi import Output\n\
         import pulumi_vault as vault\nimport pulumi_aws as aws\n{before}\n\
         vault.Policy('p', name='p', policy={expression})\n"
    );
    let (_, program) = program(&text);
    assert!(program.diagnostics.is_empty(), "{:?}\n{text}", program.diagnostics);
    let record = program.records.last().expect("a record");
    assert_eq!(record.kind, "vault_policy", "{text}");
    shown(record.body.get("policy").expect("a policy"))
}

#[test]
fn evaluates_the_ways_to_write_a_value() {
    let table = [
        (
            "def checked(document, stringify=False):\n    text = None\n    if not isinstance(document, str):\n        text = json.dumps(document)\n    if problems(text or document):\n        raise Exception()\n    return text if stringify and text else document",
            "checked({'a': 1}, stringify=True)",
            "{a: 1; }",
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass C:\n    path: str\n    cap: str = 'read'",
            "C('kv').path + C(path='x', cap='y').cap + C('').cap",
            "\"kvyread\"",
        ),
        (
            "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass C:\n    paths: list = dataclasses.field(default_factory=lambda: ['a'])",
            "C().paths",
            "[\"a\"]",
        ),
        (
            "from pydantic import BaseModel, Field\nclass B(BaseModel):\n    a: str = Field('x')\nclass C(B):\n    b: str = Field(default='y')",
            "C().a + C(a='z').a + C().b",
            "\"xzy\"",
        ),
        (
            "from typing import NamedTuple\nclass C(NamedTuple):\n    a: str\n    b: int = 2",
            "C('x')",
            "{a: \"x\"; b: 2; }",
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass C:\n    a: str\n    def __post_init__(self):\n        self.a = 'y'",
            "C('x').a",
            "?C('x').a",
        ),
        ("from enum import Enum\nclass E(str, Enum):\n    A = 'x'", "E.A + E.A.value", "\"xx\""),
        ("class C:\n    path = 'kv'\n    sub = path + '/a'", "C.sub", "\"kv/a\""),
        ("class C:\n    path = 'kv'\n    def __init__(self):\n        pass", "C().other", "?C().other"),
        ("s = set()\ns.add('a')\ns.update(['b'])", "list(s)", "[\"a\", \"b\"]"),
        ("s = ['a']\ns.remove('a')", "s", "?s.remove('a')"),
        ("text = json.dumps({'a': 1})", "json.loads(text)", "{a: 1; }"),
        ("", "'x' if isinstance([1], (dict, list)) else 'y'", "\"x\""),
        ("", "'x' if isinstance('a', dict | list) else 'y'", "\"y\""),
        ("", "f'{os.environ[\"A\"]}-x' or 'y'", r#""${os.environ[\"A\"]}-x""#),
        ("", "'a' \"b\" '''c'''", "\"abc\""),
        ("", r"'a\tb\\n'", r#""a\tb\\n""#),
        ("", r"r'a\tb'", r#""a\\tb""#),
        ("x = 'kv'", "f'path {x}/{{y}}'", "\"path kv/{y}\""),
        ("", "f'{unknown_name}/*'", "\"${unknown_name}/*\""),
        ("x = 3", "f'{x}{True}{x:02d}'", "\"3True${x}\""),
        ("m = vault.Mount('m', path='kv', type='kv')", "f'{m.path}/data'", "\"kv/data\""),
        ("m = vault.Mount('m', type='kv')", "f'{m.path}/data'", "\"${vault_mount.m.path}/data\""),
        ("", "'a' + 'b' + 'c'", "\"abc\""),
        ("", "'%s/%s' % ('a', 'b')", "\"a/b\""),
        ("", "'%(a)s-%d%%' % {'a': 'x'}", "\"x-${%}%\""),
        ("", "'{}/{0}/{name}'.format('a', name='b')", "\"a/a/b\""),
        ("", "'{a.b}-{{}}'.format(a=1)", "\"${a.b}-{}\""),
        ("", "'\\n'.join(['a', 'b'])", "\"a\\nb\""),
        ("", "'  a '.strip() + 'B'.lower()", "\"ab\""),
        ("", "'x-DEPLOY-y'.replace('DEPLOY', 'prod')", "\"x-prod-y\""),
        ("", "textwrap.dedent('''\\\n    a\n      b\n    ''')", "\"a\\n  b\\n\""),
        ("", "json.dumps({'a': [1, None, True]})", "{a: [1, null, true]; }"),
        ("", "'x' + json.dumps({'a': ['b', 1]})", "\"x{\\\"a\\\":[\\\"b\\\",1]}\""),
        ("", "json.loads('{\"a\": 1}')", "{a: 1; }"),
        ("", "Output.concat('a/', 'b')", "\"a/b\""),
        ("", "Output.format('{0}/{1}', 'a', 'b')", "\"a/b\""),
        ("", "Output.json_dumps({'a': 1})", "{a: 1; }"),
        ("", "Output.secret('s').apply(lambda s: s + '!')", "\"s!\""),
        ("", "pulumi.Output.all('a', 'b').apply(lambda args: f'{args[0]}{args[1]}')", "\"ab\""),
        ("", "pulumi.Output.all(x='a').apply(lambda args: args['x'])", "\"a\""),
        ("def f(args):\n    return args['x'] + '!'", "pulumi.Output.all(x='a').apply(f)", "\"a!\""),
        ("def f(a, b='d', *c, **e):\n    return f'{a}{b}{c[0]}{e[\"k\"]}'", "f('1', '2', '3', k='4')", "\"1234\""),
        ("def f(a, b='d'):\n    if a:\n        return b\n    return 'no'", "f(True)", "\"d\""),
        ("def f(a):\n    if a:\n        return 'x'\n    return 'y'", "f(pulumi.get_stack())", "?f(pulumi.get_stack())"),
        ("A = ['a', 'b']", "[f'{x}!' for x in A]", "[\"a!\", \"b!\"]"),
        ("A = ['a', 'b']", "[x for x in A if x != 'a']", "[\"b\"]"),
        ("A = {'a': 1}", "{k: str(v) for k, v in A.items()}", "{a: \"1\"; }"),
        ("", "[x for x in unknown()]", "[?x, ?*[x for x in unknown()]]"),
        ("A = {'a': 1}", "{**A, 'b': 2, 'a': 3}", "{b: 2; a: 3; }"),
        ("", "['a', *unknown()]", "[\"a\", ?*unknown()]"),
        ("A = ['a']\nA.append('b')\nA += ['c']", "A", "[\"a\", \"b\", \"c\"]"),
        ("A = {}\nA['k'] = 'v'\nA.update({'l': 'w'})", "A", "{k: \"v\"; l: \"w\"; }"),
        ("import pulumi as p\nif p.get_stack() == 'x':\n    A = 'a'\nelse:\n    A = 'b'", "A", "?A"),
        ("if 'x' == 'x':\n    A = 'a'\nelse:\n    A = 'b'", "A", "\"a\""),
        ("a, (b, c) = ['1', ['2', '3']]", "a + b + c", "\"123\""),
        ("c = pulumi.Config()", "c.require('x')", "?c.require('x')"),
        ("", "'a' if pulumi.get_stack() else 'b'", "?'a' if pulumi.get_stack() else 'b'"),
        (
            "",
            "Path(__file__).parent.joinpath('policies/app.hcl').read_text()",
            "\"path \\\"kv/data/app\\\" { capabilities = [\\\"read\\\"] }\\n\"",
        ),
        (
            "with open('policies/app.hcl') as f:\n    text = f.read()",
            "text.strip()",
            "\"path \\\"kv/data/app\\\" { capabilities = [\\\"read\\\"] }\"",
        ),
        ("", "Path('policies') / 'none.hcl'", "\"policies/none.hcl\""),
        ("", "(Path('policies') / 'none.hcl').read_text()", "?(Path('policies') / 'none.hcl').read_text()"),
        (
            "d = vault.get_policy_document(rules=[{'path': 'kv/*', 'capabilities': ['read']}])",
            "d.hcl",
            "\"path \\\"kv/*\\\" {\\n  capabilities = [\\\"read\\\"]\\n}\\n\"",
        ),
        (
            "d = aws.iam.get_policy_document(statements=[aws.iam.GetPolicyDocumentStatementArgs(actions=['s3:*'], resources=['*'])])",
            "d.json",
            "{Version: \"2012-10-17\"; Statement: [{Effect: \"Allow\"; Action: [\"s3:*\"]; Resource: [\"*\"]; }]; }",
        ),
    ];
    for (before, expression, expected) in table {
        assert_eq!(policy(before, expression), expected, "{before}\n{expression}");
    }
}

/// Address and kind of every record.
fn addresses(text: &str) -> Vec<String> {
    let (_, program) = program(text);
    assert!(program.diagnostics.is_empty(), "{:?}", program.diagnostics);
    program.records.iter().map(|record| record.address.to_string()).collect()
}

#[test]
fn finds_resources_through_every_import_form_and_place() {
    let table: &[(&str, &[&str])] = &[
        ("import pulumi_vault\npulumi_vault.jwt.AuthBackend('a')", &["vault_jwt_auth_backend.a"]),
        ("import pulumi_vault as v\nv.Policy('a', policy='')", &["vault_policy.a"]),
        ("from pulumi_vault import jwt\njwt.AuthBackend('a')", &["vault_jwt_auth_backend.a"]),
        ("from pulumi_vault.jwt import AuthBackend as J\nJ('a')", &["vault_jwt_auth_backend.a"]),
        ("import pulumi_aws.iam as iam\niam.Role('a', iam.RoleArgs(assume_role_policy='x'))", &["aws_iam_role.a"]),
        ("from pulumi_aws import iam\nx = iam.Role(resource_name='a')", &["aws_iam_role.a"]),
        (
            "import pulumi_vault as v\nfor n in ['a', 'b']:\n    v.Policy(n, policy='')",
            &["vault_policy.a", "vault_policy.b"],
        ),
        ("import pulumi_vault as v\nfor n in names():\n    v.Policy(f'x-{n}', policy='')", &["vault_policy.x-${n}"]),
        (
            "import pulumi_vault as v\ndef make(n):\n    return v.Policy(n)\nmake('a')\nmake('a')",
            &["vault_policy.a", "vault_policy.a#2"],
        ),
        ("import pulumi_vault as v\ndef never(n):\n    v.Policy(n)", &["vault_policy.${n}"]),
        (
            "import pulumi, pulumi_vault as v\nclass App(pulumi.ComponentResource):\n  def __init__(self, name):\n    self.p = v.Policy(name, name='q')\n    v.Token('t', policies=[self.p.name])\nApp('a')",
            &["vault_policy.a", "vault_token.t"],
        ),
        (
            "import pulumi_vault as v\ntry:\n    v.Policy('a')\nexcept Exception:\n    v.Policy('b')",
            &["vault_policy.a", "vault_policy.b"],
        ),
        (
            "import pulumi_vault as v\npolicies = [v.Policy(n) for n in ('a', 'b')]",
            &["vault_policy.a", "vault_policy.b"],
        ),
        ("import pulumi_vault as v\nif __name__ == '__main__':\n    v.Policy('a')", &["vault_policy.a"]),
        ("import pulumi_aws as aws\naws.iam.Role.get('a', 'id')", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(addresses(text), *expected, "{text}");
    }
}

#[test]
fn what_may_not_be_made_says_on_what_it_depends() {
    let (_, program) = program(
        "import pulumi, pulumi_vault as v\nif pulumi.get_stack() == 'prod':\n    v.Policy('a')\nelse:\n    v.Policy('b')\nv.Policy('c')",
    );
    let conditions: Vec<_> = program.records.iter().map(|r| r.condition.as_ref().map(|c| c.refs.join(","))).collect();
    let test = Some("pulumi.get_stack() == 'prod'".to_owned());
    assert_eq!(conditions, [test.clone(), test, None]);
}

#[test]
fn asks_for_files_beside_the_program() {
    let (_, program) = program(
        "import pulumi_vault as v\nfrom pathlib import Path\nv.Policy('a', policy=Path('x/../p.hcl').read_text())\nv.Policy('b', policy=open('/etc/passwd').read())",
    );
    assert_eq!(program.wants, ["app/p.hcl"]);
}

/// The texts that spans cover in a policy document made by a lambda.
#[test]
fn spans_point_into_the_program() {
    let text = "import json\nimport pulumi_aws as aws\nb = aws.s3.Bucket('b')\n\
        aws.iam.Policy('p', name='p', policy=b.arn.apply(lambda arn: json.dumps({\n  'Statement': [{'Action': 's3:*', 'Resource': [arn, f\"{arn}/\\x2a\"]}]})))\n";
    let (sources, program) = program(text);
    let policy = program.records.last().unwrap().body.get("policy").unwrap();
    let statement = &policy.get("Statement").unwrap().as_list().unwrap()[0];
    assert_eq!(sources.slice(statement.get("Action").unwrap().span), "'s3:*'");
    assert_eq!(sources.slice(statement.entry("Resource").unwrap().key_span), "'Resource'");
    let resources = statement.get("Resource").unwrap().as_list().unwrap();
    assert_eq!(sources.slice(resources[0].span), "arn");
    assert_eq!(sources.slice(resources[1].span), "f\"{arn}/\\x2a\"");
    let pattern = resources[1].as_text().unwrap();
    let at = pattern.raw().find('*').unwrap();
    assert_eq!(sources.slice(pattern.span_of(resources[1].span, at, at + 1)), "\\x2a");
    assert_eq!(pattern.display(), "${aws_s3_bucket.b.arn}/*");
}

/// Line and rule of everything found in a program under `fixtures/pulumi`.
fn findings(name: &str, rules: &[&str]) -> Vec<(u32, String)> {
    findings_of(&format!("fixtures/pulumi/{name}/__main__.py"), Format::PulumiPython, rules)
}

/// Line and rule of everything found in a program.
pub(crate) fn findings_of(path: &str, format: Format, rules: &[&str]) -> Vec<(u32, String)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut sources = SourceMap::new();
    let source = sources.add(path, text);
    let carried = read_all(&sources, &[(source, format)], &ReadOptions::default());
    assert!(carried.diagnostics.is_empty(), "{:?}", carried.diagnostics);
    let model = Model::build(carried.declarations, &sources);
    let dialect = Dialect::default();
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect };
    let selection = Selection { select: rules.iter().map(ToString::to_string).collect(), ..Selection::default() };
    let report = lint::run(&inputs, lint::builtin(), &selection);
    let line = |span: Span| sources.positions(span).unwrap().0.line;
    report.findings.iter().map(|finding| (line(finding.span), finding.rule.to_string())).collect()
}

#[test]
fn finds_what_stops_the_demonstration_programs() {
    let rules = [
        "cross/*",
        "aws/kms-decrypt-without-datakey",
        "aws/kms-no-rotation",
        "aws/s3-no-tls-policy",
        "aws/service-star",
        "vault/aws-ec2-weak",
        "vault/list-only-wildcard",
        "vault/exclusive-policies",
        "vault/id-of-wrong-type",
        "vault/jwt-*",
        "vault/placeholder-value",
        "vault/secret-before-mount",
        "vault/token-role-unbounded",
    ];
    let table: &[(&str, &[(u32, &str)])] = &[
        (
            "registry",
            &[
                (8, "cross/provider-credential-literal"),
                (19, "vault/list-only-wildcard"),
                (25, "cross/pulumi-unknown-class"),
                (25, "vault/token-role-unbounded"),
                (27, "cross/pulumi-unknown-argument"),
                (28, "cross/pulumi-unknown-argument"),
            ],
        ),
        (
            "secrets",
            &[
                (7, "cross/provider-credential-literal"),
                (13, "cross/pulumi-unknown-argument"),
                (18, "vault/secret-before-mount"),
                (19, "cross/secret-in-clear"),
                (20, "cross/pulumi-unknown-argument"),
            ],
        ),
        (
            "workload",
            &[
                (5, "vault/jwt-config-keys"),
                (5, "vault/jwt-no-bound-issuer"),
                (7, "vault/jwt-oidc-no-redirect"),
                (12, "vault/jwt-no-claims"),
                (12, "vault/placeholder-value"),
            ],
        ),
        (
            "fleet",
            &[
                (22, "vault/aws-ec2-weak"),
                (23, "cross/pulumi-unknown-argument"),
                (28, "vault/exclusive-policies"),
                (28, "cross/pulumi-unknown-argument"),
                (28, "vault/id-of-wrong-type"),
            ],
        ),
        (
            "reports",
            &[
                (5, "aws/kms-no-rotation"),
                (7, "aws/s3-no-tls-policy"),
                (12, "cross/pulumi-unbound-name"),
                (26, "cross/pulumi-unbound-name"),
                (31, "aws/service-star"),
                (36, "aws/kms-decrypt-without-datakey"),
            ],
        ),
    ];
    for (name, expected) in table {
        let expected: Vec<_> = expected.iter().map(|(line, rule)| (*line, (*rule).to_owned())).collect();
        assert_eq!(findings(name, &rules), expected, "{name}");
    }
}

/// Pieces of programs, put together at random.
const PIECES: &[&str] = &[
    "import pulumi_vault as vault\n",
    "vault.Policy('a', policy=",
    "f\"{x}\"",
    "lambda a: ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'%s' % ",
    "'{}'.format(",
    "\n",
    "    ",
    "def f(x):\n    return x\n",
    "f(",
    "x = ",
    "x",
    "for x in ",
    ":\n",
    "if ",
    "else",
    " + ",
    "*",
    "**",
    ",",
    ".apply(",
    "json.dumps(",
    "'''",
    "\"",
    "\\",
    "é",
    "1",
    "class C:\n",
    "self.",
    "return ",
    "while x:\n",
    "try:\n",
    "except:\n",
    "with open('a') as f:\n",
    "await ",
    "not ",
    "-",
    "\t",
    "\u{feff}",
    "\r",
];

proptest! {
    #![proptest_config(crate::property::config(400))]

    #[test]
    fn survives_any_program(indices in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let mut text = String::from("import pulumi_vault as vault\n");
        text.extend(indices.iter().map(|i| PIECES[*i]));
        let (sources, program) = program(&text);
        for record in &program.records {
            prop_assert!(sources.text(record.span.source).get(record.span.range()).is_some());
        }
    }
}

#[test]
fn survives_deep_and_endless_programs() {
    let deep = |open: &str, inner: &str, close: &str, n: usize| {
        format!("import pulumi_vault as v\nv.Policy('a', policy={}{inner}{})\n", open.repeat(n), close.repeat(n))
    };
    let programs = [
        deep("(", "1", ")", 20_000),
        deep("[", "", "]", 20_000),
        deep("not ", "1", "", 50_000),
        deep("-", "1", "", 100_000),
        deep("lambda: ", "1", "", 20_000),
        deep("'a' + ", "'b'", "", 20_000),
        deep("x if y else ", "z", "", 20_000),
        deep("f'{", "1", "}'", 200),
        "import pulumi_vault\ndef f(x):\n    return f(x) + f(x)\nf(1)\n".to_owned(),
        "import pulumi_vault\nx = ['a']\n".to_owned() + &"x = x + x\n".repeat(64),
        "import pulumi_vault\nx = {'a': 1}\n".to_owned() + &"x = {'a': x, 'b': x}\n".repeat(64),
        "import pulumi_vault\n".to_owned() + &"for a in range(60):\n".chars().collect::<String>() + " f = lambda: f()\n f()\n",
        "import pulumi_vault as v\ndef f():\n  for a in range(60):\n    for b in range(60):\n      for c in range(60):\n        for d in range(60):\n          v.Policy('a')\nf()\n".to_owned(),
    ];
    for text in programs {
        let _ = program(&text);
    }
}

/// Policies of the programs among some files, each with its name and text, and the file
/// that the text stands in.
fn policies_of(files: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let mut sources = SourceMap::new();
    let ids: Vec<_> = files.iter().map(|(name, text)| (sources.add(*name, *text), *name)).collect();
    let inputs: Vec<_> = ids
        .iter()
        .filter(|(id, _)| sources.text(*id).contains("pulumi"))
        .map(|(id, _)| (*id, Format::PulumiPython))
        .collect();
    let carried = read_all(&sources, &inputs, &ReadOptions::default());
    assert_eq!(carried.diagnostics, []);
    let told = |record: &overgrant::carrier::record::Record| {
        let text = record.body.get("policy").expect("a policy");
        let name = record.body.get("name").map(shown).unwrap_or_default();
        (name, shown(text), sources.name(text.span.source).to_owned())
    };
    carried.records.iter().filter(|record| record.kind == "vault_policy").map(told).collect()
}

#[test]
fn other_files_of_the_program_are_imported() {
    let texts = "READ = '''path \"kv/a\" { capabilities = [\"read\"] }'''\n_HIDDEN = 'x'\n\
                 def rule(path, capability='list'):\n    return f'path \"{path}\" {{ capabilities = [\"{capability}\"] }}'\n";
    let list = "\"path \\\"kv/b\\\" { capabilities = [\\\"list\\\"] }\"";
    let read = "\"path \\\"kv/a\\\" { capabilities = [\\\"read\\\"] }\"";
    let program = |imports: &str, expression: &str| {
        format!("import pulumi_vault as vault\n{imports}\nvault.Policy('p', name='p', policy={expression})\n")
    };
    let table = [
        ("from texts import READ", "READ", read, "app/texts.py"),
        ("from texts import READ as R, rule", "R", read, "app/texts.py"),
        ("import texts", "texts.READ", read, "app/texts.py"),
        ("import texts as t", "t.rule('kv/b')", list, "app/__main__.py"),
        ("from texts import rule", "rule('kv/b')", list, "app/__main__.py"),
        ("from texts import *", "rule('kv/b')", list, "app/__main__.py"),
        ("from lib import texts", "texts.READ", read, "app/lib/texts.py"),
        ("from lib.texts import READ", "READ", read, "app/lib/texts.py"),
        ("import lib.texts", "lib.texts.READ", "?lib.texts.READ", "app/__main__.py"),
        ("from lib import again", "again", read, "app/lib/texts.py"),
        ("from .texts import READ", "READ", read, "app/texts.py"),
        ("from missing import READ", "READ", "?READ", "app/__main__.py"),
        ("from loop import READ", "READ", read, "app/texts.py"),
        ("from app.lib.texts import READ", "READ", read, "app/lib/texts.py"),
        ("from app.lib import texts", "texts.READ", read, "app/lib/texts.py"),
        ("from other.lib.texts import READ", "READ", "?READ", "app/__main__.py"),
    ];
    for (imports, expression, policy, place) in table {
        let main = program(imports, expression);
        let files = [
            ("app/__main__.py", main.as_str()),
            ("app/texts.py", texts),
            ("app/lib/__init__.py", "from .texts import READ as again\n"),
            ("app/lib/texts.py", texts),
            ("app/loop.py", "import loop\nfrom texts import READ\n"),
        ];
        let found = policies_of(&files);
        let [(_, text, file)] = found.as_slice() else { panic!("{imports}: {found:?}") };
        if !policy.starts_with('?') {
            assert_eq!(text, policy, "{imports}");
        }
        assert!(file == place || text.contains("list"), "{imports}: {file}");
    }
}

#[test]
fn what_a_function_makes_is_read_once_with_what_it_is_given() {
    let helper = "import pulumi_vault as vault\n\
                  vault.Policy('own', name='own', policy='path \"x\" {}')\n\
                  def policy(name):\n    vault.Policy(name, name=name, policy=f'path \"kv/{name}\" {{}}')\n\
                  def spare(name):\n    vault.Policy('spare', name='spare', policy='path \"y\" {}')\n";
    let main = "import pulumi_vault as vault\nfrom helper import policy\npolicy('a')\npolicy('b')\n";
    let found = policies_of(&[("app/__main__.py", main), ("app/helper.py", helper)]);
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["\"a\"", "\"b\"", "\"own\"", "\"spare\""]);
    assert_eq!(found[0].1, "\"path \\\"kv/a\\\" {}\"");
}

#[cfg(not(feature = "typescript"))]
#[test]
fn a_program_for_node_is_said_not_to_be_read() {
    let package: (&str, &[u8]) = ("app/package.json", br#"{"dependencies": {"@pulumi/vault": "7.0.0"}}"#);
    let program: (&str, &[u8]) = ("app/index.ts", b"import * as vault from \"@pulumi/vault\";\n");
    let policy: (&str, &[u8]) = ("p.hcl", b"path \"kv/data/app\" { capabilities = [\"read\"] }\n");
    let dir = crate::cli::directory(&[package, program, policy]);
    let beside = crate::cli::overgrant(dir.path(), &["check", "."]);
    assert_eq!(beside.status, 0, "{}", beside.stderr);
    let told = format!("{}{}", beside.stdout, beside.stderr);
    assert!(told.contains("app/package.json") && told.contains("which is not read"), "{told}");
    let alone = crate::cli::overgrant(dir.path(), &["check", "app/index.ts"]);
    assert_eq!(alone.status, 2);
    assert!(format!("{}{}", alone.stdout, alone.stderr).contains("pulumi preview --json"));
}

#[test]
fn helpers_beside_a_program_are_found_on_disk() {
    let helper: (&str, &[u8]) =
        ("app/texts.py", b"ALL = 'path \"*\" { capabilities = [\"sudo\", \"read\", \"update\"] }'\n");
    let program: (&str, &[u8]) = (
        "app/__main__.py",
        b"import pulumi_vault as vault\nimport texts\nvault.Policy('p', name='p', policy=texts.ALL)\n",
    );
    let dir = crate::cli::directory(&[helper, program]);
    for path in [".", "app/__main__.py"] {
        let run = crate::cli::overgrant(dir.path(), &["check", path, "--format", "json"]);
        assert!(run.stdout.contains("app/texts.py"), "{path}: {}{}", run.stdout, run.stderr);
    }
}
