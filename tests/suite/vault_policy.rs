//! Policy texts: what each server takes, and how it words what it does not take.

use overgrant::source::{Fragment, SourceId};
use overgrant::vault::dialect::Dialect;
use overgrant::vault::policy;
use serde_json::Value;

/// The labels of the stanzas that the server would store, or its refusal.
fn verdict(text: &str, dialect: Dialect) -> Result<Vec<String>, String> {
    let fragment = Fragment::plain(SourceId(0), 0, text);
    let policy = policy::parse(&fragment, dialect).map_err(|error| error.message)?;
    match policy.refusal(None) {
        Some(refusal) => Err(refusal.to_owned()),
        None => Ok(policy.stanzas.iter().map(|stanza| stanza.path.raw().to_owned()).collect()),
    }
}

fn lines(name: &str) -> Vec<Value> {
    let path = format!("{}/fixtures/cases/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn hcl1_texts_parse_as_the_server_parses_them() {
    let mut wrong = Vec::new();
    for case in lines("vault-hcl1.jsonl") {
        let id = case["id"].as_str().unwrap();
        let text = case["text"].as_str().unwrap();
        let dialects = [(Dialect::VAULT, true), (Dialect::VAULT_OLD, false), (Dialect::OPENBAO, false)];
        for (dialect, duplicates) in dialects {
            let refused = case["lenient"].as_str().map(|lenient| {
                // Where both are given and differ, `lenient` is what the native parser
                // says of a text that every server reads in JSON mode.
                case["strict"].as_str().unwrap_or(lenient)
            });
            let refused = refused.or(case["strict"].as_str().filter(|_| duplicates)).or(case["acl"].as_str());
            match (verdict(text, dialect), refused) {
                (Err(message), Some(expected)) if message.contains(expected) => {}
                (Ok(keys), None) => {
                    let expected: Vec<String> =
                        serde_json::from_value(case["keys"].clone()).unwrap_or_else(|_| Vec::new());
                    if keys != expected {
                        wrong.push(format!("{id} {dialect}: {keys:?} instead of {expected:?}"));
                    }
                }
                (actual, expected) => {
                    wrong.push(format!("{id} {dialect}: {actual:?} instead of {expected:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn refusals_are_worded_as_the_server_words_them() {
    let mut wrong = Vec::new();
    for case in lines("vault-acl.jsonl") {
        let Some(text) = case["policy"].as_str() else { continue };
        for product in case["products"].as_array().unwrap() {
            let dialect = product.as_str().unwrap().parse().unwrap();
            let expected = case["expect"]["parse_error"].as_str().unwrap();
            match verdict(text, dialect) {
                Err(message) if message.contains(expected) => {}
                other => wrong.push(format!("{} {dialect}: {other:?} instead of {expected:?}", case["id"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
