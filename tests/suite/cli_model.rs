//! Questions to the model on the command line: `access`, `who-can`, `model`, and `simulate`
//! for principals of AWS; `init`.

use serde_json::Value;

use crate::cli::{directory, overgrant, overgrant_with, root};

#[test]
fn exit_status_says_whether_somebody_can() {
    let mfa = "arn:aws:s3:::shop-ledger/x";
    let in_account = ["s3:GetObject", mfa, "--resource-account", "111122223333"];
    let table: &[(&[&str], i32, &str)] = &[
        (&["read", "secret/data/payments/x"], 0, "entity:ann → group:payments → policy payments"),
        (&["read", "/v1/secret/data/payments/x"], 0, "2 of 4 principals can read secret/data/payments/x"),
        (&["read", "nothing/here"], 1, "none of 4 principals can"),
        (&in_account, 0, "1 of 2 principals can s3:GetObject"),
        (&["s3:GetObject", mfa], 3, "none of 2 principals certainly can"),
        (&["ec2:RunInstances", "*"], 1, "none of 2 principals can"),
        (&["raed", "a"], 2, "neither a capability such as `read`"),
        (&["deny", "a"], 2, "neither a capability"),
        (&["read"], 2, "give the path"),
        (&["read", "a", "--context", "a=b"], 2, "are for AWS"),
    ];
    for (args, status, expected) in table {
        let args = [&["who-can"], *args, &["-C", "fixtures/demo"]].concat();
        let outcome = overgrant(root(), &args);
        assert_eq!(outcome.status, *status, "{args:?}\n{}{}", outcome.stdout, outcome.stderr);
        let said = if *status == 2 { &outcome.stderr } else { &outcome.stdout };
        assert!(said.contains(expected), "{args:?}: {said}");
    }
    let empty = directory(&[]);
    assert_eq!(overgrant(empty.path(), &["who-can", "read", "a"]).status, 2);
    assert_eq!(overgrant(empty.path(), &["who-can", "s3:GetObject"]).status, 2);
}

#[test]
fn simulate_knows_the_users_and_roles_of_an_account() {
    let table: &[(&[&str], i32)] = &[
        (&["role/ledger", "--action", "s3:PutObject"], 0),
        (&["ledger", "--action", "s3:DeleteObject"], 1),
        (&["user/ann", "--action", "s3:GetObject"], 3),
        (&["user/ann", "--action", "s3:GetObject", "--context", "aws:MultiFactorAuthPresent=true"], 0),
        (&["user/ann", "--action", "s3:GetObject", "--context-complete"], 1),
        // Vault has an `ann`, too, and it is not she who is asked about.
        (&["ann", "--action", "s3:GetObject"], 3),
        (&["entity:ann", "--action", "s3:GetObject"], 2),
        (&["role/nobody", "--action", "s3:GetObject"], 2),
    ];
    for (args, status) in table {
        let more =
            ["--resource", "arn:aws:s3:::shop-ledger/x", "--resource-account", "111122223333", "-C", "fixtures/demo"];
        let args = [&["simulate", "--principal"], *args, &more].concat();
        let outcome = overgrant(root(), &args);
        assert_eq!(outcome.status, *status, "{args:?}\n{}{}", outcome.stdout, outcome.stderr);
    }
}

#[test]
fn what_no_request_can_be_is_said_with_what_was_meant() {
    let table: &[(&[&str], i32, &str)] = &[
        (&["simulate", "--principal", "annn", "--capability", "read", "--path", "a"], 2, "did you mean `entity:ann`?"),
        (&["simulate", "--principal", "ann", "--action", "GetObject"], 2, "write one such as `s3:GetObject`"),
        (&["simulate", "--principal", "ann", "--action", "s3:GetObject", "--resource", "x"], 2, "`x` is no ARN"),
        (&["simulate", "--principal", "ann", "--action", "s3:GetObjct"], 1, "did you mean `s3:GetObject`?"),
        (&["who-can", "s4:GetObject"], 1, "no service has the prefix `s4`"),
        (&["access", "ann"], 2, "give one of these names"),
    ];
    for (args, status, said) in table {
        let outcome = overgrant(root(), &[args, &["-C", "fixtures/demo"][..]].concat());
        let text = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!((outcome.status, text.contains(said)), (*status, true), "{args:?}\n{text}");
    }
}

