//! Requests answered: one JSON object in, one out, whichever system it asks about.
//!
//! The form of requests and answers is that of `docs/requests.md`.

pub mod access;
mod access_aws;
pub mod access_row;
pub mod aws;
pub mod bridge;
mod members;
pub mod principal;
pub mod vault;
pub mod who_can;

use serde_json::{Map, Value};

/// Answers one line of a request file. The second value is false if the answer is an
/// error object. Whatever the line holds, the answer is one JSON object.
#[must_use]
pub fn answer_line(line: &[u8]) -> (Map<String, Value>, bool) {
    let request = match serde_json::from_slice::<Value>(line) {
        Ok(Value::Object(request)) => request,
        Ok(_) => return (error(None, "the line holds no JSON object"), false),
        Err(reason) => return (error(None, &format!("the line is not valid JSON: {}", describe(&reason))), false),
    };
    let id = request.get("id").cloned();
    let mut answer = answer(&request);
    if let Some(id) = id {
        answer.insert("id".to_owned(), id);
    }
    let good = !answer.contains_key("error");
    (answer, good)
}

/// Answers one request.
#[must_use]
pub fn answer(request: &Map<String, Value>) -> Map<String, Value> {
    if aws::recognises(request) {
        return aws::answer(request);
    }
    if vault::recognises(request) {
        return vault::answer(request);
    }
    let misspelt = aws::misspelt(request).or_else(|| vault::misspelt(request));
    let what = "the object is no request: it needs `policies` and `request`, or a policy `text` or a `path`";
    error(request.get("id"), misspelt.as_deref().unwrap_or(what))
}

/// The answer to what cannot be answered.
pub(crate) fn error(id: Option<&Value>, message: &str) -> Map<String, Value> {
    let mut answer = Map::new();
    if let Some(id) = id {
        answer.insert("id".to_owned(), id.clone());
    }
    answer.insert("error".to_owned(), Value::from(message));
    answer
}

/// The reader's words without its line number: a line of a file is always its line 1.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or(&text);
    format!("{words} at column {}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_gets_an_error_object() {
        let table: [(&[u8], &str); 4] = [
            (b"", "not valid JSON"),
            (b"[1]", "no JSON object"),
            (b"{\"id\": 1", "not valid JSON"),
            (b"{\"id\": \"a\", \"x\": \"\xff\"}", "not valid JSON"),
        ];
        for (line, expected) in table {
            let (answer, good) = answer_line(line);
            assert!(!good);
            assert!(answer.get("error").and_then(Value::as_str).is_some_and(|e| e.contains(expected)), "{answer:?}");
        }
    }

    #[test]
    fn the_id_comes_back() {
        let (answer, good) = answer_line(b"{\"id\": {\"any\": [1]}}");
        assert!(!good);
        assert_eq!(answer.get("id"), Some(&serde_json::json!({"any": [1]})));
    }

    #[test]
    fn deep_nesting_is_an_error_not_a_crash() {
        let line = "[".repeat(200_000);
        assert!(!answer_line(line.as_bytes()).1);
        assert!(!answer_line(format!("{{\"id\":{line}").as_bytes()).1);
    }
}
