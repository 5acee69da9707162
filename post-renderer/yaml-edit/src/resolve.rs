//! What a plain scalar means to Kubernetes: go-yaml v2's resolution, which is YAML 1.1 with additions.

use super::tree::{Style, Tag};
use serde_json::{Number, Value};
use std::borrow::Cow;

/// A scalar as Kubernetes reads it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`, `~`, or nothing at all.
    Null,
    /// A boolean of YAML 1.1: `true`, `no`, `On`.
    Bool(bool),
    /// A whole number or a float.
    Number(Number),
    /// Everything else.
    String(Cow<'a, str>),
    /// `.inf` and `.nan`, which no JSON can hold.
    NotFinite,
}

impl Scalar<'_> {
    /// As JSON; what is not finite becomes its YAML text.
    pub fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(truth),
            Self::Number(number) => Value::Number(number),
            Self::String(text) => Value::String(text.into_owned()),
            Self::NotFinite => Value::String(".nan".to_owned()),
        }
    }

    /// Whether this scalar is the given JSON value. Numbers compare by value: `1` is `1.0`.
    pub fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(left), Value::Bool(right)) => left == right,
            (Self::Number(left), Value::Number(right)) => same_number(left, right),
            (Self::String(left), Value::String(right)) => left == right,
            _ => false,
        }
    }
}

/// Whether two numbers have the same value.
pub(crate) fn same_number(left: &Number, right: &Number) -> bool {
    if left == right {
        return true;
    }
    match (left.is_f64(), right.is_f64()) {
        (false, false) => false,
        _ => match (left.as_f64(), right.as_f64()) {
            #[expect(clippy::float_cmp, reason = "both are exact readings of texts; near is not the same")]
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
    }
}

/// Reads a plain scalar.
pub(crate) fn resolve(text: &str) -> Scalar<'_> {
    let Some(first) = text.bytes().next() else { return Scalar::Null };
    let string = || Scalar::String(Cow::Borrowed(text));
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text).unwrap_or_else(string)
        }
        b'.' => match text {
            ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" => Scalar::NotFinite,
            _ => point_number(text).unwrap_or_else(string),
        },
        b'+' | b'-' if matches!(text.get(1..), Some(".inf" | ".Inf" | ".INF")) => Scalar::NotFinite,
        b'0'..=b'9' | b'+' | b'-' => number(text).unwrap_or_else(string),
        _ => string(),
    }
}

/// Reads a scalar with its tag, if it has one; the error explains why Kubernetes refuses it.
pub(crate) fn tagged<'a>(
    tag: Option<&str>,
    style: Style,
    text: &'a str,
) -> Result<(Tag, Scalar<'a>), String> {
    let Some(tag) = tag else {
        let meaning = if style == Style::Plain { resolve(text) } else { Scalar::String(text.into()) };
        return finite(meaning).map(|meaning| (Tag::None, meaning));
    };
    let name = tag.strip_prefix("tag:yaml.org,2002:").unwrap_or_default();
    let meaning = match name {
        "int" | "float" | "bool" | "null" => resolve(text),
        "binary" => {
            let text = binary(text)?;
            return Ok((Tag::Binary, Scalar::String(text.into())));
        }
        "timestamp" => {
            return Err("the tag `!!timestamp` is not supported; write a string in quotes".to_owned());
        }
        // `!!str`, `!`, and the tags that go-yaml does not know.
        _ => return Ok((Tag::String, Scalar::String(text.into()))),
    };
    let fits = match &meaning {
        Scalar::Null => name == "null",
        Scalar::Bool(_) => name == "bool",
        Scalar::Number(number) => name == "float" && !is_large(number) || name == "int" && !number.is_f64(),
        Scalar::String(_) => false,
        Scalar::NotFinite => name == "float",
    };
    if !fits {
        return Err(format!("`{text}` is not a valid value for the tag `!!{name}`"));
    }
    finite(meaning).map(|meaning| (Tag::Resolved, meaning))
}

fn finite(meaning: Scalar<'_>) -> Result<Scalar<'_>, String> {
    match meaning {
        Scalar::NotFinite => Err(
            "JSON has no infinity and no NaN, so Kubernetes refuses this number; write a string in quotes"
                .into(),
        ),
        other => Ok(other),
    }
}

/// Whether a whole number is beyond what Go holds with a sign.
fn is_large(number: &Number) -> bool {
    number.as_i64().is_none() && !number.is_f64()
}

/// The name of a JSON member that sigs.k8s.io/yaml makes of a key.
pub(crate) fn key_name(key: Scalar<'_>) -> Result<String, String> {
    match key {
        Scalar::String(text) => Ok(text.into_owned()),
        Scalar::Bool(truth) => Ok(truth.to_string()),
        Scalar::Number(number) if is_large(&number) => {
            Err(format!("the number {number} is too large for a key; write it in quotes"))
        }
        Scalar::Number(number) if number.is_f64() => float_name(&number),
        Scalar::Number(number) => Ok(number.to_string()),
        Scalar::Null | Scalar::NotFinite => {
            Err("null, infinity and NaN are not valid keys to Kubernetes; write the key in quotes".to_owned())
        }
    }
}

/// Go's `FormatFloat(key, 'g', -1, 32)`: the fewest digits that tell 32-bit numbers apart, with an exponent below
/// 0.0001 and from the 21st digit on.
fn float_name(number: &Number) -> Result<String, String> {
    #[expect(clippy::cast_possible_truncation, reason = "sigs.k8s.io/yaml rounds keys to 32 bits")]
    let float = number.as_f64().unwrap_or_default() as f32;
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !float.is_finite() {
        return Err(format!("the number {number} is too large for a key; write it in quotes"));
    }
    if (-4..6).contains(&exponent) { Ok(float.to_string()) } else { Ok(format!("{digits}e{exponent:+03}")) }
}

/// Base64 as Go's `StdEncoding` reads it: with padding; line ends do not count.
pub(crate) fn binary(text: &str) -> Result<String, String> {
    let wrong = || "the value of `!!binary` is not valid base64".to_owned();
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let filled = digits.iter().rposition(|byte| *byte != b'=').map_or(0, |index| index + 1);
    if !digits.len().is_multiple_of(4) || digits.len() - filled > 2 {
        return Err(wrong());
    }
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in digits.iter().take(filled) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(wrong()),
        };
        buffer = ((buffer << 6) | u32::from(digit)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((buffer >> bits) & 0xFF).unwrap_or_default());
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        "the bytes of this `!!binary` are not valid UTF-8, so no JSON can hold them; use base64 text without the tag"
            .to_owned()
    })
}