#[test]
fn a_template_is_filled_in_for_the_entity_that_is_named() {
    let dir = directory(&[
        ("identity/entity/name/bob.json", br#"{"id": "e1", "name": "bob", "policies": ["own"]}"#),
        ("own.hcl", b"path \"secret/{{identity.entity.name}}\" {\n  capabilities = [\"read\"]\n}\n"),
    ]);
    let ask = |more: &[&str]| {
        let args = ["simulate", "--policy", "own.hcl", "--capability", "read", "--path", "secret/bob"];
        overgrant(dir.path(), &[&args, more].concat()).status
    };
    assert_eq!(ask(&[]), 3);
    assert_eq!(ask(&["--entity", "bob"]), 0);
    assert_eq!(ask(&["--entity", "eve"]), 2);
    assert_eq!(ask(&["--entity", "bob", "--namespace", "team"]), 1);
}

#[test]
fn what_is_given_by_place_is_what_is_missing() {
    let dir = directory(&[
        ("auth/approle/role/ci.json", br#"{"token_policies": ["app"], "bind_secret_id": true}"#),
        ("app.hcl", b"path \"secret/a\" {\n  capabilities = [\"read\"]\n}\n"),
        ("deny.hcl", b"path \"secret/a\" {\n  capabilities = [\"deny\"]\n}\n"),
    ]);
    let ask = |more: &[&str]| {
        let args = ["simulate", "--capability", "read", "--path", "secret/a"];
        overgrant(dir.path(), &[&args, more].concat()).status
    };
    assert_eq!(ask(&["app.hcl"]), 0);
    assert_eq!(ask(&["app"]), 0);
    // Several are the policies of one token.
    assert_eq!(ask(&["app.hcl", "deny.hcl"]), 1);
    assert_eq!(ask(&["--policy", "app.hcl", "deny.hcl"]), 1);
    assert_eq!(ask(&["--principal", "policy:app"]), 0);
    assert_eq!(ask(&["--principal", "ci", "."]), 0);
    assert_eq!(ask(&["--principal", "ci", "deny.hcl"]), 2);
    assert_eq!(ask(&["gone.hcl"]), 2);
    assert_eq!(ask(&[]), 2);
}

#[test]
fn what_expires_depends_on_the_moment() {
    let policy = b"path \"secret/a\" {\n  capabilities = [\"read\"]\n  expiration = \"2030-01-01T00:00:00Z\"\n}\n";
    let role: &[u8] = br#"{"token_policies": ["app"], "bind_secret_id": true}"#;
    let dir = directory(&[("auth/approle/role/ci.json", role), ("app.hcl", policy)]);
    let ask = |who: &[&str], at: &str| {
        let args = ["simulate", "--dialect", "openbao", "--capability", "read", "--path", "secret/a", "--at", at];
        overgrant(dir.path(), &[&args, who].concat()).status
    };
    for who in [&["--principal", "ci"][..], &["app.hcl"][..]] {
        assert_eq!(ask(who, "2029-12-31T23:59:59Z"), 0, "{who:?}");
        assert_eq!(ask(who, "2030-01-02T00:00:00Z"), 1, "{who:?}");
        assert_eq!(ask(who, "soon"), 2, "{who:?}");
    }
}

#[test]
fn request_files_take_the_format_they_have() {
    let run = |more: &[&str]| overgrant_with(root(), &[&["simulate", "--requests", "-"], more].concat(), b"").status;
    assert_eq!(run(&[]), 0);
    assert_eq!(run(&["--format", "json"]), 0);
    assert_eq!(run(&["--format", "human"]), 2);
    assert_eq!(run(&["--principal", "x"]), 2);
    assert_eq!(run(&["-C", "x"]), 2);
}

#[test]
fn json_is_as_the_schemas_say() {
    let table: &[(&str, &[&[&str]])] = &[
        ("access", &[&["access", "ci"], &["access", "role/ledger"], &["access", "group:payments"]]),
        (
            "who-can",
            &[
                &["who-can", "read", "secret/data/payments/x"],
                &["who-can", "s3:GetObject", "arn:aws:s3:::shop-ledger/x"],
                &["who-can", "read", "nothing"],
            ],
        ),
        ("model", &[&["model"]]),
    ];
    let demo = root().join("fixtures/demo");
    for (name, runs) in table {
        let text = std::fs::read_to_string(root().join(format!("schemas/{name}-v1.json"))).unwrap();
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        compiler.add_resource("schema.json", serde_json::from_str(&text).unwrap()).unwrap();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        for args in *runs {
            let outcome = overgrant(&demo, &[args, &["--format", "json"][..]].concat());
            let answer: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr));
            assert_eq!(answer["version"], 1);
            if let Err(error) = schemas.validate(&answer, index) {
                panic!("{args:?}: {error:#}");
            }
        }
    }
}

#[test]
fn the_model_tells_what_is_missing_and_no_secret() {
    let dir = directory(&[(
        "auth/approle/role/ci.json",
        br#"{"token_policies": ["gone"], "token_no_default_policy": true, "role_id": "hunter2-hunter2"}"#,
    )]);
    let outcome = overgrant(dir.path(), &["model"]);
    assert!(outcome.stdout.contains("missing: policy `gone` is cited but not in the model"), "{}", outcome.stdout);
    let model: Value = serde_json::from_str(&overgrant(dir.path(), &["model", "--format", "json"]).stdout).unwrap();
    assert_eq!(model["dangling"][0]["name"], "gone");
    assert_eq!(model["dangling"][0]["place"]["file"], "auth/approle/role/ci.json");
    assert_eq!(model["vault"]["principals"][0]["policies"][0]["target"], "missing");
    assert!(!model.to_string().contains("hunter2"));
}

#[test]
fn init_writes_a_configuration_once() {
    let dir = directory(&[("a.hcl", b"path \"a/b\" {\n  capabilities = [\"read\"]\n}\n")]);
    assert_eq!(overgrant(dir.path(), &["init"]).status, 0);
    assert_eq!(overgrant(dir.path(), &["check"]).status, 0);
    let again = overgrant(dir.path(), &["init"]);
    assert_eq!((again.status, again.stderr.contains("is there already")), (2, true));
    // What the comments show is a configuration too.
    let text = std::fs::read_to_string(dir.path().join("overgrant.toml")).unwrap();
    let lines: Vec<&str> = text.lines().skip(2).map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    std::fs::write(dir.path().join("overgrant.toml"), lines.join("\n")).unwrap();
    let outcome = overgrant(dir.path(), &["check"]);
    assert_ne!(outcome.status, 2, "{}{}", outcome.stdout, outcome.stderr);
}
