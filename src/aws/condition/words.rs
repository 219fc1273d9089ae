//! Conditions in words, for explanations.

use smol_str::SmolStr;

use super::{Base, Operator, Order, Quantifier};

/// Most values that a sentence lists.
const MOST_VALUES: usize = 3;

/// Values for a sentence: `` `a` ``, or `` one of `a`, `b` ``.
pub(super) fn list(values: &[SmolStr], more: bool) -> String {
    let mut shown: Vec<String> = values.iter().take(MOST_VALUES).map(|value| format!("`{value}`")).collect();
    let rest = values.len().saturating_sub(MOST_VALUES);
    if rest > 0 {
        shown.push(format!("{rest} more"));
    }
    if more {
        shown.push("values that are not known".to_owned());
    }
    if shown.is_empty() {
        shown.push("nothing".to_owned());
    }
    shown.join(", ")
}

/// What a condition asks of a key, which comes in quotes, in words, and the opposite. Without set operator the sentence
/// is of the positive test, whose complement the negated one is.
pub(super) fn test(operator: Operator, key: &str, values: &str, several: bool) -> (String, String) {
    let values = if several { format!("one of {values}") } else { values.to_owned() };
    let relation = |holds: bool| relation(operator.base, holds, &values);
    match operator.quantifier {
        Quantifier::One => (format!("{key} {}", relation(true)), format!("{key} {}", relation(false))),
        Quantifier::All => {
            let of_each = relation(!operator.negated);
            // holds of no values as well
            (format!("every value of {key}, if any, {of_each}"), format!("not every value of {key} {of_each}"))
        }
        Quantifier::Any => {
            let of_each = relation(!operator.negated);
            (format!("some value of {key} {of_each}"), format!("no value of {key} {of_each}"))
        }
    }
}

fn relation(base: Base, holds: bool, values: &str) -> String {
    let (yes, no) = match base {
        Base::StringEquals | Base::Bool | Base::Binary | Base::Numeric(Order::Equals) | Base::Date(Order::Equals) => {
            ("is", "is not")
        }
        Base::StringEqualsIgnoreCase => ("is, in any case of letters,", "is not, in any case of letters,"),
        Base::StringLike | Base::Arn => ("matches", "does not match"),
        Base::Ip => ("is in", "is not in"),
        Base::Numeric(Order::Less) => ("is less than", "is not less than"),
        Base::Numeric(Order::LessEquals) => ("is at most", "is not at most"),
        Base::Numeric(Order::Greater) => ("is greater than", "is not greater than"),
        Base::Numeric(Order::GreaterEquals) => ("is at least", "is not at least"),
        Base::Date(Order::Less) => ("is before", "is not before"),
        Base::Date(Order::LessEquals) => ("is at or before", "is not at or before"),
        Base::Date(Order::Greater) => ("is after", "is not after"),
        Base::Date(Order::GreaterEquals) => ("is at or after", "is not at or after"),
        Base::Null => ("is as `Null` asks:", "is not as `Null` asks:"),
    };
    format!("{} {values}", if holds { yes } else { no })
}
