//! Numbers as Terraform has them: decimal, of any precision, so that 0.1 stays 0.1.

use std::{cmp::Ordering, fmt, str::FromStr};

use bigdecimal::{BigDecimal, FromPrimitive, ToPrimitive, Zero};

/// A number of any size and precision, or an infinity.
///
/// Terraform computes with 512 bits of precision. Numbers of more than 1,300 digits, written out, are
/// refused where they come in, so that a short text cannot become a number that fills the memory.
///
/// ```
/// use provider_framework::{NotANumber, Number};
///
/// let tenth: Number = "0.1".parse()?;
/// assert_eq!(tenth.to_string(), "0.1");
/// assert_eq!("1e3".parse::<Number>()?.as_i64(), Some(1000));
/// assert_eq!("1e1000000".parse::<Number>(), Err(NotANumber));
/// assert_eq!(Number::from_f64(0.25).map(|quarter| quarter.as_f64()), Some(0.25));
/// assert!(Number::from_f64(f64::INFINITY).is_some_and(|number| number.is_infinite()));
/// # Ok::<(), NotANumber>(())
/// ```
#[derive(Debug, Clone)]
pub struct Number(Form);

#[derive(Debug, Clone)]
enum Form {
    Decimal(BigDecimal),
    PositiveInfinity,
    NegativeInfinity,
}

/// Digits, counted on both sides of the point. The longest `f64` has 1,075.
const LONGEST: i64 = 1_300;

impl Number {
    /// The number as an integer, if it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Decimal(decimal) if decimal.is_integer() => decimal.to_i64(),
            _ => None,
        }
    }

    /// The nearest floating-point number.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            // The standard library's parser rounds correctly, whatever the number of digits.
            Form::Decimal(decimal) => decimal.to_scientific_notation().parse().unwrap_or(f64::NAN),
            Form::PositiveInfinity => f64::INFINITY,
            Form::NegativeInfinity => f64::NEG_INFINITY,
        }
    }

    /// The floating-point number that is exactly this number, if there is one and the number is not whole.
    pub(crate) fn as_exact_fraction(&self) -> Option<f64> {
        if matches!(&self.0, Form::Decimal(decimal) if decimal.is_integer()) {
            return None;
        }
        let nearest = self.as_f64();
        Self::from_f64(nearest).filter(|number| number == self).map(|_| nearest)
    }

    /// The number that a floating-point number exactly is; `None` for not-a-number.
    pub fn from_f64(value: f64) -> Option<Self> {
        if value.is_nan() {
            None
        } else if value.is_infinite() {
            Some(Self(if value > 0.0 { Form::PositiveInfinity } else { Form::NegativeInfinity }))
        } else {
            BigDecimal::from_f64(value).map(|decimal| Self::decimal(&decimal))
        }
    }

    /// Whether this is positive or negative infinity, which neither JSON nor a decimal text can hold.
    pub fn is_infinite(&self) -> bool {
        !matches!(self.0, Form::Decimal(_))
    }

    fn decimal(decimal: &BigDecimal) -> Self {
        Self(Form::Decimal(decimal.normalized()))
    }
}

/// A text that is not a decimal number, or is too long.
///
/// ```
/// use provider_framework::{NotANumber, Number};
///
/// assert_eq!("ten".parse::<Number>(), Err(NotANumber));
/// assert_eq!(NotANumber.to_string(), "not a decimal number of at most 1300 digits");
/// ```
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a decimal number of at most {LONGEST} digits")]
pub struct NotANumber;

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let longest = usize::try_from(LONGEST).unwrap_or(usize::MAX) + 20;
        if text.len() > longest || !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(NotANumber);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
            return Err(NotANumber);
        }
        let decimal = BigDecimal::from_str(text).map_err(|_| NotANumber)?;
        if decimal.is_zero() {
            return Ok(Self::decimal(&BigDecimal::zero()));
        }
        let (_, scale) = decimal.as_bigint_and_exponent();
        let digits = i64::try_from(decimal.digits()).map_err(|_| NotANumber)?;
        if scale > LONGEST || digits.saturating_sub(scale) > LONGEST {
            return Err(NotANumber);
        }
        Ok(Self::decimal(&decimal))
    }
}

impl fmt::Display for Number {
    /// As Terraform writes a number into a string: all digits, no exponent.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Decimal(decimal) => formatter.write_str(&decimal.to_plain_string()),
            Form::PositiveInfinity => formatter.write_str("Inf"),
            Form::NegativeInfinity => formatter.write_str("-Inf"),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Decimal(left), Form::Decimal(right)) => left.cmp(right),
            (Form::NegativeInfinity, Form::NegativeInfinity)
            | (Form::PositiveInfinity, Form::PositiveInfinity) => Ordering::Equal,
            (Form::NegativeInfinity, _) | (_, Form::PositiveInfinity) => Ordering::Less,
            (_, Form::NegativeInfinity) | (Form::PositiveInfinity, _) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Self::decimal(&BigDecimal::from(value))
            }
        }
    )*};
}

from_integers!(i32, i64, u8, u16, u32, u64);

#[cfg(test)]
mod tests {
    use super::Number;

    fn check(text: &str, plain: &str) {
        let number: Number = text.parse().unwrap();
        assert_eq!(number.to_string(), plain);
    }

    #[test]
    fn decimal_texts_keep_every_digit() {
        check("0.1", "0.1");
        check("-0", "0");
        check("1e30", "1000000000000000000000000000000");
        check("9223372036854775808", "9223372036854775808");
        check("1.50", "1.5");
        check("-12.5e-3", "-0.0125");
    }

    #[test]
    fn invalid_and_huge_numbers_are_refused() {
        for text in ["", "-", "abc", "1e1000000000", "1e-1000000000", "0x10", "1_000", "NaN", "inf"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert!("9".repeat(5_000).parse::<Number>().is_err());
    }

    #[test]
    fn floats_are_exact_or_nothing() {
        assert_eq!(Number::from_f64(0.5), "0.5".parse().ok());
        assert_ne!(Number::from_f64(0.1), "0.1".parse().ok());
        assert_eq!("0.5".parse::<Number>().unwrap().as_exact_fraction(), Some(0.5));
        assert_eq!("0.1".parse::<Number>().unwrap().as_exact_fraction(), None);
        assert_eq!(Number::from_f64(f64::NAN), None);
        assert_eq!(
            Number::from_f64(f64::MIN_POSITIVE).and_then(|it| it.as_exact_fraction()),
            Some(f64::MIN_POSITIVE)
        );
        assert!(Number::from_f64(5e-324).and_then(|it| it.to_string().parse::<Number>().ok()).is_some());
    }

    #[test]
    fn infinities_are_the_ends_of_the_order() {
        let low = Number::from_f64(f64::NEG_INFINITY).unwrap();
        let high = Number::from_f64(f64::INFINITY).unwrap();
        let zero = Number::from(0_i64);
        assert!(low < zero && zero < high && low < high && low == low.clone() && high.is_infinite());
    }

    #[test]
    fn integers_only_when_they_fit() {
        assert_eq!(Number::from(7_u16).as_i64(), Some(7));
        assert_eq!("1.5".parse::<Number>().unwrap().as_i64(), None);
        assert_eq!("9223372036854775808".parse::<Number>().unwrap().as_i64(), None);
    }
}
