//! Kubernetes quantities (`100m`, `1.5Gi`, `1e3`) in exact arithmetic, keeping the spelling of their author.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{cmp::Ordering, fmt, str::FromStr};

/// One thousand-millionth: the finest step that Kubernetes keeps.
const NANO: i128 = 1_000_000_000;
/// Kubernetes caps what is larger than this many whole units.
const CAP: i128 = (i64::MAX as i128) * NANO;

/// A Kubernetes quantity. Compares by value (`1` equals `1000m`), displays as its author wrote it.
#[derive(Clone, Debug)]
pub struct Quantity {
    text: String,
    nano: i128,
    family: Family,
}

/// Which suffixes a quantity is written with, so that a computed one is written alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Decimal,
    Binary,
}

/// A text that is not a valid quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidQuantity {
    text: String,
}

impl fmt::Display for InvalidQuantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is not a valid quantity: expected a number with an optional suffix n, u, m, k, M, G, T, P, E, \
             Ki, Mi, Gi, Ti, Pi, Ei or an exponent such as e3",
            self.text.escape_debug()
        )
    }
}

impl std::error::Error for InvalidQuantity {}

impl Quantity {
    /// Reads a quantity by the grammar of `k8s.io/apimachinery/pkg/api/resource`.
    pub fn parse(text: &str) -> Result<Self, InvalidQuantity> {
        let invalid = || InvalidQuantity { text: text.to_owned() };
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(invalid());
        }
        let (factor, exponent, family) = scale(suffix).ok_or_else(invalid)?;
        let magnitude = in_nano(whole, fraction, factor, exponent);
        Ok(Self { text: text.to_owned(), nano: if negative { -magnitude } else { magnitude }, family })
    }

    /// The value in thousand-millionths of a unit, rounded away from zero as Kubernetes does.
    pub fn nano(&self) -> i128 {
        self.nano
    }

    /// Whether the value is below zero.
    pub fn is_negative(&self) -> bool {
        self.nano < 0
    }

    /// Whether the value is 0.
    pub fn is_zero(&self) -> bool {
        self.nano == 0
    }

    /// This quantity times a ratio, rounded down to the last thousandth (binary: the last whole unit), in this
    /// quantity's own family of suffixes.
    #[must_use]
    pub fn multiplied(&self, ratio: &Self) -> Self {
        let step = if self.family == Family::Binary { NANO } else { NANO / 1_000 };
        // Both factors are in nano; a product beyond 128 bits is far beyond the cap.
        let product = self.nano.checked_mul(ratio.nano).map_or(CAP, |product| product / NANO);
        let nano = (product.min(CAP) / step) * step;
        Self { text: canonical(nano, self.family), nano, family: self.family }
    }

    /// This quantity divided by a ratio, rounded up to the next thousandth (binary: the next whole unit), in
    /// this quantity's own family of suffixes.
    #[must_use]
    pub fn divided_up(&self, ratio: &Self) -> Self {
        if ratio.nano <= 0 {
            return self.clone();
        }
        let step = if self.family == Family::Binary { NANO } else { NANO / 1_000 };
        // a/b in nano is a * NANO / b; both fit i128 because a quantity is capped at 2^63 units.
        let exact = self.nano.checked_mul(NANO).map_or(i128::MAX, |product| divide_up(product, ratio.nano));
        let nano = divide_up(exact, step).saturating_mul(step).min(CAP);
        Self { text: canonical(nano, self.family), nano, family: self.family }
    }
}

fn divide_up(value: i128, by: i128) -> i128 {
    value / by + i128::from(value % by > 0)
}

/// Factor, power of ten and family of a suffix.
fn scale(suffix: &str) -> Option<(i128, i32, Family)> {
    let decimal = |power| Some((1, power, Family::Decimal));
    let binary = |shift: u32| Some((1_i128 << shift, 0, Family::Binary));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let power =
                exponent.parse::<i32>().unwrap_or(if exponent.starts_with('-') { -9_999 } else { 9_999 });
            decimal(power.clamp(-9_999, 9_999))
        }
    }
}

/// `whole.fraction * factor * 10^exponent` in nano, rounded up, capped.
fn in_nano(whole: &str, fraction: &str, factor: i128, exponent: i32) -> i128 {
    let digits: String = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return 0;
    }
    // Power of ten that the digit string as an integer is multiplied with to give nano units.
    let fraction_length = i32::try_from(fraction.len()).unwrap_or(i32::MAX / 2);
    let mut power = exponent.saturating_sub(fraction_length).saturating_add(9);
    // i128 holds 38 digits; with the largest factor (2^60, 19 digits) 18 of ours are exact, and where there
    // are more the value is either beyond the cap or the rest is rounded up below a nano.
    let kept = significant.len().min(18);
    let (head, tail) = significant.split_at(kept);
    let mut value: i128 = head.parse().unwrap_or(i128::MAX);
    if !tail.is_empty() {
        value += i128::from(tail.bytes().any(|byte| byte != b'0'));
        power = power.saturating_add(i32::try_from(tail.len()).unwrap_or(i32::MAX / 2));
    }
    value = value.saturating_mul(factor);
    while power > 0 && value < CAP {
        value = value.saturating_mul(10);
        power -= 1;
    }
    while power < 0 && value > 1 {
        let step = power.unsigned_abs().min(18);
        value = divide_up(value, 10_i128.pow(step));
        power += i32::try_from(step).unwrap_or(0);
    }
    value.min(CAP)
}

/// The shortest exact spelling: the largest suffix that leaves a whole number.
fn canonical(nano: i128, family: Family) -> String {
    let binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    if family == Family::Binary && nano % NANO == 0 {
        let mut value = nano / NANO;
        let mut index = 0;
        while value != 0 && value % 1_024 == 0 && index + 1 < binary.len() {
            value /= 1_024;
            index += 1;
        }
        return format!("{value}{}", binary.get(index).copied().unwrap_or_default());
    }
    let decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    let (mut value, mut index) = (nano, 0);
    while value != 0 && value % 1_000 == 0 && index + 1 < decimal.len() {
        value /= 1_000;
        index += 1;
    }
    if value == 0 {
        "0".to_owned()
    } else {
        format!("{value}{}", decimal.get(index).copied().unwrap_or_default())
    }
}

impl FromStr for Quantity {
    type Err = InvalidQuantity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    /// A quantity may be written as a string or as a bare number, as in manifests.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            _ => return Err(de::Error::custom("a quantity is a string or a number")),
        };
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl schemars::JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A Kubernetes quantity, such as 100m, 0.5, 256Mi or 1e3.",
            "type": ["string", "number"],
            "format": "quantity"
        })
    }
}

#[cfg(test)]
mod tests;
