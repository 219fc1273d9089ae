//! Reports of the demo, format by format.

use serde_json::Value;

use crate::cli::{Outcome, directory, overgrant, root};

fn demo(format: &str) -> Outcome {
    overgrant(root(), &["check", "fixtures/demo", "--format", format])
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/check-v1.json")).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("check-v1.json", schema).unwrap();
    let index = compiler.compile("check-v1.json", &mut schemas).unwrap();
    let broken = directory(&[
        ("a.hcl", b"path \"a\" {"),
        ("b.hcl", b"# overgrant: ignore[vault/unknown-capability] why\npath \"a\" { capabilities = [\"raed\"] }\n"),
    ]);
    for outcome in [demo("json"), overgrant(broken.path(), &["check", ".", "none.hcl", "--format", "json"])] {
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        if let Err(error) = schemas.validate(&report, index) {
            panic!("{error:#}");
        }
    }
}

#[test]
fn answers_are_as_their_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/answer-v1.json")).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("answer-v1.json", schema).unwrap();
    let index = compiler.compile("answer-v1.json", &mut schemas).unwrap();
    let vault = ["simulate", "-C", "fixtures/demo", "--principal", "ci", "--format", "json", "--capability"];
    let aws = [
        "simulate",
        "--policy",
        "fixtures/demo/aws/deploy-permissions.json",
        "--principal",
        "arn:aws:iam::111122223333:role/deploy",
        "--format",
        "json",
        "--action",
    ];
    for args in [
        [&vault[..], &["update", "--path", "sys/policies/acl/x"]].concat(),
        [&vault[..], &["read", "--path", "secret/data/payments/cards"]].concat(),
        [&aws[..], &["iam:PassRole", "--resource", "arn:aws:iam::111122223333:role/admin"]].concat(),
        [&aws[..], &["s3:PutObject", "--resource", "arn:aws:s3:::shop-artifacts/x"]].concat(),
    ] {
        let outcome = overgrant(root(), &args);
        let answer: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr));
        if let Err(error) = schemas.validate(&answer, index) {
            panic!("{error:#}");
        }
        let status = match answer["decision"].as_str().unwrap() {
            "allowed" => 0,
            "denied" => 1,
            _ => 3,
        };
        assert_eq!(outcome.status, status);
    }
}

#[test]
fn sarif_has_everything_that_code_scanning_requires() {
    let report: Value = serde_json::from_str(&demo("sarif").stdout).unwrap();
    assert_eq!(report["version"], "2.1.0");
    assert!(report["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    let run = &report["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert!(run["originalUriBaseIds"]["%SRCROOT%"].is_object());
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "overgrant");
    let rules = driver["rules"].as_array().unwrap();
    assert!(!rules.is_empty());
    let text = |value: &Value, limit: usize, what: &str| {
        let text = value.as_str().unwrap_or_else(|| panic!("{what} is no text"));
        assert!(!text.trim().is_empty() && text.chars().count() <= limit, "{what}: {text}");
    };
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        text(&rule["name"], 255, id);
        text(&rule["shortDescription"]["text"], 1024, id);
        text(&rule["fullDescription"]["text"], 1024, id);
        text(&rule["help"]["text"], usize::MAX, id);
        text(&rule["help"]["markdown"], usize::MAX, id);
        assert!(matches!(rule["defaultConfiguration"]["level"].as_str(), Some("note" | "warning" | "error")), "{id}");
        let properties = &rule["properties"];
        let tags = properties["tags"].as_array().unwrap();
        assert!(tags.len() <= 10 && tags.iter().any(|tag| tag == "security"), "{id}");
        let severity: f64 = properties["security-severity"].as_str().unwrap().parse().unwrap();
        assert!(severity > 0.0 && severity <= 10.0, "{id}");
        let precision = properties["precision"].as_str();
        assert!(matches!(precision, Some("very-high" | "high" | "medium" | "low")), "{id}");
        let problem = properties["problem.severity"].as_str();
        assert!(matches!(problem, Some("error" | "warning" | "recommendation")), "{id}");
    }
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let id = result["ruleId"].as_str().unwrap();
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], id);
        text(&result["message"]["text"], usize::MAX, id);
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1);
        let place = &locations[0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("fixtures/demo/") && !uri.contains('\\') && !uri.contains(' '), "{uri}");
        let region = |key: &str| place["region"][key].as_u64().unwrap();
        assert!(region("startLine") >= 1 && region("startColumn") >= 1);
        assert!((region("endLine"), region("endColumn")) > (region("startLine"), region("startColumn")));
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
        let (hash, count) = hash.split_once(':').unwrap();
        assert!(u64::from_str_radix(hash, 16).is_ok() && count.parse::<u32>().is_ok_and(|n| n > 0));
        assert_eq!(result["partialFingerprints"]["overgrant/v1"].as_str().unwrap().len(), 32);
    }
}