/// Whether a plain text is anything but the string that it looks like, in YAML 1.1, YAML 1.2 or JSON.
pub(crate) fn is_special(text: &str) -> bool {
    text == "<<" || text == "=" || !matches!(resolve(text), Scalar::String(_))
}

fn word(text: &str) -> Option<Scalar<'static>> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => return None,
    })
}

fn number(text: &str) -> Option<Scalar<'static>> {
    let bare: Cow<'_, str> =
        if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if bare.bytes().all(|byte| byte.is_ascii_digit())
        && !bare.starts_with('0')
        && let Ok(small) = bare.parse::<u64>()
    {
        return Some(Scalar::Number(small.into()));
    }
    integer(&bare).or_else(|| float(&bare)).or_else(|| signed_binary(&bare))
}

/// go-yaml also reads a sign behind the prefix: `0b-1`.
fn signed_binary(text: &str) -> Option<Scalar<'static>> {
    let number = i64::from_str_radix(text.strip_prefix("0b")?, 2).ok()?;
    Some(Scalar::Number(number.into()))
}

/// A float that begins with its point. Here Go allows underscores only between digits: `.5_0`.
fn point_number(text: &str) -> Option<Scalar<'static>> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let stands_between_digits = |index: usize| {
        let before = index.checked_sub(1).and_then(|before| bytes.get(before));
        is_digit(before) && is_digit(bytes.get(index + 1))
    };
    let mut underscores = text.match_indices('_');
    if !underscores.all(|(index, _)| stands_between_digits(index)) {
        return None;
    }
    float(&text.replace('_', ""))
}

/// An integer of any base in Go's spelling: `0x`, `0o`, `0b`, a leading `0` for octal, one sign.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let lower = |prefix: [char; 2]| digits.strip_prefix('0').and_then(|rest| rest.strip_prefix(prefix));
    let (base, digits) = if let Some(rest) = lower(['x', 'X']) {
        (16, rest)
    } else if let Some(rest) = lower(['o', 'O']) {
        (8, rest)
    } else if let Some(rest) = lower(['b', 'B']) {
        (2, rest)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, digits)
    } else {
        (10, digits)
    };
    // `from_str_radix` takes a sign of its own, which Go does not allow here.
    if !digits.bytes().next()?.is_ascii_alphanumeric() {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    if !negative {
        return Some(Scalar::Number(magnitude.into()));
    }
    let signed = 0_i64.checked_sub_unsigned(magnitude)?;
    Some(Scalar::Number(signed.into()))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn float(text: &str) -> Option<Scalar<'static>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(index) => (unsigned.get(..index)?, Some(unsigned.get(index + 1..)?)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let bare = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !bare.is_empty() && digits(bare)
    });
    if !mantissa_fits || !exponent_fits {
        return None;
    }
    let value = text.parse::<f64>().ok()?;
    // What overflows stays a string in Go, and what is whole is written without a point in JSON.
    Number::from_f64(value).map(Scalar::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(text: &str, value: &Value) {
        assert!(resolve(text).equals(value), "{text} is read as {:?}", resolve(text));
    }

    #[test]
    fn words_are_read_by_yaml_1_1() {
        for yes in ["y", "Y", "yes", "on", "true", "TRUE"] {
            check(yes, &json!(true));
        }
        for no in ["n", "N", "no", "off", "false"] {
            check(no, &json!(false));
        }
        for nothing in ["", "~", "null", "NULL"] {
            check(nothing, &Value::Null);
        }
        for text in [
            "yEs",
            "nULL",
            "trueish",
            "oN",
            "<<",
            "1:30",
            "2001-01-01",
            "-",
            "+",
            "0x",
            "08x",
            "1e",
            "_1",
            ".",
        ] {
            check(text, &json!(text));
        }
    }

    #[test]
    fn numbers_are_read_as_go_does() {
        check("0777", &json!(511));
        check("0o777", &json!(511));
        check("08", &json!(8));
        check("-017", &json!(-15));
        check("0x1F", &json!(31));
        check("0b101", &json!(5));
        check("1_000", &json!(1000));
        check("1_0.5", &json!(10.5));
        check("1e3", &json!(1000));
        check("12e03", &json!(12000));
        check("1.", &json!(1));
        check(".5", &json!(0.5));
        check("+1.5", &json!(1.5));
        check("1.10", &json!(1.1));
        check("18446744073709551615", &json!(18_446_744_073_709_551_615_u64));
        check("-9223372036854775808", &json!(i64::MIN));
        check("18446744073709551616", &json!(18_446_744_073_709_551_616.0));
        assert_eq!(resolve(".inf"), Scalar::NotFinite);
        assert_eq!(resolve("-.Inf"), Scalar::NotFinite);
        check("1e999", &json!("1e999"));
    }
}
