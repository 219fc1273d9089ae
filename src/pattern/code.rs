//! The compiled form all wildcard patterns share: one byte string in which literals stand
//! as UTF-8 and wildcards as bytes that UTF-8 never uses.
//!
//! Text is compared byte by byte. That agrees with comparing characters because UTF-8 is
//! self-synchronising: a literal's first byte never equals a continuation byte. Only
//! wildcards count characters, and they step over whole ones.

use memchr::memchr;

/// `*`: any text.
pub(super) const STAR: u8 = 0xFF;
/// `?`: any one character.
pub(super) const ONE: u8 = 0xFE;
/// `*` confined to its ARN segment: any text without a colon.
pub(super) const STAR_INSIDE: u8 = 0xFD;
/// `?` confined to its ARN segment: any one character but a colon.
pub(super) const ONE_INSIDE: u8 = 0xFC;
/// A part whose text is not known. For matching it stands for any text.
pub(super) const HOLE_CODE: u8 = 0xFB;

/// Whether a code byte stands for a wildcard.
pub(super) const fn is_wild(byte: u8) -> bool {
    byte >= HOLE_CODE
}

/// Length in bytes of the character that starts with this byte.
pub(super) const fn char_len(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 1,
    }
}

const fn same(code: u8, text: u8, fold: bool) -> bool {
    code == text || (fold && code == text.to_ascii_lowercase())
}

/// Whether two texts of equal length agree, the first perhaps lower-cased.
pub(super) fn same_text(code: &[u8], text: &[u8], fold: bool) -> bool {
    if fold { code.len() == text.len() && code.iter().zip(text).all(|(c, t)| same(*c, *t, true)) } else { code == text }
}

/// Matches a code that holds no wildcard confined to a segment. Only the last `*` passed
/// is ever taken up again: the text that an earlier one could give it, it can take itself.
pub(super) fn matches_free(code: &[u8], text: &[u8], fold: bool) -> bool {
    let (mut at, mut pos) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (code.get(at), text.get(pos)) {
            (Some(&(STAR | HOLE_CODE)), _) => {
                at += 1;
                match code.get(at) {
                    None => return true,
                    Some(&next) if !fold && !is_wild(next) => {
                        // nothing before the next literal's first byte can be right
                        let Some(skip) = text.get(pos..).and_then(|rest| memchr(next, rest)) else { return false };
                        pos += skip;
                    }
                    Some(_) => {}
                }
                retry = Some((at, pos));
                continue;
            }
            (Some(&ONE), Some(&byte)) => {
                at += 1;
                pos += char_len(byte);
                continue;
            }
            (Some(&code), Some(&byte)) if same(code, byte, fold) => {
                at += 1;
                pos += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((star, from)) = retry else { return false };
        let Some(&byte) = text.get(from) else { return false };
        let mut next = from + char_len(byte);
        if let Some(&literal) = code.get(star)
            && !fold
            && !is_wild(literal)
        {
            let Some(skip) = text.get(next..).and_then(|rest| memchr(literal, rest)) else { return false };
            next += skip;
        }
        retry = Some((star, next));
        at = star;
        pos = next;
    }
}

/// Matches a code whose first five segments may hold confined wildcards. Two places
/// to take up again are enough, the last confined `*` and the last free one: once the colon
/// that ends a segment is passed, no other choice in that segment would end elsewhere.
pub(super) fn matches_segments(code: &[u8], text: &[u8], fold: bool) -> bool {
    let (mut at, mut pos) = (0, 0);
    let mut free: Option<(usize, usize)> = None;
    let mut inside: Option<(usize, usize)> = None;
    loop {
        match (code.get(at), text.get(pos)) {
            (Some(&(STAR | HOLE_CODE)), _) => {
                at += 1;
                free = Some((at, pos));
                inside = None;
                continue;
            }
            (Some(&STAR_INSIDE), _) => {
                at += 1;
                inside = Some((at, pos));
                continue;
            }
            (Some(&ONE), Some(&byte)) => {
                at += 1;
                pos += char_len(byte);
                continue;
            }
            (Some(&ONE_INSIDE), Some(&byte)) if byte != b':' => {
                at += 1;
                pos += char_len(byte);
                continue;
            }
            (Some(&code), Some(&byte)) if same(code, byte, fold) => {
                at += 1;
                pos += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        if let Some((star, from)) = inside {
            if let Some(&byte) = text.get(from).filter(|b| **b != b':') {
                let next = from + char_len(byte);
                inside = Some((star, next));
                (at, pos) = (star, next);
                continue;
            }
            inside = None;
        }
        let Some((star, from)) = free else { return false };
        let Some(&byte) = text.get(from) else { return false };
        let next = from + char_len(byte);
        free = Some((star, next));
        (at, pos) = (star, next);
    }
}
