//! Strings that many texts have in common: each is kept once.

use std::cell::RefCell;

use smol_str::SmolStr;

use crate::recurring::Recurring;

/// Longer strings are hardly ever said twice.
const LONGEST: usize = 64;

thread_local! {
    static STRINGS: RefCell<Strings> = RefCell::default();
}

/// The strings that were read on this thread.
#[derive(Debug, Default)]
pub(super) struct Strings(Recurring<()>);

impl Strings {
    /// Those of the thread, until they are given back.
    pub(super) fn of_thread() -> Self {
        STRINGS.take()
    }

    /// Keeps them for the next text.
    pub(super) fn give_back(self) {
        STRINGS.set(self);
    }

    /// The string with which a text goes on, where it is the one that followed the last time,
    /// with a closing quote behind it.
    #[inline]
    pub(super) fn expected(&mut self, rest: &[u8]) -> Option<SmolStr> {
        let goes_on = |text: &SmolStr| {
            let ends = |(own, behind): (&[u8], &[u8])| behind.first() == Some(&b'"') && own == text.as_bytes();
            rest.split_at_checked(text.len()).is_some_and(ends)
        };
        self.0.expected(goes_on).map(|(text, ())| text.clone())
    }

    /// A string without escapes, shared with those read before.
    pub(super) fn shared(&mut self, text: &str) -> SmolStr {
        let known = if text.len() > LONGEST { None } else { self.0.get(text, |_| ()) };
        known.map_or_else(|| SmolStr::new(text), |(text, ())| text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Strings};

    #[test]
    fn a_string_is_kept_once_and_says_what_it_said() {
        let mut strings = Strings::default();
        for length in [0, 1, 22, 23, 24, 40, LONGEST, LONGEST + 1, 1000] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let (first, second) = (strings.shared(&text), strings.shared(&text));
            assert_eq!((first.as_str(), second.as_str()), (text.as_str(), text.as_str()));
            let same = first.as_ptr() == second.as_ptr();
            assert_eq!(same, first.is_heap_allocated() && length <= LONGEST, "{length}");
        }
    }

    #[test]
    fn a_string_is_expected_where_it_ends_the_same() {
        let mut strings = Strings::default();
        for text in ["s3:Get", "s3:Put", "ec2:Run", "s3:Get"] {
            strings.shared(text);
        }
        let table = [
            (r#"s3:PutObject","#, None),
            (r"s3:Put", None),
            (r#"s3:Pu""#, None),
            ("", None),
            (r#"s3:Put", "x""#, Some("s3:Put")),
            (r#"s3:Get""#, None),
            (r#"ec2:Run""#, Some("ec2:Run")),
        ];
        for (rest, expected) in table {
            assert_eq!(strings.expected(rest.as_bytes()).as_deref(), expected, "{rest}");
        }
    }
}
