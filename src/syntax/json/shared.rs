//! Strings that many texts have in common. Policies repeat the same few thousand actions and
//! resources, and each is kept once.

use std::cell::RefCell;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// Bytes that a string holds without memory of its own.
const INLINE: usize = 23;

/// Longer strings are hardly ever said twice.
const LONGEST: usize = 64;

/// Strings that are remembered.
const MOST: usize = 1 << 15;

thread_local! {
    static STRINGS: RefCell<FxHashSet<SmolStr>> = RefCell::default();
}

/// A string, shared with those read before on this thread.
pub(super) fn shared(text: &str) -> SmolStr {
    if text.len() <= INLINE || text.len() > LONGEST {
        return SmolStr::new(text);
    }
    STRINGS.with_borrow_mut(|strings| {
        if let Some(known) = strings.get(text) {
            return known.clone();
        }
        if strings.len() >= MOST {
            strings.clear();
        }
        let string = SmolStr::new(text);
        strings.insert(string.clone());
        string
    })
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, shared};

    #[test]
    fn a_string_is_kept_once_and_says_what_it_said() {
        for length in [0, 1, 22, 23, 24, 40, LONGEST, LONGEST + 1, 1000] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let (first, second) = (shared(&text), shared(&text));
            assert_eq!((first.as_str(), second.as_str()), (text.as_str(), text.as_str()));
            let same = first.as_ptr() == second.as_ptr();
            assert_eq!(same, first.is_heap_allocated() && length <= LONGEST, "{length}");
        }
    }
}
