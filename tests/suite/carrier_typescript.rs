//! Pulumi programs in TypeScript: what each way of writing a value comes to, and where it
//! stands.

use overgrant::carrier::pulumi_program::Program;
use overgrant::carrier::pulumi_typescript;
use overgrant::carrier::{Format, ReadOptions, read_all};
use overgrant::source::{SourceMap, Span};
use overgrant::syntax::Node;
use proptest::prelude::*;

use crate::carrier_pulumi::{findings_of, shown};

/// Files beside each program.
const FILES: &[(&str, &str)] = &[
    ("app/policies/app.hcl", "path \"kv/data/app\" { capabilities = [\"read\"] }\n"),
    ("app/policy.json", "{\"Statement\": [{\"Action\": \"s3:*\"}]}"),
    (
        "app/texts.ts",
        "export const READ = 'r';\nexport default 'd';\nexport function rule(p: string, c = 'list') { return `${p}:${c}`; }\nexport { inner as again } from './lib';\nexport * from './more';\n",
    ),
    ("app/lib/index.ts", "export const inner = 'i';\n"),
    ("app/more.js", "module.exports = { more: 'm', make: (n) => n + '!' };\n"),
    ("app/one.js", "exports.one = '1';\n"),
    (
        "app/lib/file.ts",
        "import { readFileSync } from 'fs';\nexport const read = (p: string) => readFileSync(p, 'utf8');\nexport const own = () => readFileSync(`${__dirname}/own.hcl`, 'utf8');\n",
    ),
    ("app/lib/own.hcl", "own"),
    ("above.hcl", "above"),
    ("app/whole.ts", "const whole = { a: 'w' };\nexport = whole;\n"),
];

fn program_named(name: &str, text: &str) -> (SourceMap, Program) {
    let mut sources = SourceMap::new();
    let source = sources.add(name, text);
    for (name, text) in FILES {
        sources.add(*name, *text);
    }
    let program = pulumi_typescript::read(&sources, source);
    (sources, program)
}

fn program(text: &str) -> (SourceMap, Program) {
    program_named("app/index.ts", text)
}

/// The `policy` argument of the last record of a program whose last statement makes a
/// policy from `expression`.
fn policy(before: &str, expression: &str) -> String {
    let text = format!(
        "import * as pulumi from \"@pulumi/pulumi\";\nimport * as vault from \"@pulumi/vault\";\n\
         import * as aws from \"@pulumi/aws\";\nimport * as fs from 'fs';\nimport * as path from \"node:path\";\n{before}\n\
         new vault.Policy('p', {{ name: 'p', policy: {expression} }});\n"
    );
    let (_, program) = program(&text);
    assert!(program.diagnostics.is_empty(), "{:?}\n{text}", program.diagnostics);
    let record = program.records.last().expect("a record");
    assert_eq!(record.kind, "vault_policy", "{text}");
    record.body.get("policy").map_or("absent".to_owned(), shown)
}

