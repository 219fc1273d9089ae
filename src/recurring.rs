//! Texts that come again and again, mostly one after the other as before: the strings of
//! policies, the actions of their lists. What is known of a text is found without reading all
//! texts that are known.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Texts that are remembered; beyond, all are forgotten.
const MOST: usize = 1 << 15;

/// Texts with what is known of each.
#[derive(Debug)]
pub(crate) struct Recurring<T> {
    all: Vec<Known<T>>,
    /// The place of each.
    places: FxHashMap<SmolStr, usize>,
    /// The place of the one that came last.
    last: usize,
}

#[derive(Debug)]
struct Known<T> {
    text: SmolStr,
    value: T,
    /// The place of the one that came next.
    next: usize,
}

impl<T> Default for Recurring<T> {
    fn default() -> Self {
        Self { all: Vec::new(), places: FxHashMap::default(), last: 0 }
    }
}

impl<T> Recurring<T> {
    /// The text that followed the last time, with what is known of it, where it is the one that
    /// comes now.
    #[inline]
    pub(crate) fn expected(&mut self, comes: impl FnOnce(&SmolStr) -> bool) -> Option<(&SmolStr, &T)> {
        let place = self.all.get(self.last)?.next;
        let known = self.all.get(place)?;
        if !comes(&known.text) {
            return None;
        }
        self.last = place;
        Some((&known.text, &known.value))
    }

    /// A text with what is known of it, or what `find` tells now.
    pub(crate) fn get(&mut self, text: &str, find: impl FnOnce(&SmolStr) -> T) -> Option<(&SmolStr, &T)> {
        let place = match self.places.get(text) {
            Some(place) => *place,
            None => self.add(text.into(), find),
        };
        if let Some(last) = self.all.get_mut(self.last) {
            last.next = place;
        }
        self.last = place;
        self.all.get(place).map(|known| (&known.text, &known.value))
    }

    fn add(&mut self, text: SmolStr, find: impl FnOnce(&SmolStr) -> T) -> usize {
        if self.all.len() >= MOST {
            self.all.clear();
            self.places.clear();
        }
        let (place, value) = (self.all.len(), find(&text));
        self.places.insert(text.clone(), place);
        self.all.push(Known { text, value, next: place });
        place
    }
}

#[cfg(test)]
mod tests {
    use smol_str::SmolStr;

    use super::{MOST, Recurring};

    #[test]
    fn what_followed_before_is_expected() {
        let mut lengths = Recurring::default();
        for text in ["s3:Get", "s3:Put", "ec2:Run", "s3:Get"] {
            assert_eq!(lengths.get(text, SmolStr::len).unwrap().1, &text.len());
        }
        assert!(lengths.expected(|text| text == "ec2:Run").is_none());
        assert_eq!(lengths.expected(|text| text == "s3:Put").unwrap().1, &6);
        assert!(lengths.expected(|text| text == "s3:Get").is_none());
        assert_eq!(lengths.expected(|text| text == "ec2:Run").unwrap().1, &7);
        // what is known is not asked for again
        assert_eq!(lengths.get("s3:Put", |_| 0).unwrap().1, &6);
        assert!(Recurring::<()>::default().expected(|_| true).is_none());
    }

    #[test]
    fn more_texts_than_are_remembered_are_told_all_the_same() {
        let mut numbers = Recurring::default();
        for number in 0..MOST + 10 {
            let text = number.to_string();
            let (known, value) = numbers.get(&text, |_| number).unwrap();
            assert_eq!((known.as_str(), *value), (text.as_str(), number));
        }
        assert!(numbers.all.len() < 20);
    }
}
