//! Inputs that nobody means well with.

use std::fmt::Write as _;

use crate::cli::{directory, overgrant};

/// Every report format, and that the program ends in order.
fn check_all(dir: &std::path::Path) -> Vec<String> {
    ["human", "json", "sarif", "github", "gitlab", "junit"]
        .iter()
        .map(|format| {
            let outcome = overgrant(dir, &["check", "--format", format]);
            assert!((0..=2).contains(&outcome.status), "{format}: {}", outcome.stderr);
            assert!(!outcome.stderr.contains("panicked"), "{format}: {}", outcome.stderr);
            outcome.stdout
        })
        .collect()
}

#[test]
fn deep_nesting_is_bounded() {
    let hcl = format!("path \"a\" {}", "{ a = ".repeat(100_000));
    let json = format!("{{\"Statement\": {}", "[".repeat(200_000));
    let vault = format!("{{\"path\": {}", "{\"a\":".repeat(100_000));
    let tf = format!("resource \"vault_policy\" \"p\" {{ policy = {} }}", "(".repeat(50_000));
    let dir = directory(&[
        ("a.hcl", hcl.as_bytes()),
        ("b.json", json.as_bytes()),
        ("c.json", vault.as_bytes()),
        ("d.tf", tf.as_bytes()),
    ]);
    check_all(dir.path());
    assert_eq!(overgrant(dir.path(), &["check"]).status, 2);
}

