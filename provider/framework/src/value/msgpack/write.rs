//! Values to msgpack, in Terraform's spelling: the smallest integer form, floats only for fractions that they
//! hold exactly, every other number as a decimal string.

use rmp::encode;

use crate::path::Step;
use crate::value::{
    Number, Type, Value,
    conform::{Misfit, index_step},
};

/// An extension of type 0 and one byte: any extension means unknown, and this is Terraform's own.
const UNKNOWN: [u8; 3] = [0xd4, 0x00, 0x00];

/// Writes a value, which must have the shape of `of`.
pub(crate) fn write(value: &Value, of: &Type) -> Result<Vec<u8>, Misfit> {
    let mut bytes = Vec::new();
    put(&mut bytes, value, of)?;
    Ok(bytes)
}

fn put(bytes: &mut Vec<u8>, value: &Value, of: &Type) -> Result<(), Misfit> {
    match (value, of) {
        (Value::Null, _) => done(encode::write_nil(bytes)),
        (Value::Unknown, _) => {
            bytes.extend(UNKNOWN);
            Ok(())
        }
        (Value::Dynamic(inner), Type::Dynamic) => {
            let (own, value) = &**inner;
            done(encode::write_array_len(bytes, 2))?;
            done(encode::write_bin(bytes, own.to_json().to_string().as_bytes()))?;
            put(bytes, value, own)
        }
        (Value::Bool(value), Type::Bool) => done(encode::write_bool(bytes, *value)),
        (Value::Number(number), Type::Number) => put_number(bytes, number),
        (Value::String(text), Type::String) => put_text(bytes, text),
        (Value::List(elements), Type::List(element)) => {
            put_array_length(bytes, elements.len())?;
            let mut elements = elements.iter().enumerate();
            elements.try_for_each(|(index, value)| {
                put(bytes, value, element).map_err(|misfit| misfit.inside(index_step(index)))
            })
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            put_array_length(bytes, elements.len())?;
            let mut elements = elements.iter().zip(types).enumerate();
            elements.try_for_each(|(index, (value, of))| {
                put(bytes, value, of).map_err(|misfit| misfit.inside(index_step(index)))
            })
        }
        (Value::Set(elements), Type::Set(element)) => {
            let elements = Value::canonical_set(elements);
            put_array_length(bytes, elements.len())?;
            let mut elements = elements.into_iter();
            elements.try_for_each(|value| put(bytes, value, element).map_err(Misfit::inside_set))
        }
        (Value::Map(members), Type::Map(element)) => {
            put_map_length(bytes, members.len())?;
            members.iter().try_for_each(|(key, value)| {
                put_text(bytes, key)?;
                put(bytes, value, element).map_err(|misfit| misfit.inside(Step::Key(key.clone())))
            })
        }
        (Value::Object(members), Type::Object(attributes)) if members.len() == attributes.len() => {
            put_map_length(bytes, members.len())?;
            members.iter().zip(attributes).try_for_each(|((name, value), (expected, of))| {
                if name != expected {
                    return Err(
                        Misfit::new("this attribute is missing").inside(Step::Attribute(expected.clone()))
                    );
                }
                put_text(bytes, name)?;
                put(bytes, value, of).map_err(|misfit| misfit.inside(Step::Attribute(name.clone())))
            })
        }
        (other, _) => Err(Misfit::expected(of, other.kind())),
    }
}

fn done<T, E>(result: Result<T, E>) -> Result<(), Misfit> {
    result.map(|_| ()).map_err(|_| Misfit::new("it is too large to send"))
}

fn put_array_length(bytes: &mut Vec<u8>, length: usize) -> Result<(), Misfit> {
    let length = u32::try_from(length).map_err(|_| Misfit::new("it has too many elements"))?;
    done(encode::write_array_len(bytes, length))
}

fn put_map_length(bytes: &mut Vec<u8>, length: usize) -> Result<(), Misfit> {
    let length = u32::try_from(length).map_err(|_| Misfit::new("it has too many elements"))?;
    done(encode::write_map_len(bytes, length))
}

fn put_text(bytes: &mut Vec<u8>, text: &str) -> Result<(), Misfit> {
    done(encode::write_str(bytes, text))
}

fn put_number(bytes: &mut Vec<u8>, number: &Number) -> Result<(), Misfit> {
    if let Some(integer) = number.as_i64() {
        done(encode::write_sint(bytes, integer))
    } else if let Some(float) = number.as_exact_fraction() {
        done(encode::write_f64(bytes, float))
    } else {
        done(encode::write_str(bytes, &number.to_string()))
    }
}
