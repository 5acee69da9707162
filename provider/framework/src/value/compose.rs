//! Texts in Unicode's composed form (NFC). Terraform composes every text that it reads: one that is sent in another form
//! would look changed ever after, and two forms of one text would be two elements of a set.

use std::collections::BTreeMap;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Value;

impl Value {
    /// The value with every text and every key composed.
    pub(crate) fn composed(self) -> Self {
        match self {
            Self::String(text) => Self::String(composed(text)),
            Self::List(elements) => Self::List(elements.into_iter().map(Self::composed).collect()),
            Self::Set(elements) => Self::Set(elements.into_iter().map(Self::composed).collect()),
            Self::Map(members) => Self::Map(composed_members(members)),
            Self::Object(members) => Self::Object(composed_members(members)),
            Self::Dynamic(inner) => {
                let (own, value) = *inner;
                Self::Dynamic(Box::new((own, value.composed())))
            }
            other @ (Self::Null | Self::Unknown | Self::Bool(_) | Self::Number(_)) => other,
        }
    }
}

fn composed_members(members: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    members.into_iter().map(|(name, value)| (composed(name), value.composed())).collect()
}

fn composed(text: String) -> String {
    if is_nfc(&text) { text } else { text.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use crate::{Type, Value, fuzzing};

    #[test]
    fn two_forms_of_a_text_are_sent_as_one() {
        let (apart, one) = (Value::from("e\u{301}"), Value::from("é"));
        let of = Type::set(Type::String);
        let bytes = |value: Value, of: &Type| fuzzing::write(value, of).unwrap();
        assert_eq!(
            bytes(Value::Set(vec![apart.clone(), one.clone()]), &of),
            bytes(Value::Set(vec![one.clone()]), &of)
        );
        let of = Type::map(Type::String);
        assert_eq!(bytes(Value::map([("e\u{301}", apart)]), &of), bytes(Value::map([("é", one)]), &of));
    }
}
