//! Text → [`Policy`], with everything the server would refuse in it.
//! spec: vault-acl a.3

use super::decode::{Decoder, Seen};
use super::refuse::{refuse, refuse_all, wrong_keys};
use super::stanza::{Reader, stanza_keys};
use super::{Policy, Problem, SyntaxError};
use crate::source::Fragment;
use crate::suggest::closest;
use crate::syntax::hcl1::{self, Item, Object};
use crate::vault::dialect::Dialect;

/// Keys that may stand beside stanzas.
const ROOT_KEYS: [&str; 2] = ["name", "path"];

/// Parses a policy, HCL or JSON, as that server would. What the server refuses beyond
/// syntax is in the policy's [`problems`](Policy::problems), and the rest of the document
/// is read all the same.
///
/// # Errors
/// The syntax error that the server reports.
pub fn parse(fragment: &Fragment<'_>, dialect: Dialect) -> Result<Policy, SyntaxError> {
    let options = hcl1::Options { refuse_duplicates: dialect.refuses_duplicates() };
    let document = hcl1::parse(fragment, options)?;
    let mut policy = Policy { unknown: document.root.unknown.clone(), ..Policy::default() };
    let text = fragment.text.as_ref();
    let problems = wrong_keys(text, &document.root, &ROOT_KEYS, "unknown-root-key", |key, _| {
        closest(key, ROOT_KEYS).map(|known| format!("did you mean `{known}`?"))
    });
    refuse_all(&mut policy, problems, None);
    check_name(&mut policy, text, &document.root);
    let valid = stanza_keys(dialect);
    for item in document.root.items.iter().filter(|item| item.is("path")) {
        let reader = Reader { dialect, text, item, valid: &valid };
        reader.read(&mut policy);
    }
    // A hole for a key may be `path`.
    let unknown_key = |item: &&Item| item.keys.first().is_some_and(|key| !key.text.is_known());
    for item in document.root.items.iter().filter(unknown_key) {
        let holes = item.keys.first().map(|key| key.text.holes()).unwrap_or_default();
        policy.unknown.extend(holes.iter().map(|hole| hole.unknown.clone()));
    }
    Ok(policy)
}

/// `name` is ignored, but its value must be a string.
fn check_name(policy: &mut Policy, text: &str, root: &Object) {
    for value in Seen::of_key(root, "name") {
        if matches!(value, Seen::Unknown(_)) {
            continue;
        }
        let decoder = Decoder { text, fallback: root.span };
        if let Err(refusal) = decoder.string("root.name", &value) {
            let problem = Problem {
                rule: "wrong-type",
                server_message: refusal.message,
                message: "`name` must be a string".to_owned(),
                span: refusal.span,
                void_after: None,
                help: Some("remove it: the server takes the name from the request that writes the policy".to_owned()),
            };
            refuse(policy, problem);
        }
    }
}
