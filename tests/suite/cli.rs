//! Runs the program as a user would.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the program gave.
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program in a directory, with a clean environment.
pub(crate) fn overgrant(dir: &Path, args: &[&str]) -> Outcome {
    overgrant_with(dir, args, b"")
}

/// The same with standard input.
pub(crate) fn overgrant_with(dir: &Path, args: &[&str], stdin: &[u8]) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_overgrant"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome {
        status: output.status.code().expect("ended by a signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory with these files.
pub(crate) fn directory(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    dir
}

const CLEAN: &[u8] = b"path \"secret/data/app/config\" {\n  capabilities = [\"read\"]\n}\n";
const DIRTY: &[u8] = b"path \"secret/data/app\" {\n  capabilities = [\"raed\"]\n}\n";

#[test]
fn exit_status_says_what_happened() {
    let dir = directory(&[
        ("clean.hcl", CLEAN),
        ("dirty.hcl", DIRTY),
        ("broken.hcl", b"path \"a\" {\n  capabilities = [\n"),
        ("broken.json", b"{\"Version\": \"2012-10-17\", \"Statement\": [}"),
        ("notes.txt", b"nothing to see"),
        ("bad.toml", b"[check]\nfail-onn = 1\n"),
    ]);
    let table: &[(&[&str], i32)] = &[
        (&["check", "clean.hcl"], 0),
        (&["check", "dirty.hcl"], 1),
        (&["check", "dirty.hcl", "--fail-on", "critical"], 0),
        (&["check", "dirty.hcl", "--ignore", "unknown-capability"], 0),
        (&["check", "dirty.hcl", "--select", "aws/*"], 0),
        (&["check", "broken.hcl"], 2),
        (&["check", "broken.json"], 2),
        (&["check", "broken.hcl", "dirty.hcl"], 2),
        (&["check", "missing.hcl"], 2),
        (&["check", "*.toml", "clean.hcl"], 0),
        (&["check", "*.nothing"], 2),
        (&["check", "notes.txt"], 2),
        (&["check", "notes.txt", "clean.hcl"], 0),
        (&["check", "clean.hcl", "--select", "no-such-rule"], 2),
        (&["check", "clean.hcl", "--config", "bad.toml"], 2),
        (&["check", "clean.hcl", "--format", "nonsense"], 2),
        (&["check", "clean.hcl", "--output", "json"], 2),
        (&["check", "clean.hcl", "--output", "json=no/such/dir/x.json"], 2),
        (&["explain", "no-such-rule"], 2),
        (&["explain", "vault/unknown-capability"], 0),
        (&["rules"], 0),
        (&["rules", "no-such-rule"], 2),
        (&["version"], 0),
        (&["--version"], 0),
        (&["--help"], 0),
        (&["completions", "bash"], 0),
        (&["man"], 0),
        (&["man", "check"], 0),
        (&["man", "nothing"], 2),
        (&["nonsense"], 2),
        (&[], 2),
    ];
    for (args, status) in table {
        let outcome = overgrant(dir.path(), args);
        assert_eq!(outcome.status, *status, "{args:?}\n{}{}", outcome.stdout, outcome.stderr);
        assert!(!outcome.stderr.contains("panicked"), "{args:?}: {}", outcome.stderr);
    }
}

#[test]
fn one_broken_file_does_not_hide_the_others() {
    let dir = directory(&[("a.hcl", b"path \"a\" {"), ("b.hcl", DIRTY), ("c.json", b"{\"Statement\": [")]);
    let outcome = overgrant(dir.path(), &["check"]);
    assert_eq!(outcome.status, 2);
    for expected in ["a.hcl:1:", "c.json:1:", "vault/unknown-capability", "did you mean `read`?", "2 errors"] {
        assert!(outcome.stdout.contains(expected), "{expected}: {}", outcome.stdout);
    }
}

#[test]
fn standard_input_has_a_name_to_be_recognised_by() {
    let dir = directory(&[]);
    let outcome = overgrant_with(dir.path(), &["check", "-", "--stdin-filename", "app.hcl"], DIRTY);
    assert_eq!(outcome.status, 1);
    assert!(outcome.stdout.contains("[app.hcl:2:"), "{}", outcome.stdout);
    let outcome = overgrant_with(dir.path(), &["check", "-"], DIRTY);
    assert!(outcome.stdout.contains("[<stdin>:2:"), "{}", outcome.stdout);
}

#[test]
fn verbose_says_what_was_skipped_and_why() {
    let dir = directory(&[("a.hcl", CLEAN), ("x.bin", b"x"), ("y.json", b"{\"a\": 1}"), ("z.py", b"\x00\x01")]);
    let outcome = overgrant(dir.path(), &["check", "-v"]);
    assert_eq!(outcome.status, 0);
    for expected in [
        "read a.hcl: Vault policy (HCL)",
        "skipped x.bin: its extension is not one that is read",
        "skipped y.json: it declares no access control",
        "skipped z.py: it is a binary file",
    ] {
        assert!(outcome.stderr.contains(expected), "{expected}: {}", outcome.stderr);
    }
    assert_eq!(overgrant(dir.path(), &["check", "-q"]).stdout, "");
}

#[test]
fn reports_go_to_files_as_well() {
    let dir = directory(&[("a.hcl", DIRTY)]);
    let args = ["check", "--output", "json=out.json", "--output", "sarif=out.sarif", "--format", "github"];
    let outcome = overgrant(dir.path(), &args);
    assert_eq!(outcome.status, 1);
    assert!(outcome.stdout.starts_with("::error file=a.hcl,line=2,endLine=2,col="), "{}", outcome.stdout);
    for file in ["out.json", "out.sarif"] {
        let text = std::fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap().is_object());
    }
}