#[test]
fn sarif_is_complete_for_empty_and_for_broken_inputs() {
    let dir = directory(&[("ok.hcl", b"path \"a/b\" {\n  capabilities = [\"read\"]\n}\n")]);
    let report: Value = serde_json::from_str(&overgrant(dir.path(), &["check", "--format", "sarif"]).stdout).unwrap();
    assert_eq!(report["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(report["runs"][0]["invocations"][0]["executionSuccessful"], true);

    let dir = directory(&[("a b#é.hcl", "path \"é😀\" {".as_bytes())]);
    let report: Value = serde_json::from_str(&overgrant(dir.path(), &["check", "--format", "sarif"]).stdout).unwrap();
    let run = &report["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b%23%C3%A9.hcl");
    assert_eq!(run["results"][0]["level"], "error");
}

#[test]
fn sarif_columns_count_utf16_units() {
    let text = "path \"a/😀\" { capabilities = [\"raed\"] }\n";
    let dir = directory(&[("x.hcl", text.as_bytes())]);
    let args = ["check", "--select", "vault/unknown-capability", "--format", "sarif"];
    let report: Value = serde_json::from_str(&overgrant(dir.path(), &args).stdout).unwrap();
    let region = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    let before: usize = text.split("\"raed\"").next().unwrap().encode_utf16().count();
    assert_eq!(region["startColumn"], before + 1);
    assert_eq!(region["endColumn"], before + 1 + "\"raed\"".len());
}

#[test]
fn paths_in_sarif_start_at_the_root_of_the_repository() {
    let dir = directory(&[("sub/x.hcl", b"path \"a\" { capabilities = [\"raed\"] }"), (".git/HEAD", b"ref")]);
    let outcome = overgrant(&dir.path().join("sub"), &["check", "x.hcl", "--format", "sarif"]);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let place = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "sub/x.hcl");
}

#[test]
fn fingerprints_survive_lines_added_above() {
    let text = "path \"a\" {\n  capabilities = [\"raed\", \"raed\"]\n}\n";
    let prints = |text: &str| {
        let dir = directory(&[("x.hcl", text.as_bytes())]);
        let outcome = overgrant(dir.path(), &["check", "--format", "json"]);
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let mut prints: Vec<String> = findings.iter().map(|f| f["fingerprint"].as_str().unwrap().to_owned()).collect();
        prints.sort();
        prints
    };
    let first = prints(text);
    assert!(!first.is_empty());
    let mut unique = first.clone();
    unique.dedup();
    assert_eq!(unique, first, "two findings share a fingerprint");
    assert_eq!(prints(&format!("# a comment\n\n{text}")), first);
    assert_eq!(prints(&text.replace("  capabilities", "      capabilities")), first);
}

#[test]
fn gitlab_and_junit_hold_every_finding() {
    let count = {
        let report: Value = serde_json::from_str(&demo("json").stdout).unwrap();
        report["findings"].as_array().unwrap().len()
    };
    let gitlab: Value = serde_json::from_str(&demo("gitlab").stdout).unwrap();
    let issues = gitlab.as_array().unwrap();
    assert_eq!(issues.len(), count);
    for issue in issues {
        assert!(issue["description"].as_str().unwrap().starts_with(issue["check_name"].as_str().unwrap()));
        assert!(matches!(issue["severity"].as_str(), Some("info" | "minor" | "major" | "critical" | "blocker")));
        assert!(issue["location"]["path"].as_str().unwrap().starts_with("fixtures/demo/"));
    }
    let junit = demo("junit").stdout;
    assert_eq!(junit.matches("<failure ").count(), count);
    assert!(junit.ends_with("</testsuites>\n"));
}

/// The README shows real output; this keeps it so. `UPDATE_README=1` writes it anew.
#[test]
fn the_screens_in_the_readme_are_true() {
    const SCREEN: &str = "<!-- screen -->\n```text\n$ overgrant ";
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let mut parts = readme.split(SCREEN);
    let mut fresh = parts.next().unwrap().to_owned();
    for part in parts {
        let (screen, after) = part.split_once("```\n").unwrap();
        let (command, _) = screen.split_once('\n').unwrap();
        let shown = overgrant(root(), &command.split(' ').collect::<Vec<_>>()).stdout;
        assert!(!shown.is_empty(), "{command}");
        fresh += SCREEN;
        for part in [command, "\n", &shown, "```\n", after] {
            fresh.push_str(part);
        }
    }
    if fresh != readme && std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, fresh).unwrap();
        return;
    }
    let differs = readme.lines().zip(fresh.lines()).find(|(old, new)| old != new);
    assert!(readme == fresh, "run `UPDATE_README=1 cargo test --test suite readme`; the first change is {differs:#?}");
}

