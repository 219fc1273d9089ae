//! The conformance cases, through the answer to a request line.

use overgrant::simulate::vault;
use serde_json::{Map, Value};

fn lines(name: &str) -> Vec<Map<String, Value>> {
    let path = format!("{}/fixtures/cases/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn answer(case: &Map<String, Value>, dialect: &str) -> Value {
    let mut line = case.clone();
    line.insert("dialect".to_owned(), Value::from(dialect));
    assert!(vault::recognises(&line), "{line:?}");
    Value::Object(vault::answer(&line))
}

#[test]
fn acl_cases_hold_for_every_server_they_name() {
    let mut wrong = Vec::new();
    for file in ["vault-acl.jsonl", "vault-acl-combined.jsonl", "vault-differential.jsonl"] {
        for case in lines(file) {
            let expect = &case["expect"];
            for product in case["products"].as_array().unwrap() {
                let product = product.as_str().unwrap();
                let answer = answer(&case, product);
                let mut holds = answer["error"].is_null();
                if let Some(allowed) = expect["allowed"].as_bool() {
                    holds &= answer["decision"] == if allowed { "allowed" } else { "denied" };
                }
                if let Some(expected) = expect["parse_error"].as_str() {
                    holds &= answer["accepted"] == false;
                    holds &= answer["parse_error"].as_str().is_some_and(|message| message.contains(expected));
                }
                for key in ["sudo", "capabilities", "depends_on"] {
                    holds &= expect[key].is_null() || expect[key] == answer[key];
                }
                if !holds {
                    wrong.push(format!("{} {product}: {answer} instead of {expect}", case["id"]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sudo_cases_hold_for_both_products() {
    for case in lines("vault-sudo-paths.jsonl") {
        for (product, expected) in case["expect"]["root_protected"].as_object().unwrap() {
            assert_eq!(answer(&case, product)["root_protected"], *expected, "{} {product}", case["id"]);
        }
    }
}

#[test]
fn policy_texts_are_taken_or_refused() {
    for case in lines("vault-hcl1.jsonl") {
        for dialect in ["vault", "openbao", "vault-old"] {
            let answer = answer(&case, dialect);
            let refused = case.get("lenient").or(case.get("acl")).is_some()
                || (dialect == "vault" && case.contains_key("strict"));
            assert_eq!(answer["accepted"], !refused, "{} {dialect}: {answer}", case["id"]);
            if !refused {
                let paths = answer["paths"].as_array().unwrap();
                assert_eq!(Some(paths.len() as u64), case["paths"].as_u64(), "{} {dialect}", case["id"]);
            }
        }
    }
}