/// Every carrier, each with its own way to nest without end: read, or refused with a word.
#[test]
fn no_carrier_nests_without_end() {
    let open = |start: &str, unit: &str, count: usize| format!("{start}{}", unit.repeat(count)).into_bytes();
    let closed = |start: &str, left: &str, right: &str, count: usize, end: &str| {
        format!("{start}{}{}{end}", left.repeat(count), right.repeat(count)).into_bytes()
    };
    let tf = "resource \"vault_policy\" \"p\" {\n policy = ";
    let python = "import pulumi_vault as vault\nvault.Policy('p', policy=";
    let pulumi = "name: a\nruntime: yaml\nresources:\n  p:\n    type: vault:Policy\n    properties:\n      policy: ";
    let stack = r#""type":"vault:index/policy:Policy","inputs":"#;
    let level = |i: usize| format!("  a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 9].join(", "));
    let aliases = (1..12).map(level).collect::<Vec<_>>().join("\n");
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("list.tf", open(tf, "[", 50_000)),
        ("template.tf", closed(tf, "\"${", "}\"", 10_000, "\n}\n")),
        ("choice.tf", open(tf, "var.a ? 1 : ", 20_000)),
        ("blocks.tf", open("resource \"a\" \"b\" ", "{ a ", 50_000)),
        ("main.tf.json", open(r#"{"resource":{"aws_iam_policy":{"p":{"policy":"#, "[", 50_000)),
        (
            "plan.json",
            open(
                r#"{"format_version":"1.2","resource_changes":[{"address":"aws_iam_policy.p","type":"aws_iam_policy","mode":"managed","name":"p","change":{"actions":["create"],"after":"#,
                r#"{"a":"#,
                50_000,
            ),
        ),
        (
            "modules.json",
            open(
                r#"{"format_version":"1.2","planned_values":{"root_module":"#,
                r#"{"child_modules":[{"resources":[]},"#,
                20_000,
            ),
        ),
        (
            "terraform.tfstate",
            open(
                r#"{"version":4,"lineage":"x","resources":[{"type":"vault_policy","name":"p","mode":"managed","instances":[{"attributes":"#,
                r#"{"a":"#,
                50_000,
            ),
        ),
        ("list/__main__.py", closed(python, "[", "]", 5_000, ")\n")),
        ("calls/__main__.py", closed(python, "f(", ")", 20_000, ")\n")),
        ("sum/__main__.py", closed(python, "'a' + ", "", 20_000, "'b')\n")),
        ("names/__main__.py", closed(&format!("{python}x"), ".a", "", 20_000, ")\n")),
        ("Pulumi.yaml", open(pulumi, "[", 50_000)),
        (
            "preview.json",
            open(
                &format!(
                    r#"{{"config":{{}},"steps":[{{"op":"create","urn":"urn:pulumi:a::b::vault:index/policy:Policy::p","newState":{{{stack}"#
                ),
                r#"{"a":"#,
                50_000,
            ),
        ),
        (
            "stack.json",
            open(
                &format!(
                    r#"{{"version":3,"deployment":{{"manifest":{{}},"resources":[{{"urn":"urn:pulumi:a::b::vault:index/policy:Policy::p",{stack}"#
                ),
                r#"{"a":"#,
                50_000,
            ),
        ),
        (
            "template.json",
            open(
                r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"A":{"Type":"AWS::IAM::Role","Properties":"#,
                r#"{"Fn::If":["c","#,
                20_000,
            ),
        ),
        (
            "template.yaml",
            open(
                "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n  A:\n    Type: AWS::IAM::Role\n    Properties: ",
                "!If [c, ",
                20_000,
            ),
        ),
        (
            "aliases.yaml",
            format!("AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n  a0: &a0 [x]\n{aliases}").into_bytes(),
        ),
        (
            "account.json",
            open(r#"{"UserDetailList":[],"RoleDetailList":[{"RoleName":"a","AssumeRolePolicyDocument":"#, "[", 50_000),
        ),
        ("version.json", open(r#"{"PolicyVersion":{"Document":"#, r#"{"Statement":["#, 20_000)),
        ("sys/policies/acl/a.json", open(r#"{"data":{"policy":"#, "[", 50_000)),
        (
            "policy.yaml",
            open(
                "apiVersion: redhatcop.redhat.io/v1alpha1\nkind: Policy\nmetadata:\n  name: a\nspec: ",
                "{a: ",
                50_000,
            ),
        ),
    ];
    for (name, text) in &files {
        let dir = directory(&[(name, text.as_slice())]);
        let outcome = overgrant(dir.path(), &["check", name]);
        assert!(!outcome.stderr.contains("panicked"), "{name}: {}", outcome.stderr);
        assert!(matches!(outcome.status, 0..=2), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_checked() {
    let dir = directory(&[("ok.hcl", b"path \"a\" { capabilities = [\"raed\"] }"), ("named.hcl/x.txt", b"")]);
    std::os::unix::fs::symlink("nowhere", dir.path().join("gone.hcl")).unwrap();
    let outcome = overgrant(dir.path(), &["check", "ok.hcl", "gone.hcl", "named.hcl", "/dev/null", "never.hcl"]);
    assert_eq!(outcome.status, 2);
    let shown = format!("{}{}", outcome.stdout, outcome.stderr);
    for told in ["cannot read `gone.hcl`", "cannot read `/dev/null`", "cannot read `never.hcl`", "`raed`"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}

#[test]
fn huge_lines_are_cut() {
    let filler = "x".repeat(900_000);
    let text = format!(
        "{{\"Version\": \"2012-10-17\", \"Id\": \"{filler}\", \"Statement\": [{{\"Effect\": \"Alow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}}], \"X{filler}\": 1}}"
    );
    let dir = directory(&[
        ("big.json", &text.as_bytes()[..1_000_000.min(text.len())]),
        ("one.json", text.get(..).unwrap().as_bytes()),
    ]);
    let human = check_all(dir.path()).remove(0);
    assert!(human.lines().all(|line| line.chars().count() < 2_000), "a line of the report is too long");
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let dir = directory(&[
        ("nul.hcl", b"path \"a\" {\n\0}\n"),
        ("utf8.hcl", b"path \"caf\xe9\" {}\n"),
        ("utf16.json", b"\xff\xfe{\x00\"\x00P\x00a\x00t\x00h\x00\x00\xd8x\x00"),
    ]);
    for (file, expected) in [
        ("nul.hcl", "holds a NUL byte at byte offset 11"),
        ("utf8.hcl", "byte offset 9 starts no valid character"),
        ("utf16.json", "the byte order mark says UTF-16 but byte offset 14"),
    ] {
        let outcome = overgrant(dir.path(), &["check", file]);
        assert_eq!(outcome.status, 2);
        assert!(outcome.stdout.contains(expected), "{file}: {}", outcome.stdout);
    }
    // In a directory too: what looks like a policy is never passed over in silence.
    let outcome = overgrant(dir.path(), &["check", "."]);
    assert!(outcome.stdout.contains("nul.hcl") && outcome.stdout.contains("utf8.hcl"), "{}", outcome.stdout);
}

/// What only those with the key can read is no mistake, and the rest is checked.
#[test]
fn what_git_crypt_has_encrypted_is_left_out_with_a_word() {
    let dir = directory(&[
        ("terraform.tfvars", b"\0GITCRYPT\0\x8f\x01\xff"),
        ("a.hcl", b"path \"secret/data/a\" { capabilities = [\"read\"] }"),
    ]);
    let outcome = overgrant(dir.path(), &["check"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("`terraform.tfvars` is encrypted by git-crypt"), "{}", outcome.stdout);
}

#[test]
fn utf16_and_byte_order_marks_are_read_as_their_readers_do() {
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Alow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}]}";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(policy.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let bom = format!("\u{feff}{policy}");
    let crlf = policy.replace(", ", ",\r\n");
    let dir = directory(&[("utf16.json", &utf16), ("bom.json", bom.as_bytes()), ("crlf.json", crlf.as_bytes())]);
    let outcome = overgrant(dir.path(), &["check", "--select", "aws/effect-invalid", "--format", "github"]);
    assert_eq!(outcome.stdout.matches("::error").count(), 3, "{}", outcome.stdout);
    // Vault itself refuses a policy that starts with a byte order mark.
    let dir = directory(&[("bom.hcl", "\u{feff}path \"a\" { capabilities = [\"read\"] }".as_bytes())]);
    assert_eq!(overgrant(dir.path(), &["check"]).status, 2);
}

#[test]
fn policies_above_the_size_limit_are_refused() {
    let big = format!("# {}\npath \"a\" {{ capabilities = [\"read\"] }}\n", "x".repeat(1 << 20));
    let dir = directory(&[("big.hcl", big.as_bytes())]);
    let outcome = overgrant(dir.path(), &["check"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stdout.contains("`big.hcl` is larger than the limit of 1 MiB"), "{}", outcome.stdout);
    std::fs::write(dir.path().join("overgrant.toml"), "[limits]\nmax-policy-size = \"2 MiB\"\n").unwrap();
    assert_eq!(overgrant(dir.path(), &["check"]).status, 0);
}

#[cfg(unix)]
#[test]
fn symbolic_links_do_not_lead_in_circles() {
    let dir = directory(&[("a/ok.hcl", b"path \"a/b\" { capabilities = [\"read\"] }")]);
    std::os::unix::fs::symlink(dir.path(), dir.path().join("a/loop")).unwrap();
    std::os::unix::fs::symlink("self.hcl", dir.path().join("self.hcl")).unwrap();
    let outcome = overgrant(dir.path(), &["check", "-v"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
    assert!(outcome.stderr.contains("a/loop: symbolic links in directories are not followed"), "{}", outcome.stderr);
}

#[cfg(unix)]
#[test]
fn names_cannot_send_anything_to_the_terminal_or_to_a_workflow() {
    let name = "x\u{1b}[31m\n::error file=a::b,c:d%.hcl";
    let text = "path \"a\u{1b}]0;owned\u{7}\u{202e}%0A::error::x\" {\n  capabilities = [\"r\u{9b}ead\"]\n}\n";
    let dir = directory(&[(name, text.as_bytes())]);
    let reports = check_all(dir.path());
    for (format, report) in ["human", "json", "sarif", "github", "gitlab", "junit"].iter().zip(&reports) {
        assert!(!report.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{format}: {report:?}");
    }
    let github = &reports[3];
    assert!(!github.is_empty());
    for line in github.lines() {
        assert!(line.starts_with("::error file=x"), "{line}");
        assert_eq!(line.matches("::error file=").count(), 1, "{line}");
    }
    assert!(!reports[0].contains('\u{202e}'));
}

#[test]
fn nothing_outside_the_repository_is_read_for_a_program() {
    let outside = directory(&[("secret.hcl", b"path \"outside\" { capabilities = [\"raed\"] }")]);
    let secret = outside.path().join("secret.hcl");
    let text =
        format!("resource \"vault_policy\" \"p\" {{\n  name = \"p\"\n  policy = file(\"{}\")\n}}\n", secret.display());
    let dir = directory(&[("main.tf", text.as_bytes())]);
    let outcome = overgrant(dir.path(), &["check"]);
    assert!(!outcome.stdout.contains("outside"), "{}", outcome.stdout);
}

#[test]
fn terraform_that_grows_without_end_is_cut_off() {
    let mut lists = String::from("locals {\n  a0 = [\"x\", \"x\", \"x\", \"x\"]\n");
    let mut texts = String::from("locals {\n  a0 = \"xxxxxxxxxxxxxxxx\"\n");
    for index in 1..60 {
        let before = index - 1;
        writeln!(lists, "  a{index} = flatten([for x in local.a{before} : local.a{before}])").unwrap();
        writeln!(texts, "  a{index} = \"${{local.a{before}}}${{local.a{before}}}\"").unwrap();
    }
    let policy = "path \\\"sys/*\\\" { capabilities = [\\\"sudo\\\"] }";
    let resource = |each: &str| {
        format!("}}\nresource \"vault_policy\" \"p\" {{\n  {each}\n  name = \"x\"\n  policy = \"{policy}\"\n}}\n")
    };
    lists.push_str(&resource("for_each = toset(local.a59)"));
    texts.push_str(&resource("namespace = local.a59"));
    let mut modules = String::new();
    for index in 0..50 {
        writeln!(modules, "module \"m{index}\" {{\n  source = \"./deeper\"\n}}").unwrap();
    }
    let dir = directory(&[
        ("lists/main.tf", lists.as_bytes()),
        ("texts/main.tf", texts.as_bytes()),
        ("modules/main.tf", modules.as_bytes()),
        ("modules/deeper/main.tf", modules.as_bytes()),
        ("modules/deeper/deeper/main.tf", modules.as_bytes()),
        (
            "ok/main.tf",
            format!("resource \"vault_policy\" \"p\" {{ name = \"n\"\n policy = \"{policy}\"\n}}\n").as_bytes(),
        ),
    ]);
    let outcome = overgrant(dir.path(), &["check", "--format", "github"]);
    assert!((1..=2).contains(&outcome.status), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("file=ok/main.tf"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("too much work to be evaluated"), "{}", outcome.stdout);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_is_no_file() {
    let dir = directory(&[("ok.hcl", b"path \"a/b\" { capabilities = [\"read\"] }")]);
    let pipe = dir.path().join("pipe.tf");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let outcome = overgrant(dir.path(), &["check", "pipe.tf", "ok.hcl"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stdout.contains("it is no regular file"), "{}", outcome.stdout);
    assert_eq!(overgrant(dir.path(), &["check"]).status, 0);
}

/// Objects whose members a parser compares with each other, templates of which each part
/// takes a thousand bytes, and policies longer than any server takes.
#[test]
fn what_would_take_minutes_is_refused_with_its_place() {
    let policy = |value: &str| format!("resource \"vault_policy\" \"p\" {{\n  policy = {value}\n}}\n").into_bytes();
    let object = policy(&format!("jsonencode({{ {} }})", "k = 1, ".repeat(20_000)));
    let parts = policy(&format!("\"{}\"", "${var.x}".repeat(120_000)));
    let stanzas = policy(&format!("<<EOT\n{}EOT", "path \"a\" { capabilities = [\"read\"] }\n".repeat(30_000)));
    for (text, told) in [
        (object, "an object of more than 10,000 members is not read"),
        (parts, "a text with more than 100,000 parts to fill in is not read"),
        (stanzas, "this is more than a policy may hold, and is not read"),
    ] {
        let dir = directory(&[("main.tf", &text)]);
        let outcome = overgrant(dir.path(), &["check"]);
        assert!(outcome.stdout.contains(told), "{told}: {}", outcome.stdout);
        assert!(outcome.stdout.len() < 10_000);
    }
}

/// Each open bracket takes two thousand bytes of the parser, and what nests in texts with
/// fields takes time by its square.
#[test]
fn python_that_nests_deeper_than_python_takes_is_refused() {
    let start =
        "import pulumi_vault as vault\nvault.Policy('p', policy='path \"sys/*\" { capabilities = [\"sudo\"] }')\n";
    for unit in ["(", "f(", "[", "{", "f\"{", "-", "not ", "lambda: ", "a.", "a if b else ", "1 + "] {
        let text = format!("{start}x = {}", unit.repeat(200_000));
        let dir = directory(&[("__main__.py", text.as_bytes())]);
        let outcome = overgrant(dir.path(), &["check"]);
        assert_eq!(outcome.status, 2, "{unit}");
        assert!(outcome.stdout.contains("nests too deep"), "{unit}: {}", outcome.stdout);
    }
    // What only is long is read, and a name that nothing binds is told a few times.
    let text = format!("{start}{}", "x\n".repeat(20_000));
    let dir = directory(&[("__main__.py", text.as_bytes())]);
    let outcome = overgrant(dir.path(), &["check", "--format", "github"]);
    assert_eq!(outcome.status, 1, "{}", outcome.stdout);
    assert_eq!(outcome.stdout.matches("`x` is neither imported nor defined").count(), 16);
}

/// Each pattern of a policy may be outranked by each other one.
#[test]
fn patterns_that_would_take_minutes_to_compare_are_refused() {
    let policy = |path: &dyn Fn(usize) -> String, count: usize| -> Vec<u8> {
        let stanza = |index| format!("path \"{}\" {{ capabilities = [\"update\"] }}\n", path(index));
        (1..=count).map(stanza).collect::<String>().into_bytes()
    };
    let many = policy(&|index| format!("+/{index}*"), 8_000);
    let long = policy(&|index| vec!["+"; index].join("/"), 500);
    let dir = directory(&[
        ("many.hcl", &many),
        ("long.hcl", &long),
        ("ok.hcl", b"path \"sys/*\" { capabilities = [\"sudo\"] }"),
    ]);
    let outcome = overgrant(dir.path(), &["check", "--format", "github"]);
    assert_eq!(outcome.status, 2, "{}", outcome.stdout);
    let refused = "are too many to be compared with each other";
    assert_eq!(outcome.stdout.matches(refused).count(), 2, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("file=ok.hcl"), "{}", outcome.stdout);
    // Exact paths are compared with nothing, and one team's patterns with no other team's.
    let exact = policy(&|index| format!("a/{index}/x"), 8_000);
    let teams = policy(&|index| format!("secret/data/team{index}/+/app/*"), 6_000);
    let dir = directory(&[("exact.hcl", &exact), ("teams.hcl", &teams)]);
    let outcome = overgrant(dir.path(), &["check"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
}

/// Work that is done at most must not be a way past a gate: what is left out is told, and the
/// status is the one of what could not be read.
#[test]
fn what_comes_after_too_much_work_is_not_passed_over_in_silence() {
    let python = "import pulumi_vault as vault\n\ndef spin(n):\n    if n > 0:\n        spin(n - 1)\n        spin(n - 1)\n\nspin(20)\n\
        vault.Policy('p', policy='path \"sys/*\" { capabilities = [\"sudo\"] }')\n";
    #[cfg(feature = "typescript")]
    let script = "import * as vault from \"@pulumi/vault\";\nfunction spin(n: number) { if (n > 0) { spin(n - 1); spin(n - 1); } }\nspin(20);\n\
        new vault.Policy(\"p\", { policy: 'path \"sys/*\" { capabilities = [\"sudo\"] }' });\n";
    let terraform = "locals {\n  a = [for x in range(1000) : [for y in range(1000) : [for z in range(1000) : \"${x}${y}${z}\"]]]\n}\n\
        resource \"vault_policy\" \"p\" {\n  for_each = toset(flatten(local.a))\n  name = each.key\n  policy = \"\"\n}\n";
    for (name, text, place) in [
        ("__main__.py", python, "line="),
        #[cfg(feature = "typescript")]
        ("index.ts", script, "line="),
        ("main.tf", terraform, "file=main.tf,line=2"),
    ] {
        let dir = directory(&[(name, text.as_bytes())]);
        let outcome = overgrant(dir.path(), &["check", "--format", "github"]);
        assert_eq!(outcome.status, 2, "{name}: {}", outcome.stdout);
        let told = outcome.stdout.lines().find(|line| line.contains("too much work"));
        assert!(
            told.is_some_and(|line| line.starts_with("::error") && line.contains(place)),
            "{name}: {}",
            outcome.stdout
        );
    }
}

/// Each value of a chain holds all of the one before: the work for a chain is its length squared.
#[test]
fn a_text_that_grows_by_a_letter_is_not_copied_without_end() {
    let python = |lines: usize| {
        let lines: Vec<String> = (1..=lines).map(|n| format!("x{n} = x{} + 'b'\n", n - 1)).collect();
        format!("import pulumi_vault as vault\nx0 = 'a'\n{}", lines.concat())
    };
    let typescript = |lines: usize| {
        let lines: Vec<String> = (1..=lines).map(|n| format!("const x{n} = x{} + `b`;\n", n - 1)).collect();
        format!("import * as vault from '@pulumi/vault';\nconst x0 = 'a';\n{}", lines.concat())
    };
    let policy = r#"'path "secret/*" { capabilities = ["raed"] }'"#;
    for (lines, cut) in [(200, false), (6_000, true)] {
        let python = format!("{}vault.Policy('p', name=x{lines}, policy={policy})\n", python(lines));
        let typescript = format!("{}new vault.Policy('p', {{name: x{lines}, policy: {policy}}});\n", typescript(lines));
        let mut programs = vec![("__main__.py", python)];
        if cfg!(feature = "typescript") {
            programs.push(("index.ts", typescript));
        }
        for (name, program) in programs {
            let dir = directory(&[(name, program.as_bytes())]);
            let out = overgrant(dir.path(), &["check", "--format", "json"]).stdout;
            assert_eq!(out.contains("pulumi/too-large"), cut, "{lines} lines of {name}: {out:.400}");
            assert!(out.contains("vault/unknown-capability"), "{lines} lines of {name}: {out:.400}");
        }
    }
}

/// Each member was looked for among all that were there before.
#[cfg(feature = "typescript")]
#[test]
fn objects_that_are_spread_into_one_another_are_merged_by_name() {
    let lines: Vec<String> =
        (1..=500).map(|n| format!("const x{n} = {{...x{0}, ...x{0}, k{n}: '{n}'}};\n", n - 1)).collect();
    let wide: Vec<String> = (0..20_000).map(|n| format!("k{n}: () => {n}, l{n}: {n},")).collect();
    let policy = r#"'path "secret/*" { capabilities = ["raed"] }'"#;
    let program = format!(
        "import * as vault from '@pulumi/vault';\nconst x0 = {{}};\n{}const w = {{{}}};\nnew vault.Policy('p', {{name: x500.k7, policy: {policy}}});\n",
        lines.concat(),
        wide.concat(),
    );
    let dir = directory(&[("index.ts", program.as_bytes())]);
    let out = overgrant(dir.path(), &["check", "--format", "json"]).stdout;
    assert!(out.contains("vault/unknown-capability") && !out.contains("too-large"), "{out:.400}");
}