/// Every command in the README that is shown to run on the demo does run.
#[test]
fn the_commands_in_the_readme_run() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("overgrant "))
        .map(|line| line.split(" #").next().unwrap().trim())
        .filter(|line| line.contains("fixtures/demo"))
        .collect();
    assert!(!commands.is_empty());
    for command in commands {
        let outcome = overgrant(root(), &command.split(' ').collect::<Vec<_>>());
        assert!(outcome.status != 2, "{command}: {}{}", outcome.stdout, outcome.stderr);
    }
}

/// A plan, and the same on many lines, whose sensitive values are in the clear around what
/// is found; and a program with a password beside a finding.
#[test]
fn no_report_shows_a_secret() {
    let plan = r#"{"format_version":"1.2","variables":{"v":{"value":"TOPSECRETVALUE"}},"resource_changes":[
        {"address":"vault_policy.p","mode":"managed","type":"vault_policy","name":"p","change":{"actions":["update"],
          "before":{"nickname":"TOPSECRETVALUE"},
          "after":{"name":"p","nickname":"TOPSECRETVALUE","policy":"path \"sys/*\" { capabilities = [\"sudo\"] }",
            "list":["TOPSECRETVALUE"],"map":{"k":"TOPSECRETVALUE"},"pin":424242},
          "after_unknown":{},"after_sensitive":{"nickname":true,"list":[true],"map":{"k":true},"pin":true}}},
        {"address":"vault_approle_auth_backend_role.r","mode":"managed","type":"vault_approle_auth_backend_role","name":"r",
          "change":{"actions":["create"],"before":null,"after":{"backend":"approle","role_name":"r",
            "role_id":"TOPSECRETVALUE","token_policies":["p"],"other":"TOPSECRETVALUE"},
          "after_unknown":{},"after_sensitive":{"role_id":true}}},
        {"address":"vault_generic_secret.s","mode":"managed","type":"vault_generic_secret","name":"s",
          "change":{"actions":["create"],"after":{"path":"secret/x","data_json":"{\"password\":\"TOPSECRETVALUE\"}"},
          "after_unknown":{},"after_sensitive":{"data_json":true}}}],
        "configuration":{"provider_config":{"vault":{"expressions":{"token":{"constant_value":"TOPSECRETVALUE"}}}}}}"#;
    let line = serde_json::from_str::<Value>(plan).unwrap().to_string();
    let lines = serde_json::to_string_pretty(&serde_json::from_str::<Value>(plan).unwrap()).unwrap();
    let state = r#"{"version":4,"terraform_version":"1.9.0","serial":1,"lineage":"x","resources":[
        {"mode":"managed","type":"vault_approle_auth_backend_role","name":"r","instances":[{"attributes":{
          "role_name":"r","secret":"TOPSECRETVALUE","token_policies":["root"],"other":"TOPSECRETVALUE"},
          "sensitive_attributes":[]}]}]}"#;
    let stack = r#"{"version":3,"deployment":{"manifest":{},"resources":[
        {"urn":"urn:pulumi:dev::app::vault:index/policy:Policy::p","custom":true,"type":"vault:index/policy:Policy",
         "inputs":{"name":"p","other":"TOPSECRETVALUE","policy":"path \"*\" { capabilities = [\"sudo\"] }",
           "secret":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","plaintext":"\"TOPSECRETVALUE\""}}}]}}"#;
    let program = br#"resource "vault_userpass_auth_backend_user" "u" {
  username       = "u"
  password       = "TOPSECRETVALUE"
  token_policies = ["root"]
}
"#;
    let files = directory(&[
        ("line.json", line.as_bytes()),
        ("lines.json", lines.as_bytes()),
        ("terraform.tfstate", state.as_bytes()),
        ("stack.json", stack.as_bytes()),
        ("main.tf", program),
    ]);
    for format in ["human", "json", "sarif", "github", "gitlab", "junit"] {
        for select in [&[][..], &["--select", "vault/role-*"][..]] {
            let args = [&["check", ".", "--format", format][..], select].concat();
            let outcome = overgrant(files.path(), &args);
            let shown = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(!shown.contains("TOPSECRET") && !shown.contains("424242"), "{format}: {shown}");
            assert!(shown.contains("role") && outcome.status == 1, "{format}: {shown}");
        }
    }
    for name in ["line.json", "lines.json"] {
        let outcome = overgrant(files.path(), &["check", name]);
        assert!(outcome.stdout.contains("capabilities = [\\\"sudo\\\"]"), "the place is shown: {}", outcome.stdout);
    }
    let asked =
        ["simulate", "-C", ".", "--principal", "auth/approle/role/r", "--capability", "read", "--path", "sys/x"];
    for asked in [&asked[..], &["model", "-C", "."][..], &["access", "auth/approle/role/r", "-C", "."][..]] {
        let outcome = overgrant(files.path(), asked);
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!shown.contains("TOPSECRET"), "{asked:?}: {shown}");
    }
}

