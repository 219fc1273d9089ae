//! Condition operators by name.

/// A condition operator, taken apart.
///
/// A negated operator is everywhere the complement of its positive one: where the key is
/// missing or of the wrong type the positive does not hold and the negated does (spec:
/// aws-evaluation, sections 5.2 and 5.5). So there is one test to a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operator {
    /// `ForAllValues:`, `ForAnyValue:` or neither.
    pub quantifier: Quantifier,
    /// The test.
    pub base: Base,
    /// The `Not…` form.
    pub negated: bool,
    /// The `…IfExists` form.
    pub if_exists: bool,
}

/// How an operator treats a key of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// None given: the key has one value.
    One,
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

/// The test an operator makes of one value of the request and one of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// `StringEquals`
    StringEquals,
    /// `StringEqualsIgnoreCase`
    StringEqualsIgnoreCase,
    /// `StringLike`
    StringLike,
    /// `NumericEquals`, `NumericLessThan` …
    Numeric(Order),
    /// `DateEquals`, `DateLessThan` …
    Date(Order),
    /// `Bool`
    Bool,
    /// `BinaryEquals`
    Binary,
    /// `IpAddress`
    Ip,
    /// `ArnEquals` and `ArnLike`, which do the same
    Arn,
    /// `Null`
    Null,
}

/// A comparison of numbers or dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Equal.
    Equals,
    /// The request's value is less.
    Less,
    /// The request's value is less or equal.
    LessEquals,
    /// The request's value is greater.
    Greater,
    /// The request's value is greater or equal.
    GreaterEquals,
}

impl Order {
    /// Whether `ordering`, of the request's value to the policy's, is as asked.
    #[must_use]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equals => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessEquals => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEquals => ordering.is_ge(),
        }
    }
}

/// Why a name is no operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorFault {
    /// The part before the colon is no set operator.
    Quantifier,
    /// There is no such operator.
    Base,
    /// `NullIfExists`
    NullIfExists,
}

/// All operators without prefix and suffix: name, test, negated.
const OPERATORS: [(&str, Base, bool); 27] = [
    ("StringEquals", Base::StringEquals, false),
    ("StringNotEquals", Base::StringEquals, true),
    ("StringEqualsIgnoreCase", Base::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Base::StringEqualsIgnoreCase, true),
    ("StringLike", Base::StringLike, false),
    ("StringNotLike", Base::StringLike, true),
    ("NumericEquals", Base::Numeric(Order::Equals), false),
    ("NumericNotEquals", Base::Numeric(Order::Equals), true),
    ("NumericLessThan", Base::Numeric(Order::Less), false),
    ("NumericLessThanEquals", Base::Numeric(Order::LessEquals), false),
    ("NumericGreaterThan", Base::Numeric(Order::Greater), false),
    ("NumericGreaterThanEquals", Base::Numeric(Order::GreaterEquals), false),
    ("DateEquals", Base::Date(Order::Equals), false),
    ("DateNotEquals", Base::Date(Order::Equals), true),
    ("DateLessThan", Base::Date(Order::Less), false),
    ("DateLessThanEquals", Base::Date(Order::LessEquals), false),
    ("DateGreaterThan", Base::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Base::Date(Order::GreaterEquals), false),
    ("Bool", Base::Bool, false),
    ("BinaryEquals", Base::Binary, false),
    ("IpAddress", Base::Ip, false),
    ("NotIpAddress", Base::Ip, true),
    ("ArnLike", Base::Arn, false),
    ("ArnNotLike", Base::Arn, true),
    ("ArnEquals", Base::Arn, false),
    ("ArnNotEquals", Base::Arn, true),
    ("Null", Base::Null, false),
];

impl Base {
    /// Every operator name without prefix and suffix.
    pub fn names() -> impl Iterator<Item = &'static str> {
        OPERATORS.iter().map(|(name, ..)| *name)
    }

    /// The operator's name; the first one where two do the same.
    #[must_use]
    pub fn name(self, negated: bool) -> &'static str {
        OPERATORS.iter().find(|(_, base, not)| *base == self && *not == negated).map_or("", |(name, ..)| name)
    }

    /// Whether policy variables work in the operator's values. AWS pages contradict each
    /// other on `Bool`; we take it that they do (spec: aws-evaluation, section 3.2).
    #[must_use]
    pub fn takes_variables(self) -> bool {
        matches!(self, Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike | Self::Arn | Self::Bool)
    }
}

impl Operator {
    /// The operator of that name, in any case: AWS does not say whether case matters, and
    /// we read it as it is meant (spec: aws-evaluation, sections 5.3 and 10).
    ///
    /// # Errors
    /// Which part of the name is not known.
    pub fn parse(name: &str) -> Result<Self, OperatorFault> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (Quantifier::One, name),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => (Quantifier::All, rest),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => (Quantifier::Any, rest),
            Some(_) => return Err(OperatorFault::Quantifier),
        };
        let (stem, if_exists) = match rest.len().checked_sub("IfExists".len()).and_then(|at| rest.split_at_checked(at))
        {
            Some((stem, suffix)) if suffix.eq_ignore_ascii_case("IfExists") => (stem, true),
            _ => (rest, false),
        };
        let &(_, base, negated) =
            OPERATORS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(stem)).ok_or(OperatorFault::Base)?;
        if if_exists && base == Base::Null {
            return Err(OperatorFault::NullIfExists);
        }
        Ok(Self { quantifier, base, negated, if_exists })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_apart() {
        let table = [
            ("StringEquals", Quantifier::One, Base::StringEquals, false, false),
            ("stringnotlikeifexists", Quantifier::One, Base::StringLike, true, true),
            ("ForAllValues:ArnNotEquals", Quantifier::All, Base::Arn, true, false),
            ("ForAnyValue:StringLikeIfExists", Quantifier::Any, Base::StringLike, false, true),
            ("NotIpAddress", Quantifier::One, Base::Ip, true, false),
            ("NumericNotEquals", Quantifier::One, Base::Numeric(Order::Equals), true, false),
            ("Null", Quantifier::One, Base::Null, false, false),
        ];
        for (name, quantifier, base, negated, if_exists) in table {
            assert_eq!(Operator::parse(name), Ok(Operator { quantifier, base, negated, if_exists }), "{name}");
        }
    }

    #[test]
    fn refuses_other_names() {
        let table = [
            ("StringEqual", OperatorFault::Base),
            ("StringEqualsIfExist", OperatorFault::Base),
            ("ForAllValue:StringEquals", OperatorFault::Quantifier),
            ("StringEquals:ForAllValues", OperatorFault::Quantifier),
            ("NullIfExists", OperatorFault::NullIfExists),
            ("BinaryNotEquals", OperatorFault::Base),
            ("", OperatorFault::Base),
            ("IfExists", OperatorFault::Base),
            ("ForAllValues:", OperatorFault::Base),
            ("é", OperatorFault::Base),
        ];
        for (name, fault) in table {
            assert_eq!(Operator::parse(name), Err(fault), "{name}");
        }
    }

    #[test]
    fn every_operator_has_its_name_back() {
        for name in Base::names() {
            let operator = Operator::parse(name).unwrap();
            let canonical = operator.base.name(operator.negated);
            assert_eq!(Operator::parse(canonical), Ok(operator), "{name}");
        }
    }
}
