//! Bytes → text, with a precise reason where they are not text.

use std::fmt;

/// Why bytes are not a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotText {
    /// A NUL byte at this byte offset: a binary file.
    Nul(usize),
    /// Not UTF-8 from this byte offset on.
    InvalidUtf8(usize),
    /// Marked as UTF-16 but broken at this byte offset.
    InvalidUtf16(usize),
}

/// Bytes that are no text, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecoded {
    /// Why.
    pub reason: NotText,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl NotText {
    /// Stable identifier for the diagnostic.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nul(_) => "input/nul",
            Self::InvalidUtf8(_) => "input/not-utf8",
            Self::InvalidUtf16(_) => "input/not-utf16",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Nul(_) => "remove the NUL byte, or exclude the file if it is not a text",
            Self::InvalidUtf8(_) => "save the file as UTF-8",
            Self::InvalidUtf16(_) => "save the file as UTF-8, or write the UTF-16 file again",
        }
    }
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nul(at) => write!(f, "the text holds a NUL byte at byte offset {at}"),
            Self::InvalidUtf8(at) => write!(f, "the text is not UTF-8: byte offset {at} starts no valid character"),
            Self::InvalidUtf16(at) => {
                write!(f, "the byte order mark says UTF-16 but byte offset {at} starts no valid character")
            }
        }
    }
}

/// Decodes a file's bytes. UTF-16 with a byte order mark is decoded, the mark removed. A
/// UTF-8 byte order mark stays in the text: JSON readers skip it, Vault refuses a policy
/// that starts with it (spec: vault-acl a), so the parsers have to see it.
///
/// # Errors
///
/// If the bytes are no text, with the offset of the first byte that is not.
pub fn decode(bytes: Vec<u8>) -> Result<String, Undecoded> {
    let utf16 = match bytes.get(..2) {
        Some([0xff, 0xfe]) => Some(decode_utf16(&bytes, u16::from_le_bytes)),
        Some([0xfe, 0xff]) => Some(decode_utf16(&bytes, u16::from_be_bytes)),
        _ => None,
    };
    if let Some(decoded) = utf16 {
        return decoded.map_err(|reason| Undecoded { reason, bytes });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let reason = match memchr::memchr(0, error.as_bytes()) {
            Some(at) if at < valid => NotText::Nul(at),
            _ => NotText::InvalidUtf8(valid),
        };
        Undecoded { reason, bytes: error.into_bytes() }
    })?;
    match memchr::memchr(0, text.as_bytes()) {
        Some(at) => Err(Undecoded { reason: NotText::Nul(at), bytes: text.into_bytes() }),
        None => Ok(text),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let body = bytes.get(2..).unwrap_or_default();
    let mut text = String::with_capacity(body.len() / 2);
    let mut at = 2;
    let units = body.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(unit);
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok('\0') => return Err(NotText::Nul(at)),
            Ok(c) => {
                text.push(c);
                at += 2 * c.len_utf16();
            }
            Err(_) => return Err(NotText::InvalidUtf16(at)),
        }
    }
    if body.len() % 2 == 1 { Err(NotText::InvalidUtf16(at)) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_or_says_where_the_text_breaks() {
        let utf16 = |text: &str, le: bool| {
            let mut bytes = if le { vec![0xff, 0xfe] } else { vec![0xfe, 0xff] };
            for unit in text.encode_utf16() {
                bytes.extend(if le { unit.to_le_bytes() } else { unit.to_be_bytes() });
            }
            bytes
        };
        let table: [(Vec<u8>, Result<&str, NotText>); 11] = [
            (b"path".to_vec(), Ok("path")),
            (b"".to_vec(), Ok("")),
            ("\u{feff}{}".into(), Ok("\u{feff}{}")),
            (utf16("{\"\u{e9}\u{1f600}\"}", true), Ok("{\"\u{e9}\u{1f600}\"}")),
            (utf16("{}", false), Ok("{}")),
            (utf16("a\0", true), Err(NotText::Nul(4))),
            (vec![0xff, 0xfe, 0x61, 0x00, 0x62], Err(NotText::InvalidUtf16(4))),
            (vec![0xff, 0xfe, 0x00, 0xd8, 0x62, 0x00], Err(NotText::InvalidUtf16(2))),
            (b"ab\0c".to_vec(), Err(NotText::Nul(2))),
            (b"ab\xffc".to_vec(), Err(NotText::InvalidUtf8(2))),
            (b"a\0\xff".to_vec(), Err(NotText::Nul(1))),
        ];
        for (bytes, expected) in table {
            let shown = format!("{bytes:?}");
            let expected = expected.map(str::to_owned).map_err(|reason| Undecoded { reason, bytes: bytes.clone() });
            assert_eq!(decode(bytes), expected, "{shown}");
        }
    }
}