#[test]
fn findings_alike_in_one_statement_are_drawn_once_and_none_is_lost() {
    let policy = |names: &[&str]| {
        let actions: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        format!(
            "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Resource\": \"*\", \"Action\": [\n{}\n]}}]}}",
            actions.join(",\n")
        )
    };
    let table: [(&[&str], usize, &[&str]); 2] = [
        (&["s3:GetObjct", "s3:PutObjct"], 2, &[]),
        (
            &["s3:GetObjct", "s3:PutObjct", "s3:ListBuckt", "s3:GetObjct2"],
            1,
            &["  more:   3:1: `s3` has no action `PutObjct`", "          4:1: `s3` has no action `ListBuckt`", "5:1: "],
        ),
    ];
    for (names, drawn, lines) in table {
        let files = directory(&[("p.json", policy(names).as_bytes())]);
        let args = ["check", "p.json", "--select", "aws/action-unknown"];
        let human = overgrant(files.path(), &args).stdout;
        assert_eq!(human.matches("╭─[").count(), drawn, "{human}");
        for line in lines {
            assert!(human.contains(line), "`{line}` in\n{human}");
        }
        for name in names {
            assert!(human.contains(name.trim_start_matches("s3:")), "{human}");
        }
        assert!(human.contains(&format!("{} findings", names.len())), "{human}");
        let json = overgrant(files.path(), &[&args[..], &["--format", "json"]].concat()).stdout;
        let report: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(report["findings"].as_array().unwrap().len(), names.len());
    }
}