#[test]
fn evaluates_the_ways_to_write_a_value() {
    let table = [
        ("", "'a\\tb\\u0041\\x42\\u{43}'", "\"a\\tbABC\""),
        ("", "`a\\n${'b'}`", "\"a\\nb\""),
        ("const x = 'kv';", "`path ${x}/{y}`", "\"path kv/{y}\""),
        ("", "`${unknownName}/*`", "\"${unknownName}/*\""),
        ("const n = 3;", "`${n}${true}${n + 1}`", "\"3true4\""),
        ("", "'a' + 'b' + 1", "\"ab1\""),
        ("const m = new vault.Mount('m', { path: 'kv', type: 'kv' });", "`${m.path}/data`", "\"kv/data\""),
        (
            "const m = new vault.Mount('m', { type: 'kv' });",
            "pulumi.interpolate`${m.path}/data`",
            "\"${vault_mount.m.path}/data\"",
        ),
        ("const m = new vault.Mount('m', { type: 'kv' });", "m.id.apply(id => `${id}!`)", "\"${vault_mount.m.id}!\""),
        ("", "pulumi.concat('a/', 'b')", "\"a/b\""),
        ("", "JSON.stringify({ a: [1, null, true] })", "{a: [1, null, true]; }"),
        ("", "JSON.stringify({ a: 1 }, null, 2)", "{a: 1; }"),
        ("", "pulumi.jsonStringify({ a: 1 })", "{a: 1; }"),
        ("", "'x' + JSON.stringify({ a: ['b', 1] })", "\"x{\\\"a\\\":[\\\"b\\\",1]}\""),
        ("", "JSON.parse('{\"a\": 1}')", "{a: 1; }"),
        ("", "pulumi.output('s').apply(s => s + '!')", "\"s!\""),
        ("", "pulumi.output({ a: 1 }).apply(JSON.stringify)", "{a: 1; }"),
        ("", "pulumi.all(['a', 'b']).apply(([x, y]) => `${x}${y}`)", "\"ab\""),
        ("", "pulumi.all({ x: 'a' }).apply(({ x, y = 'd' }) => x + y)", "\"ad\""),
        ("function f(args: any) { return args.x + '!'; }", "pulumi.all({ x: 'a' }).apply(f)", "\"a!\""),
        ("const f = (a: string, b = 'd', ...c: string[]) => `${a}${b}${c[0]}`;", "f('1', undefined, '3')", "\"1d3\""),
        ("const f = ({ a, b: [c] }: any) => a + c;", "f({ a: '1', b: ['2'] })", "\"12\""),
        ("function f(a: any) { if (a) { return 'x'; } return 'y'; }", "f(true)", "\"x\""),
        ("function f(a: any) { if (a) { return 'x'; } return 'y'; }", "f(pulumi.getStack())", "?f(pulumi.getStack())"),
        ("const A = ['a', 'b'];", "A.map(x => `${x}!`)", "[\"a!\", \"b!\"]"),
        ("const A = ['a', 'b'];", "A.map((x, i) => x + i)", "[\"a0\", \"b1\"]"),
        ("const A = ['a', 'b'];", "A.filter(x => x !== 'a')", "[\"b\"]"),
        ("const A = ['a', 'b'];", "A.find(x => x === 'b')", "\"b\""),
        ("const A = ['a', 'b'];", "A.reduce((all, x) => all + x, '')", "\"ab\""),
        ("const A = [['a'], ['b']];", "A.flatMap(x => x)", "[\"a\", \"b\"]"),
        ("const A = ['a'];", "A.concat(['b'], 'c').join('-')", "\"a-b-c\""),
        ("const A = ['a'];\nA.push('b');", "A", "[\"a\", \"b\"]"),
        (
            "const A: any = { k: ['a'] };\nA.k.push('b');\nA.l = 'w';\nA['m'] = 1;",
            "A",
            "{k: [\"a\", \"b\"]; l: \"w\"; m: 1; }",
        ),
        ("const A = [];\nfor (const x of ['a', 'b']) { A.push(x); }", "A", "[\"a\", \"b\"]"),
        ("let s = '';\nfor (let i = 0; i < 3; i++) { s += i; }", "s", "\"012\""),
        ("let s = '';\nfor (const k in { a: 1, b: 2 }) { s += k; }", "s", "\"ab\""),
        ("let s = '';\nfor (const [k, v] of Object.entries({ a: 1, b: 2 })) { s += k + v; }", "s", "\"a1b2\""),
        ("let s = '';\n['a', 'b'].forEach(x => { s += x; });", "s", "\"ab\""),
        ("", "Object.fromEntries(['a', 'b'].map(k => [k, k + '!']))", "{a: \"a!\"; b: \"b!\"; }"),
        ("", "Object.assign({}, { a: 1 }, { b: 2 })", "{a: 1; b: 2; }"),
        ("", "Object.keys({ a: 1 }).concat(Object.values({ b: 'x' }))", "[\"a\", \"x\"]"),
        ("const A = { a: 1 };", "{ ...A, b: 2, ['c' + 'd']: 3 }", "{a: 1; b: 2; cd: 3; }"),
        ("const a = 1;", "{ a }", "{a: 1; }"),
        ("", "['a', ...unknown()]", "[\"a\", ?*unknown()]"),
        ("", "unknown().map((x: any) => x.y)", "[?x.y, ?*unknown().map((x: any) => x.y)]"),
        ("let A;\nif (pulumi.getStack() === 'x') { A = 'a'; } else { A = 'b'; }", "A", "?A"),
        ("let A = 'z';\nif ('x' === 'x') { A = 'a'; } else { A = 'b'; }", "A", "\"a\""),
        ("const A = 'a';\n{ const A = 'b'; }", "A", "\"a\""),
        ("let A;\nswitch ('b') { case 'a': A = '1'; break; case 'b': A = '2'; break; }", "A", "\"2\""),
        ("const { a, ...rest } = { a: 1, b: 2 };", "rest", "{b: 2; }"),
        ("let [a, , b = 'c'] = ['1', '2'];", "a + b", "\"1c\""),
        ("const c = new pulumi.Config();", "c.require('x')", "?c.require('x')"),
        ("", "process.env.X", "?process.env.X"),
        ("", "process.env.X ?? 'a'", "?process.env.X ?? 'a'"),
        ("", "undefined ?? 'a'", "\"a\""),
        ("", "'' || 'a'", "\"a\""),
        ("", "true && 'a'", "\"a\""),
        ("", "pulumi.getStack() ? 'a' : 'b'", "?pulumi.getStack() ? 'a' : 'b'"),
        ("", "(<any>'a' as string)!.trim()", "\"a\""),
        ("", "('a' as const) satisfies string", "\"a\""),
        ("enum E { A = 'x', B = 'y' }", "E.B", "\"y\""),
        ("enum E { A, B }", "E.B", "1"),
        ("namespace N { export const a = 'n'; }", "N.a", "\"n\""),
        ("", "'  a '.trim() + 'B'.toLowerCase()", "\"ab\""),
        ("", "'x-D-D'.replace('D', 'p')", "\"x-p-D\""),
        ("", "'x-D-D'.replace(/D/g, 'p')", "\"x-p-p\""),
        ("import dedent from 'dedent';\nconst x = 'b';", "dedent`a${x}`", "\"ab\""),
        ("", "'a,b'.split(',')", "[\"a\", \"b\"]"),
        ("", "'abc'.substring(1)", "\"bc\""),
        (
            "",
            "fs.readFileSync(path.join(__dirname, 'policies', 'app.hcl'), 'utf8').trim()",
            "\"path \\\"kv/data/app\\\" { capabilities = [\\\"read\\\"] }\"",
        ),
        (
            "",
            "fs.readFileSync('policies/app.hcl').toString().trim()",
            "\"path \\\"kv/data/app\\\" { capabilities = [\\\"read\\\"] }\"",
        ),
        (
            "import { read, own } from './lib/file';",
            "own() + read('above.hcl') + read('./policies/app.hcl').length",
            "\"ownabove47\"",
        ),
        ("import doc from './policy.json';", "JSON.stringify(doc)", "{Statement: [{Action: \"s3:*\"; }]; }"),
        ("import { READ, rule } from './texts';", "rule(READ)", "\"r:list\""),
        ("import def, * as t from './texts';", "def + t.READ + t.again + t.more", "\"drim\""),
        ("const t = require('./texts');", "t.rule('x', 'y')", "\"x:y\""),
        ("const { make } = require('./more');", "make('x')", "\"x!\""),
        ("import { one } from './one.js';", "one", "\"1\""),
        ("import whole = require('./whole');", "whole.a", "\"w\""),
        ("import { inner } from './lib';", "inner", "\"i\""),
        ("import { missing } from './none';", "missing", "?./none.missing"),
        (
            "class A { x = 'f'; constructor(private y: string) {} get() { return this.x + this.y; } static z = 's'; }",
            "new A('g').get() + A.z",
            "\"fgs\"",
        ),
        (
            "class A { v: string; constructor(v: string) { this.v = v; } }\nclass B extends A { constructor() { super('b'); } }",
            "new B().v",
            "\"b\"",
        ),
        ("const o = { f: (x: string) => x + '!', a: 'q' };", "o.f(o.a)", "\"q!\""),
        ("const f = async () => 'a';", "await f()", "\"a\""),
        ("", "(() => 'i')()", "\"i\""),
        (
            "const d = aws.iam.getPolicyDocumentOutput({ statements: [{ actions: ['s3:*'], notResources: ['*'] }] });",
            "d.json",
            "{Version: \"2012-10-17\"; Statement: [{Effect: \"Allow\"; Action: [\"s3:*\"]; NotResource: [\"*\"]; }]; }",
        ),
        (
            "const d = aws.iam.getPolicyDocument({ statements: [{ actions: ['s3:*'], resources: ['*'] }] });",
            "d.then(d => d.json)",
            "{Version: \"2012-10-17\"; Statement: [{Effect: \"Allow\"; Action: [\"s3:*\"]; Resource: [\"*\"]; }]; }",
        ),
        (
            "const d = vault.getPolicyDocument({ rules: [{ path: 'kv/*', capabilities: ['read'] }] });",
            "d.then(d => d.hcl)",
            "\"path \\\"kv/*\\\" {\\n  capabilities = [\\\"read\\\"]\\n}\\n\"",
        ),
        (
            "",
            "aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole",
            "\"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole\"",
        ),
    ];
    for (before, expression, expected) in table {
        assert_eq!(policy(before, expression), expected, "{before}\n{expression}");
    }
}