#[test]
fn the_configuration_is_found_upward_and_can_be_left_out() {
    let dir = directory(&[
        ("overgrant.toml", b"[rules]\n\"vault/unknown-capability\" = \"low\"\n[check]\nfail-on = \"medium\"\n"),
        ("deep/er/a.hcl", DIRTY),
    ]);
    let inner = dir.path().join("deep/er");
    let outcome = overgrant(&inner, &["check"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("low[vault/unknown-capability]"), "{}", outcome.stdout);
    assert_eq!(overgrant(&inner, &["check", "--no-config"]).status, 1);
    assert_eq!(overgrant(&inner, &["check", "--fail-on", "low"]).status, 1);
}

#[test]
fn findings_can_be_ignored_with_a_reason() {
    let dir = directory(&[
        (
            "inline.hcl",
            b"path \"a\" {\n  # overgrant: ignore[vault/unknown-capability] the plugin defines it\n  capabilities = [\"raed\"]\n}\n",
        ),
        ("config.hcl", DIRTY),
        (
            "overgrant.toml",
            b"[[ignore]]\nrule = \"vault/unknown-capability\"\npath = \"config.hcl\"\nreason = \"known\"\n",
        ),
    ]);
    let outcome = overgrant(dir.path(), &["check", "--format", "json"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let reasons: Vec<_> =
        report["suppressed"].as_array().unwrap().iter().map(|s| s["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["known", "the plugin defines it"]);
    assert_eq!(overgrant(dir.path(), &["check", "--no-inline-ignores"]).status, 1);
}

#[test]
fn the_same_input_gives_the_same_report() {
    let root = root();
    let first = overgrant(root, &["check", "fixtures/demo", "--format", "json"]);
    for _ in 0..3 {
        assert_eq!(overgrant(root, &["check", "fixtures/demo", "--format", "json"]).stdout, first.stdout);
    }
    assert!(!first.stdout.contains(env!("CARGO_MANIFEST_DIR")));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_overgrant"))
        .args(["rules", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn simulate_answers_one_request_with_its_exit_status() {
    let user = "arn:aws:iam::111122223333:user/ann";
    let dir = directory(&[
        ("app.hcl", b"path \"secret/+/db\" {\n  capabilities = [\"read\"]\n}\npath \"secret/x/*\" {\n  capabilities = [\"list\"]\n}\n"),
        (
            "mfa.json",
            br#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}}"#,
        ),
        ("broken.hcl", b"path \"a\" {"),
        ("m/auth/approle/role/ci.json", br#"{"token_policies": ["app"], "token_no_default_policy": true}"#),
        ("m/sys/policies/acl/app.hcl", b"path \"a/b\" {\n  capabilities = [\"read\"]\n}\n"),
    ]);
    let account = ["--resource-account", "111122223333", "--principal", user];
    let aws = [&["--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k"], &account[..]].concat();
    let table: &[(&[&str], i32, &str)] = &[
        (&["--policy", "app.hcl", "--capability", "read", "--path", "secret/a/db"], 0, "allowed"),
        (&["--policy", "app.hcl", "--capability", "read", "--path", "/v1/secret/a/db"], 0, "allowed"),
        (&["--policy", "app.hcl", "--capability", "read", "--path", "secret/x/db"], 1, "denied"),
        (&["-C", "m", "--policy", "root", "--capability", "read", "--path", "any"], 0, "allowed"),
        (&["-C", "m", "--principal", "auth/approle/role/ci", "--capability", "read", "--path", "a/b"], 0, "allowed"),
        (&["-C", "m", "--principal", "ci", "--capability", "update", "--path", "a/b"], 1, "denied"),
        (&["-C", "m", "--principal", "policy:app", "--capability", "read", "--path", "a/b"], 0, "allowed"),
        (&[&["--policy", "mfa.json"], &aws[..]].concat(), 3, "undetermined"),
        (&[&["--policy", "mfa.json", "--context-complete"], &aws[..]].concat(), 1, "denied"),
        (&[&["--policy", "mfa.json", "--context", "aws:MultiFactorAuthPresent=true"], &aws[..]].concat(), 0, "allowed"),
        (&["-C", "m", "--principal", "nobody", "--capability", "read", "--path", "a"], 2, ""),
        (&["--policy", "missing", "-C", "m", "--capability", "read", "--path", "a"], 2, ""),
        (&["--policy", "broken.hcl", "--capability", "read", "--path", "a"], 2, ""),
        (&["--policy", "app.hcl", "--capability", "raed", "--path", "a"], 2, ""),
        (&["--policy", "app.hcl"], 2, ""),
        (&aws, 2, ""),
    ];
    for (args, status, decision) in table {
        let args = [&["simulate"], *args].concat();
        let outcome = overgrant(dir.path(), &args);
        assert_eq!(outcome.status, *status, "{args:?}\n{}{}", outcome.stdout, outcome.stderr);
        assert!(outcome.stdout.starts_with(decision), "{args:?}: {}", outcome.stdout);
        assert_eq!(outcome.stderr.starts_with("error: "), *status == 2, "{args:?}: {}", outcome.stderr);
    }
}

#[test]
fn request_files_are_answered_line_by_line_in_order() {
    let dir = directory(&[]);
    let mut lines = String::from("\u{feff}");
    for id in 0..5000 {
        let line = match id % 4 {
            0 => format!(
                "{{\"id\": {id}, \"policies\": {{\"p\": \"path \\\"a\\\" {{ capabilities = [\\\"read\\\"] }}\"}}, \"request\": {{\"path\": \"a\", \"operation\": \"read\"}}}}\n"
            ),
            1 => format!(
                "{{\"id\": {id}, \"policies\": {{\"identity\": []}}, \"request\": {{\"principal\": \"arn:aws:iam::111122223333:user/a\", \"action\": \"s3:GetObject\", \"resource\": \"arn:aws:s3:::b/k\", \"context\": {{}}}}}}\r\n"
            ),
            2 => format!("{{\"id\": {id}, \"what\": 1}}\n\n"),
            _ => format!("{{\"id\": {id}, oops\n"),
        };
        lines.push_str(&line);
    }
    let outcome = overgrant_with(dir.path(), &["simulate", "--requests", "-"], lines.as_bytes());
    assert_eq!(outcome.status, 2);
    let answers: Vec<serde_json::Value> = outcome.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(answers.len(), 5000);
    for (id, answer) in answers.iter().enumerate() {
        match id % 4 {
            0 => assert_eq!((&answer["id"], &answer["decision"]), (&id.into(), &"allowed".into())),
            1 => assert_eq!((&answer["id"], &answer["decision"]), (&id.into(), &"denied".into())),
            2 => assert!(answer["id"] == id && answer["error"].is_string()),
            _ => assert!(answer["error"].is_string()),
        }
    }
}

/// The helper is no program, so only the import makes it read; it asks for one more.
#[test]
fn a_program_is_read_with_the_package_that_it_is_part_of() {
    let dir = directory(&[
        ("src/shop/lib/policies.py", b"from .names import ANY\ndef checked(document):\n    return document\n"),
        ("src/shop/lib/names.py", b"ANY = '*'\n"),
        (
            "src/shop/app/__main__.py",
            b"import json\nfrom pulumi_aws import iam\nfrom shop.lib.policies import ANY, checked\n\
              iam.Policy('p', policy=checked(json.dumps({'Version': '2012-10-17', 'Statement': [\n\
              {'Effect': 'Allow', 'Action': ANY, 'Resource': '*'}]})))\n",
        ),
    ]);
    for path in [".", "src/shop/app"] {
        let outcome = overgrant(dir.path(), &["check", path]);
        assert!(
            outcome.stdout.contains("critical[aws/admin-star-star]"),
            "{path}: {}{}",
            outcome.stdout,
            outcome.stderr
        );
    }
}
