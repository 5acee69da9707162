//! Round trips, Terraform's own spellings, and invalid bytes.

use proptest::prelude::*;

use super::{read, write};
use crate::{Number, Type, Value};

/// A value is written as `bytes`, and they are read as the value.
fn check(value: &Value, of: &Type, bytes: &[u8]) {
    assert_eq!(write(value, of).unwrap(), bytes);
    assert_eq!(&read(bytes, of).unwrap(), value);
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

#[test]
fn null_and_unknown_in_every_type() {
    for of in
        [Type::Bool, Type::String, Type::Dynamic, Type::list(Type::Bool), Type::object([("a", Type::Bool)])]
    {
        check(&Value::Null, &of, &[0xc0]);
        check(&Value::Unknown, &of, &[0xd4, 0, 0]);
    }
}

#[test]
fn any_extension_is_unknown() {
    for bytes in [
        &[0xd4, 99, 0][..],
        &[0xc7, 3, 12, 0x81, 1, 0xc2],
        &[0xd8, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        assert_eq!(read(bytes, &Type::String), Ok(Value::Unknown));
    }
}

#[test]
fn numbers_in_terraforms_spelling() {
    check(&number("1"), &Type::Number, &[1]);
    check(&number("-1"), &Type::Number, &[0xff]);
    check(&number("200"), &Type::Number, &[0xcc, 200]);
    check(&number("0.5"), &Type::Number, &[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]);
    check(&number("0.1"), &Type::Number, b"\xa30.1");
    check(&number("9223372036854775808"), &Type::Number, b"\xb39223372036854775808");
    let infinity = Value::Number(Number::from_f64(f64::INFINITY).unwrap());
    check(&infinity, &Type::Number, &[0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0]);
    for bytes in [
        &[0xd3, 0, 0, 0, 0, 0, 0, 0, 7][..],
        &[0xcf, 0, 0, 0, 0, 0, 0, 0, 7],
        &[0xca, 0x40, 0xe0, 0, 0],
        b"\xa17",
    ] {
        assert_eq!(read(bytes, &Type::Number), Ok(number("7")), "{bytes:x?}");
    }
}

#[test]
fn objects_hold_exactly_their_attributes_in_any_order() {
    let of = Type::object([("a", Type::Bool), ("b", Type::String)]);
    let value = Value::object([("a", Value::Bool(true)), ("b", Value::Null)]);
    check(&value, &of, b"\x82\xa1a\xc3\xa1b\xc0");
    assert_eq!(read(b"\x82\xa1b\xc0\xa1a\xc3", &of).unwrap(), value);
    for wrong in [&b"\x81\xa1a\xc3"[..], b"\x83\xa1a\xc3\xa1b\xc0\xa1c\xc0", b"\x82\xa1a\xc3\xa1a\xc3"] {
        assert!(read(wrong, &of).is_err(), "{wrong:x?}");
    }
}

#[test]
fn sets_have_one_order_and_no_duplicates() {
    let of = Type::set(Type::Number);
    let value = Value::Set(vec![2.into(), 1.into(), 2.into()]);
    assert_eq!(write(&value, &of).unwrap(), [0x92, 1, 2]);
    assert_eq!(read(&[0x93, 2, 1, 1], &of).unwrap(), value);
    let unknown = Value::Set(vec![Value::Unknown, Value::Unknown]);
    assert_eq!(write(&unknown, &of).unwrap(), [0x92, 0xd4, 0, 0, 0xd4, 0, 0]);
}

#[test]
fn any_type_brings_its_own() {
    let value = Value::Dynamic(Box::new((Type::list(Type::Bool), Value::List(vec![true.into()]))));
    check(&value, &Type::Dynamic, b"\x92\xc4\x0f[\"list\",\"bool\"]\x91\xc3");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let of = Type::object([("a", Type::list(Type::map(Type::Bool)))]);
    let error = read(b"\x81\xa1a\x91\x81\xa1k\xa1x", &of).unwrap_err();
    assert_eq!(error.to_string(), "`a[0][\"k\"]`: bool is required, but a string was given");
}

#[test]
fn nesting_without_end_and_lengths_without_bytes_are_refused() {
    let mut deep = Vec::new();
    for _ in 0..200_000 {
        deep.extend(b"\x92\xc4\x09\"dynamic\"");
    }
    assert!(read(&deep, &Type::Dynamic).unwrap_err().to_string().contains("too deeply"));
    for bytes in [
        &[0xdd, 0xff, 0xff, 0xff, 0xff][..],
        &[0xdf, 0x7f, 0xff, 0xff, 0xff],
        &[0xdb, 0xff, 0xff, 0xff, 0xff, 1],
        &[0xc9, 0xff, 0xff, 0xff, 0xff, 0],
    ] {
        for of in [Type::list(Type::Bool), Type::map(Type::Bool), Type::String, Type::Dynamic] {
            assert!(read(bytes, &of).is_err());
        }
    }
}

/// Any type but "any type" itself, which has values of its own below.
fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(Type::Object),
        ]
    })
}

fn values(of: &Type) -> BoxedStrategy<Value> {
    let known = match of {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("a number", |it| Number::from_f64(it).map(Value::Number)),
            "-?[0-9]{1,30}(\\.[0-9]{1,30})?".prop_map(|text| number(&text)),
        ]
        .boxed(),
        Type::String => "[a-zéß\\n]{0,40}".prop_map(Value::String).boxed(),
        Type::Dynamic => types()
            .prop_flat_map(|of| {
                values(&of).prop_map(move |value| Value::Dynamic(Box::new((of.clone(), value))))
            })
            .boxed(),
        Type::List(element) => prop::collection::vec(values(element), 0..4).prop_map(Value::List).boxed(),
        Type::Set(element) => prop::collection::vec(values(element), 0..4).prop_map(Value::Set).boxed(),
        Type::Map(element) => {
            prop::collection::btree_map("[a-d]", values(element), 0..4).prop_map(Value::Map).boxed()
        }
        Type::Tuple(types) => types.iter().map(values).collect::<Vec<_>>().prop_map(Value::List).boxed(),
        Type::Object(attributes) => {
            let members: Vec<_> =
                attributes.iter().map(|(name, of)| (Just(name.clone()), values(of))).collect();
            members.prop_map(Value::object).boxed()
        }
    };
    prop_oneof![8 => known, 1 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
}

fn typed_values() -> impl Strategy<Value = (Type, Value)> {
    prop_oneof![9 => types(), 1 => Just(Type::Dynamic)]
        .prop_flat_map(|of| values(&of).prop_map(move |value| (of.clone(), value)))
}

proptest! {
    #[test]
    fn every_value_comes_back((of, value) in typed_values()) {
        let bytes = write(&value, &of).unwrap();
        let back = read(&bytes, &of).unwrap();
        prop_assert_eq!(&back, &value);
        prop_assert_eq!(write(&back, &of).unwrap(), bytes);
    }

    #[test]
    fn every_value_conforms_to_its_type((of, value) in typed_values()) {
        prop_assert_eq!(value.clone().conform(&of).unwrap(), value);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), of in types()) {
        let _ = read(&bytes, &of);
        let _ = read(&bytes, &Type::Dynamic);
    }

    #[test]
    fn bytes_that_are_cut_short_are_refused((of, value) in typed_values(), cut in any::<prop::sample::Index>()) {
        let bytes = write(&value, &of).unwrap();
        let end = cut.index(bytes.len());
        prop_assert!(read(&bytes[..end], &of).is_err());
    }
}
