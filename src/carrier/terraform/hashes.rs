//! Hashes of texts, as names are often made unique with a part of one.
//!
//! Those of files (`filesha256` and the like) stay unknown: they tell when a file has
//! changed, and decide nothing about access. So do `bcrypt`, `rsadecrypt` and `uuid`, which
//! differ from run to run or hold secrets, and `base64gzip`, whose bytes differ between
//! implementations.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::value::{known_string, string};
use crate::source::Span;
use crate::syntax::Node;

pub(super) fn call(name: &str, args: &[Node], span: Span) -> Option<Node> {
    let made = match (name, args) {
        ("md5", [value]) => hex(&Md5::digest(known_string(value)?.as_bytes())),
        ("sha1", [value]) => hex(&Sha1::digest(known_string(value)?.as_bytes())),
        ("sha256", [value]) => hex(&Sha256::digest(known_string(value)?.as_bytes())),
        ("sha512", [value]) => hex(&Sha512::digest(known_string(value)?.as_bytes())),
        // Of the bytes, not of their hexadecimal form.
        ("base64sha256", [value]) => STANDARD.encode(Sha256::digest(known_string(value)?.as_bytes())),
        ("base64sha512", [value]) => STANDARD.encode(Sha512::digest(known_string(value)?.as_bytes())),
        ("uuidv5", [namespace, value]) => uuid(&known_string(namespace)?, &known_string(value)?)?,
        _ => return None,
    };
    Some(string(made, span))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A name-based UUID (RFC 9562, section 5.5) in a namespace of its appendix or any other.
fn uuid(namespace: &str, name: &str) -> Option<String> {
    let namespace = match namespace {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
        other => other,
    };
    let digits = namespace.replace('-', "");
    let parts = [8, 4, 4, 4, 12];
    if !namespace.split('-').map(str::len).eq(parts) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = Sha1::new();
    hash.update(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes());
    hash.update(name.as_bytes());
    let bytes: [u8; 16] = hash.finalize().as_slice().get(..16)?.try_into().ok()?;
    let number = u128::from_be_bytes(bytes);
    let version = number & !(0xf << 76) | 5 << 76;
    let variant = version & !(0b11 << 62) | 0b10 << 62;
    let digits = format!("{variant:032x}");
    let mut rest = digits.as_str();
    let parts: Option<Vec<&str>> = parts
        .iter()
        .map(|length| {
            let (part, after) = rest.split_at_checked(*length)?;
            rest = after;
            Some(part)
        })
        .collect();
    Some(parts?.join("-"))
}