/// Address of every record.
fn addresses(text: &str) -> Vec<String> {
    let (_, program) = program(text);
    assert!(program.diagnostics.is_empty(), "{:?}", program.diagnostics);
    program.records.iter().map(|record| record.address.to_string()).collect()
}

#[test]
fn finds_resources_through_every_import_form_and_place() {
    let v = "import * as v from '@pulumi/vault';\n";
    let table: &[(&str, &[&str])] = &[
        ("import * as vault from '@pulumi/vault';\nnew vault.jwt.AuthBackend('a');", &["vault_jwt_auth_backend.a"]),
        (
            "import vault from '@pulumi/vault';\nnew vault.appRole.AuthBackendRole('a', {});",
            &["vault_approle_auth_backend_role.a"],
        ),
        ("import { jwt } from '@pulumi/vault';\nnew jwt.AuthBackend('a');", &["vault_jwt_auth_backend.a"]),
        ("import { AuthBackend as J } from '@pulumi/vault/jwt';\nnew J('a');", &["vault_jwt_auth_backend.a"]),
        (
            "import { Role } from '@pulumi/aws/iam/role';\nnew Role('a', { assumeRolePolicy: 'x' });",
            &["aws_iam_role.a"],
        ),
        ("const aws = require('@pulumi/aws');\nconst x = new aws.iam.Role('a');", &["aws_iam_role.a"]),
        ("const { iam } = require(\"@pulumi/aws\");\nnew iam.Role('a');", &["aws_iam_role.a"]),
        ("import aws = require('@pulumi/aws');\nnew aws.lambda.Function('a', {});", &["aws_lambda_function.a"]),
        (
            "import * as v from '@pulumi/vault';\nfor (const n of ['a', 'b']) new v.Policy(n, {});",
            &["vault_policy.a", "vault_policy.b"],
        ),
        (
            "import * as v from '@pulumi/vault';\nfor (const n of names()) { new v.Policy(`x-${n}`, {}); }",
            &["vault_policy.x-${n}"],
        ),
        (
            "import * as v from '@pulumi/vault';\nconst make = (n: string) => new v.Policy(n, {});\nmake('a');\nmake('a');",
            &["vault_policy.a", "vault_policy.a#2"],
        ),
        (
            "import * as v from '@pulumi/vault';\nfunction never(n: string) { new v.Policy(n, {}); }",
            &["vault_policy.${n}"],
        ),
        (
            "import * as v from '@pulumi/vault';\nexport const make = ({ n }: any) => new v.Policy(n, {});",
            &["vault_policy.${n}"],
        ),
        (
            "import * as v from '@pulumi/vault';\nimport * as pulumi from '@pulumi/pulumi';\nclass App extends pulumi.ComponentResource {\n  readonly p: v.Policy;\n  constructor(name: string) {\n    super('a:b', name);\n    this.p = new v.Policy(name, { name: 'q' }, { parent: this });\n    new v.Token('t', { policies: [this.p.name] });\n  }\n}\nnew App('a');",
            &["vault_policy.a", "vault_token.t"],
        ),
        (
            "import * as v from '@pulumi/vault';\nexport class App {\n  constructor(name: string) { this.make(name); }\n  make(n: string) { new v.Policy(n, {}); }\n}",
            &["vault_policy.${name}"],
        ),
        (
            "import * as v from '@pulumi/vault';\ntry { new v.Policy('a', {}); } catch (e) { new v.Policy('b', {}); }",
            &["vault_policy.a", "vault_policy.b"],
        ),
        (
            "import * as v from '@pulumi/vault';\nconst all = ['a', 'b'].map(n => new v.Policy(n, {}));",
            &["vault_policy.a", "vault_policy.b"],
        ),
        ("import * as v from '@pulumi/vault';\nexport = async () => { new v.Policy('a', {}); };", &["vault_policy.a"]),
        (
            "import * as v from '@pulumi/vault';\nexport default async function main() { new v.Policy('a', {}); }",
            &["vault_policy.a"],
        ),
        (
            "import * as v from '@pulumi/vault';\nmodule.exports = async () => { new v.Policy('a', {}); };",
            &["vault_policy.a"],
        ),
        ("import * as v from '@pulumi/vault';\n(async () => { new v.Policy('a', {}); })();", &["vault_policy.a"]),
        (
            "import * as v from '@pulumi/vault';\nexport const p = new v.Policy('a', {}), q = p.name;",
            &["vault_policy.a"],
        ),
        (
            "import * as v from '@pulumi/vault';\nconst p = process.env.X ? new v.Policy('a', {}) : undefined;",
            &["vault_policy.a"],
        ),
        (
            "import * as aws from '@pulumi/aws';\naws.iam.Role.get('a', 'id');\nnew aws.sdk.EC2();\nnew aws.lambda.CallbackFunction('f', {});",
            &[],
        ),
        ("import type * as aws from '@pulumi/aws';\nnew aws.iam.Role('a');", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(addresses(text), *expected, "{text}");
    }
    assert!(
        addresses(&format!("{v}declare function f(x: string): void;\ninterface I {{ a: string }}\ntype T = I;"))
            .is_empty()
    );
}

#[test]
fn what_may_not_be_made_says_on_what_it_depends() {
    let (_, program) = program(
        "import * as pulumi from '@pulumi/pulumi';\nimport * as v from '@pulumi/vault';\nif (pulumi.getStack() === 'prod') { new v.Policy('a', {}); } else { new v.Policy('b', {}); }\nnew v.Policy('c', {});\ncfg.on && new v.Policy('d', {});",
    );
    let conditions: Vec<_> = program.records.iter().map(|r| r.condition.as_ref().map(|c| c.refs.join(","))).collect();
    let test = Some("pulumi.getStack() === 'prod'".to_owned());
    assert_eq!(conditions, [test.clone(), test, None, Some("cfg.on".to_owned())]);
}

#[test]
fn arguments_have_terraform_names_but_for_those_of_the_user() {
    let (_, program) = program(
        "import * as aws from '@pulumi/aws';\nnew aws.iam.Role('r', { assumeRolePolicy: JSON.stringify({ myKey: { innerKey: 1 } }), inlinePolicies: [{ name: 'i', policy: '{}' }], maxSessionDuration: 5, tags: { myTag: 'x' }, path: undefined }, { dependsOn: [] });\nnew aws.s3.BucketPublicAccessBlock('b', { bucket: 'b', blockPublicAcls: true });",
    );
    let shown: Vec<String> = program.records.iter().map(|record| shown(&record.body)).collect();
    assert_eq!(
        shown,
        [
            "{assume_role_policy: {myKey: {innerKey: 1; }; }; inline_policy: [{name: \"i\"; policy: \"{}\"; }]; max_session_duration: 5; tags: {myTag: \"x\"; }; depends_on: []; name: \"r-${random}\"; }",
            "{bucket: \"b\"; block_public_acls: true; }",
        ]
    );
}

#[test]
fn what_does_not_exist_is_noted_in_the_words_of_the_language() {
    let (sources, program) = program(
        "import * as vault from '@pulumi/vault';\nconst common = { nonsense: 1 };\nnew vault.approle.AuthBackendRole('a', { roleName: 'a', policies: ['p'], roleNam: 'b', ...common });\nnew vault.AuthBackendRole('b', { roleName: 'b', allowedPolicies: [] });\n",
    );
    let notes: Vec<_> = program
        .records
        .iter()
        .flat_map(|record| &record.notes)
        .map(|note| (sources.slice(note.span), note.message.as_str(), note.help.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        notes,
        [
            (
                "policies",
                "`appRole.AuthBackendRole` takes no argument `policies`, so the program does not compile",
                "did you mean `tokenPolicies`?"
            ),
            (
                "roleNam",
                "`appRole.AuthBackendRole` takes no argument `roleNam`, so the program does not compile",
                "did you mean `roleName`?"
            ),
            (
                "vault.AuthBackendRole",
                "`@pulumi/vault` has no class `AuthBackendRole`",
                "did you mean `vault.tokenauth.AuthBackendRole`?"
            ),
        ]
    );
    let (_, program) =
        program_named("app/index.js", "const v = require('@pulumi/vault');\nnew v.Policy('a', { polcy: 'x' });\n");
    let note = &program.records[0].notes[0];
    assert_eq!(note.message, "`Policy` takes no argument `polcy`, so it has no effect");
}

#[test]
fn asks_for_files_beside_the_program() {
    let (_, program) = program(
        "import * as v from '@pulumi/vault';\nimport * as fs from 'fs';\nimport { x } from './none';\nnew v.Policy('a', { policy: fs.readFileSync('x/../p.hcl', 'utf8') });\nnew v.Policy('b', { policy: fs.readFileSync('/etc/passwd').toString() });",
    );
    assert!(program.wants.contains(&"app/p.hcl".to_owned()));
    assert!(
        program.wants.contains(&"app/none.ts".to_owned()) && program.wants.contains(&"app/none/index.ts".to_owned())
    );
    assert!(program.wants.iter().all(|name| name.starts_with("app/") || name == "p.hcl"), "{:?}", program.wants);
}

/// The texts that spans cover in a policy document made in a callback.
#[test]
fn spans_point_into_the_program() {
    let text = "import * as aws from '@pulumi/aws';\nconst b = new aws.s3.Bucket('b');\n\
        new aws.iam.Policy('p', { name: 'p', policy: b.arn.apply(arn => JSON.stringify({\n  'Statement': [{ Action: 's3:*', Resource: [arn, `${arn}/\\x2a`] }] })) });\n";
    let (sources, program) = program(text);
    let policy = program.records.last().unwrap().body.get("policy").unwrap();
    let statement = &policy.get("Statement").unwrap().as_list().unwrap()[0];
    assert_eq!(sources.slice(statement.get("Action").unwrap().span), "'s3:*'");
    assert_eq!(sources.slice(statement.entry("Resource").unwrap().key_span), "Resource");
    let resources = statement.get("Resource").unwrap().as_list().unwrap();
    assert_eq!(sources.slice(resources[0].span), "arn");
    assert_eq!(sources.slice(resources[1].span), "`${arn}/\\x2a`");
    let pattern = resources[1].as_text().unwrap();
    let at = pattern.raw().find('*').unwrap();
    assert_eq!(sources.slice(pattern.span_of(resources[1].span, at, at + 1)), "\\x2a");
    assert_eq!(pattern.display(), "${aws_s3_bucket.b.arn}/*");
    assert_eq!(sources.slice(pattern.span_of(resources[1].span, 0, 1)), "${arn}");
}

#[test]
fn a_syntax_error_is_said_with_its_place() {
    let (sources, program) = program("import * as v from '@pulumi/vault';\nnew v.Policy('a', { policy: = });\n");
    let [diagnostic] = program.diagnostics.as_slice() else { panic!("{:?}", program.diagnostics) };
    assert_eq!(diagnostic.code, "syntax/typescript");
    assert_eq!(sources.slice(diagnostic.span.unwrap()), "=");
    assert!(diagnostic.message.starts_with("invalid TypeScript: "), "{}", diagnostic.message);
}

#[test]
fn what_cannot_be_read_safely_is_refused() {
    for text in ["a".repeat(17 << 20), "(".repeat(200_000), "a<".repeat(100_000)] {
        let (_, program) = program(&format!("import * as v from '@pulumi/vault';\nconst x = {text}"));
        let messages: Vec<&str> = program.diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["the program is too long, or may nest too deep, to be read"]);
    }
}

#[test]
fn what_stands_around_a_mistake_is_read() {
    let (sources, program) = program(
        "import * as v from '@pulumi/vault';\nnew v.Policy('a', {});\nnew v.Policy('é', {\n  policy: 'x'\n  name: 'y',\n});\nnew v.Policy('c', {});\n",
    );
    assert_eq!(program.diagnostics.len(), 1);
    let found: Vec<&str> = program.records.iter().map(|record| sources.slice(record.span)).collect();
    assert_eq!(found, ["new v.Policy('a', {})", "new v.Policy('c', {})"]);
}

#[test]
fn only_programs_that_import_the_packages_are_taken() {
    let table = [
        ("index.ts", "import * as aws from \"@pulumi/aws\";", true),
        ("index.mjs", "import { Role } from '@pulumi/aws/iam'", true),
        ("index.cjs", "const aws = require(`@pulumi/aws-native`)", true),
        ("index.ts", "import * as awsx from '@pulumi/awsx';", false),
        ("index.ts", " * import * as vault from \"@pulumi/vault\";", false),
        ("index.d.ts", "import * as aws from \"@pulumi/aws\";", false),
        ("index.ts", "path \"x\" {}", false),
    ];
    for (name, text, taken) in table {
        assert_eq!(
            overgrant::carrier::recognise(name, text),
            taken.then_some(Format::PulumiTypeScript),
            "{name} {text}"
        );
    }
}

#[test]
fn finds_what_stops_the_demonstration_program() {
    let rules = [
        "cross/*",
        "aws/kms-decrypt-without-datakey",
        "aws/service-star",
        "aws/trust-principal-star",
        "vault/list-only-wildcard",
        "vault/placeholder-value",
        "vault/sudo-unneeded",
        "vault/token-role-unbounded",
    ];
    let expected = [
        (11, "cross/provider-credential-literal"),
        (23, "vault/list-only-wildcard"),
        (33, "vault/token-role-unbounded"),
        (33, "cross/pulumi-unknown-class"),
        (34, "cross/pulumi-unknown-argument"),
        (35, "cross/pulumi-unknown-argument"),
        (44, "cross/secret-in-clear"),
        (54, "vault/placeholder-value"),
        (67, "aws/service-star"),
        (68, "aws/kms-decrypt-without-datakey"),
    ];
    let expected: Vec<_> = expected.iter().map(|(line, rule)| (*line, (*rule).to_owned())).collect();
    assert_eq!(findings_of("fixtures/pulumi/node/index.ts", Format::PulumiTypeScript, &rules), expected);
}

/// Pieces of programs, put together at random.
const PIECES: &[&str] = &[
    "import * as vault from '@pulumi/vault';\n",
    "new vault.Policy('a', { policy: ",
    "`${x}`",
    "`",
    "${",
    "=>",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "function f(x) { return x; }\n",
    "f(",
    "const x = ",
    "x",
    "for (const x of ",
    ";\n",
    "if (",
    "else ",
    " + ",
    "...",
    ",",
    ".apply(",
    "JSON.stringify(",
    "'",
    "\"",
    "\\",
    "é",
    "1",
    "class C extends ",
    "constructor(a) { super(a); this.x = a; }",
    "this.",
    "return ",
    "while (x) ",
    "try {",
    "} catch {",
    "await ",
    "async ",
    "!",
    " ? ",
    " : ",
    " as any",
    "export ",
    "default ",
    "/",
    "/*",
    "\u{feff}",
    "\r",
    "<a>",
    "enum E { A }",
    "x.push(",
    "?.",
    "??=",
    "#x",
    "@d ",
];

proptest! {
    #![proptest_config(crate::property::config(400))]

    #[test]
    fn survives_any_program(indices in prop::collection::vec(0..PIECES.len(), 0..60), tsx in any::<bool>()) {
        let mut text = String::from("import * as vault from '@pulumi/vault';\n");
        text.extend(indices.iter().map(|i| PIECES[*i]));
        let (sources, program) = program_named(if tsx { "app/index.tsx" } else { "app/index.ts" }, &text);
        let inside = |span: Span| sources.text(span.source).get(span.range()).is_some();
        for record in &program.records {
            prop_assert!(inside(record.span));
        }
        for diagnostic in &program.diagnostics {
            prop_assert!(diagnostic.span.is_none_or(inside), "{diagnostic:?}\n{text}");
        }
    }
}

#[test]
fn survives_deep_and_endless_programs() {
    let deep = |open: &str, inner: &str, close: &str, n: usize| {
        format!(
            "import * as v from '@pulumi/vault';\nnew v.Policy('a', {{ policy: {}{inner}{} }});\n",
            open.repeat(n),
            close.repeat(n)
        )
    };
    let base = "import * as v from '@pulumi/vault';\n";
    let programs = [
        deep("(", "1", ")", 100_000),
        deep("[", "", "]", 100_000),
        deep("`${", "1", "}`", 50_000),
        deep("!", "1", "", 100_000),
        deep("a=>", "1", "", 50_000),
        deep("'a' + ", "'b'", "", 50_000),
        deep("x ? y : ", "z", "", 30_000),
        deep("a<", "b", "", 900),
        deep("a<", "b", "", 100_000),
        deep("(a = ", "1", ") => 1", 20_000),
        deep("{a: ", "1", "}", 50_000),
        deep("f(", "1", ")", 60_000),
        deep("((", "1", "))", 500_000),
        format!("{base}function f(x) {{ return f(x) + f(x); }}\nf(1);\n"),
        format!("{base}let x = ['a'];\n{}", "x = x.concat(x);\n".repeat(64)),
        format!("{base}let x: any = {{a: 1}};\n{}", "x = {a: x, b: x};\n".repeat(64)),
        format!(
            "{base}class A {{ constructor() {{ new A(); new A(); }} }}\nclass B extends B {{ constructor() {{ super(); }} }}\nnew A(); new B();"
        ),
        format!("{base}const o: any = {{ f: () => 1 }};\no.o = o;\nconst s = JSON.stringify(o);"),
        format!(
            "{base}for (let i = 0; i < 60; i++) for (let j = 0; j < 60; j++) for (let k = 0; k < 60; k++) new v.Policy('a', {{}});"
        ),
        format!("{base}for (;;) {{ new v.Policy('a', {{}}); }}"),
        format!("{base}{}", "if (a) { b = 1 } else ".repeat(20_000) + "{}"),
    ];
    for text in programs {
        let _ = program(&text);
    }
}

#[test]
fn what_a_function_makes_is_read_once_with_what_it_is_given() {
    let helper = "import * as vault from '@pulumi/vault';\n\
                  new vault.Policy('own', { name: 'own', policy: 'path \"x\" {}' });\n\
                  export function policy(name: string) { new vault.Policy(name, { name, policy: `path \"kv/${name}\" {}` }); }\n\
                  export const spare = (name: string) => new vault.Policy('spare', { name: 'spare', policy: 'path \"y\" {}' });\n\
                  export class Set { constructor(name: string) { new vault.Policy(name, { name, policy: 'path \"z\" {}' }); } }\n";
    let main = "import * as vault from '@pulumi/vault';\nimport { policy, Set } from './helper';\npolicy('a');\npolicy('b');\nnew Set('c');\n";
    let mut sources = SourceMap::new();
    let inputs: Vec<_> = [("app/index.ts", main), ("app/helper.ts", helper)]
        .iter()
        .map(|(name, text)| (sources.add(*name, *text), Format::PulumiTypeScript))
        .collect();
    let carried = read_all(&sources, &inputs, &ReadOptions::default());
    assert_eq!(carried.diagnostics, []);
    let names: Vec<_> =
        carried.records.iter().map(|r| r.body.get("name").and_then(Node::as_str).unwrap_or("?")).collect();
    assert_eq!(names, ["a", "b", "c", "own", "spare"]);
}

#[test]
fn helpers_beside_a_program_are_found_on_disk() {
    let helper: (&str, &[u8]) =
        ("app/texts.ts", b"export const ALL = 'path \"*\" { capabilities = [\"sudo\", \"read\", \"update\"] }';\n");
    let installed: (&str, &[u8]) =
        ("app/node_modules/x/index.js", b"const aws = require('@pulumi/aws');\nnew aws.iam.Role('r', {});\n");
    let program: (&str, &[u8]) = (
        "app/index.ts",
        b"import * as vault from '@pulumi/vault';\nimport { ALL } from './texts';\nnew vault.Policy('p', { name: 'p', policy: ALL });\n",
    );
    let dir = crate::cli::directory(&[helper, installed, program]);
    for path in [".", "app/index.ts"] {
        let run = crate::cli::overgrant(dir.path(), &["check", path, "--format", "json"]);
        assert!(run.stdout.contains("app/texts.ts"), "{path}: {}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("node_modules"), "{path}: {}{}", run.stdout, run.stderr);
    }
}
